// SPDX-License-Identifier: MIT
// What the master does about processes that die or hang.
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/log.h"
#include "base/text.h"
#include "process/generation.h"
#include "process/member.h"
#include "process/messages.h"
#include "process/stack_dump.h"

namespace hawser {
namespace {

constexpr Millis kStackLimit{1000};  // how long a hung process may take to tell where it is
constexpr Millis kEarly{1000};

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return fmt::format("exited with code {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  const char* name = sigabbrev_np(signal);
  return fmt::format("was killed by {}{}{}", name == nullptr ? "signal " : "SIG",
                     name == nullptr ? std::to_string(signal) : name,
                     WCOREDUMP(status) ? " (core dumped)" : "");
}

double seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

Micros since(int64_t then_ns) {
  return std::chrono::duration_cast<Micros>(std::chrono::nanoseconds(monotonic_ns() - then_ns));
}

}  // namespace

bool Generation::reap(pid_t pid, int status) {
  for (const auto& member : members_) {
    if (member->pid == pid) {
      lose(*member, status);
      return true;
    }
  }
  return false;
}

void Generation::lose(Member& member, int status) {
  const bool ended_in_order = WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                              (phase_ == Phase::kDraining || phase_ == Phase::kStopping);
  const pid_t pid = std::exchange(member.pid, 0);
  const Micros lived = since(member.started_ns);
  member.heartbeat->lost_ns.store(monotonic_ns());
  member.heartbeat->state.store(ended_in_order ? ProcessState::kAbsent : ProcessState::kDead);
  member.heartbeat->pid.store(0);
  std::string lost;
  if (member.is_worker()) {
    const uint32_t connections = inherited_.shared.take_back(member.worker());
    inherited_.shared.process_counters(member.worker()).lost_conns.add(connections);
    audit_.begin();
    lost = fmt::format("; {} client connection{} lost", connections, connections == 1 ? "" : "s");
  }
  if (member.slot == kVrrpSlot && !ended_in_order) makers_.release_vips(inherited_.config);
  // They accept for it, and may use what it held of servers' limits.
  ring_others(member);
  loop_.bury(std::move(member.channel));
  // The number of the pipe may be in use again before the turn ends: nobody may watch it any
  // longer.
  if (member.stack_watch != nullptr) member.stack_watch->set(0);
  loop_.bury(std::move(member.stack_watch));
  member.stack_pipe.reset();

  if (phase_ == Phase::kDraining || phase_ == Phase::kStopping) {
    if (!ended_in_order && phase_ == Phase::kDraining) {
      HW_ALERT("{} ({}) {} while it drained{}", member.name, pid, how_it_ended(status), lost);
    }
    return leaving_ && member.slot == kVrrpSlot ? end_others() : check_ended();
  }
  HW_ALERT("{} ({}) {} after {:.3f} s{}", member.name, pid, how_it_ended(status), seconds(lived),
           lost);
  if (!member.has_served && lived < kEarly) ++member.early_deaths;
  judge_start(member);
  if (phase_ == Phase::kStarting || phase_ == Phase::kServing) {
    restart_later(member, std::chrono::duration_cast<Millis>(lived));
  }
}

void Generation::restart_later(Member& member, Millis lived) {
  const auto start_again = [this, &member] {
    member.heartbeat->restarts.fetch_add(1);
    spawn(member);
  };
  const Millis pause = member.pacer.pause_after(lived);
  if (pause == Millis(0)) return start_again();
  HW_NOTICE("{} is started again in {} ms", member.name, pause.count());
  loop_.bury(std::move(member.restart));  // this may run in it
  member.restart = std::make_unique<Timer>(loop_, start_again);
  member.restart->start(pause);
}

void Generation::check_ended() {
  bool workers_left = false, any_left = false;
  for (const auto& member : members_) {
    any_left |= member->pid > 0;
    workers_left |= member->is_worker() && member->pid > 0;
  }
  if (phase_ == Phase::kDraining && any_left && !workers_left) {
    // Checks and the runtime socket were there for the workers to the last.
    stop();
  } else if (!any_left && phase_ != Phase::kEnded) {
    phase_ = Phase::kEnded;
    ticker_.stop();
    killer_.stop();
    events_.ended();
  }
}

void Generation::tick() {
  const int64_t now_ns = monotonic_ns();
  judge_.tick(now_ns);
  audit_.look();
  for (const auto& member : members_) {
    if (member->pid > 0 && !member->killed) watch(*member, now_ns);
  }
}

void Generation::watch(Member& member, int64_t now_ns) {
  if (member.hung_since_ns != 0) {
    if (now_ns - member.hung_since_ns > std::chrono::nanoseconds(kStackLimit).count()) {
      end_hung(member);
    }
    return;
  }
  const int64_t beat_ns = member.heartbeat->beat_ns.load(std::memory_order_relaxed);
  const bool stale = member.serves && judge_.is_stale(beat_ns);
  if (stale != member.stale) {
    member.stale = stale;
    ring_others(member);
  }
  if (!judge_.is_hung(beat_ns, !member.serves)) return;
  HW_ALERT("{} ({}) hangs: no heartbeat for {:.1f} s, {}", member.name, member.pid,
           seconds(judge_.age_of(beat_ns)), kernel_state(member.pid));
  member.hung_since_ns = now_ns;
  member.heartbeat->state.store(ProcessState::kHung);
  ring_others(member);
  request_stack_dump(member.pid);
}

void Generation::end_hung(Member& member) {
  while (!member.stack.empty() && (member.stack.back() == '\0' || member.stack.back() == '\n')) {
    member.stack.pop_back();
  }
  if (member.stack.empty()) {
    HW_ALERT("{} ({}) does not tell its stack, {}", member.name, member.pid,
             kernel_state(member.pid));
  } else {
    for (const std::string_view frame : split(member.stack, '\n')) {
      HW_ALERT("{} ({}) stack: {}", member.name, member.pid, frame);
    }
  }
  member.killed = true;
  kill(member.pid, SIGKILL);
}

std::vector<std::string> Generation::process_table() const {
  std::vector<std::string> lines;
  for (const auto& member : members_) {
    const int64_t beat_ns = member->heartbeat->beat_ns.load(std::memory_order_relaxed);
    const char* state = member->pid <= 0             ? "dead"
                        : member->hung_since_ns != 0 ? "hung"
                        : member->serves             ? "serving"
                                                     : "starting";
    lines.push_back(fmt::format("{} ({}): {}, up {:.0f} s, {} restarts, heartbeat {} ms ago",
                                member->name, member->pid, state,
                                member->pid > 0 ? seconds(since(member->started_ns)) : 0.0,
                                member->heartbeat->restarts.load(), since(beat_ns).count() / 1000));
  }
  return lines;
}

}  // namespace hawser
