// SPDX-License-Identifier: MIT
#include "config/source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/fd.h"

namespace hawser {
namespace {

namespace fs = std::filesystem;

constexpr size_t kReadSize = 65536;

void add_directory(const std::string& path, std::vector<std::string>& files, Diag& diag) {
  std::error_code failure;
  std::vector<std::string> found;
  for (fs::directory_iterator entry(path, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;  // a dangling link is not a regular file
    if (name.starts_with('.') || !name.ends_with(".cfg")) continue;
    if (entry->is_regular_file(ignored)) found.push_back(entry->path().string());
  }
  if (failure) {
    diag.error({0, diag.add_file(path, {}), 0}, "cannot read the directory: " + failure.message());
    return;
  }
  if (found.empty()) {
    diag.warning({0, diag.add_file(path, {}), 0}, "the directory has no *.cfg file");
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

}  // namespace

std::vector<std::string> list_files(std::span<const std::string> paths, Diag& diag) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ignored;  // a path that is not there is reported when it is read
    if (fs::is_directory(path, ignored)) {
      add_directory(path, files, diag);
    } else {
      files.push_back(path);
    }
  }
  return files;
}

Result<std::string> read_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno_error("cannot open the file", errno);
  std::string text;
  for (;;) {
    const size_t size = text.size();
    text.resize(size + kReadSize);
    const ssize_t n = ::read(fd.get(), text.data() + size, kReadSize);
    text.resize(size + static_cast<size_t>(std::max<ssize_t>(n, 0)));
    if (n == 0) return text;
    if (n < 0 && errno != EINTR) return errno_error("cannot read the file", errno);
  }
}

}  // namespace hawser
