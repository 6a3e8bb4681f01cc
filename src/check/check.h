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
  std::string text;                            // what the server said, for logs and last_chk

  static ProbeStep more() { return {}; }
  static ProbeStep pass(CheckStatus status, uint32_t code = 0) {
    return {Kind::kPass, status, code, {}};
  }
  static ProbeStep fail(CheckStatus status, std::string text, uint32_t code = 0) {
    return {Kind::kFail, status, code, std::move(text)};
  }
};

// Has no clock, socket or counters: bytes in, verdict out. Made anew for every attempt; the runner
// asks nothing more after kPass or kFail.
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

// One check type, registered beside its Probe and the keyword that chooses it.
struct CheckType {
  std::string_view name;  // "tcp", "httpchk"
  // The words after `option NAME` into CheckConfig::args; nullptr: it takes none.
  bool (*parse)(KeywordCall& call, CheckConfig& config) = nullptr;
  std::unique_ptr<Probe> (*make)(const CheckConfig& config, const ProbeTarget& target);
  std::string_view args = {};
  std::string_view summary;
};

// The handler of the keyword `option NAME`: makes `type` the backend's way of checking.
bool use_check_type(KeywordCall& call, const CheckType& type);

// The type of a backend without an `option …chk` line is "tcp".
const CheckType& check_type_of(const CheckConfig& config);

}  // namespace hawser
