// SPDX-License-Identifier: MIT
#include "cpu_time.h"

#include <filesystem>
#include <fstream>

namespace bench {

uint64_t cpu_time_ns(const std::vector<std::string>& pids) {
  uint64_t sum = 0;
  for (const std::string& pid : pids) {
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + pid + "/task", gone)) {
      uint64_t on_cpu = 0;
      if (std::ifstream(task.path() / "schedstat") >> on_cpu) sum += on_cpu;
    }
  }
  return sum;
}

}  // namespace bench
