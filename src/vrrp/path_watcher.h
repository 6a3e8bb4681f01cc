// SPDX-License-Identifier: MIT
// Tells when files appear, change and go: inotify(7), over one descriptor for all.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/fd.h"
#include "loop/watch.h"
#include "vrrp/deadlines.h"

namespace hawser {

class PathWatcher {
 public:
  // How often is looked at what inotify cannot tell: a folder that does not exist yet, a file on a
  // network file system, a kernel without watches left.
  static constexpr Millis kRecheck{1000};

  PathWatcher(Loop& loop, Deadlines& deadlines);

  // Calls `look` now, and whenever the file may have changed; the callback looks for itself.
  void add(const std::string& path, std::function<void()> look);

 private:
  struct Path {
    std::string folder, name;
    int watch = -1;
    std::function<void()> look;
  };
  void watch(Path& path);
  void read_events();
  void recheck();

  Fd inotify_;
  std::unique_ptr<FdWatch> readable_;
  Deadline recheck_;
  std::list<Path> paths_;
};

}  // namespace hawser
