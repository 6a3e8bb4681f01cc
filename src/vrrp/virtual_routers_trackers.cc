// SPDX-License-Identifier: MIT
// What instances are told of their trackers and of operators, in every look.
#include <fmt/format.h>

#include "base/clock.h"
#include "vrrp/track_view.h"
#include "vrrp/virtual_routers.h"

namespace hawser::vrrp {
namespace {

constexpr int64_t kOpenAgainNs = 500'000'000;

}  // namespace

// Asks all trackers, and tells the instances what they add up to.
void VirtualRouters::look() {
  const int64_t now_ns = monotonic_ns();
  look_ns_ = now_ns + std::chrono::nanoseconds(ProxyHealth::kPeriod).count();
  if (now_ns >= clear_ns_) clear_leftovers(now_ns);
  if (now_ns >= open_again_ns_) {
    open_again_ns_ = now_ns + kOpenAgainNs;
    links_changed_ |= transport_.try_again();
  }
  proxy_.look(now_ns);
  for (const auto& instance : instances_) {
    instance->obey(now_ns);
    instance->stand(standing_of(*instance), now_ns);
    instance->publish_alarms(now_ns);
    note_due(*instance);
    run_timers();
  }
}

Standing VirtualRouters::standing_of(const Instance& instance) {
  const VrrpConfig& section = instance.section();
  std::vector<Tracked> tracked;
  const auto add = [&](const std::vector<TrackConfig>& tracks) {
    for (const TrackConfig& track : tracks) tracked.push_back({&track, see(track)});
  };
  add(section.tracks);
  if (section.group != kNoIndex) add(config_.vrrp_groups[section.group]->tracks);
  const uint32_t wished =
      shared_.vrrp(static_cast<uint32_t>(&instance.config() - config_.vrrp_instances.data()))
          .wish.priority.load(std::memory_order_relaxed);
  const uint8_t base = wished != 0 ? static_cast<uint8_t>(wished) : section.priority;
  return stand(base, tracked);
}

// What control finds out is in shared memory; what we find out goes there.
Sighting VirtualRouters::see(const TrackConfig& track) {
  TrackState& state = shared_.track_state(track.slot);
  if (track.type->look == nullptr) {
    Sighting seen;
    seen.state = static_cast<Sighting::State>(state.result.load(std::memory_order_acquire));
    if (track.type->by_value) seen.value = state.value.load(std::memory_order_relaxed);
    if (seen.state != Sighting::State::kUp) {
      seen.why =
          fmt::format("{} {} {}", track.type->name, track.subject,
                      seen.state == Sighting::State::kDown ? "failed" : "has not answered yet");
    }
    return seen;
  }
  Sighting seen = track.type->look(track, {config_, shared_, *monitor_, proxy_});
  const auto result = static_cast<uint32_t>(seen.state);
  if (state.result.exchange(result, std::memory_order_release) != result) {
    state.changed_ns.store(monotonic_ns(), std::memory_order_relaxed);
  }
  return seen;
}

}  // namespace hawser::vrrp
