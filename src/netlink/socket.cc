// SPDX-License-Identifier: MIT
#include "netlink/socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace hawser {
namespace {

// The kernel's longest datagram of a list; an interface with many virtual functions is long, too.
constexpr size_t kLongestDatagram = 65536;

// A list that changed that often while it was read will not hold still soon.
constexpr int kMostReadings = 16;

// The text among the attributes of an extended acknowledgement, which begin at `offset`.
std::string reason_in(const nlmsghdr& message, size_t offset) {
  if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0 || offset >= message.nlmsg_len) return {};
  const auto* attributes =
      reinterpret_cast<const nlattr*>(reinterpret_cast<const char*>(&message) + offset);
  const nlattr* text =
      nla_find(attributes, static_cast<int>(message.nlmsg_len - offset), NLMSGERR_ATTR_MSG);
  if (text == nullptr) return {};
  const auto* chars = static_cast<const char*>(nla_data(text));
  return {chars, strnlen(chars, static_cast<size_t>(nla_len(text)))};
}

// NLMSG_ERROR, which also tells of success.
NetlinkSocket::Answer read_verdict(const nlmsghdr& message) {
  const auto* error = static_cast<const nlmsgerr*>(nlmsg_data(&message));
  if (nlmsg_datalen(&message) < static_cast<int>(sizeof *error)) return {EPROTO};
  size_t offset = NLMSG_HDRLEN + sizeof *error;
  // A refusal repeats the request, unless the kernel was asked not to (NETLINK_CAP_ACK).
  if ((message.nlmsg_flags & NLM_F_CAPPED) == 0 && error->error != 0) {
    offset += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
  }
  return {-error->error, reason_in(message, offset)};
}

// NLMSG_DONE, with the error that ended the list early, if there was one.
NetlinkSocket::Answer read_end(const nlmsghdr& message) {
  int code = 0;
  if (nlmsg_datalen(&message) < static_cast<int>(sizeof code)) return {};
  memcpy(&code, nlmsg_data(&message), sizeof code);
  if (code >= 0) return {};
  return {-code, reason_in(message, NLMSG_HDRLEN + sizeof code)};
}

int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

}  // namespace

Error NetlinkSocket::Answer::error(const std::string& what) const {
  Error error = errno_error(what, code);
  if (!reason.empty()) error.text += " (" + reason + ")";
  return error;
}

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
  Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (!fd) return errno_error("cannot open a netlink socket", errno);
  const int on = 1;
  // Kernels before 4.12 have no words of their own; the errno is there anyway.
  ::setsockopt(fd.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  ::setsockopt(fd.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  // Lists are filtered as their requests say, since 4.20; whoever reads one filters it
  // nevertheless.
  ::setsockopt(fd.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  const int size = 1 << 20;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  return NetlinkSocket(std::move(fd));
}

NetlinkSocket::NetlinkSocket(Fd fd, Millis patience)
    : fd_(std::move(fd)), patience_(patience), buffer_(kLongestDatagram) {}

int NetlinkSocket::send(nlmsghdr& message, int flags) {
  message.nlmsg_flags = static_cast<uint16_t>(message.nlmsg_flags | NLM_F_REQUEST | flags);
  message.nlmsg_seq = ++sequence_;
  for (;;) {
    if (::send(fd_.get(), &message, message.nlmsg_len, MSG_NOSIGNAL) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

int NetlinkSocket::receive(int64_t give_up_ns, const std::function<bool(const nlmsghdr&)>& take,
                           bool& last) {
  ssize_t size;
  for (;;) {
    size = ::recv(fd_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size >= 0) break;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return errno;
    const int64_t left_ns = give_up_ns - monotonic_ns();
    if (left_ns <= 0) return ETIMEDOUT;
    pollfd wanted{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    ::poll(&wanted, 1, static_cast<int>(left_ns / 1'000'000 + 1));
  }
  if (static_cast<size_t>(size) > buffer_.size()) return EMSGSIZE;
  auto* message = reinterpret_cast<nlmsghdr*>(buffer_.data());
  for (auto left = static_cast<int>(size); !last && nlmsg_ok(message, left);
       message = nlmsg_next(message, &left)) {
    // Other numbers: left from a request whose answer was not read.
    if (message->nlmsg_seq == sequence_) last = take(*message);
  }
  return 0;
}

NetlinkSocket::Answer NetlinkSocket::receive_answer(
    const std::function<bool(const nlmsghdr&)>& take) {
  const int64_t give_up_ns = monotonic_ns() + in_ns(patience_);
  for (bool last = false; !last;) {
    const int code = receive(give_up_ns, take, last);
    if (code == ETIMEDOUT) return {code, "the kernel does not answer"};
    if (code != 0) return {code, "the kernel's answer was lost"};
  }
  return {};
}

NetlinkSocket::Answer NetlinkSocket::request(nlmsghdr& message, const Each& each) {
  if (const int code = send(message, NLM_F_ACK); code != 0) return {code};
  Answer verdict;
  const Answer received = receive_answer([&](const nlmsghdr& found) {
    if (found.nlmsg_type != NLMSG_ERROR) {
      if (each) each(found);
      return false;
    }
    verdict = read_verdict(found);
    return true;
  });
  return received.code != 0 ? received : verdict;
}

NetlinkSocket::Answer NetlinkSocket::read_list(nlmsghdr& message, List& list) {
  if (const int code = send(message, NLM_F_DUMP); code != 0) return {code};
  Answer verdict;
  const Answer received = receive_answer([&](const nlmsghdr& found) {
    list.interrupted |= (found.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (found.nlmsg_type == NLMSG_DONE || found.nlmsg_type == NLMSG_ERROR) {
      verdict = found.nlmsg_type == NLMSG_DONE ? read_end(found) : read_verdict(found);
      return true;
    }
    const auto* bytes = reinterpret_cast<const char*>(&found);
    list.messages.insert(list.messages.end(), bytes, bytes + found.nlmsg_len);
    list.messages.resize(NLMSG_ALIGN(list.messages.size()));
    return false;
  });
  return received.code != 0 ? received : verdict;
}

NetlinkSocket::Answer NetlinkSocket::dump(nlmsghdr& message, const Each& each) {
  for (int reading = 0; reading < kMostReadings; ++reading) {
    List list;
    if (Answer answer = read_list(message, list); answer.code != 0) return answer;
    if (list.interrupted) continue;
    for (size_t at = 0; at < list.messages.size();) {
      const auto* found = reinterpret_cast<const nlmsghdr*>(list.messages.data() + at);
      each(*found);
      at += NLMSG_ALIGN(found->nlmsg_len);
    }
    return {};
  }
  return {EAGAIN, "the list changes faster than it can be read"};
}

}  // namespace hawser
