// SPDX-License-Identifier: MIT
#include "admin/info_table.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "admin/stats_sum.h"
#include "base/release.h"

namespace hawser {
namespace {

using In = const InfoSource&;

uint64_t uptime_s(In in) {
  const int64_t started = in.shared.header().started_ms.load(std::memory_order_relaxed);
  return static_cast<uint64_t>(std::max<int64_t>(0, in.now_ms - started) / 1000);
}

Cell uptime_text(In in) {
  const uint64_t s = uptime_s(in);
  return fmt::format("{}d {}h{:02}m{:02}s", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
}

// The process to send signals to: the master, or this one when everything runs in one process.
Cell main_pid(In in) {
  const int32_t master = in.shared.process(kMasterSlot).pid.load(std::memory_order_relaxed);
  return static_cast<uint64_t>(master != 0 ? master : ::getpid());
}

Cell fd_limit(In) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  return uint64_t{limit.rlim_cur};
}

uint64_t conns(In in) { return in.shared.header().conns.load(std::memory_order_relaxed); }

uint64_t listeners(In in) {
  uint64_t count = 0;
  for (const auto& proxy : in.config.proxies) {
    if (!proxy->disabled) count += proxy->binds.size();
  }
  return count;
}

template <Counter ProcessCounters::*counter>
Cell total(In in) {
  return process_sum(in.shared).raw(counter);
}
template <RateCounter ProcessCounters::*counter>
uint64_t rate_of(In in) {
  return process_sum(in.shared).rate(counter, in.now_ms);
}
template <RateCounter ProcessCounters::*counter, std::atomic<uint32_t> SharedHeader::*mark>
Cell most(In in) {
  const uint64_t marked = (in.shared.header().*mark).load(std::memory_order_relaxed);
  return std::max(marked, rate_of<counter>(in));
}

template <std::atomic<uint32_t> ProcessCounters::*gauge>
Cell gauges(In in) {
  uint64_t sum = 0;
  for (uint32_t worker = 0; worker < in.shared.workers(); ++worker) {
    sum += (in.shared.process_counters(worker).*gauge).load(std::memory_order_relaxed);
  }
  return sum;
}

// HAProxy has a task for each of these.
Cell tasks(In in) {
  uint64_t checks = 0;
  for (const auto& proxy : in.config.proxies) {
    if (proxy->disabled) continue;
    for (const ServerConfig& server : proxy->servers) checks += server.set.check ? 1 : 0;
  }
  return conns(in) + checks;
}

Cell node(In in) {
  if (!in.config.global.node.empty()) return in.config.global.node;
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? Cell(std::string(name.data())) : Cell();
}

// The mean of the workers.
Cell idle_percent(In in) {
  uint64_t sum = 0;
  for (uint32_t worker = 0; worker < in.shared.workers(); ++worker) {
    sum += in.shared.process(kFirstWorker + worker).idle_percent.load(std::memory_order_relaxed);
  }
  return sum / std::max<uint64_t>(in.shared.workers(), 1);
}

// Absent when the file does not give it.
Cell text(const std::string& value) { return value.empty() ? Cell() : Cell(value); }

constexpr InfoField row(uint32_t position, std::string_view name, std::string_view tags,
                        FieldType type, Cell (*value)(In), std::string_view help) {
  return {{name, tags, type, help}, position, value};
}

using enum FieldType;
constexpr InfoField kFields[] = {
    row(
        0, "Name", "POS", kText, [](In) { return Cell("Hawser"); }, "name of the program"),
    row(
        1, "Version", "POS", kText, [](In) { return Cell(HAWSER_VERSION); }, "its version"),
    row(
        2, "Release_date", "POS", kText, [](In) { return Cell(std::string(release_date())); },
        "date of the version; 'unreleased' before it has one"),
    row(
        3, "Nbthread", "CGS", kU32, [](In) { return Cell(uint64_t{1}); },
        "threads of a worker, always 1"),
    row(
        4, "Nbproc", "CGS", kU32, [](In in) { return Cell(uint64_t{in.shared.workers()}); },
        "worker processes"),
    row(
        5, "Process_num", "KGP", kU32, [](In) { return Cell(uint64_t{1}); },
        "always 1: all workers are added up"),
    row(6, "Pid", "SGP", kU32, main_pid, "process id of the master"),
    row(7, "Uptime", "MDP", kText, uptime_text, "time since the start"),
    row(
        8, "Uptime_sec", "MDP", kU32, [](In in) { return Cell(uptime_s(in)); },
        "seconds since the start"),
    row(13, "Ulimit-n", "CLP", kU32, fd_limit, "descriptors that a process may have"),
    row(14, "Maxsock", "CLP", kU32, fd_limit, "the same, under HAProxy's other name"),
    row(
        15, "Maxconn", "CLP", kU32,
        [](In in) {
          return Cell(uint64_t{in.shared.header().maxconn.load(std::memory_order_relaxed)});
        },
        "limit of client connections, over all workers"),
    row(
        16, "Hard_maxconn", "CLP", kU32,
        [](In in) { return Cell(uint64_t{in.config.global.maxconn}); },
        "what 'set maxconn global' may raise it to: global.maxconn, or what the descriptors allow"),
    row(
        17, "CurrConns", "MGP", kU32, [](In in) { return Cell(conns(in)); },
        "client connections now"),
    row(18, "CumConns", "MCP", kU64, total<&ProcessCounters::conn_tot>,
        "client connections since the start"),
    row(19, "CumReq", "MCP", kU64, total<&ProcessCounters::req_tot>, "requests since the start"),
    row(23, "Maxpipes", "CLP", kU32, gauges<&ProcessCounters::pipes_max>,
        "pipes that there may be for splice(2)"),
    row(24, "PipesUsed", "MGP", kU32, gauges<&ProcessCounters::pipes_used>, "pipes in use"),
    row(25, "PipesFree", "MGP", kU32, gauges<&ProcessCounters::pipes_free>,
        "pipes that are kept for the next bulk transfer"),
    row(
        26, "ConnRate", "MRP", kU32,
        [](In in) { return Cell(rate_of<&ProcessCounters::conn_rate>(in)); },
        "client connections in the last second"),
    row(28, "MaxConnRate", "MMP", kU32,
        most<&ProcessCounters::conn_rate, &SharedHeader::conn_rate_max>,
        "the most client connections in one second"),
    row(
        29, "SessRate", "MRP", kU32,
        [](In in) { return Cell(rate_of<&ProcessCounters::sess_rate>(in)); },
        "sessions in the last second"),
    row(31, "MaxSessRate", "MMP", kU32,
        most<&ProcessCounters::sess_rate, &SharedHeader::sess_rate_max>,
        "the most sessions in one second"),
    row(47, "Tasks", "MGP", kU32, tasks, "client connections and servers that are checked"),
    row(
        48, "Run_queue", "MGP", kU32, [](In) { return Cell(uint64_t{0}); },
        "always 0: what is ready is handled at once"),
    row(49, "Idle_pct", "MAP", kU32, idle_percent,
        "percentage of the last second that the workers waited for something to do"),
    row(50, "node", "COS", kText, node, "name of this node: global.node, or the host's"),
    row(
        51, "description", "COS", kText, [](In in) { return text(in.config.global.description); },
        "global.description"),
    row(
        52, "Stopping", "MGP", kU32,
        [](In in) {
          return Cell(uint64_t{in.shared.header().stopping.load(std::memory_order_relaxed)});
        },
        "1 after a soft stop was asked for"),
    row(
        53, "Jobs", "MGP", kU32, [](In in) { return Cell(conns(in) + listeners(in)); },
        "client connections and listeners"),
    row(
        55, "Listeners", "MGP", kU32, [](In in) { return Cell(listeners(in)); },
        "bind lines that are listened on"),
    row(58, "DroppedLogs", "MCP", kU64, total<&ProcessCounters::log_dropped>,
        "log lines dropped because the receiver did not keep up"),
    row(61, "TotalBytesOut", "MCP", kU64, total<&ProcessCounters::bytes_out>,
        "bytes sent to clients and servers"),
    // Spelled as HAProxy spells it: that is what is looked for.
    row(62, "TotalSplicdedBytesOut", "MCP", kU64, total<&ProcessCounters::bytes_spliced>,
        "bytes moved by splice(2)"),
    row(
        66, "Build info", "POS", kText, [](In) { return Cell(HAWSER_VERSION); },
        "version of the build"),
    row(
        70, "Start_time_sec", "MDP", kU32,
        [](In in) { return Cell(static_cast<uint64_t>(in.realtime_ms / 1000) - uptime_s(in)); },
        "time of the start, in seconds since 1970"),
    row(1000, "AcceptPaused", "MCP", kU64, total<&ProcessCounters::accept_paused>,
        "times that accepting paused for lack of descriptors or memory"),
    row(1001, "LostConns", "MCP", kU64, total<&ProcessCounters::lost_conns>,
        "client connections lost with a worker that died"),
};

}  // namespace

std::span<const InfoField> info_fields() { return kFields; }

void print_info(const InfoSource& source, bool with_help, std::string& out) {
  for (const InfoField& field : kFields) {
    const Cell cell = field.value(source);
    if (!has_value(cell)) continue;
    (out += field.name) += ": ";
    print_cell(cell, out);
    if (with_help) ((out += ":\"") += field.help) += '"';
    out += '\n';
  }
}

void print_info_typed(const InfoSource& source, bool with_help, std::string& out) {
  for (const InfoField& field : kFields) {
    const Cell cell = field.value(source);
    if (!has_value(cell)) continue;
    fmt::format_to(std::back_inserter(out), "{}.{}.1:", field.position, field.name);
    print_typed(field, cell, out);
    if (with_help) ((out += ":\"") += field.help) += '"';
    out += '\n';
  }
}

void print_info_json(const InfoSource& source, std::string& out) {
  char separator = '[';
  for (const InfoField& field : kFields) {
    const Cell cell = field.value(source);
    if (!has_value(cell)) continue;
    (out += separator) += '{';
    print_json(field, field.position, cell, out);
    out += '}';
    separator = ',';
  }
  out += "]\n";
}

}  // namespace hawser
