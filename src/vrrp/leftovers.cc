// SPDX-License-Identifier: MIT
#include "vrrp/leftovers.h"

#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/assert.h"
#include "base/clock.h"
#include "vrrp/kernel_place.h"
#include "vrrp/kernel_routing.h"

namespace hawser::vrrp {
namespace {

constexpr char kPresence[] = "hawser-vrrp-";

Result<> remove_macvlans(Rtnl& kernel, BaseInterfaces& bases, const Config& config) {
  const auto links = kernel.links();
  if (!links) return links.error();
  Result<> result;
  for (const LinkDetails& link : *links) {
    const bool is_ours = link.kind == "macvlan" && link.macvlan_mode == MACVLAN_MODE_BRIDGE &&
                         parse_alias(link.alias).has_value();
    const bool is_named =
        std::any_of(config.vrrp_instances.begin(), config.vrrp_instances.end(),
                    [&link](const VrrpInstanceConfig& each) { return each.macvlan == link.name; });
    if (!is_ours || is_named) continue;
    // Its alias tells what the interface below had, which hold() remembers for release().
    keep_first(result, bases.hold(link.base));
    keep_first(result, kernel.remove_link(link.index));
    keep_first(result, bases.release(link.base));
  }
  return result;
}

const std::string& interface_of(const Config& config, const VrrpInstanceConfig& instance) {
  return instance.macvlan.empty() ? config.vrrps[instance.section]->interface : instance.macvlan;
}

using Place = std::tuple<uint32_t, uint8_t, Ip>;  // interface, prefix, address

Result<std::set<Place>> named_addresses(Rtnl& kernel, const Config& config) {
  std::set<Place> named;
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    const std::string& own = interface_of(config, instance);
    for (const VirtualAddress& address : instance.addresses) {
      const std::string& name = address.interface.empty() ? own : address.interface;
      const auto ifindex = kernel.index_of(name);
      if (!ifindex) return ifindex.error();
      named.insert({*ifindex, address.prefix, Ip::from_address(address.address)});
    }
  }
  return named;
}

Result<> remove_addresses(Rtnl& kernel, const Config& config) {
  std::vector<InterfaceAddress> left;
  const auto named = named_addresses(kernel, config);
  if (!named) return named.error();
  auto dumped = kernel.dump(RTM_GETADDR, AF_UNSPEC, [&](const nlmsghdr& message) {
    const auto place = kernel_place(message);
    if (!place || place->protocol != kOurProtocol) return;
    if (named->contains({place->ifindex, place->prefix, place->address})) return;
    InterfaceAddress address;
    address.ifindex = place->ifindex;
    address.prefix = place->prefix;
    address.address = place->address.to_address();
    left.push_back(address);
  });
  if (!dumped) return dumped;
  Result<> result;
  for (const InterfaceAddress& address : left) {
    if (const auto removed = kernel.remove(address); !removed) keep_first(result, removed.error());
  }
  return result;
}

Result<std::vector<KernelRoute>> named_routes(Rtnl& kernel, const Config& config) {
  std::vector<KernelRoute> named;
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    for (const VirtualRoute& route : instance.routes) {
      const auto wanted = kernel_route(route, interface_of(config, instance), kernel);
      if (!wanted) return wanted.error();
      if (*wanted) named.push_back(**wanted);
    }
  }
  return named;
}

Result<std::vector<KernelRule>> named_rules(const Config& config) {
  std::vector<KernelRule> named;
  for (const VrrpInstanceConfig& instance : config.vrrp_instances) {
    for (const VirtualRule& rule : instance.rules) named.push_back(kernel_rule(rule));
  }
  return named;
}

template <class Thing>
Result<> remove_unnamed(Rtnl& kernel, const Result<std::vector<Thing>>& ours,
                        const Result<std::vector<Thing>>& named) {
  if (!ours) return ours.error();
  if (!named) return named.error();
  Result<> result;
  for (const Thing& thing : *ours) {
    const auto is_it = [&thing](const Thing& wanted) { return is_same(thing, wanted); };
    if (std::any_of(named->begin(), named->end(), is_it)) continue;
    if (const auto removed = kernel.remove(thing); !removed) keep_first(result, removed.error());
  }
  return result;
}

}  // namespace

Presence::Presence()
    : name_(fmt::format("{}{}-{}", kPresence, getpid(), monotonic_ns())),
      fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  HW_ASSERT(name_.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path + 1, name_.data(), name_.size());
  const size_t size = offsetof(sockaddr_un, sun_path) + 1 + name_.size();
  if (!fd_) return;
  if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) !=
      0) {
    fd_.reset();
  }
}

bool Presence::is_alone() const {
  std::ifstream sockets("/proc/net/unix");
  bool seen = false;
  for (std::string line; std::getline(sockets, line);) {
    const size_t at = line.find(std::string("@") + kPresence);
    if (at == std::string::npos) continue;
    if (line.substr(at + 1) != name_) return false;
    seen = true;
  }
  return seen;
}

Result<> remove_leftovers(Rtnl& kernel, BaseInterfaces& bases, const Config& config) {
  Result<> result = remove_macvlans(kernel, bases, config);
  keep_first(result, remove_unnamed(kernel, kernel.rules(kOurProtocol), named_rules(config)));
  keep_first(result,
             remove_unnamed(kernel, kernel.routes(kOurProtocol), named_routes(kernel, config)));
  keep_first(result, remove_addresses(kernel, config));
  return result;
}

}  // namespace hawser::vrrp
