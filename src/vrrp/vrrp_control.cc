// SPDX-License-Identifier: MIT
#include "vrrp/vrrp_control.h"

#include <set>

#include "base/log.h"
#include "loop/watch.h"
#include "vrrp/alert_mail.h"
#include "vrrp/command_process.h"
#include "vrrp/event_fifo.h"
#include "vrrp/event_reader.h"
#include "vrrp/file_watch.h"
#include "vrrp/notify.h"
#include "vrrp/proc_connector.h"
#include "vrrp/process_watch.h"
#include "vrrp/script_runner.h"
#include "vrrp/tracker.h"
#include "vrrp/wishes.h"

namespace hawser {
namespace {

std::set<std::string> users_of(const Config& config) {
  std::set<std::string> users;
  for (const auto& script : config.vrrp_scripts) users.insert(script->user);
  for (const auto& section : config.vrrps) users.insert(section->notify.user);
  for (const auto& group : config.vrrp_groups) users.insert(group->notify.user);
  users.insert(config.vrrp_process.notify_fifo.user);
  return users;
}

// The lines of one type, one for each place in shared memory: lines that look at the same share it.
std::vector<const TrackConfig*> tracks_by_slot(const Config& config, std::string_view type) {
  std::vector<const TrackConfig*> out;
  std::set<uint32_t> seen;
  const auto add = [&](const std::vector<TrackConfig>& tracks) {
    for (const TrackConfig& track : tracks) {
      if (track.type == nullptr || track.type->name != type || track.slot == kNoIndex) continue;
      if (seen.insert(track.slot).second) out.push_back(&track);
    }
  };
  for (const auto& section : config.vrrps) add(section->tracks);
  for (const auto& group : config.vrrp_groups) add(group->tracks);
  return out;
}

}  // namespace

struct VrrpControl::State {
  State(Loop& with_loop, const Config& with_config, Shared& with_shared, ServiceProber& services)
      : loop(with_loop),
        config(with_config),
        shared(with_shared),
        deadlines([this] { return loop.now_ms(); }),
        launcher(loop, deadlines, users_of(config)),
        paths(loop, deadlines),
        scripts(
            {loop, deadlines, config, shared, launcher, services, paths, [this] { ring_vrrp(); }}),
        files(shared, paths, [this] { ring_vrrp(); }),
        processes(deadlines, shared, [this] { ring_vrrp(); }),
        subjects(config),
        reader(config, shared),
        notifier(loop, shared, launcher, subjects),
        mails(loop, deadlines, config, shared),
        wishes(deadlines, config, shared),
        patience(deadlines, [this] { finish(); }) {
    open_fifo();
    for (const TrackConfig* track : tracks_by_slot(config, "process")) processes.add(*track);
    if (processes.is_empty()) return;
    auto opened = ProcConnector::open(loop, {[this](pid_t pid) { processes.process_changed(pid); },
                                             [this](pid_t pid) { processes.process_ended(pid); },
                                             [this] { processes.look_at_all(); }});
    if (opened) {
      connector = std::move(*opened);
    } else {
      HW_INFO("track-process looks once a second: {}", opened.error().text);
    }
  }

  void ring_vrrp() { Doorbell::ring(shared.process(kVrrpSlot).doorbell.load()); }

  void read_events() {
    reader.read([this](const ReadEvent& event) {
      subjects.take(event, [this](const SubjectEvent& made) {
        if (fifo) fifo->take(made);
        notifier.take(made);
        mails.take(made);
      });
    });
  }

  void recall() {
    reader.recall([this](const ReadEvent& event) {
      subjects.take(event, [this](const SubjectEvent& made) { notifier.recall(made); });
    });
    notifier.run_recalled();
  }

  bool has_said_goodbye() const {
    const ProcessState vrrp = shared.process(kVrrpSlot).state.load();
    return vrrp == ProcessState::kAbsent || vrrp == ProcessState::kDead || subjects.all_stopped();
  }

  void check_finished() {
    if (!finished || !has_said_goodbye()) return;
    if (fifo) fifo->end();
    if (notifier.is_idle() && mails.is_idle() && (!fifo || fifo->is_idle())) finish();
  }

  void open_fifo() {
    const NotifyFifoConfig& wanted = config.vrrp_process.notify_fifo;
    if (wanted.path.empty()) return;
    auto opened = EventFifo::open(loop, deadlines, launcher, wanted);
    if (!opened) return HW_ALERT("notify-fifo: {}", opened.error().text);
    fifo = std::move(*opened);
  }

  void finish() {
    patience.clear();
    if (finished) std::exchange(finished, nullptr)();
  }

  Loop& loop;
  const Config& config;
  Shared& shared;
  Deadlines deadlines;
  ProcessLauncher launcher;
  PathWatcher paths;
  ScriptRunner scripts;
  FileWatch files;
  ProcessWatch processes;
  std::unique_ptr<ProcConnector> connector;  // nullptr: no process is tracked, or /proc is polled
  Subjects subjects;
  EventReader reader;
  Notifier notifier;
  std::unique_ptr<EventFifo> fifo;  // nullptr: none
  AlertMails mails;
  VrrpWishes wishes;
  std::function<void()> finished;  // set once the program ends
  Deadline patience;
};

VrrpControl::VrrpControl(Loop& loop, const Config& config, Shared& shared, ServiceProber& services)
    : state_(std::make_shared<State>(loop, config, shared, services)) {
  loop.add_turn_hook([weak = std::weak_ptr(state_)](int64_t) {
    const auto state = weak.lock();
    if (!state) return INT64_MAX;
    state->deadlines.advance();
    state->check_finished();
    return state->deadlines.next_ms();
  });
}

VrrpControl::~VrrpControl() = default;

void VrrpControl::start() {
  if (state_->fifo) state_->fifo->start();
  state_->recall();
  state_->read_events();
  state_->wishes.start();
  state_->scripts.start();
  for (const TrackConfig* track : tracks_by_slot(state_->config, "file")) {
    state_->files.add(*track);
  }
  state_->processes.start(state_->connector != nullptr);
}

void VrrpControl::doorbell() {
  state_->read_events();
  state_->wishes.look_for_answers();
  state_->check_finished();
}

void VrrpControl::ask(std::span<const uint32_t> instances, const VrrpRequest& request,
                      std::function<void(std::string)> done) {
  state_->wishes.ask(instances, request, std::move(done));
}

void VrrpControl::stop(std::function<void()> finished) {
  state_->read_events();
  state_->finished = std::move(finished);
  state_->notifier.hurry(kGoodbye);
  state_->patience.set_in(kGoodbye);
  state_->check_finished();
}

}  // namespace hawser
