// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "process/memory_lock.h"
#include "process/roles.h"
#include "vrrp/vips.h"
#include "vrrp/virtual_routers.h"

namespace hawser {
namespace {

// Adverts leave on time on a machine whose workers are busy, and wait for no page from disk.
void raise_priority(const VrrpProcessConfig& config) {
  if (config.mlock) {
    if (const auto locked = lock_memory(); !locked) {
      HW_WARN("vrrp: {}: adverts may wait for a disk; 'mlock off' accepts that",
              locked.error().text);
    }
  }
  if (config.rt_priority == 0) return;
  // Whoever loops without ever sleeping would take the machine with it.
  const rlimit two_seconds{2'000'000, 3'000'000};
  setrlimit(RLIMIT_RTTIME, &two_seconds);
  sched_param priority{};
  priority.sched_priority = config.rt_priority;
  if (sched_setscheduler(0, SCHED_RR, &priority) != 0) {
    HW_WARN("vrrp: no real-time priority ({}); adverts may be late on a busy machine",
            strerror(errno));
  }
}

class Vrrp final : public Role {
 public:
  Vrrp(Loop& loop, const Inherited& inherited, bool shares_process)
      : loop_(loop), inherited_(inherited) {
    if (!shares_process) raise_priority(inherited.config.vrrp_process);
  }

  void start(std::function<void()> ready) override {
    auto router = vrrp::VirtualRouters::open(loop_, inherited_.config, inherited_.shared);
    if (!router) return fail(router.error());
    routers_ = std::move(router).value();
    if (const auto started = routers_->start(); !started) return fail(started.error());
    ready();
  }
  // Until then the workers serve.
  void drain(std::function<void()> finished) override {
    if (!routers_) return finished();
    routers_->leave(std::move(finished));
  }
  void stop(std::function<void()> finished) override {
    if (routers_) routers_->stop();
    finished();
  }
  std::string answer(const std::string&) override { return ""; }
  void doorbell() override {
    if (routers_) routers_->doorbell();
  }

 private:
  void fail(const Error& error) {
    HW_ALERT("vrrp: {}", error.text);
    _exit(1);
  }
  Loop& loop_;
  const Inherited& inherited_;
  std::unique_ptr<vrrp::VirtualRouters> routers_;
};

}  // namespace

std::unique_ptr<Role> make_vrrp(Loop& loop, const Inherited& inherited) {
  return std::make_unique<Vrrp>(loop, inherited, inherited.single_process);
}

void release_vips(const Config& config) {
  if (const auto released = vrrp::release_all(config); !released) {
    HW_ALERT("{}", released.error().text);
  }
}

}  // namespace hawser
