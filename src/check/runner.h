// SPDX-License-Identifier: MIT
// One attempt to check one server: connects, sends the PROXY header, lets the probe talk, watches
// the clock, and says what came of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/fd.h"
#include "check/check.h"
#include "check/schedule.h"
#include "loop/loop.h"
#include "loop/timer_wheel.h"

namespace hawser {

// Of an attempt that took place.
struct CheckResult {
  bool passed = false;
  CheckStatus status = CheckStatus::kUnknown;
  uint32_t code = 0;
  std::string text;  // what the server said, or the system
  Millis duration{0};
};

// Where and how to connect.
struct AttemptPlan {
  Address address;
  const SourceConfig* source = nullptr;  // nullptr: the kernel chooses
  ProxyProtocol proxy_protocol = ProxyProtocol::kNone;
  CheckTimeouts timeouts{};
};

// The plan for the checks of `server`: `addr`, `port`, `source`, `timeout check` applied.
AttemptPlan plan_attempt(const ProxyConfig& backend, const ServerConfig& server);

class Attempt final : public IoHandler {
 public:
  // Called once, from the loop; the owner may bury the attempt in it.
  using Done = std::function<void(const CheckResult&)>;
  // `plan` must outlive the attempt.
  Attempt(Loop& loop, TimerWheel& wheel, const AttemptPlan& plan, std::unique_ptr<Probe> probe,
          Done done);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  enum class Start : uint8_t {
    kRunning,   // `done` will be called
    kFailed,    // result() says why; `done` will not be called
    kNotTried,  // we lack descriptors, ports or memory, which says nothing about the server
  };
  Start start();
  // Ends it without a result; harmless after the end.
  void cancel();
  const CheckResult& result() const { return result_; }
  int error() const { return error_; }  // errno of kNotTried

  void on_io(uint32_t epoll_events) override;

 private:
  struct Deadline : WheelEntry {
    explicit Deadline(Attempt& owner);
    Attempt& attempt;
  };
  enum class Phase : uint8_t { kConnecting, kTalking, kDone };

  Start open();
  Start failed(CheckStatus status, std::string_view what, int error);
  int bind_source();
  void connected();
  void talk();
  void flush();
  void receive();
  void take(ProbeStep step);
  void fail(CheckStatus status, std::string text);
  void finish();
  void timed_out();
  void set_result(bool passed, CheckStatus status, std::string text);

  Loop& loop_;
  TimerWheel& wheel_;
  const AttemptPlan& plan_;
  std::unique_ptr<Probe> probe_;
  Done done_;
  Fd fd_;
  std::optional<Deadline> deadline_;  // left as soon as it is over: the wheel may go before we do
  Phase phase_ = Phase::kConnecting;
  int64_t started_ms_ = 0;
  std::string out_;  // not yet sent
  CheckResult result_;
  int error_ = 0;
};

}  // namespace hawser
