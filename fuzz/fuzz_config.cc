// SPDX-License-Identifier: MIT
// Any text is a configuration or is refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "config/keyword.h"
#include "config/listing.h"
#include "config/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool ready = [] {
    // Names would be looked up on the network. Half of them have an address.
    hawser::set_name_resolver(
        [](const std::string& name, int family) -> hawser::Result<hawser::Address> {
          if (name.size() % 2 != 0) return hawser::Error{"there is no such name"};
          return *hawser::Address::parse_ip(family == AF_INET6 ? "2001:db8::1" : "192.0.2.1");
        });
    return static_cast<bool>(hawser::seal_registries());
  }();
  HW_ASSERT(ready);
  hawser::Diag diag;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = hawser::parse_config("fuzz", text, diag);
  HW_ASSERT((config == nullptr) == (diag.errors() != 0));
  HW_ASSERT(diag.errors() == 0 || !diag.render().empty());
  return 0;
}
