// SPDX-License-Identifier: MIT
#include "vrrp/announce.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "base/assert.h"
#include "base/clock.h"
#include "vrrp/checksum.h"

namespace hawser::vrrp {
namespace {

constexpr MacAddress kBroadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr MacAddress kAllNodes = {0x33, 0x33, 0, 0, 0, 1};
// In one turn of the loop, some 100 microseconds' worth; adverts come before the rest.
constexpr int kFramesPerTurn = 32;

// Writes one field after the other.
class Writer {
 public:
  explicit Writer(std::span<uint8_t> out) : out_(out) {}
  Writer& bytes(std::span<const uint8_t> data) {
    HW_ASSERT(data.size() <= out_.size());
    std::copy(data.begin(), data.end(), out_.begin());
    out_ = out_.subspan(data.size());
    return *this;
  }
  Writer& u8(uint8_t value) { return bytes({&value, 1}); }
  Writer& u16(uint16_t value) {
    return u8(static_cast<uint8_t>(value >> 8)).u8(static_cast<uint8_t>(value));
  }
  Writer& u32(uint32_t value) {
    return u16(static_cast<uint16_t>(value >> 16)).u16(static_cast<uint16_t>(value));
  }

 private:
  std::span<uint8_t> out_;
};

}  // namespace

std::array<uint8_t, kGarpSize> garp_frame(const MacAddress& mac, const Ip& address, ArpForm form) {
  std::array<uint8_t, kGarpSize> frame{};
  Writer(frame)
      .bytes(kBroadcast)
      .bytes(mac)
      .u16(ETHERTYPE_ARP)
      .u16(1)  // Ethernet
      .u16(ETHERTYPE_IP)
      .u8(6)
      .u8(4)
      .u16(static_cast<uint16_t>(form))
      .bytes(mac)
      .bytes(address.span())
      .bytes(form == ArpForm::kRequest ? kBroadcast : mac)
      .bytes(address.span());
  return frame;
}

std::array<uint8_t, kNaSize> na_frame(const MacAddress& mac, const Ip& address, bool router) {
  constexpr uint8_t kAllNodesIp[16] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr uint16_t kIcmpSize = 32;
  constexpr size_t kIcmpAt = 14 + 40;
  std::array<uint8_t, kNaSize> frame{};
  Writer(frame)
      .bytes(kAllNodes)
      .bytes(mac)
      .u16(ETHERTYPE_IPV6)
      .u32(0x60000000)
      .u16(kIcmpSize)
      .u8(IPPROTO_ICMPV6)
      .u8(255)
      .bytes(address.span())
      .bytes(kAllNodesIp)
      .u8(136)  // neighbour advertisement
      .u8(0)
      .u16(0)                                 // checksum
      .u32(router ? 0xa0000000 : 0x20000000)  // (Router,) Override
      .bytes(address.span())
      .u8(2)  // target link-layer address
      .u8(1)
      .bytes(mac);
  // The pseudo-header of RFC 8200, section 8.1, before the message.
  std::array<uint8_t, 40 + kIcmpSize> summed{};
  Writer(summed)
      .bytes(address.span())
      .bytes(kAllNodesIp)
      .u32(kIcmpSize)
      .u32(IPPROTO_ICMPV6)
      .bytes(std::span(frame).subspan(kIcmpAt));
  Writer(std::span(frame).subspan(kIcmpAt + 2)).u16(internet_checksum(summed));
  return frame;
}

void AnnounceQueue::add(uint32_t owner, std::vector<Announcement> what, uint32_t repeat,
                        int64_t at_ns, int64_t pace_ns, int64_t now_ns) {
  if (what.empty() || repeat == 0) return;
  if (Burst* known = joinable(owner, at_ns > now_ns, now_ns); known != nullptr) {
    if (known->what.size() != what.size()) known->next = 0;
    known->what = std::move(what);
    known->left = std::max(known->left, repeat);
    if (known->at_ns > now_ns) known->at_ns = at_ns;
    chosen_ = SIZE_MAX;
    return;
  }
  bursts_.push_back({owner, std::move(what), repeat, 0, at_ns, pace_ns});
}

// A burst that waited may have begun while another one of its owner still runs: two are the most.
AnnounceQueue::Burst* AnnounceQueue::joinable(uint32_t owner, bool later, int64_t now_ns) {
  Burst* last = nullptr;
  size_t count = 0;
  for (Burst& burst : bursts_) {
    if (burst.owner != owner) continue;
    if ((burst.at_ns > now_ns) == later) return &burst;
    last = &burst;
    ++count;
  }
  return count < 2 ? nullptr : last;
}

void AnnounceQueue::cancel(uint32_t owner) {
  std::erase_if(bursts_, [&](const Burst& burst) { return burst.owner == owner; });
  chosen_ = SIZE_MAX;
}

BurstsLeft AnnounceQueue::left_of(uint32_t owner) const {
  BurstsLeft left;
  auto* to = left.data();
  for (const Burst& burst : bursts_) {
    if (burst.owner != owner || to == left.data() + left.size()) continue;
    *to++ = {burst.at_ns, burst.left, static_cast<uint32_t>(burst.next)};
  }
  return left;
}

void AnnounceQueue::resume(uint32_t owner, const std::vector<Announcement>& what,
                           const BurstsLeft& left, int64_t pace_ns) {
  for (const BurstLeft& burst : left) {
    if (burst.repeat == 0 || what.empty()) continue;
    const size_t next = burst.next < what.size() ? burst.next : 0;
    bursts_.push_back({owner, what, burst.repeat, next, burst.at_ns, pace_ns});
  }
}

int64_t AnnounceQueue::due_ns(const Burst& burst) const {
  const auto free = free_ns_.find(burst.what[burst.next].ifindex);
  if (burst.pace_ns == 0 || free == free_ns_.end()) return burst.at_ns;
  return std::max(burst.at_ns, free->second);
}

const Announcement* AnnounceQueue::due(int64_t now_ns) {
  chosen_ = SIZE_MAX;
  for (size_t i = 0; i < bursts_.size(); ++i) {
    if (due_ns(bursts_[i]) > now_ns) continue;
    chosen_ = i;
    return &bursts_[i].what[bursts_[i].next];
  }
  return nullptr;
}

void AnnounceQueue::pop(int64_t now_ns) {
  HW_ASSERT(chosen_ < bursts_.size());
  Burst& burst = bursts_[chosen_];
  if (burst.pace_ns != 0) free_ns_[burst.what[burst.next].ifindex] = now_ns + burst.pace_ns;
  if (++burst.next == burst.what.size()) {
    burst.next = 0;
    if (--burst.left == 0) bursts_.erase(bursts_.begin() + static_cast<ptrdiff_t>(chosen_));
  }
  chosen_ = SIZE_MAX;
}

int64_t AnnounceQueue::next_ns() const {
  int64_t next = INT64_MAX;
  for (const auto& burst : bursts_) next = std::min(next, due_ns(burst));
  return next;
}

Result<std::unique_ptr<Announcer>> Announcer::open(Loop& loop) {
  // Protocol 0: it sends, and receives nothing.
  Fd fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_error("cannot open a packet socket (CAP_NET_RAW is needed)", errno);
  return std::unique_ptr<Announcer>(new Announcer(loop, std::move(fd)));
}

Announcer::Announcer(Loop& loop, Fd fd) : fd_(std::move(fd)), timer_(loop, [this] { run(); }) {}

void Announcer::announce(uint32_t owner, std::vector<Announcement> what, uint32_t repeat,
                         Millis delay, Millis pace) {
  const int64_t now_ns = monotonic_ns();
  queue_.add(owner, std::move(what), repeat, now_ns + delay.count() * 1'000'000,
             pace.count() * 1'000'000, now_ns);
  run();
}

void Announcer::resume(uint32_t owner, const std::vector<Announcement>& what,
                       const BurstsLeft& left, Millis pace) {
  queue_.resume(owner, what, left, pace.count() * 1'000'000);
  run();
}

void Announcer::run() {
  int64_t now_ns = monotonic_ns();
  bool full = false;
  for (int i = 0; i < kFramesPerTurn && !full; ++i) {
    const Announcement* what = queue_.due(now_ns);
    if (what == nullptr) break;
    full = !send(*what);
    if (!full) queue_.pop(now_ns);
  }
  const int64_t next_ns = queue_.next_ns();
  if (next_ns == INT64_MAX) return timer_.stop();
  const int64_t wait_ms = std::max<int64_t>(0, (next_ns - now_ns + 999'999) / 1'000'000);
  timer_.start(Millis(full ? std::max<int64_t>(1, wait_ms) : wait_ms));
}

bool Announcer::send(const Announcement& what) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(what.ifindex);
  const auto put = [&](const auto& frame) {
    return sendto(fd_.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                  reinterpret_cast<const sockaddr*>(&to), sizeof to);
  };
  const ssize_t sent = what.address.family() == AF_INET
                           ? put(garp_frame(what.mac, what.address, what.form))
                           : put(na_frame(what.mac, what.address, what.router));
  if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS)) return false;
  ++(sent < 0 ? failed_ : sent_);  // an interface that is down or gone drops its frames
  return true;
}

}  // namespace hawser::vrrp
