// SPDX-License-Identifier: MIT
// What arrives on the raw sockets of an arbiter: the first byte says which family's, the rest is
// the packet, over IPv4 with its header.
#include <algorithm>
#include <cstdint>
#include <span>

#include "base/assert.h"
#include "vrrp/arbiter.h"

using namespace hawser::vrrp;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint64_t kToken = 0x8877'6655'4433'2211;
  if (size == 0) return 0;
  const int family = (data[0] & 1) == 0 ? AF_INET : AF_INET6;
  const std::span<const uint8_t> packet(data + 1, size - 1);
  const auto sequence = echo_answer(family, kToken, packet);
  if (!sequence) return 0;
  // It ends as the request of that number does.
  const auto request = echo_request(family, kToken, *sequence);
  const auto message = packet.last(request.size());
  HW_ASSERT(std::equal(request.begin() + 6, request.end(), message.begin() + 6));
  // Nobody who cannot read our requests can make it.
  HW_ASSERT(!echo_answer(family, kToken + 1, packet));
  return 0;
}
