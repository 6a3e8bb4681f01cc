// SPDX-License-Identifier: MIT
#include "vrrp/rights.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "base/testing.h"
#include "netlink/netns_testing.h"

namespace hawser::vrrp {
namespace {

// What a process says that has all capabilities of this one but `lacking`; "": nothing.
std::string said_without(const std::set<int>& lacking) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    syscall(SYS_capget, &header, data);
    for (const int one : lacking) data[one / 32].effective &= ~(1u << (one % 32));
    if (syscall(SYS_capset, &header, data) != 0) _exit(1);
    const auto may = probe_rights();
    const std::string text = may ? "" : may.error().text;
    _exit(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string out(1024, '\0');
  const ssize_t got = read(ends[0], out.data(), out.size());
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  out.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return out;
}

TEST_CASE("a missing capability is named before anything is served", "[vrrp][netns]") {
  TestNamespace ns;
  if (!ns) return;
  CHECK(said_without({}) == "");
  CHECK_THAT(said_without({CAP_NET_RAW}),
             Catch::Matchers::StartsWith("virtual routers need CAP_NET_RAW (adverts), which "
                                         "this process does not have"));
  CHECK_THAT(said_without({CAP_NET_ADMIN}),
             Catch::Matchers::StartsWith("virtual routers need CAP_NET_ADMIN (addresses)"));
}

}  // namespace
}  // namespace hawser::vrrp
