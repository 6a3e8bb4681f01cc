// SPDX-License-Identifier: MIT
#include "vrrp/vips.h"

#include <fmt/core.h>
#include <linux/rtnetlink.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <tuple>

#include "vrrp/kernel_place.h"
#include "vrrp/kernel_routing.h"

namespace hawser::vrrp {
namespace {

// Kernels before 5.18 forget who put an address there.
bool kernel_keeps_protocol() {
  utsname names;
  int major = 0, minor = 0;
  if (uname(&names) != 0 || sscanf(names.release, "%d.%d", &major, &minor) != 2) return false;
  return major > 5 || (major == 5 && minor >= 18);
}

}  // namespace

// What one request after the other needs to know of the kernel, asked for once and when it is
// needed.
class Vips::Moment {
 public:
  Moment(Rtnl& kernel, const std::vector<std::string>& interfaces)
      : kernel_(kernel), interfaces_(interfaces), indices_(interfaces.size()) {}

  Rtnl& kernel() { return kernel_; }
  const std::string& name_of(const Vip& vip) const { return interfaces_[vip.interface]; }
  // 0: the interface is not there.
  Result<uint32_t> ifindex_of(const Vip& vip) {
    auto& index = indices_[vip.interface];
    if (!index) {
      const auto found = kernel_.index_of(name_of(vip));
      if (!found) return found.error();
      index = *found;
    }
    return *index;
  }
  // Who put the address there, nullopt: it is not there.
  Result<std::optional<uint8_t>> protocol_of(const InterfaceAddress& address) {
    if (!protocols_) {
      if (const auto read = read_protocols(); !read) return read.error();
    }
    const auto found =
        protocols_->find({address.ifindex, address.prefix, Ip::from_address(address.address)});
    return found == protocols_->end() ? std::optional<uint8_t>() : found->second;
  }
  Result<> add(const KernelRule& rule) {
    // The kernel would give it another priority each time, and so take it for another rule.
    if (rule.priority == 0) {
      if (!rules_) {
        auto read = kernel_.rules(kOurProtocol);
        if (!read) return read.error();
        rules_ = std::move(read).value();
      }
      const auto is_it = [&rule](const KernelRule& found) { return is_same(found, rule); };
      if (std::any_of(rules_->begin(), rules_->end(), is_it)) return {};
    }
    const auto added = kernel_.add(rule);
    return added ? Result<>() : added.error();
  }

 private:
  using Key = std::tuple<uint32_t, uint8_t, Ip>;  // interface, prefix, address

  Result<> read_protocols() {
    protocols_.emplace();
    auto dumped = kernel_.dump(RTM_GETADDR, AF_UNSPEC, [this](const nlmsghdr& message) {
      const auto place = kernel_place(message);
      if (place) (*protocols_)[{place->ifindex, place->prefix, place->address}] = place->protocol;
    });
    if (!dumped) protocols_.reset();
    return dumped;
  }

  Rtnl& kernel_;
  const std::vector<std::string>& interfaces_;
  std::vector<std::optional<uint32_t>> indices_;
  std::optional<std::map<Key, uint8_t>> protocols_;
  std::optional<std::vector<KernelRule>> rules_;  // ours
};

Vips::Vips(const VrrpInstanceConfig& config, bool owner, std::string interface)
    : interface_(std::move(interface)),
      routes_(config.routes),
      rules_(config.rules),
      owner_(owner) {
  for (const auto& address : config.addresses) {
    if (address.no_address) continue;
    by_address_.emplace(Ip::from_address(address.address), vips_.size());
    vips_.push_back(
        {address, number_of(address.interface.empty() ? interface_ : address.interface)});
  }
}

size_t Vips::number_of(const std::string& interface) {
  const auto known = std::find(interfaces_.begin(), interfaces_.end(), interface);
  const auto number = static_cast<size_t>(known - interfaces_.begin());
  if (known == interfaces_.end()) interfaces_.push_back(interface);
  return number;
}

InterfaceAddress Vips::kernel_address(const Vip& vip, uint32_t ifindex) {
  InterfaceAddress address;
  address.ifindex = ifindex;
  address.address = vip.config.address;
  address.prefix = vip.config.prefix;
  address.scope = vip.config.scope.value_or(RT_SCOPE_UNIVERSE);
  address.label = vip.config.label;
  address.broadcast = vip.config.broadcast;
  // Duplicate detection takes a second, and ends in `dadfailed` while there are two masters.
  address.no_dad = true;
  address.deprecated = vip.config.address.family() == AF_INET6 && vip.config.prefix == 128;
  address.protocol = kOurProtocol;
  return address;
}

Result<bool> Vips::take_address(Moment& now, Vip& vip) {
  const auto ifindex = now.ifindex_of(vip);
  if (!ifindex) return ifindex.error();
  const auto address = kernel_address(vip, *ifindex);
  if (address.ifindex == 0) {
    return Error{fmt::format("cannot add {} on {}: there is no such interface",
                             vip.config.address.ip_text(), now.name_of(vip))};
  }
  const auto added = now.kernel().add(address);
  if (!added) return added.error();
  if (*added) {
    vip.foreign = false;
    return true;
  }
  if (held_ && !vip.foreign) return false;
  const auto protocol = now.protocol_of(address);
  if (!protocol) return protocol.error();
  const bool tagged = *protocol && **protocol == kOurProtocol;
  // Without tags, an address that only its owner may have beforehand was left by a process of ours.
  vip.foreign = !tagged && (owner_ || kernel_keeps_protocol());
  return false;
}

Result<> Vips::give_up_address(Moment& now, Vip& vip) {
  const auto ifindex = now.ifindex_of(vip);
  if (!ifindex) return ifindex.error();
  if (*ifindex == 0 || vip.foreign) return {};
  const auto address = kernel_address(vip, *ifindex);
  if (!held_) {
    const auto protocol = now.protocol_of(address);
    if (!protocol) return protocol.error();
    if (!*protocol) return {};
    const bool tagged = **protocol == kOurProtocol;
    if (!tagged && (owner_ || kernel_keeps_protocol())) return {};
  }
  const auto removed = now.kernel().remove(address);
  return removed ? Result<>() : removed.error();
}

Result<> Vips::take_route(Rtnl& kernel, const VirtualRoute& route) const {
  const auto wanted = kernel_route(route, interface_, kernel);
  if (!wanted) return wanted.error();
  if (!*wanted) {
    return Error{fmt::format("cannot add a route on {}: there is no such interface",
                             route.interface.empty() ? interface_ : route.interface)};
  }
  const auto added = kernel.add(**wanted);
  return added ? Result<>() : added.error();
}

Result<> Vips::give_up_route(Rtnl& kernel, const VirtualRoute& route) const {
  const auto wanted = kernel_route(route, interface_, kernel);
  if (!wanted) return wanted.error();
  if (!*wanted) return {};  // it went with its interface
  const auto removed = kernel.remove(**wanted);
  return removed ? Result<>() : removed.error();
}

Result<> Vips::take(Rtnl& kernel) {
  Result<> result;
  Moment now(kernel, interfaces_);
  took_any_ = false;
  for (auto& vip : vips_) {
    const auto taken = take_address(now, vip);
    if (!taken) keep_first(result, taken.error());
    took_any_ |= taken && *taken;
  }
  for (const auto& route : routes_) keep_first(result, take_route(kernel, route));
  for (const auto& rule : rules_) keep_first(result, now.add(kernel_rule(rule)));
  held_ = true;
  return result;
}

Result<> Vips::give_up(Rtnl& kernel) {
  Result<> result;
  Moment now(kernel, interfaces_);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (const auto gone = kernel.remove(kernel_rule(*rule)); !gone) {
      keep_first(result, gone.error());
    }
  }
  for (auto route = routes_.rbegin(); route != routes_.rend(); ++route) {
    keep_first(result, give_up_route(kernel, *route));
  }
  for (auto vip = vips_.rbegin(); vip != vips_.rend(); ++vip) {
    keep_first(result, give_up_address(now, *vip));
    vip->foreign = false;
  }
  held_ = false;
  return result;
}

Vips::Loss Vips::address_gone(const LinkAddress& gone, Rtnl& kernel) {
  const auto [first, last] = by_address_.equal_range(Ip::from_address(gone.address));
  for (auto known = first; held_ && known != last; ++known) {
    Vip& vip = vips_[known->second];
    Moment now(kernel, interfaces_);
    const auto ifindex = now.ifindex_of(vip);
    if (!ifindex || gone.prefix != vip.config.prefix || gone.ifindex != *ifindex) continue;
    // An interface that is down or gone takes addresses along; link events lead to take() then.
    const auto taken = take_address(now, vip);
    if (taken && !*taken) return Loss::kStillThere;
    return vip.config.no_track ? Loss::kUntracked : Loss::kLost;
  }
  return Loss::kNotOurs;
}

std::vector<Vips::Place> Vips::places(Rtnl& kernel) const {
  std::vector<uint32_t> indices;
  for (const std::string& name : interfaces_) {
    const auto index = kernel.index_of(name);
    indices.push_back(index ? *index : 0);
  }
  std::vector<Place> places;
  for (const auto& vip : vips_) {
    places.push_back({Ip::from_address(vip.config.address), indices[vip.interface]});
  }
  return places;
}

bool Vips::has(const Address& address) const {
  return by_address_.contains(Ip::from_address(address));
}

}  // namespace hawser::vrrp
