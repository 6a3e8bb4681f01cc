// SPDX-License-Identifier: MIT
#include "netlink/monitor.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include <utility>

#include "base/log.h"
#include "netlink/attribute.h"

namespace hawser {
namespace {

constexpr Millis kCatchUpAgain{100};

// Of what is in `these` and not in `others`.
void tell_differences(const AddressBook& these, const AddressBook& others,
                      const std::function<void(const LinkAddress&)>& tell) {
  for (const auto& [ifindex, list] : these.all()) {
    for (const LinkAddress& address : list) {
      if (!others.has(address)) tell(address);
    }
  }
}

}  // namespace

Result<std::unique_ptr<NetMonitor>> NetMonitor::open(Loop& loop, Events events) {
  std::unique_ptr<NetMonitor> monitor(new NetMonitor(loop, std::move(events)));
  if (const auto started = monitor->start(); !started) return started.error();
  return monitor;
}

Result<> NetMonitor::start() {
  socket_.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket_) return errno_error("cannot open a routing socket", errno);
  // A storm of changes is to be seen whole; what does not fit leads to a new reading.
  const int size = 4 << 20;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return errno_error("cannot follow the changes of interfaces", errno);
  }
  if (auto read = resync(true); !read) return read;
  watch_ =
      std::make_unique<FdWatch>(loop_, socket_.get(), FdWatch::kRead, [this](int) { receive(); });
  return {};
}

// The kernel's present tables take the place of ours; the differences are told. When they can't be
// read, ours stay as they are.
Result<> NetMonitor::resync(bool silent) {
  const auto rtnl = Rtnl::open();
  if (!rtnl) return rtnl.error();
  std::map<uint32_t, Link> old_links = std::exchange(links_, {});
  AddressBook old_addresses = std::exchange(addresses_, {});
  for (const int type : {RTM_GETLINK, RTM_GETADDR}) {
    auto dumped =
        (*rtnl)->dump(type, AF_UNSPEC, [this](const nlmsghdr& message) { take(message, true); });
    if (dumped) continue;
    links_ = std::move(old_links);
    addresses_ = std::move(old_addresses);
    return dumped;
  }
  if (silent) return {};
  for (const auto& [index, link] : old_links) {
    const auto now = links_.find(index);
    if (now == links_.end()) {
      events_.link_gone(link);
    } else {
      count_ups(link, now->second);
    }
  }
  for (const auto& [index, link] : links_) events_.link_changed(link);
  tell_differences(old_addresses, addresses_, events_.address_gone);
  tell_differences(addresses_, old_addresses, events_.address_added);
  return {};
}

// What does not succeed now (the lists change too fast, or there are no descriptors) does later; no
// further message need come by itself.
void NetMonitor::catch_up() {
  const auto read = resync(false);
  if (!read) {
    if (!std::exchange(behind_, true)) {
      HW_WARN("changes of interfaces were lost: {}; tried again", read.error().text);
    }
    return catch_up_again_.start(kCatchUpAgain);
  }
  catch_up_again_.stop();
  if (std::exchange(behind_, false)) HW_NOTICE("the interfaces are known again");
}

void NetMonitor::receive() {
  alignas(nlmsghdr) char buffer[65536];
  for (;;) {
    const ssize_t n = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno != ENOBUFS) return;
      // What is left in the socket is older than what will be read, and its end may be lost.
      while (::recv(socket_.get(), buffer, sizeof buffer, 0) >= 0 || errno == EINTR ||
             errno == ENOBUFS) {
      }
      catch_up();
      continue;
    }
    auto* message = reinterpret_cast<nlmsghdr*>(buffer);
    for (auto left = static_cast<int>(n); nlmsg_ok(message, left);
         message = nlmsg_next(message, &left)) {
      take(*message, false);
    }
  }
}

void NetMonitor::take(const nlmsghdr& message, bool silent) {
  switch (message.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return take_link(message, silent);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return take_address(message, silent);
    default:
      return;
  }
}

void NetMonitor::count_ups(const Link& before, Link& now) {
  now.ups = before.ups;
  const bool went_down = !before.usable || now.carrier_ups != before.carrier_ups;
  if (now.usable && went_down) ++now.ups;
}

void NetMonitor::take_link(const nlmsghdr& message, bool silent) {
  const auto* header = static_cast<const ifinfomsg*>(nlmsg_data(&message));
  // AF_BRIDGE messages tell of ports, not of the interface.
  if (header->ifi_family != AF_UNSPEC) return;
  nlattr* attributes[IFLA_MAX + 1] = {};
  if (nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *header, attributes, IFLA_MAX, nullptr) <
      0)
    return;
  Link link;
  link.index = static_cast<uint32_t>(header->ifi_index);
  link.name = text_of(attributes[IFLA_IFNAME]);
  if (attributes[IFLA_MTU] != nullptr) link.mtu = nla_get_u32(attributes[IFLA_MTU]);
  link.base = number_of(attributes[IFLA_LINK]);
  if (attributes[IFLA_ADDRESS] != nullptr && nla_len(attributes[IFLA_ADDRESS]) == sizeof link.mac) {
    memcpy(link.mac, nla_data(attributes[IFLA_ADDRESS]), sizeof link.mac);
  }
  link.usable = (header->ifi_flags & IFF_UP) != 0 && (header->ifi_flags & IFF_RUNNING) != 0;
  link.no_arp = (header->ifi_flags & IFF_NOARP) != 0;
  link.carrier_ups = number_of(attributes[IFLA_CARRIER_UP_COUNT]);
  if (message.nlmsg_type == RTM_DELLINK) {
    links_.erase(link.index);
    addresses_.remove_all(link.index);
    if (!silent) events_.link_gone(link);
    return;
  }
  if (const Link* before = find(link.index); before != nullptr) count_ups(*before, link);
  links_[link.index] = link;
  if (!silent) events_.link_changed(link);
}

void NetMonitor::take_address(const nlmsghdr& message, bool silent) {
  const auto* header = static_cast<const ifaddrmsg*>(nlmsg_data(&message));
  nlattr* attributes[IFA_MAX + 1] = {};
  if (nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *header, attributes, IFA_MAX, nullptr) <
      0)
    return;
  // On a point-to-point link IFA_ADDRESS is the peer's.
  const nlattr* own =
      attributes[IFA_LOCAL] != nullptr ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
  const auto read = address_of(header->ifa_family, own);
  if (!read) return;
  LinkAddress address;
  address.ifindex = header->ifa_index;
  address.address = *read;
  address.prefix = header->ifa_prefixlen;
  address.scope = header->ifa_scope;
  address.protocol = byte_of(attributes[IFA_PROTO]);
  const uint32_t flags = attributes[IFA_FLAGS] != nullptr ? nla_get_u32(attributes[IFA_FLAGS])
                                                          : uint32_t{header->ifa_flags};
  address.secondary = (flags & IFA_F_SECONDARY) != 0;
  address.tentative = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0;
  if (message.nlmsg_type == RTM_DELADDR) {
    if (addresses_.remove(address) && !silent) events_.address_gone(address);
    return;
  }
  addresses_.put(address);
  if (!silent) events_.address_added(address);
}

const Link* NetMonitor::find(const std::string& name) const {
  for (const auto& [index, link] : links_) {
    if (link.name == name) return &link;
  }
  return nullptr;
}

const Link* NetMonitor::find(uint32_t index) const {
  const auto found = links_.find(index);
  return found == links_.end() ? nullptr : &found->second;
}

}  // namespace hawser
