// SPDX-License-Identifier: MIT
#include "vrrp/event_reader.h"

#include <fmt/core.h>
#include <string.h>

#include <algorithm>

#include "base/log.h"

namespace hawser {
namespace {

// The oldest number that the ring can still have.
uint64_t oldest(uint64_t written) { return written < kVrrpEvents ? 1 : written - kVrrpEvents + 1; }

std::string_view state_name(uint32_t state) {
  constexpr std::string_view kNames[] = {"INIT", "BACKUP", "MASTER", "FAULT"};
  return kNames[state];
}

}  // namespace

std::string event_line(const Config& config, const ReadEvent& event) {
  std::string line;
  if (event.instance < config.vrrp_instances.size()) {
    line = config.vrrp_instances[event.instance].name + ": ";
  }
  const std::string_view reason = event.text;
  if (event.what == kVrrpNote) return line += reason;
  if (event.what == kVrrpReasserted) {
    line += "reasserts itself as MASTER";
  } else if (event.what == kVrrpStopped) {
    line += "stopped";
  } else if (event.what <= static_cast<uint32_t>(VrrpState::kFault)) {
    line += fmt::format("entering {} state (priority {})", state_name(event.what), event.priority);
  }
  if (!reason.empty()) (line += ": ") += reason;
  return line;
}

bool EventReader::fetch(uint64_t number, ReadEvent& out) {
  const VrrpEventEntry& entry = shared_.vrrp_events().entries[number % kVrrpEvents];
  if (entry.number.load(std::memory_order_acquire) != number) return false;
  out.number = number;
  out.at_ns = entry.at_ns;
  out.instance = entry.instance;
  out.what = entry.what;
  out.priority = entry.priority;
  out.level =
      static_cast<LogLevel>(std::min(entry.severity, static_cast<uint32_t>(LogLevel::kDebug)));
  out.text.assign(entry.text, strnlen(entry.text, sizeof entry.text));
  // Overwritten meanwhile: what was copied may be half of one and half of another.
  std::atomic_thread_fence(std::memory_order_acquire);
  return entry.number.load(std::memory_order_relaxed) == number;
}

void EventReader::recall(const OnEvent& on_event) {
  const VrrpEventRing& ring = shared_.vrrp_events();
  const uint64_t read = ring.read.load(std::memory_order_relaxed);
  ReadEvent event;
  for (uint64_t i = oldest(ring.written.load(std::memory_order_acquire)); i <= read; ++i) {
    if (fetch(i, event)) on_event(event);
  }
}

void EventReader::read(const OnEvent& on_event) {
  VrrpEventRing& ring = shared_.vrrp_events();
  uint64_t read = ring.read.load(std::memory_order_relaxed), lost = 0;
  ReadEvent event;
  for (;;) {
    const uint64_t written = ring.written.load(std::memory_order_acquire);
    if (read >= written) break;
    const uint64_t first = std::max(read + 1, oldest(written));
    lost += first - read - 1;
    if (fetch(first, event)) {
      if (lost != 0) {
        HW_WARN("vrrp: {} events were overwritten before they could be logged", lost);
        lost = 0;
      }
      log_line(event.level, event_line(config_, event));
      on_event(event);
    } else {
      ++lost;
    }
    read = first;
    ring.read.store(read, std::memory_order_relaxed);
  }
  if (lost != 0) HW_WARN("vrrp: {} events were overwritten before they could be logged", lost);
}

}  // namespace hawser
