// SPDX-License-Identifier: MIT
// A PROXY header is complete at one byte and at no other, and what it says can be said again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "proxy/net/proxy_line.h"

namespace {

using namespace hawser;
using Status = ProxyHeader::Status;

// While bytes are missing nothing is decided; what is refused early is refused whole.
void check_prefixes(std::string_view input, const ProxyHeader& whole) {
  bool decided = false;
  for (size_t size = 1; size < input.size() && !decided; ++size) {
    const ProxyHeader part = parse_proxy_header(input.substr(0, size));
    decided = part.status != Status::kMore;
    if (decided) HW_ASSERT(part.status == whole.status && part.size == whole.size);
  }
}

void check_round_trip(const ProxyHeader& header) {
  if (header.local) return;
  for (const ProxyProtocol version : {ProxyProtocol::kV1, ProxyProtocol::kV2}) {
    const std::string text = make_proxy_header(version, header.source, header.destination);
    const ProxyHeader again = parse_proxy_header(text);
    HW_ASSERT(again.status == Status::kDone && again.size == text.size());
    if (!again.local) {
      HW_ASSERT(again.source == header.source && again.destination == header.destination);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const ProxyHeader header = parse_proxy_header(input);
  HW_ASSERT(header.status != Status::kDone || (header.size != 0 && header.size <= size));
  check_prefixes(input, header);
  if (header.status == Status::kDone) check_round_trip(header);
  return 0;
}
