// SPDX-License-Identifier: MIT
#include "netlink/interface_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/fd.h"

namespace hawser {

Result<> set_ipv6(const std::string& interface, std::string_view setting, std::string_view value) {
  const std::string path = fmt::format("/proc/sys/net/ipv6/conf/{}/{}", interface, setting);
  const Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno_error("cannot open " + path, errno);
  if (write(file.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) {
    return errno_error(fmt::format("cannot write '{}' to {}", value, path), errno);
  }
  return {};
}

}  // namespace hawser
