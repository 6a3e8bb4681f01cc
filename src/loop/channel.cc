// SPDX-License-Identifier: MIT
#include "loop/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include <array>

#include "base/assert.h"

namespace hawser {
namespace {

constexpr size_t kMaxPending = 1024;
constexpr int kMessagesPerTurn = 64;

enum class Sent : uint8_t { kYes, kLater, kNever };

Sent send_now(int fd, uint32_t type, std::string_view body, std::span<const int> fds) {
  iovec parts[2] = {{&type, sizeof type}, {const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  alignas(cmsghdr) char control[CMSG_SPACE(Channel::kMaxFds * sizeof(int))] = {};
  if (!fds.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  for (;;) {
    if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Sent::kYes;
    if (errno == EINTR) continue;
    // ETOOMANYREFS: too many descriptors on their way, which the receiver will take.
    const bool later = errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS;
    return later ? Sent::kLater : Sent::kNever;
  }
}

void take_fds(msghdr& message, std::vector<Fd>& out) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::array<int, Channel::kMaxFds> fds;
    HW_ASSERT(count <= fds.size());
    memcpy(fds.data(), CMSG_DATA(header), count * sizeof(int));
    for (size_t i = 0; i < count; ++i) out.emplace_back(fds[i]);
  }
}

}  // namespace

Result<std::pair<Fd, Fd>> Channel::pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return errno_error("cannot make a socket pair", errno);
  }
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Channel::Channel(Loop& loop, Fd fd, OnMessage on_message, OnClosed on_closed)
    : fd_(std::move(fd)),
      on_message_(std::move(on_message)),
      on_closed_(std::move(on_closed)),
      watch_(loop, fd_.get(), FdWatch::kRead, [this](int events) {
        if ((events & FdWatch::kWrite) != 0) flush();
        if ((events & FdWatch::kRead) != 0) receive();
      }) {}

bool Channel::send(uint32_t type, std::string_view body, std::span<const int> fds) {
  HW_ASSERT(body.size() <= kMaxMessage && fds.size() <= kMaxFds);
  if (pending_.empty()) {
    const Sent sent = send_now(fd_.get(), type, body, fds);
    if (sent != Sent::kLater) return sent == Sent::kYes;
  }
  if (pending_.size() >= kMaxPending) return false;
  Pending& waiting = pending_.emplace_back(Pending{type, std::string(body), {}});
  for (const int fd : fds) waiting.fds.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  watch_.set(FdWatch::kRead | FdWatch::kWrite);
  return true;
}

void Channel::flush() {
  while (!pending_.empty()) {
    const Pending& first = pending_.front();
    std::vector<int> fds;
    for (const Fd& fd : first.fds) fds.push_back(fd.get());
    if (send_now(fd_.get(), first.type, first.body, fds) == Sent::kLater) return;
    pending_.pop_front();
  }
  watch_.set(FdWatch::kRead);
}

void Channel::receive() {
  static char buffer[sizeof(uint32_t) + kMaxMessage];
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    alignas(cmsghdr) char control[CMSG_SPACE(kMaxFds * sizeof(int))];
    iovec part = {buffer, sizeof buffer};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = recvmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < static_cast<ssize_t>(sizeof(uint32_t))) {
      watch_.set(0);
      pending_.clear();
      on_closed_();
      return;
    }
    ChannelMessage received;
    memcpy(&received.type, buffer, sizeof received.type);
    received.body.assign(buffer + sizeof received.type, static_cast<size_t>(n) - sizeof(uint32_t));
    take_fds(message, received.fds);
    on_message_(std::move(received));
  }
}

}  // namespace hawser
