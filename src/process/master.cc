// SPDX-License-Identifier: MIT
#include "process/master.h"

#include <fmt/core.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "config/parser.h"
#include "loop/watch.h"
#include "process/child.h"
#include "process/daemon.h"
#include "process/generation.h"
#include "process/limits.h"
#include "process/notify.h"
#include "process/process_log.h"
#include "process/roles.h"
#include "process/single.h"
#include "shm/schedule.h"
#include "vrrp/rights.h"

namespace hawser {
namespace {

constexpr RoleMakers kRoles = {open_process_log, make_worker, make_control, make_vrrp,
                               release_vips};

int refuse(const Error& error) {
  HW_ALERT("{}", error.text);
  return 1;
}

uint32_t cores() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return static_cast<uint32_t>(std::max(1, CPU_COUNT(&allowed)));
}

Result<uint32_t> count_workers(const Config& config, bool single_process) {
  if (single_process) return 1u;
  if (config.global.nbproc == 0) return std::min(cores(), kMaxWorkers);
  if (config.global.nbproc <= kMaxWorkers) return config.global.nbproc;
  return Error{fmt::format("'nbproc {}': {} are the most", config.global.nbproc, kMaxWorkers)};
}

// The loop of the master process.
class Master {
 public:
  Master(const MasterOptions& options, const Inherited& inherited, Fd start_report)
      : inherited_(inherited),
        quiet_(options.quiet),
        start_report_(std::move(start_report)),
        signals_(loop_, {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP, SIGQUIT, SIGCHLD},
                 [this](int signal) { take(signal); }),
        notifier_(loop_, options.systemd),
        generation_(loop_, inherited, kRoles,
                    {[this] { announce(); }, [this](const std::string& why) { give_up(why); },
                     [this] { loop_.stop(); }},
                    [this] { leave(); }) {}

  int run() {
    for (const int signal : {SIGPIPE, SIGTTIN, SIGTTOU}) ::signal(signal, SIG_IGN);
    Heartbeat& heartbeat = inherited_.shared.process(kMasterSlot);
    heartbeat.pid.store(getpid());
    heartbeat.started_ns.store(monotonic_ns());
    heartbeat.state.store(ProcessState::kServing);
    beat_on_every_turn(loop_, heartbeat);
    generation_.start();
    loop_.run();
    return exit_code_;
  }

 private:
  void take(int signal) {
    switch (signal) {
      case SIGCHLD:
        return reap();
      case SIGUSR1:
        notifier_.stopping("Draining");
        HW_NOTICE("SIGUSR1: workers take no new connection and end with their last one");
        return generation_.drain();
      case SIGINT:
      case SIGTERM:
        exit_code_ = 128 + signal;
        notifier_.stopping("Stopping");
        return generation_.stop();
      case SIGQUIT:
        for (const std::string& line : generation_.process_table()) HW_NOTICE("{}", line);
        return;
      default:
        return HW_WARN("SIG{}: this version cannot reload; restart it to use a new configuration",
                       sigabbrev_np(signal));
    }
  }

  // Whoever is the first process of a container gets the orphans of others as well.
  void reap() {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) generation_.reap(pid, status);
  }

  void announce() {
    HW_NOTICE("{} worker{}{} and control serve", inherited_.shared.workers(),
              inherited_.shared.workers() == 1 ? "" : "s",
              inherited_.config.vrrp_instances.empty() ? "" : ", vrrp");
    notifier_.ready("Serving");
    if (inherited_.daemon) {
      set_log_stderr(false);
      detach_stdin();
      detach_output();
    } else if (quiet_) {
      set_log_stderr(false);
    }
    report_start(std::move(start_report_), 0);
  }

  void give_up(std::string_view why) {
    HW_ALERT("the start failed: {}", why);
    exit_code_ = 1;
    report_start(std::move(start_report_), 1);
    generation_.stop();
  }

  // In a new process: what a fork copies and only the master may hold.
  void leave() {
    loop_.close_descriptors();
    close(signals_.fd());
    if (start_report_) close(start_report_.get());
  }

  const Inherited& inherited_;
  const bool quiet_;
  int exit_code_ = 0;
  Fd start_report_;
  Loop loop_;
  SignalWatch signals_;
  SystemdNotifier notifier_;
  Generation generation_;
};

// In the background if asked to, with the pid of whoever runs from here on in the pid file.
int run_processes(const MasterOptions& options, Inherited inherited) {
  Fd start_report;
  if (inherited.daemon) {
    auto pipe = daemonize();
    if (!pipe) return refuse(pipe.error());
    start_report = std::move(pipe).value();
  }
  const std::string& path =
      options.pidfile.empty() ? inherited.config.global.pidfile : options.pidfile;
  PidFile pid_file;
  if (!path.empty()) {
    auto written = PidFile::write(path);
    if (!written) return refuse(written.error());
    pid_file = std::move(written).value();
  }
  if (options.single_process) return run_single(inherited, kRoles);
  inherited.usual_priority = raise_priority();
  open_process_log(inherited.config, nullptr);
  return Master(options, inherited, std::move(start_report)).run();
}

// Ends as any plain program does that a signal ends: what a debugger or a test driver that sent it
// expects to see.
void die_by(int signal_number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  signal(signal_number, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  raise(signal_number);
}

}  // namespace

int run_master(const MasterOptions& options, std::unique_ptr<Config> config) {
  const auto workers = count_workers(*config, options.single_process);
  if (!workers) return refuse(workers.error());
  const auto maxconn = set_limits(*config, options.maxconn, *workers);
  if (!maxconn) return refuse(maxconn.error());
  settle_maxconn(*config, *maxconn);
  const auto privileges = plan_privileges(*config);
  if (!privileges) return refuse(privileges.error());

  if (!config->vrrp_instances.empty()) {
    if (const auto may = vrrp::probe_rights(); !may) return refuse(may.error());
  }

  const auto place = [&options](SourcePos pos) {
    if (pos.file >= options.files.size()) return std::string("command line");
    return fmt::format("{}:{}", options.files[pos.file], pos.line);
  };
  std::vector<std::string> problems;
  Listeners listeners(*config, *workers, *maxconn, place, problems);
  for (const std::string& problem : problems) HW_ALERT("{}", problem);
  if (!problems.empty()) return 1;

  const auto shared = Shared::create(*config, *workers);
  if (!shared) return refuse(shared.error());
  (*shared)->header().maxconn.store(*maxconn);
  publish_schedules(**shared, *config);
  const bool daemon = (options.daemon || config->global.daemon) && !options.foreground &&
                      !options.single_process && !options.systemd;
  const bool locks_memory = config->vrrp_process.mlock && !options.single_process;
  const int code = run_processes(
      options, {*config, **shared, listeners, *privileges,
                vrrp_privileges(*privileges, locks_memory), options.single_process, daemon});
  if (options.single_process && code > 128) die_by(code - 128);
  return code;
}

}  // namespace hawser
