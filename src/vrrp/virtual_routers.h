// SPDX-License-Identifier: MIT
// Everything that the vrrp process runs: the instances of the configuration on one loop, with what
// they share. Timers come before packets, and packets before everything else.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "loop/fine_timer.h"
#include "loop/loop.h"
#include "netlink/filter_watch.h"
#include "netlink/monitor.h"
#include "vrrp/instance.h"
#include "vrrp/leftovers.h"
#include "vrrp/proxy_health.h"
#include "vrrp/speakers.h"
#include "vrrp/tracker.h"

namespace hawser::vrrp {

class VirtualRouters {
 public:
  // Opens what the instances need. The error is for the operator, and final.
  static Result<std::unique_ptr<VirtualRouters>> open(Loop& loop, const Config& config,
                                                      Shared& shared);

  // `predecessor`: what export_state() of another process gave; "": none. Its instances go on where
  // they were, without a transition.
  Result<> start(const std::string& predecessor = {});
  // What a process of this configuration claims of its predecessor: the argument of export_state().
  static std::string claims_of(const Config& config);
  // The bytes of the elections that a successor claims. What it does not claim, or could not read,
  // resigns first: nothing of it stays behind, and other nodes take over at once. This process then
  // sends nothing more and must end without stop().
  std::string export_state(std::string_view claims);

  void doorbell();  // the proxy is stopping, a tracker of control's changed, or somebody asked
  void stop();      // resigns everywhere; nothing runs afterwards
  // stop(), and then `left`, once other nodes have taken over: a second or so at most.
  void leave(std::function<void()> left);

 private:
  VirtualRouters(Loop& loop, const Config& config, Shared& shared);
  Result<> open_sockets();
  Result<> watch_filters();
  void clear_leftovers(int64_t now_ns);
  void tick();
  void look();
  void go_on_leaving();
  void run_timers();
  void note_due(const Instance& instance);
  void arm();
  void receive(const ReceivedPacket& packet);
  Result<> open_arbiters();
  void consult_arbiters(int64_t now_ns);
  void settle_groups(int64_t now_ns);
  bool settle_group(const std::vector<Instance*>& members, int64_t now_ns);
  void resign(const std::vector<Instance*>& instances);
  Standing standing_of(const Instance& instance);
  Sighting see(const TrackConfig& track);

  Loop& loop_;
  const Config& config_;
  Shared& shared_;
  EventWriter events_;
  ProxyHealth proxy_;
  Speakers speakers_;
  std::unique_ptr<Rtnl> kernel_;
  std::unique_ptr<BaseInterfaces> bases_;
  std::unique_ptr<Announcer> announcer_;
  std::unique_ptr<NetMonitor> monitor_;
  std::unique_ptr<FilterWatch> filters_;
  Transport transport_;
  std::unique_ptr<Surroundings> around_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::vector<Instance*> all_;
  std::vector<std::unique_ptr<Arbiter>> arbiters_;  // by section; null: it has none
  std::array<std::vector<Instance*>, 256> of_vrid_;
  std::vector<std::vector<Instance*>> groups_;  // members of each sync number
  FineTimer deadline_;
  int64_t timers_due_ns_ = 0;  // no timer is due before: that of the earliest, or less
  int64_t look_ns_ = 0;        // when trackers are looked at next
  Presence presence_;
  int64_t open_again_ns_ = 0;  // when sockets that could not be opened are tried again
  int64_t clear_ns_ = INT64_MAX, clear_until_ns_ = 0;  // next look for leftovers; the last one
  bool links_changed_ = false;
  bool stopped_ = false;
  std::function<void()> left_;  // set: nothing but the election goes on
};

}  // namespace hawser::vrrp
