// SPDX-License-Identifier: MIT
#include "process/process_log.h"
#include "process/roles.h"
#include "proxy/worker.h"

namespace hawser {

std::unique_ptr<Role> make_worker(Loop& loop, const Inherited& inherited, uint32_t worker) {
  return make_worker_role(loop, WorkerSetup{inherited.config, inherited.shared, worker,
                                            inherited.listeners.sockets(), process_log()});
}

}  // namespace hawser
