// SPDX-License-Identifier: MIT
#include "process/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "process/child.h"
#include "process/member.h"
#include "process/messages.h"
#include "process/title.h"

namespace hawser {
namespace {

// For the vrrp process to hand its addresses over, before it is killed: VRRPv2 takes a second.
constexpr Millis kHandOver{2000};

}  // namespace

Generation::Generation(Loop& loop, const Inherited& inherited, const RoleMakers& makers,
                       GenerationEvents events, std::function<void()> leave)
    : loop_(loop),
      inherited_(inherited),
      makers_(makers),
      events_(std::move(events)),
      leave_(std::move(leave)),
      judge_(inherited.config.global.hung_worker_timeout, monotonic_ns()),
      audit_(inherited.shared),
      ticker_(loop, [this] { tick(); }),
      killer_(loop, [this] {
        for (const auto& member : members_) {
          if (member->pid > 0) kill(member->pid, SIGKILL);
        }
      }) {
  const auto add = [this](uint32_t slot) {
    auto member = std::make_unique<Member>();
    member->slot = slot;
    member->name = process_name(slot);
    member->heartbeat = &inherited_.shared.process(slot);
    // Without a bell (out of descriptors at the very start) its heartbeat still wakes the process.
    doorbells_.emplace_back(Doorbell::make());
    member->heartbeat->doorbell.store(doorbells_.back().get());
    members_.push_back(std::move(member));
  };
  add(kControlSlot);
  if (!inherited_.config.vrrp_instances.empty()) add(kVrrpSlot);
  for (uint32_t i = 0; i < inherited_.shared.workers(); ++i) add(kFirstWorker + i);
}

Generation::~Generation() = default;

void Generation::start() {
  for (const auto& member : members_) spawn(*member);
  ticker_.start(HangJudge::kPeriod, HangJudge::kPeriod);
}

void Generation::spawn(Member& member) {
  auto ends = Channel::pair();
  int pipe_ends[2] = {-1, -1};
  if (ends && pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) == 0) {
    Fd stack_in(pipe_ends[0]), stack_out(pipe_ends[1]);
    member.heartbeat->state.store(ProcessState::kStarting);
    member.heartbeat->beat_ns.store(monotonic_ns());
    member.heartbeat->serving_ns.store(0);
    const pid_t pid = fork();
    if (pid == 0) {
      // With a copy of the master's end it would never see that the master is gone.
      ends->first.reset();
      stack_in.reset();
      become(member, std::move(ends->second), std::move(stack_out));
    }
    if (pid > 0) return adopt(member, pid, std::move(ends->first), std::move(stack_in));
  }
  HW_ALERT("cannot start {}: {}", member.name, strerror(errno));
  member.heartbeat->state.store(ProcessState::kDead);
  restart_later(member, Millis(0));
}

// Runs in the new process, deep in the master's stack and with a copy of everything it owns:
// nothing of it may be destroyed, and only its descriptors closed.
void Generation::become(Member& self, Fd channel, Fd stack) {
  leave_();
  for (const auto& member : members_) {
    if (member->channel) close(member->channel->fd());
    if (member->stack_pipe) close(member->stack_pipe.get());
  }
  ChildSeat seat{self.slot, getppid(), std::move(channel), std::move(stack)};
  _exit(run_child(inherited_, makers_, std::move(seat)));
}

void Generation::adopt(Member& member, pid_t pid, Fd channel, Fd stack) {
  member.pid = pid;
  member.started_ns = monotonic_ns();
  member.heartbeat->pid.store(pid);
  member.heartbeat->started_ns.store(member.started_ns);
  member.serves = member.stale = member.killed = false;
  member.hung_since_ns = 0;
  member.stack.clear();
  member.channel = std::make_unique<Channel>(
      loop_, std::move(channel),
      [this, &member](const ChannelMessage& message) { receive(member, message); },
      [] {});  // its lifeline tells earlier
  member.stack_pipe = std::move(stack);
  member.stack_watch = std::make_unique<FdWatch>(
      loop_, member.stack_pipe.get(), FdWatch::kRead, [this, &member](int) {
        char text[4096];
        const ssize_t n = read(member.stack_pipe.get(), text, sizeof text);
        if (n > 0) member.stack.append(text, static_cast<size_t>(n));
        if (n == 0) {
          member.stack_watch->set(0);
          return notice_end(member);
        }
        if (member.hung_since_ns != 0 && member.stack.ends_with('\0')) end_hung(member);
      });
  if (member.is_worker()) {
    if (control().pid > 0) introduce(member, control());
    return;
  }
  if (member.slot != kControlSlot) return;
  for (const auto& other : members_) {
    if (other->is_worker() && other->pid > 0) introduce(*other, member);
  }
}

void Generation::introduce(Member& worker, Member& control) {
  auto ends = Channel::pair();
  if (!ends) return HW_WARN("control cannot ask {}: {}", worker.name, ends.error().text);
  const PeerNote peer{worker.worker()};
  const std::string_view body(reinterpret_cast<const char*>(&peer), sizeof peer);
  const int first[] = {ends->first.get()}, second[] = {ends->second.get()};
  worker.channel->send(type_of(Note::kPeer), body, first);
  control.channel->send(type_of(Note::kPeer), body, second);
}

void Generation::receive(Member& member, const ChannelMessage& message) {
  if (message.type == type_of(Note::kReady)) serve(member);
}

void Generation::serve(Member& member) {
  member.serves = true;
  if (member.has_served) {
    if (!is_ending(member)) tell_return(member);
    ring_others(member);
  }
  member.has_served = true;
  judge_start(member);
}

// The start is over once each process has served, or has failed so often that the others go on
// without it.
void Generation::judge_start(const Member& member) {
  constexpr int kAttempts = 5;
  if (phase_ != Phase::kStarting) return;
  bool complete = true, any_worker = false, any_alive = false;
  for (const auto& each : members_) {
    const bool given_up = each->early_deaths >= kAttempts;
    complete &= each->has_served || given_up;
    any_worker |= each->is_worker() && each->has_served;
    any_alive |= each->is_worker() && !given_up;
  }
  if (complete && any_worker) {
    phase_ = Phase::kServing;
    return events_.ready();
  }
  if (!any_alive || (complete && !any_worker)) {
    phase_ = Phase::kStopping;
    return events_.cannot_serve(fmt::format(
        "{} ended {} times before it served; the messages above say why", member.name, kAttempts));
  }
}

void Generation::drain() {
  if (phase_ == Phase::kEnded || phase_ == Phase::kStopping) return;
  phase_ = Phase::kDraining;
  if (!addresses_leave()) end_others();
}

void Generation::stop() {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kStopping;
  killer_.start(kHandOver, Millis(1000));
  if (!addresses_leave()) end_others();
}

// false: there are none to leave, or nobody waits for them any more.
bool Generation::addresses_leave() {
  for (const auto& member : members_) member->restart.reset();
  for (const auto& member : members_) {
    if (member->slot != kVrrpSlot || member->pid <= 0 || leaving_) continue;
    tell(*member, type_of(Note::kDrain));
    return leaving_ = true;
  }
  return false;
}

void Generation::end_others() {
  leaving_ = false;
  inherited_.shared.header().stopping.store(1);
  const bool draining = phase_ == Phase::kDraining;
  for (const auto& member : members_) {
    if (!draining) {
      tell(*member, type_of(Note::kStop));
    } else if (member->is_worker()) {
      tell(*member, type_of(Note::kDrain));
    }
  }
  if (!draining) killer_.start(Millis(1000), Millis(1000));
  check_ended();
}

void Generation::tell(Member& member, uint32_t note) {
  if (member.pid > 0) member.channel->send(note, "");
}

void Generation::ring_others(const Member& member) {
  for (const auto& other : members_) {
    if (other->is_worker() && other->pid > 0 && other.get() != &member) {
      Doorbell::ring(other->heartbeat->doorbell.load());
    }
  }
}

}  // namespace hawser
