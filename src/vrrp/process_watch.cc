// SPDX-License-Identifier: MIT
#include "vrrp/process_watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <utility>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "vrrp/script_verdict.h"

namespace hawser {
namespace {

// nullopt: it may say something, but this process has no descriptor or no memory left for it.
std::optional<std::string> read_start(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) return std::nullopt;
  if (!fd) return "";
  char content[1024];
  const ssize_t got = read(fd.get(), content, sizeof content);
  return got > 0 ? std::string(content, static_cast<size_t>(got)) : "";
}

// nullopt: they cannot be read at the moment, which says nothing about the process.
std::optional<ProcessNames> names_of(const std::string& proc, pid_t pid) {
  const std::string folder = fmt::format("{}/{}", proc, pid);
  const auto comm = read_start(folder + "/comm"), line = read_start(folder + "/cmdline");
  if (!comm || !line) return std::nullopt;
  ProcessNames names;
  names.comm = *comm;
  if (names.comm.ends_with('\n')) names.comm.pop_back();
  names.argument = line->substr(0, line->find('\0'));
  // Only its owner and root may read it; the argument says mostly the same.
  char program[1024];
  const ssize_t length = readlink((folder + "/exe").c_str(), program, sizeof program);
  if (length > 0) names.program.assign(program, static_cast<size_t>(length));
  return names;
}

// nullopt: not all of them can be read at the moment.
std::optional<std::map<pid_t, ProcessNames>> read_all(const std::string& proc) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(proc.c_str()), closedir);
  if (folder == nullptr) return std::nullopt;
  std::map<pid_t, ProcessNames> all;
  while (const dirent* entry = readdir(folder.get())) {
    const auto number = parse_uint(entry->d_name);
    if (!number) continue;
    const auto pid = static_cast<pid_t>(*number);
    auto names = names_of(proc, pid);
    if (!names) return std::nullopt;
    all.emplace(pid, std::move(*names));
  }
  return all;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

bool names_process(std::string_view subject, const ProcessNames& process) {
  if (subject.find('/') != subject.npos) {
    return subject == process.program || subject == process.argument;
  }
  constexpr size_t kCommLength = 15;  // TASK_COMM_LEN without its NUL
  return subject == last_part(process.program) || subject == last_part(process.argument) ||
         subject.substr(0, kCommLength) == process.comm;
}

class ProcessWatch::Target {
 public:
  Target(ProcessWatch& owner, const TrackConfig& track)
      : owner_(owner),
        track_(track),
        state_(owner.shared_.track_state(track.slot)),
        delay_(owner.deadlines_, [this] { apply(); }) {}

  void look_at(pid_t pid, const ProcessNames& names) {
    if (names_process(track_.subject, names)) {
      pids_.insert(pid);
    } else {
      pids_.erase(pid);
    }
  }
  void forget(pid_t pid) { pids_.erase(pid); }
  void forget_all() { pids_.clear(); }

  // A change counts once it has lasted for `delay`; the first look counts at once.
  void settle() {
    if (state_.result.load() == static_cast<uint32_t>(wanted())) return delay_.clear();
    const bool first = state_.result.load() == static_cast<uint32_t>(TrackResult::kUnknown);
    if (first || track_.delay.count() == 0) return apply();
    if (!delay_.is_set()) delay_.set_in(track_.delay);
  }

 private:
  TrackResult wanted() const {
    return pids_.size() >= track_.at_least ? TrackResult::kUp : TrackResult::kDown;
  }

  void apply() {
    delay_.clear();
    const TrackResult result = wanted();
    if (state_.result.load() == static_cast<uint32_t>(result)) return;
    const bool up = result == TrackResult::kUp;
    log_at(up ? LogLevel::kNotice : LogLevel::kWarning,
           "track-process {}: {} of at least {} processes run", track_.subject, pids_.size(),
           track_.at_least);
    if (!up) state_.failures.fetch_add(1, std::memory_order_relaxed);
    state_.changed_ns.store(owner_.deadlines_.now_ms() * 1'000'000, std::memory_order_relaxed);
    state_.result.store(static_cast<uint32_t>(result), std::memory_order_release);
    owner_.changed_();
  }

  ProcessWatch& owner_;
  const TrackConfig& track_;
  TrackState& state_;
  std::set<pid_t> pids_;
  Deadline delay_;
};

ProcessWatch::ProcessWatch(Deadlines& deadlines, Shared& shared, std::function<void()> changed,
                           std::string proc)
    : deadlines_(deadlines),
      shared_(shared),
      changed_(std::move(changed)),
      proc_(std::move(proc)),
      next_(deadlines, [this] { poll(); }) {}

ProcessWatch::~ProcessWatch() = default;

void ProcessWatch::add(const TrackConfig& track) {
  targets_.push_back(std::make_unique<Target>(*this, track));
}

void ProcessWatch::start(bool is_told) {
  if (targets_.empty()) return;
  period_ = is_told ? kRecheck : kPoll;
  poll();
}

void ProcessWatch::poll() {
  look_at_all();
  next_.set_in(period_);
}

void ProcessWatch::look_at_all() {
  const auto all = read_all(proc_);
  if (!all) return;  // what was seen last holds
  for (const auto& target : targets_) {
    target->forget_all();
    for (const auto& [pid, names] : *all) target->look_at(pid, names);
  }
  settle();
}

void ProcessWatch::process_changed(pid_t pid) {
  const auto names = names_of(proc_, pid);
  if (!names) return;
  for (const auto& target : targets_) target->look_at(pid, *names);
  settle();
}

void ProcessWatch::process_ended(pid_t pid) {
  for (const auto& target : targets_) target->forget(pid);
  settle();
}

void ProcessWatch::settle() {
  for (const auto& target : targets_) target->settle();
}

}  // namespace hawser
