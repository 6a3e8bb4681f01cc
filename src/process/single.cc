// SPDX-License-Identifier: MIT
#include "process/single.h"

#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/watch.h"
#include "process/child.h"

namespace hawser {
namespace {

class SingleProcess {
 public:
  SingleProcess(const Inherited& inherited, const RoleMakers& makers)
      : inherited_(inherited),
        signals_(loop_, {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP, SIGQUIT},
                 [this](int signal) { take(signal); }),
        worker_(makers.worker(loop_, inherited, 0)),
        control_(
            makers.control(loop_, inherited, [this](const std::string& request, const auto& done) {
              done(worker_->answer(request));
            })) {
    seat(kFirstWorker, *worker_);
    seat(kControlSlot, *control_);
    if (inherited_.config.vrrp_instances.empty()) return;
    vrrp_ = makers.vrrp(loop_, inherited_);
    seat(kVrrpSlot, *vrrp_);
  }

  int run() {
    control_->start([this] { serve(kControlSlot); });
    worker_->start([this] { serve(kFirstWorker); });
    if (vrrp_) vrrp_->start([this] { serve(kVrrpSlot); });
    loop_.run();
    if (vrrp_) vrrp_->stop([] {});
    return ended_by_ == 0 ? 0 : 128 + ended_by_;
  }

 private:
  std::atomic<ProcessState>& state_of(uint32_t slot) {
    return inherited_.shared.process(slot).state;
  }

  void serve(uint32_t slot) {
    state_of(slot).store(ProcessState::kServing);
    const bool all = state_of(kControlSlot) == ProcessState::kServing &&
                     state_of(kFirstWorker) == ProcessState::kServing &&
                     (!vrrp_ || state_of(kVrrpSlot) == ProcessState::kServing);
    if (all) HW_NOTICE("one process serves, with all roles");
  }

  void seat(uint32_t slot, Role& role) {
    Heartbeat& heartbeat = inherited_.shared.process(slot);
    heartbeat.pid.store(getpid());
    heartbeat.started_ns.store(monotonic_ns());
    heartbeat.state.store(ProcessState::kStarting);
    beat_on_every_turn(loop_, heartbeat);
    bells_.emplace_back(Doorbell::make());
    heartbeat.doorbell.store(bells_.back().get());
    doorbells_.push_back(std::make_unique<Doorbell>(loop_, bells_.back().get(), [this, &role] {
      role.doorbell();
      // Only the worker watches them.
      if (&role == worker_.get()) inherited_.listeners.close_stopped(inherited_.shared);
    }));
  }

  void take(int signal) {
    switch (signal) {
      case SIGINT:
      case SIGTERM:
        if (std::exchange(ended_by_, signal) != 0) return loop_.stop();
        return after_addresses([this] { tell_and_end(); });
      case SIGUSR1:
        return after_addresses([this] {
          inherited_.shared.header().stopping.store(1);
          state_of(kFirstWorker).store(ProcessState::kDraining);
          worker_->drain([this] { tell_and_end(); });
        });
      case SIGQUIT:
        return HW_NOTICE("one process ({}), {} client connections", getpid(),
                         inherited_.shared.header().conns.load());
      default:
        return HW_WARN("a single process (-d) cannot reload: restart it");
    }
  }

  // Once the virtual addresses are with another node, or at once when asked a second time.
  void after_addresses(std::function<void()> next) {
    if (!vrrp_ || std::exchange(leaving_, true)) return next();
    vrrp_->drain(std::move(next));
  }

  // Scripts and mails about the end of virtual routers come before that of the program.
  void tell_and_end() {
    control_->stop([this] { loop_.stop(); });
  }

  const Inherited& inherited_;
  Loop loop_;
  SignalWatch signals_;
  std::vector<Fd> bells_;
  std::unique_ptr<Role> worker_, control_;
  std::unique_ptr<Role> vrrp_;  // nullptr: no vrrp section
  std::vector<std::unique_ptr<Doorbell>> doorbells_;
  bool leaving_ = false;
  int ended_by_ = 0;
};

}  // namespace

int run_single(const Inherited& inherited, const RoleMakers& makers) {
  ::signal(SIGPIPE, SIG_IGN);  // a peer that left is an error of write(), here as in every process
  makers.open_log(inherited.config, &inherited.shared.process_counters(0).log_dropped);
  SingleProcess process(inherited, makers);
  Privileges keep = inherited.privileges;
  if (!inherited.config.vrrp_instances.empty()) {
    keep.capabilities |= inherited.vrrp_privileges.capabilities;
  }
  if (keep.uid || keep.gid || !keep.chroot.empty()) {
    if (const auto dropped = drop_privileges(keep); !dropped) {
      HW_ALERT("cannot drop privileges: {}", dropped.error().text);
      return 1;
    }
  }
  return process.run();
}

}  // namespace hawser
