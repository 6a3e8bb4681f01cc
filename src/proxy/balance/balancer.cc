// SPDX-License-Identifier: MIT
#include "proxy/balance/balancer.h"

#include <algorithm>

#include "config/listing.h"
#include "shm/server_state.h"

namespace hawser {

HW_REGISTRY(BalanceAlgo, "balance");

uint32_t server_limit(const BackendView& backend, uint32_t position) {
  const ServerSettings& set = backend.config.servers[position].set;
  if (set.minconn == 0 || set.minconn >= set.maxconn) return set.maxconn;
  const uint64_t now =
      backend.shared.proxy_load(backend.config.index).be_served.load(std::memory_order_relaxed);
  if (now >= backend.config.fullconn) return set.maxconn;
  const uint64_t in_proportion = now * set.maxconn / backend.config.fullconn;
  return static_cast<uint32_t>(std::max<uint64_t>(set.minconn, in_proportion));
}

bool has_room(const BackendView& backend, uint32_t position) {
  const uint32_t limit = server_limit(backend, position);
  if (limit == 0) return true;
  const ServerLoad& load = backend.load(position);
  return load.served.load(std::memory_order_relaxed) < limit &&
         load.queued.load(std::memory_order_relaxed) == 0;
}

bool takes_new(const BackendView& backend, uint32_t position) {
  const HealthWord word = health_of(backend.state(position));
  return is_usable(word) && word.health != ServerHealth::kStopping &&
         (word.admin & kAdminDrain) == 0;
}

std::unique_ptr<Balancer> make_balancer(const ProxyConfig& backend) {
  HW_ASSERT(backend.balance.algo != nullptr);
  return backend.balance.algo->make(backend);
}

bool has_static_weights(const ProxyConfig& backend) {
  const BalanceAlgo& algo = *backend.balance.algo;
  return algo.static_weights ||
         (algo.key != KeySource::kNothing && backend.hash.type == HashType::kMapBased);
}

}  // namespace hawser
