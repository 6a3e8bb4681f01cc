// SPDX-License-Identifier: MIT
#include "vrrp/instance.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "loop/watch.h"
#include "vrrp/accept_mode.h"

namespace hawser::vrrp {
namespace {

constexpr int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

}  // namespace

Result<std::unique_ptr<Instance>> Instance::make(const Surroundings& around, uint32_t index,
                                                 const InstanceState* state) {
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
                   const InstanceState* state)
    : around_(around),
      index_(index),
      config_(around.config.vrrp_instances[index]),
      section_(*around.config.vrrps[config_.section]),
      slot_(around.shared.vrrp(index)),
      common_(std::move(common)),
      lanes_(Lane::of(common_)),
      election_(state != nullptr ? Election(settings(), state->election)
                                 : Election(settings(), section_.priority)),
      vips_(config_, section_.priority == 255,
            config_.macvlan.empty() ? section_.interface : config_.macvlan),
      handed_(state != nullptr ? *state : InstanceState()),
      resumes_(handed_.election.role != VrrpState::kInit),
      peers_(handed_.peers),
      peer_count_(handed_.peer_count) {
  // Shared memory outlives a process that is killed.
  if (state != nullptr) slot_.peers_heard.store(peer_count_, std::memory_order_relaxed);
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
          .learns_sequence = section_.auth == VrrpAuth::kAh && config_.version == 2,
          .follows_stamps = !section_.hmac_by_time};
}

std::string Instance::own_fault() const {
  if (!filter_fault_.empty()) return filter_fault_;
  if (!link_fault_.empty()) return link_fault_;
  return standing_.fault ? standing_.why : std::string();
}

void Instance::start(int64_t now_ns, int64_t hold_until_ns) {
  hold_until_ns_ = hold_until_ns;
  ready_ = true;
  open_lanes();
  link_ups_ = link_ups();
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
  take_addresses();
  // New ones; otherwise everybody knows where they are, but for what the predecessor had not sent.
  if (vips_.took_any()) return perform({.kind = Action::Kind::kAnnounce}, now_ns);
  const GarpConfig& garp = section_.garp;
  around_.announcer.resume(index_, announcements(), handed_.bursts, garp.pace);
  if (garp.refresh != Millis(0)) {
    refresh_ns_ = std::min(handed_.refresh_ns, now_ns + in_ns(garp.refresh));
  }
}

InstanceKey Instance::key_of(const Config& config, uint32_t index) {
  const VrrpInstanceConfig& instance = config.vrrp_instances[index];
  const VrrpConfig& section = *config.vrrps[instance.section];
  return InstanceKey::of(section.interface, instance.family, section.vrid);
}

InstanceState Instance::hand_over() {
  InstanceState state;
  state.key = key();
  state.peers = peers_;
  state.peer_count = peer_count_;
  state.bursts = around_.announcer.left_of(index_);
  state.refresh_ns = refresh_ns_;
  state.election = election_.state();
  around_.announcer.cancel(index_);
  return state;
}

void Instance::stand(const Standing& standing, int64_t now_ns) {
  const bool changed = standing.priority != election_.state().priority;
  standing_ = standing;
  settle_fault(now_ns);
  if (resumes_ && standing.pending) return publish();
  if (changed && started_) {
    const bool wished = slot_.wish.priority.load(std::memory_order_relaxed) != 0;
    tell(kVrrpNote, LogLevel::kNotice,
         fmt::format("priority {} instead of {}{}", standing.priority, election_.state().priority,
                     wished ? ", as set at run time" : ""));
    apply(election_.set_priority(standing.priority, now_ns), now_ns);
  }
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

void Instance::note_peer(const Ip& peer) {
  const auto end = peers_.begin() + peer_count_;
  if (std::find(peers_.begin(), end, peer) != end || peer_count_ == peers_.size()) return;
  peers_[peer_count_++] = peer;
  slot_.peers_heard.store(peer_count_, std::memory_order_relaxed);
}

uint32_t Instance::packet(const PathKey& path, const Datagram& datagram, int64_t now_ns) {
  const auto lane = std::find_if(lanes_.begin(), lanes_.end(),
                                 [&path](const Lane& each) { return each.hears(path); });
  if (lane == lanes_.end()) return kVrrpNotOurs;
  const Received received = receive(datagram, lane->settings(), election_.role(),
                                    election_.state().sequences, realtime_ns());
  switch (received.kind) {
    case Received::Kind::kIgnored: {
      const auto heading = peek(advert_bytes(datagram));
      return heading && heading->vrid == section_.vrid ? kVrrpAccepted : kVrrpNotOurs;
    }
    case Received::Kind::kRejected:
      reject(received, now_ns);
      return vrrp_refused(received.rejected->reason);
    case Received::Kind::kAccepted:
      break;
  }
  count(slot_.adverts_received);
  if (received.advert.priority == kPriorityStop) count(slot_.zero_received);
  lane->follow(received.form);
  note_peer(received.source);
  if (received.addresses_differ) note_mismatch(received, now_ns);
  apply(election_.heard(received.heard(), now_ns), now_ns);
  return kVrrpAccepted;
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
    // A master says so as it leaves that state.
    if (election_.role() != VrrpState::kMaster) {
      tell(kVrrpNote, LogLevel::kNotice,
           maintenance ? "held in maintenance" : "maintenance is over");
    }
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

}  // namespace hawser::vrrp
