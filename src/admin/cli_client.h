// SPDX-License-Identifier: MIT
// One connection to the runtime socket: moves bytes between the descriptor and a CliSession, and
// runs the commands that come out of it.
#pragma once

#include <functional>
#include <memory>

#include "admin/cli_session.h"
#include "base/fd.h"
#include "loop/watch.h"

namespace hawser {

struct CliContext {
  const Config& config;
  Shared& shared;
  RuntimeControl& control;
};

class CliClient : public std::enable_shared_from_this<CliClient> {
 public:
  // `done` is called once, at the end of the connection; it takes the client away.
  CliClient(Loop& loop, const CliContext& context, Fd fd, CliLevel level,
            std::function<void()> done);
  CliClient(const CliClient&) = delete;
  CliClient& operator=(const CliClient&) = delete;

 private:
  void on_event(int events);
  void receive();
  bool run_commands();
  void run(const CliRequest& request);
  void reply(uint64_t command, std::string text);
  void stream(uint64_t command, AnswerSource source);
  void advance();
  void pull_answer();
  bool send();
  void close();
  void update_watch();
  void restart_timeout() { timeout_.start(session_.state().timeout); }

  CliContext context_;
  Fd fd_;
  CliSession session_;
  AnswerSource source_;        // of the answer that is being sent; empty: none
  uint64_t command_ = 0;       // counts, so that a second reply to one command is noticed
  size_t sent_ = 0;            // bytes of session_.out() that are gone
  bool commands_done_ = true;  // all that the client has sent so far; false: come back to them
  bool ended_ = false;         // the client sends no more
  bool closed_ = false;
  std::function<void()> done_;
  FdWatch watch_;
  Timer timeout_;
};

}  // namespace hawser
