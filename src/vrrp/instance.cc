// SPDX-License-Identifier: MIT
#include "vrrp/instance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "loop/watch.h"
#include "vrrp/accept_mode.h"
#include "vrrp/timers.h"

namespace hawser::vrrp {
namespace {

// A virtual address that somebody removed is put back, with those that went in the same moment. Who
// removes it again within a second means it: then another node may have it.
constexpr int64_t kOneRemoval = 50'000'000, kRemovals = 1'000'000'000;

constexpr int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

void store(std::atomic<uint64_t> (&words)[2], const Ip& ip) {
  uint64_t parts[2] = {};
  std::memcpy(parts, ip.bytes.data(), ip.bytes.size());
  words[0].store(parts[0], std::memory_order_relaxed);
  words[1].store(parts[1], std::memory_order_relaxed);
}

void count(std::atomic<uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

LogLevel level_of(VrrpState state) {
  return state == VrrpState::kFault ? LogLevel::kAlert : LogLevel::kNotice;
}

bool is_link_local(const Ip& ip) {
  return ip.size == 16 && ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80;
}

}  // namespace

Result<std::unique_ptr<Instance>> Instance::make(const Surroundings& around, uint32_t index,
                                                 const ElectionState* state) {
  const VrrpInstanceConfig& config = around.config.vrrp_instances[index];
  auto common = LaneCommon::make(*around.config.vrrps[config.section], config);
  if (!common) return common.error();
  std::unique_ptr<Instance> made(new Instance(around, index, std::move(common).value(), state));
  if (state == nullptr) {
    if (const auto cleaned = made->vips_.give_up(around.kernel); !cleaned) {
      made->tell(kVrrpNote, LogLevel::kWarning, cleaned.error().text);
    }
  }
  if (const auto closed = close_addresses(made->section_, config); !closed) {
    made->filter_fault_ = closed.error().text;
  }
  // A process that is started anew finds what was asked for; only a release is over.
  made->releases_ = made->slot_.wish.releases.load(std::memory_order_relaxed);
  made->publish();
  return made;
}

Instance::Instance(const Surroundings& around, uint32_t index, LaneCommon common,
                   const ElectionState* state)
    : around_(around),
      index_(index),
      config_(around.config.vrrp_instances[index]),
      section_(*around.config.vrrps[config_.section]),
      slot_(around.shared.vrrp(index)),
      common_(std::move(common)),
      lanes_(Lane::of(common_)),
      election_(state != nullptr ? Election(settings(), *state)
                                 : Election(settings(), section_.priority)),
      vips_(config_, section_.priority == 255,
            config_.macvlan.empty() ? section_.interface : config_.macvlan),
      resumes_(state != nullptr && state->role != VrrpState::kInit) {
  if (!config_.macvlan.empty()) macvlan_.emplace(config_, around_.kernel, around_.bases);
}

ElectionSettings Instance::settings() const {
  return {.version = config_.version,
          .advert_ns = in_ns(section_.advert),
          .down_adverts = section_.down_timer_adverts,
          .preempt = section_.preempt,
          .preempt_delay_ns = in_ns(section_.preempt_delay),
          .address = lanes_.empty() ? Ip{} : lanes_.front().source(),
          .needs_consent = config_.sync != kNoIndex || section_.arbiter.ping.has_value(),
          .learns_sequence = section_.auth == VrrpAuth::kAh && config_.version == 2};
}

std::string Instance::own_fault() const {
  if (!filter_fault_.empty()) return filter_fault_;
  if (!link_fault_.empty()) return link_fault_;
  return standing_.fault ? standing_.why : std::string();
}

// Adverts come from the first address of the interface that does not move between nodes; over IPv6,
// from its link-local one (RFC 9568, section 5.1.2.1).
Ip Instance::source_for(const Lane& lane) const {
  if (lane.configured_source().is_set() && lane.interface().empty())
    return lane.configured_source();
  const Link* link = around_.monitor.find(lane.interface());
  if (link == nullptr) return {};
  for (const LinkAddress& address : around_.monitor.addresses_of(link->index)) {
    const Ip ip = Ip::from_address(address.address);
    if (ip.family() != config_.family || address.tentative) continue;
    if (lane.configured_source().is_set()) {
      if (ip == lane.configured_source()) return ip;
      continue;
    }
    const bool fits = config_.family == AF_INET ? !address.secondary : is_link_local(ip);
    if (fits && address.protocol != kOurProtocol && !vips_.has(address.address)) return ip;
  }
  return {};
}

Result<> Instance::settle_macvlan() {
  const Link* base = around_.monitor.find(section_.interface);
  if (!macvlan_ || base == nullptr) return {};
  const uint32_t before = macvlan_->ifindex();
  std::string warning;
  const auto settled = macvlan_->settle(base->index, warning);
  if (!warning.empty()) tell(kVrrpNote, LogLevel::kWarning, warning);
  if (!settled || macvlan_->ifindex() == before) return settled;
  // Left up by a killed process.
  if (election_.role() != VrrpState::kMaster) set_macvlan_up(false);
  return around_.transport.interface_changed(macvlan_->name(), macvlan_->ifindex());
}

void Instance::set_macvlan_up(bool up) {
  if (!macvlan_) return;
  const auto set = up ? macvlan_->raise() : macvlan_->lower();
  if (!set && macvlan_failures_.count(monotonic_ns())) {
    tell(kVrrpNote, LogLevel::kAlert, set.error().text);
  }
}

// Somebody removed it, and the addresses went along.
void Instance::lose_macvlan(int64_t now_ns) {
  if (election_.role() != VrrpState::kMaster) return;
  tell(kVrrpNote, LogLevel::kWarning,
       fmt::format("somebody removed the interface {}", macvlan_->name()));
  set_macvlan_up(true);
  put_back(now_ns);
}

void Instance::open_lanes() {
  const auto settled = settle_macvlan();
  for (Lane& lane : lanes_) {
    const Link* link = around_.monitor.find(lane.interface());
    const bool usable = lane.interface().empty() || (link != nullptr && link->usable);
    const Ip source = usable ? source_for(lane) : Ip{};
    const auto opened = lane.open(around_.transport, source);
    std::string fault;
    if (!lane.interface().empty() && link == nullptr) {
      fault = fmt::format("there is no interface {}", lane.interface());
    } else if (!usable) {
      fault = fmt::format("interface {} is down", lane.interface());
    } else if (!source.is_set()) {
      fault = fmt::format("interface {} has no {} address to send from", lane.interface(),
                          config_.family == AF_INET ? "IPv4" : "link-local IPv6");
    } else if (!opened) {
      fault = opened.error().text;
    } else if (!settled) {
      fault = settled.error().text;
    }
    // A further heartbeat may fail: it is there for the case that something fails.
    if (&lane == &lanes_.front()) link_fault_ = std::move(fault);
  }
  election_.set_address(lanes_.front().source());
}

void Instance::look_at_links(int64_t now_ns) {
  const bool was_down = !link_fault_.empty();
  const uint32_t macvlan = macvlan_ ? macvlan_->ifindex() : 0;
  open_lanes();
  if (macvlan != 0 && macvlan_->ifindex() != macvlan) lose_macvlan(now_ns);
  settle_fault(now_ns);
  if (was_down && link_fault_.empty() && started_) apply(election_.link_up(now_ns), now_ns);
}

void Instance::start(int64_t now_ns, int64_t hold_until_ns) {
  hold_until_ns_ = hold_until_ns;
  ready_ = true;
  open_lanes();
  settle_fault(now_ns);
}

// Starts the election as soon as every tracker has answered; tells it of faults and of their end.
void Instance::settle_fault(int64_t now_ns) {
  if (!ready_) return;
  const std::string fault = own_fault();
  if (!started_ && fault.empty() && resumes_) return resume(now_ns);
  if (!started_ && fault.empty()) {
    if (standing_.pending) return;
    started_ = true;
    election_.set_priority(standing_.priority, now_ns);
    if (!reported_fault_.empty()) {
      reported_fault_.clear();
      apply(election_.recovered(now_ns), now_ns);
    }
    return apply(election_.start(now_ns, hold_until_ns_), now_ns);
  }
  if (fault.empty() == reported_fault_.empty()) return;
  reported_fault_ = fault;
  apply(fault.empty() ? election_.recovered(now_ns)
                      : election_.fault(reported_fault_.c_str(), now_ns),
        now_ns);
}

// Goes on where the predecessor was. A tracker that has not answered to us yet has answered to it:
// its priority holds until then.
void Instance::resume(int64_t now_ns) {
  started_ = true;
  reported_fault_.clear();
  slot_.changed_ns.store(election_.state().changed_ns, std::memory_order_relaxed);
  if (!standing_.pending) apply(election_.set_priority(standing_.priority, now_ns), now_ns);
  if (election_.role() == VrrpState::kFault) {
    return apply(election_.recovered(now_ns), now_ns);
  }
  apply(election_.resume(now_ns), now_ns);
  if (election_.role() != VrrpState::kMaster) return;
  // They are there, but for new ones; and the predecessor may have had bursts to send.
  take_addresses();
  perform({.kind = Action::Kind::kAnnounce}, now_ns);
}

void Instance::stand(const Standing& standing, int64_t now_ns) {
  const bool changed = standing.priority != election_.state().priority;
  standing_ = standing;
  settle_fault(now_ns);
  if (resumes_ && standing.pending) return publish();
  if (changed && started_) apply(election_.set_priority(standing.priority, now_ns), now_ns);
  publish();
}

void Instance::timer(int64_t now_ns) {
  if (election_.role() == VrrpState::kMaster && now_ns >= timer_ns_) note_lateness(now_ns);
  if (now_ns >= timer_ns_) {
    timer_ns_ = kNever;
    apply(election_.timer(now_ns), now_ns);
  }
  if (now_ns < refresh_ns_) return;
  refresh_ns_ = now_ns + in_ns(section_.garp.refresh);
  announce(section_.garp.refresh_repeat, 0, Millis(0));
}

void Instance::note_lateness(int64_t now_ns) {
  const int64_t late_ns = std::max<int64_t>(0, now_ns - election_.timer_ns());
  uint32_t bucket = 0;
  while (bucket + 1 < kLatenessBuckets && late_ns > int64_t{100'000} << bucket) ++bucket;
  count(slot_.lateness[bucket]);
  if (static_cast<uint64_t>(late_ns) > slot_.lateness_max_ns.load(std::memory_order_relaxed)) {
    slot_.lateness_max_ns.store(static_cast<uint64_t>(late_ns), std::memory_order_relaxed);
  }
}

bool Instance::packet(const PathKey& path, const Datagram& datagram, int64_t now_ns) {
  const auto lane = std::find_if(lanes_.begin(), lanes_.end(),
                                 [&path](const Lane& each) { return each.hears(path); });
  if (lane == lanes_.end()) return false;
  const Received received = receive(datagram, lane->settings(), election_.role(),
                                    election_.state().sequences, realtime_ns());
  switch (received.kind) {
    case Received::Kind::kIgnored: {
      const auto heading = peek(advert_bytes(datagram));
      return heading && heading->vrid == section_.vrid;
    }
    case Received::Kind::kRejected:
      reject(received, now_ns);
      return true;
    case Received::Kind::kAccepted:
      break;
  }
  count(slot_.adverts_received);
  if (received.advert.priority == kPriorityStop) count(slot_.zero_received);
  lane->follow(received.form);
  const Ip* known = std::find(peers_, peers_ + peer_count_, received.source);
  if (known == peers_ + peer_count_ && peer_count_ < std::size(peers_)) {
    peers_[peer_count_++] = received.source;
    slot_.peers_heard.store(peer_count_, std::memory_order_relaxed);
  }
  if (received.addresses_differ) note_mismatch(received, now_ns);
  apply(election_.heard(received.heard(), now_ns), now_ns);
  return true;
}

void Instance::reject(const Received& received, int64_t now_ns) {
  const Rejected& rejected = *received.rejected;
  const auto reason = static_cast<size_t>(rejected.reason);
  count(slot_.rejected[reason]);
  slot_.last_reject.store(static_cast<uint32_t>(reason) + 1, std::memory_order_relaxed);
  store(slot_.last_reject_address, received.source);
  rejected_ns_ = now_ns;
  if (const auto silent = refusals_[reason].count(now_ns)) {
    tell(kVrrpNote, LogLevel::kWarning,
         fmt::format(
             "advert from {} refused: {}{}", received.source.text(), describe(rejected),
             *silent == 0 ? "" : fmt::format(" ({} more since the last such line)", *silent)));
  }
}

void Instance::note_mismatch(const Received& received, int64_t now_ns) {
  mismatch_ns_ = now_ns;
  if (!mismatches_.count(now_ns)) return;
  tell(
      kVrrpNote, LogLevel::kWarning,
      fmt::format("{} advertises other addresses: {}; make the virtual-address lines of both nodes "
                  "equal",
                  received.source.text(), common_.addresses.difference(received.advert)));
}

void Instance::address_gone(const LinkAddress& gone, int64_t now_ns) {
  const auto loss = vips_.address_gone(gone, around_.kernel);
  if (loss != Vips::Loss::kLost || election_.role() != VrrpState::kMaster) return;
  tell(kVrrpNote, LogLevel::kWarning,
       fmt::format("somebody removed {} from the interface", gone.address.ip_text()));
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

void Instance::obey(int64_t now_ns) {
  const VrrpWish& wish = slot_.wish;
  const uint32_t asked = wish.asked.load(std::memory_order_acquire);
  if (asked == obeyed_) return;
  obeyed_ = asked;
  const uint32_t releases = wish.releases.load(std::memory_order_relaxed);
  const bool maintenance = wish.maintenance.load(std::memory_order_relaxed) != 0;
  slot_.maintenance.store(maintenance, std::memory_order_relaxed);
  if (maintenance != election_.state().maintenance) {
    apply(election_.maintenance(maintenance, now_ns), now_ns);
  }
  if (std::exchange(releases_, releases) != releases) apply(election_.release(now_ns), now_ns);
  slot_.wish.answered.store(asked, std::memory_order_release);
  Doorbell::ring(around_.shared.process(kControlSlot).doorbell.load(std::memory_order_relaxed));
}

void Instance::leave(int64_t now_ns) { apply(election_.leave(now_ns), now_ns); }

void Instance::stop(int64_t now_ns) {
  const bool was_master = election_.role() == VrrpState::kMaster || election_.is_leaving();
  apply(election_.stop(now_ns), now_ns);
  tell(kVrrpStopped, LogLevel::kNotice, was_master ? "the addresses are free" : "was not master");
}

void Instance::look_at_filter() {
  const auto closed = close_again(section_, config_);
  if (!closed) {
    tell(kVrrpNote, LogLevel::kAlert, closed.error().text);
  } else if (*closed) {
    tell(kVrrpNote, LogLevel::kWarning,
         "somebody removed the filter of 'no accept'; it is in place again");
  }
}

void Instance::clean_up() {
  const auto report = [this](const Result<>& done) {
    if (!done) tell(kVrrpNote, LogLevel::kAlert, done.error().text);
  };
  if (macvlan_) report(macvlan_->remove());
  report(open_addresses(section_, config_));
}

void Instance::carry_out(GroupOrder order, const char* fault, int64_t now_ns) {
  switch (order) {
    case GroupOrder::kNone:
      return;
    case GroupOrder::kConsent:
      if (!isolated_) apply(election_.consent(now_ns), now_ns);
      return;
    case GroupOrder::kFault:
      return apply(election_.fault(fault, now_ns), now_ns);
    case GroupOrder::kRecover:
      return apply(election_.recovered(now_ns), now_ns);
    case GroupOrder::kFollow:
      return apply(election_.follow_to_backup(false, now_ns), now_ns);
    case GroupOrder::kFollowSoon:
      return apply(election_.follow_to_backup(true, now_ns), now_ns);
  }
}

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
      return tell(kVrrpReasserted, LogLevel::kWarning, action.reason);
    case Action::Kind::kNote:
      return tell(kVrrpNote, LogLevel::kNotice,
                  action.other.is_set() ? fmt::format("{} ({}, priority {})", action.reason,
                                                      action.other.text(), action.other_priority)
                                        : std::string(action.reason));
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

void Instance::announce(uint32_t repeat, uint32_t again, Millis delay) {
  std::vector<Announcement> what;
  for (const Vips::Place& place : vips_.places()) {
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
  if (what.empty()) return;
  const GarpConfig& garp = section_.garp;
  around_.announcer.announce(index_, what, repeat, Millis(0), garp.pace);
  if (delay != Millis(0)) around_.announcer.announce(index_, what, again, delay, garp.pace);
  slot_.announcements.fetch_add(what.size() * (repeat + (delay != Millis(0) ? again : 0)),
                                std::memory_order_relaxed);
}

void Instance::transition(const Action& action, int64_t now_ns) {
  slot_.changed_ns.store(now_ns, std::memory_order_relaxed);
  if (action.from == VrrpState::kMaster) count(slot_.left_master);
  if (action.to == VrrpState::kMaster) count(slot_.became_master);
  if (action.to == VrrpState::kBackup) count(slot_.became_backup);
  if (action.to == VrrpState::kFault) count(slot_.became_fault);
  slot_.state.store(action.to, std::memory_order_release);
  std::string text = action.reason;
  if (action.other.is_set()) {
    fmt::format_to(std::back_inserter(text), " ({}, priority {})", action.other.text(),
                   action.other_priority);
  }
  if (action.to == VrrpState::kMaster && peer_count_ == 0) text += "; no peer was ever heard";
  tell(static_cast<uint32_t>(action.to), level_of(action.to), text);
}

void Instance::publish() {
  const ElectionState& state = election_.state();
  slot_.state.store(state.role, std::memory_order_release);
  slot_.priority.store(election_.priority(), std::memory_order_relaxed);
  const uint32_t wished = slot_.wish.priority.load(std::memory_order_relaxed);
  slot_.base_priority.store(wished != 0 ? wished : section_.priority, std::memory_order_relaxed);
  const bool is_master = state.role == VrrpState::kMaster;
  slot_.master_priority.store(is_master ? election_.priority() : state.master_priority,
                              std::memory_order_relaxed);
  store(slot_.master_address, is_master ? lanes_.front().source() : state.master_address);
  const int64_t interval_ns =
      state.master_interval_ns != 0 ? state.master_interval_ns : in_ns(section_.advert);
  slot_.advert_cs.store(static_cast<uint32_t>(interval_ns / kNsPerCentisecond),
                        std::memory_order_relaxed);
  slot_.split_brain_ns.store(state.split_brain_ns, std::memory_order_relaxed);
  store(slot_.rival_address, state.rival_address);
  slot_.rival_priority.store(state.rival_priority, std::memory_order_relaxed);
}

void Instance::publish_alarms(int64_t now_ns) {
  const int64_t recent_ns = 3 * std::max<int64_t>(in_ns(section_.advert), in_ns(Millis(1000)));
  const auto is_recent = [&](int64_t at_ns) {
    return at_ns != INT64_MIN && now_ns - at_ns < recent_ns;
  };
  uint32_t alarms = 0;
  if (election_.is_split(now_ns)) alarms |= kAlarmSplitBrain;
  if (is_recent(rejected_ns_)) {
    alarms |= kAlarmRejectedPeer;
  } else {
    slot_.last_reject.store(0, std::memory_order_relaxed);
  }
  if (is_recent(mismatch_ns_)) alarms |= kAlarmConfigMismatch;
  if (election_.state().withheld && isolated_) alarms |= kAlarmIsolated;
  const bool weakened = standing_.priority < section_.priority;
  if (weakened && election_.role() == VrrpState::kMaster && section_.peer_priority &&
      standing_.priority >= *section_.peer_priority) {
    alarms |= kAlarmCannotMove;
  }
  slot_.alarms.store(alarms, std::memory_order_relaxed);
}

void Instance::tell(uint32_t what, LogLevel level, std::string_view text) {
  around_.events.write(index_, what, election_.priority(), level, text);
}

}  // namespace hawser::vrrp
