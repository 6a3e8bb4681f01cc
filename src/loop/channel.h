// SPDX-License-Identifier: MIT
// Messages, with descriptors, between two of our processes over a SOCK_SEQPACKET pair. The other
// end is trusted.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "loop/watch.h"

namespace hawser {

// At most kMaxMessage bytes; `type` is the application's.
struct ChannelMessage {
  uint32_t type = 0;
  std::string body;
  std::vector<Fd> fds;
};

// Neither callback may destroy the channel: Loop::bury() does it at the end of the turn.
class Channel {
 public:
  static constexpr size_t kMaxMessage = size_t{60} * 1024;
  static constexpr size_t kMaxFds = 250;  // SCM_MAX_FD is 253

  // Two connected ends, close-on-exec and non-blocking.
  static Result<std::pair<Fd, Fd>> pair();

  using OnMessage = std::function<void(ChannelMessage)>;
  using OnClosed = std::function<void()>;  // the other process ended, or closed its end
  Channel(Loop& loop, Fd fd, OnMessage on_message, OnClosed on_closed);

  // Queues what the socket does not take at once; the descriptors stay the caller's. false: the
  // message is dropped, because the other side does not read (1,024 messages wait) or is gone.
  bool send(uint32_t type, std::string_view body, std::span<const int> fds = {});

  int fd() const { return fd_.get(); }

 private:
  void receive();
  void flush();
  struct Pending {
    uint32_t type;
    std::string body;
    std::vector<Fd> fds;
  };
  Fd fd_;
  OnMessage on_message_;
  OnClosed on_closed_;
  std::deque<Pending> pending_;
  FdWatch watch_;
};

}  // namespace hawser
