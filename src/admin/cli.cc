// SPDX-License-Identifier: MIT
#include "admin/cli.h"

#include <errno.h>
#include <sys/socket.h>

#include "admin/cli_client.h"
#include "admin/stats_marks.h"

namespace hawser {
namespace {

// How long accepting rests when the process has no descriptor left.
constexpr Millis kAcceptRest{100};
// Twice a second, so that no whole second is missed.
constexpr Millis kRatePeriod{500};

CliLevel level_of(const BindConfig& bind) {
  if (bind.level == "admin") return CliLevel::kAdmin;
  return bind.level == "user" ? CliLevel::kUser : CliLevel::kOperator;
}

}  // namespace

CliServer::CliServer(Loop& loop, const Config& config, Shared& shared, RuntimeControl& control,
                     const std::vector<CliListener>& listeners)
    : loop_(loop),
      config_(config),
      shared_(shared),
      control_(control),
      resume_(loop, [this] { update_listeners(); }),
      rates_(loop, [this] { note_rates(config_, shared_, monotonic_ms()); }) {
  listening_.reserve(listeners.size());  // the callbacks point to the elements
  for (const CliListener& listener : listeners) {
    Listening& here =
        listening_.emplace_back(Listening{listener.fd, level_of(*listener.bind), nullptr});
    here.watch = std::make_unique<FdWatch>(loop, listener.fd, FdWatch::kRead,
                                           [this, &here](int) { accept_from(here); });
  }
  rates_.start(kRatePeriod, kRatePeriod);
}

CliServer::~CliServer() = default;

void CliServer::accept_from(const Listening& listening) {
  while (!stopped_ && clients_.size() < config_.global.stats_maxconn) {
    Fd client(::accept4(listening.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client) {
      short_of_descriptors_ = false;
      serve(std::move(client), listening.level);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      if (!std::exchange(short_of_descriptors_, true)) {
        HW_WARN("Runtime socket: accepting rests for lack of descriptors or memory.");
      }
      for (const Listening& each : listening_) each.watch->set(0);
      resume_.start(kAcceptRest);
    }
    return;
  }
}

void CliServer::serve(Fd fd, CliLevel level) {
  const uint64_t id = next_id_++;
  clients_.emplace(
      id, std::make_shared<CliClient>(loop_, CliContext{config_, shared_, control_}, std::move(fd),
                                      level, [this, id] { remove(id); }));
  update_listeners();
}

void CliServer::stop_accepting() {
  stopped_ = true;
  update_listeners();
}

// A full house leaves the next ones in the backlog.
void CliServer::update_listeners() {
  const bool open = !stopped_ && clients_.size() < config_.global.stats_maxconn;
  for (const Listening& each : listening_) each.watch->set(open ? FdWatch::kRead : 0);
}

void CliServer::remove(uint64_t id) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  // It may be one of its own methods that got here.
  loop_.bury(std::make_unique<std::shared_ptr<CliClient>>(std::move(found->second)));
  clients_.erase(found);
  update_listeners();
}

}  // namespace hawser
