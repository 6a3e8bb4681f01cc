// SPDX-License-Identifier: MIT
#include "vrrp/proxy_health.h"

#include <fmt/core.h>

#include <algorithm>

namespace hawser {
namespace {

constexpr int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

const char* word_of(ProcessState state) {
  switch (state) {
    case ProcessState::kServing:
    case ProcessState::kHung:
      return "hangs";
    case ProcessState::kStarting:
      return "does not get ready";
    case ProcessState::kDraining:
      return "is draining";
    case ProcessState::kAbsent:
    case ProcessState::kDead:
      break;
  }
  return "is dead";
}

}  // namespace

ProxyHealth::ProxyHealth(Shared& shared, Millis master_limit)
    : shared_(shared), master_limit_ns_(in_ns(master_limit)), workers_(shared.workers()) {}

void ProxyHealth::look(int64_t now_ns) {
  // Heartbeats were not looked at meanwhile: old ones say nothing.
  if (now_ns - now_ns_ > 5 * in_ns(kPeriod)) since_ns_ = now_ns;
  now_ns_ = now_ns;
  stopping_ = shared_.header().stopping.load(std::memory_order_relaxed) != 0;
  master_ns_ = shared_.process(kMasterSlot).beat_ns.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    const Heartbeat& beat = shared_.process(kFirstWorker + i);
    workers_[i].state = beat.state.load(std::memory_order_acquire);
    workers_[i].deaf_ns = beat.deaf_ns.load(std::memory_order_relaxed);
    if (workers_[i].state == ProcessState::kServing) {
      workers_[i].well_ns = beat.beat_ns.load(std::memory_order_relaxed);
    }
  }
}

bool ProxyHealth::is_starting() const {
  return !stopping_ && std::any_of(workers_.begin(), workers_.end(),
                                   [](const Worker& worker) { return worker.well_ns == 0; });
}

std::string ProxyHealth::sick(Millis deadline) const {
  if (stopping_) return "the proxy is stopping";
  if (master_limit_ns_ != 0 && master_ns_ != 0 &&
      now_ns_ - std::max(master_ns_, since_ns_) > master_limit_ns_) {
    return "the master hangs";
  }
  for (size_t i = 0; i < workers_.size(); ++i) {
    const Worker& worker = workers_[i];
    if (worker.state == ProcessState::kDraining) return fmt::format("worker {} is draining", i + 1);
    if (worker.well_ns == 0) return fmt::format("worker {} has not served yet", i + 1);
    const int64_t age_ns = now_ns_ - std::max(worker.well_ns, since_ns_);
    if (age_ns > in_ns(deadline)) {
      return fmt::format("worker {} {}: no heartbeat for {} ms", i + 1, word_of(worker.state),
                         (now_ns_ - worker.well_ns) / 1'000'000);
    }
    if (worker.deaf_ns != 0 && now_ns_ - std::max(worker.deaf_ns, since_ns_) > in_ns(deadline)) {
      return fmt::format("worker {} accepts no connections: no descriptors or memory for {} ms",
                         i + 1, (now_ns_ - worker.deaf_ns) / 1'000'000);
    }
  }
  return {};
}

int64_t ProxyHealth::due_ns(Millis deadline) const {
  int64_t due_ns = INT64_MAX;
  for (const Worker& worker : workers_) {
    if (worker.well_ns == 0) continue;
    due_ns = std::min(due_ns, std::max(worker.well_ns, since_ns_) + in_ns(deadline) + 1);
    if (worker.deaf_ns == 0) continue;
    due_ns = std::min(due_ns, std::max(worker.deaf_ns, since_ns_) + in_ns(deadline) + 1);
  }
  return due_ns;
}

}  // namespace hawser
