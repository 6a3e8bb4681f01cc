// SPDX-License-Identifier: MIT
// One configuration with its processes: started together, each replaced when it dies or hangs,
// drained and ended together.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loop/channel.h"
#include "loop/watch.h"
#include "process/inherited.h"
#include "process/supervise.h"
#include "shm/load_audit.h"

namespace hawser {

struct GenerationEvents {
  std::function<void()> ready;                    // once: everybody serves
  std::function<void(std::string)> cannot_serve;  // the reason; instead of ready
  std::function<void()> ended;                    // after drain() or stop()
};

class Generation {
 public:
  // `leave` is called in each new process: it closes what is the master's alone.
  Generation(Loop& loop, const Inherited& inherited, const RoleMakers& makers,
             GenerationEvents events, std::function<void()> leave);
  ~Generation();

  void start();
  // Tells of a child that waitpid(2) returned; false: it is none of this generation's.
  bool reap(pid_t pid, int status);
  // Both begin with the vrrp process, while the workers serve: until its addresses are with another
  // node, or for a second where there is none. stop() once more skips that.
  void drain();  // then the workers, then control
  void stop();   // then all at once: what does not end within 1 s is killed

  // One line a process, for the log.
  std::vector<std::string> process_table() const;

 private:
  struct Member;
  void spawn(Member& member);
  [[noreturn]] void become(Member& member, Fd channel, Fd stack);
  void adopt(Member& member, pid_t pid, Fd channel, Fd stack);
  void introduce(Member& worker, Member& control);
  void receive(Member& member, const ChannelMessage& message);
  void serve(Member& member);

  // A process whose end is known, but that still closes its connections and cannot be reaped.
  struct Ending {
    pid_t pid;
    Member* member;
    Micros lived;
    uint32_t lost;  // client connections
  };
  void lose(Member& member, int status);
  void notice_end(Member& member);
  Ending part_with(Member& member, ProcessState state);
  void tell_end(const Ending& end, int status, std::string_view when);
  void tell_return(const Member& member);
  bool is_ending(const Member& member) const;
  bool addresses_leave();
  void end_others();
  void restart_later(Member& member, Millis lived);
  void judge_start(const Member& member);
  void check_ended();

  void tick();
  void watch(Member& member, int64_t now_ns);
  void end_hung(Member& member);

  Member& control() { return *members_.front(); }
  void tell(Member& member, uint32_t note);
  void ring_others(const Member& member);

  Loop& loop_;
  const Inherited& inherited_;
  const RoleMakers& makers_;
  GenerationEvents events_;
  std::function<void()> leave_;
  std::vector<std::unique_ptr<Member>> members_;  // control, vrrp where configured, the workers
  std::vector<Ending> endings_;
  std::vector<Fd> doorbells_;
  HangJudge judge_;
  LoadAudit audit_;
  Timer ticker_;
  Timer killer_;
  enum class Phase : uint8_t { kStarting, kServing, kDraining, kStopping, kEnded };
  Phase phase_ = Phase::kStarting;
  bool leaving_ = false;  // the vrrp process hands its addresses over before all else
};

}  // namespace hawser
