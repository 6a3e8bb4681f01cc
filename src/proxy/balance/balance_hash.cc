// SPDX-License-Identifier: MIT
// The algorithms that send equal keys to equal servers. They differ in where the key comes from
// (key.h) and in what `hash-type` makes of it: a map or a ring.
#include "proxy/balance/bounded_load.h"
#include "proxy/balance/hash_map.h"
#include "proxy/balance/hash_words.h"
#include "proxy/balance/ring.h"
#include "proxy/balance/turn.h"

namespace hawser {
namespace {

// hash-type map-based
class MapHash : public Balancer {
 public:
  void rebuild(const BackendView& backend) override { map_ = build_hash_map(backend); }

  uint32_t pick(const BackendView& backend, uint64_t key, const ServerSet& avoid) override {
    if (key == kNoKey) return pick_by_turn(backend, avoid);
    if (map_.empty()) return kNoIndex;
    const size_t start = key % map_.size();
    uint32_t avoided = kNoIndex;
    size_t i = start;
    do {
      const uint32_t position = map_[i];
      if (takes_new(backend, position)) {
        if (!avoid.has(position)) return position;
        if (avoided == kNoIndex) avoided = position;
      }
      i = i + 1 == map_.size() ? 0 : i + 1;
    } while (i != start);
    return avoided;
  }

 private:
  std::vector<uint16_t> map_;
};

// hash-type consistent
class RingHash : public Balancer {
 public:
  void rebuild(const BackendView& backend) override {
    const std::vector<Candidate> servers =
        candidates(backend.shared, backend.config, backend.first_server);
    std::vector<Ring::Member> members;
    members.reserve(servers.size());
    for (const Candidate& each : servers) {
      members.push_back({backend.config.servers[each.position].id, each.position, each.weight});
    }
    ring_.rebuild(members);
    bounded_.rebuild(backend, servers);
  }

  uint32_t pick(const BackendView& backend, uint64_t key, const ServerSet& avoid) override {
    if (key == kNoKey) return pick_by_turn(backend, avoid);
    const uint32_t hash = static_cast<uint32_t>(key);
    const uint64_t slots = bounded_.enabled() ? bounded_.slots(backend) : 0;
    const uint32_t found = ring_.walk(hash, [&](uint32_t position) {
      return !avoid.has(position) && takes_new(backend, position) &&
             (!bounded_.enabled() || bounded_.may_take(backend, position, slots));
    });
    if (found != kNoIndex) return found;
    return ring_.walk(hash, [&](uint32_t position) { return takes_new(backend, position); });
  }

 private:
  Ring ring_;
  BoundedLoad bounded_;
};

std::unique_ptr<Balancer> make_hash(const ProxyConfig& backend) {
  if (backend.hash.type == HashType::kConsistent) return std::make_unique<RingHash>();
  return std::make_unique<MapHash>();
}

constexpr BalanceAlgo kRows[] = {
    {.name = "source",
     .key = KeySource::kSourceAddress,
     .make = make_hash,
     .summary = "by the client's address"},
    {.name = "uri",
     .key = KeySource::kUri,
     .parse = parse_uri_words,
     .make = make_hash,
     .http_only = true,
     .args = "[whole] [path-only] [len <n>] [depth <n>]",
     .summary = "by the URI up to the question mark"},
    {.name = "url_param",
     .key = KeySource::kUrlParam,
     .parse = parse_url_param_words,
     .make = make_hash,
     .http_only = true,
     .args = "<name> [check_post]",
     .summary = "by a parameter of the query string"},
    {.name = "hdr",
     .key = KeySource::kHeader,
     .parens = Parens::kRequired,
     .parse = parse_hdr_words,
     .make = make_hash,
     .http_only = true,
     .args = "(<name>) [use_domain_only]",
     .summary = "by a request header"},
    {.name = "rdp-cookie",
     .key = KeySource::kRdpCookie,
     .parens = Parens::kOptional,
     .parse = parse_rdp_cookie_words,
     .make = make_hash,
     .args = "[(<name>)]",
     .summary = "by the cookie of a remote desktop client"},
    {.name = "hash",
     .key = KeySource::kExpression,
     .parse = parse_hash_words,
     .make = make_hash,
     .args = "<expression>",
     .summary = "by what an expression finds in the request"},
};
HW_REGISTER(BalanceAlgo, kRows);

}  // namespace
}  // namespace hawser
