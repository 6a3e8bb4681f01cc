// SPDX-License-Identifier: MIT
#include "vrrp/transport.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "vrrp/raw_socket.h"

namespace hawser::vrrp {
namespace {

// So many packets are read before timers have their turn: some 200 microseconds.
constexpr int kBudget = 64;
// A time stamp older than this tells of a wall clock that was set, not of a packet that waited.
constexpr int64_t kOldestNs = 10'000'000'000;
// The largest advert has 255 IPv6 addresses, and a trailer.
constexpr size_t kLargest = 4096 + 128;

Ip ip4(const void* bytes) { return Ip::from_bytes({static_cast<const uint8_t*>(bytes), 4}); }
Ip ip6(const void* bytes) { return Ip::from_bytes({static_cast<const uint8_t*>(bytes), 16}); }

template <class T>
T read_control(const cmsghdr& control) {
  T value;
  std::memcpy(&value, CMSG_DATA(&control), sizeof value);
  return value;
}

int64_t to_monotonic(const timespec& real) {
  const int64_t age = realtime_ns() - (real.tv_sec * 1'000'000'000 + real.tv_nsec);
  return monotonic_ns() - (age >= 0 && age < kOldestNs ? age : 0);
}

// The kernel tells of drops only once there were some.
void read_controls(msghdr& message, ReceivedPacket& packet, uint32_t& kernel_drops) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      packet.at_ns = to_monotonic(read_control<timespec>(*c));
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
      kernel_drops = read_control<uint32_t>(*c);
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      packet.ifindex = static_cast<uint32_t>(read_control<in_pktinfo>(*c).ipi_ifindex);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      const auto info = read_control<in6_pktinfo>(*c);
      packet.ifindex = info.ipi6_ifindex;
      packet.destination = ip6(&info.ipi6_addr);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT) {
      packet.ttl = read_control<int>(*c);
    }
  }
}

// 0: there is no such interface, or none is named. if_nametoindex(3) says so as well when it has no
// descriptor to ask with.
Result<uint32_t> index_of(const std::string& interface) {
  if (interface.empty()) return 0u;
  const Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (fd && ioctl(fd.get(), SIOCGIFINDEX, &request) == 0) {
    return static_cast<uint32_t>(request.ifr_ifindex);
  }
  if (fd && errno == ENODEV) return 0u;
  return errno_error("cannot look for the interface " + interface, errno);
}

}  // namespace

Result<> Transport::listen(const PathKey& path) {
  const auto found = listeners_.try_emplace(path).first;
  Listener& listener = found->second;
  if (++listener.users == 1) listener.opened = open(found->first, listener);
  return listener.opened;
}

Result<> Transport::prepare_to_send(const PathKey& path) {
  const auto found = senders_.try_emplace(path).first;
  Sender& sender = found->second;
  if (++sender.users == 1) sender.opened = open(found->first, sender);
  return sender.opened;
}

Result<> Transport::problem_of(const PathKey& listening, const PathKey& sending) const {
  const auto listener = listeners_.find(listening);
  if (listener != listeners_.end() && !listener->second.opened) return listener->second.opened;
  const auto sender = senders_.find(sending);
  return sender == senders_.end() ? Result<>() : sender->second.opened;
}

bool Transport::try_again() {
  bool any = false;
  const auto retry = [&](const PathKey& path, auto& socket) {
    if (socket.opened) return;
    socket.opened = open(path, socket);
    any |= static_cast<bool>(socket.opened);
  };
  for (auto& [path, listener] : listeners_) retry(path, listener);
  for (auto& [path, sender] : senders_) retry(path, sender);
  return any;
}

void Transport::close_listening(const PathKey& path) {
  const auto found = listeners_.find(path);
  if (found != listeners_.end() && --found->second.users == 0) listeners_.erase(found);
}

void Transport::close_sending(const PathKey& path) {
  const auto found = senders_.find(path);
  if (found != senders_.end() && --found->second.users == 0) senders_.erase(found);
}

Result<> Transport::open(const PathKey& path, Listener& listener) {
  listener.watch.reset();
  listener.fd.reset();
  listener.kernel_drops = 0;
  listener.ifindex = 0;
  const auto ifindex = index_of(path.interface);
  if (!ifindex) return ifindex.error();
  if (*ifindex == 0 && !path.interface.empty()) return {};
  auto fd = open_receive_socket(path, *ifindex);
  if (!fd) return fd.error();
  listener.fd = std::move(*fd);
  listener.ifindex = *ifindex;
  // Nodes of a map do not move.
  listener.watch =
      std::make_unique<FdWatch>(loop_, listener.fd.get(), FdWatch::kRead,
                                [this, &path, &listener](int) { receive(path, listener); });
  return {};
}

Result<> Transport::open(const PathKey& path, Sender& sender) {
  sender.fd.reset();
  sender.ifindex = 0;
  const auto ifindex = index_of(path.interface);
  if (!ifindex) return ifindex.error();
  if (*ifindex == 0 && !path.interface.empty()) return {};
  auto fd = open_send_socket(path, *ifindex);
  if (!fd) return fd.error();
  sender.fd = std::move(*fd);
  sender.ifindex = *ifindex;
  return {};
}

Result<> Transport::interface_changed(const std::string& name, uint32_t ifindex) {
  Result<> result;
  const auto refresh = [&](const PathKey& path, auto& socket) {
    if (path.interface != name || socket.ifindex == ifindex) return;
    socket.opened = open(path, socket);
    if (!socket.opened) result = socket.opened;
  };
  for (auto& [path, listener] : listeners_) refresh(path, listener);
  for (auto& [path, sender] : senders_) refresh(path, sender);
  return result;
}

Result<> Transport::send(const PathKey& path, std::span<const uint8_t> bytes, const Ip& source,
                         const Ip& destination) {
  const auto found = senders_.find(path);
  if (found == senders_.end() || !found->second.fd) {
    return errno_error("cannot send on " + path.interface, ENODEV);
  }
  const uint32_t ifindex = found->second.ifindex;
  sockaddr_storage to{};
  iovec part{const_cast<uint8_t*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in6_pktinfo))] = {};
  msghdr message{};
  message.msg_name = &to;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (destination.family() == AF_INET) {
    auto* address = reinterpret_cast<sockaddr_in*>(&to);
    address->sin_family = AF_INET;
    std::memcpy(&address->sin_addr, destination.bytes.data(), 4);
    message.msg_namelen = sizeof *address;
  } else {
    auto* address = reinterpret_cast<sockaddr_in6*>(&to);
    address->sin6_family = AF_INET6;
    address->sin6_scope_id = ifindex;
    std::memcpy(&address->sin6_addr, destination.bytes.data(), 16);
    message.msg_namelen = sizeof *address;
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, source.bytes.data(), 16);
    info.ipi6_ifindex = ifindex;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
  }
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (path.is_multicast() ? MSG_DONTROUTE : 0);
  if (sendmsg(found->second.fd.get(), &message, flags) >= 0) return {};
  return errno_error("cannot send to " + destination.text(), errno);
}

void Transport::receive(const PathKey& path, Listener& listener) {
  alignas(8) uint8_t buffer[kLargest];
  alignas(cmsghdr) char control[256];
  for (int i = 0; i < kBudget && listener.fd; ++i) {
    sockaddr_storage from{};
    iovec part{buffer, sizeof buffer};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = recvmsg(listener.fd.get(), &message, MSG_DONTWAIT);
    // Other errors, as that of an interface that went down, are the link's to tell.
    if (got < 0) return;
    ReceivedPacket packet;
    packet.path = &path;
    packet.bytes = {buffer, static_cast<size_t>(got)};
    packet.at_ns = monotonic_ns();
    uint32_t drops = listener.kernel_drops;
    read_controls(message, packet, drops);
    dropped_ += drops - std::exchange(listener.kernel_drops, drops);
    if (from.ss_family == AF_INET && got >= 20) {
      packet.ttl = buffer[8];
      packet.source = ip4(buffer + 12);
      packet.destination = ip4(buffer + 16);
    } else if (from.ss_family == AF_INET6) {
      packet.source = ip6(&reinterpret_cast<const sockaddr_in6*>(&from)->sin6_addr);
    }
    on_packet_(packet);
  }
}

}  // namespace hawser::vrrp
