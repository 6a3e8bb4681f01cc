// SPDX-License-Identifier: MIT
// Requests over netlink(7), one at a time. The kernel does its work inside sendmsg(2) and has
// answered when it returns, so nothing here waits for anybody, unless an answer was lost.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"

struct nlmsghdr;

namespace hawser {

class NetlinkSocket {
 public:
  // Far longer than any answer takes, and short enough for a process that has timers to serve.
  static constexpr Millis kPatience{1000};

  static Result<NetlinkSocket> open(int protocol);  // NETLINK_ROUTE
  // `fd`: whatever answers as the kernel does.
  explicit NetlinkSocket(Fd fd, Millis patience = kPatience);

  // What the kernel said to a request: 0, or the errno of its refusal and, where it has some, its
  // own words about it (NETLINK_EXT_ACK).
  struct Answer {
    int code = 0;
    std::string reason = {};
    Error error(const std::string& what) const;  // "cannot do it: Invalid argument (its words)"
  };
  using Each = std::function<void(const nlmsghdr&)>;

  // Has something done, or asks for one thing, which `each` is then given. Completes the header of
  // `message`.
  Answer request(nlmsghdr& message, const Each& each = {});

  // Calls back with every entry of a list, once the whole list was read. A list that changed
  // meanwhile may lack entries that did not (NLM_F_DUMP_INTR), and is read again.
  Answer dump(nlmsghdr& message, const Each& each);

 private:
  struct List {
    std::vector<char> messages;
    bool interrupted = false;
  };
  int send(nlmsghdr& message, int flags);
  // One datagram. The messages in it are for `take`, which says whether that was the last one.
  int receive(int64_t give_up_ns, const std::function<bool(const nlmsghdr&)>& take, bool& last);
  Answer receive_answer(const std::function<bool(const nlmsghdr&)>& take);
  Answer read_list(nlmsghdr& message, List& list);

  Fd fd_;
  Millis patience_;
  uint32_t sequence_ = 0;
  std::vector<char> buffer_;
};

}  // namespace hawser
