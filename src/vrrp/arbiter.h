// SPDX-License-Identifier: MIT
// The arbiters of the configuration: hosts that are asked by ICMP echo whether this node still has
// a network. One a section that names one; nothing here ever waits.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "config/model.h"
#include "loop/watch.h"
#include "vrrp/arbiter_rounds.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

class Arbiter {
 public:
  // `told` is called after an answer, and after a change of its state. The error: the process may
  // open no such socket. A missing interface is none, as it may come.
  static Result<std::unique_ptr<Arbiter>> open(Loop& loop, const VrrpConfig& section,
                                               std::function<void()> told);

  void start();  // the first request
  // See ArbiterRounds; sends the request that is due.
  ArbiterRounds::Verdict judge(int64_t since_ns, int64_t now_ns);
  const ArbiterRounds& rounds() const { return rounds_; }
  std::string address() const { return target_.text(); }

 private:
  Arbiter(Loop& loop, const VrrpConfig& section, std::function<void()> told);
  Result<> open_socket();
  void close_socket();
  void run();
  void send();
  void read();
  bool read_one();  // false: nothing is left

  Loop& loop_;
  const Ip target_;
  const std::string interface_;
  const std::function<void()> told_;
  ArbiterRounds rounds_;
  uint64_t token_ = 0;  // in every request: a guessed answer is none
  Fd fd_;
  std::unique_ptr<FdWatch> watch_;
  Timer timer_;
};

// The ICMP messages, without IP header. The kernel sums up those of IPv6.
std::vector<uint8_t> echo_request(int family, uint64_t token, uint16_t sequence);
// The sequence number of an answer with this token; nullopt: something else. `packet` is what a raw
// socket gives: over IPv4, with the IP header.
std::optional<uint16_t> echo_answer(int family, uint64_t token, std::span<const uint8_t> packet);

}  // namespace hawser::vrrp
