// SPDX-License-Identifier: MIT
// global_defs: values for all instances, and keepalived's own machinery.
#include <fmt/format.h>

#include "base/text.h"
#include "config/nearest.h"
#include "vrrp/convert/conversion.h"

namespace hawser::keepalived {
namespace {

struct GlobalKeyword {
  std::string_view name;
  void (*convert)(Conversion& to, const Statement& from);
};

void add_default(Conversion& to, const Statement& from, std::string keyword, std::string value) {
  to.report.became(from, fmt::format("{} {}", keyword, value));
  to.globals.defaults.emplace_back(std::move(keyword), std::move(value));
}

void mail_to(Conversion& to, const Statement& from) {
  for (const Statement& line : from.block) {
    for (const Word& word : line.words) to.globals.mail_to.push_back(word.text);
  }
  to.globals.mail_statements.push_back(&from);
}

void mail_from(Conversion& to, const Statement& from) {
  to.globals.mail_from = from.argument();
  to.globals.mail_statements.push_back(&from);
}

void smtp_server(Conversion& to, const Statement& from) {
  if (from.words.size() < 2)
    return to.report.error(from.words[0], "'smtp_server' needs an address");
  to.globals.smtp_server = from.argument();
  if (from.words.size() > 2) to.globals.smtp_port = from.argument(2);
  to.report.became(from, "section 'mailers keepalived'");
}

void smtp_timeout(Conversion& to, const Statement& from) {
  const auto time = take_seconds(to.report, from);
  if (!time) return;
  to.globals.smtp_timeout = *time;
  to.report.became(from, fmt::format("timeout mail {}", *time));
}

void smtp_helo(Conversion& to, const Statement& from) {
  to.globals.helo = from.argument();
  to.globals.mail_statements.push_back(&from);
}

void smtp_alert(Conversion& to, const Statement& from) {
  to.globals.alerts = is_on(from);
  to.report.became(from, to.globals.alerts ? "'email-alert' lines in every vrrp section"
                                           : "nothing: mails are off unless a section has them");
}

void version(Conversion& to, const Statement& from) {
  const auto value = take_number(to.report, from, 2, 3);
  if (!value) return;
  to.globals.version = *value;
  to.report.became(from, fmt::format("'version {}' where it is not the default", *value));
}

void script_user(Conversion& to, const Statement& from) {
  if (from.words.size() < 2) return to.report.error(from.words[0], "'script_user' needs a user");
  to.globals.script_user = from.argument();
  to.report.became(from, fmt::format("'notify-user {0}', and 'user {0}' in vrrp-script sections",
                                     from.argument()));
}

void interface(Conversion& to, const Statement& from) {
  to.globals.interface = from.argument();
  to.report.became(from, "'interface' of the sections that have none");
}

void strict(Conversion& to, const Statement& from) {
  to.globals.strict = is_on(from);
  if (!to.globals.strict) return to.report.dropped(from, "it is off");
  to.report.trap(from,
                 "'vrrp_strict' makes keepalived drop all traffic to the virtual addresses and "
                 "ignore passwords, peers and preempt delays",
                 "left out: the addresses accept traffic ('no accept' would refuse it)");
}

void multicast_group(Conversion& to, const Statement& from) {
  add_default(to, from, "multicast-group", std::string(from.argument()));
}

template <const char* kKeyword>
void time_default(Conversion& to, const Statement& from) {
  if (const auto time = take_seconds(to.report, from)) add_default(to, from, kKeyword, *time);
}
constexpr char kStartupDelay[] = "startup-delay";
constexpr char kDelayAfterBoot[] = "delay-after-boot";

void real_time(Conversion& to, const Statement& from) {
  if (const auto value = take_number(to.report, from, 1, 99)) {
    add_default(to, from, "rt-priority", fmt::to_string(*value));
  }
}

void down_timer(Conversion& to, const Statement& from) {
  if (const auto value = take_number(to.report, from, 1, 100)) {
    add_default(to, from, "down-timer-adverts", fmt::to_string(*value));
  }
}

void checksum(Conversion& to, const Statement& from) {
  if (!is_on(from)) return to.report.dropped(from, "it is off");
  add_default(to, from, "checksum", "rfc9568");
}

// 0 is in the sample that comes with keepalived, and in every file that was made from it.
void garp_interval(Conversion& to, const Statement& from) {
  const auto value = milliseconds_of(from.argument());
  if (!value)
    return to.report.error(from.words[0],
                           fmt::format("'{}' needs a number of seconds", from.name()));
  if (*value == 0) {
    return to.report.trap(
        from, fmt::format("'{} 0' is not valid, and keepalived ignores it", from.name()),
        "left out: 'garp pace 0' is the default");
  }
  if (from.name() == "vrrp_gna_interval") {
    return to.report.dropped(from, "'garp pace' holds for neighbour advertisements, too");
  }
  add_default(to, from, "garp", fmt::format("pace {}", time_text(*value)));
}

// keepalived writes to both pipes where it has both; here is one.
void notify_fifo(Conversion& to, const Statement& from) {
  if (from.words.size() < 2)
    return to.report.error(from.words[0], fmt::format("'{}' needs a path", from.name()));
  if (to.globals.has_fifo) return to.report.trap(from, "there is one pipe for all", "left out");
  to.globals.has_fifo = true;
  const std::string user(from.words.size() > 2 ? from.argument(2) : "root");
  add_default(to, from, "notify-fifo",
              fmt::format("{} user {}", as_word(from.argument()), as_word(user)));
}

void notify_fifo_script(Conversion& to, const Statement& from) {
  if (from.words.size() < 2)
    return to.report.error(from.words[0], fmt::format("'{}' needs a command", from.name()));
  if (to.globals.has_fifo_script)
    return to.report.trap(from, "there is one pipe for all", "left out");
  to.globals.has_fifo_script = true;
  add_default(to, from, "notify-fifo-script", as_word(from.argument()));
}

constexpr GlobalKeyword kKeywords[] = {
    {"notification_email", mail_to},
    {"notification_email_from", mail_from},
    {"smtp_server", smtp_server},
    {"smtp_connect_timeout", smtp_timeout},
    {"smtp_helo_name", smtp_helo},
    {"smtp_alert", smtp_alert},
    {"smtp_alert_vrrp", smtp_alert},
    {"vrrp_version", version},
    {"script_user", script_user},
    {"default_interface", interface},
    {"vrrp_strict", strict},
    {"vrrp_mcast_group4", multicast_group},
    {"vrrp_mcast_group6", multicast_group},
    {"vrrp_startup_delay", time_default<kStartupDelay>},
    {"vrrp_delay_after_boot", time_default<kDelayAfterBoot>},
    {"vrrp_rt_priority", real_time},
    {"vrrp_down_timer_adverts", down_timer},
    {"v3_checksum_as_v2", checksum},
    {"vrrp_garp_interval", garp_interval},
    {"vrrp_gna_interval", garp_interval},
    {"notify_fifo", notify_fifo},
    {"vrrp_notify_fifo", notify_fifo},
    {"notify_fifo_script", notify_fifo_script},
    {"vrrp_notify_fifo_script", notify_fifo_script},
};

struct Dropped {
  std::string_view name, why;
};
constexpr std::string_view kIpvs = "IPVS is not built yet";
constexpr std::string_view kSnmp = "there is no SNMP; see the statistics page and 'show vrrp'";
constexpr std::string_view kInternal = "it tunes keepalived's own processes";
constexpr Dropped kDropped[] = {
    {"router_id", "mails and 'show vrrp' name the host; 'node' in 'global' sets another name"},
    {"vrrp_skip_check_adv_addr",
     "other addresses in an advert are shown and never a reason to refuse it"},
    {"vrrp_iptables", "no firewall rules are made"},
    {"vrrp_ipsets", "no firewall rules are made"},
    {"nftables", "no firewall rules are made"},
    {"enable_script_security", "always on: see 'notify-user'"},
    {"dynamic_interfaces", "always on: a missing interface is a fault, not an error"},
    {"vrrp_lower_prio_no_advert", "a master always answers lower priorities (RFC 9568, 6.4.3)"},
    {"vrrp_higher_prio_send_advert", "a master that gives way only goes silent, as RFC 9568 says"},
    {"vrrp_check_unicast_src", "always on: adverts of others than the peers are refused"},
    {"vrrp_no_swap", "always on: see 'mlock'"},
    {"vrrp_priority", "see 'rt-priority'"},
    {"smtp_alert_checker", kIpvs},
    {"no_email_faults", "see 'email-alert level'"},
    {"no_checker_emails", kIpvs},
    {"lvs_sync_daemon", kIpvs},
    {"lvs_timeouts", kIpvs},
    {"lvs_flush", kIpvs},
    {"lvs_flush_on_stop", kIpvs},
    {"lvs_notify_fifo", kIpvs},
    {"checker_log_all_failures", kIpvs},
    {"snmp_socket", kSnmp},
    {"enable_snmp_vrrp", kSnmp},
    {"enable_snmp_checker", kSnmp},
    {"enable_snmp_rfc", kSnmp},
    {"enable_snmp_rfcv2", kSnmp},
    {"enable_snmp_rfcv3", kSnmp},
    {"enable_traps", kSnmp},
    {"enable_dbus", "there is no DBus; see the runtime socket"},
    {"max_auto_priority", kInternal},
    {"vrrp_cpu_affinity", kInternal},
    {"vrrp_rlimit_rttime", kInternal},
    {"checker_priority", kInternal},
    {"checker_rt_priority", kInternal},
    {"checker_no_swap", kInternal},
    {"process_names", kInternal},
    {"log_unknown_vrids", "'show vrrp lan' lists all speakers"},
    {"vrrp_garp_extra_if", "addresses are announced where they are"},
    {"vrrp_min_garp", "see 'garp'"},
};

void convert_line(Conversion& to, const Statement& from) {
  for (const GlobalKeyword& row : kKeywords) {
    if (row.name == from.name()) return row.convert(to, from);
  }
  if (const GarpLine garp = convert_garp(to.report, from); garp.known) {
    if (!garp.value.empty()) add_default(to, from, "garp", garp.value);
    return;
  }
  std::vector<std::string_view> names;
  for (const GlobalKeyword& row : kKeywords) names.push_back(row.name);
  for (const Dropped& row : kDropped) {
    if (row.name == from.name()) return to.report.dropped(from, row.why);
    names.push_back(row.name);
  }
  to.unknown(from, "in global_defs", names);
}

void write_mailers(Conversion& to) {
  const Globals& globals = to.globals;
  if (globals.mail_to.empty()) return;
  to.mailers.begin("mailers keepalived");
  if (!globals.smtp_timeout.empty()) to.mailers.put("timeout mail", globals.smtp_timeout);
  const bool ipv6 = globals.smtp_server.find(':') != std::string::npos;
  to.mailers.put("mailer", fmt::format(fmt::runtime(ipv6 ? "smtp [{}]:{}" : "smtp {}:{}"),
                                       globals.smtp_server, globals.smtp_port));
  for (const Statement* from : globals.mail_statements) {
    to.report.became(
        *from, to.has_mails ? "'email-alert' lines"
                            : "'email-alert' lines as comments: without 'smtp_alert' keepalived "
                              "sends no mail about VRRP");
  }
}

}  // namespace

void read_global_defs(Conversion& to, const Statement& from) {
  for (const Statement& line : from.block) convert_line(to, line);
}

void write_global_defs(Conversion& to) {
  const Globals& globals = to.globals;
  write_mailers(to);
  const bool mails_off = !globals.mail_to.empty() && !to.has_mails;
  if (globals.defaults.empty() && !to.has_commands && !mails_off) return;
  to.defaults.begin("vrrp-defaults");
  for (const auto& [keyword, value] : globals.defaults) to.defaults.put(keyword, value);
  if (to.has_commands) to.defaults.put("notify-user", as_word(globals.script_user));
  if (!mails_off) return;
  to.defaults.comment("email-alert mailers keepalived");
  for (const std::string& mailbox : globals.mail_to) {
    to.defaults.comment("email-alert to " + as_word(mailbox));
  }
  if (!globals.mail_from.empty()) {
    to.defaults.comment("email-alert from " + as_word(globals.mail_from));
  }
}

void write_mails(Target& target) {
  const Globals& globals = target.to.globals;
  if (!(target.mails || globals.alerts) || globals.mail_to.empty()) return;
  target.to.has_mails = true;
  target.text.put("email-alert", "mailers keepalived");
  for (const std::string& mailbox : globals.mail_to) {
    target.text.put("email-alert", "to " + as_word(mailbox));
  }
  if (!globals.mail_from.empty()) {
    target.text.put("email-alert", "from " + as_word(globals.mail_from));
  }
  if (!globals.helo.empty()) target.text.put("email-alert", "myhostname " + as_word(globals.helo));
}

void Conversion::unknown(const Statement& from, std::string_view where,
                         std::span<const std::string_view> known) {
  const std::string_view near = nearest(from.name(), known);
  report.trap(from, fmt::format("unknown keyword {} {}", quoted(from.name()), where),
              near.empty() ? "left out, as keepalived ignores it"
                           : fmt::format("left out; did you mean {}?", quoted(near)));
}

GarpLine convert_garp(Report& report, const Statement& from) {
  struct Row {
    std::string_view name, word;
    bool time;
  };
  constexpr Row kRows[] = {
      {"garp_master_delay", "delay", true},
      {"garp_master_repeat", "repeat", false},
      {"garp_master_refresh", "refresh", true},
      {"garp_master_refresh_repeat", "refresh-repeat", false},
      {"garp_lower_prio_delay", "lower-prio delay", true},
      {"garp_lower_prio_repeat", "lower-prio repeat", false},
  };
  std::string_view name = from.name();
  if (name.starts_with("vrrp_")) name.remove_prefix(5);
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    if (row.time) {
      const auto time = take_seconds(report, from);
      return {true, time ? fmt::format("{} {}", row.word, *time) : ""};
    }
    const auto count = take_number(report, from, 0, 100);
    return {true, count ? fmt::format("{} {}", row.word, *count) : ""};
  }
  return {};
}

}  // namespace hawser::keepalived
