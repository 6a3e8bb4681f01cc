// SPDX-License-Identifier: MIT
// Announcements of addresses, and what concerns the vrrp process as a whole.
#include "config/draft.h"
#include "vrrp/line_options.h"

namespace hawser {
namespace {

template <uint32_t GarpConfig::*Member>
bool take_count(Args& args, GarpConfig& garp) {
  const auto count = args.take_int("<count>", 0, 100);
  if (!count) return false;
  garp.*Member = static_cast<uint32_t>(*count);
  return true;
}

// A bare number is in seconds, as in keepalived.
template <Millis GarpConfig::*Member>
bool take_time(Args& args, GarpConfig& garp) {
  const auto time = args.take_duration("<time>", std::chrono::seconds(1));
  if (!time) return false;
  garp.*Member = *time;
  return true;
}

bool take_form(Args& args, GarpConfig& garp) {
  constexpr std::string_view kForms[] = {"request", "reply", "both"};
  const auto form = args.take_one_of("form", kForms);
  if (!form) return false;
  garp.form = static_cast<GarpForm>(*form);
  return true;
}

constexpr LineOption<GarpConfig> kGarpOptions[] = {
    {"form", take_form},
    {"repeat", take_count<&GarpConfig::repeat>},
    {"delay", take_time<&GarpConfig::delay>},
    {"refresh", take_time<&GarpConfig::refresh>},
    {"refresh-repeat", take_count<&GarpConfig::refresh_repeat>},
    {"pace", take_time<&GarpConfig::pace>},
};

constexpr LineOption<GarpConfig> kLowerPrioOptions[] = {
    {"repeat", take_count<&GarpConfig::lower_prio_repeat>},
    {"delay", take_time<&GarpConfig::lower_prio_delay>},
};

bool set_garp(KeywordCall& call) {
  if (!call.more()) {
    call.error("missing <option> after 'garp'");
    return false;
  }
  GarpConfig& garp = call.vrrp().garp;
  if (call.take_if("lower-prio")) return take_options<GarpConfig>(call, garp, kLowerPrioOptions);
  return take_options<GarpConfig>(call, garp, kGarpOptions);
}

template <Millis VrrpProcessConfig::*Member>
bool set_delay(KeywordCall& call) {
  const auto time = call.take_duration("<time>", std::chrono::seconds(1));
  if (!time) return false;
  call.draft().config->vrrp_process.*Member = *time;
  return true;
}

bool set_rt_priority(KeywordCall& call) {
  const auto value = call.take_int("<priority>", 0, 99);
  if (!value) return false;
  call.draft().config->vrrp_process.rt_priority = static_cast<uint8_t>(*value);
  return true;
}

bool set_mlock(KeywordCall& call) {
  constexpr std::string_view kWords[] = {"off", "on"};
  const auto word = call.take_one_of("<value>", kWords);
  if (!word) return false;
  call.draft().config->vrrp_process.mlock = *word == 1;
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "garp",
     .sections = kInVrrps,
     .parse = set_garp,
     .args = "[form request|reply|both] [repeat <count>] [delay <time>] [refresh <time>] "
             "[refresh-repeat <count>] "
             "[pace <time>] | lower-prio [repeat <count>] [delay <time>]",
     .summary = "how a new master tells switches and neighbours where the addresses are"},
    {.name = "startup-delay",
     .sections = kInVrrpDefaults,
     .parse = set_delay<&VrrpProcessConfig::startup_delay>,
     .args = "<time>",
     .summary = "time after the start during which no instance becomes master"},
    {.name = "delay-after-boot",
     .sections = kInVrrpDefaults,
     .parse = set_delay<&VrrpProcessConfig::delay_after_boot>,
     .args = "<time>",
     .summary = "the same, counted from the boot of the machine"},
    {.name = "rt-priority",
     .sections = kInVrrpDefaults,
     .parse = set_rt_priority,
     .args = "<0..99>",
     .summary = "real-time priority of the vrrp process; 0: none"},
    {.name = "mlock",
     .sections = kInVrrpDefaults,
     .parse = set_mlock,
     .args = "on|off",
     .summary = "whether the memory of the vrrp process is kept from being swapped out"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
