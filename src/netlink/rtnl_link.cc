// SPDX-License-Identifier: MIT
// Interfaces: macvlans, and what is set of an interface.
#include <errno.h>
#include <fmt/core.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <string.h>

#include "netlink/attribute.h"
#include "netlink/message.h"
#include "netlink/rtnl.h"

namespace hawser {
namespace {

void read_info(nlattr* info, LinkDetails& link) {
  nlattr* parts[IFLA_INFO_MAX + 1] = {};
  if (info == nullptr || nla_parse_nested(parts, IFLA_INFO_MAX, info, nullptr) < 0) return;
  link.kind = text_of(parts[IFLA_INFO_KIND]);
  nlattr* data[IFLA_MACVLAN_MAX + 1] = {};
  if (link.kind != "macvlan" || parts[IFLA_INFO_DATA] == nullptr ||
      nla_parse_nested(data, IFLA_MACVLAN_MAX, parts[IFLA_INFO_DATA], nullptr) < 0) {
    return;
  }
  link.macvlan_mode = number_of(data[IFLA_MACVLAN_MODE]);
}

void read_ipv4(nlattr* families, LinkDetails& link) {
  nlattr* family[AF_INET + 1] = {};
  nlattr* parts[IFLA_INET_MAX + 1] = {};
  if (families == nullptr || nla_parse_nested(family, AF_INET, families, nullptr) < 0 ||
      family[AF_INET] == nullptr ||
      nla_parse_nested(parts, IFLA_INET_MAX, family[AF_INET], nullptr) < 0 ||
      parts[IFLA_INET_CONF] == nullptr) {
    return;
  }
  link.ipv4.resize(static_cast<size_t>(nla_len(parts[IFLA_INET_CONF])) / sizeof(uint32_t));
  memcpy(link.ipv4.data(), nla_data(parts[IFLA_INET_CONF]), link.ipv4.size() * sizeof(uint32_t));
}

std::optional<LinkDetails> read_link(const nlmsghdr& message) {
  const auto* header = static_cast<const ifinfomsg*>(nlmsg_data(&message));
  nlattr* found[IFLA_MAX + 1] = {};
  if (message.nlmsg_type != RTM_NEWLINK || header->ifi_family != AF_UNSPEC ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *header, found, IFLA_MAX, nullptr) < 0) {
    return std::nullopt;
  }
  LinkDetails link;
  link.index = static_cast<uint32_t>(header->ifi_index);
  link.up = (header->ifi_flags & IFF_UP) != 0;
  link.name = text_of(found[IFLA_IFNAME]);
  link.alias = text_of(found[IFLA_IFALIAS]);
  link.base = number_of(found[IFLA_LINK]);
  link.group = number_of(found[IFLA_GROUP]);
  const nlattr* mac = found[IFLA_ADDRESS];
  if (mac != nullptr && nla_len(mac) == static_cast<int>(link.mac.size())) {
    memcpy(link.mac.data(), nla_data(mac), link.mac.size());
  }
  read_info(found[IFLA_LINKINFO], link);
  read_ipv4(found[IFLA_AF_SPEC], link);
  return link;
}

NetlinkMessage link_message(int type, int flags, uint32_t ifindex) {
  NetlinkMessage message(type, flags);
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(ifindex);
  message.header(header);
  return message;
}

std::string name_of(uint32_t ifindex) {
  char name[IF_NAMESIZE] = "?";
  if_indextoname(ifindex, name);
  return name;
}

}  // namespace

uint32_t LinkDetails::ipv4_setting(int which) const {
  const auto at = static_cast<size_t>(which) - 1;
  return at < ipv4.size() ? ipv4[at] : 0;
}

Result<uint32_t> Rtnl::make_macvlan(const std::string& name, uint32_t base, const MacAddress& mac,
                                    uint32_t group) {
  NetlinkMessage message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  message.put(IFLA_IFNAME, name);
  message.put(IFLA_LINK, base);
  message.put(IFLA_ADDRESS, mac.data(), mac.size());
  message.put(IFLA_GROUP, group);
  message.nest(IFLA_LINKINFO, [&] {
    message.put(IFLA_INFO_KIND, std::string("macvlan"));
    message.nest(IFLA_INFO_DATA,
                 [&] { message.put(IFLA_MACVLAN_MODE, uint32_t{MACVLAN_MODE_BRIDGE}); });
  });
  const NetlinkSocket::Answer answer = request(message.release());
  if (answer.code != 0) {
    const char* hint = answer.code == EOPNOTSUPP ? " (the kernel has no macvlan)" : "";
    return answer.error(
        fmt::format("cannot make the interface {} over {}{}", name, name_of(base), hint));
  }
  const uint32_t index = if_nametoindex(name.c_str());
  if (index == 0) return errno_error("cannot find the interface " + name, errno);
  return index;
}

Result<> Rtnl::change_link(uint32_t ifindex, const LinkChange& change) {
  NetlinkMessage message(RTM_SETLINK, 0);
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(ifindex);
  if (change.up) {
    header.ifi_change = IFF_UP;
    header.ifi_flags = *change.up ? IFF_UP : 0;
  }
  message.header(header);
  if (change.alias) message.put(IFLA_IFALIAS, change.alias->data(), change.alias->size());
  const auto put_ipv4 = [&] {
    message.nest(AF_INET, [&] {
      message.nest(IFLA_INET_CONF, [&] {
        for (const auto& [which, value] : change.ipv4) message.put(which, value);
      });
    });
  };
  const auto put_ipv6 = [&] {
    message.nest(AF_INET6,
                 [&] { message.put(IFLA_INET6_ADDR_GEN_MODE, uint8_t{IN6_ADDR_GEN_MODE_NONE}); });
  };
  if (!change.ipv4.empty() || change.no_own_ipv6) {
    message.nest(IFLA_AF_SPEC, [&] {
      if (!change.ipv4.empty()) put_ipv4();
      if (change.no_own_ipv6) put_ipv6();
    });
  }
  const NetlinkSocket::Answer answer = request(message.release());
  if (answer.code != 0) return answer.error("cannot set up the interface " + name_of(ifindex));
  return {};
}

Result<> Rtnl::remove_link(uint32_t ifindex) {
  NetlinkMessage message = link_message(RTM_DELLINK, 0, ifindex);
  const NetlinkSocket::Answer answer = request(message.release());
  if (answer.code != 0 && answer.code != ENODEV) return answer.error("cannot remove an interface");
  return {};
}

Result<std::optional<LinkDetails>> Rtnl::find_link(const std::string& name) {
  NetlinkMessage message = link_message(RTM_GETLINK, 0, 0);
  message.put(IFLA_IFNAME, name);
  return get_link(message.release());
}

Result<std::optional<LinkDetails>> Rtnl::find_link(uint32_t ifindex) {
  return get_link(link_message(RTM_GETLINK, 0, ifindex).release());
}

Result<uint32_t> Rtnl::index_of(const std::string& name) {
  const auto link = find_link(name);
  if (!link) return link.error();
  return *link ? (*link)->index : 0;
}

Result<std::optional<LinkDetails>> Rtnl::get_link(nl_msg* message) {
  std::optional<LinkDetails> link;
  const NetlinkSocket::Answer answer = socket_.request(
      *nlmsg_hdr(message), [&link](const nlmsghdr& found) { link = read_link(found); });
  nlmsg_free(message);
  if (answer.code == ENODEV) return std::optional<LinkDetails>();
  if (answer.code != 0) return answer.error("cannot look at an interface");
  return link;
}

Result<std::vector<LinkDetails>> Rtnl::links() {
  std::vector<LinkDetails> found;
  const auto dumped = dump(RTM_GETLINK, AF_UNSPEC, [&found](const nlmsghdr& message) {
    if (auto link = read_link(message)) found.push_back(std::move(*link));
  });
  if (!dumped) return dumped.error();
  return found;
}

}  // namespace hawser
