// SPDX-License-Identifier: MIT
#include "shm/load_audit.h"

#include <algorithm>

namespace hawser {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr size_t kPerServer = 4;
constexpr size_t kPerProxy = 3;

}  // namespace

LoadAudit::LoadAudit(Shared& shared) : shared_(shared) {}

// `gauge` gives a worker's part of the load.
template <class Gauge>
bool LoadAudit::compare(std::atomic<uint32_t>& load, Gauge gauge) {
  Difference& difference = differences_[next_++];
  uint32_t sum = 0;
  for (uint32_t worker = 0; worker < shared_.workers(); ++worker) sum += gauge(worker);
  const auto now = static_cast<int32_t>(load.load(kRelaxed) - sum);
  difference.seen = now == difference.value ? static_cast<uint8_t>(difference.seen + 1) : 1;
  difference.value = now;
  if (now == 0 || difference.seen < kSameToRepair) return false;
  load.fetch_sub(static_cast<uint32_t>(now), kRelaxed);
  difference = {};
  return true;
}

uint32_t LoadAudit::look() {
  if (looks_left_ == 0) return 0;
  const SharedHeader& header = shared_.header();
  differences_.resize(kPerServer * header.servers + kPerProxy * header.proxies + header.listeners +
                      1);
  next_ = 0;
  uint32_t repaired = 0;
  for (uint32_t i = 0; i < header.servers; ++i) {
    ServerLoad& load = shared_.server_load(i);
    const auto part = [this, i](std::atomic<uint32_t> WorkerServerGauges::*gauge) {
      return [this, i, gauge](uint32_t worker) {
        return (shared_.server_gauges(worker, i).*gauge).load(kRelaxed);
      };
    };
    repaired += compare(load.served, part(&WorkerServerGauges::served));
    repaired += compare(load.queued, part(&WorkerServerGauges::queued));
    repaired += compare(load.idle, part(&WorkerServerGauges::idle));
    repaired += compare(load.idle_safe, part(&WorkerServerGauges::idle_safe));
  }
  const auto clients = [this](uint32_t worker) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < shared_.header().proxies; ++i) {
      sum += shared_.proxy_gauges(worker, i).fe_conns.load(kRelaxed);
    }
    return sum;
  };
  for (uint32_t i = 0; i < header.proxies; ++i) {
    ProxyLoad& load = shared_.proxy_load(i);
    const auto part = [this, i](std::atomic<uint32_t> WorkerProxyGauges::*gauge) {
      return [this, i, gauge](uint32_t worker) {
        return (shared_.proxy_gauges(worker, i).*gauge).load(kRelaxed);
      };
    };
    repaired += compare(load.fe_conns, part(&WorkerProxyGauges::fe_conns));
    repaired += compare(load.be_served, part(&WorkerProxyGauges::be_served));
    repaired += compare(load.queued, part(&WorkerProxyGauges::queued));
  }
  for (uint32_t i = 0; i < header.listeners; ++i) {
    repaired += compare(shared_.listener_load(i).conns, [this, i](uint32_t worker) {
      return shared_.listener(worker, i).conns.load(kRelaxed);
    });
  }
  repaired += compare(shared_.header().conns, clients);
  if (--looks_left_ == 0) differences_ = {};
  return repaired;
}

}  // namespace hawser
