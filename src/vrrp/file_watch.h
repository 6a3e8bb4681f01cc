// SPDX-License-Identifier: MIT
// `track-file`: a number in a file, which operators and scripts write to move a priority, or to
// hold an instance out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "shm/shared.h"
#include "vrrp/path_watcher.h"

namespace hawser {

// The number that a file begins with; nullopt: it begins with something else. Empty: 0.
std::optional<int32_t> tracked_number(std::string_view content);

// Writes what the files say to their TrackState: `value` is the number, and `result` is down where
// it is not 0.
class FileWatch {
 public:
  FileWatch(Shared& shared, PathWatcher& paths, std::function<void()> changed);
  ~FileWatch();

  // `track` must outlive this. A file that is tracked by several lines may have one slot.
  void add(const TrackConfig& track);

 private:
  class File;
  Shared& shared_;
  PathWatcher& paths_;
  std::function<void()> changed_;
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace hawser
