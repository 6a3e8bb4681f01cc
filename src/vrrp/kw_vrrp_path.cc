// SPDX-License-Identifier: MIT
// The ways by which nodes hear each other.
#include <algorithm>

#include "config/interface_name.h"
#include "vrrp/line_options.h"

namespace hawser {
namespace {

template <bool Unicast>
bool set_source(KeywordCall& call) {
  const auto address = take_ip(call, "<address>");
  if (!address) return false;
  auto& sources = call.vrrp().sources;
  std::erase_if(sources, [&](const VrrpSource& known) {
    return known.address.family() == address->family();
  });
  sources.push_back({call.keyword().pos, *address, Unicast});
  return true;
}

bool take_min_ttl(Args& args, VrrpPeer& peer) {
  const auto ttl = args.take_int("<ttl>", 1, 255);
  if (!ttl) return false;
  peer.min_ttl = static_cast<uint8_t>(*ttl);
  return true;
}

constexpr LineOption<VrrpPeer> kPeerOptions[] = {{"min-ttl", take_min_ttl}};

bool add_peer(KeywordCall& call) {
  VrrpPeer made;
  const auto address = take_ip(call, "<address>");
  if (!address) return false;
  made.pos = call.keyword().pos;
  made.address = *address;
  auto& peers = call.vrrp().peers;
  const bool known = std::any_of(peers.begin(), peers.end(), [&](const VrrpPeer& peer) {
    return peer.address == made.address;
  });
  if (known) {
    call.error("the peer " + quoted(address->ip_text()) + " is there already");
    return false;
  }
  if (!take_options<VrrpPeer>(call, made, kPeerOptions)) return false;
  peers.push_back(made);
  return true;
}

bool set_multicast_group(KeywordCall& call) {
  const auto address = take_ip(call, "<address>");
  if (!address) return false;
  const bool ipv4 = address->family() == AF_INET;
  const bool multicast =
      ipv4 ? IN_MULTICAST(ntohl(address->v4().s_addr)) : IN6_IS_ADDR_MULTICAST(&address->v6());
  if (!multicast) {
    call.error(quoted(address->ip_text()) + " is not a multicast address")
        .with_hint(ipv4 ? "those of IPv4 are 224.0.0.0 to 239.255.255.255"
                        : "those of IPv6 begin with ff");
    return false;
  }
  (ipv4 ? call.vrrp().multicast_group4 : call.vrrp().multicast_group6) = *address;
  return true;
}

bool take_heartbeat_dev(Args& args, VrrpHeartbeat& heartbeat) {
  auto name = take_interface_name(args);
  if (!name) return false;
  heartbeat.interface = std::move(*name);
  return true;
}
template <std::optional<Address> VrrpHeartbeat::*Member>
bool take_heartbeat_ip(Args& args, VrrpHeartbeat& heartbeat) {
  return (heartbeat.*Member = take_ip(args, "<address>")).has_value();
}

constexpr LineOption<VrrpHeartbeat> kHeartbeatOptions[] = {
    {"dev", take_heartbeat_dev},
    {"peer", take_heartbeat_ip<&VrrpHeartbeat::peer>},
    {"source", take_heartbeat_ip<&VrrpHeartbeat::source>},
};

bool add_heartbeat(KeywordCall& call) {
  VrrpHeartbeat made;
  made.pos = call.keyword().pos;
  if (!take_options<VrrpHeartbeat>(call, made, kHeartbeatOptions)) return false;
  if (made.interface.empty() == !made.peer) {
    call.error_at(call.keyword(), made.peer
                                      ? "a heartbeat goes to an interface or to a peer, not both"
                                      : "missing 'dev <interface>' or 'peer <address>'")
        .with_hint("usage: heartbeat dev <interface> | heartbeat peer <address> source <address>");
    return false;
  }
  if (made.source && !made.peer) {
    call.error_at(call.keyword(), "'source' belongs to 'heartbeat peer'")
        .with_hint("on an interface, adverts come from its own address");
    return false;
  }
  if (made.source && made.source->family() != made.peer->family()) {
    call.error("the source and the peer must be of one family");
    return false;
  }
  call.vrrp().heartbeats.push_back(std::move(made));
  return true;
}

using Arbiter = VrrpConfig::Arbiter;

bool take_arbiter_interval(Args& args, Arbiter& arbiter) {
  const auto interval = args.take_duration("<time>", std::chrono::seconds(1));
  if (!interval) return false;
  if (*interval < Millis(100)) {
    args.error("an arbiter is asked every 100ms at the most");
    return false;
  }
  arbiter.interval = *interval;
  return true;
}

bool take_arbiter_timeout(Args& args, Arbiter& arbiter) {
  const auto timeout = args.take_duration("<time>", std::chrono::seconds(1));
  if (!timeout) return false;
  if (*timeout < Millis(10)) {
    args.error("an arbiter has 10ms at least to answer");
    return false;
  }
  arbiter.timeout = *timeout;
  return true;
}

template <uint32_t Arbiter::*Member>
bool take_arbiter_count(Args& args, Arbiter& arbiter) {
  const auto count = args.take_int("<count>", 1, 100);
  if (!count) return false;
  arbiter.*Member = static_cast<uint32_t>(*count);
  return true;
}

constexpr LineOption<Arbiter> kArbiterOptions[] = {
    {"interval", take_arbiter_interval},
    {"timeout", take_arbiter_timeout},
    {"rise", take_arbiter_count<&Arbiter::rise>},
    {"fall", take_arbiter_count<&Arbiter::fall>},
};

bool set_arbiter(KeywordCall& call) {
  if (call.negated()) {
    call.vrrp().arbiter = {};
    return true;
  }
  constexpr std::string_view kKinds[] = {"ping"};
  if (!call.take_one_of("kind of arbiter", kKinds)) return false;
  Arbiter made;
  made.ping = take_ip(call, "<address>");
  if (!made.ping || !take_options<Arbiter>(call, made, kArbiterOptions)) return false;
  if (made.timeout > made.interval) {
    call.error_at(call.keyword(), fmt::format("the timeout of {}ms is longer than the interval of "
                                              "{}ms: every request is judged before the next",
                                              made.timeout.count(), made.interval.count()))
        .with_hint("make 'timeout' shorter, or 'interval' longer");
    return false;
  }
  if (made.timeout == Millis(0)) made.timeout = made.interval;
  call.vrrp().arbiter = made;
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "unicast-source",
     .sections = kInVrrps,
     .parse = set_source<true>,
     .args = "<address>",
     .summary = "where adverts to the peers come from"},
    {.name = "multicast-source",
     .sections = kInVrrps,
     .parse = set_source<false>,
     .args = "<address>",
     .summary = "where adverts to the multicast group come from"},
    {.name = "peer",
     .sections = kInVrrps,
     .parse = add_peer,
     .args = "<address> [min-ttl <ttl>]",
     .summary = "a node that adverts are sent to, in place of the multicast group"},
    {.name = "multicast-group",
     .sections = kInVrrps,
     .parse = set_multicast_group,
     .args = "<address>",
     .summary = "where adverts are sent to"},
    {.name = "heartbeat",
     .sections = kInVrrps,
     .parse = add_heartbeat,
     .args = "dev <interface> | peer <address> [source <address>]",
     .summary = "a further way on which adverts are sent and heard"},
    {.name = "arbiter",
     .sections = kInVrrps,
     .parse = set_arbiter,
     .args = "ping <address> [interval <time>] [timeout <time>] [rise <count>] [fall <count>]",
     .summary = "a backup that cannot reach this address does not become master",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
