// SPDX-License-Identifier: MIT
// How virtual routers stand, for people and for programs. Reads shared memory only.
#pragma once

#include <string>

#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

// The present time on both clocks.
struct ShowTime {
  int64_t monotonic_ns;
  int64_t realtime_ns;
};

// A counter since the last `clear counters`.
uint64_t vrrp_count(const std::atomic<uint64_t>& now, const std::atomic<uint64_t>& cleared);

// "3d4h", "12m5s", "250ms": the two largest units.
std::string span_text(int64_t ns);
// "2026-11-21 07:30:00" in local time.
std::string time_text(int64_t realtime_ns);
// One of the address fields of VrrpSlot or VrrpSpeaker; empty: none.
std::string shared_address_text(const std::atomic<uint64_t> (&address)[2], int family);
std::string_view vrrp_state_word(VrrpState state);

// What of an instance needs somebody's attention, one sentence each; empty: nothing.
std::vector<std::string> vrrp_alarms(const Config& config, Shared& shared, uint32_t instance);

void show_vrrp_text(const Config& config, Shared& shared, uint32_t instance, const ShowTime& now,
                    std::string& out);
// An object, without a line end.
void show_vrrp_json(const Config& config, Shared& shared, uint32_t instance, const ShowTime& now,
                    std::string& out);
// The speakers heard, a line each below a headline.
void show_vrrp_lan(const Config& config, Shared& shared, const ShowTime& now, std::string& out);

}  // namespace hawser
