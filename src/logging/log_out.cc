// SPDX-License-Identifier: MIT
#include "logging/log_out.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"
#include "logging/log_decision.h"
#include "logging/log_format.h"
#include "logging/log_writer.h"
#include "logging/syslog_frame.h"

namespace hawser {
namespace {

constexpr uint32_t kNowhere = UINT32_MAX;
constexpr size_t kHeaderRoom = 4096;

std::string own_hostname() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

bool is_descriptor(const LogTarget& target) {
  return target.transport != LogTransport::kUdp && target.transport != LogTransport::kUnixDatagram;
}

size_t longest_line(const Config& config) {
  size_t longest = 1024;
  const auto look = [&](const std::vector<LogTarget>& logs) {
    for (const LogTarget& target : logs) longest = std::max<size_t>(longest, target.len);
  };
  look(config.global.logs);
  for (const auto& proxy : config.proxies) look(proxy->logs);
  return longest;
}

// A `log` line at work.
struct Target {
  const LogTarget* config;
  LogProtocol protocol;
  uint32_t destination;    // of the writer; kNowhere: it could not be opened
  size_t limit;            // characters of a line before its newline
  size_t sample_next = 0;  // which of every sample_size messages comes next

  bool takes_next() {
    if (config->sample.empty()) return true;
    const bool taken = config->sample[sample_next];
    sample_next = (sample_next + 1) % config->sample.size();
    return taken;
  }
};

// What a proxy does with a line: decided once.
struct Plan {
  std::string_view tag;
  std::vector<uint32_t> targets;        // in State::targets
  LogLevel loudest = LogLevel::kEmerg;  // the least severe level that any target takes
  bool structured = false;              // a target wants RFC 5424
  uint64_t lines = 0;                   // %lc
};

}  // namespace

struct LogOut::State {
  State(const Config& configuration, Counter* dropped_lines, int64_t (*clock)())
      : config(configuration),
        dropped(dropped_lines),
        realtime(clock),
        writer(dropped_lines, longest_line(configuration) + kHeaderRoom),
        text(longest_line(configuration)),
        structured(longest_line(configuration)),
        header(longest_line(configuration) + kHeaderRoom) {}

  uint32_t add_target(const LogTarget& target);
  void add_targets(Plan& plan, const std::vector<LogTarget>& logs);
  Plan& plan_of(const ProxyConfig* proxy) {
    return proxy == nullptr ? global : plans[proxy->index];
  }
  LogContext context(const Plan& plan) {
    const uint32_t keep = config.global.tune.http_logurilen;
    return {dates, hostname, pid_number, plan.lines, keep > 0 ? keep - 1 : 0};
  }
  void render_connection_error(const AccessRecord& record, const LogContext& shown);
  // Sends `text`, and `structured` where RFC 5424 is spoken.
  void distribute(Plan& plan, LogLevel level);
  void send_to(Target& target, const Plan& plan, LogLevel level, int64_t now_us);

  const Config& config;
  Counter* dropped;
  int64_t (*realtime)();
  LogWriter writer;
  LogDates dates;
  std::string hostname = own_hostname();
  std::string sent_hostname;  // log-send-hostname; empty: not given
  std::string global_tag;
  std::shared_ptr<const LogFormat> connection_error =
      *LogFormat::compile("%ci:%cp [%t] %f/", Mode::kTcp, false);
  int pid_number = ::getpid();
  std::string pid = std::to_string(pid_number);
  std::vector<Target> targets;
  Plan global;
  std::vector<Plan> plans;  // by ProxyConfig::index
  // The line that is being made.
  LineBuffer text, structured, header;
};

uint32_t LogOut::State::add_target(const LogTarget& target) {
  const GlobalConfig& g = config.global;
  const LogProtocol usual = g.log_send_hostname ? LogProtocol::kRfc3164 : LogProtocol::kLocal;
  const auto opened = writer.open(target);
  if (!opened) HW_WARN("{}: log lines for it are dropped", opened.error().text);
  // HAProxy counts the newline for descriptors only.
  const size_t limit = is_descriptor(target) ? target.len - 1 : target.len;
  targets.push_back({&target, target.format.value_or(usual), opened ? *opened : kNowhere, limit});
  return static_cast<uint32_t>(targets.size() - 1);
}

void LogOut::State::add_targets(Plan& plan, const std::vector<LogTarget>& logs) {
  for (const LogTarget& target : logs) {
    if (target.global) {
      plan.targets.insert(plan.targets.end(), global.targets.begin(), global.targets.end());
    } else {
      plan.targets.push_back(add_target(target));
    }
  }
  plan.targets.shrink_to_fit();
  for (const uint32_t i : plan.targets) {
    plan.loudest = std::max(plan.loudest, targets[i].config->level);
    plan.structured |= targets[i].protocol == LogProtocol::kRfc5424;
  }
}

LogOut::LogOut(const Config& config, Counter* dropped, int64_t (*realtime)())
    : state_(std::make_unique<State>(config, dropped, realtime)) {
  State& s = *state_;
  const GlobalConfig& g = config.global;
  if (g.log_send_hostname) s.sent_hostname = g.log_hostname.empty() ? s.hostname : g.log_hostname;
  s.global_tag = g.log_tag.empty() ? program_invocation_short_name : g.log_tag;
  s.global.tag = s.global_tag;
  s.add_targets(s.global, g.logs);
  s.plans.resize(config.proxies.size());
  for (const auto& proxy : config.proxies) {
    Plan& plan = s.plans[proxy->index];
    plan.tag = proxy->log_tag.empty() ? std::string_view(s.global_tag) : proxy->log_tag;
    s.add_targets(plan, proxy->logs);
  }
}

LogOut::~LogOut() { flush(); }

void LogOut::collect(bool on) { state_->writer.collect(on); }

void LogOut::flush() { state_->writer.flush(); }

void LogOut::send(const ProxyConfig* proxy, LogLevel level, std::string_view text) {
  State& s = *state_;
  Plan& plan = s.plan_of(proxy);
  if (plan.targets.empty() || level > plan.loudest) return;
  s.text.clear();
  s.structured.clear();
  for (const char c : text) {  // it may quote a server: no control character may get through
    if (static_cast<unsigned char>(c) >= 32 && c != 127) {
      s.text.put(c);
    } else {
      s.text.put('#');
      s.text.put_hex(static_cast<unsigned char>(c), 2);
    }
  }
  s.distribute(plan, level);
}

std::optional<LogStage> LogOut::stage(const ProxyConfig& frontend) const {
  const Plan& plan = state_->plans[frontend.index];
  const LogFormat* format = frontend.log_format.compiled.get();
  const bool separate = frontend.option(Option::kLogSeparateErrors);
  const LogLevel most_severe = separate ? LogLevel::kErr : LogLevel::kInfo;
  if (plan.targets.empty() || format == nullptr || plan.loudest < most_severe) return std::nullopt;
  return log_stage(frontend, format->stage());
}

bool LogOut::log_access(const ProxyConfig& frontend, const AccessRecord& record, LogStage reached) {
  const LogDecision decision = decide(frontend, record);
  // As long as the connection lives, bytes may come that make it worth a line.
  if (decision.what == LogDecision::What::kNull && reached != LogStage::kEnd) return false;
  if (decision.is_logged()) send_access(frontend, decision.level, record);
  return true;
}

void LogOut::send_access(const ProxyConfig& frontend, LogLevel level, const AccessRecord& record) {
  State& s = *state_;
  Plan& plan = s.plans[frontend.index];
  const LogFormat* format = frontend.log_format.compiled.get();
  if (plan.targets.empty() || format == nullptr || level > plan.loudest) return;
  const LogContext context = s.context(plan);
  ++plan.lines;
  s.text.clear();
  s.structured.clear();
  switch (decide(frontend, record).what) {
    case LogDecision::What::kConnectionError:
      s.render_connection_error(record, context);
      break;
    case LogDecision::What::kErrorLine:
      frontend.error_log_format.compiled->render(record, context, s.text);
      break;
    default:
      format->render(record, context, s.text);
  }
  const LogFormat* sd = frontend.log_format_sd.compiled.get();
  if (plan.structured && sd != nullptr) sd->render(record, context, s.structured);
  s.distribute(plan, level);
}

void LogOut::State::render_connection_error(const AccessRecord& record, const LogContext& shown) {
  connection_error->render(record, shown, text);
  if (record.bind_name.empty()) {
    text.put_decimal(record.listener_id);
  } else {
    text.put(record.bind_name);
  }
  text.put(": ");
  text.put(record.connection_error);
}

void LogOut::State::distribute(Plan& plan, LogLevel level) {
  const int64_t now_us = realtime() / 1000;
  for (const uint32_t i : plan.targets) {
    if (level <= targets[i].config->level && targets[i].takes_next()) {
      send_to(targets[i], plan, level, now_us);
    }
  }
}

void LogOut::State::send_to(Target& target, const Plan& plan, LogLevel level, int64_t now_us) {
  if (target.destination == kNowhere) {
    if (dropped != nullptr) dropped->add(1);
    return;
  }
  SyslogFacts facts{.facility = target.config->facility,
                    .level = std::max(level, target.config->minlevel),
                    .now_us = now_us,
                    .hostname = sent_hostname,
                    .tag = plan.tag,
                    .pid = pid,
                    .structured = structured.text()};
  header.clear();
  write_syslog_header(header, target.protocol, facts, dates);
  if (header.size() > target.limit && !facts.structured.empty()) {
    facts.structured = {};  // half of it would make the line unreadable
    header.clear();
    write_syslog_header(header, target.protocol, facts, dates);
  }
  const std::string_view head = header.text().substr(0, target.limit);
  writer.write(target.destination, head, text.text().substr(0, target.limit - head.size()));
}

}  // namespace hawser
