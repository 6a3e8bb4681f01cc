// SPDX-License-Identifier: MIT
#include "proxy/balance/balance_random.h"

#include <limits>

#include "base/text.h"
#include "proxy/balance/busy.h"
#include "proxy/balance/turn.h"

namespace hawser {

void RandomBalancer::rebuild(const BackendView& backend) {
  const std::vector<Candidate> servers =
      candidates(backend.shared, backend.config, backend.first_server);
  weights_.assign(backend.size(), 0);
  for (const Candidate& each : servers) weights_[each.position] = each.weight;
  bounded_.rebuild(backend, servers);
}

// In the order of turns every server stands as often as its weight says, so a place in it that is
// drawn at random is a server drawn by weight.
uint32_t RandomBalancer::pick(const BackendView& backend, uint64_t, const ServerSet& avoid) {
  const TurnView turns(backend.shared, backend.config.index);
  if (turns.length() == 0) return kNoIndex;
  const uint64_t slots = bounded_.enabled() ? bounded_.slots(backend) : 0;
  const auto may_take = [&](uint32_t position) {
    return !avoid.has(position) && weights_[position] != 0 && takes_new(backend, position) &&
           has_room(backend, position) &&
           (!bounded_.enabled() || bounded_.may_take(backend, position, slots));
  };
  uint32_t best = kNoIndex;
  Busy least = Busy::utmost();
  uint64_t place = 0;
  for (uint32_t i = 0; i < draws_; ++i) {
    place = rng_.next();
    const uint32_t drawn = turns.at(place);
    if (!may_take(drawn)) continue;
    const Busy now = Busy::of(backend.load(drawn), weights_[drawn]);
    if (best != kNoIndex && !(now < least)) continue;
    best = drawn;
    least = now;
  }
  // Where no draw was lucky, the next one in the order that may.
  for (uint32_t i = 1; best == kNoIndex && i <= turns.length(); ++i) {
    if (may_take(turns.at(place + i))) best = turns.at(place + i);
  }
  return best != kNoIndex ? best : pick_by_turn(backend, avoid);
}

namespace {

bool parse_random(KeywordCall& call, BalanceConfig& config) {
  if (config.param.empty()) return true;  // two draws
  const auto draws = parse_uint(config.param);
  if (!draws || *draws == 0 || *draws > std::numeric_limits<uint32_t>::max()) {
    call.error("the number of draws must be a positive integer, not " + quoted(config.param));
    return false;
  }
  config.draws = static_cast<uint32_t>(*draws);
  return true;
}

std::unique_ptr<Balancer> make_random(const ProxyConfig& backend) {
  return std::make_unique<RandomBalancer>(backend.balance.draws, Rng::from_system());
}

constexpr BalanceAlgo kRows[] = {
    {.name = "random",
     .parens = Parens::kOptional,
     .parse = parse_random,
     .make = make_random,
     .args = "[(<draws>)]",
     .summary = "the least busy of <draws> servers (2) that are drawn by weight"},
};
HW_REGISTER(BalanceAlgo, kRows);

}  // namespace
}  // namespace hawser
