// SPDX-License-Identifier: MIT
// Who speaks VRRP on our segments, whether to us or not: the table of `show vrrp lan`.
#pragma once

#include <cstdint>

#include "shm/shared.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {

class Speakers {
 public:
  explicit Speakers(Shared& shared) : shared_(shared) {}

  // A packet came in, and this became of it (VrrpSpeaker::verdict). When the table is full, whoever
  // was silent for longest gives way.
  void heard(uint32_t ifindex, const Ip& source, std::span<const uint8_t> advert, uint32_t verdict,
             int64_t now_ns);

 private:
  VrrpSpeaker& row_of(uint32_t ifindex, const Ip& source, uint8_t vrid);
  Shared& shared_;
};

}  // namespace hawser::vrrp
