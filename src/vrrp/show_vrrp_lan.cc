// SPDX-License-Identifier: MIT
// Everybody who speaks VRRP on our segments.
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "vrrp/show_vrrp.h"

namespace hawser {

void show_vrrp_lan(const Config& config, Shared& shared, const ShowTime& now, std::string& out) {
  std::vector<const VrrpSpeaker*> heard;
  if (!config.vrrp_instances.empty()) {
    for (uint32_t row = 0; row < kVrrpSpeakers; ++row) {
      if (shared.vrrp_speaker(row).heard_ns.load() != 0) heard.push_back(&shared.vrrp_speaker(row));
    }
  }
  std::sort(heard.begin(), heard.end(), [](const VrrpSpeaker* a, const VrrpSpeaker* b) {
    return std::tuple(a->ifindex.load(), a->vrid.load(), a->family.load()) <
           std::tuple(b->ifindex.load(), b->vrid.load(), b->family.load());
  });
  fmt::format_to(std::back_inserter(out),
                 "# {:<14} {:>4} {:<39} {:>3} {:>4} {:>8} {:>9} {:>8} {:>8} {}\n", "interface",
                 "vrid", "address", "ver", "prio", "interval", "addresses", "adverts", "heard",
                 "verdict");
  for (const VrrpSpeaker* speaker : heard) {
    char name[IF_NAMESIZE] = {};
    const uint32_t index = speaker->ifindex.load(), verdict = speaker->verdict.load();
    if (if_indextoname(index, name) == nullptr)
      fmt::format_to_n(name, sizeof name - 1, "#{}", index);
    std::string_view word = "accepted";
    if (verdict == kVrrpNotOurs) {
      word = "not ours";
    } else if (verdict != kVrrpAccepted) {
      word = reject_word(static_cast<VrrpReject>(verdict - 1));
    }
    fmt::format_to(
        std::back_inserter(out), "{:<16} {:>4} {:<39} {:>3} {:>4} {:>8} {:>9} {:>8} {:>8} {}\n",
        name, speaker->vrid.load(),
        shared_address_text(speaker->address, static_cast<int>(speaker->family.load())),
        speaker->version.load(), speaker->priority.load(),
        span_text(int64_t{speaker->interval_cs.load()} * 10'000'000), speaker->addresses.load(),
        speaker->adverts.load(), span_text(now.monotonic_ns - speaker->heard_ns.load()), word);
  }
}

}  // namespace hawser
