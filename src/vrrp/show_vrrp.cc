// SPDX-License-Identifier: MIT
#include "vrrp/show_vrrp.h"

#include <fmt/format.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <ctime>
#include <iterator>

#include "vrrp/event_reader.h"
#include "vrrp/script_verdict.h"
#include "vrrp/tracker_share.h"

namespace hawser {
namespace {

const VrrpConfig& section_of(const Config& config, uint32_t instance) {
  return *config.vrrps[config.vrrp_instances[instance].section];
}

template <class... Args>
void put(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

// "  priority      100 …": what follows a label of fixed width.
void label(std::string& out, std::string_view name) { put(out, "  {:<13} ", name); }

// Why the instance is in its state: what its last transition said.
std::string last_reason(const Config& config, Shared& shared, uint32_t instance) {
  std::string reason;
  EventReader(config, shared).recall([&](const ReadEvent& event) {
    const bool transition = event.what <= static_cast<uint32_t>(VrrpState::kFault);
    if (event.instance == instance && transition) reason = event.text;
  });
  return reason;
}

void put_priority(const Config& config, Shared& shared, uint32_t instance, std::string& out) {
  const VrrpSlot& slot = shared.vrrp(instance);
  label(out, "priority");
  put(out, "{} (base {}", slot.priority.load(), slot.base_priority.load());
  if (slot.wish.priority.load() != 0) put(out, ", set at run time");
  for (const TrackConfig* track : tracks_of(config, config.vrrp_instances[instance].section)) {
    const int share = track_share(*track, shared.track_state(track->slot));
    if (share != 0) put(out, "; {} {:+}", track_name(*track), share);
  }
  put(out, ")\n");
}

void put_addresses(const VrrpInstanceConfig& instance, std::string& out) {
  label(out, "addresses");
  bool first = true;
  for (const VirtualAddress& address : instance.addresses) {
    put(out, "{}{}/{}", first ? "" : ", ", address.address.ip_text(), address.prefix);
    if (!address.interface.empty()) put(out, " dev {}", address.interface);
    first = false;
  }
  put(out, "{}\n", first ? "none" : "");
  if (instance.macvlan.empty()) return;
  label(out, "virtual mac");
  put(out, "{:02x} on {}\n", fmt::join(instance.mac, ":"), instance.macvlan);
}

void put_master(VrrpSlot& slot, int family, std::string& out) {
  if (slot.state.load() == VrrpState::kMaster) return;
  const std::string master = shared_address_text(slot.master_address, family);
  label(out, "master");
  if (master.empty()) {
    put(out, "none heard\n");
  } else {
    put(out, "{}, priority {}\n", master, slot.master_priority.load());
  }
}

bool is_peer(const Config& config, uint32_t instance, const VrrpSpeaker& speaker) {
  const VrrpConfig& section = section_of(config, instance);
  return speaker.heard_ns.load() != 0 && speaker.vrid.load() == section.vrid &&
         speaker.family.load() == static_cast<uint32_t>(config.vrrp_instances[instance].family) &&
         speaker.ifindex.load() == if_nametoindex(section.interface.c_str());
}

void put_arbiter(const VrrpSlot& slot, const VrrpConfig& section, const ShowTime& now,
                 std::string& out) {
  if (!section.arbiter.ping) return;
  label(out, "arbiter");
  put(out, "{} ", section.arbiter.ping->ip_text());
  const std::string span = span_text(now.monotonic_ns - slot.arbiter_ns.load());
  switch (static_cast<TrackResult>(slot.arbiter.load())) {
    case TrackResult::kUnknown:
      return put(out, "has not answered yet\n");
    case TrackResult::kUp:
      return put(out, "answers, for {}; the last time after {} us\n", span, slot.arbiter_us.load());
    case TrackResult::kDown:
      return put(out, "does not answer, for {}: a backup that hears no peer stays backup\n", span);
  }
}

void put_peers(const Config& config, Shared& shared, uint32_t instance, const ShowTime& now,
               std::string& out) {
  const int family = config.vrrp_instances[instance].family;
  label(out, "peers");
  bool first = true;
  for (uint32_t row = 0; row < kVrrpSpeakers; ++row) {
    VrrpSpeaker& speaker = shared.vrrp_speaker(row);
    if (!is_peer(config, instance, speaker)) continue;
    if (!first) label(out, "");
    put(out, "{}, priority {}, heard {} ago{}\n", shared_address_text(speaker.address, family),
        speaker.priority.load(), span_text(now.monotonic_ns - speaker.heard_ns.load()),
        speaker.verdict.load() == 0 ? "" : ", refused");
    first = false;
  }
  if (first) put(out, "none heard\n");
}

void put_tracks(const Config& config, Shared& shared, uint32_t instance, const ShowTime& now,
                std::string& out) {
  bool first = true;
  for (const TrackConfig* track : tracks_of(config, config.vrrp_instances[instance].section)) {
    label(out, first ? "tracks" : "");
    put(out, "{}\n", track_line(*track, shared.track_state(track->slot), now.monotonic_ns));
    first = false;
  }
}

void put_counters(const VrrpSlot& slot, const VrrpSlot& cleared, std::string& out) {
  const auto since = [&](std::atomic<uint64_t> VrrpSlot::*counter) {
    return vrrp_count(slot.*counter, cleared.*counter);
  };
  label(out, "adverts");
  put(out, "{} sent, {} accepted; of priority 0: {} sent, {} received\n",
      since(&VrrpSlot::adverts_sent), since(&VrrpSlot::adverts_received),
      since(&VrrpSlot::zero_sent), since(&VrrpSlot::zero_received));
  label(out, "transitions");
  put(out, "{} to MASTER, {} from MASTER, {} to BACKUP, {} to FAULT\n",
      since(&VrrpSlot::became_master), since(&VrrpSlot::left_master),
      since(&VrrpSlot::became_backup), since(&VrrpSlot::became_fault));
  label(out, "announced");
  put(out, "{} gratuitous ARP or neighbour advertisements\n", since(&VrrpSlot::announcements));
}

void put_rejects(const VrrpSlot& slot, const VrrpSlot& cleared, int family, std::string& out) {
  bool first = true;
  for (size_t i = 0; i < std::size(slot.rejected); ++i) {
    const uint64_t count = vrrp_count(slot.rejected[i], cleared.rejected[i]);
    if (count == 0) continue;
    const auto reason = static_cast<VrrpReject>(i);
    label(out, first ? "refused" : "");
    put(out, "{} {}: {}", count, reject_word(reason), reject_text(reason));
    if (slot.last_reject.load() == i + 1) {
      put(out, ", now from {}", shared_address_text(slot.last_reject_address, family));
    }
    put(out, "\n");
    first = false;
  }
}

void put_lateness(const VrrpSlot& slot, const VrrpSlot& cleared, std::string& out) {
  uint64_t total = 0, counts[kLatenessBuckets];
  for (size_t i = 0; i < kLatenessBuckets; ++i) {
    total += counts[i] = vrrp_count(slot.lateness[i], cleared.lateness[i]);
  }
  if (total == 0) return;
  label(out, "lateness");
  // The bounds below which half and 99 % of the timers fired.
  const auto bound = [&](uint64_t share) {
    uint64_t seen = 0;
    for (size_t i = 0; i + 1 < kLatenessBuckets; ++i) {
      seen += counts[i];
      if (seen * 100 >= total * share) return "<= " + span_text(int64_t{100'000} << i);
    }
    return "> " + span_text(int64_t{100'000} << (kLatenessBuckets - 2));
  };
  put(out, "half {}, 99% {}, at most {}\n", bound(50), bound(99),
      span_text(static_cast<int64_t>(slot.lateness_max_ns.load())));
}

void put_notify(const VrrpSlot& slot, const VrrpSlot& cleared, std::string& out) {
  const uint64_t runs = vrrp_count(slot.notify_runs, cleared.notify_runs);
  if (runs == 0) return;
  label(out, "notify");
  const uint32_t code = slot.notify_exit.load();
  put(out, "{} scripts run, {} failed; the last one: {} after {} ms\n", runs,
      vrrp_count(slot.notify_failures, cleared.notify_failures),
      code < 256 ? fmt::format("exit code {}", code) : "did not end by itself, or start",
      slot.notify_ms.load());
}

}  // namespace

uint64_t vrrp_count(const std::atomic<uint64_t>& now, const std::atomic<uint64_t>& cleared) {
  return now.load(std::memory_order_relaxed) - cleared.load(std::memory_order_relaxed);
}

std::string span_text(int64_t ns) {
  struct Unit {
    int64_t ns;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {{86'400'000'000'000, "d"}, {3'600'000'000'000, "h"},
                             {60'000'000'000, "m"},     {1'000'000'000, "s"},
                             {1'000'000, "ms"},         {1'000, "us"}};
  for (size_t i = 0; i < std::size(kUnits); ++i) {
    if (ns < kUnits[i].ns) continue;
    std::string text = fmt::format("{}{}", ns / kUnits[i].ns, kUnits[i].name);
    // Below a second, one unit tells enough.
    const int64_t rest = kUnits[i].name == "s" || i >= 4 ? 0 : ns % kUnits[i].ns / kUnits[i + 1].ns;
    if (rest != 0) text += fmt::format("{}{}", rest, kUnits[i + 1].name);
    return text;
  }
  return "0s";
}

std::string time_text(int64_t realtime_ns) {
  const auto seconds = static_cast<time_t>(realtime_ns / 1'000'000'000);
  tm at{};
  localtime_r(&seconds, &at);
  return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}", at.tm_year + 1900, at.tm_mon + 1,
                     at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec);
}

std::string shared_address_text(const std::atomic<uint64_t> (&address)[2], int family) {
  const uint64_t words[2] = {address[0].load(std::memory_order_relaxed),
                             address[1].load(std::memory_order_relaxed)};
  if (words[0] == 0 && words[1] == 0) return {};
  if (family == AF_INET) {
    in_addr ip;
    memcpy(&ip, words, sizeof ip);
    return Address::ipv4(ip, 0).ip_text();
  }
  in6_addr ip;
  memcpy(&ip, words, sizeof ip);
  return Address::ipv6(ip, 0).ip_text();
}

std::string_view vrrp_state_word(VrrpState state) {
  constexpr std::string_view kWords[] = {"INIT", "BACKUP", "MASTER", "FAULT"};
  const auto index = static_cast<size_t>(state);
  return index < std::size(kWords) ? kWords[index] : "?";
}

void show_vrrp_text(const Config& config, Shared& shared, uint32_t instance, const ShowTime& now,
                    std::string& out) {
  const VrrpInstanceConfig& made = config.vrrp_instances[instance];
  const VrrpConfig& section = section_of(config, instance);
  VrrpSlot& slot = shared.vrrp(instance);
  const VrrpSlot& cleared = shared.vrrp_cleared(instance);
  const int64_t since_ns = slot.changed_ns.load();
  put(out, "{}: {}", made.name, vrrp_state_word(slot.state.load()));
  if (since_ns != 0) {
    const int64_t age_ns = now.monotonic_ns - since_ns;
    put(out, " since {} ({})", time_text(now.realtime_ns - age_ns), span_text(age_ns));
  }
  if (slot.maintenance.load() != 0) put(out, ", held in maintenance");
  put(out, "\n");
  for (const std::string& alarm : vrrp_alarms(config, shared, instance)) {
    label(out, "ALARM");
    put(out, "{}\n", alarm);
  }
  if (const std::string reason = last_reason(config, shared, instance); !reason.empty()) {
    label(out, "because");
    put(out, "{}\n", reason);
  }
  if (slot.maintenance.load() != 0 && slot.wish.maintenance_until.load() != 0) {
    label(out, "maintenance");
    put(out, "ends in {}\n", span_text(slot.wish.maintenance_until.load() - now.monotonic_ns));
  }
  label(out, "router");
  put(out, "id {} on {}, VRRPv{} over {}, an advert every {}\n", section.vrid, section.interface,
      made.version, made.family == AF_INET ? "IPv4" : "IPv6",
      span_text(int64_t{slot.advert_cs.load()} * 10'000'000));
  put_priority(config, shared, instance, out);
  put_addresses(made, out);
  put_master(slot, made.family, out);
  put_peers(config, shared, instance, now, out);
  put_arbiter(slot, section, now, out);
  put_tracks(config, shared, instance, now, out);
  put_counters(slot, cleared, out);
  put_rejects(slot, cleared, made.family, out);
  put_lateness(slot, cleared, out);
  put_notify(slot, cleared, out);
}

}  // namespace hawser
