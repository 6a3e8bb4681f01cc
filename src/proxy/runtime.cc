// SPDX-License-Identifier: MIT
#include "proxy/runtime.h"

#include <algorithm>

#include "proxy/http/cookie.h"
#include "proxy/stream/stream.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

// Streams kept for reuse; a burst gives the rest of its memory back.
constexpr size_t kFreeStreams = 256;

uint32_t pipe_limit(const Config& config) {
  if (!config.global.splice) return 0;
  if (config.global.tune.maxpipes != 0) return config.global.tune.maxpipes;
  return std::max(64u, config.global.maxconn / 4);
}

}  // namespace

Server::Server(const ServerConfig& c, Backend& owner, uint32_t at, uint32_t global,
               ServerCounters& mine)
    : config(c),
      backend(owner),
      position(at),
      slot(global),
      counters(mine),
      sharing(sharing_of(owner.config, c)) {}

Backend::Backend(const ProxyConfig& c, Shared& shared, uint32_t first_server, uint32_t worker)
    : config(c),
      counters(shared.backend(worker, c.index)),
      view{c, shared, first_server},
      balancer(c.balance.algo->make(c)) {
  servers.reserve(c.servers.size());
  for (uint32_t i = 0; i < c.servers.size(); ++i) {
    const uint32_t slot = first_server + i;
    servers.push_back(
        std::make_unique<Server>(c.servers[i], *this, i, slot, shared.server(worker, slot)));
    server_cookies.push_back(server_cookie(c, c.servers[i]));
  }
  balancer->rebuild(view);
}

DataPlane::DataPlane(Loop& l, const Config& c, Shared& s, uint32_t w, LogOut& out)
    : loop(l),
      config(c),
      shared(s),
      worker(w),
      log(out),
      buffers(c.global.tune.bufsize),
      pipes(pipe_limit(c), c.global.tune.pipesize, s.process_counters(w)),
      wheel(l.now_ms()),
      counters(s.process_counters(w)) {
  frontends.resize(c.proxies.size());
  backends.resize(c.proxies.size());
  for (const auto& proxy : c.proxies) {
    if (proxy->disabled) continue;
    const uint32_t index = proxy->index;
    if (has_backend(proxy->kind)) {
      backends[index] = std::make_unique<Backend>(*proxy, s, c.first_server[index], w);
      backends[index]->seen_changes =
          s.proxy_load(index).servers_changed.load(std::memory_order_acquire);
    }
    if (has_frontend(proxy->kind))
      frontends[index] = std::make_unique<Frontend>(*proxy, s.frontend(w, index));
  }
  for (const auto& frontend : frontends) {
    if (frontend == nullptr) continue;
    if (frontend->config.default_backend != kNoIndex) {
      frontend->default_backend = backends[frontend->config.default_backend].get();
    }
    frontend->log_stage = out.stage(frontend->config);
  }
}

DataPlane::~DataPlane() = default;

std::unique_ptr<Stream> DataPlane::take_stream(Session& session) {
  std::unique_ptr<Stream> stream;
  if (free_streams_.empty()) {
    stream = std::make_unique<Stream>(*this);
  } else {
    stream = std::move(free_streams_.back());
    free_streams_.pop_back();
  }
  stream->begin(session);
  return stream;
}

void DataPlane::give_back(std::unique_ptr<Stream> stream) {
  if (free_streams_.size() < kFreeStreams) free_streams_.push_back(std::move(stream));
}

void DataPlane::notice_server_changes(Backend& backend) {
  const uint32_t changes =
      shared.proxy_load(backend.config.index).servers_changed.load(std::memory_order_acquire);
  if (changes == backend.seen_changes) return;
  backend.seen_changes = changes;
  backend.balancer->rebuild(backend.view);
}

bool DataPlane::has_usable_server(const Backend& backend) const {
  return std::any_of(backend.servers.begin(), backend.servers.end(), [this](const auto& server) {
    const ServerState& state = shared.server_state(server->slot);
    return is_usable(health_of(state)) && (health_of(state).admin & kAdminDrain) == 0 &&
           state.weight.load(std::memory_order_relaxed) != 0;
  });
}

bool DataPlane::has_other_server(const Server& server) const {
  const Backend& backend = server.backend;
  return std::any_of(backend.servers.begin(), backend.servers.end(), [&](const auto& other) {
    return other.get() != &server && takes_new(backend.view, other->position) &&
           !other->config.set.backup &&
           shared.server_state(other->slot).weight.load(std::memory_order_relaxed) != 0;
  });
}

void DataPlane::capture_error(BadMessage message) {
  const auto same =
      std::find_if(bad_messages_.begin(), bad_messages_.end(), [&](const BadMessage& old) {
        return old.is_request == message.is_request && old.frontend == message.frontend &&
               old.backend == message.backend;
      });
  message.count = same == bad_messages_.end() ? 1 : same->count + 1;
  if (same == bad_messages_.end()) {
    bad_messages_.push_back(std::move(message));
  } else {
    *same = std::move(message);
  }
}

}  // namespace hawser
