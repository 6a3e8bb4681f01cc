// SPDX-License-Identifier: MIT
#include "vrrp/command_process.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "loop/watch.h"
#include "vrrp/hook.h"

namespace hawser {
namespace {

using User = ProcessLauncher::User;

User find_user(const std::string& name) {
  User user;
  const passwd* found = getpwnam(name.c_str());
  if (found == nullptr) {
    user.problem = fmt::format("there is no user '{}'", name);
    return user;
  }
  user.uid = found->pw_uid;
  user.gid = found->pw_gid;
  int count = 0;
  getgrouplist(name.c_str(), user.gid, nullptr, &count);
  user.groups.resize(static_cast<size_t>(std::max(count, 1)));
  count = static_cast<int>(user.groups.size());
  if (getgrouplist(name.c_str(), user.gid, user.groups.data(), &count) < 0) count = 0;
  user.groups.resize(static_cast<size_t>(count));
  return user;
}

enum class Step : int { kUser, kExecute };

// What the child tells when it cannot become the command.
struct Failure {
  Step step;
  int error;
};

std::string describe(const Failure& failure, const CommandSpec& spec, const std::string& program) {
  const std::string why = strerror(failure.error);
  if (failure.step == Step::kUser) {
    const std::string_view user = spec.user.empty() ? "nobody" : std::string_view(spec.user);
    return fmt::format("cannot become user '{}': {}", user, why);
  }
  std::string hint;
  if (failure.error == ENOEXEC) hint = " (does it begin with '#!'?)";
  return fmt::format("cannot execute '{}': {}{}", program, why, hint);
}

// Everything that the child needs, made before the fork: after it, only system calls are allowed.
struct Launch {
  std::vector<std::string> words;
  std::vector<char*> argv, envp;
  const User* user;  // nullptr: stay who we are
  int null_in, output, report;
  pid_t parent;
};

constexpr int kReportFd = 3;

[[noreturn]] void give_up(Step step) {
  const Failure failure{step, errno};
  [[maybe_unused]] const ssize_t n = write(kReportFd, &failure, sizeof failure);
  _exit(127);
}

void close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
  const long limit = sysconf(_SC_OPEN_MAX);
  for (long fd = first; fd < limit; ++fd) close(static_cast<int>(fd));
}

[[noreturn]] void become(const Launch& launch) {
  // What we ignore would be ignored by the command as well.
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setsid();
  // Out of the way of the standard descriptors first: any of ours may have their numbers.
  const int in = fcntl(launch.null_in, F_DUPFD, 16), out = fcntl(launch.output, F_DUPFD, 16),
            report = fcntl(launch.report, F_DUPFD, 16);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  dup2(report, kReportFd);
  fcntl(kReportFd, F_SETFD, FD_CLOEXEC);
  close_from(kReportFd + 1);
  if (launch.user != nullptr) {
    const User& user = *launch.user;
    if (setgroups(user.groups.size(), user.groups.data()) != 0 ||
        setresgid(user.gid, user.gid, user.gid) != 0 ||
        setresuid(user.uid, user.uid, user.uid) != 0) {
      give_up(Step::kUser);
    }
  }
  // A successor of control starts what was interrupted anew, and must not meet it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(127);  // it is gone already
  umask(022);
  [[maybe_unused]] const int moved = chdir("/");
  execve(launch.argv[0], launch.argv.data(), launch.envp.data());
  give_up(Step::kExecute);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

class Process final : public CommandRun {
 public:
  Process(Loop& loop, Deadlines& deadlines, CommandSpec spec, CommandLauncher::Done done)
      : loop_(loop),
        spec_(std::move(spec)),
        done_(std::move(done)),
        deadline_(deadlines, [this] { time_out(); }) {}

  ~Process() override {
    if (pid_ <= 0) return;
    kill_all(SIGKILL);
    waitpid(pid_, nullptr, WNOHANG);
  }

  Result<> start(const User* user) {
    int output[2], report[2];
    const Fd null_in(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null_in) return errno_error("cannot open /dev/null", errno);
    if (pipe2(output, O_CLOEXEC | O_NONBLOCK) != 0) return errno_error("cannot make a pipe", errno);
    output_.reset(output[0]);
    const Fd output_end(output[1]);
    if (pipe2(report, O_CLOEXEC | O_NONBLOCK) != 0) return errno_error("cannot make a pipe", errno);
    report_.reset(report[0]);
    const Fd report_end(report[1]);
    // The command writes to a pipe like any other.
    fcntl(output_end.get(), F_SETFL, 0);

    Launch launch;
    launch.words = hook_arguments(spec_.command, spec_.args);
    std::string& program = launch.words.front();
    if (program.find('/') == program.npos) program = find_program(program).value_or(program);
    program_ = program;
    spec_.environment.push_back("PATH=" + std::string(kHookPath));
    launch.argv = pointers(launch.words);
    // Ours first: of two variables of one name, the first counts.
    for (std::string& variable : spec_.environment) launch.envp.push_back(variable.data());
    for (char** variable = environ; *variable != nullptr; ++variable) {
      launch.envp.push_back(*variable);
    }
    launch.envp.push_back(nullptr);
    launch.user = user;
    launch.null_in = null_in.get();
    launch.output = output_end.get();
    launch.report = report_end.get();
    launch.parent = getpid();

    started_ns_ = monotonic_ns();
    const pid_t pid = fork();
    if (pid < 0) return errno_error("cannot start a process", errno);
    if (pid == 0) become(launch);
    return adopt(pid);
  }

 private:
  Result<> adopt(pid_t pid) {
    pid_ = pid;
    pidfd_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec
    if (!pidfd_) {
      const int error = errno;
      // It has only just begun, and will not be long in ending.
      kill_all(SIGKILL);
      waitpid(std::exchange(pid_, 0), nullptr, 0);
      return errno_error("cannot watch a process", error);
    }
    exit_watch_ =
        std::make_unique<FdWatch>(loop_, pidfd_.get(), FdWatch::kRead, [this](int) { reap(); });
    output_watch_ = std::make_unique<FdWatch>(loop_, output_.get(), FdWatch::kRead,
                                              [this](int) { take_output(); });
    if (spec_.timeout != CommandSpec::kNoTimeout) deadline_.set_in(spec_.timeout);
    return {};
  }

  void take_output() {
    char buffer[4096];
    for (;;) {
      const ssize_t got = read(output_.get(), buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        if (got == 0) output_watch_->set(0);
        return;
      }
      const size_t room = kMaxCommandOutput - end_.output.size();
      end_.output.append(buffer, std::min(static_cast<size_t>(got), room));
    }
  }

  // Until setsid() has run in the child there is no such group.
  void kill_all(int signal) const {
    if (kill(-pid_, signal) != 0) kill(pid_, signal);
  }

  void time_out() {
    const bool first = end_.how != CommandEnd::How::kTimedOut;
    end_.how = CommandEnd::How::kTimedOut;
    kill_all(first ? SIGTERM : SIGKILL);
    deadline_.set_in(ProcessLauncher::kGrace);
  }

  void reap() {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return;
    // What it left behind was part of what took too long.
    if (end_.how == CommandEnd::How::kTimedOut) kill(-pid_, SIGKILL);
    pid_ = 0;
    deadline_.clear();
    exit_watch_->set(0);
    take_output();
    output_watch_->set(0);
    end_.duration = Micros((monotonic_ns() - started_ns_) / 1000);
    Failure failure{};
    if (read(report_.get(), &failure, sizeof failure) == sizeof failure) {
      end_.how = CommandEnd::How::kNotStarted;
      end_.text = describe(failure, spec_, program_);
    } else if (end_.how != CommandEnd::How::kTimedOut) {
      const bool signalled = WIFSIGNALED(status);
      end_.how = signalled ? CommandEnd::How::kSignal : CommandEnd::How::kExited;
      end_.code = signalled ? WTERMSIG(status) : WEXITSTATUS(status);
    }
    done_(end_);
  }

  Loop& loop_;
  CommandSpec spec_;
  CommandLauncher::Done done_;
  Deadline deadline_;
  std::string program_;
  pid_t pid_ = 0;
  Fd pidfd_, output_, report_;
  std::unique_ptr<FdWatch> exit_watch_, output_watch_;
  int64_t started_ns_ = 0;
  CommandEnd end_;
};

}  // namespace

ProcessLauncher::ProcessLauncher(Loop& loop, Deadlines& deadlines,
                                 const std::set<std::string>& users)
    : loop_(loop), deadlines_(deadlines), may_change_user_(geteuid() == 0) {
  for (const std::string& name : users) {
    if (!name.empty()) users_.emplace(name, find_user(name));
  }
  if (may_change_user_) users_.emplace("", find_user("nobody"));
}

Result<std::unique_ptr<CommandRun>> ProcessLauncher::start(const CommandSpec& spec, Done done) {
  const auto found = users_.find(spec.user);
  const User* user = found == users_.end() ? nullptr : &found->second;
  HW_ASSERT(user != nullptr || spec.user.empty());
  if (user != nullptr && !user->problem.empty()) return Error{user->problem};
  if (user != nullptr && user->uid == geteuid() && user->gid == getegid()) user = nullptr;
  auto process = std::make_unique<Process>(loop_, deadlines_, spec, std::move(done));
  if (const auto started = process->start(user); !started) return started.error();
  return std::unique_ptr<CommandRun>(std::move(process));
}

}  // namespace hawser
