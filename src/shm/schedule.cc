// SPDX-License-Identifier: MIT
#include "shm/schedule.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <queue>

#include "shm/server_state.h"

namespace hawser {
namespace {

constexpr uint32_t kMaxLength = 65536;
constexpr uint32_t kFineLength = 512;  // what a small backend gets for weights set at run time
constexpr uint32_t kWeightScale = 16;  // parts of ServerState::weight in one of `weight`

void reduce(std::vector<Candidate>& from) {
  uint32_t divisor = 0;
  for (const Candidate& each : from) divisor = std::gcd(divisor, each.weight);
  for (Candidate& each : from) each.weight /= divisor;
}

uint64_t total_weight(const std::vector<Candidate>& from) {
  uint64_t total = 0;
  for (const Candidate& each : from) total += each.weight;
  return total;
}

void scale_down(std::vector<Candidate>& from, size_t capacity) {
  const uint64_t total = total_weight(from);
  if (total <= capacity) return;
  HW_ASSERT(from.size() <= capacity);
  // One place is kept for each, so that rounding a small weight up to 1 cannot overflow.
  const uint64_t share = capacity - from.size();
  for (Candidate& each : from) {
    each.weight = static_cast<uint32_t>(std::max<uint64_t>(1, each.weight * share / total));
  }
}

uint32_t weight_now(const ServerState& state, const ServerSettings& set, bool is_static) {
  const HealthWord word = health_of(state);
  if (!is_usable(word) || word.health == ServerHealth::kStopping) return 0;
  if ((word.admin & kAdminDrain) != 0) return 0;
  const uint32_t weight = state.weight.load(std::memory_order_relaxed);
  return is_static && weight != 0 ? set.weight * kWeightScale : weight;
}

}  // namespace

std::vector<Candidate> candidates(Shared& shared, const ProxyConfig& backend,
                                  uint32_t first_server) {
  std::vector<Candidate> active, backup;
  for (uint32_t i = 0; i < backend.servers.size(); ++i) {
    const ServerSettings& set = backend.servers[i].set;
    const uint32_t weight =
        weight_now(shared.server_state(first_server + i), set, backend.balance.static_weights);
    if (weight != 0) (set.backup ? backup : active).push_back({i, weight});
  }
  if (!active.empty()) return active;
  if (!backend.option(Option::kAllbackups) && backup.size() > 1) backup.resize(1);
  return backup;
}

std::vector<uint16_t> turn_order(std::vector<Candidate> from, size_t capacity) {
  if (from.empty()) return {};
  reduce(from);
  scale_down(from, capacity);

  // Turn k of a server with weight w is due at (2k + 1) / 2w of the cycle: its turns are evenly
  // spread, and those of different servers interleave. Compared as fractions, without rounding.
  struct Due {
    uint64_t numerator;
    uint32_t weight, position;
    bool operator>(const Due& other) const {
      const uint64_t left = numerator * other.weight, right = other.numerator * weight;
      return left != right ? left > right : position > other.position;
    }
  };
  std::vector<Due> first;
  first.reserve(from.size());
  for (const Candidate& each : from) first.push_back({1, each.weight, each.position});
  std::priority_queue<Due, std::vector<Due>, std::greater<>> queue({}, std::move(first));

  std::vector<uint16_t> order(total_weight(from));
  for (uint16_t& turn : order) {
    Due due = queue.top();
    queue.pop();
    turn = static_cast<uint16_t>(due.position);
    due.numerator += 2;
    queue.push(due);
  }
  return order;
}

uint32_t schedule_capacity(const ProxyConfig& backend) {
  std::vector<Candidate> all;
  for (const ServerConfig& server : backend.servers) {
    if (server.set.weight != 0) all.push_back({0, server.set.weight});
  }
  if (!all.empty()) reduce(all);
  const uint64_t servers = backend.servers.size();
  const uint64_t wanted = std::max(
      {total_weight(all), std::min<uint64_t>(servers * 256, kFineLength), servers * kWeightScale});
  return static_cast<uint32_t>(std::max(std::min<uint64_t>(wanted, kMaxLength), servers));
}

void publish_schedule(Shared& shared, const Config& config, uint32_t proxy) {
  Schedule& schedule = shared.schedule(proxy);
  const uint32_t half = 1 - schedule.active.load(std::memory_order_relaxed);
  const std::span<uint16_t> entries = shared.schedule_entries(proxy, half);
  const std::vector<uint16_t> order = turn_order(
      candidates(shared, *config.proxies[proxy], config.first_server[proxy]), entries.size());
  // A worker that was stopped in the middle of a pick may still read this half: it finds an older
  // or a newer turn, each of which names a server of this backend.
  for (size_t i = 0; i < order.size(); ++i) {
    std::atomic_ref(entries[i]).store(order[i], std::memory_order_relaxed);
  }
  schedule.length[half].store(static_cast<uint32_t>(order.size()), std::memory_order_relaxed);
  schedule.active.store(half, std::memory_order_release);
  shared.proxy_load(proxy).servers_changed.fetch_add(1, std::memory_order_release);
}

void publish_schedules(Shared& shared, const Config& config) {
  for (uint32_t i = 0; i < config.proxies.size(); ++i) {
    if (!config.proxies[i]->servers.empty()) publish_schedule(shared, config, i);
  }
}

TurnView::TurnView(Shared& shared, uint32_t proxy) : schedule_(shared.schedule(proxy)) {
  const uint32_t half = schedule_.active.load(std::memory_order_acquire);
  length_ = schedule_.length[half].load(std::memory_order_relaxed);
  entries_ = shared.schedule_entries(proxy, half);
}

uint32_t TurnView::at(uint64_t turn) const {
  return std::atomic_ref(entries_[turn % length_]).load(std::memory_order_relaxed);
}

uint64_t TurnView::take() { return schedule_.turn.fetch_add(1, std::memory_order_relaxed); }

}  // namespace hawser
