// SPDX-License-Identifier: MIT
#include "vrrp/file_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "vrrp/script_verdict.h"

namespace hawser {
namespace {

// What no priority can be moved by anyway; a product with a weight still fits.
constexpr int64_t kMaxValue = 1000;

// The number, or why there is none. A file that does not exist says 0, as in keepalived.
Result<int32_t> read_number(const std::string& path) {
  // Without O_NONBLOCK, a pipe in the file's place would hold the process up.
  const Fd fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return 0;
    return errno_error(fmt::format("cannot open {}", path), errno);
  }
  struct stat at;
  if (fstat(fd.get(), &at) != 0 || !S_ISREG(at.st_mode)) {
    return Error{fmt::format("{} is not a regular file", path)};
  }
  char content[64];
  const ssize_t got = read(fd.get(), content, sizeof content);
  if (got < 0) return errno_error(fmt::format("cannot read {}", path), errno);
  const auto number = tracked_number({content, static_cast<size_t>(got)});
  if (!number) return Error{fmt::format("{} does not begin with a number", path)};
  return *number;
}

}  // namespace

std::optional<int32_t> tracked_number(std::string_view content) {
  const size_t start = content.find_first_not_of(" \t\r\n");
  if (start == content.npos) return 0;
  content = content.substr(start);
  const auto number = parse_int(content.substr(0, content.find_first_of(" \t\r\n")));
  if (!number) return std::nullopt;
  return static_cast<int32_t>(std::clamp<int64_t>(*number, -kMaxValue, kMaxValue));
}

class FileWatch::File {
 public:
  File(FileWatch& owner, const TrackConfig& track)
      : owner_(owner), track_(track), state_(owner.shared_.track_state(track.slot)) {}

  void look() {
    const auto number = read_number(track_.subject);
    if (!number) {
      // Whatever is in there, it is no wish of somebody's: the last one holds.
      if (std::exchange(problem_, number.error().text) != number.error().text) {
        HW_WARN("track-file: {}; its last value, {}, stays", problem_, state_.value.load());
      }
      if (known()) return;
      return store(0);
    }
    problem_.clear();
    if (known() && state_.value.load() == *number) return;
    store(*number);
  }

 private:
  bool known() const {
    return state_.result.load() != static_cast<uint32_t>(TrackResult::kUnknown);
  }

  void store(int32_t value) {
    if (known() || value != 0) HW_NOTICE("track-file: {} says {}", track_.subject, value);
    state_.runs.fetch_add(1, std::memory_order_relaxed);
    state_.value.store(value, std::memory_order_relaxed);
    state_.changed_ns.store(monotonic_ns(), std::memory_order_relaxed);
    const TrackResult result = value == 0 ? TrackResult::kUp : TrackResult::kDown;
    state_.result.store(static_cast<uint32_t>(result), std::memory_order_release);
    owner_.changed_();
  }

  FileWatch& owner_;
  const TrackConfig& track_;
  TrackState& state_;
  std::string problem_;
};

FileWatch::FileWatch(Shared& shared, PathWatcher& paths, std::function<void()> changed)
    : shared_(shared), paths_(paths), changed_(std::move(changed)) {}

FileWatch::~FileWatch() = default;

void FileWatch::add(const TrackConfig& track) {
  files_.push_back(std::make_unique<File>(*this, track));
  paths_.add(track.subject, [file = files_.back().get()] { file->look(); });
}

}  // namespace hawser
