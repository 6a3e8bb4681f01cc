// SPDX-License-Identifier: MIT
// Where log lines go: syslog over UDP or unix datagrams, or a descriptor. Never blocks; what is not
// taken is dropped and counted.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "config/model.h"
#include "logging/access_record.h"
#include "shm/counters.h"

namespace hawser {

// The log of one process. Its sockets are shared by all targets: one for IPv4, one for IPv6, one
// for unix datagrams. A path is looked up for every line, so inside the `chroot` where there is
// one.
class LogOut {
 public:
  // Opens what the configuration needs; call in the process whose pid the lines are to show, before
  // privileges and the root directory are given up. A target that cannot be opened is reported, and
  // its lines count as dropped. `config` must outlive it; SIGPIPE must be ignored.
  LogOut(const Config& config, Counter* dropped, int64_t (*realtime)() = realtime_ns);
  ~LogOut();

  // Sends `text` at `level` to the targets of `proxy` (`log global` resolved), each in its own
  // format; nullptr: the global targets.
  void send(const ProxyConfig* proxy, LogLevel level, std::string_view text);

  // The access log. From when on a request of the frontend may be logged; nullopt: never, so nobody
  // needs to collect the facts.
  std::optional<LogStage> stage(const ProxyConfig& frontend) const;

  // Logs the request if the options of the frontend want that. To be called when stage() is
  // reached, and again later until it says that the matter is settled; at kEnd it always is.
  bool log_access(const ProxyConfig& frontend, const AccessRecord& record, LogStage reached);

  // Sends the frontend's line at `level`, without asking its options.
  void send_access(const ProxyConfig& frontend, LogLevel level, const AccessRecord& record);

  // While lines are collected they leave with the next flush(), which whoever turns this on has to
  // call, once a turn of the loop; one system call then takes many.
  void collect(bool on);
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hawser
