// SPDX-License-Identifier: MIT
// What a virtual router is, and how it is elected.
#include <fmt/format.h>

#include "base/text.h"
#include "config/draft.h"
#include "config/interface_name.h"
#include "config/keyword.h"

namespace hawser {
namespace {

bool set_interface(KeywordCall& call) {
  auto name = take_interface_name(call);
  if (!name) return false;
  call.vrrp().interface = std::move(*name);
  return true;
}

bool set_vrid(KeywordCall& call) {
  const auto value = call.take_int("<vrid>", 1, 255);
  if (!value) return false;
  call.vrrp().vrid = static_cast<uint8_t>(*value);
  call.vrrp().vrid_pos = call.keyword().pos;
  return true;
}

// The warning for 255 is given when the section is whole: see rules.cc.
bool set_priority(KeywordCall& call) {
  const auto value = call.take_int("<priority>", 1, 255);
  if (!value) return false;
  call.vrrp().priority = static_cast<uint8_t>(*value);
  call.vrrp().priority_pos = call.keyword().pos;
  return true;
}

bool set_peer_priority(KeywordCall& call) {
  const auto value = call.take_int("<priority>", 1, 255);
  if (!value) return false;
  call.vrrp().peer_priority = static_cast<uint8_t>(*value);
  return true;
}

bool set_version(KeywordCall& call) {
  const auto value = call.take_int("<version>", 2, 3);
  if (!value) return false;
  call.vrrp().version = static_cast<uint8_t>(*value);
  return true;
}

// A bare number is in seconds, as in keepalived and RFC 3768.
bool set_advert(KeywordCall& call) {
  constexpr Millis kStep{10};  // VRRPv3 counts centiseconds
  constexpr Millis kMost = std::chrono::seconds(255);
  const auto value = call.take_duration("<time>", std::chrono::seconds(1));
  if (!value) return false;
  if (*value < kStep || *value > kMost || *value % kStep != Millis(0)) {
    call.error(fmt::format("an advert interval is a multiple of 10ms up to 255s, not {}ms",
                           value->count()));
    return false;
  }
  call.vrrp().advert = *value;
  call.vrrp().advert_pos = call.keyword().pos;
  return true;
}

bool set_down_timer_adverts(KeywordCall& call) {
  const auto value = call.take_int("<count>", 1, 100);
  if (!value) return false;
  call.vrrp().down_timer_adverts = static_cast<uint32_t>(*value);
  return true;
}

bool set_preempt(KeywordCall& call) {
  VrrpConfig& vrrp = call.vrrp();
  if (call.negated()) {
    vrrp.preempt = VrrpPreempt::kNo;
    return true;
  }
  vrrp.preempt = VrrpPreempt::kYes;
  if (!call.more()) return true;
  constexpr std::string_view kWords[] = {"delay"};
  if (!call.take_one_of("<option>", kWords)) return false;
  const auto delay = call.take_duration("<time>", std::chrono::seconds(1));
  if (!delay) return false;
  vrrp.preempt = *delay == Millis(0) ? VrrpPreempt::kYes : VrrpPreempt::kDelayed;
  vrrp.preempt_delay = *delay;
  return true;
}

bool set_checksum(KeywordCall& call) {
  constexpr std::string_view kForms[] = {"auto", "pseudo-header", "rfc9568"};
  const auto form = call.take_one_of("form of checksum", kForms);
  if (!form) return false;
  call.vrrp().checksum = static_cast<VrrpChecksum>(*form);
  return true;
}

bool set_accept(KeywordCall& call) {
  call.vrrp().accept = !call.negated();
  return true;
}

bool set_link_local(KeywordCall& call) {
  constexpr std::string_view kWords[] = {"auto", "none"};
  const auto word = call.take_one_of("<value>", kWords);
  if (!word) return false;
  call.vrrp().link_local = *word == 0;
  return true;
}

bool set_disabled(KeywordCall& call) {
  call.vrrp().disabled = true;
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "interface",
     .sections = kInVrrps,
     .parse = set_interface,
     .args = "<interface>",
     .summary = "where adverts are sent and heard, and where the addresses are put"},
    {.name = "virtual-router-id",
     .sections = kInVrrp,
     .parse = set_vrid,
     .args = "<1..255>",
     .summary = "number of the virtual router; the same on all nodes"},
    {.name = "vrid",
     .sections = kInVrrp,
     .parse = set_vrid,
     .args = "<1..255>",
     .summary = "short for virtual-router-id"},
    {.name = "priority",
     .sections = kInVrrps,
     .parse = set_priority,
     .args = "<1..255>",
     .summary = "the node with the highest one becomes master"},
    {.name = "peer-priority",
     .sections = kInVrrps,
     .parse = set_peer_priority,
     .args = "<1..255>",
     .summary = "lets the parser prove that a weighted tracker can move the addresses"},
    {.name = "version",
     .sections = kInVrrps,
     .parse = set_version,
     .args = "2|3",
     .summary = "version of the protocol for IPv4"},
    {.name = "advert-int",
     .sections = kInVrrps,
     .parse = set_advert,
     .args = "<time>",
     .summary = "time between two adverts of the master"},
    {.name = "advert",
     .sections = kInVrrps,
     .parse = set_advert,
     .args = "<time>",
     .summary = "short for advert-int"},
    {.name = "down-timer-adverts",
     .sections = kInVrrps,
     .parse = set_down_timer_adverts,
     .args = "<count>",
     .summary = "adverts that must be missing before a backup takes over"},
    {.name = "preempt",
     .sections = kInVrrps,
     .parse = set_preempt,
     .args = "[delay <time>]",
     .summary = "whether a node of higher priority takes over from a working master",
     .negatable = true},
    {.name = "checksum",
     .sections = kInVrrps,
     .parse = set_checksum,
     .args = "auto|pseudo-header|rfc9568",
     .summary = "what the checksum of VRRPv3 over IPv4 covers"},
    {.name = "accept",
     .sections = kInVrrps,
     .parse = set_accept,
     .summary = "whether a master that does not own the addresses takes traffic to them",
     .negatable = true},
    {.name = "link-local",
     .sections = kInVrrps,
     .parse = set_link_local,
     .args = "auto|none",
     .summary = "whether IPv6 adverts begin with a derived link-local address"},
    {.name = "disabled",
     .sections = kInVrrp,
     .parse = set_disabled,
     .summary = "the section is checked but does not run"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
