// SPDX-License-Identifier: MIT
#include "vrrp/convert/convert.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "base/text.h"
#include "config/source.h"
#include "vrrp/convert/conversion.h"

namespace hawser {
namespace {

using keepalived::Conversion;
using keepalived::Statement;

// What stands outside of all blocks.
struct TopLevel {
  std::string_view name;
  void (*convert)(Conversion& to, const Statement& from);
};

constexpr TopLevel kBlocks[] = {
    {"vrrp_script", keepalived::convert_script},
    {"vrrp_instance", keepalived::convert_instance},
    {"vrrp_sync_group", keepalived::convert_sync_group},
    {"virtual_server", keepalived::keep_virtual_server},
    {"virtual_server_group", keepalived::keep_virtual_server},
};

// Read before the others, which refer to them.
constexpr TopLevel kDefinitions[] = {
    {"global_defs", keepalived::read_global_defs},
    {"track_file", keepalived::read_track_file},
    {"vrrp_track_file", keepalived::read_track_file},
    {"vrrp_track_process", keepalived::read_track_process},
    {"vrrp_script", keepalived::read_script_weight},
};

struct Dropped {
  std::string_view name, why;
};
constexpr Dropped kDropped[] = {
    {"static_ipaddress", "addresses that stay belong to the system's network configuration"},
    {"static_routes", "routes that stay belong to the system's network configuration"},
    {"static_rules", "rules that stay belong to the system's network configuration"},
    {"track_group", "it is about static addresses, which are left out"},
    {"bfd_instance", "BFD is not built"},
    {"linkbeat_interfaces", "the kernel's carrier state is used"},
    {"interface_up_down_delays", "changes of an interface count at once"},
    {"garp_group", "'garp pace' holds for every interface by itself"},
    {"net_namespace", "start hawser in the namespace"},
    {"instance", "only names keepalived's own files"},
    {"use_pid_dir", "only names keepalived's own files"},
    {"SSL", "it is about checks of virtual servers, which are not converted"},
};

template <size_t N>
bool convert_with(const TopLevel (&table)[N], Conversion& to, const Statement& from) {
  for (const TopLevel& row : table) {
    if (row.name != from.name()) continue;
    row.convert(to, from);
    return true;
  }
  return false;
}

template <class Table>
bool is_in(const Table& table, const Statement& statement) {
  return std::any_of(std::begin(table), std::end(table),
                     [&](const auto& row) { return row.name == statement.name(); });
}

bool is_known(const Statement& statement) {
  return is_in(kBlocks, statement) || is_in(kDefinitions, statement) || is_in(kDropped, statement);
}

void convert_rest(Conversion& to, const Statement& from) {
  for (const Dropped& row : kDropped) {
    if (row.name == from.name()) return to.report.dropped(from, row.why);
  }
  std::vector<std::string_view> names = {"global_defs"};
  for (const TopLevel& row : kBlocks) names.push_back(row.name);
  to.unknown(from, "outside of all blocks", names);
}

// They are in no statement, so no row of the table speaks of them.
void note_skipped(const keepalived::Reader& reader, Diag& diag) {
  const auto& lines = reader.skipped();
  if (lines.empty()) return;
  diag.notice(
          lines.front(),
          lines.size() == 1
              ? fmt::format("this line is not for the node {}, and left out", quoted(reader.id()))
              : fmt::format("this line and {} more are not for the node {}, and left out",
                            lines.size() - 1, quoted(reader.id())))
      .with_hint("'-i <id>' says which node the file is converted for");
}

std::string assemble(const Conversion& done, const std::string& path) {
  std::string out = fmt::format(
      "# Made by 'hawser convert' from {}. What became of every line is at the end.\n", path);
  for (const auto* part : {&done.mailers, &done.defaults, &done.scripts, &done.instances,
                           &done.groups, &done.comments}) {
    if (part->empty()) continue;
    out += '\n';
    out += part->text();
  }
  out += '\n';
  out += done.report.table();
  return out;
}

}  // namespace

std::optional<std::string> convert_keepalived(const std::string& path, std::string text,
                                              keepalived::Reader& reader, Diag& diag) {
  const auto statements = reader.read(path, std::move(text));
  Conversion to(reader, diag);
  for (const Statement& statement : statements) convert_with(kDefinitions, to, statement);
  if (diag.errors() == 0 && std::none_of(statements.begin(), statements.end(), is_known)) {
    diag.error({1, 0, 0}, "this is no file of keepalived: it has none of its blocks");
    return std::nullopt;
  }
  for (const Statement& statement : statements) {
    const bool known = convert_with(kBlocks, to, statement);
    if (!known && !is_in(kDefinitions, statement)) convert_rest(to, statement);
  }
  keepalived::write_global_defs(to);
  note_skipped(reader, diag);
  if (diag.errors() != 0) return std::nullopt;
  return assemble(to, path);
}

int run_convert(const std::string& path, std::string id) {
  if (id.empty()) {
    char name[256] = "localhost";
    gethostname(name, sizeof name - 1);
    id = name;
  }
  auto text = read_file(path);
  if (!text) {
    fmt::print(stderr, "hawser: {}: {}\n", path, text.error().text);
    return 1;
  }
  Diag diag;
  keepalived::Reader reader(id, keepalived::include_from_disk, diag);
  const auto done = convert_keepalived(path, std::move(*text), reader, diag);
  fmt::print(stderr, "{}", diag.render());
  if (!done) {
    fmt::print(stderr, "nothing was converted\n");
    return 1;
  }
  fmt::print("{}", *done);
  return 0;
}

}  // namespace hawser
