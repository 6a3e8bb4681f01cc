// SPDX-License-Identifier: MIT
#include "netlink/rtnl.h"

#include <errno.h>
#include <fmt/core.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>

#include "netlink/message.h"

namespace hawser {
namespace {

NetlinkMessage address_message(int type, int flags, const InterfaceAddress& address) {
  const bool v6 = address.address.family() == AF_INET6;
  NetlinkMessage message(type, flags);
  ifaddrmsg header{};
  header.ifa_family = static_cast<uint8_t>(address.address.family());
  header.ifa_prefixlen = address.prefix;
  header.ifa_scope = address.scope;
  header.ifa_index = address.ifindex;
  message.header(header);
  message.put(IFA_LOCAL, address.address);
  if (!v6) message.put(IFA_ADDRESS, address.address);
  if (type != RTM_NEWADDR) return message;
  uint32_t flag_bits = 0;
  if (v6 && address.no_dad) flag_bits |= IFA_F_NODAD;
  if (flag_bits != 0) message.put(IFA_FLAGS, flag_bits);
  if (!address.label.empty() && !v6) message.put(IFA_LABEL, address.label);
  if (address.broadcast && !v6) message.put(IFA_BROADCAST, *address.broadcast);
  if (address.deprecated) {
    ifa_cacheinfo lifetimes{};
    lifetimes.ifa_valid = UINT32_MAX;
    message.put(IFA_CACHEINFO, &lifetimes, sizeof lifetimes);
  }
  if (address.protocol != 0) message.put(IFA_PROTO, address.protocol);
  return message;
}

NetlinkMessage route_message(int type, int flags, const KernelRoute& route) {
  NetlinkMessage message(type, flags);
  rtmsg header{};
  header.rtm_family = static_cast<uint8_t>(route.family);
  header.rtm_dst_len = route.prefix;
  header.rtm_table = static_cast<uint8_t>(route.table < 256 ? route.table : 0);
  header.rtm_protocol = route.protocol;
  header.rtm_scope = route.scope;
  header.rtm_type = RTN_UNICAST;
  message.header(header);
  message.put(RTA_TABLE, route.table);
  if (route.to) message.put(RTA_DST, *route.to);
  if (route.via) message.put(RTA_GATEWAY, *route.via);
  if (route.source) message.put(RTA_PREFSRC, *route.source);
  if (route.ifindex != 0) message.put(RTA_OIF, route.ifindex);
  if (route.metric != 0) message.put(RTA_PRIORITY, route.metric);
  return message;
}

NetlinkMessage rule_message(int type, int flags, const KernelRule& rule) {
  NetlinkMessage message(type, flags);
  fib_rule_hdr header{};
  header.family = static_cast<uint8_t>(rule.family);
  header.src_len = rule.from_prefix;
  header.dst_len = rule.to_prefix;
  header.table = static_cast<uint8_t>(rule.table < 256 ? rule.table : 0);
  header.action = FR_ACT_TO_TBL;
  message.header(header);
  message.put(FRA_TABLE, rule.table);
  if (rule.from) message.put(FRA_SRC, *rule.from);
  if (rule.to) message.put(FRA_DST, *rule.to);
  if (!rule.iif.empty()) message.put(FRA_IIFNAME, rule.iif);
  if (rule.fwmark != 0) message.put(FRA_FWMARK, rule.fwmark);
  if (rule.priority != 0) message.put(FRA_PRIORITY, rule.priority);
  if (rule.protocol != 0) message.put(FRA_PROTOCOL, rule.protocol);
  return message;
}

// `already`: the errno that says that it was so before.
Result<bool> verdict(const NetlinkSocket::Answer& answer, int already, const std::string& what) {
  if (answer.code == 0) return true;
  if (answer.code == already) return false;
  return answer.error("cannot " + what);
}

std::string describe(const InterfaceAddress& address) {
  char name[IF_NAMESIZE] = "?";
  if_indextoname(address.ifindex, name);
  return fmt::format("address {}/{} on {}", address.address.ip_text(), address.prefix, name);
}

std::string describe(const KernelRoute& route) {
  std::string text = route.to ? fmt::format("route {}/{}", route.to->ip_text(), route.prefix)
                              : std::string("route default");
  if (route.via) text += " via " + route.via->ip_text();
  return text;
}

std::string describe(const KernelRule& rule) {
  return fmt::format("rule {} for table {}", rule.priority, rule.table);
}

constexpr int kAdd = NLM_F_CREATE | NLM_F_EXCL;

}  // namespace

Result<std::unique_ptr<Rtnl>> Rtnl::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return socket.error();
  return std::unique_ptr<Rtnl>(new Rtnl(std::move(socket).value()));
}

NetlinkSocket::Answer Rtnl::request(nl_msg* message) {
  NetlinkSocket::Answer answer = socket_.request(*nlmsg_hdr(message));
  nlmsg_free(message);
  return answer;
}

Result<bool> Rtnl::add(const InterfaceAddress& address) {
  NetlinkMessage message = address_message(RTM_NEWADDR, kAdd, address);
  return verdict(request(message.release()), EEXIST, "add " + describe(address));
}

Result<bool> Rtnl::remove(const InterfaceAddress& address) {
  NetlinkMessage message = address_message(RTM_DELADDR, 0, address);
  const NetlinkSocket::Answer answer = request(message.release());
  // With its interface the address went as well.
  if (answer.code == ENODEV) return false;
  return verdict(answer, EADDRNOTAVAIL, "remove " + describe(address));
}

Result<bool> Rtnl::add(const KernelRoute& route) {
  NetlinkMessage message = route_message(RTM_NEWROUTE, kAdd, route);
  return verdict(request(message.release()), EEXIST, "add " + describe(route));
}

Result<bool> Rtnl::remove(const KernelRoute& route) {
  NetlinkMessage message = route_message(RTM_DELROUTE, 0, route);
  return verdict(request(message.release()), ESRCH, "remove " + describe(route));
}

Result<bool> Rtnl::add(const KernelRule& rule) {
  NetlinkMessage message = rule_message(RTM_NEWRULE, kAdd, rule);
  return verdict(request(message.release()), EEXIST, "add " + describe(rule));
}

Result<bool> Rtnl::remove(const KernelRule& rule) {
  NetlinkMessage message = rule_message(RTM_DELRULE, 0, rule);
  return verdict(request(message.release()), ENOENT, "remove " + describe(rule));
}

}  // namespace hawser
