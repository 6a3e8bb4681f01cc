// SPDX-License-Identifier: MIT
// Reads what the vrrp process writes into the event ring, and logs it. Control's.
#pragma once

#include <functional>
#include <string>

#include "config/model.h"
#include "shm/shared.h"
#include "vrrp/subject.h"

namespace hawser {

// "VI_1: entering MASTER state (priority 100): no advert for 3.6 s".
std::string event_line(const Config& config, const ReadEvent& event);

class EventReader {
 public:
  using OnEvent = std::function<void(const ReadEvent&)>;
  EventReader(const Config& config, Shared& shared) : config_(config), shared_(shared) {}

  // Hands over what was read before, by a predecessor, as far as the ring still has it.
  void recall(const OnEvent& on_event);

  // Logs what is new and hands it over, event by event; how far it is read is in shared memory, so
  // that nothing is told twice or forgotten when control is replaced. What was overwritten before
  // it could be read is logged by its number.
  void read(const OnEvent& on_event);

 private:
  bool fetch(uint64_t number, ReadEvent& out);
  const Config& config_;
  Shared& shared_;
};

}  // namespace hawser
