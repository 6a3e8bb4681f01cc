// SPDX-License-Identifier: MIT
#include "vrrp/arbiter.h"

#include <errno.h>
#include <fmt/core.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/clock.h"
#include "vrrp/checksum.h"

namespace hawser::vrrp {
namespace {

// type, code, checksum, identifier, sequence number (RFC 792, RFC 4443), then the token.
constexpr size_t kHeaderSize = 8, kEchoSize = kHeaderSize + sizeof(uint64_t);
constexpr size_t kSequenceAt = 6;
// Of other programs' answers, too: adverts come before the rest.
constexpr int kPacketsPerTurn = 16;
constexpr int kReceiveBuffer = 32 * 1024;

// <linux/icmp.h> has these, and cannot stand beside <net/if.h>.
constexpr int kIcmpFilter = 1;
struct IcmpFilter {
  uint32_t blocked;  // a bit for each type
};

constexpr int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

uint8_t request_type(int family) {
  return family == AF_INET ? uint8_t{ICMP_ECHO} : uint8_t{ICMP6_ECHO_REQUEST};
}
uint8_t answer_type(int family) {
  return family == AF_INET ? uint8_t{ICMP_ECHOREPLY} : uint8_t{ICMP6_ECHO_REPLY};
}

bool let_only_answers_in(int fd, int family) {
  if (family == AF_INET) {
    const IcmpFilter filter{~(1u << ICMP_ECHOREPLY)};
    return setsockopt(fd, SOL_RAW, kIcmpFilter, &filter, sizeof filter) == 0;
  }
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
  return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) == 0;
}

socklen_t socket_address(const Ip& ip, const std::string& interface, sockaddr_storage& out) {
  out = {};
  if (ip.family() == AF_INET) {
    auto* address = reinterpret_cast<sockaddr_in*>(&out);
    address->sin_family = AF_INET;
    std::memcpy(&address->sin_addr, ip.bytes.data(), 4);
    return sizeof *address;
  }
  auto* address = reinterpret_cast<sockaddr_in6*>(&out);
  address->sin6_family = AF_INET6;
  std::memcpy(&address->sin6_addr, ip.bytes.data(), 16);
  if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr)) {
    address->sin6_scope_id = if_nametoindex(interface.c_str());
  }
  return sizeof *address;
}

Ip source_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(from).sin_addr;
    return Ip::from_bytes({reinterpret_cast<const uint8_t*>(&address), 4});
  }
  const auto& address = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
  return Ip::from_bytes({reinterpret_cast<const uint8_t*>(&address), 16});
}

}  // namespace

std::vector<uint8_t> echo_request(int family, uint64_t token, uint16_t sequence) {
  std::vector<uint8_t> out(kEchoSize);
  out[0] = request_type(family);
  std::memcpy(out.data() + 4, &token, sizeof(uint16_t));  // identifier
  const uint16_t wire_sequence = htons(sequence);
  std::memcpy(out.data() + kSequenceAt, &wire_sequence, sizeof wire_sequence);
  std::memcpy(out.data() + kHeaderSize, &token, sizeof token);
  if (family == AF_INET) {
    const uint16_t sum = htons(internet_checksum(out));
    std::memcpy(out.data() + 2, &sum, sizeof sum);
  }
  return out;
}

std::optional<uint16_t> echo_answer(int family, uint64_t token, std::span<const uint8_t> packet) {
  if (family == AF_INET) {
    const size_t header = packet.empty() ? 0 : size_t{packet[0] & 0x0fu} * 4;
    if (header < 20 || packet.size() < header) return std::nullopt;
    packet = packet.subspan(header);
  }
  if (packet.size() != kEchoSize || packet[0] != answer_type(family) || packet[1] != 0) {
    return std::nullopt;
  }
  if (std::memcmp(packet.data() + kHeaderSize, &token, sizeof token) != 0) return std::nullopt;
  return static_cast<uint16_t>(packet[kSequenceAt] << 8 | packet[kSequenceAt + 1]);
}

Result<std::unique_ptr<Arbiter>> Arbiter::open(Loop& loop, const VrrpConfig& section,
                                               std::function<void()> told) {
  std::unique_ptr<Arbiter> arbiter(new Arbiter(loop, section, std::move(told)));
  if (const auto opened = arbiter->open_socket(); !opened) return opened.error();
  const ssize_t random = getrandom(&arbiter->token_, sizeof arbiter->token_, 0);
  if (random != static_cast<ssize_t>(sizeof arbiter->token_)) {
    return errno_error("no random numbers", errno);
  }
  return arbiter;
}

Arbiter::Arbiter(Loop& loop, const VrrpConfig& section, std::function<void()> told)
    : loop_(loop),
      target_(Ip::from_address(*section.arbiter.ping)),
      interface_(section.interface),
      told_(std::move(told)),
      rounds_({.interval_ns = in_ns(section.arbiter.interval),
               .timeout_ns = in_ns(section.arbiter.timeout),
               .rise = section.arbiter.rise,
               .fall = section.arbiter.fall}),
      timer_(loop, [this] { run(); }) {}

// Bound to the interface: that another one still has a network says nothing about this one.
Result<> Arbiter::open_socket() {
  const int family = target_.family();
  const int protocol = family == AF_INET ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  Fd fd(socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (!fd) {
    return errno_error(fmt::format("cannot open a raw ICMP socket for the arbiter {}{}", address(),
                                   errno == EPERM ? " (CAP_NET_RAW is needed)" : ""),
                       errno);
  }
  const int size = kReceiveBuffer;
  if (!let_only_answers_in(fd.get(), family) ||
      setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size) != 0) {
    return errno_error("cannot set up the socket for the arbiter " + address(), errno);
  }
  if (!interface_.empty() && setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, interface_.c_str(),
                                        static_cast<socklen_t>(interface_.size() + 1)) != 0) {
    if (errno == ENODEV) return {};  // as long as there is none, nobody can be reached
    return errno_error("cannot bind the socket for the arbiter " + address() + " to " + interface_,
                       errno);
  }
  fd_ = std::move(fd);
  watch_ = std::make_unique<FdWatch>(loop_, fd_.get(), FdWatch::kRead, [this](int) { read(); });
  return {};
}

void Arbiter::close_socket() {
  watch_.reset();
  fd_.reset();
}

void Arbiter::start() { run(); }

void Arbiter::run() {
  const int64_t now_ns = monotonic_ns();
  const auto before = rounds_.state();
  if (rounds_.pass(now_ns)) send();
  const int64_t wait_ns = std::max<int64_t>(0, rounds_.due_ns() - now_ns);
  timer_.start(Millis((wait_ns + 999'999) / 1'000'000));
  if (rounds_.state() != before) told_();
}

ArbiterRounds::Verdict Arbiter::judge(int64_t since_ns, int64_t now_ns) {
  const auto verdict = rounds_.judge(since_ns, now_ns);
  if (verdict == ArbiterRounds::Verdict::kAsk) send();
  return verdict;
}

// What cannot be sent is not answered; that is all there is to say about it.
void Arbiter::send() {
  const uint16_t sequence = rounds_.ask(monotonic_ns());
  if (!fd_ && !open_socket()) return;
  if (!fd_) return;
  sockaddr_storage to;
  const socklen_t size = socket_address(target_, interface_, to);
  const auto request = echo_request(target_.family(), token_, sequence);
  const ssize_t sent = sendto(fd_.get(), request.data(), request.size(), MSG_DONTWAIT,
                              reinterpret_cast<const sockaddr*>(&to), size);
  // The socket stays bound to an interface that was deleted, even if one of that name comes back.
  if (sent < 0 && (errno == ENODEV || errno == ENXIO)) close_socket();
}

void Arbiter::read() {
  for (int i = 0; i < kPacketsPerTurn; ++i) {
    if (!read_one()) return;
  }
}

bool Arbiter::read_one() {
  uint8_t packet[256];
  sockaddr_storage from;
  socklen_t size = sizeof from;
  const ssize_t got = recvfrom(fd_.get(), packet, sizeof packet, MSG_DONTWAIT,
                               reinterpret_cast<sockaddr*>(&from), &size);
  // An error of the socket (the interface went down) is taken from it by the call.
  if (got < 0) return false;
  if (source_of(from) != target_) return true;
  const auto sequence = echo_answer(target_.family(), token_, {packet, static_cast<size_t>(got)});
  if (sequence && rounds_.answered(*sequence, monotonic_ns())) told_();
  return true;
}

}  // namespace hawser::vrrp
