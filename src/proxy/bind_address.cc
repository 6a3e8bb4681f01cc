// SPDX-License-Identifier: MIT
#include "proxy/bind_address.h"

#include <sys/un.h>

#include <charconv>

#include "base/text.h"

namespace hawser {
namespace {

constexpr AddressRules kRules = {
    .port_required = true, .port_range = true, .fd = true, .is_bind = true};

// `unix-bind` stands for what the line does not say itself.
bool apply_unix_defaults(Args& args, const GlobalConfig& global, BindConfig& bind) {
  const std::string& path = bind.address.path();
  const bool is_abstract = !path.empty() && path.front() == '\0';
  if (is_abstract) return true;
  if (!global.unix_bind_prefix.empty()) {
    std::string full = global.unix_bind_prefix + path;
    if (full.size() >= sizeof(sockaddr_un::sun_path)) {
      args.error(quoted(full) + " is too long for the path of a socket");
      return false;
    }
    bind.address = Address::unix_path(std::move(full));
  }
  bind.mode = global.unix_bind_mode;
  bind.uid = global.unix_bind_uid;
  bind.gid = global.unix_bind_gid;
  return true;
}

}  // namespace

std::vector<BindConfig> take_bind_addresses(Args& args, const GlobalConfig& global) {
  std::vector<BindConfig> binds;
  const auto word = args.take("<address>");
  if (!word) return binds;
  for (const std::string_view part : split(word->text, ',')) {
    const auto spec = parse_address(part, kRules);
    if (!spec) {
      args.error(spec.error().text);
      return {};
    }
    BindConfig bind;
    bind.pos = word->pos;
    bind.inherited_fd = spec->fd;
    bind.address = spec->address;
    if (bind.address.is_unix() && !apply_unix_defaults(args, global, bind)) return {};
    uint32_t port = spec->address.port();
    do {
      bind.address.set_port(static_cast<uint16_t>(port));
      binds.push_back(bind);
    } while (bind.address.is_ip() && ++port <= spec->port_high);
  }
  return binds;
}

std::optional<uint32_t> take_file_mode(Args& args) {
  const auto word = args.take("<mode>");
  if (!word) return std::nullopt;
  constexpr uint32_t kAllBits = 07777;
  uint32_t mode = 0;
  const char* end = word->text.data() + word->text.size();
  const auto [stop, error] = std::from_chars(word->text.data(), end, mode, 8);
  if (error == std::errc() && stop == end && mode <= kAllBits) return mode;
  args.error(quoted(word->text) + " is not a file mode").with_hint("write it in octal, as in 660");
  return std::nullopt;
}

}  // namespace hawser
