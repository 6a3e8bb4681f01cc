// SPDX-License-Identifier: MIT
// What the vrrp process, control and everybody who shows VRRP share. Per field: who writes; anyone
// may read, without locks, in the memory orders of shm/layout.h. An address of two words, a slot or
// a speaker's row may be read while it is written: what is shown mixes two moments then, and nobody
// acts on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace hawser {

// Numbers as keepalived shows them to SNMP and exporters.
enum class VrrpState : uint32_t { kInit = 0, kBackup = 1, kMaster = 2, kFault = 3 };

// Why a received advert was refused (RFC 9568, section 7.1; the order of the checks is in
// vrrp/receive.cc). One line is a reason, a counter and a word of `show vrrp` and of the metrics.
// clang-format off
#define HW_VRRP_REJECTS(X)                                                          \
  X(kLength, "packet_len_err", "length does not fit its address count")             \
  X(kTtl, "ip_ttl_err", "TTL or hop limit is not 255")                              \
  X(kVersion, "version_err", "VRRP version differs from ours")                      \
  X(kType, "invalid_type_rcvd", "type is not ADVERTISEMENT")                        \
  X(kAuthType, "invalid_authtype", "unknown authentication type")                   \
  X(kAuthMismatch, "authtype_mismatch", "authentication type differs from ours")    \
  X(kAuthFailure, "auth_failure", "wrong password, MAC or sequence number")         \
  X(kInterval, "advert_interval_err", "advert interval differs from ours")          \
  X(kChecksum, "checksum_err", "wrong checksum")                                    \
  X(kDestination, "destination_err", "unicast where multicast is expected, or the reverse") \
  X(kSource, "source_err", "sender is no configured peer")                          \
  X(kOwnAddress, "own_address", "sent from our own address")
// clang-format on
enum class VrrpReject : uint8_t {
#define HW_VRRP_REJECT(name, word, text) name,
  HW_VRRP_REJECTS(HW_VRRP_REJECT)
#undef HW_VRRP_REJECT
      kCount
};
const char* reject_word(VrrpReject reason);  // the counter's name
const char* reject_text(VrrpReject reason);

inline constexpr uint32_t kLatenessBuckets = 12;  // ≤ 100 µs · 2^n; the last one: more

// What control must not let fall; bits of VrrpSlot::alarms.
enum VrrpAlarm : uint32_t {
  kAlarmSplitBrain = 1,        // another master of higher or equal right goes on advertising
  kAlarmRejectedPeer = 2,      // a peer's adverts are refused: see last_reject
  kAlarmConfigMismatch = 4,    // a peer advertises other addresses
  kAlarmCannotMove = 8,        // a failed weighted tracker leaves the priority above the peer's
  kAlarmDuplicateRouter = 16,  // our own address, or another group of routers, uses the VRID
  kAlarmIsolated = 32          // would be master, but hears no peer, nor an answer of the arbiter
};

// The counters of VrrpSlot that only grow, apart from `rejected`: name, and what it counts. `clear
// counters` notes what it found in Shared::vrrp_cleared(), which readers subtract.
// clang-format off
#define HW_VRRP_COUNTERS(X)                                     \
  X(adverts_sent, "adverts sent")                               \
  X(adverts_received, "adverts accepted")                       \
  X(zero_sent, "adverts of priority 0 sent")                    \
  X(zero_received, "adverts of priority 0 received")            \
  X(became_master, "times this node became master")             \
  X(left_master, "times it ceased to be master")                \
  X(became_backup, "times it became backup")                    \
  X(became_fault, "times it entered FAULT")                     \
  X(announcements, "gratuitous ARP and neighbour advertisements sent") \
  X(notify_runs, "notify scripts run")                          \
  X(notify_failures, "notify scripts that failed")
// clang-format on

// What `set vrrp` asks of an instance. Writer: control, which stores the wish, raises `asked` and
// rings; the vrrp process acts on it, and stores in `answered` the `asked` it has seen. It outlives
// both processes: one that starts finds what holds.
struct VrrpWish {
  std::atomic<uint32_t> asked;
  std::atomic<uint32_t> answered;          // vrrp process
  std::atomic<uint32_t> priority;          // 0: as configured
  std::atomic<uint32_t> maintenance;       // 1: keep out of the election
  std::atomic<int64_t> maintenance_until;  // monotonic ns, when control ends it; 0: it does not
  std::atomic<uint32_t> releases;          // counts `release`: a master resigns once
};

// One virtual router. Writer: the vrrp process, unless said otherwise. `address` fields hold IPv4
// in the first 4 bytes.
struct alignas(64) VrrpSlot {
  std::atomic<VrrpState> state;
  std::atomic<uint32_t> alarms;
  std::atomic<uint32_t> priority;         // effective
  std::atomic<uint32_t> base_priority;    // configured, or set at run time
  std::atomic<uint32_t> master_priority;  // of the last accepted advert
  std::atomic<uint32_t> advert_cs;        // interval in use, learned where the version says so
  std::atomic<uint64_t> master_address[2];
  std::atomic<int64_t> changed_ns;      // monotonic; last transition
  std::atomic<int64_t> split_brain_ns;  // total
  // Of the other master in the last contest while this one was master.
  std::atomic<uint64_t> rival_address[2];
  std::atomic<uint32_t> rival_priority;
  std::atomic<uint64_t> adverts_sent, adverts_received;
  std::atomic<uint64_t> zero_sent, zero_received;
  std::atomic<uint64_t> became_master, left_master, became_backup, became_fault;
  std::atomic<uint64_t> rejected[static_cast<size_t>(VrrpReject::kCount)];
  std::atomic<uint32_t> last_reject;  // VrrpReject + 1; 0: none in the last 3 intervals
  std::atomic<uint32_t> peers_heard;  // senders whose adverts were accepted, ever
  std::atomic<uint64_t> last_reject_address[2];
  std::atomic<uint64_t> announcements;  // GARP and NA frames
  std::atomic<uint64_t> lateness[kLatenessBuckets];
  std::atomic<uint64_t> lateness_max_ns;  // `clear counters` sets it to 0
  std::atomic<uint32_t> maintenance;      // 1: held out of the election at run time
  std::atomic<uint32_t> arbiter;          // as TrackState::result
  std::atomic<uint32_t> arbiter_us;       // round trip of its last answer
  std::atomic<int64_t> arbiter_ns;        // monotonic; when `arbiter` changed
  VrrpWish wish;
  // Writer: control. The number of the last event whose scripts have ended, of the instance and of
  // the group that it is the first member of; what a script's last run came to.
  std::atomic<uint64_t> notified, group_notified;
  std::atomic<uint64_t> notify_runs, notify_failures;
  std::atomic<uint32_t> notify_ms;
  std::atomic<uint32_t> notify_exit;  // code; 256: it did not end by itself, or did not start
};

// Adverts that were refused, for whatever reason.
inline uint64_t refused_adverts(const VrrpSlot& slot) {
  uint64_t sum = 0;
  for (const auto& count : slot.rejected) sum += count.load(std::memory_order_relaxed);
  return sum;
}

// Adds the counters of `slot` to what readers subtract, so that they show 0.
void clear_vrrp_counters(VrrpSlot& slot, VrrpSlot& cleared);

// Something tracked. Writer: control for scripts, files and processes, the vrrp process for the
// rest.
struct alignas(64) TrackState {
  // 0: not known yet, 1: up, 2: down.
  std::atomic<uint32_t> result;
  std::atomic<int32_t> value;       // what a file says; otherwise 0
  std::atomic<int64_t> changed_ns;  // monotonic
  std::atomic<uint64_t> runs, failures;
  std::atomic<uint32_t> exit_code;  // of the last run
  std::atomic<uint32_t> duration_us;
};

// What happened, for `show vrrp events`, the log and the notify queue: a ring that the vrrp process
// writes and control reads. An entry is whole when its `number` is that of its place, before and
// after it was copied.
struct VrrpEventEntry {
  std::atomic<uint64_t> number;  // from 1; written last; 0 while the rest is written
  int64_t at_ns;                 // realtime
  uint32_t instance;             // kNoVrrpInstance: the process as a whole
  uint32_t what;                 // VrrpState entered, or kVrrpReasserted, kVrrpStopped, kVrrpNote
  uint32_t priority;             // effective
  uint32_t severity;             // LogLevel
  char text[168];                // the reason, without name and state; NUL-terminated
};
inline constexpr uint32_t kVrrpReasserted = 16, kVrrpStopped = 17, kVrrpNote = 18;
inline constexpr uint32_t kNoVrrpInstance = UINT32_MAX;
inline constexpr uint32_t kVrrpEvents = 1024;

struct VrrpEventRing {
  std::atomic<uint64_t> written;  // the highest number
  std::atomic<uint64_t> read;     // control: the highest number that it has logged and passed on
  VrrpEventEntry entries[kVrrpEvents];
};

// What became of the last advert of a speaker.
inline constexpr uint32_t kVrrpAccepted = 0;
inline constexpr uint32_t kVrrpNotOurs = 255;  // no virtual router of ours has its VRID
constexpr uint32_t vrrp_refused(VrrpReject reason) { return static_cast<uint32_t>(reason) + 1; }

// A speaker heard on a segment, for `show vrrp lan`. Writer: the vrrp process.
struct alignas(64) VrrpSpeaker {
  std::atomic<uint64_t> address[2];
  std::atomic<int64_t> heard_ns;  // monotonic; 0: the row is free
  std::atomic<uint32_t> ifindex, family, vrid, version, priority, interval_cs, addresses;
  std::atomic<uint32_t> verdict;  // kVrrpAccepted, kVrrpNotOurs, or vrrp_refused()
  std::atomic<uint64_t> adverts;
};
inline constexpr uint32_t kVrrpSpeakers = 256;

static_assert(std::is_standard_layout_v<VrrpSlot> && std::is_standard_layout_v<TrackState> &&
              std::is_standard_layout_v<VrrpEventRing> && std::is_standard_layout_v<VrrpSpeaker>);

}  // namespace hawser
