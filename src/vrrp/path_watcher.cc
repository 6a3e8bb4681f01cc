// SPDX-License-Identifier: MIT
#include "vrrp/path_watcher.h"

#include <sys/inotify.h>

#include <string_view>

namespace hawser {

PathWatcher::PathWatcher(Loop& loop, Deadlines& deadlines)
    : inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      recheck_(deadlines, [this] { recheck(); }) {
  if (!inotify_) return;  // the kernel's instances are used up: the looks of recheck() are left
  readable_ = std::make_unique<FdWatch>(loop, inotify_.get(), FdWatch::kRead,
                                        [this](int) { read_events(); });
}

void PathWatcher::add(const std::string& path, std::function<void()> look) {
  const size_t slash = path.rfind('/');
  Path added;
  added.folder = slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  added.name = slash == path.npos ? path : path.substr(slash + 1);
  added.look = std::move(look);
  paths_.push_back(std::move(added));
  watch(paths_.back());
  paths_.back().look();
  recheck_.set_in(kRecheck);
}

// The folder is watched, not the file, which editors and mv(1) replace by another one. What is
// being written is not looked at before it is closed: a shell's `>` empties the file first.
void PathWatcher::watch(Path& path) {
  if (!inotify_) return;
  path.watch =
      inotify_add_watch(inotify_.get(), path.folder.c_str(),
                        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                            IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

void PathWatcher::read_events() {
  alignas(inotify_event) char buffer[8192];
  for (;;) {
    const ssize_t got = read(inotify_.get(), buffer, sizeof buffer);
    if (got <= 0) return;
    for (const char* at = buffer; at < buffer + got;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(at);
      at += sizeof event + event.len;
      const std::string_view name = event.len > 0 ? event.name : "";
      for (Path& path : paths_) {
        const bool all = (event.mask & IN_Q_OVERFLOW) != 0;
        if (!all && (path.watch != event.wd || (!name.empty() && path.name != name))) continue;
        path.look();
      }
    }
  }
}

// A folder that was replaced has another inode than the one that is watched: adding it again finds
// the new one, or the same watch.
void PathWatcher::recheck() {
  for (Path& path : paths_) {
    watch(path);
    path.look();
  }
  recheck_.set_in(kRecheck);
}

}  // namespace hawser
