// SPDX-License-Identifier: MIT
// What the master does about processes that die or hang.
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

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
  const auto ending = std::find_if(endings_.begin(), endings_.end(),
                                   [pid](const Ending& end) { return end.pid == pid; });
  if (ending != endings_.end()) {
    const Ending end = *ending;
    endings_.erase(ending);
    tell_end(end, status, "");
    if (end.member->serves) tell_return(*end.member);
    if (phase_ != Phase::kServing) check_ended();
    return true;
  }
  for (const auto& member : members_) {
    if (member->pid == pid) {
      lose(*member, status);
      return true;
    }
  }
  return false;
}

// The lifeline of a process that ends is closed when its memory has been freed: nothing is left
// that it could do. But it can be reaped only when all of its connections are closed, too. The
// successor need not wait for that, unless it has to wait anyway.
void Generation::notice_end(Member& member) {
  if (phase_ != Phase::kServing || member.pid <= 0) return;
  if (!member.pacer.is_at_once(std::chrono::duration_cast<Millis>(since(member.started_ns))))
    return;
  // Whoever lost its lifeline in another way must not go on beside its successor.
  kill(member.pid, SIGKILL);
  endings_.push_back(part_with(member, ProcessState::kDead));
  restart_later(member, std::chrono::duration_cast<Millis>(endings_.back().lived));
}

bool Generation::is_ending(const Member& member) const {
  return std::any_of(endings_.begin(), endings_.end(),
                     [&member](const Ending& end) { return end.member == &member; });
}

void Generation::lose(Member& member, int status) {
  const bool stopping = phase_ == Phase::kDraining || phase_ == Phase::kStopping;
  const bool in_order = stopping && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  const Ending end = part_with(member, in_order ? ProcessState::kAbsent : ProcessState::kDead);
  if (stopping) {
    if (!in_order && phase_ == Phase::kDraining) tell_end(end, status, " while it drained");
    return leaving_ && member.slot == kVrrpSlot ? end_others() : check_ended();
  }
  tell_end(end, status, "");
  if (!member.has_served && end.lived < kEarly) ++member.early_deaths;
  judge_start(member);
  if (phase_ == Phase::kStarting || phase_ == Phase::kServing) {
    restart_later(member, std::chrono::duration_cast<Millis>(end.lived));
  }
}

// Nothing of the process runs any more: its place is free.
Generation::Ending Generation::part_with(Member& member, ProcessState state) {
  Ending end{std::exchange(member.pid, 0), &member, since(member.started_ns), 0};
  member.heartbeat->lost_ns.store(monotonic_ns());
  member.heartbeat->state.store(state);
  member.heartbeat->pid.store(0);
  member.serves = false;
  if (member.is_worker()) {
    end.lost = inherited_.shared.take_back(member.worker());
    inherited_.shared.process_counters(member.worker()).lost_conns.add(end.lost);
    audit_.begin();
  }
  if (member.slot == kVrrpSlot && state != ProcessState::kAbsent) {
    makers_.release_vips(inherited_.config);
  }
  // They accept for it, and may use what it held of servers' limits.
  ring_others(member);
  loop_.bury(std::move(member.channel));
  // The number of the pipe may be in use again before the turn ends: nobody may watch it any
  // longer.
  if (member.stack_watch != nullptr) member.stack_watch->set(0);
  loop_.bury(std::move(member.stack_watch));
  member.stack_pipe.reset();
  return end;
}

void Generation::tell_end(const Ending& end, int status, std::string_view when) {
  std::string lost;
  if (end.member->is_worker()) {
    lost = fmt::format("; {} client connection{} lost", end.lost, end.lost == 1 ? "" : "s");
  }
  HW_ALERT("{} ({}) {}{} after {:.3f} s{}", end.member->name, end.pid, how_it_ended(status), when,
           seconds(end.lived), lost);
}

// Told after its predecessor's end, which may become known later.
void Generation::tell_return(const Member& member) {
  const Heartbeat& beat = *member.heartbeat;
  HW_NOTICE("{} ({}) serves again, {:.1f} ms after its predecessor's end", member.name, member.pid,
            static_cast<double>(beat.serving_ns.load() - beat.lost_ns.load()) / 1e6);
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
  bool workers_left = false, any_left = !endings_.empty();
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
  inherited_.listeners.close_stopped(inherited_.shared);
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
