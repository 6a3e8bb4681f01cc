// SPDX-License-Identifier: MIT
// Prints the time stamps of a running Hawser's workers, from its shared memory: nobody's scheduling
// lies between the event and the stamp. One line each: worker, process, when the master learned of
// the predecessor's end, when it had forked this one, since when this one serves (0: not yet). In
// nanoseconds of the monotonic clock.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "shm/layout.h"

namespace {

using namespace hawser;

constexpr const char* kSegment = "/memfd:hawser";

// The segment that the process (the master) has open; -1: none.
int open_segment(const std::string& pid) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + pid + "/fd", error)) {
    if (std::filesystem::read_symlink(entry, error).string().starts_with(kSegment)) {
      return open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    }
  }
  return -1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: bench_beats PID\n");
    return 2;
  }
  const int fd = open_segment(argv[1]);
  void* base =
      fd < 0 ? MAP_FAILED : mmap(nullptr, sizeof(SharedHeader), PROT_READ, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) {
    fprintf(stderr, "bench_beats: process %s shows no segment: %s\n", argv[1], strerror(errno));
    return 1;
  }
  const auto& header = *static_cast<const SharedHeader*>(base);
  if (header.layout != kLayout) {
    fprintf(stderr, "bench_beats: the segment has layout %u, not %u\n", header.layout, kLayout);
    return 1;
  }
  for (uint32_t i = 0; i < header.workers; ++i) {
    const Heartbeat& beat = header.processes[kFirstWorker + i];
    printf("%u %d %jd %jd %jd\n", i + 1, beat.pid.load(), intmax_t{beat.lost_ns.load()},
           intmax_t{beat.started_ns.load()}, intmax_t{beat.serving_ns.load()});
  }
  return 0;
}
