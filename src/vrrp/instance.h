// SPDX-License-Identifier: MIT
// One virtual router of one address family: its election, its lanes, its addresses. Does what the
// election decides, and publishes what becomes of it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/model.h"
#include "netlink/monitor.h"
#include "shm/shared.h"
#include "vrrp/announce.h"
#include "vrrp/arbiter.h"
#include "vrrp/election.h"
#include "vrrp/event_writer.h"
#include "vrrp/group.h"
#include "vrrp/instance_state.h"
#include "vrrp/lane.h"
#include "vrrp/macvlan.h"
#include "vrrp/standing.h"
#include "vrrp/transport.h"
#include "vrrp/vips.h"

namespace hawser::vrrp {

inline void count(std::atomic<uint64_t>& counter) {
  counter.fetch_add(1, std::memory_order_relaxed);
}

// What all instances of the process use; all of it outlives them.
struct Surroundings {
  const Config& config;
  Shared& shared;
  EventWriter& events;
  Transport& transport;
  Rtnl& kernel;
  BaseInterfaces& bases;
  Announcer& announcer;
  const NetMonitor& monitor;
};

class Instance {
 public:
  // Removes what a killed process left behind, and opens what can be opened; `state`, if given, is
  // that of a predecessor, whose addresses stay.
  static Result<std::unique_ptr<Instance>> make(const Surroundings& around, uint32_t index,
                                                const InstanceState* state);

  // Times are those of the monotonic clock. All of these may lead to packets and netlink requests.
  void start(int64_t now_ns, int64_t hold_until_ns);
  void timer(int64_t now_ns);
  int64_t due_ns() const { return std::min(timer_ns_, refresh_ns_); }
  // What became of it, as VrrpSpeaker::verdict; kVrrpNotOurs: not on a lane of ours, or not our
  // VRID.
  uint32_t packet(const PathKey& path, const Datagram& datagram, int64_t now_ns);
  void stand(const Standing& standing, int64_t now_ns);
  void look_at_links(int64_t now_ns);          // interfaces or addresses changed
  void address_gone(const LinkAddress& gone);  // look_at_links() follows
  void obey(int64_t now_ns);                   // what `set vrrp` asks for
  void leave(int64_t now_ns);                  // see Election; stop() comes last
  void stop(int64_t now_ns);
  // After stop(), and not before everybody has resigned: it takes its time.
  void clean_up();
  void look_at_filter();  // somebody changed packet filters
  // A master puts what is missing in place: something that was in the way of it may be gone.
  void hold_again();

  static InstanceKey key_of(const Config& config, uint32_t index);
  InstanceKey key() const { return key_of(around_.config, index_); }
  InstanceState hand_over();  // to a successor; nothing is sent any more

  // For the sync group. `fault` is the reason of another member.
  GroupMember member() const;
  void carry_out(GroupOrder order, const char* fault, int64_t now_ns);
  // Since the last call: was it told to announce again?
  bool take_announced_again() { return std::exchange(announced_again_, false); }
  void announce_again(int64_t now_ns) { apply(election_.announce_again(), now_ns); }

  // A judge of its own besides the group's: asks whether this node still has a network.
  void consult(Arbiter& arbiter, int64_t now_ns);
  bool wants_master() const { return election_.state().wants_master; }

  void publish_alarms(int64_t now_ns);
  const ElectionState& state() const { return election_.state(); }
  const VrrpInstanceConfig& config() const { return config_; }
  const VrrpConfig& section() const { return section_; }
  std::string own_fault() const;

 private:
  Instance(const Surroundings& around, uint32_t index, LaneCommon common,
           const InstanceState* state);
  bool has_own_fault() const { return !own_fault().empty(); }
  ElectionSettings settings() const;
  Ip source_for(const Lane& lane) const;
  void open_lanes();
  Result<> settle_macvlan();
  void set_macvlan_up(bool up);
  void lose_macvlan(int64_t now_ns);
  void settle_loss(int64_t now_ns);
  void put_back(int64_t now_ns);  // the addresses that somebody removed
  uint64_t link_ups() const;
  void settle_fault(int64_t now_ns);
  void resume(int64_t now_ns);
  void apply(const ActionList& actions, int64_t now_ns);
  void perform(const Action& action, int64_t now_ns);
  void send_advert(int64_t now_ns);
  bool send(uint8_t priority);
  void take_addresses();
  std::vector<Announcement> announcements() const;
  void announce(uint32_t repeat, uint32_t again, Millis delay);
  void transition(const Action& action, int64_t now_ns);
  void note_peer(const Ip& peer);
  void reject(const Received& received, int64_t now_ns);
  void note_mismatch(const Received& received, int64_t now_ns);
  void note_lateness(int64_t now_ns);
  void publish();
  void publish_arbiter(const Arbiter& arbiter);
  void tell(uint32_t what, LogLevel level, std::string_view text);

  const Surroundings& around_;
  const uint32_t index_;
  const VrrpInstanceConfig& config_;
  const VrrpConfig& section_;
  VrrpSlot& slot_;
  const LaneCommon common_;
  std::vector<Lane> lanes_;
  Election election_;
  Vips vips_;
  std::optional<Macvlan> macvlan_;
  Standing standing_;
  std::string link_fault_;
  uint64_t link_ups_ = 0;       // as of the last look
  std::string filter_fault_;    // the addresses would accept traffic against the configuration
  std::string reported_fault_;  // what the election was told last; empty: none
  const InstanceState handed_;  // by a predecessor
  const bool resumes_;          // what it was in the middle of
  bool ready_ = false;          // start() was called
  bool started_ = false;        // and the election runs
  bool isolated_ = false;       // no consent of the arbiter
  int64_t wanted_ns_ = kNever;  // since when it wants to be master; kNever: it does not
  bool announced_again_ = false;
  int64_t hold_until_ns_ = 0;
  int64_t timer_ns_ = kNever;
  int64_t refresh_ns_ = kNever;  // next announcement of a master that nothing happened to
  uint32_t obeyed_ = 0, releases_ = 0;
  std::array<Repeats, static_cast<size_t>(VrrpReject::kCount)> refusals_;
  Repeats mismatches_, send_failures_, macvlan_failures_;
  int64_t rejected_ns_ = INT64_MIN;  // last refused advert of our VRID
  uint32_t lost_ = 0;                // addresses that somebody removed since the last look
  std::string first_lost_;
  int64_t removed_ns_ = INT64_MIN / 2;  // first removal of an address that was put back
  int64_t mismatch_ns_ = INT64_MIN;     // last advert with other addresses
  int64_t strangers_ns_ = INT64_MIN;    // last one of somebody else who has our VRID or address
  std::array<Ip, 4> peers_;             // heard and accepted, for counting them
  uint32_t peer_count_;
};

}  // namespace hawser::vrrp
