// SPDX-License-Identifier: MIT
#include "vrrp/script_runner.h"

#include <fmt/core.h>
#include <unistd.h>

#include "base/log.h"
#include "vrrp/script_verdict.h"

namespace hawser {

class ScriptRunner::Script {
 public:
  Script(ScriptSetup& setup, const VrrpScriptConfig& config)
      : setup_(setup),
        config_(config),
        state_(setup.shared.track_state(config.slot)),
        verdict_(config.rise, config.fall, known_result(state_)),
        next_(setup.deadlines, [this] { run_due(); }) {
    if (config.init_fail && verdict_.result() == TrackResult::kUnknown) {
      verdict_ = {config.rise, config.fall, TrackResult::kDown};
      state_.result.store(static_cast<uint32_t>(TrackResult::kDown));
    }
  }

  void start() {
    const bool is_file = config_.kind == VrrpScriptConfig::Kind::kFile ||
                         config_.kind == VrrpScriptConfig::Kind::kNoFile;
    // Files are looked at when they change: at once, and not at every interval.
    if (is_file) return setup_.paths.add(config_.subject, [this] { look_at_file(); });
    due_ms_ = setup_.deadlines.now_ms();
    run_due();
  }

 private:
  static TrackResult known_result(const TrackState& state) {
    return static_cast<TrackResult>(state.result.load(std::memory_order_relaxed));
  }

  Millis timeout() const {
    return config_.timeout.count() > 0 ? config_.timeout : config_.interval;
  }

  // The beat is kept: a run that takes longer than its interval costs the ones it overlaps.
  void run_due() {
    const int64_t now_ms = setup_.deadlines.now_ms();
    while (due_ms_ <= now_ms) due_ms_ += config_.interval.count();
    next_.set_at(due_ms_);
    if (command_ != nullptr || probe_ != nullptr) return;
    started_ms_ = now_ms;
    if (config_.kind == VrrpScriptConfig::Kind::kCommand) {
      run_command();
    } else {
      ask_service();
    }
  }

  void run_command() {
    CommandSpec spec;
    spec.command = config_.subject;
    spec.environment = {"HAWSER_SCRIPT=" + config_.name};
    spec.user = config_.user;
    spec.timeout = timeout();
    auto started =
        setup_.commands.start(spec, [this](const CommandEnd& end) { command_ended(end); });
    if (started) {
      command_ = std::move(*started);
      shortage_told_ = false;
    } else if (!std::exchange(shortage_told_, true)) {
      HW_WARN("vrrp-script {} cannot be run: {}", config_.name, started.error().text);
    }
  }

  void command_ended(const CommandEnd& end) {
    setup_.loop.bury(std::move(command_));
    state_.exit_code.store(end.how == CommandEnd::How::kExited ? static_cast<uint32_t>(end.code)
                                                               : kNoExitCode);
    if (end.how != CommandEnd::How::kNotStarted) {
      cannot_start_.clear();
    } else if (std::exchange(cannot_start_, end.text) != end.text) {
      HW_ALERT("vrrp-script {}: {}", config_.name, end.text);
    }
    const std::string line = first_line(end.output);
    take(end.is_success(), end.duration,
         line.empty() ? describe(end) : fmt::format("{}: {}", describe(end), line));
  }

  void ask_service() {
    probe_ =
        setup_.services.start(config_, timeout(), [this](bool passed, const std::string& text) {
          setup_.loop.bury(std::move(probe_));
          state_.exit_code.store(passed ? 0 : 1);
          take(passed, Millis(setup_.deadlines.now_ms() - started_ms_), text);
        });
  }

  void look_at_file() {
    const bool exists = access(config_.subject.c_str(), F_OK) == 0;
    const bool passed = exists == (config_.kind == VrrpScriptConfig::Kind::kFile);
    if (passed == (verdict_.result() == TrackResult::kUp) &&
        verdict_.result() != TrackResult::kUnknown) {
      return;  // a look is no run
    }
    take(passed, Micros(0),
         fmt::format("{} {}", config_.subject, exists ? "exists" : "does not exist"));
  }

  void take(bool passed, Micros duration, const std::string& why) {
    state_.runs.fetch_add(1, std::memory_order_relaxed);
    if (!passed) state_.failures.fetch_add(1, std::memory_order_relaxed);
    state_.duration_us.store(static_cast<uint32_t>(duration.count()), std::memory_order_relaxed);
    const bool was_known = verdict_.result() != TrackResult::kUnknown;
    if (!verdict_.take(passed)) return;
    state_.changed_ns.store(setup_.deadlines.now_ms() * 1'000'000, std::memory_order_relaxed);
    state_.result.store(static_cast<uint32_t>(verdict_.result()), std::memory_order_release);
    if (passed) {
      HW_NOTICE("vrrp-script {} {} ({})", config_.name, was_known ? "succeeds again" : "succeeds",
                why);
    } else {
      HW_WARN("vrrp-script {} fails ({})", config_.name, why);
    }
    setup_.changed();
  }

  static constexpr uint32_t kNoExitCode = 256;

  ScriptSetup& setup_;
  const VrrpScriptConfig& config_;
  TrackState& state_;
  ScriptVerdict verdict_;
  Deadline next_;
  int64_t due_ms_ = 0, started_ms_ = 0;
  std::unique_ptr<CommandRun> command_;
  std::unique_ptr<ServiceProbe> probe_;
  std::string cannot_start_;
  bool shortage_told_ = false;
};

ScriptRunner::ScriptRunner(ScriptSetup setup) : setup_(std::move(setup)) {
  for (const auto& script : setup_.config.vrrp_scripts) {
    // A script that nobody tracks has no slot, and is not run.
    if (script->slot == kNoIndex) continue;
    scripts_.push_back(std::make_unique<Script>(setup_, *script));
  }
}

ScriptRunner::~ScriptRunner() = default;

void ScriptRunner::start() {
  for (const auto& script : scripts_) script->start();
}

}  // namespace hawser
