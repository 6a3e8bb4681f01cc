// SPDX-License-Identifier: MIT
// What can be said of `bind` lines only when all sections are known.
#include <fmt/format.h>

#include <string>
#include <unordered_map>

#include "base/text.h"
#include "config/draft.h"
#include "config/keyword.h"

namespace hawser {
namespace {

struct Taken {
  const ProxyConfig& proxy;
  const BindConfig& bind;
};

// The system lets both listen, so nothing else would tell that one section takes another's clients.
// Within a section it is how old files spread a port over processes.
void check_addresses(Draft& draft, Diag& diag) {
  std::unordered_map<std::string, Taken> taken;
  for (const auto& proxy : draft.config->proxies) {
    if (proxy->disabled || !has_frontend(proxy->kind)) continue;
    uint32_t reported = 0;  // a line may be many ports
    for (const BindConfig& bind : proxy->binds) {
      if (bind.inherited_fd >= 0 || bind.pos.line == reported) continue;
      const std::string address = bind.address.text();
      const auto [entry, fresh] =
          taken.try_emplace(address + '%' + bind.interface, Taken{*proxy, bind});
      const Taken& other = entry->second;
      if (fresh || &other.proxy == proxy.get()) continue;
      reported = bind.pos.line;
      const std::string_view result = bind.address.is_unix()
                                          ? "clients reach the last one only"
                                          : "each of them gets some of the clients";
      diag.warning(bind.pos,
                   fmt::format("{} listens on {}, too", quoted(other.proxy.name), address))
          .with_hint(fmt::format("{}; the other line is {}", result, diag.place(other.bind.pos)));
    }
  }
}

constexpr ConfigCheck kChecks[] = {
    {.name = "addresses of bind lines", .order = 30, .check = check_addresses},
};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
