// SPDX-License-Identifier: MIT
// vrrp_instance
#include "vrrp/convert/instance.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/address.h"
#include "base/text.h"

namespace hawser::keepalived {

const Statement* find(const std::vector<Statement>& block, std::string_view name) {
  const auto found = std::find_if(block.begin(), block.end(),
                                  [&](const Statement& line) { return line.name() == name; });
  return found == block.end() ? nullptr : &*found;
}

Instance::Instance(Conversion& to, const Statement& from)
    : block(from.block), target{to, to.instances} {
  target.name = from.argument();
  const Statement* line = find(block, "state");
  master = line != nullptr && line->argument() == "MASTER";
  has_priority = find(block, "priority") != nullptr;
  has_peers = find(block, "unicast_peer") != nullptr;
  no_preempt = find(block, "nopreempt") != nullptr && !master;
  strict = to.globals.strict;
  if (const Statement* mode = find(block, "strict_mode")) strict = is_on(*mode);
  if (const Statement* list = find(block, "virtual_ipaddress")) {
    ipv6 = !list->block.empty() && list->block[0].name().find(':') != std::string::npos;
  }
  version = to.globals.version;
  if (const Statement* given = find(block, "version")) {
    version = parse_int(given->argument()).value_or(version);
  }
  if (ipv6) version = 3;
  const Statement* priority = find(block, "priority");
  const bool owner = has_priority ? priority->argument() == "255" : master;
  if (owner) target.weightless = "priority 255 never changes";
  if (no_preempt) {
    target.weightless = "with 'nopreempt' a backup leaves a master of lower priority alone";
  }
}

namespace {

void convert_state(Instance& to, const Statement& from) {
  if (from.argument() != "MASTER" && from.argument() != "BACKUP") {
    return to.report().error(from.words.back(), "'state' is MASTER or BACKUP");
  }
  if (to.has_priority || !to.master) {
    return to.report().became(
        from,
        fmt::format("nothing: the priority decides who is master, as in keepalived, where the "
                    "state has no part in the election{}",
                    to.master ? " either" : ""));
  }
  to.target.text.put("priority", "255");
  to.report().trap(from,
                   "without 'priority' keepalived takes 255, an address owner's, for a MASTER",
                   "priority 255");
}

void convert_interface(Instance& to, const Statement& from) {
  to.put(from, "interface", as_word(from.argument()));
}

template <const char* kKeyword, int64_t kMax>
void convert_number(Instance& to, const Statement& from) {
  if (const auto value = take_number(to.report(), from, 1, kMax)) {
    to.put(from, kKeyword, fmt::to_string(*value));
  }
}
constexpr char kVrid[] = "virtual-router-id";
constexpr char kPriority[] = "priority";
constexpr char kDownTimer[] = "down-timer-adverts";

void convert_advert(Instance& to, const Statement& from) {
  const auto value = milliseconds_of(from.argument());
  if (!value || *value == 0) {
    return to.report().error(from.words.back(), "'advert_int' needs a number of seconds");
  }
  const int64_t step = to.version == 2 ? 1000 : 10;
  const int64_t rounded = std::max(step, (*value + step / 2) / step * step);
  const std::string text = time_text(rounded);
  if (rounded == *value) return to.put(from, "advert-int", text);
  to.target.text.put("advert-int", text);
  to.report().trap(
      from, fmt::format("VRRP version {} has no interval of {}s", to.version, from.argument()),
      fmt::format("advert-int {}, as keepalived rounds it{}", text,
                  to.version == 2 ? "; 'version 3' on all nodes allows less" : ""));
}

void convert_version(Instance& to, const Statement& from) {
  to.report().became(
      from, to.ipv6 ? "nothing: IPv6 always has version 3" : fmt::format("version {}", to.version));
}

void convert_peers(Instance& to, const Statement& from) {
  for (const Statement& line : from.block) {
    if (!Address::parse_ip(line.name())) {
      to.report().error(line.words[0], quoted(line.name()) + " is not an IP address");
      continue;
    }
    std::string value = line.name();
    for (size_t i = 1; i + 1 < line.words.size(); ++i) {
      if (line.argument(i) == "min_ttl") value += fmt::format(" min-ttl {}", line.argument(i + 1));
    }
    to.put(line, "peer", value);
  }
}

void convert_source(Instance& to, const Statement& from) {
  to.put(from, to.has_peers ? "unicast-source" : "multicast-source", as_word(from.argument()));
}

void convert_group_address(Instance& to, const Statement& from) {
  to.put(from, "multicast-group", as_word(from.argument()));
}

void convert_no_preempt(Instance& to, const Statement& from) {
  if (!to.master) return to.put(from, "no preempt");
  to.report().trap(from, "keepalived ignores 'nopreempt' with 'state MASTER'",
                   "left out; write 'no preempt' if it was meant");
}

void convert_preempt_delay(Instance& to, const Statement& from) {
  const auto time = take_seconds(to.report(), from);
  if (!time) return;
  const std::string_view against = to.master       ? "'state MASTER'"
                                   : to.strict     ? "'vrrp_strict'"
                                   : to.no_preempt ? "'nopreempt'"
                                                   : "";
  if (against.empty()) return to.put(from, "preempt", "delay " + *time);
  to.report().trap(from, fmt::format("keepalived ignores 'preempt_delay' with {}", against),
                   fmt::format("left out; write 'preempt delay {}' if it was meant", *time));
}

void convert_checksum(Instance& to, const Statement& from) { to.put(from, "checksum", "rfc9568"); }

// "02:00:5e:00:01": the router's number is the sixth part.
std::string whole_mac(const Instance& to, std::string_view mac) {
  if (std::count(mac.begin(), mac.end(), ':') != 4) return std::string(mac);
  const Statement* line = find(to.block, "virtual_router_id");
  const auto vrid = line == nullptr ? std::nullopt : parse_int(line->argument());
  return fmt::format("{}:{:02x}", mac, vrid.value_or(0));
}

// use_vmac [<interface>] [<mac>]
void convert_virtual_mac(Instance& to, const Statement& from) {
  std::string value;
  for (size_t i = 1; i < from.words.size(); ++i) {
    const std::string_view word = from.argument(i);
    if (word.find(':') == std::string_view::npos) {
      value += "name " + as_word(word) + " ";
    } else {
      value += "mac " + whole_mac(to, word) + " ";
    }
  }
  if (find(to.block, "vmac_xmit_base") != nullptr) value += "xmit-base ";
  if (!value.empty()) value.pop_back();
  to.put(from, "virtual-mac", value);
}

void convert_xmit_base(Instance& to, const Statement& from) {
  if (find(to.block, "use_vmac") == nullptr) {
    return to.report().dropped(from, "it has no effect without 'use_vmac'");
  }
  to.report().became(from, "'xmit-base' of virtual-mac");
}

// In keepalived the last of both lines counts, and so it does here.
void convert_no_accept(Instance& to, const Statement& from) { to.put(from, "no accept"); }
void convert_accept(Instance& to, const Statement& from) {
  if (find(to.block, "no_accept") != nullptr) return to.put(from, "accept");
  to.report().dropped(from, "it is the default");
}

struct InstanceKeyword {
  std::string_view name;
  void (*convert)(Instance& to, const Statement& from);
};
constexpr InstanceKeyword kKeywords[] = {
    {"state", convert_state},
    {"interface", convert_interface},
    {"virtual_router_id", convert_number<kVrid, 255>},
    {"priority", convert_number<kPriority, 255>},
    {"down_timer_adverts", convert_number<kDownTimer, 100>},
    {"advert_int", convert_advert},
    {"version", convert_version},
    {"authentication", convert_authentication},
    {"auth_hmac", convert_hmac},
    {"unicast_peer", convert_peers},
    {"unicast_src_ip", convert_source},
    {"mcast_src_ip", convert_source},
    {"mcast_dst_ip", convert_group_address},
    {"nopreempt", convert_no_preempt},
    {"preempt_delay", convert_preempt_delay},
    {"v3_checksum_as_v2", convert_checksum},
    {"use_vmac", convert_virtual_mac},
    {"vmac_xmit_base", convert_xmit_base},
    {"no_accept", convert_no_accept},
    {"accept", convert_accept},
};

struct Dropped {
  std::string_view name, why;
  bool trap = false;  // the administrator should know
};
constexpr Dropped kDropped[] = {
    {"preempt", "it is the default"},
    {"strict_mode", "every rule that it stands for is a keyword of its own"},
    {"native_ipv6", "the addresses say which families there are"},
    {"debug", "see the log and 'show vrrp'"},
    {"skip_check_adv_addr", "other addresses are shown and never a reason to refuse an advert"},
    {"check_unicast_src", "always on: adverts of others than the peers are refused"},
    {"unicast_ttl", "adverts always have a TTL of 255", true},
    {"unicast_fault_no_peer", "a section with peers has at least one"},
    {"old_unicast_checksum", "it is for keepalived up to 1.3.6", true},
    {"dont_track_primary", "the interface that carries the addresses is always looked at", true},
    {"track_src_ip", "always on"},
    {"linkbeat_use_polling", "the kernel's carrier state is used"},
    {"lower_prio_no_advert", "a master always answers lower priorities (RFC 9568, 6.4.3)"},
    {"higher_prio_send_advert", "a master that gives way only goes silent, as RFC 9568 says"},
    {"owner_ignore_adverts", "two owners are an alarm", true},
    {"timer_expired_backup", "a node that ran late listens before it takes over anyway"},
    {"thread_timer_expired", "a node that ran late listens before it takes over anyway"},
    {"kernel_rx_buf_size", "it tunes keepalived's own sockets"},
    {"promote_secondaries", "addresses are added one by one and removed one by one"},
    {"garp_extra_if", "addresses are announced where they are"},
    {"lvs_sync_daemon_interface", "IPVS is not built yet", true},
    {"use_vmac_addr", "addresses with 'dev' move by gratuitous ARP", true},
    {"use_ipvlan", "ipvlan is not built; 'virtual-mac' gives the addresses a MAC address", true},
    {"vrf", "put the interface into the VRF and start hawser there", true},
    {"no_virtual_ipaddress", "mark addresses 'no-address' that are only to be advertised", true},
    {"configure_interface", "nothing but the addresses is configured"},
};

void convert_line(Instance& to, const Statement& line) {
  for (const InstanceKeyword& row : kKeywords) {
    if (row.name == line.name()) return row.convert(to, line);
  }
  Target& target = to.target;
  if (convert_addresses(target, line) || convert_notify(target, line) ||
      convert_track(target, line)) {
    return;
  }
  if (const GarpLine garp = convert_garp(to.report(), line); garp.known) {
    if (!garp.value.empty()) to.put(line, "garp", garp.value);
    return;
  }
  std::vector<std::string_view> names = {"virtual_ipaddress", "virtual_routes",  "virtual_rules",
                                         "track_script",      "track_interface", "notify_master",
                                         "notify_backup",     "notify_fault",    "smtp_alert"};
  for (const InstanceKeyword& row : kKeywords) names.push_back(row.name);
  for (const Dropped& row : kDropped) {
    if (row.name != line.name()) {
      names.push_back(row.name);
    } else if (row.trap) {
      return to.report().trap(line, fmt::format("'{}' is left out", row.name),
                              std::string(row.why));
    } else {
      return to.report().dropped(line, row.why);
    }
  }
  target.to.unknown(line, "in a vrrp_instance", names);
}

}  // namespace

void convert_instance(Conversion& to, const Statement& from) {
  if (from.words.size() < 2) {
    return to.report.error(from.words[0], "'vrrp_instance' has no name");
  }
  Instance instance(to, from);
  to.instances.begin("vrrp " + as_name(from.argument()));
  to.report.became(from, "vrrp " + as_name(from.argument()));
  if (find(from.block, "interface") == nullptr) {
    to.instances.put("interface", as_word(to.globals.interface));
  }
  if (instance.version == 3 && !instance.ipv6) to.instances.put("version", "3");
  for (const Statement& line : from.block) convert_line(instance, line);
  write_mails(instance.target);
  for (const std::string_view needed : {"virtual_router_id", "virtual_ipaddress"}) {
    if (find(from.block, needed) != nullptr) continue;
    to.report.error(from.words[0],
                    fmt::format("vrrp_instance {} has no '{}'", quoted(from.argument()), needed));
  }
}

}  // namespace hawser::keepalived
