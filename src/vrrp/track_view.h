// SPDX-License-Identifier: MIT
// What trackers of the vrrp process look at.
#pragma once

#include "config/model.h"
#include "netlink/monitor.h"
#include "shm/shared.h"
#include "vrrp/proxy_health.h"

namespace hawser {

struct TrackView {
  const Config& config;
  Shared& shared;
  const NetMonitor& monitor;
  const ProxyHealth& proxy;
};

}  // namespace hawser
