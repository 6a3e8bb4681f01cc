// SPDX-License-Identifier: MIT
#include "vrrp/event_fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "base/log.h"
#include "vrrp/hook.h"

namespace hawser {
namespace {

constexpr Millis kRestart{1000};

Result<> give_to(int fd, const std::string& user, const std::string& path) {
  if (geteuid() != 0) return {};
  const passwd* owner = getpwnam(user.c_str());
  if (owner == nullptr) return Error{fmt::format("there is no user '{}' for {}", user, path)};
  if (fchown(fd, owner->pw_uid, owner->pw_gid) == 0) return {};
  return errno_error(fmt::format("cannot give {} to user '{}'", path, user), errno);
}

}  // namespace

std::string fifo_line(const SubjectEvent& event) {
  const Subject& subject = *event.subject;
  const bool reasserted = event.what == VrrpEvent::kReasserted;
  if (reasserted && subject.is_group) return {};
  return fmt::format("{} \"{}\" {} {}\n", subject.is_group ? "GROUP" : "INSTANCE", subject.name,
                     reasserted ? "MASTER_RX_LOWER_PRI" : event_word(event.what),
                     event.told_priority());
}

// Open for reading as well, it can be opened while nobody reads, and keeps what was written until
// somebody does.
Result<std::unique_ptr<EventFifo>> EventFifo::open(Loop& loop, Deadlines& deadlines,
                                                   CommandLauncher& commands,
                                                   const NotifyFifoConfig& config) {
  const std::string& path = config.path;
  const bool made = mkfifo(path.c_str(), 0600) == 0;
  if (!made && errno != EEXIST) return errno_error("cannot make the pipe " + path, errno);
  Fd fd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return errno_error("cannot open the pipe " + path, errno);
  struct stat status;
  if (fstat(fd.get(), &status) != 0 || !S_ISFIFO(status.st_mode)) {
    return Error{path + " is no named pipe"};
  }
  const std::string user = config.user.empty() ? std::string(kHookUser) : config.user;
  if (made) {
    if (const auto given = give_to(fd.get(), user, path); !given) return given.error();
  }
  return std::unique_ptr<EventFifo>(
      new EventFifo(loop, deadlines, commands, config, std::move(fd)));
}

EventFifo::EventFifo(Loop& loop, Deadlines& deadlines, CommandLauncher& commands,
                     const NotifyFifoConfig& config, Fd fd)
    : loop_(loop),
      commands_(commands),
      config_(config),
      fd_(std::move(fd)),
      again_(deadlines, [this] { start_reader(); }) {}

void EventFifo::start() {
  if (!config_.script.text.empty()) start_reader();
}

void EventFifo::take(const SubjectEvent& event) {
  const std::string line = fifo_line(event);
  if (!fd_ || line.empty()) return;
  // A line is shorter than PIPE_BUF: it is written whole, or not at all.
  const auto size = static_cast<ssize_t>(line.size());
  if (write(fd_.get(), line.data(), line.size()) == size) {
    if (lost_ != 0) HW_NOTICE("{} takes lines again; {} were lost", config_.path, lost_);
    lost_ = 0;
  } else if (lost_++ == 0) {
    HW_WARN("nobody reads {}: it is full, and lines for it are lost", config_.path);
  }
}

void EventFifo::start_reader() {
  CommandSpec spec{.command = config_.script.text,
                   .args = {config_.path},
                   .user = config_.user,
                   .timeout = CommandSpec::kNoTimeout};
  auto started = commands_.start(spec, [this](const CommandEnd& end) { reader_ended(end); });
  if (started) {
    reader_ = std::move(*started);
    return;
  }
  HW_ALERT("notify-fifo-script was not run: {}", started.error().text);
  again_.set_in(kRestart);
}

void EventFifo::reader_ended(const CommandEnd& end) {
  loop_.bury(std::move(reader_));
  if (!fd_) return;  // as was asked for
  const std::string said = first_line(end.output);
  HW_WARN("notify-fifo-script has ended ({}){}{}; it is started again", describe(end),
          said.empty() ? "" : ": ", said);
  again_.set_in(kRestart);
}

void EventFifo::end() {
  again_.clear();
  fd_.reset();
}

}  // namespace hawser
