// SPDX-License-Identifier: MIT
// What the parts of the conversion share.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vrrp/convert/report.h"

namespace hawser::keepalived {

// What global_defs says that sections need to know.
struct Globals {
  std::vector<std::string> mail_to;
  std::string mail_from, helo;
  std::string smtp_server = "127.0.0.1", smtp_port = "25", smtp_timeout;
  std::vector<const Statement*> mail_statements;  // their rows depend on whether mails are sent
  bool alerts = false;                            // smtp_alert for every instance
  int64_t version = 2;
  bool strict = false;
  bool has_fifo = false, has_fifo_script = false;
  std::string script_user = "root";  // keepalived's own default where it has no user of its name
  std::string interface = "eth0";    // keepalived's default
  std::vector<std::pair<std::string, std::string>> defaults;  // lines of vrrp-defaults
};

struct TrackedFile {
  std::string path;
  int64_t weight = 1;  // keepalived's default
  bool reverse = false;
};
struct TrackedProcess {
  std::string process, options;
  int64_t weight = 0;
};

struct Conversion {
  Conversion(const Reader& from, Diag& to) : reader(from), report(to) {}
  const Reader& reader;
  Report report;
  Globals globals;
  SectionText mailers, defaults, scripts, instances, groups, comments;
  std::map<std::string, TrackedFile> files;
  std::map<std::string, TrackedProcess> processes;
  std::map<std::string, int64_t> script_weights;
  bool has_commands = false;  // a `notify…` line was written
  bool has_mails = false;     // an `email-alert` line was written

  // Reports a word of `known` that was mistyped, or one that is not known at all.
  void unknown(const Statement& from, std::string_view where,
               std::span<const std::string_view> known);
};

// A section being made from a block.
struct Target {
  Conversion& to;
  SectionText& text;
  std::string name = {};                 // keepalived's
  std::string notify_user = {};          // of the commands so far
  bool mails = false;                    // smtp_alert
  std::string weightless = {};           // why weights would have no effect; empty: they have
  std::set<std::string> addresses = {};  // those that were written
};

void read_global_defs(Conversion& to, const Statement& from);
void read_track_file(Conversion& to, const Statement& from);
void read_track_process(Conversion& to, const Statement& from);
void read_script_weight(Conversion& to, const Statement& from);

void convert_script(Conversion& to, const Statement& from);
void convert_instance(Conversion& to, const Statement& from);
void convert_sync_group(Conversion& to, const Statement& from);
void keep_virtual_server(Conversion& to, const Statement& from);
// When all else is known: mailers and vrrp-defaults.
void write_global_defs(Conversion& to);

// Keywords that instances and groups, or instances and global_defs, share. false: it is none.
bool convert_notify(Target& target, const Statement& from);
bool convert_track(Target& target, const Statement& from);
// "garp_master_delay 5" as "delay 5s" for `garp`; the error has been reported where it is empty.
struct GarpLine {
  bool known = false;
  std::string value;
};
GarpLine convert_garp(Report& report, const Statement& from);
void write_mails(Target& target);

// virtual_ipaddress and what moves with it.
bool convert_addresses(Target& target, const Statement& from);

}  // namespace hawser::keepalived
