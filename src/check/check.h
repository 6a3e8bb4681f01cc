// SPDX-License-Identifier: MIT
// Check types: a conversation with one server. The runner connects, applies timeouts and reports;
// the verdict counts.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/keyword.h"
#include "shm/server_state.h"

namespace hawser {

// What a probe wants next.
struct ProbeStep {
  enum class Kind : uint8_t { kMore, kPass, kFail } kind = Kind::kMore;
  CheckStatus status = CheckStatus::kUnknown;  // of kPass and kFail
  uint32_t code = 0;                           // protocol status (HTTP), 0: none
  std::string text;                            // "HTTP status 404", for logs and last_chk
  static ProbeStep more() { return {}; }
};

// Has no clock, socket or counters: bytes in, verdict out. Made anew for every attempt.
class Probe {
 public:
  virtual ~Probe() = default;
  virtual ProbeStep connected(std::string& out) = 0;  // appends what to send
  virtual ProbeStep received(std::span<const std::byte> in, std::string& out) = 0;
  virtual ProbeStep closed() = 0;  // the server closed the connection
  // The status of a timeout in the present phase: L4TOUT is the runner's, L7TOUT ours.
  virtual CheckStatus timeout_status() const { return CheckStatus::kL7Timeout; }
};

// What a probe may need to know of its target.
struct ProbeTarget {
  const ProxyConfig& backend;
  std::string_view server_name;
  Address address;
};

// One check type, registered beside its Probe: `option httpchk …` is the row "httpchk".
struct CheckType {
  std::string_view name;                                            // "tcp", "httpchk"
  bool (*parse)(KeywordCall& call, CheckConfig& config) = nullptr;  // words after `option NAME`
  std::unique_ptr<Probe> (*make)(const CheckConfig& config, const ProbeTarget& target);
  std::string_view args = {};
  std::string_view summary;
};

}  // namespace hawser
