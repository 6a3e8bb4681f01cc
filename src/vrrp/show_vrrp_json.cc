// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/socket.h>

#include <iterator>

#include "admin/field.h"
#include "vrrp/script_verdict.h"
#include "vrrp/show_vrrp.h"
#include "vrrp/tracker.h"
#include "vrrp/tracker_share.h"

namespace hawser {
namespace {

// Members of an object, with the commas between them.
class Members {
 public:
  Members(std::string& out, char open, char close) : out_(out), close_(close) { out_ += open; }
  ~Members() { out_ += close_; }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  std::string& next() {
    if (std::exchange(any_, true)) out_ += ',';
    return out_;
  }
  std::string& key(std::string_view name) {
    print_json_text(name, next());
    return out_ += ':';
  }
  void text(std::string_view name, std::string_view value) { print_json_text(value, key(name)); }
  template <class Int>
  void number(std::string_view name, Int value) {
    fmt::format_to(std::back_inserter(key(name)), "{}", value);
  }
  void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }

 private:
  std::string& out_;
  char close_;
  bool any_ = false;
};

void put_counters(Shared& shared, uint32_t instance, Members& object) {
  const VrrpSlot& slot = shared.vrrp(instance);
  const VrrpSlot& cleared = shared.vrrp_cleared(instance);
#define HW_VRRP_COUNTER(name, text) object.number(#name, vrrp_count(slot.name, cleared.name));
  HW_VRRP_COUNTERS(HW_VRRP_COUNTER)
#undef HW_VRRP_COUNTER
  {
    Members rejected(object.key("rejected"), '{', '}');
    for (size_t i = 0; i < std::size(slot.rejected); ++i) {
      rejected.number(reject_word(static_cast<VrrpReject>(i)),
                      vrrp_count(slot.rejected[i], cleared.rejected[i]));
    }
  }
  Members lateness(object.key("lateness"), '[', ']');
  for (size_t i = 0; i < kLatenessBuckets; ++i) {
    fmt::format_to(std::back_inserter(lateness.next()), "{}",
                   vrrp_count(slot.lateness[i], cleared.lateness[i]));
  }
}

void put_arbiter(const VrrpSlot& slot, const VrrpConfig& section, const ShowTime& now,
                 Members& object) {
  if (!section.arbiter.ping) return;
  constexpr std::string_view kWords[] = {"unknown", "up", "down"};
  Members arbiter(object.key("arbiter"), '{', '}');
  arbiter.text("address", section.arbiter.ping->ip_text());
  arbiter.text("result", kWords[slot.arbiter.load() % std::size(kWords)]);
  const int64_t since_ns = slot.arbiter_ns.load();
  arbiter.number("seconds", since_ns == 0 ? 0 : (now.monotonic_ns - since_ns) / 1'000'000'000);
  arbiter.number("round_trip_us", slot.arbiter_us.load());
}

void put_tracks(const Config& config, Shared& shared, uint32_t section, Members& object) {
  constexpr std::string_view kWords[] = {"unknown", "up", "down"};
  Members tracks(object.key("tracks"), '[', ']');
  for (const TrackConfig* track : tracks_of(config, section)) {
    const TrackState& state = shared.track_state(track->slot);
    Members entry(tracks.next(), '{', '}');
    entry.text("type", track->type->name);
    entry.text("name", track->subject);
    entry.text("result", kWords[state.result.load() % std::size(kWords)]);
    entry.number("value", state.value.load());
    entry.number("weight", track->weight);
    entry.number("share", track_share(*track, state));
  }
}

}  // namespace

void show_vrrp_json(const Config& config, Shared& shared, uint32_t instance, const ShowTime& now,
                    std::string& out) {
  const VrrpInstanceConfig& made = config.vrrp_instances[instance];
  const VrrpConfig& section = *config.vrrps[made.section];
  const VrrpSlot& slot = shared.vrrp(instance);
  Members object(out, '{', '}');
  object.text("name", made.name);
  object.text("section", section.name);
  object.text("interface", section.interface);
  if (!made.macvlan.empty()) {
    object.text("virtual_mac", fmt::format("{:02x}", fmt::join(made.mac, ":")));
    object.text("virtual_mac_interface", made.macvlan);
  }
  object.number("vrid", section.vrid);
  object.text("family", made.family == AF_INET ? "ipv4" : "ipv6");
  object.number("version", made.version);
  object.number("state", static_cast<uint32_t>(slot.state.load()));
  object.text("state_name", vrrp_state_word(slot.state.load()));
  const int64_t changed_ns = slot.changed_ns.load();
  object.number("state_seconds",
                changed_ns == 0 ? 0 : (now.monotonic_ns - changed_ns) / 1'000'000'000);
  object.number("priority", slot.priority.load());
  object.number("base_priority", slot.base_priority.load());
  object.number("advert_ms", slot.advert_cs.load() * 10);
  object.flag("maintenance", slot.maintenance.load() != 0);
  object.text("master", shared_address_text(slot.master_address, made.family));
  object.number("master_priority", slot.master_priority.load());
  object.number("peers_heard", slot.peers_heard.load());
  object.number("split_brain_ms",
                (slot.split_brain_ns.load() - shared.vrrp_cleared(instance).split_brain_ns.load()) /
                    1'000'000);
  object.number("lateness_max_us", slot.lateness_max_ns.load() / 1000);
  {
    Members alarms(object.key("alarms"), '[', ']');
    for (const std::string& alarm : vrrp_alarms(config, shared, instance)) {
      print_json_text(alarm, alarms.next());
    }
  }
  put_arbiter(slot, section, now, object);
  put_tracks(config, shared, made.section, object);
  put_counters(shared, instance, object);
}

}  // namespace hawser
