// SPDX-License-Identifier: MIT
// What `virtual-mac` asks the kernel for must be possible: an interface name is there once, and a
// MAC address once over an interface.
#include <fmt/format.h>
#include <net/if.h>

#include <map>
#include <utility>

#include "config/draft.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

constexpr size_t kLongestName = IFNAMSIZ - 1;

class Names {
 public:
  Names(const Config& config, Diag& diag) : config_(config), diag_(diag) {}

  void check(const VrrpInstanceConfig& instance) {
    const VirtualMac& asked = config_.vrrps[instance.section]->virtual_mac;
    if (instance.macvlan.size() > kLongestName) {
      diag_
          .error(asked.pos, fmt::format("the interface of '{}' would be called {}, and a name has "
                                        "{} characters at most",
                                        instance.name, instance.macvlan, kLongestName))
          .with_hint("choose a shorter name");
    }
    if (config_.vrrps[instance.section]->interface == "lo") {
      diag_
          .error(asked.pos,
                 "lo has no network below it, and no interface with a MAC address of its own can "
                 "stand on it")
          .with_hint("name the interface of the network in 'interface'");
      return;
    }
    for (const auto& section : config_.vrrps) {
      if (section->interface != instance.macvlan) continue;
      diag_
          .error(asked.pos,
                 fmt::format("{} is the interface of vrrp '{}'", instance.macvlan, section->name))
          .with_hint("'name' is for the interface that is made over the other one");
      return;
    }
    claim(names_, instance.macvlan, instance, "the interface " + instance.macvlan,
          "give one of them 'virtual-mac name <interface>'");
    claim(macs_,
          fmt::format("{} {:02x}", config_.vrrps[instance.section]->interface,
                      fmt::join(instance.mac, ":")),
          instance, fmt::format("the MAC address {:02x}", fmt::join(instance.mac, ":")),
          "a MAC address can be on an interface once; without 'mac' every one is different");
  }

 private:
  using Claims = std::map<std::string, const VrrpInstanceConfig*>;
  void claim(Claims& claims, const std::string& key, const VrrpInstanceConfig& instance,
             const std::string& what, const char* hint) {
    const auto [known, fresh] = claims.try_emplace(key, &instance);
    if (fresh) return;
    diag_
        .error(config_.vrrps[instance.section]->virtual_mac.pos,
               fmt::format("'{}' and '{}' would both have {}", known->second->name, instance.name,
                           what))
        .with_hint(hint);
  }

  const Config& config_;
  Diag& diag_;
  Claims names_, macs_;
};

void check_macvlans(Draft& draft, Diag& diag) {
  Names names(*draft.config, diag);
  for (const VrrpInstanceConfig& instance : draft.config->vrrp_instances) {
    const bool known = !draft.config->vrrps[instance.section]->incomplete;
    if (known && !instance.macvlan.empty()) names.check(instance);
  }
}

constexpr ConfigCheck kChecks[] = {{"virtual MAC addresses", kVrrpRules, check_macvlans}};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
