// SPDX-License-Identifier: MIT
#include "vrrp/speakers.h"

#include <cstring>

namespace hawser::vrrp {
namespace {

struct Words {
  uint64_t parts[2] = {};
  explicit Words(const Ip& ip) { std::memcpy(parts, ip.bytes.data(), ip.bytes.size()); }
};

template <class T>
void put(std::atomic<T>& word, T value) {
  word.store(value, std::memory_order_relaxed);
}

}  // namespace

VrrpSpeaker& Speakers::row_of(uint32_t ifindex, const Ip& source, uint8_t vrid) {
  const Words words(source);
  uint32_t oldest = 0;
  for (uint32_t i = 0; i < kVrrpSpeakers; ++i) {
    VrrpSpeaker& row = shared_.vrrp_speaker(i);
    if (row.heard_ns == 0) {
      oldest = i;
      break;
    }
    if (row.vrid == vrid && row.ifindex == ifindex && row.address[0] == words.parts[0] &&
        row.address[1] == words.parts[1]) {
      return row;
    }
    if (row.heard_ns < shared_.vrrp_speaker(oldest).heard_ns) oldest = i;
  }
  VrrpSpeaker& row = shared_.vrrp_speaker(oldest);
  put(row.address[0], words.parts[0]);
  put(row.address[1], words.parts[1]);
  put(row.ifindex, ifindex);
  put(row.vrid, uint32_t{vrid});
  put(row.family, static_cast<uint32_t>(source.family()));
  put(row.adverts, uint64_t{0});
  return row;
}

void Speakers::heard(uint32_t ifindex, const Ip& source, std::span<const uint8_t> advert,
                     uint32_t verdict, int64_t now_ns) {
  const auto heading = peek(advert);
  if (!heading) return;
  VrrpSpeaker& row = row_of(ifindex, source, heading->vrid);
  put(row.version, uint32_t{heading->version});
  put(row.priority, uint32_t{heading->priority});
  put(row.addresses, uint32_t{heading->address_count});
  const uint32_t interval =
      heading->version == 2 ? advert[5] * 100u : (advert[4] & 0x0fu) << 8 | advert[5];
  put(row.interval_cs, interval);
  put(row.verdict, verdict);
  put(row.heard_ns, now_ns);
  row.adverts.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace hawser::vrrp
