// SPDX-License-Identifier: MIT
#include "process/child.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/channel.h"
#include "loop/watch.h"
#include "process/daemon.h"
#include "process/lifeline.h"
#include "process/messages.h"
#include "process/stack_dump.h"
#include "process/title.h"
#include "process/worker_links.h"

namespace hawser {
namespace {

constexpr int64_t kBeatEveryMs = 100;
constexpr Millis kLiftEvery{100};

// Signals for the program as a whole are the master's, also when a terminal or an init system sends
// them to everybody.
void set_up_signals() {
  for (const int signal :
       {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGTTIN, SIGTTOU}) {
    ::signal(signal, SIG_IGN);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Nobody shall go on for a master that is gone. The vrrp process must not be killed for it: it sees
// its channel close, and resigns before it ends.
bool die_with(pid_t master, uint32_t slot) {
  if (slot != kVrrpSlot) prctl(PR_SET_PDEATHSIG, SIGKILL);
  return getppid() == master;
}

// A worker has the master's priority until the end of its first turn, in which it accepts whoever
// waited for it.
struct Newborn {
  const std::optional<Priority>& usual;
  ~Newborn() {
    if (usual) usual->apply();
  }
};

class ChildProcess {
 public:
  ChildProcess(const Inherited& inherited, const RoleMakers& makers, ChildSeat seat,
               Lifeline& lifeline)
      : inherited_(inherited),
        slot_(seat.slot),
        heartbeat_(inherited.shared.process(seat.slot)),
        links_(loop_, inherited.shared.workers()),
        master_(
            loop_, std::move(seat.channel),
            [this](ChannelMessage message) { receive(std::move(message)); },
            [this] {
              if (slot_ == kVrrpSlot) role_->stop([] {});
              _exit(1);
            }),
        doorbell_(loop_, heartbeat_.doorbell.load(),
                  [this] {
                    if (!role_) return;
                    role_->doorbell();
                    inherited_.listeners.close_stopped(inherited_.shared);
                  }),
        lifting_(loop_, [&lifeline] { lifeline.rise(); }) {
    if (slot_ == kVrrpSlot) {
      role_ = makers.vrrp(loop_, inherited_);
    } else if (slot_ == kControlSlot) {
      role_ =
          makers.control(loop_, inherited_,
                         [this](const std::string& request, std::function<void(std::string)> done) {
                           links_.ask(request, std::move(done));
                         });
    } else {
      role_ = makers.worker(loop_, inherited_, slot_ - kFirstWorker);
    }
  }

  int run() {
    beat_on_every_turn(loop_, heartbeat_);
    lifting_.start(kLiftEvery, kLiftEvery);
    role_->start([this] { serve(); });
    loop_.run();
    return 0;
  }

 private:
  void serve() {
    heartbeat_.serving_ns.store(monotonic_ns());
    heartbeat_.state.store(ProcessState::kServing);
    if (slot_ >= kFirstWorker) {
      loop_.bury(std::unique_ptr<Newborn>(new Newborn{inherited_.usual_priority}));
    }
    if (inherited_.daemon) {
      set_log_stderr(false);
      detach_output();
    }
    master_.send(type_of(Note::kReady), "");
  }

  void receive(ChannelMessage message) {
    switch (static_cast<Note>(message.type)) {
      case Note::kDrain:
        heartbeat_.state.store(ProcessState::kDraining);
        role_->drain([this] { loop_.stop(); });
        return;
      case Note::kStop:
        role_->stop([this] { loop_.stop(); });
        return;
      case Note::kPeer:
        return meet(std::move(message));
      case Note::kReady:
      case Note::kAsk:
      case Note::kAnswerPart:
      case Note::kAnswerEnd:
        break;
    }
    HW_UNREACHABLE();
  }

  void meet(ChannelMessage message) {
    PeerNote peer;
    HW_ASSERT(message.body.size() == sizeof peer);
    memcpy(&peer, message.body.data(), sizeof peer);
    if (message.fds.empty()) return;  // out of descriptors: this one will not be asked
    if (slot_ == kControlSlot) {
      links_.connect(peer.worker, std::move(message.fds.front()));
      return;
    }
    loop_.bury(std::move(control_));
    control_ = std::make_unique<ControlLink>(
        loop_, std::move(message.fds.front()),
        [this](const std::string& request) { return role_->answer(request); });
  }

  const Inherited& inherited_;
  const uint32_t slot_;
  Heartbeat& heartbeat_;
  Loop loop_;
  WorkerLinks links_;                     // control's
  std::unique_ptr<ControlLink> control_;  // a worker's
  Channel master_;
  Doorbell doorbell_;
  Timer lifting_;
  std::unique_ptr<Role> role_;
};

}  // namespace

void beat_on_every_turn(Loop& loop, Heartbeat& heartbeat) {
  loop.add_turn_hook([&loop, &heartbeat](int64_t now_ms) {
    heartbeat.beat_ns.store(monotonic_ns(), std::memory_order_relaxed);
    heartbeat.idle_percent.store(loop.idle_percent(), std::memory_order_relaxed);
    return now_ms + kBeatEveryMs;
  });
}

int run_child(const Inherited& inherited, const RoleMakers& makers, ChildSeat seat) {
  const pid_t master = seat.master;
  const uint32_t slot = seat.slot;
  if (!die_with(master, slot)) return 1;
  if (slot < kFirstWorker && inherited.usual_priority) inherited.usual_priority->apply();
  set_up_signals();
  set_process_title(process_name(seat.slot));
  Lifeline lifeline(std::move(seat.stack));
  inherited.listeners.close_stopped(inherited.shared);
  detach_stdin();
  Counter* dropped_lines = nullptr;
  if (seat.slot >= kFirstWorker) {
    dropped_lines = &inherited.shared.process_counters(seat.slot - kFirstWorker).log_dropped;
  }
  makers.open_log(inherited.config, dropped_lines);
  ChildProcess process(inherited, makers, std::move(seat), lifeline);
  Privileges keep = slot == kVrrpSlot ? inherited.vrrp_privileges : inherited.privileges;
  if (slot == kControlSlot) keep = control_privileges(inherited.config, std::move(keep));
  if (const auto dropped = drop_privileges(keep); !dropped) {
    HW_ALERT("cannot drop privileges: {}", dropped.error().text);
    return 1;
  }
  // A change of user clears it.
  if (!die_with(master, slot)) return 1;
  return process.run();
}

}  // namespace hawser
