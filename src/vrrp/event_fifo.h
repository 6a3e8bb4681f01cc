// SPDX-License-Identifier: MIT
// `notify-fifo`: every transition as a line in a named pipe, for one program that follows them all.
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "config/model.h"
#include "loop/loop.h"
#include "vrrp/command.h"
#include "vrrp/deadlines.h"
#include "vrrp/subject.h"

namespace hawser {

// "INSTANCE \"VI_1\" MASTER 100\n", as keepalived writes it; empty: it has no word for the event.
std::string fifo_line(const SubjectEvent& event);

class EventFifo {
 public:
  // Makes the pipe if it is not there. To be called before privileges are dropped.
  static Result<std::unique_ptr<EventFifo>> open(Loop& loop, Deadlines& deadlines,
                                                 CommandLauncher& commands,
                                                 const NotifyFifoConfig& config);

  void start();  // the reader, if there is one
  // Never waits: what does not fit in a pipe that nobody reads is lost, and that is logged.
  void take(const SubjectEvent& event);
  // Nothing more will come: the reader finds the end of the file, and is waited for.
  void end();
  bool is_idle() const { return reader_ == nullptr; }

 private:
  EventFifo(Loop& loop, Deadlines& deadlines, CommandLauncher& commands,
            const NotifyFifoConfig& config, Fd fd);
  void start_reader();
  void reader_ended(const CommandEnd& end);

  Loop& loop_;
  CommandLauncher& commands_;
  const NotifyFifoConfig& config_;
  Fd fd_;
  uint64_t lost_ = 0;  // lines, since the last one that was written
  std::unique_ptr<CommandRun> reader_;
  Deadline again_;  // starts a reader that has ended
};

}  // namespace hawser
