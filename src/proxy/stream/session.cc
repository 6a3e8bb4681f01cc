// SPDX-License-Identifier: MIT
#include "proxy/stream/session.h"

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "proxy/net/listener.h"
#include "proxy/net/proxy_line.h"
#include "proxy/stream/stream.h"

namespace hawser {
namespace {

// After our FIN, what the client still sends is read and thrown away until nothing has come for
// this long: closing at once would make the kernel answer it with RST, which can destroy the end of
// the response before the client has read it (RFC 9112, section 9.6).
constexpr int64_t kLingerMs = 1000;
// Some clients send all of a body before they read why it is not wanted; they get that long.
constexpr int64_t kLongestLingerMs = 30'000;
// Reads in a turn of the loop, so that others have theirs.
constexpr int kReadsPerTurn = 16;

// As in HAProxy. A client that is balanced over more servers than that keeps the connections to
// these, instead of closing each before its turn comes again.
constexpr size_t kMostOwnConns = 5;

bool stands(const ServerConn& conn) { return conn.conn.is_open() && conn.is_quiet(); }

}  // namespace

Session::Session(DataPlane& plane, SessionRegistry& registry, Frontend& frontend,
                 Listener& listener, Fd fd, const sockaddr_storage& peer)
    : plane_(plane),
      registry_(registry),
      frontend_(frontend),
      listener_(listener),
      client_(plane.loop, plane.buffers, std::move(fd), this),
      timer_(*this),
      id_(plane.next_session_id++),
      accepted_ms_(plane.now_ms()),
      accepted_us_(realtime_ns() / 1000),
      idle_since_ms_(accepted_ms_),
      peer_ip_{},
      peer_family_(peer.ss_family) {
  if (peer_family_ == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(peer);
    std::memcpy(&peer_ip_, &in.sin_addr, sizeof in.sin_addr);
    peer_port_ = ntohs(in.sin_port);
  } else if (peer_family_ == AF_INET6) {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(peer);
    peer_ip_ = in6.sin6_addr;
    peer_port_ = ntohs(in6.sin6_port);
  }
}

Session::~Session() = default;

uint32_t Session::listener_index() const { return listener_.index(); }

Server* Session::last_server(const Backend& backend) const {
  return last_server_ != nullptr && &last_server_->backend == &backend ? last_server_ : nullptr;
}

const ServerConn* Session::own_conn(const Server& server) const {
  for (const auto& conn : own_conns_) {
    if (&conn->server == &server && stands(*conn)) return conn.get();
  }
  return nullptr;
}

std::unique_ptr<ServerConn> Session::take_own_conn(const Server& server) {
  for (auto& conn : own_conns_) {
    if (&conn->server != &server) continue;
    std::swap(conn, own_conns_.back());
    std::unique_ptr<ServerConn> taken = std::move(own_conns_.back());
    own_conns_.pop_back();
    return stands(*taken) ? std::move(taken) : nullptr;
  }
  return nullptr;
}

void Session::keep_own_conn(std::unique_ptr<ServerConn> conn) {
  std::erase_if(own_conns_, [](const auto& old) { return !stands(*old); });
  if (own_conns_.size() == kMostOwnConns) {
    if (!conn->bound) return;
    own_conns_.erase(own_conns_.begin());
  }
  own_conns_.push_back(std::move(conn));
}

Address Session::client_address() const {
  if (proxied_ != nullptr) return proxied_->source;
  if (peer_family_ == AF_INET) {
    in_addr v4;
    std::memcpy(&v4, &peer_ip_, sizeof v4);
    return Address::ipv4(v4, peer_port_);
  }
  if (peer_family_ == AF_INET6) return Address::ipv6(peer_ip_, peer_port_);
  return listener_.bind().address;  // a unix socket's client has no address of its own
}

Address Session::local_address() const {
  if (proxied_ != nullptr) return proxied_->destination;
  const Address& bound = listener_.bind().address;
  if (bound.is_ip() && !bound.is_any() && bound.port() != 0 && !listener_.bind().transparent)
    return bound;
  sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (::getsockname(client_.fd(), reinterpret_cast<sockaddr*>(&storage), &length) != 0)
    return listener_.bind().address;
  return Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length);
}

void Session::start() {
  // Not registered with the loop (epoll is out of watches): no event would ever come.
  if (!client_.is_open()) return end();
  if (listener_.bind().accept_proxy) {
    const Millis limit = frontend_.config.timeout(Timeout::kClient);
    if (limit != kNoTimeout) plane_.wheel.set(timer_, plane_.now_ms() + limit.count());
    return;
  }
  phase_ = Phase::kStream;
  begin_stream();
  run();
}

void Session::on_conn(Conn&) { run(); }

void Session::run() {
  if (running_ || phase_ == Phase::kEnded) return;
  running_ = true;
  for (bool again = true; again;) {
    again = false;
    switch (phase_) {
      case Phase::kProxyLine:
        again = read_proxy_line();
        break;
      case Phase::kIdle:
        // The next request, or the end of the connection: the stream finds out. "Readable" may be
        // out of date; a stream that began for nothing would answer the client's silence.
        while (!client_.has_input() && client_.readable()) client_.receive();
        if (client_.has_input() || client_.has_ended()) {
          phase_ = Phase::kStream;
          begin_stream();
          again = true;
        }
        break;
      case Phase::kStream:
        if (stream_->advance() == Stream::State::kDone) {
          stream_done();
          // What came in the meantime, a request or the end, has had its edge: no other follows.
          again = phase_ == Phase::kIdle &&
                  (client_.has_input() || client_.readable() || client_.has_ended());
        }
        break;
      case Phase::kLingering:
        discard_input();
        break;
      case Phase::kEnded:
        break;
    }
  }
  running_ = false;
}

// false: not complete yet, or refused. Nothing but the header may be read before it is judged
// (proxy-protocol.txt, 2).
bool Session::read_proxy_line() {
  for (;;) {
    const ProxyHeader header = parse_proxy_header(client_.input());
    if (header.status == ProxyHeader::Status::kDone) {
      client_.consume(header.size);
      if (!header.local) {
        proxied_ = std::make_unique<Proxied>(Proxied{header.source, header.destination});
      }
      timer_.clear();
      phase_ = Phase::kStream;
      begin_stream();
      return true;
    }
    const bool broken =
        header.status == ProxyHeader::Status::kBad || client_.at_eof() || client_.error() != 0;
    if (broken || client_.input_full()) {
      ++frontend_.counters.req_errors;
      end();
      return false;
    }
    if (!client_.readable()) return false;
    client_.receive();
  }
}

void Session::begin_stream() {
  timer_.clear();
  stream_ = plane_.take_stream(*this);
  ++requests_;
}

void Session::stream_done() {
  const bool keep = stream_->keeps_client() && client_.error() == 0 && !plane_.draining;
  const bool expected = stream_->client_expects_close();
  stream_->end();
  plane_.give_back(std::move(stream_));
  idle_since_ms_ = plane_.now_ms();
  if (!keep) {
    // A client that announced its last request sends nothing that a close could destroy.
    if (expected && !client_.has_input()) return end();
    return close_gracefully();
  }
  // It said that it sends nothing more while it waited for its response.
  if (client_.at_eof() && !client_.has_input()) return end();
  phase_ = Phase::kIdle;
  Millis limit = frontend_.config.timeout(Timeout::kHttpKeepAlive);
  if (limit == kNoTimeout) limit = frontend_.config.timeout(Timeout::kHttpRequest);
  if (limit == kNoTimeout) limit = frontend_.config.timeout(Timeout::kClient);
  if (limit != kNoTimeout) plane_.wheel.set(timer_, plane_.now_ms() + limit.count());
}

void Session::close_gracefully() {
  if (client_.error() != 0 || client_.at_eof() || !client_.is_open()) return end();
  if (frontend_.config.option(Option::kNolinger)) {
    client_.close_with_reset();
    return end();
  }
  client_.shutdown_write();
  phase_ = Phase::kLingering;
  plane_.wheel.set(timer_, plane_.now_ms() + kLingerMs);
  discard_input();
}

void Session::discard_input() {
  for (int reads = 0; client_.has_input() || client_.readable(); ++reads) {
    if (reads == kReadsPerTurn) {
      client_.yield();
      break;
    }
    if (client_.has_input()) client_.consume(client_.input().size());
    if (client_.readable()) client_.receive();
  }
  if (client_.at_eof() || client_.error() != 0) return end();
  const int64_t last = client_.received_ms(), latest = idle_since_ms_ + kLongestLingerMs;
  if (last > idle_since_ms_) plane_.wheel.set(timer_, std::min(last + kLingerMs, latest));
}

void Session::Timer::on_timer(WheelEntry& entry) {
  Session& session = static_cast<Timer&>(entry).session;
  // A client that is silent between requests, or after our FIN, is not told why.
  if (session.phase_ != Phase::kStream) session.end();
}

void Session::drain() {
  if (phase_ == Phase::kStream) {
    stream_->stop_soon();
    // Nothing of a request has come on this connection: it is idle as well.
    if (!stream_->has_started() && requests_ > 1) kill();
    return;
  }
  end();
}

void Session::kill() {
  if (phase_ == Phase::kEnded) return;
  if (stream_ != nullptr) {
    stream_->abort({'K', '-'});
    stream_->end();
    plane_.give_back(std::move(stream_));
  }
  end();
}

void Session::end() {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kEnded;
  timer_.clear();
  own_conns_.clear();
  client_.close();
  registry_.session_ended(*this);
}

}  // namespace hawser
