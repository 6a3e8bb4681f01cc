// SPDX-License-Identifier: MIT
// Any text is a file of keepalived or is refused, and what it becomes is a configuration of ours as
// far as its grammar goes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "config/listing.h"
#include "vrrp/convert/convert.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool ready = static_cast<bool>(hawser::seal_registries());
  HW_ASSERT(ready);
  hawser::Diag diag;
  hawser::keepalived::Reader reader(
      "node",
      [](const std::string&,
         const std::string&) -> hawser::Result<std::vector<hawser::keepalived::Included>> {
        return std::vector<hawser::keepalived::Included>{{"part.conf", "priority 7\n"}};
      },
      diag);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto converted = hawser::convert_keepalived("fuzz", text, reader, diag);
  HW_ASSERT(converted.has_value() == (diag.errors() == 0));
  HW_ASSERT(diag.errors() == 0 || !diag.render().empty());
  return 0;
}
