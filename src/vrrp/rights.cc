// SPDX-License-Identifier: MIT
#include "vrrp/rights.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "netlink/rtnl.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {
namespace {

Error missing(const char* capability, const char* what) {
  return {fmt::format("virtual routers need {} ({}), which this process does not have: start as "
                      "root, or with it (systemd: AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN; "
                      "containers: --cap-add={})",
                      capability, what, capability),
          EPERM};
}

Result<> try_socket(int family, int protocol, const char* what) {
  const Fd fd(socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (fd) return {};
  if (errno == EPERM || errno == EACCES) return missing("CAP_NET_RAW", what);
  return errno_error(fmt::format("cannot open a socket for {}", what), errno);
}

}  // namespace

Result<> probe_rights() {
  if (const auto may = try_socket(AF_INET, kVrrpProtocol, "adverts"); !may) return may;
  if (const auto may = try_socket(AF_PACKET, 0, "gratuitous ARP"); !may) return may;
  auto kernel = Rtnl::open();
  if (!kernel) return kernel.error();
  // The kernel asks who we are before it finds that there is no such interface.
  InterfaceAddress nowhere;
  nowhere.ifindex = INT32_MAX;
  nowhere.address = *Address::parse_ip("192.0.2.1");
  nowhere.prefix = 32;
  const auto removed = (*kernel)->remove(nowhere);
  if (!removed && removed.error().code == EPERM) return missing("CAP_NET_ADMIN", "addresses");
  if (!removed) return removed.error();
  return {};
}

}  // namespace hawser::vrrp
