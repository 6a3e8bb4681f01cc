// SPDX-License-Identifier: MIT
#include "process/load.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace hawser {

std::unique_ptr<Config> load_config(const Options& options, std::vector<std::string>& files) {
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) {
    const Error error = errno_error("cannot change to '" + options.directory + "'", errno);
    fmt::print(stderr, "hawser: {}\n", error.text);
    return nullptr;
  }
  std::vector<std::string> texts;
  Diag diag;
  auto config = read_config(options.sources, diag, texts);
  if (diag.errors() != 0 || !options.master.quiet) {
    fmt::print(stderr, "{}{}", diag.render(), diag.summary());
  }
  if (config == nullptr) return nullptr;
  for (size_t i = 0; i < diag.files(); ++i) {
    files.emplace_back(diag.file_name(static_cast<uint16_t>(i)));
  }
  if (diag.warnings() != 0 && (options.warnings_fail || config->global.zero_warning)) {
    fmt::print(stderr, "hawser: '{}' does not allow warnings; nothing was changed\n",
               options.warnings_fail ? "-dW" : "zero-warning");
    return nullptr;
  }
  return config;
}

Result<> check_purpose(const Config& config) {
  const auto listens = [](const auto& proxy) {
    return !proxy->disabled && has_frontend(proxy->kind) && !proxy->binds.empty();
  };
  if (!config.global.stats_sockets.empty() || !config.vrrp_instances.empty() ||
      std::any_of(config.proxies.begin(), config.proxies.end(), listens)) {
    return {};
  }
  return Error{
      "there is nothing to listen on: no frontend or listen section with a 'bind' line is enabled"};
}

Result<> limit_memory(uint32_t megabytes) {
  if (megabytes == 0) return {};
  const rlim_t bytes = static_cast<rlim_t>(megabytes) << 20;
  const rlimit limit{bytes, bytes};
  if (setrlimit(RLIMIT_AS, &limit) == 0) return {};
  return errno_error("cannot limit the memory (-m)", errno);
}

}  // namespace hawser
