// SPDX-License-Identifier: MIT
// What `show sess` tells of a session and of the stream that it is at.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "proxy/net/listener.h"
#include "proxy/stream/session.h"
#include "proxy/stream/stream.h"

namespace hawser {
namespace {

std::string_view name_of(Step step) {
  static constexpr std::string_view kNames[] = {
#define HW_STEP(name) #name,
      HW_STREAM_STEPS(HW_STEP)
#undef HW_STEP
  };
  return kNames[static_cast<size_t>(step)];
}

std::string_view mode_of(const ProxyConfig& proxy) {
  return proxy.mode == Mode::kTcp ? "tcp" : "http";
}

std::string until(const WheelEntry& timer, int64_t now_ms) {
  if (!timer.is_set()) return "never";
  return fmt::format("{}ms", std::max<int64_t>(0, timer.deadline_ms() - now_ms));
}

// `kept`: bytes that were read and not passed on.
std::string describe_conn(std::string_view side, const Conn& conn, int64_t idle_ms) {
  std::vector<std::string_view> state;
  if (conn.connecting()) {
    state.push_back("connecting");
  } else if (!conn.writable() || conn.has_output()) {
    state.push_back("takes nothing now");
  }
  if (conn.reset_seen()) {
    state.push_back("failed");
  } else if (conn.hangup_seen()) {
    state.push_back("has ended");
  }
  if (conn.write_shut()) state.push_back("was told the end");
  return fmt::format("  {}: fd={} received={} sent={} kept={} idle={}ms{}{}\n", side, conn.fd(),
                     conn.received(), conn.sent(), conn.input().size(), idle_ms,
                     state.empty() ? "" : ", ", fmt::join(state, ", "));
}

}  // namespace

std::string Session::name() const {
  return fmt::format("{:#x}", (uint64_t{plane_.worker} << 48) | id_);
}

std::string Session::describe() const {
  const std::string what = stream_ != nullptr       ? stream_->describe()
                           : phase_ == Phase::kIdle ? "idle"
                                                    : "closing";
  return fmt::format("{}: src={} fe={} age={}s requests={} {}\n", name(), client_address().text(),
                     frontend_.config.name, (plane_.now_ms() - accepted_ms_) / 1000, requests_,
                     what);
}

std::string Session::dump() const {
  const BindConfig& bind = listener_.bind();
  std::string out = fmt::format(
      "{}: [{:%d/%b/%Y:%H:%M:%S}.{:06}] src={} age={}s requests={}\n", name(),
      fmt::localtime(static_cast<time_t>(accepted_us_ / 1'000'000)), accepted_us_ % 1'000'000,
      client_address().text(), (plane_.now_ms() - accepted_ms_) / 1000, requests_);
  out += fmt::format("  frontend={} (id={} mode={}), listener={} (id={}) addr={}\n",
                     frontend_.config.name, frontend_.config.id, mode_of(frontend_.config),
                     bind.name.empty() ? "?" : bind.name, bind.id, local_address().text());
  for (const auto& own : own_conns_) {
    out += fmt::format("  kept for it: server={}/{} fd={}{}\n", own->server.backend.config.name,
                       own->server.config.name, own->conn.fd(), own->bound ? " (logged in)" : "");
  }
  if (stream_ != nullptr) return out + stream_->dump();
  out += fmt::format("  {}, expires={}\n", phase_ == Phase::kIdle ? "idle" : "closing",
                     until(timer_, plane_.now_ms()));
  return out + describe_conn("client", client_, plane_.now_ms() - idle_since_ms_);
}

std::string Stream::describe() const {
  return fmt::format("proto={} be={} srv={} step={} in={} out={} retries={}",
                     is_http() ? "http" : "tcp",
                     backend_ != nullptr ? std::string_view(backend_->config.name) : "<NONE>",
                     server_ != nullptr ? std::string_view(server_->config.name) : "<none>",
                     name_of(step_), upload_.moved, download_.moved, retries_);
}

std::string Stream::dump() const {
  const int64_t now = plane_.now_ms();
  std::string out;
  if (backend_ != nullptr) {
    out += fmt::format("  backend={} (id={} mode={})\n", backend_->config.name, backend_->config.id,
                       mode_of(backend_->config));
  }
  if (logged_server_ != nullptr) {
    out += fmt::format("  server={} (id={}) addr={}\n", logged_server_->config.name,
                       logged_server_->config.id, logged_server_->config.address.text());
  }
  if (!logged_request_.empty()) {
    const std::string_view line = logged_request_;
    out += fmt::format("  request=\"{} {} {}\" status={}\n", line.substr(0, logged_method_),
                       line.substr(logged_method_, logged_target_),
                       line.substr(logged_method_ + logged_target_), status_);
  }
  out += fmt::format("  step={}{} since={}ms expires={} retries={}\n", name_of(step_),
                     tunnel_ ? " (tunnel)" : "", since_start(), until(timer_, now), retries_);
  if (waiting_.waits()) {
    const bool any = waiting_.server == nullptr;
    out += fmt::format("  queued on the {}, as number {}\n", any ? "backend" : "server",
                       any ? backend_queue_place_ : server_queue_place_);
  }
  out += fmt::format("  reached after (ms): request={} slot={} connection={} response={}\n",
                     request_ms_, queue_ms_, connect_ms_, response_ms_);
  out += describe_conn("client", session_->client(), now - client_active_ms_);
  if (server_conn_ != nullptr)
    out += describe_conn("server", server_conn_->conn, now - server_active_ms_);
  return out;
}

}  // namespace hawser
