// SPDX-License-Identifier: MIT
#include "process/frontend_sockets.h"

#include <errno.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include "loop/watch.h"

namespace hawser {
namespace {

// Calls `act(socket)` for those that can be paused, until it returns false.
template <class Act>
void for_each_pausable(const Listeners& listeners, uint32_t proxy, Act act) {
  for (const ListenSocket& socket : listeners.sockets()) {
    const BindConfig& bind = *socket.bind;
    if (bind.proxy != proxy || bind.inherited_fd >= 0 || !bind.address.is_ip()) continue;
    if (!act(socket)) return;
  }
}

// Everybody holds copies of the sockets of a frontend that has stopped. The master looks by itself.
void ring_everybody(Shared& shared) {
  for (uint32_t slot = kControlSlot; slot < kFirstWorker + shared.workers(); ++slot) {
    const int bell = shared.process(slot).doorbell.load();
    if (shared.process(slot).pid.load() > 0 && bell >= 0) Doorbell::ring(bell);
  }
}

}  // namespace

void pause_sockets(const Listeners& listeners, uint32_t proxy) {
  for_each_pausable(listeners, proxy, [](const ListenSocket& socket) {
    ::shutdown(socket.fd, SHUT_RD);  // listens no longer, and keeps its port
    return true;
  });
}

Result<> resume_sockets(const Listeners& listeners, uint32_t proxy) {
  Result<> result;
  for_each_pausable(listeners, proxy, [&result](const ListenSocket& socket) {
    if (::listen(socket.fd, socket.backlog) == 0) return true;
    result = errno_error(fmt::format("cannot listen on {}", socket.bind->address.text()), errno);
    return false;
  });
  if (!result) pause_sockets(listeners, proxy);
  return result;
}

Result<> switch_frontend(Shared& shared, const Listeners& listeners, uint32_t proxy,
                         FrontendStanding standing) {
  if (standing == FrontendStanding::kOpen) {
    if (auto resumed = resume_sockets(listeners, proxy); !resumed) return resumed;
  }
  shared.frontend_state(proxy).standing.store(standing);
  // Told before the sockets end, so that nobody takes that for an error of accept(2).
  if (standing != FrontendStanding::kOpen) pause_sockets(listeners, proxy);
  if (standing == FrontendStanding::kStopped) shared.header().frontends_stopped.fetch_add(1);
  ring_everybody(shared);
  return {};
}

}  // namespace hawser
