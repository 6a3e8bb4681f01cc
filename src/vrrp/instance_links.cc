// SPDX-License-Identifier: MIT
// The interfaces of an instance: what it sends from and listens on, and what is wrong with them.
#include <fmt/format.h>

#include "base/clock.h"
#include "vrrp/instance.h"
#include "vrrp/kernel_place.h"

namespace hawser::vrrp {
namespace {

bool is_link_local(const Ip& ip) {
  return ip.size == 16 && ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80;
}

}  // namespace

// Adverts come from the first address of the interface that does not move between nodes; over IPv6,
// from its link-local one (RFC 9568, section 5.1.2.1).
Ip Instance::source_for(const Lane& lane) const {
  if (lane.configured_source().is_set() && lane.interface().empty())
    return lane.configured_source();
  const Link* link = around_.monitor.find(lane.interface());
  if (link == nullptr) return {};
  for (const LinkAddress& address : around_.monitor.addresses().of(link->index)) {
    const Ip ip = Ip::from_address(address.address);
    if (ip.family() != config_.family || address.tentative) continue;
    if (lane.configured_source().is_set()) {
      if (ip == lane.configured_source()) return ip;
      continue;
    }
    const bool fits = config_.family == AF_INET ? !address.secondary : is_link_local(ip);
    if (fits && address.protocol != kOurProtocol && !vips_.has(address.address)) return ip;
  }
  return {};
}

Result<> Instance::settle_macvlan() {
  const Link* base = around_.monitor.find(section_.interface);
  if (!macvlan_ || base == nullptr) return {};
  const uint32_t before = macvlan_->ifindex();
  std::string warning;
  auto settled = macvlan_->settle(base->index, warning);
  if (!warning.empty()) tell(kVrrpNote, LogLevel::kWarning, warning);
  if (!settled || macvlan_->ifindex() == before) return settled;
  // Left up by a killed process.
  if (election_.role() != VrrpState::kMaster) set_macvlan_up(false);
  return around_.transport.interface_changed(macvlan_->name(), macvlan_->ifindex());
}

void Instance::set_macvlan_up(bool up) {
  if (!macvlan_) return;
  const auto set = up ? macvlan_->raise() : macvlan_->lower();
  if (!set && macvlan_failures_.count(monotonic_ns())) {
    tell(kVrrpNote, LogLevel::kAlert, set.error().text);
  }
}

// Somebody removed it, and the addresses went along.
void Instance::lose_macvlan(int64_t now_ns) {
  if (election_.role() != VrrpState::kMaster) return;
  tell(kVrrpNote, LogLevel::kWarning,
       fmt::format("somebody removed the interface {}", macvlan_->name()));
  set_macvlan_up(true);
  put_back(now_ns);
}

void Instance::open_lanes() {
  const auto settled = settle_macvlan();
  for (Lane& lane : lanes_) {
    const Link* link = around_.monitor.find(lane.interface());
    const bool usable = lane.interface().empty() || (link != nullptr && link->usable);
    const Ip source = usable ? source_for(lane) : Ip{};
    const auto opened = lane.open(around_.transport, source);
    std::string fault;
    if (!lane.interface().empty() && link == nullptr) {
      fault = fmt::format("there is no interface {}", lane.interface());
    } else if (!usable) {
      fault = fmt::format("interface {} is down", lane.interface());
    } else if (!source.is_set()) {
      fault = fmt::format("interface {} has no {} address to send from", lane.interface(),
                          config_.family == AF_INET ? "IPv4" : "link-local IPv6");
    } else if (!opened) {
      fault = opened.error().text;
    } else if (!settled) {
      fault = settled.error().text;
    }
    // A further heartbeat may fail: it is there for the case that something fails.
    if (&lane == &lanes_.front()) link_fault_ = std::move(fault);
  }
  election_.set_address(lanes_.front().source());
}

// Of the interfaces that addresses are announced on, and the adverts' own. The macvlan is not among
// them: we raise it ourselves.
uint64_t Instance::link_ups() const {
  uint64_t ups = 0;
  const auto add = [&](const std::string& name) {
    if (const Link* link = around_.monitor.find(name); link != nullptr) ups += link->ups;
  };
  add(section_.interface);
  for (const std::string& name : vips_.interfaces()) {
    if (name != section_.interface && name != config_.macvlan) add(name);
  }
  return ups;
}

void Instance::look_at_links(int64_t now_ns) {
  const uint32_t macvlan = macvlan_ ? macvlan_->ifindex() : 0;
  open_lanes();
  if (macvlan != 0 && macvlan_->ifindex() != macvlan) lose_macvlan(now_ns);
  settle_fault(now_ns);
  if (lost_ != 0) settle_loss(now_ns);
  const uint64_t ups = link_ups();
  const bool came_up = std::exchange(link_ups_, ups) != ups;
  if (came_up && link_fault_.empty() && started_) apply(election_.link_up(now_ns), now_ns);
}

}  // namespace hawser::vrrp
