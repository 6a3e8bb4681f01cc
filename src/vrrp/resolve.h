// SPDX-License-Identifier: MIT
// The order in which what vrrp sections say becomes what runs.
#pragma once

#include <span>

#include "config/keyword.h"

namespace hawser {

enum VrrpResolveOrder : int {
  kTrackDefaults = 10,  // trackers that are on without being written
  kTrackSubjects = 20,  // what trackers look at; slots
  kVrrpInstances = 30,
  kVrrpRules = 40,
  kVrrpAddresses = 50,  // `bind` lines on virtual addresses
};

// deadline of `track-proxy`
inline constexpr Millis kDefaultDeadline{500};

}  // namespace hawser
