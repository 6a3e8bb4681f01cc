// SPDX-License-Identifier: MIT
#include "check/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "check/schedule.h"

namespace hawser {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr uint8_t kAdminAnyMaint = kAdminMaint | kAdminForcedByConfig;
constexpr uint32_t kWeightParts = 16;  // of ServerState::weight
constexpr int64_t kMaxWeight = 256;

bool in_maintenance(const HealthWord& word) { return (word.admin & kAdminAnyMaint) != 0; }
bool is_drained(const HealthWord& word) { return (word.admin & kAdminDrain) != 0; }
bool is_out(const HealthWord& word) { return !is_usable(word); }

// One writer, so that a load and a store are enough.
template <class T>
void add(std::atomic<T>& value, T n) {
  value.store(value.load(kRelaxed) + n, kRelaxed);
}

// The absolute weight that `text` stands for.
Result<int64_t> parse_weight(std::string_view text, uint16_t configured) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument) {
    return Error{"Empty weight string empty or preceded by garbage"};
  }
  if (error == std::errc::result_out_of_range) value = text.front() == '-' ? -1 : INT32_MAX;
  value = std::min<int64_t>(value, INT32_MAX);  // so that a percentage cannot overflow
  const std::string_view rest(end, text.data() + text.size());
  if (!rest.empty() && rest != "%") return Error{"Trailing garbage in weight string"};
  if (rest.empty()) {
    if (value >= 0 && value <= kMaxWeight) return value;
    return Error{"Absolute weight can only be between 0 and 256 inclusive."};
  }
  if (value < 0) return Error{"Relative weight must be positive."};
  return std::min(kMaxWeight, value * configured / 100);
}

}  // namespace

Report::Report(const Config& config, Shared& shared, HealthEvents& events)
    : shared_(shared), events_(events), entries_(config.servers), backends_(config.proxies.size()) {
  for (const auto& proxy : config.proxies) {
    for (size_t i = 0; i < proxy->servers.size(); ++i) {
      const auto server = static_cast<uint32_t>(config.first_server[proxy->index] + i);
      Entry& entry = entries_[server];
      entry.backend = proxy.get();
      entry.config = &proxy->servers[i];
      if (takes_sessions(server)) {
        const ServerState& state = shared_.server_state(server);
        entry.ramping =
            entry.config->set.slowstart.count() > 0 &&
            state.weight.load(kRelaxed) < state.user_weight.load(kRelaxed) * kWeightParts;
        count(server, false);
      }
    }
    if (proxy->servers.empty()) continue;
    // Nothing has happened, so that there is nothing to log.
    const bool down = backends_[proxy->index].left.total() == 0;
    shared_.backend_state(proxy->index).down.store(down, kRelaxed);
    mark_changed(*proxy);
  }
}

void Report::check_answered(uint32_t server, const CheckResult& result, int64_t now_ms) {
  const HealthWord before = word_of(server);
  if (in_maintenance(before)) return;
  const ProxyConfig& backend = backend_of(server);
  const VerdictRules rules = rules_of(server);
  const Verdict verdict = after_answer({before.health, before.streak}, rules, result.passed);

  ServerState& state = shared_.server_state(server);
  const auto status = static_cast<uint32_t>(result.status);
  const bool news = state.check_status.load(kRelaxed) != status || verdict.streak != before.streak;
  if (!result.passed && before.streak >= rules.rise) add(state.checks_failed, 1u);
  state.check_status.store(status, kRelaxed);
  state.check_code.store(result.code, kRelaxed);
  state.check_ms.store(static_cast<uint32_t>(result.duration.count()), kRelaxed);
  entries_[server].last_text = result.text;

  HealthWord word = before;
  word.health = verdict.health;
  word.streak = verdict.streak;
  word.checked = true;
  store(server, word, now_ms);

  const bool told = news && backend.option(Option::kLogHealthChecks);
  if (told) {
    events_.log(backend, LogLevel::kNotice,
                health_check_text(backend, config_of(server), result, verdict, rules));
  }
  if (word.health != before.health) log_health(server, before, told ? "" : reason_text(result));
  settle(backend, now_ms);
}

void Report::set_health(uint32_t server, ServerHealth health, int64_t now_ms) {
  const HealthWord before = word_of(server);
  if (in_maintenance(before)) return;
  const Verdict verdict = certain(health, rules_of(server));
  HealthWord word = before;
  word.health = verdict.health;
  word.streak = verdict.streak;
  store(server, word, now_ms);
  if (word.health != before.health) log_health(server, before, ", changed from CLI");
  settle(backend_of(server), now_ms);
}

void Report::set_admin(uint32_t server, RuntimeControl::ServerAdmin admin, int64_t now_ms) {
  using enum RuntimeControl::ServerAdmin;
  const HealthWord before = word_of(server);
  HealthWord word = before;
  word.admin = admin == kMaint ? kAdminMaint : admin == kDrain ? kAdminDrain : kAdminReady;
  const bool was_maint = in_maintenance(before), is_maint = admin == kMaint;
  // `disabled` in the configuration and maintenance at run time are one and the same to operators.
  if (word.admin == before.admin || (was_maint && is_maint)) return;
  if (was_maint) {
    const Verdict verdict = on_probation(rules_of(server));
    word.health = verdict.health;
    word.streak = verdict.streak;
  }
  store(server, word, now_ms);

  if (is_maint) {
    enter_maintenance(server, before);
  } else if (was_maint) {
    leave_maintenance(server, admin == kDrain ? "DRAIN" : "READY");
  } else if (admin == kDrain) {
    log(server, LogLevel::kNotice, "enters drain state" + surroundings(server, word.health));
  } else {
    const bool down = word.health == ServerHealth::kDown;
    log(server, LogLevel::kNotice,
        down ? "is DOWN (leaving forced drain)." : "is UP (leaving forced drain).");
  }
  settle(backend_of(server), now_ms);
}

Result<void> Report::set_weight(uint32_t server, std::string_view weight, int64_t now_ms) {
  const ProxyConfig& backend = backend_of(server);
  const uint16_t configured = config_of(server).set.weight;
  const auto value = parse_weight(weight, configured);
  if (!value) return value.error();
  if (backend.balance.static_weights && *value != 0 && *value != configured) {
    return Error{
        "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'."};
  }
  const bool took = takes_sessions(server);
  shared_.server_state(server).user_weight.store(static_cast<uint32_t>(*value), kRelaxed);
  store_weight(server, now_ms);
  count(server, took);
  settle(backend, now_ms);
  return {};
}

void Report::enable_checks(uint32_t server, bool on) {
  if (!config_of(server).set.check) return;
  HealthWord word = word_of(server);
  word.check_enabled = on;
  shared_.server_state(server).word.store(word.packed(), std::memory_order_release);
}

int64_t Report::slowstart_step(uint32_t server, int64_t now_ms) {
  Entry& entry = entries_[server];
  if (!entry.ramping) return 0;
  const int64_t since_ms = shared_.server_state(server).changed_ms.load(kRelaxed);
  const int64_t next_ms = slowstart_next_ms(now_ms - since_ms, entry.config->set.slowstart);
  entry.ramping = next_ms != 0;
  store_weight(server, now_ms);
  return entry.ramping ? since_ms + next_ms : 0;
}

void Report::publish() {
  if (changed_.empty()) return;
  std::vector<const ProxyConfig*> changed;
  changed.swap(changed_);
  for (const ProxyConfig* backend : changed) backends_[backend->index].changed = false;
  events_.servers_changed(changed);
}

Certainty Report::certainty(uint32_t server) {
  const HealthWord word = word_of(server);
  // Until the first answer nothing is sure.
  if (!word.checked) return Certainty::kTransition;
  return certainty_of({word.health, word.streak}, rules_of(server));
}

bool Report::takes_sessions(uint32_t server) {
  return is_usable(word_of(server)) && shared_.server_state(server).weight.load(kRelaxed) > 0;
}

VerdictRules Report::rules_of(uint32_t server) const {
  const ServerSettings& set = entries_[server].config->set;
  return {set.rise, set.fall};
}

LoadNow Report::load_of(uint32_t server) {
  const ServerLoad& load = shared_.server_load(server);
  return {load.served.load(kRelaxed), load.queued.load(kRelaxed),
          shared_.proxy_load(backend_of(server).index).queued.load(kRelaxed)};
}

void Report::store(uint32_t server, const HealthWord& word, int64_t now_ms) {
  const HealthWord before = word_of(server);
  const bool took = takes_sessions(server);
  ServerState& state = shared_.server_state(server);
  if (word.health != before.health || word.admin != before.admin) {
    if (is_out(before)) add(state.down_ms, now_ms - state.changed_ms.load(kRelaxed));
    if (is_out(word) && !is_out(before)) add(state.times_down, 1u);
    state.changed_ms.store(now_ms, kRelaxed);
    entries_[server].ramping = !took && word.health == ServerHealth::kUp &&
                               word.admin == kAdminReady &&
                               entries_[server].config->set.slowstart.count() > 0;
    mark_changed(backend_of(server));
  }
  state.word.store(word.packed(), std::memory_order_release);
  store_weight(server, now_ms);
  count(server, took);
}

void Report::store_weight(uint32_t server, int64_t now_ms) {
  ServerState& state = shared_.server_state(server);
  const HealthWord word = word_of(server);
  const Entry& entry = entries_[server];
  uint32_t parts = kWeightParts;
  if (is_drained(word) || word.health == ServerHealth::kStopping) {
    parts = 0;
  } else if (entry.ramping) {
    parts =
        slowstart_sixteenths(now_ms - state.changed_ms.load(kRelaxed), entry.config->set.slowstart);
  }
  const uint32_t weight = state.user_weight.load(kRelaxed) * parts;
  if (state.weight.exchange(weight, kRelaxed) != weight) mark_changed(*entry.backend);
}

// `took_sessions` is what takes_sessions() said before the change.
void Report::count(uint32_t server, bool took_sessions) {
  const bool takes = takes_sessions(server);
  if (takes == took_sessions) return;
  const Entry& entry = entries_[server];
  ServersLeft& left = backends_[entry.backend->index].left;
  uint32_t& kind = entry.config->set.backup ? left.backup : left.active;
  takes ? ++kind : --kind;
}

void Report::mark_changed(const ProxyConfig& backend) {
  if (std::exchange(backends_[backend.index].changed, true)) return;
  changed_.push_back(&backend);
}

void Report::settle(const ProxyConfig& backend, int64_t now_ms) {
  BackendState& state = shared_.backend_state(backend.index);
  const bool down = backends_[backend.index].left.total() == 0;
  if (down == (state.down.load(kRelaxed) != 0)) return;
  if (down) {
    add(state.times_down, 1u);
  } else {
    add(state.down_ms, now_ms - state.changed_ms.load(kRelaxed));
  }
  state.changed_ms.store(now_ms, kRelaxed);
  state.down.store(down, kRelaxed);
  if (down) events_.log(backend, LogLevel::kEmerg, no_server_text(backend));
}

void Report::log(uint32_t server, LogLevel level, std::string_view event) {
  const ProxyConfig& backend = backend_of(server);
  events_.log(backend, level, server_text(backend, config_of(server), event));
}

void Report::log_health(uint32_t server, const HealthWord& before, std::string_view cause) {
  const HealthWord word = word_of(server);
  // Traffic has been taken from a server that had some: that is somebody's problem.
  const bool lost = before.health == ServerHealth::kUp && !is_drained(before);
  const std::string around = surroundings(server, word.health);
  switch (word.health) {
    case ServerHealth::kDown:
      log(server, lost ? LogLevel::kAlert : LogLevel::kNotice,
          fmt::format("is DOWN{}{}", cause, around));
      break;
    case ServerHealth::kUp:
      log(server, LogLevel::kNotice, fmt::format("is UP{}{}", cause, around));
      break;
    case ServerHealth::kStopping:
      log(server, LogLevel::kNotice, fmt::format("is stopping{}{}", cause, around));
      break;
  }
  if (is_drained(word)) log(server, LogLevel::kNotice, "remains in forced drain mode.");
}

void Report::enter_maintenance(uint32_t server, const HealthWord& before) {
  if (before.health == ServerHealth::kDown) {
    log(server, LogLevel::kNotice, "was DOWN and now enters maintenance.");
    return;
  }
  const bool lost = before.health == ServerHealth::kUp && !is_drained(before);
  log(server, lost ? LogLevel::kAlert : LogLevel::kNotice,
      "is going DOWN for maintenance" + surroundings(server, ServerHealth::kDown));
}

void Report::leave_maintenance(uint32_t server, std::string_view into) {
  log(server, LogLevel::kNotice, fmt::format("is UP/{} (leaving forced maintenance).", into));
  if (is_drained(word_of(server))) {
    log(server, LogLevel::kNotice, "remains in forced drain mode.");
  }
}

std::string Report::surroundings(uint32_t server, ServerHealth health) {
  const ServersLeft& left = backends_[backend_of(server).index].left;
  const LoadNow load = load_of(server);
  return health == ServerHealth::kDown ? left_text(left, load) : online_text(left, load);
}

}  // namespace hawser
