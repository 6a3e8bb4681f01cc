// SPDX-License-Identifier: MIT
// notify…, and what instances and groups track.
#include <fmt/format.h>

#include "base/text.h"
#include "vrrp/convert/conversion.h"

namespace hawser::keepalived {
namespace {

struct Rename {
  std::string_view from, to;
};
constexpr Rename kNotify[] = {
    {"notify", "notify"},
    {"notify_master", "notify-master"},
    {"notify_backup", "notify-backup"},
    {"notify_fault", "notify-fault"},
    {"notify_stop", "notify-stop"},
    {"notify_master_rx_lower_pri", "notify-reasserted"},
};

// Words after the command are the user who runs it, and his group.
void take_user(Target& target, const Statement& from) {
  if (from.words.size() < 3) return;
  const std::string user(from.argument(2));
  if (target.notify_user.empty()) {
    target.notify_user = user;
    target.text.put("notify-user", as_word(user));
  } else if (target.notify_user != user) {
    target.to.report.trap(
        from, from.words[2],
        fmt::format("one section runs commands as '{}' and as '{}'", target.notify_user, user),
        fmt::format("'notify-user {}' holds for all", target.notify_user));
  }
}

// A weight, and `reverse`, of a line in a track_… block.
struct Line {
  std::optional<int64_t> weight;
  bool reverse = false;
};
Line read_options(Target& target, const Statement& line) {
  Line out;
  for (size_t i = 1; i < line.words.size(); ++i) {
    if (line.argument(i) == "weight") {
      out.weight = take_number(target.to.report, line, -254, 254, ++i);
    } else if (line.argument(i) == "reverse") {
      out.reverse = true;
    } else {
      target.to.report.trap(line, line.words[i],
                            fmt::format("unknown word {}", quoted(line.argument(i))), "left out");
    }
  }
  return out;
}

// One line of ours; `weight` is what counts in the end, `written` what the line says of it.
void put_track(Target& target, const Statement& line, std::string_view keyword, std::string value,
               int64_t weight) {
  if (weight == 0 || target.weightless.empty()) {
    target.text.put(keyword, value);
    target.to.report.became(line, fmt::format("{} {}", keyword, value));
    return;
  }
  target.text.comment(fmt::format("{} {}", keyword, value));
  target.to.report.trap(
      line,
      fmt::format("the weight of {} moves nothing: {}", quoted(line.name()), target.weightless),
      "kept as a comment; without a weight its failure would be a fault");
}

// With `reverse`, keepalived turns the sign of the weight round; here it changes places of up and
// down. So both together are the same, whatever the sign.
std::string options_text(const Line& line) {
  std::string out;
  if (line.weight) out += fmt::format(" weight {}", line.reverse ? -*line.weight : *line.weight);
  if (line.reverse) out += " reverse";
  return out;
}

void track_script(Target& target, const Statement& line) {
  const auto known = target.to.script_weights.find(line.name());
  if (known == target.to.script_weights.end()) {
    target.to.report.trap(line, fmt::format("there is no vrrp_script {}", quoted(line.name())),
                          "left out, as keepalived ignores it");
    return;
  }
  Line options = read_options(target, line);
  if (options.reverse && !options.weight) options.weight = known->second;
  put_track(target, line, "track-script", as_name(line.name()) + options_text(options),
            options.weight.value_or(known->second));
}

void track_interface(Target& target, const Statement& line) {
  const Line options = read_options(target, line);
  put_track(target, line, "track-interface", as_word(line.name()) + options_text(options),
            options.weight.value_or(0));
}

void track_file(Target& target, const Statement& line) {
  const auto known = target.to.files.find(line.name());
  if (known == target.to.files.end()) {
    target.to.report.trap(line, fmt::format("there is no track_file {}", quoted(line.name())),
                          "left out, as keepalived ignores it");
    return;
  }
  Line options = read_options(target, line);
  if (!options.weight) {
    options.weight = known->second.weight;
    options.reverse = known->second.reverse;
  }
  put_track(target, line, "track-file", as_word(known->second.path) + options_text(options),
            *options.weight);
}

void track_process(Target& target, const Statement& line) {
  const auto known = target.to.processes.find(line.name());
  if (known == target.to.processes.end()) {
    target.to.report.trap(line,
                          fmt::format("there is no vrrp_track_process {}", quoted(line.name())),
                          "left out, as keepalived ignores it");
    return;
  }
  Line options = read_options(target, line);
  if (!options.weight && known->second.weight != 0) options.weight = known->second.weight;
  put_track(target, line, "track-process",
            as_word(known->second.process) + options_text(options) + known->second.options,
            options.weight.value_or(0));
}

void track_bfd(Target& target, const Statement& line) {
  target.to.report.trap(line, "BFD is not built", "left out");
}

struct TrackBlock {
  std::string_view name;
  void (*convert)(Target& target, const Statement& line);
};
constexpr TrackBlock kTracks[] = {
    {"track_script", track_script},   {"track_interface", track_interface},
    {"track_file", track_file},       {"vrrp_track_file", track_file},
    {"track_process", track_process}, {"track_bfd", track_bfd},
};

}  // namespace

bool convert_notify(Target& target, const Statement& from) {
  Report& report = target.to.report;
  if (from.name() == "smtp_alert") {
    target.mails = is_on(from);
    const bool possible = !target.to.globals.mail_to.empty();
    report.became(from, !target.mails ? "nothing: it is off"
                        : possible    ? "'email-alert' lines"
                                      : "nothing: global_defs has no notification_email");
    return true;
  }
  if (from.name() == "notify_deleted" || from.name() == "notify_priority_changes") {
    report.trap(from, fmt::format("there is no event for '{}'", from.name()), "left out");
    return true;
  }
  for (const Rename& row : kNotify) {
    if (row.from != from.name()) continue;
    if (from.words.size() < 2) {
      report.error(from.words[0], fmt::format("'{}' needs a command", from.name()));
      return true;
    }
    take_user(target, from);
    const std::string command = as_word(from.argument());
    target.text.put(row.to, command);
    target.to.has_commands = true;
    report.became(from, fmt::format("{} {}", row.to, command));
    return true;
  }
  return false;
}

bool convert_track(Target& target, const Statement& from) {
  for (const TrackBlock& row : kTracks) {
    if (row.name != from.name()) continue;
    for (const Statement& line : from.block) row.convert(target, line);
    return true;
  }
  return false;
}

}  // namespace hawser::keepalived
