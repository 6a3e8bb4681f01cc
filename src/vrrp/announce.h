// SPDX-License-Identifier: MIT
// Tells the neighbours where a virtual address is now: gratuitous ARP, and unsolicited neighbour
// advertisements. Frames leave at the pace that is asked for, and never in the way of adverts.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "base/mac_address.h"
#include "base/result.h"
#include "loop/watch.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

inline constexpr size_t kGarpSize = 42, kNaSize = 86;

// A gratuitous ARP request, as keepalived sends it, or a reply, which some devices listen to only.
enum class ArpForm : uint8_t { kRequest = 1, kReply = 2 };  // their operation codes
std::array<uint8_t, kGarpSize> garp_frame(const MacAddress& mac, const Ip& address,
                                          ArpForm form = ArpForm::kRequest);
// A neighbour advertisement to all nodes, with Override; `router`: this machine forwards IPv6.
std::array<uint8_t, kNaSize> na_frame(const MacAddress& mac, const Ip& address, bool router);

// One address to announce from one interface.
struct Announcement {
  uint32_t ifindex = 0;
  MacAddress mac{};
  Ip address;
  bool router = false;
  ArpForm form = ArpForm::kRequest;  // of IPv4
};

// What is left of a burst, for a successor: of its repetitions, and of the one that runs.
struct BurstLeft {
  int64_t at_ns = INT64_MAX;
  uint32_t repeat = 0;  // 0: nothing
  uint32_t next = 0;    // the announcement that comes next
};
using BurstsLeft = std::array<BurstLeft, 2>;  // an owner has two at most

// What is to be announced when. Pure: times are given.
class AnnounceQueue {
 public:
  // All of `what`, in its order, and that `repeat` times, from `at_ns` on. `owner` names whose it
  // is; frames of one interface are at least `pace_ns` apart. An owner has one burst that runs, and
  // one that waits: what is added to one that runs lets it go on, so that it gets to its end
  // however often it is asked for.
  void add(uint32_t owner, std::vector<Announcement> what, uint32_t repeat, int64_t at_ns,
           int64_t pace_ns, int64_t now_ns);
  void cancel(uint32_t owner);  // the owner has the addresses no more

  BurstsLeft left_of(uint32_t owner) const;
  // Goes on with what another queue had left of an owner, whose announcements are these.
  void resume(uint32_t owner, const std::vector<Announcement>& what, const BurstsLeft& left,
              int64_t pace_ns);

  // The next frame that is due, nullptr: none is. It is then pop()ped, or stays.
  const Announcement* due(int64_t now_ns);
  void pop(int64_t now_ns);
  int64_t next_ns() const;  // INT64_MAX: never
  size_t bursts() const { return bursts_.size(); }

 private:
  struct Burst {
    uint32_t owner;
    std::vector<Announcement> what;
    uint32_t left;  // repetitions, with the one that runs
    size_t next = 0;
    int64_t at_ns, pace_ns;
  };
  Burst* joinable(uint32_t owner, bool later, int64_t now_ns);
  int64_t due_ns(const Burst& burst) const;
  std::deque<Burst> bursts_;
  std::map<uint32_t, int64_t> free_ns_;  // by interface: no frame before
  size_t chosen_ = SIZE_MAX;
};

// Sends from the queue.
class Announcer {
 public:
  static Result<std::unique_ptr<Announcer>> open(Loop& loop);

  void announce(uint32_t owner, std::vector<Announcement> what, uint32_t repeat, Millis delay,
                Millis pace);
  void cancel(uint32_t owner) { queue_.cancel(owner); }
  BurstsLeft left_of(uint32_t owner) const { return queue_.left_of(owner); }
  void resume(uint32_t owner, const std::vector<Announcement>& what, const BurstsLeft& left,
              Millis pace);
  uint64_t sent() const { return sent_; }
  uint64_t failed() const { return failed_; }

 private:
  Announcer(Loop& loop, Fd fd);
  void run();
  bool send(const Announcement& what);  // false: not now, the device is full

  Fd fd_;
  AnnounceQueue queue_;
  Timer timer_;
  uint64_t sent_ = 0, failed_ = 0;
};

}  // namespace hawser::vrrp
