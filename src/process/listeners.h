// SPDX-License-Identifier: MIT
// All listening sockets of a configuration, held by the master for as long as it runs: a worker
// that dies takes no queued connection with it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "config/model.h"
#include "proxy/worker.h"
#include "shm/shared.h"

namespace hawser {

struct StatsSocket {
  const BindConfig* bind;
  int fd;
};

class Listeners {
 public:
  // Opens all sockets. What fails is added to `problems`, one sentence each, and the others are
  // tried nevertheless. `place` tells "file:line" of a position, for them.
  Listeners(const Config& config, uint32_t workers, uint32_t maxconn,
            const std::function<std::string(SourcePos)>& place, std::vector<std::string>& problems);

  const std::vector<ListenSocket>& sockets() const { return sockets_; }
  const std::vector<StatsSocket>& stats_sockets() const { return stats_; }

  // Closes this process's copies of the sockets of frontends that were stopped at run time. Nobody
  // in it may watch them any longer.
  void close_stopped(Shared& shared);

 private:
  struct Opening;
  void open_proxy(const Opening& opening, const ProxyConfig& proxy, uint32_t first_listener);
  void open_bind(const Opening& opening, const ProxyConfig& proxy, const BindConfig& bind,
                 uint32_t listener);
  void open_stats(const Opening& opening, const BindConfig& bind);
  std::vector<Fd> owned_;
  std::vector<ListenSocket> sockets_;
  std::vector<StatsSocket> stats_;
  uint32_t seen_stopped_ = 0;  // SharedHeader::frontends_stopped
};

}  // namespace hawser
