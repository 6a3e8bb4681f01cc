// SPDX-License-Identifier: MIT
// Balance algorithms: a key and the servers' shared state in, a server out. They know no protocol.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "config/keyword.h"
#include "shm/shared.h"

namespace hawser {

// Servers of one backend, by position. Used for `avoid`: those already tried by a request.
class ServerSet {
 public:
  void add(uint32_t position) {
    if (!has(position) && count_ < kMax) items_[count_++] = position;
  }
  bool has(uint32_t position) const {
    for (uint32_t i = 0; i < count_; ++i)
      if (items_[i] == position) return true;
    return false;
  }
  bool empty() const { return count_ == 0; }

 private:
  static constexpr uint32_t kMax =
      8;  // a redispatch avoids the last few servers, not an unbounded list
  uint32_t items_[kMax];
  uint32_t count_ = 0;
};

// A backend's servers as an algorithm sees them: configuration plus shared state, by position in
// the backend.
struct BackendView {
  const ProxyConfig& config;
  Shared& shared;
  uint32_t first_server;  // position 0 in the shared arrays
  ServerState& state(uint32_t position) const {
    return shared.server_state(first_server + position);
  }
  ServerLoad& load(uint32_t position) const { return shared.server_load(first_server + position); }
  uint32_t size() const { return static_cast<uint32_t>(config.servers.size()); }
};

// How many requests a server takes at a time now: its maxconn, or with minconn a limit between the
// two that follows the load of the backend (fullconn). 0: no limit.
uint32_t server_limit(const BackendView& backend, uint32_t position);

// Below its limit, and nobody waits for it.
bool has_room(const BackendView& backend, uint32_t position);

// Up, and not on its way out: may get requests that no persistence sends to it. This is the state
// of this moment; the algorithms otherwise work from that of the last rebuild().
bool takes_new(const BackendView& backend, uint32_t position);

// The key of a request that has none (or of an algorithm that needs none): balanced by turns.
inline constexpr uint64_t kNoKey = UINT64_MAX;

// Lives in a worker, one per backend. Not shared; what must be exact over workers is in the shared
// segment.
class Balancer {
 public:
  virtual ~Balancer() = default;
  // Some server's state or weight changed (ProxyLoad::servers_changed moved), or this is the first
  // call.
  virtual void rebuild(const BackendView& backend) = 0;
  // Position of a usable server, not in `avoid` unless nothing else is left; kNoIndex: none can
  // take a request now (none is up, or all are full: the caller queues for the backend).
  //
  // The server has room (has_room()), with one exception: a key belongs to its server even when
  // that is full, and the caller then waits in the queue of that server. Nothing is reserved here:
  // the caller adds to `served`, and when others were faster comes back with the server in `avoid`.
  virtual uint32_t pick(const BackendView& backend, uint64_t key, const ServerSet& avoid) = 0;
};

// What the caller must compute from the request; see key.h.
enum class KeySource : uint8_t {
  kNothing,
  kSourceAddress,
  kUri,
  kUrlParam,
  kHeader,
  kRdpCookie,
  kExpression
};

// May the name be followed by an argument in parentheses, as in hdr(host)?
enum class Parens : uint8_t { kNo, kOptional, kRequired };

// One algorithm. `name` is what the configuration and the statistics show.
struct BalanceAlgo {
  std::string_view name;  // "roundrobin"
  KeySource key = KeySource::kNothing;
  Parens parens = Parens::kNo;  // what they hold is in `config.param` when `parse` is called
  // Judges `config.param` and takes the words after the name; nullptr: there are none.
  bool (*parse)(KeywordCall& call, BalanceConfig& config) = nullptr;
  std::unique_ptr<Balancer> (*make)(const ProxyConfig& backend);
  bool http_only = false;
  bool static_weights = false;  // see BalanceConfig; keyed ones are static with a map-based hash
  std::string_view args = {};
  std::string_view summary;
};

// The balancer that the configuration of a backend asks for. The first rebuild() is the caller's.
std::unique_ptr<Balancer> make_balancer(const ProxyConfig& backend);

// Whether weights set at run time are without effect (BalanceConfig::static_weights).
bool has_static_weights(const ProxyConfig& backend);

}  // namespace hawser
