// SPDX-License-Identifier: MIT
#include "check/runner.h"

#include <errno.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "check/proxy_header.h"

namespace hawser {
namespace {

std::string error_text(int error) { return strerror(error); }

void set_int(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

bool set_transparent(int fd, int family) {
  const int on = 1;
  if (family == AF_INET) return setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on) == 0;
  return setsockopt(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, &on, sizeof on) == 0;
}

int take_socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
  return error;
}

Address name_of(int fd, int (*get)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (get(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length);
}

// 0, or errno. Only to the address: ports that the source names are for clients, and a check that
// had to wait for one of them would leave the server's state as it is.
int bind_to(int fd, Address address) {
  address.set_port(0);
  // The port is chosen at connect(2), by the whole four-tuple, so that ports do not run out.
  set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  sockaddr_storage storage;
  const socklen_t length = address.to_sockaddr(storage);
  return bind(fd, reinterpret_cast<const sockaddr*>(&storage), length) == 0 ? 0 : errno;
}

}  // namespace

AttemptPlan plan_attempt(const ProxyConfig& backend, const ServerConfig& server) {
  AttemptPlan plan;
  plan.address = server.address;
  if (server.set.check_addr != nullptr) {
    const uint16_t port = plan.address.port();
    plan.address = *server.set.check_addr;
    if (plan.address.port() == 0) plan.address.set_port(port);
  }
  if (server.set.check_port != 0) plan.address.set_port(server.set.check_port);
  if (server.set.source != nullptr) {
    plan.source = server.set.source.get();
  } else if (backend.source) {
    plan.source = &*backend.source;
  }
  plan.proxy_protocol = check_proxy_protocol(server.set);
  plan.timeouts = check_timeouts(backend, server.set);
  return plan;
}

Attempt::Deadline::Deadline(Attempt& owner)
    : WheelEntry([](WheelEntry& entry) { static_cast<Deadline&>(entry).attempt.timed_out(); }),
      attempt(owner) {}

Attempt::Attempt(Loop& loop, TimerWheel& wheel, const AttemptPlan& plan,
                 std::unique_ptr<Probe> probe, Done done)
    : loop_(loop), wheel_(wheel), plan_(plan), probe_(std::move(probe)), done_(std::move(done)) {
  deadline_.emplace(*this);
}

Attempt::~Attempt() { loop_.forget(this); }

Attempt::Start Attempt::start() {
  started_ms_ = loop_.read_clock() / 1'000'000;
  const Start started = open();
  if (started == Start::kRunning) {
    wheel_.set(*deadline_, started_ms_ + plan_.timeouts.connect.count());
  } else {
    phase_ = Phase::kDone;
    fd_.reset();
  }
  return started;
}

Attempt::Start Attempt::open() {
  const bool is_ip = plan_.address.is_ip();
  fd_.reset(socket(plan_.address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd_) return failed(CheckStatus::kSockErr, "General socket error", errno);
  if (is_ip) {
    // Leaves no TIME_WAIT behind, of which thousands of checks would make very many.
    const linger reset{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    // The ACK that ends the handshake waits for the request, or never goes out: a TCP check then
    // costs the server's program no accept().
    set_int(fd_.get(), IPPROTO_TCP, TCP_QUICKACK, 0);
  }
  if (const int error = bind_source(); error != 0) {
    return failed(CheckStatus::kL4Con, "Can't bind to source address", error);
  }
  sockaddr_storage storage;
  const socklen_t length = plan_.address.to_sockaddr(storage);
  if (connect(fd_.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0 &&
      errno != EINPROGRESS) {
    return failed(is_ip ? CheckStatus::kL4Con : CheckStatus::kSockErr, "General socket error",
                  errno == EADDRNOTAVAIL ? ENOBUFS : errno);  // no local port is free
  }
  // Reports at once what is the case already.
  if (!loop_.watch(fd_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, this)) {
    error_ = errno;
    return Start::kNotTried;
  }
  return Start::kRunning;
}

Attempt::Start Attempt::failed(CheckStatus status, std::string_view what, int error) {
  error_ = error;
  if (error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS) {
    return Start::kNotTried;
  }
  set_result(false, status, fmt::format("{} ({})", what, error_text(error)));
  return Start::kFailed;
}

// Of a source that has to do with a client (`usesrc client`, `hdr_ip`), only the address part
// applies: a check has no client.
int Attempt::bind_source() {
  if (plan_.source == nullptr || !plan_.address.is_ip()) return 0;
  const SourceConfig& source = *plan_.source;
  if (!source.interface.empty() &&
      setsockopt(fd_.get(), SOL_SOCKET, SO_BINDTODEVICE, source.interface.data(),
                 static_cast<socklen_t>(source.interface.size())) != 0) {
    return errno;
  }
  const bool transparent = source.usesrc == SourceConfig::Use::kAddress;
  const Address& address = transparent ? source.usesrc_address : source.address;
  if (address.family() != plan_.address.family()) return 0;
  if (transparent && !set_transparent(fd_.get(), address.family())) return errno;
  return bind_to(fd_.get(), address);
}

void Attempt::on_io(uint32_t epoll_events) {
  if (phase_ == Phase::kConnecting) {
    if ((epoll_events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
    const int error = take_socket_error(fd_.get());
    if (error == ETIMEDOUT) return fail(CheckStatus::kL4Timeout, {});
    if (error != 0) return fail(CheckStatus::kL4Con, error_text(error));
    connected();
  }
  if (phase_ == Phase::kTalking) talk();
}

void Attempt::connected() {
  phase_ = Phase::kTalking;
  if (plan_.timeouts.answer != kNoTimeout) {
    wheel_.set(*deadline_, loop_.read_clock() / 1'000'000 + plan_.timeouts.answer.count());
  }
  if (plan_.proxy_protocol != ProxyProtocol::kNone) {
    out_ = check_proxy_header(plan_.proxy_protocol, name_of(fd_.get(), getsockname),
                              name_of(fd_.get(), getpeername));
  }
  ProbeStep step = probe_->connected(out_);
  const bool nothing_to_send = out_.empty();
  if (step.kind != ProbeStep::Kind::kMore) {
    flush();
    return take(std::move(step));
  }
  if (nothing_to_send && plan_.address.is_ip()) {
    set_int(fd_.get(), IPPROTO_TCP, TCP_QUICKACK, 1);  // the server speaks first, and waits for it
  }
}

void Attempt::talk() {
  // A server may answer, and close, before it has read what we send: what it said counts, so that
  // an error of send() shows only if receive() finds nothing.
  flush();
  receive();
}

// What does not go now goes when there is room; an error shows in receive().
void Attempt::flush() {
  while (!out_.empty()) {
    const ssize_t sent = send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;
    out_.erase(0, static_cast<size_t>(sent));
  }
}

void Attempt::receive() {
  std::byte buffer[4096];
  while (phase_ == Phase::kTalking) {
    const ssize_t got = recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got > 0) {
      take(probe_->received(std::span(buffer, static_cast<size_t>(got)), out_));
      if (phase_ == Phase::kTalking) flush();
    } else if (got == 0) {
      ProbeStep step = probe_->closed();
      HW_ASSERT(step.kind != ProbeStep::Kind::kMore);
      take(std::move(step));
    } else if (errno != EINTR) {
      if (errno != EAGAIN) fail(CheckStatus::kSockErr, error_text(errno));
      return;
    }
  }
}

void Attempt::take(ProbeStep step) {
  if (step.kind == ProbeStep::Kind::kMore) return;
  result_.code = step.code;
  set_result(step.kind == ProbeStep::Kind::kPass, step.status, std::move(step.text));
  finish();
}

void Attempt::fail(CheckStatus status, std::string text) {
  set_result(false, status, std::move(text));
  finish();
}

void Attempt::timed_out() {
  const bool connecting = phase_ == Phase::kConnecting;
  fail(connecting ? CheckStatus::kL4Timeout : probe_->timeout_status(), {});
}

void Attempt::set_result(bool passed, CheckStatus status, std::string text) {
  result_.passed = passed;
  result_.status = status;
  result_.text = std::move(text);
  result_.duration = Millis(loop_.read_clock() / 1'000'000 - started_ms_);
}

void Attempt::cancel() {
  phase_ = Phase::kDone;
  deadline_.reset();
  fd_.reset();
}

void Attempt::finish() {
  cancel();
  done_(result_);
}

}  // namespace hawser
