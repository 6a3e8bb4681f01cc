// SPDX-License-Identifier: MIT
// What is wrong with a virtual router, for people.
#include <fmt/format.h>

#include "vrrp/show_vrrp.h"

namespace hawser {

std::vector<std::string> vrrp_alarms(const Config& config, Shared& shared, uint32_t instance) {
  const VrrpConfig& section = *config.vrrps[config.vrrp_instances[instance].section];
  const VrrpSlot& slot = shared.vrrp(instance);
  const int family = config.vrrp_instances[instance].family;
  const uint32_t alarms = slot.alarms.load();
  std::vector<std::string> out;
  if ((alarms & kAlarmSplitBrain) != 0) {
    out.push_back(
        fmt::format("split brain: {} is master as well and goes on advertising "
                    "(priority {}); {} so far",
                    shared_address_text(slot.rival_address, family), slot.rival_priority.load(),
                    span_text(slot.split_brain_ns.load())));
  }
  if ((alarms & kAlarmRejectedPeer) != 0 && slot.last_reject.load() != 0) {
    const auto reason = static_cast<VrrpReject>(slot.last_reject.load() - 1);
    out.push_back(
        fmt::format("the adverts of {} are refused: {} ({}); until that is put right "
                    "both nodes may be master",
                    shared_address_text(slot.last_reject_address, family), reject_text(reason),
                    reject_word(reason)));
  }
  if ((alarms & kAlarmConfigMismatch) != 0) {
    out.push_back(
        "a peer advertises other virtual addresses than ours: compare the virtual-address lines "
        "of both nodes");
  }
  if ((alarms & kAlarmCannotMove) != 0) {
    out.push_back(fmt::format(
        "would not fail over because with its failed trackers the priority is still {}, and {}",
        slot.priority.load(),
        section.peer_priority ? fmt::format("the peer's is {}", *section.peer_priority)
                              : "no peer's is higher"));
  }
  if ((alarms & kAlarmDuplicateRouter) != 0) {
    out.push_back(
        fmt::format("somebody else on {} uses virtual router id {}, or our own address: "
                    "see 'show vrrp lan'",
                    section.interface, section.vrid));
  }
  if ((alarms & kAlarmIsolated) != 0) {
    out.push_back(
        fmt::format("isolated: no peer is heard, and the arbiter {} does not answer; this "
                    "node does not become master",
                    section.arbiter.ping ? section.arbiter.ping->ip_text() : "?"));
  }
  if (slot.state.load() == VrrpState::kMaster && slot.peers_heard.load() == 0) {
    const uint64_t refused = refused_adverts(slot);
    out.push_back(
        refused == 0
            ? "no peer was ever heard: if there is one, a firewall may drop VRRP (IP protocol 112)"
            : fmt::format("no advert was ever accepted, and {} were refused: see 'show vrrp lan'",
                          refused));
  }
  return out;
}

}  // namespace hawser
