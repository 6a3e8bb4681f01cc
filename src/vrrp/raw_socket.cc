// SPDX-License-Identifier: MIT
#include "vrrp/raw_socket.h"

#include <errno.h>
#include <fmt/core.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace hawser::vrrp {
namespace {

constexpr int kChecksumAt = 6;  // of an advert
constexpr int kReceiveBuffer = 256 * 1024;

// Sets options until one fails, whose name is then known.
class Options {
 public:
  explicit Options(int fd) : fd_(fd) {}
  Options& set(int level, int option, const char* name, const void* value, socklen_t size) {
    if (failed_ == nullptr && setsockopt(fd_, level, option, value, size) != 0) {
      failed_ = name;
      code_ = errno;
    }
    return *this;
  }
  Options& set(int level, int option, const char* name, int value) {
    return set(level, option, name, &value, sizeof value);
  }
  Result<> result() const {
    if (failed_ == nullptr) return {};
    return errno_error(fmt::format("cannot set {} on a raw socket", failed_), code_);
  }

 private:
  int fd_;
  const char* failed_ = nullptr;
  int code_ = 0;
};
#define HW_OPTION(level, option) level, option, #option

Result<Fd> open_raw(const PathKey& path) {
  Fd fd(socket(path.family(), SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, path.protocol));
  if (fd) return fd;
  const char* hint = errno == EPERM ? " (CAP_NET_RAW is needed)" : "";
  return errno_error(fmt::format("cannot open a raw socket for protocol {}{}", path.protocol, hint),
                     errno);
}

void bind_device(Options& options, const PathKey& path) {
  if (path.interface.empty()) return;
  options.set(HW_OPTION(SOL_SOCKET, SO_BINDTODEVICE), path.interface.c_str(),
              static_cast<socklen_t>(path.interface.size() + 1));
}

Result<> bind_address(int fd, const Ip& ip, uint32_t ifindex) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_in);
  if (ip.family() == AF_INET) {
    auto* address = reinterpret_cast<sockaddr_in*>(&storage);
    address->sin_family = AF_INET;
    std::memcpy(&address->sin_addr, ip.bytes.data(), 4);
  } else {
    auto* address = reinterpret_cast<sockaddr_in6*>(&storage);
    address->sin6_family = AF_INET6;
    address->sin6_scope_id = ifindex;
    std::memcpy(&address->sin6_addr, ip.bytes.data(), 16);
    size = sizeof(sockaddr_in6);
  }
  if (::bind(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0) return {};
  return errno_error("cannot bind a raw socket to " + ip.text(), errno);
}

void join4(Options& options, const PathKey& path, uint32_t ifindex) {
  ip_mreqn request{};
  std::memcpy(&request.imr_multiaddr, path.group.bytes.data(), 4);
  request.imr_ifindex = static_cast<int>(ifindex);
  // Without the first, the socket hears every group that anybody on this machine has joined.
  options.set(HW_OPTION(IPPROTO_IP, IP_MULTICAST_ALL), 0)
      .set(HW_OPTION(IPPROTO_IP, IP_ADD_MEMBERSHIP), &request, sizeof request);
}

void join6(Options& options, const PathKey& path, uint32_t ifindex) {
  ipv6_mreq request{};
  std::memcpy(&request.ipv6mr_multiaddr, path.group.bytes.data(), 16);
  request.ipv6mr_interface = ifindex;
  options.set(HW_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_ALL), 0)
      .set(HW_OPTION(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP), &request, sizeof request);
}

// Nothing is ever queued on a socket that nobody reads.
void refuse_packets(Options& options) {
  sock_filter refuse[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  const sock_fprog program{1, refuse};
  options.set(HW_OPTION(SOL_SOCKET, SO_ATTACH_FILTER), &program, sizeof program)
      .set(HW_OPTION(SOL_SOCKET, SO_RCVBUF), 0);
}

void send_options4(Options& options, const PathKey& path, uint32_t ifindex) {
  options.set(HW_OPTION(IPPROTO_IP, IP_HDRINCL), 1)
      .set(HW_OPTION(IPPROTO_IP, IP_MULTICAST_ALL), 0)
      .set(HW_OPTION(IPPROTO_IP, IP_TOS), kTrafficClass);
  if (!path.is_multicast()) return;
  ip_mreqn device{};
  device.imr_ifindex = static_cast<int>(ifindex);
  options.set(HW_OPTION(IPPROTO_IP, IP_MULTICAST_IF), &device, sizeof device)
      .set(HW_OPTION(IPPROTO_IP, IP_MULTICAST_LOOP), 0);
}

// FREEBIND: the link-local source belongs to the base interface where a macvlan sends.
void send_options6(Options& options, const PathKey& path, uint32_t ifindex) {
  options.set(HW_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_ALL), 0)
      .set(HW_OPTION(IPPROTO_IPV6, IPV6_TCLASS), kTrafficClass)
      .set(HW_OPTION(IPPROTO_IPV6, IPV6_FREEBIND), 1)
      .set(HW_OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS), kAdvertTtl);
  if (path.protocol == 112) options.set(HW_OPTION(IPPROTO_IPV6, IPV6_CHECKSUM), kChecksumAt);
  if (!path.is_multicast()) return;
  options.set(HW_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS), kAdvertTtl)
      .set(HW_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_IF), static_cast<int>(ifindex))
      .set(HW_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP), 0);
}

}  // namespace

Result<Fd> open_receive_socket(const PathKey& path, uint32_t ifindex) {
  auto fd = open_raw(path);
  if (!fd) return fd;
  Options options(fd->get());
  const bool v4 = path.family() == AF_INET;
  bind_device(options, path);
  options.set(HW_OPTION(SOL_SOCKET, SO_TIMESTAMPNS), 1)
      .set(HW_OPTION(SOL_SOCKET, SO_RXQ_OVFL), 1)
      .set(HW_OPTION(SOL_SOCKET, SO_RCVBUF), kReceiveBuffer);
  if (v4) {
    options.set(HW_OPTION(IPPROTO_IP, IP_PKTINFO), 1);
  } else {
    options.set(HW_OPTION(IPPROTO_IPV6, IPV6_RECVPKTINFO), 1)
        .set(HW_OPTION(IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 1);
  }
  if (path.is_multicast()) {
    v4 ? join4(options, path, ifindex) : join6(options, path, ifindex);
  } else if (v4) {
    options.set(HW_OPTION(IPPROTO_IP, IP_FREEBIND), 1);
  } else {
    options.set(HW_OPTION(IPPROTO_IPV6, IPV6_FREEBIND), 1);
  }
  if (const auto set = options.result(); !set) return set.error();
  // Bound to the group, it does not hear unicast copies.
  const auto bound =
      bind_address(fd->get(), path.is_multicast() ? path.group : path.source, ifindex);
  if (!bound) return bound.error();
  return fd;
}

Result<Fd> open_send_socket(const PathKey& path, uint32_t ifindex) {
  auto fd = open_raw(path);
  if (!fd) return fd;
  Options options(fd->get());
  refuse_packets(options);
  bind_device(options, path);
  path.family() == AF_INET ? send_options4(options, path, ifindex)
                           : send_options6(options, path, ifindex);
  if (const auto set = options.result(); !set) return set.error();
  return fd;
}

}  // namespace hawser::vrrp
