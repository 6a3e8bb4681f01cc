// SPDX-License-Identifier: MIT
// What an instance does when its election says so: adverts, addresses and announcements.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "vrrp/instance.h"

namespace hawser::vrrp {
namespace {

// A virtual address that somebody removed is put back, with those that went in the same moment. Who
// removes it again within a second means it: then another node may have it.
constexpr int64_t kOneRemoval = 50'000'000, kRemovals = 1'000'000'000;

constexpr int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

}  // namespace

void Instance::apply(const ActionList& actions, int64_t now_ns) {
  for (const Action& action : actions) perform(action, now_ns);
  publish();
}

void Instance::perform(const Action& action, int64_t now_ns) {
  const GarpConfig& garp = section_.garp;
  switch (action.kind) {
    case Action::Kind::kSendAdvert:
      return send_advert(now_ns);
    case Action::Kind::kSendStop:
      if (send(kPriorityStop)) count(slot_.zero_sent);
      return;
    case Action::Kind::kTakeAddresses:
      return take_addresses();
    case Action::Kind::kGiveUpAddresses:
      around_.announcer.cancel(index_);
      refresh_ns_ = kNever;
      // First of all, as it ends at once whatever is answered and sent from the addresses.
      set_macvlan_up(false);
      if (const auto given_up = vips_.give_up(around_.kernel); !given_up) {
        tell(kVrrpNote, LogLevel::kAlert, given_up.error().text);
      }
      return;
    case Action::Kind::kAnnounce:
      if (garp.refresh != Millis(0)) refresh_ns_ = now_ns + in_ns(garp.refresh);
      return announce(garp.repeat, garp.repeat, garp.delay);
    case Action::Kind::kAnnounceAgain:
      announced_again_ = true;
      return announce(garp.lower_prio_repeat, garp.lower_prio_repeat, garp.lower_prio_delay);
    case Action::Kind::kAskConsent:
      return;  // wants_master() says so until the answer comes
    case Action::Kind::kArmTimer:
      timer_ns_ = action.at_ns;
      return;
    case Action::Kind::kTransition:
      return transition(action, now_ns);
    case Action::Kind::kReassert:
      return tell(kVrrpReasserted, LogLevel::kWarning, phrase(action));
    case Action::Kind::kNote:
      return tell(kVrrpNote, LogLevel::kNotice, phrase(action));
  }
}

void Instance::send_advert(int64_t now_ns) {
  const bool sent = send(election_.priority());
  if (sent) count(slot_.adverts_sent);
  apply(election_.sent(sent, now_ns), now_ns);
}

// On every lane; sent when one of them took it.
bool Instance::send(uint8_t priority) {
  bool sent = false;
  std::string why;
  // Before the first advert of a new master; the last one is sent when it is none any more.
  if (election_.role() == VrrpState::kMaster) set_macvlan_up(true);
  for (Lane& lane : lanes_) {
    if (lane.is_open()) sent |= lane.send(around_.transport, priority, election_.sequences(), why);
  }
  if (!sent && send_failures_.count(monotonic_ns())) {
    tell(kVrrpNote, LogLevel::kAlert, why.empty() ? "no lane is open to send on" : why);
  }
  return sent;
}

void Instance::take_addresses() {
  if (const auto taken = vips_.take(around_.kernel); !taken) {
    tell(kVrrpNote, LogLevel::kAlert, taken.error().text);
  }
}

void Instance::hold_again() {
  if (election_.role() == VrrpState::kMaster) take_addresses();
}

std::vector<Announcement> Instance::announcements() const {
  std::vector<Announcement> what;
  for (const Vips::Place& place : vips_.places(around_.kernel)) {
    Announcement made{.ifindex = place.ifindex, .address = place.address};
    const Link* link = around_.monitor.find(place.ifindex);
    if (macvlan_ && place.ifindex == macvlan_->ifindex()) {
      made.mac = macvlan_->mac();  // the monitor may not have heard of it yet
    } else if (link != nullptr && !link->no_arp) {
      std::copy(std::begin(link->mac), std::end(link->mac), made.mac.begin());
    } else {
      continue;
    }
    const GarpForm form =
        made.address.family() == AF_INET ? section_.garp.form : GarpForm::kRequest;
    if (form != GarpForm::kReply) what.push_back(made);
    made.form = ArpForm::kReply;
    if (form != GarpForm::kRequest) what.push_back(made);
  }
  return what;
}

void Instance::announce(uint32_t repeat, uint32_t again, Millis delay) {
  const std::vector<Announcement> what = announcements();
  if (what.empty()) return;
  const GarpConfig& garp = section_.garp;
  around_.announcer.announce(index_, what, repeat, Millis(0), garp.pace);
  if (delay != Millis(0)) around_.announcer.announce(index_, what, again, delay, garp.pace);
  slot_.announcements.fetch_add(what.size() * (repeat + (delay != Millis(0) ? again : 0)),
                                std::memory_order_relaxed);
}

void Instance::address_gone(const LinkAddress& gone) {
  if (vips_.address_gone(gone, around_.kernel) != Vips::Loss::kLost) return;
  if (lost_++ == 0) first_lost_ = gone.address.ip_text();
}

// They may be many, and their routes went with them: all are looked at together.
void Instance::settle_loss(int64_t now_ns) {
  const uint32_t others = std::exchange(lost_, 0) - 1;
  if (election_.role() != VrrpState::kMaster) return;
  tell(kVrrpNote, LogLevel::kWarning,
       fmt::format("somebody removed {}{} from the interface", first_lost_,
                   others == 0 ? "" : fmt::format(" and {} more", others)));
  put_back(now_ns);
}

void Instance::put_back(int64_t now_ns) {
  if (now_ns - removed_ns_ > kRemovals) removed_ns_ = now_ns;
  if (now_ns - removed_ns_ <= kOneRemoval) {
    take_addresses();
    const GarpConfig& garp = section_.garp;
    return announce(garp.repeat, garp.repeat, garp.delay);
  }
  apply(election_.address_lost(now_ns), now_ns);
}

}  // namespace hawser::vrrp
