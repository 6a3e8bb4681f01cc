// SPDX-License-Identifier: MIT
// Where log lines go: syslog over UDP or unix datagrams, or a descriptor. Never blocks; what is not
// taken is dropped and counted.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "shm/counters.h"

namespace hawser {

// The sockets of one process, shared by all targets: one for IPv4, one for IPv6, one for unix
// datagrams.
class LogOut {
 public:
  // Opens what the configuration needs; call before privileges and the root directory are given up.
  LogOut(const Config& config, Counter* dropped);
  ~LogOut();

  // Sends `text` at `level` to the targets of `proxy` (`log global` resolved), each in its own
  // format. `tag_pid` is shown in the tag.
  void send(const ProxyConfig* proxy, LogLevel level,
            std::string_view text);  // nullptr: the global targets

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hawser
