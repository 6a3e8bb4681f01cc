// SPDX-License-Identifier: MIT
// What a pick costs: nanoseconds for each balance algorithm, with 10, 100 and 1,000 servers.
//
//   ninja -C build bench_pick && build/contrib/bench/bench_pick [--contended]
//
// A round is what the data path does to the shared state of a server: pick, reserve it (`served` up
// by one), and release one of those in progress at random, so that loads differ. There are three
// requests in progress for each server, so none is idle, which would make the search of leastconn
// short. With --contended another process does the same on the same backend all the time. The
// figure is CPU time, the median of several rounds, the cost of reserving and releasing included.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/hash.h"
#include "config/listing.h"
#include "proxy/balance/balancer.h"

namespace hawser {
namespace {

constexpr int kPicks = 20000;
constexpr int kRounds = 15;

struct Case {
  const char* name;
  const char* balance;
  const char* hash_type;
  bool keyed;
};
constexpr Case kCases[] = {
    {"roundrobin", "roundrobin", "map-based", false},
    {"static-rr", "static-rr", "map-based", false},
    {"leastconn", "leastconn", "map-based", false},
    {"first", "first", "map-based", false},
    {"random(2)", "random", "map-based", false},
    {"source, map-based", "source", "map-based", true},
    {"source, consistent", "source", "consistent", true},
    {"source, bounded load", "source", "consistent", true},
};

Config make_config(const Case& which, size_t servers) {
  Config config;
  auto proxy = std::make_unique<ProxyConfig>();
  proxy->kind = ProxyKind::kBackend;
  proxy->index = 0;
  proxy->balance.algo = Registry<BalanceAlgo>::find(which.balance);
  HW_ASSERT(proxy->balance.algo != nullptr);
  if (std::strcmp(which.hash_type, "consistent") == 0) {
    proxy->hash.type = HashType::kConsistent;
    proxy->hash.avalanche = true;
  }
  if (std::strstr(which.name, "bounded") != nullptr) proxy->hash.balance_factor = 150;
  for (size_t i = 0; i < servers; ++i) {
    ServerConfig server;
    server.id = static_cast<uint32_t>(i + 1);
    server.set.weight = static_cast<uint16_t>(1 + i % 4);
    // So that every pick looks for room; `first` fills the front half.
    server.set.maxconn = which.balance == std::string_view("first") ? 6 : 1000;
    proxy->servers.push_back(std::move(server));
  }
  proxy->balance.static_weights = has_static_weights(*proxy);
  config.first_server = {0};
  config.first_listener = {0};
  config.servers = static_cast<uint32_t>(servers);
  config.proxies.push_back(std::move(proxy));
  return config;
}

// One worker's picks.
class Worker {
 public:
  Worker(const Config& config, Shared& shared)
      : view_{*config.proxies[0], shared, 0},
        balancer_(make_balancer(*config.proxies[0])),
        in_progress_(size_t{config.servers} * 3, kNoIndex) {
    balancer_->rebuild(view_);
  }

  void pick(bool keyed) {
    const uint32_t random = avalanche(++turn_);
    uint32_t& slot = in_progress_[random % in_progress_.size()];
    if (slot != kNoIndex) view_.load(slot).served.fetch_sub(1, std::memory_order_relaxed);
    const uint64_t key = keyed ? random : kNoKey;
    slot = balancer_->pick(view_, key, {});
    if (slot != kNoIndex) view_.load(slot).served.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  BackendView view_;
  std::unique_ptr<Balancer> balancer_;
  std::vector<uint32_t> in_progress_;
  uint32_t turn_ = 0;
};

int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

// Nanoseconds per pick.
double measure(const Case& which, size_t servers, bool contended) {
  const Config config = make_config(which, servers);
  auto shared = Shared::create(config, 2);
  HW_ASSERT(shared);
  pid_t other = 0;
  if (contended) {
    other = fork();
    if (other == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (Worker worker(config, **shared);;) worker.pick(which.keyed);
    }
  }
  Worker worker(config, **shared);
  for (int i = 0; i < kPicks; ++i) worker.pick(which.keyed);
  std::array<int64_t, kRounds> rounds;
  for (int64_t& round : rounds) {
    const int64_t begin = cpu_ns();
    for (int i = 0; i < kPicks; ++i) worker.pick(which.keyed);
    round = cpu_ns() - begin;
  }
  if (other > 0) {
    kill(other, SIGKILL);
    waitpid(other, nullptr, 0);
  }
  std::nth_element(rounds.begin(), rounds.begin() + kRounds / 2, rounds.end());
  return static_cast<double>(rounds[kRounds / 2]) / kPicks;
}

}  // namespace
}  // namespace hawser

int main(int argc, char** argv) {
  using namespace hawser;
  const bool contended = argc > 1 && std::strcmp(argv[1], "--contended") == 0;
  if (auto sealed = seal_registries(); !sealed) {
    std::fprintf(stderr, "%s\n", sealed.error().text.c_str());
    return 1;
  }
  constexpr size_t kSizes[] = {10, 100, 1000};
  std::printf("%-22s", contended ? "ns per pick, contended" : "ns per pick");
  for (const size_t size : kSizes) std::printf("%8zu", size);
  std::printf("\n");
  for (const Case& which : kCases) {
    std::printf("%-22s", which.name);
    for (const size_t size : kSizes) std::printf("%8.0f", measure(which, size, contended));
    std::printf("\n");
  }
}
