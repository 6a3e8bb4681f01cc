// SPDX-License-Identifier: MIT
// Questions of control to the workers, for what shared memory cannot say.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "loop/channel.h"
#include "loop/watch.h"

namespace hawser {

// Control's ends of its channels to the workers.
class WorkerLinks {
 public:
  static constexpr Millis kLimit{1000};

  WorkerLinks(Loop& loop, uint32_t workers);
  ~WorkerLinks();

  // Replaces the channel of a worker that was started anew.
  void connect(uint32_t worker, Fd end);

  // Calls `done` with the answers, in the order of the workers, as soon as all that are alive have
  // answered, and after kLimit at the latest.
  void ask(std::string_view request, std::function<void(std::string)> done);

 private:
  struct Question {
    std::vector<std::string> answers;
    std::vector<bool> waiting;
    std::function<void(std::string)> done;
    std::unique_ptr<Timer> limit;
    bool is_complete() const;
  };
  void receive(uint32_t worker, const ChannelMessage& message);
  void lose(uint32_t worker);
  void finish(uint64_t id);
  Loop& loop_;
  std::vector<std::unique_ptr<Channel>> links_;
  std::vector<uint64_t> connections_;  // counts the channels each worker has had
  std::map<uint64_t, std::unique_ptr<Question>> questions_;
  uint64_t last_id_ = 0;
};

// A worker's end: answers what control asks.
class ControlLink {
 public:
  ControlLink(Loop& loop, Fd end, std::function<std::string(const std::string&)> answer);

 private:
  void receive(const ChannelMessage& message);
  std::function<std::string(const std::string&)> answer_;
  Channel channel_;
};

}  // namespace hawser
