// SPDX-License-Identifier: MIT
#include "process/listeners.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "process/listen_socket.h"

namespace hawser {
namespace {

constexpr int kStatsBacklog = 32;

std::string_view kind_word(ProxyKind kind) {
  return kind == ProxyKind::kListen ? "listen" : "frontend";
}

std::string where(const BindConfig& bind, const Address& address) {
  return bind.inherited_fd >= 0 ? fmt::format("fd@{}", bind.inherited_fd) : address.text();
}

int backlog_of(const BindConfig& bind, const ProxyConfig& proxy, uint32_t maxconn) {
  if (bind.backlog > 0) return bind.backlog;
  if (proxy.backlog > 0) return proxy.backlog;
  const uint32_t connections = proxy.maxconn != 0 ? proxy.maxconn : maxconn;
  return static_cast<int>(std::clamp<uint32_t>(connections, 1, 1u << 20));
}

Address prefixed(const Address& address, const std::string& prefix) {
  const bool has_path = address.is_unix() && !address.path().starts_with('\0');
  return has_path && !prefix.empty() ? Address::unix_path(prefix + address.path()) : address;
}

}  // namespace

struct Listeners::Opening {
  const Config& config;
  uint32_t workers;
  uint32_t maxconn;
  const std::function<std::string(SourcePos)>& place;
  std::vector<std::string>& problems;

  void report(const BindConfig& bind, const Address& address, std::string_view owner,
              const Error& error) const {
    problems.push_back(fmt::format("{}: cannot listen on {} for {}: {}", place(bind.pos),
                                   where(bind, address), owner, error.text));
  }
};

Listeners::Listeners(const Config& config, uint32_t workers, uint32_t maxconn,
                     const std::function<std::string(SourcePos)>& place,
                     std::vector<std::string>& problems) {
  const Opening opening{config, workers, maxconn, place, problems};
  for (size_t i = 0; i < config.proxies.size(); ++i) {
    const ProxyConfig& proxy = *config.proxies[i];
    if (proxy.disabled || !has_frontend(proxy.kind)) continue;
    open_proxy(opening, proxy, config.first_listener[i]);
  }
  for (const BindConfig& bind : config.global.stats_sockets) open_stats(opening, bind);
}

void Listeners::open_proxy(const Opening& opening, const ProxyConfig& proxy,
                           uint32_t first_listener) {
  for (size_t i = 0; i < proxy.binds.size(); ++i) {
    open_bind(opening, proxy, proxy.binds[i], first_listener + static_cast<uint32_t>(i));
  }
}

void Listeners::open_bind(const Opening& opening, const ProxyConfig& proxy, const BindConfig& bind,
                          uint32_t listener) {
  const std::string owner = fmt::format("{} '{}'", kind_word(proxy.kind), proxy.name);
  if (bind.inherited_fd >= 0) {
    if (auto adopted = adopt_listen_socket(bind.inherited_fd); !adopted) {
      opening.report(bind, bind.address, owner, adopted.error());
      return;
    }
    sockets_.push_back({&bind, listener, kNoIndex, bind.inherited_fd});
    return;
  }
  const GlobalConfig& global = opening.config.global;
  ListenSpec spec{.bind = bind,
                  .address = prefixed(bind.address, global.unix_bind_prefix),
                  .backlog = backlog_of(bind, proxy, opening.maxconn),
                  .mode = bind.mode ? bind.mode : global.unix_bind_mode,
                  .uid = bind.uid ? bind.uid : global.unix_bind_uid,
                  .gid = bind.gid ? bind.gid : global.unix_bind_gid};
  const bool one_each = bind.address.is_ip() && global.reuseport;
  spec.reuse_port = one_each;
  for (uint32_t worker = 0; worker < (one_each ? opening.workers : 1); ++worker) {
    auto opened = open_listen_socket(spec);
    if (!opened) {
      opening.report(bind, spec.address, owner, opened.error());
      return;
    }
    // Port 0: the kernel chooses for the first worker, and the others share its choice.
    if (bind.address.is_ip()) spec.address.set_port(bound_address(opened->get()).port());
    sockets_.push_back(
        {&bind, listener, one_each ? worker : kNoIndex, opened->get(), spec.backlog});
    owned_.push_back(std::move(opened).value());
  }
}

void Listeners::close_stopped(Shared& shared) {
  const uint32_t stopped = shared.header().frontends_stopped.load();
  if (std::exchange(seen_stopped_, stopped) == stopped) return;
  for (ListenSocket& socket : sockets_) {
    const auto standing = shared.frontend_state(socket.bind->proxy).standing.load();
    if (standing != FrontendStanding::kStopped || socket.fd < 0) continue;
    const int fd = std::exchange(socket.fd, -1);
    const auto own = std::find_if(owned_.begin(), owned_.end(),
                                  [fd](const Fd& each) { return each.get() == fd; });
    if (own != owned_.end()) {
      own->reset();
    } else {
      ::close(fd);  // inherited
    }
  }
}

void Listeners::open_stats(const Opening& opening, const BindConfig& bind) {
  if (bind.inherited_fd >= 0) {
    if (auto adopted = adopt_listen_socket(bind.inherited_fd); !adopted) {
      opening.report(bind, bind.address, "'stats socket'", adopted.error());
      return;
    }
    stats_.push_back({&bind, bind.inherited_fd});
    return;
  }
  const ListenSpec spec{.bind = bind,
                        .address = bind.address,
                        .backlog = bind.backlog > 0 ? bind.backlog : kStatsBacklog,
                        .reuse_port = opening.config.global.reuseport,
                        .mode = bind.mode,
                        .uid = bind.uid,
                        .gid = bind.gid};
  auto opened = open_listen_socket(spec);
  if (!opened) {
    opening.report(bind, bind.address, "'stats socket'", opened.error());
    return;
  }
  stats_.push_back({&bind, opened->get()});
  owned_.push_back(std::move(opened).value());
}

}  // namespace hawser
