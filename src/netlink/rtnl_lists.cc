// SPDX-License-Identifier: MIT
// What the kernel has: lists of its interfaces, addresses, routes and rules.
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include <string>

#include "netlink/attribute.h"
#include "netlink/message.h"
#include "netlink/rtnl.h"

namespace hawser {
namespace {

constexpr int kFamilies[] = {AF_INET, AF_INET6};

// nullopt: not a plain route by one gateway or interface.
std::optional<KernelRoute> read_route(const nlmsghdr& message) {
  const auto* header = static_cast<const rtmsg*>(nlmsg_data(&message));
  nlattr* found[RTA_MAX + 1] = {};
  if (message.nlmsg_type != RTM_NEWROUTE ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *header, found, RTA_MAX, nullptr) < 0) {
    return std::nullopt;
  }
  const bool plain = header->rtm_type == RTN_UNICAST && header->rtm_tos == 0 &&
                     header->rtm_src_len == 0 && (header->rtm_flags & RTM_F_CLONED) == 0;
  for (const int other : {RTA_MULTIPATH, RTA_VIA, RTA_NH_ID, RTA_ENCAP}) {
    if (found[other] != nullptr) return std::nullopt;
  }
  if (!plain) return std::nullopt;
  KernelRoute route;
  route.family = header->rtm_family;
  route.to = address_of(route.family, found[RTA_DST]);
  route.prefix = header->rtm_dst_len;
  route.via = address_of(route.family, found[RTA_GATEWAY]);
  route.source = address_of(route.family, found[RTA_PREFSRC]);
  route.ifindex = number_of(found[RTA_OIF]);
  route.table = found[RTA_TABLE] != nullptr ? number_of(found[RTA_TABLE]) : header->rtm_table;
  route.metric = number_of(found[RTA_PRIORITY]);
  route.scope = header->rtm_scope;
  route.protocol = header->rtm_protocol;
  return route;
}

// nullopt: not one that leads to a table by what a KernelRule has.
std::optional<KernelRule> read_rule(const nlmsghdr& message) {
  const auto* header = static_cast<const fib_rule_hdr*>(nlmsg_data(&message));
  nlattr* found[FRA_MAX + 1] = {};
  if (message.nlmsg_type != RTM_NEWRULE ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *header, found, FRA_MAX, nullptr) < 0) {
    return std::nullopt;
  }
  const bool plain =
      header->action == FR_ACT_TO_TBL && header->tos == 0 && (header->flags & FIB_RULE_INVERT) == 0;
  for (const int other :
       {FRA_OIFNAME, FRA_L3MDEV, FRA_UID_RANGE, FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE}) {
    if (found[other] != nullptr) return std::nullopt;
  }
  if (!plain) return std::nullopt;
  KernelRule rule;
  rule.family = header->family;
  rule.from = address_of(rule.family, found[FRA_SRC]);
  rule.from_prefix = header->src_len;
  rule.to = address_of(rule.family, found[FRA_DST]);
  rule.to_prefix = header->dst_len;
  rule.iif = text_of(found[FRA_IIFNAME]);
  rule.fwmark = number_of(found[FRA_FWMARK]);
  rule.table = found[FRA_TABLE] != nullptr ? number_of(found[FRA_TABLE]) : header->table;
  rule.priority = number_of(found[FRA_PRIORITY]);
  // Kernels before 4.17 forget who put a rule there.
  rule.protocol = byte_of(found[FRA_PROTOCOL]);
  return rule;
}

}  // namespace

template <class Header>
Result<> Rtnl::dump(int type, const Header& header, const char* what,
                    const std::function<void(const nlmsghdr&)>& each) {
  NetlinkMessage message(type, 0);
  message.header(header);
  const NetlinkSocket::Answer answer = socket_.dump(*message.raw(), each);
  if (answer.code == 0) return {};
  return answer.error(std::string("cannot list the ") + what);
}

Result<> Rtnl::dump(int type, int family, const std::function<void(const nlmsghdr&)>& each) {
  if (type == RTM_GETLINK) {
    ifinfomsg header{};
    header.ifi_family = static_cast<uint8_t>(family);
    return dump(type, header, "interfaces", each);
  }
  ifaddrmsg header{};
  header.ifa_family = static_cast<uint8_t>(family);
  return dump(type, header, "addresses", each);
}

Result<std::vector<KernelRoute>> Rtnl::routes(uint8_t protocol) {
  std::vector<KernelRoute> routes;
  for (const int family : kFamilies) {
    rtmsg header{};
    header.rtm_family = static_cast<uint8_t>(family);
    // Kernels since 4.20 list no others, of which a router of the internet has a million.
    header.rtm_protocol = protocol;
    const auto dumped = dump(RTM_GETROUTE, header, "routes", [&](const nlmsghdr& message) {
      auto route = read_route(message);
      if (!route || route->family != family || route->protocol != protocol) return;
      routes.push_back(std::move(*route));
    });
    if (!dumped) return dumped.error();
  }
  return routes;
}

Result<std::vector<KernelRule>> Rtnl::rules(uint8_t protocol) {
  std::vector<KernelRule> rules;
  for (const int family : kFamilies) {
    fib_rule_hdr header{};
    header.family = static_cast<uint8_t>(family);
    const auto dumped = dump(RTM_GETRULE, header, "rules", [&](const nlmsghdr& message) {
      auto rule = read_rule(message);
      if (!rule || rule->family != family || rule->protocol != protocol) return;
      rules.push_back(std::move(*rule));
    });
    if (!dumped) return dumped.error();
  }
  return rules;
}

}  // namespace hawser
