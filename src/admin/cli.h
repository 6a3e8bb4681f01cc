// SPDX-License-Identifier: MIT
// The runtime socket: accepts clients, runs their commands, sends the answers. Lives in control, so
// that neither the data path nor the privileged master reads a byte of it.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "admin/command.h"
#include "base/fd.h"
#include "loop/watch.h"

namespace hawser {

class CliClient;

// A listening socket that the master opened; the descriptor stays the master's.
struct CliListener {
  const BindConfig* bind;
  int fd;
};

class CliServer {
 public:
  CliServer(Loop& loop, const Config& config, Shared& shared, RuntimeControl& control,
            const std::vector<CliListener>& listeners);
  ~CliServer();
  CliServer(const CliServer&) = delete;
  CliServer& operator=(const CliServer&) = delete;

  // Serves a connection that is open already. It counts like an accepted one.
  void serve(Fd client, CliLevel level);
  // Takes no new client; those that are here are served to their end.
  void stop_accepting();
  size_t clients() const { return clients_.size(); }

 private:
  struct Listening {
    int fd;
    CliLevel level;
    std::unique_ptr<FdWatch> watch;
  };
  void accept_from(const Listening& listening);
  void update_listeners();
  void remove(uint64_t id);

  Loop& loop_;
  const Config& config_;
  Shared& shared_;
  RuntimeControl& control_;
  std::vector<Listening> listening_;
  // Shared so that an answer which comes late can tell that its client has gone.
  std::unordered_map<uint64_t, std::shared_ptr<CliClient>> clients_;
  uint64_t next_id_ = 1;
  bool stopped_ = false;
  bool short_of_descriptors_ = false;
  Timer resume_;  // accepting, after a lack of descriptors
  Timer rates_;   // note_rates()
};

}  // namespace hawser
