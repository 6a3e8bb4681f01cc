// SPDX-License-Identifier: MIT
// Balance algorithms: a key and the servers' shared state in, a server out. They know no protocol.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
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

// Lives in a worker, one per backend. Not shared; what must be exact over workers is in the shared
// segment.
class Balancer {
 public:
  virtual ~Balancer() = default;
  // Some server's state or weight changed (ProxyLoad::servers_changed moved), or this is the first
  // call.
  virtual void rebuild(const BackendView& backend) = 0;
  // Position of a usable server with room (served < maxconn), not in `avoid` unless nothing else is
  // left; kNoIndex: no server can take a request now (none is up, or all are full: the caller
  // queues). `key` is 0 where needs() is kNothing.
  virtual uint32_t pick(const BackendView& backend, uint64_t key, const ServerSet& avoid) = 0;
};

// What the caller must compute from the request.
enum class KeySource : uint8_t {
  kNothing,
  kSourceAddress,
  kUri,
  kUrlParam,
  kHeader,
  kRdpCookie,
  kExpression
};

// One algorithm. `name` is what the configuration and the statistics show.
struct BalanceAlgo {
  std::string_view name;  // "roundrobin"
  KeySource key = KeySource::kNothing;
  bool (*parse)(KeywordCall& call, BalanceConfig& config) =
      nullptr;  // the words after the name; nullptr: none allowed
  std::unique_ptr<Balancer> (*make)(const ProxyConfig& backend);
  bool http_only = false;
  std::string_view args = {};
  std::string_view summary;
};

// The hash of a key as HAProxy computes it for this `hash-type`, before any modulo. Equal for equal
// configuration.
uint32_t balance_hash(const HashConfig& hash, std::string_view key);
// `balance source` hashes the binary address in its own way (HAProxy: the 32-bit words of the
// address).
uint32_t balance_hash_address(const HashConfig& hash, const Address& address);

}  // namespace hawser
