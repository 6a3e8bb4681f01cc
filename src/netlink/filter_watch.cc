// SPDX-License-Identifier: MIT
#include "netlink/filter_watch.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <algorithm>

namespace hawser {
namespace {

bool tells_of_removal(char* buffer, size_t size) {
  auto* message = reinterpret_cast<nlmsghdr*>(buffer);
  auto left = static_cast<int>(size);
  for (; nlmsg_ok(message, left); message = nlmsg_next(message, &left)) {
    if (message->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE)) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<FilterWatch>> FilterWatch::open(Loop& loop, std::function<void()> removed) {
  Fd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = 1u << (NFNLGRP_NFTABLES - 1);
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return errno_error("cannot follow the changes of packet filters", errno);
  }
  return std::unique_ptr<FilterWatch>(new FilterWatch(loop, std::move(fd), std::move(removed)));
}

FilterWatch::FilterWatch(Loop& loop, Fd fd, std::function<void()> removed)
    : fd_(std::move(fd)),
      removed_(std::move(removed)),
      watch_(loop, fd_.get(), FdWatch::kRead, [this](int) { receive(); }) {}

void FilterWatch::receive() {
  bool removed = false;
  for (;;) {
    alignas(nlmsghdr) char buffer[16384];
    const ssize_t n = recv(fd_.get(), buffer, sizeof buffer, MSG_TRUNC);
    if (n >= 0) {
      removed |= tells_of_removal(buffer, std::min(static_cast<size_t>(n), sizeof buffer));
    } else if (errno == ENOBUFS) {
      removed = true;  // some messages were lost; it may have been among them
    } else if (errno != EINTR) {
      break;
    }
  }
  if (removed) removed_();
}

}  // namespace hawser
