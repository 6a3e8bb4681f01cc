// SPDX-License-Identifier: MIT
// The addresses that move with a virtual router, and its MAC address.
#include <net/if.h>

#include <charconv>
#include <iterator>

#include "vrrp/line_options.h"

namespace hawser {
namespace {

template <class Target, bool Target::*Member, bool Value>
bool set_flag(Args&, Target& target) {
  target.*Member = Value;
  return true;
}

bool take_label(Args& args, VirtualAddress& target) {
  const auto label = args.take("<label>");
  if (!label) return false;
  if (label->text.empty() || label->text.size() >= IFNAMSIZ) {
    args.error(fmt::format("the label {} has {} characters; the kernel takes 1 to {}",
                           quoted(label->text), label->text.size(), IFNAMSIZ - 1));
    return false;
  }
  if (target.address.family() == AF_INET6) {
    args.error("only IPv4 addresses have labels");
    return false;
  }
  target.label = label->text;
  return true;
}

bool take_broadcast(Args& args, VirtualAddress& target) {
  if (target.address.family() == AF_INET6) {
    args.error("only IPv4 addresses have a broadcast address");
    return false;
  }
  target.broadcast = take_ip(args, "<address>", AF_INET);
  return target.broadcast.has_value();
}

constexpr LineOption<VirtualAddress> kAddressOptions[] = {
    {"dev", take_interface<VirtualAddress, &VirtualAddress::interface>},
    {"label", take_label},
    {"scope", take_scope<VirtualAddress>},
    {"brd", take_broadcast},
    {"no-track", set_flag<VirtualAddress, &VirtualAddress::no_track, true>},
    {"not-advertised", set_flag<VirtualAddress, &VirtualAddress::advertised, false>},
    {"no-address", set_flag<VirtualAddress, &VirtualAddress::no_address, true>},
};

// What may be an address of a machine that answers to it.
bool is_usable(const Address& address) {
  if (address.is_any()) return false;
  if (address.family() == AF_INET) {
    const uint32_t ip = ntohl(address.v4().s_addr);
    return !IN_MULTICAST(ip) && ip != INADDR_BROADCAST && (ip >> 24) != IN_LOOPBACKNET;
  }
  return !IN6_IS_ADDR_MULTICAST(&address.v6()) && !IN6_IS_ADDR_LOOPBACK(&address.v6());
}

bool add_address(KeywordCall& call) {
  VirtualAddress made;
  const auto network = take_network(call, "<address>");
  if (!network) return false;
  const Word& word = call.words()[call.position() - 1];
  if (!is_usable(network->address)) {
    call.error(quoted(word.text) + " cannot be a virtual address");
    return false;
  }
  made.pos = word.pos;
  made.width = word.width;
  made.address = network->address;
  made.prefix = network->prefix;
  if (!take_options<VirtualAddress>(call, made, kAddressOptions)) return false;
  if (made.no_address && !made.advertised) {
    call.error("an address that is neither advertised nor put on an interface does nothing");
    return false;
  }
  call.vrrp().addresses.push_back(std::move(made));
  return true;
}

// "02:00:5e:00:01:33"
bool take_mac(Args& args, VirtualMac& target) {
  const auto word = args.take("<mac>");
  if (!word) return false;
  const auto parts = split(word->text, ':');
  std::array<uint8_t, 6> mac{};
  bool good = parts.size() == mac.size();
  for (size_t i = 0; good && i < mac.size(); ++i) {
    const char* end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, mac[i], 16);
    good = parts[i].size() == 2 && error == std::errc() && stop == end;
  }
  if (!good) {
    args.error(quoted(word->text) + " is not a MAC address")
        .with_hint("it looks like 02:00:5e:10:00:33");
    return false;
  }
  if ((mac[0] & 1) != 0) {
    args.error(quoted(word->text) + " is the address of a group, not of one station");
    return false;
  }
  target.mac = mac;
  return true;
}

constexpr LineOption<VirtualMac> kMacOptions[] = {
    {"name", take_interface<VirtualMac, &VirtualMac::name>},
    {"mac", take_mac},
    {"xmit-base", set_flag<VirtualMac, &VirtualMac::xmit_base, true>},
};

bool set_virtual_mac(KeywordCall& call) {
  VirtualMac made;
  made.pos = call.keyword().pos;
  made.enabled = !call.negated();
  if (made.enabled && !take_options<VirtualMac>(call, made, kMacOptions)) return false;
  call.vrrp().virtual_mac = std::move(made);
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "virtual-address",
     .sections = kInVrrp,
     .parse = add_address,
     .args = "<address>[/<prefix>] [dev <interface>] [label <label>] [scope <scope>] "
             "[brd <address>] [no-track] [not-advertised] [no-address]",
     .summary = "an address that the master has"},
    {.name = "virtual-mac",
     .sections = kInVrrps,
     .parse = set_virtual_mac,
     .args = "[name <interface>] [mac <mac>] [xmit-base]",
     .summary = "gives the addresses a MAC address that moves with them",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
