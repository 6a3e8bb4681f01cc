// SPDX-License-Identifier: MIT
#include "netlink/nft_batch.h"

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/fd.h"

namespace hawser {

void NftBatch::add_frame(int type) {
  NetlinkMessage message(type, NLM_F_REQUEST);
  message.header(nfgenmsg{
      .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES)});
  append(message);
}

void NftBatch::append(NetlinkMessage& message) {
  message.raw()->nlmsg_seq = ++sequence_;
  bytes_.append(reinterpret_cast<const char*>(message.raw()), message.raw()->nlmsg_len);
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

int NftBatch::run() {
  add_frame(NFNL_MSG_BATCH_END);
  const Fd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!fd) return errno;
  const int size = 1 << 20;
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (sendto(fd.get(), bytes_.data(), bytes_.size(), 0, reinterpret_cast<const sockaddr*>(&kernel),
             sizeof kernel) < 0) {
    return errno;
  }
  // The kernel has done everything within sendto(), and all its answers wait.
  for (;;) {
    alignas(nlmsghdr) char buffer[16384];
    const ssize_t n = recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0) return errno == EAGAIN ? 0 : errno;
    auto* answer = reinterpret_cast<nlmsghdr*>(buffer);
    auto left = static_cast<int>(std::min(n, static_cast<ssize_t>(sizeof buffer)));
    for (; nlmsg_ok(answer, left); answer = nlmsg_next(answer, &left)) {
      if (answer->nlmsg_type != NLMSG_ERROR) continue;
      const int code = -static_cast<const nlmsgerr*>(NLMSG_DATA(answer))->error;
      if (code != 0) return code;
    }
  }
}

}  // namespace hawser
