// SPDX-License-Identifier: MIT
#include "proxy/worker.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "loop/watch.h"
#include "proxy/net/listener.h"
#include "proxy/runtime.h"
#include "proxy/stream/bad_message.h"
#include "proxy/stream/stream.h"

namespace hawser {
namespace {

constexpr Millis kHousekeeping{100};
constexpr int64_t kPurgeEveryMs = 1000;

class Worker final : public Role, public SessionRegistry {
 public:
  Worker(Loop& loop, WorkerSetup setup)
      : plane_(loop, setup.config, setup.shared, setup.worker, setup.log),
        timer_(loop, [this] { keep_house(); }) {
    plane_.stop_waiting_for_places();  // whom this worker replaces may have waited
    for (const ListenSocket& socket : setup.sockets) {
      Frontend* frontend = plane_.frontends[socket.bind->proxy].get();
      if (frontend != nullptr)
        listeners_.push_back(std::make_unique<Listener>(plane_, *this, *frontend, socket));
    }
    loop.add_turn_hook([this](int64_t now_ms) {
      plane_.wheel.advance(now_ms);
      plane_.log.flush();
      return plane_.wheel.next_ms();
    });
  }

  ~Worker() override { kill_all(); }

  void start(std::function<void()> ready) override {
    plane_.log.collect(true);
    plane_.deaf_ns().store(0, std::memory_order_relaxed);  // of one that died at this place
    for (const auto& listener : listeners_) {
      if (is_ours(*listener)) listener->open();
    }
    timer_.start(kHousekeeping, kHousekeeping);
    ready();
  }

  void drain(std::function<void()> finished) override {
    plane_.draining = true;
    finished_ = std::move(finished);
    for (const auto& listener : listeners_) listener->close();
    plane_.stop_waiting_for_places();
    for (Session* session = first_; session != nullptr;) {
      Session* next = session->next;
      session->drain();
      session = next;
    }
    if (first_ == nullptr) finish_drain();
  }

  std::string answer(const std::string& request) override;

  void doorbell() override {
    follow_frontends();
    watch_neighbours();
    for (const auto& backend : plane_.backends) {
      if (backend == nullptr) continue;
      plane_.notice_server_changes(*backend);
      plane_.serve_queues(*backend);
    }
    resume_listeners();
  }

  void session_began(std::unique_ptr<Session> session) override {
    Session* added = session.release();
    added->next = std::exchange(first_, added);
    if (added->next != nullptr) added->next->previous = added;
    added->start();
  }

  void session_ended(Session& session) override {
    (session.previous != nullptr ? session.previous->next : first_) = session.next;
    if (session.next != nullptr) session.next->previous = session.previous;
    const bool offered = session.listener().session_ended();
    plane_.loop.bury(std::unique_ptr<Session>(&session));
    if (any_paused_ && !offered) resume_listeners();
    if (plane_.draining && first_ == nullptr) finish_drain();
  }

  void listener_paused() override { any_paused_ = true; }

 private:
  bool is_ours(const Listener& listener) const {
    return listener.owner() == plane_.worker || listener.owner() == kNoIndex;
  }

  void keep_house() {
    if (plane_.draining) return;
    watch_neighbours();
    plane_.end_accept_failure();
    resume_listeners();
    if (plane_.now_ms() - purged_ms_ >= kPurgeEveryMs) {
      purged_ms_ = plane_.now_ms();
      plane_.purge_idle_conns();
    }
  }

  // Those that were paused, resumed or stopped at run time.
  void follow_frontends() {
    if (plane_.draining) return;
    for (const auto& listener : listeners_) {
      if (!plane_.is_open(listener->frontend())) {
        listener->close();
      } else if (is_ours(*listener) && !listener->is_paused()) {
        listener->open();
      }
    }
  }

  // No share of the clients waits for a sick process: its sockets are ours for as long as it lasts.
  void watch_neighbours() {
    if (plane_.draining) return;
    for (const auto& listener : listeners_) {
      if (is_ours(*listener)) continue;
      const Heartbeat& beat = plane_.shared.process(kFirstWorker + listener->owner());
      const bool serves = beat.state.load(std::memory_order_acquire) == ProcessState::kServing;
      if (serves && plane_.is_alive(listener->owner())) {
        listener->close();
      } else if (!listener->is_paused()) {
        listener->open();
      }
    }
  }

  void resume_listeners() {
    if (std::exchange(any_paused_, false)) plane_.stop_waiting_for_places();
    if (plane_.draining) return;
    for (const auto& listener : listeners_) listener->resume();
  }

  void finish_drain() {
    timer_.stop();
    if (finished_) std::exchange(finished_, nullptr)();
  }

  void kill_all() {
    plane_.draining = true;
    while (first_ != nullptr) first_->kill();
    plane_.loop.empty_graveyard();
  }

  DataPlane plane_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Session* first_ = nullptr;
  Timer timer_;
  std::function<void()> finished_;
  int64_t purged_ms_ = 0;
  bool any_paused_ = false;
};

// What other processes ask for (RuntimeControl::ask_workers): "show sess [<id>|all]", "show errors
// [<proxy>] [request|response]", "shutdown session <id>", "shutdown sessions server <slot>".
std::string Worker::answer(const std::string& request) {
  constexpr std::string_view kShowSess = "show sess", kShowErrors = "show errors",
                             kOfServer = "shutdown sessions server ";
  std::string out;
  if (request.starts_with(kShowSess)) {
    const std::string_view which = trim(std::string_view(request).substr(kShowSess.size()));
    for (const Session* session = first_; session != nullptr; session = session->next) {
      if (which.empty()) {
        out += session->describe();
      } else if (which == "all" || which == session->name()) {
        out += session->dump();
      }
    }
  } else if (request.starts_with(kShowErrors)) {
    const std::string_view which = trim(std::string_view(request).substr(kShowErrors.size()));
    out = answer_show_errors(plane_.captured_errors(), plane_.config, which);
  } else if (request.starts_with(kOfServer)) {
    const auto slot = parse_uint(std::string_view(request).substr(kOfServer.size()));
    for (Session* session = first_; session != nullptr;) {
      Session* next = session->next;
      const Stream* stream = session->stream();
      const Server* server = stream == nullptr ? nullptr : stream->server();
      if (server != nullptr && server->slot == slot) session->kill();
      session = next;
    }
  } else if (request.starts_with("shutdown session ")) {
    const std::string id = request.substr(17);
    for (Session* session = first_; session != nullptr; session = session->next) {
      if (session->name() != id) continue;
      session->kill();
      return "done\n";
    }
  }
  return out;
}

}  // namespace

std::unique_ptr<Role> make_worker_role(Loop& loop, WorkerSetup setup) {
  return std::make_unique<Worker>(loop, std::move(setup));
}

}  // namespace hawser
