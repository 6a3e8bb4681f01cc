// SPDX-License-Identifier: MIT
// vrrp_sync_group
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "vrrp/convert/conversion.h"

namespace hawser::keepalived {
namespace {

void put_members(Target& target, const Statement& from) {
  std::string names;
  for (const Statement& line : from.block) {
    for (const Word& word : line.words) names += (names.empty() ? "" : " ") + as_name(word.text);
  }
  if (names.empty()) return target.to.report.error(from.words[0], "the group has no members");
  target.text.put("members", names);
  target.to.report.became(from, "members " + names);
}

void convert_line(Target& target, const Statement& line) {
  Report& report = target.to.report;
  if (line.name() == "group") return put_members(target, line);
  if (convert_notify(target, line) || convert_track(target, line)) return;
  if (line.name() == "sync_group_tracking_weight") {
    return report.dropped(line, "weights of members always count");
  }
  if (line.name() == "global_tracking") {
    return report.trap(line, "'global_tracking' is left out",
                       "what the whole group depends on is tracked in the vrrp-group section");
  }
  constexpr std::string_view kNames[] = {
      "group",        "notify_master",   "notify_backup", "notify_fault",  "notify_stop", "notify",
      "track_script", "track_interface", "track_file",    "track_process", "smtp_alert"};
  target.to.unknown(line, "in a vrrp_sync_group", kNames);
}

}  // namespace

void convert_sync_group(Conversion& to, const Statement& from) {
  if (from.words.size() < 2) {
    return to.report.error(from.words[0], "'vrrp_sync_group' has no name");
  }
  const bool has_members =
      std::any_of(from.block.begin(), from.block.end(),
                  [](const Statement& line) { return line.name() == "group"; });
  if (!has_members) {
    return to.report.trap(from, "the group has no 'group' block, so keepalived gives it no members",
                          "left out; members are listed as in: group { VI_1 VI_2 }");
  }
  Target target{to, to.groups};
  target.name = from.argument();
  to.groups.begin("vrrp-group " + as_name(from.argument()));
  to.report.became(from, "vrrp-group " + as_name(from.argument()));
  for (const Statement& line : from.block) convert_line(target, line);
  write_mails(target);
}

}  // namespace hawser::keepalived
