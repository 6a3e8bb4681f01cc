// SPDX-License-Identifier: MIT
#include "vrrp/notify.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "base/log.h"
#include "base/text.h"

namespace hawser {
namespace {

constexpr uint32_t kNoExitCode = 256;
constexpr size_t kMaxLoggedLines = 10;

std::string_view kind_word(const Subject& subject) {
  return subject.is_group ? "GROUP" : "INSTANCE";
}

// The commands for one event, in the order in which they run.
std::vector<CommandSpec> commands_for(const SubjectEvent& event) {
  const NotifyConfig& notify = *event.subject->notify;
  std::vector<CommandSpec> specs;
  const auto add = [&](const HookCommand& command, std::vector<std::string> args) {
    if (command.text.empty()) return;
    specs.push_back(
        {command.text, std::move(args), notify_environment(event), notify.user, notify.timeout});
  };
  add(notify.commands[static_cast<size_t>(event.what)], {});
  // keepalived's scripts know the four states only.
  if (event.what != VrrpEvent::kReasserted) {
    add(notify.every, {std::string(kind_word(*event.subject)), event.subject->name,
                       std::string(event_word(event.what)), std::to_string(event.told_priority())});
  }
  return specs;
}

void log_output(const std::string& who, const std::string& output) {
  size_t lines = 0;
  for (const std::string_view line : split(output, '\n')) {
    const std::string text = first_line(line);
    if (text.empty()) continue;
    if (++lines > kMaxLoggedLines) return HW_INFO("{}: (more lines)", who);
    HW_INFO("{}: {}", who, text);
  }
}

}  // namespace

std::vector<std::string> notify_environment(const SubjectEvent& event) {
  const Subject& subject = *event.subject;
  std::vector<std::string> out = {
      fmt::format("HAWSER_TYPE={}", kind_word(subject)),
      fmt::format("HAWSER_NAME={}", subject.name),
      fmt::format("HAWSER_STATE={}", event_word(event.what)),
      fmt::format("HAWSER_PRIORITY={}", event.priority),
      fmt::format("HAWSER_REASON={}", event.reason),
  };
  if (subject.section == nullptr) return out;
  const VrrpConfig& section = *subject.section;
  out.push_back("HAWSER_INTERFACE=" + section.interface);
  out.push_back(fmt::format("HAWSER_VRID={}", section.vrid));
  std::string addresses;
  for (const VirtualAddress& address : section.addresses) {
    if (!addresses.empty()) addresses += ' ';
    addresses += fmt::format("{}/{}", address.address.ip_text(), address.prefix);
  }
  out.push_back("HAWSER_ADDRESSES=" + addresses);
  return out;
}

class Notifier::Queue {
 public:
  Queue(Notifier& owner, const Subject& subject)
      : owner_(owner),
        slot_(owner.shared_.vrrp(subject.members.front())),
        notified_(subject.is_group ? slot_.group_notified : slot_.notified) {}

  void take(const SubjectEvent& event) {
    auto commands = commands_for(event);
    if (commands.empty()) {
      // Nothing runs for this state, but what waits for an older one is out of date.
      if (event.what != VrrpEvent::kReasserted) waiting_.reset();
      if (run_ == nullptr) finish(event.number);
      return;
    }
    waiting_ = Work{event, {commands.begin(), commands.end()}};
    if (run_ == nullptr) next();
  }

  void recall(const SubjectEvent& event) {
    if (event.what != VrrpEvent::kReasserted) last_ = event;
  }

  void run_recalled() {
    if (last_ && last_->number > notified_.load()) take(*last_);
    last_.reset();
  }

  bool is_idle() const { return run_ == nullptr; }

 private:
  struct Work {
    SubjectEvent event;
    std::deque<CommandSpec> commands;
  };

  // Starts the next command: of what waits rather than of what is out of date by now.
  void next() {
    for (;;) {
      if (waiting_) {
        now_ = std::move(waiting_);
        waiting_.reset();
      }
      if (!now_) return;
      if (now_->commands.empty()) {
        finish(now_->event.number);
        now_.reset();
        return;
      }
      CommandSpec spec = std::move(now_->commands.front());
      now_->commands.pop_front();
      spec.timeout = std::min(spec.timeout, owner_.limit_);
      command_ = spec.command;
      auto started = owner_.commands_.start(spec, [this](const CommandEnd& end) { ended(end); });
      if (started) {
        run_ = std::move(*started);
        return;
      }
      HW_ALERT("{}: notify script '{}' was not run: {}", who(), command_, started.error().text);
      count(false, Micros(0), kNoExitCode);
    }
  }

  void ended(const CommandEnd& end) {
    owner_.loop_.bury(std::move(run_));
    const bool exited = end.how == CommandEnd::How::kExited;
    count(end.is_success(), end.duration, exited ? static_cast<uint32_t>(end.code) : kNoExitCode);
    const auto took = std::chrono::duration_cast<Millis>(end.duration).count();
    const std::string line =
        fmt::format("{}: notify script '{}' for {}: {} after {} ms", who(), command_,
                    event_word(now_->event.what), describe(end), took);
    if (end.is_success()) {
      HW_INFO("{}", line);
    } else {
      HW_WARN("{}", line);
    }
    log_output(fmt::format("{}: notify script", who()), end.output);
    next();
  }

  void count(bool success, Micros duration, uint32_t exit) {
    slot_.notify_runs.fetch_add(1, std::memory_order_relaxed);
    if (!success) slot_.notify_failures.fetch_add(1, std::memory_order_relaxed);
    slot_.notify_ms.store(static_cast<uint32_t>(duration.count() / 1000));
    slot_.notify_exit.store(exit);
  }

  void finish(uint64_t number) { notified_.store(number); }
  const std::string& who() const { return now_->event.subject->name; }

  Notifier& owner_;
  VrrpSlot& slot_;
  std::atomic<uint64_t>& notified_;
  std::optional<Work> now_, waiting_;
  std::optional<SubjectEvent> last_;  // of a predecessor
  std::string command_;               // that runs
  std::unique_ptr<CommandRun> run_;
};

Notifier::Notifier(Loop& loop, Shared& shared, CommandLauncher& commands, const Subjects& subjects)
    : loop_(loop), shared_(shared), commands_(commands), subjects_(subjects) {
  for (const Subject& subject : subjects.all()) {
    queues_.push_back(std::make_unique<Queue>(*this, subject));
  }
}

Notifier::~Notifier() = default;

Notifier::Queue& Notifier::queue_of(const SubjectEvent& event) {
  return *queues_[static_cast<size_t>(event.subject - subjects_.all().data())];
}

void Notifier::take(const SubjectEvent& event) { queue_of(event).take(event); }

void Notifier::recall(const SubjectEvent& event) { queue_of(event).recall(event); }

void Notifier::run_recalled() {
  for (const auto& queue : queues_) queue->run_recalled();
}

bool Notifier::is_idle() const {
  return std::all_of(queues_.begin(), queues_.end(),
                     [](const auto& queue) { return queue->is_idle(); });
}

}  // namespace hawser
