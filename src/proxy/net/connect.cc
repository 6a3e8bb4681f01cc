// SPDX-License-Identifier: MIT
#include "proxy/net/connect.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "proxy/stream/session.h"

namespace hawser {
namespace {

// All ports of a range are tried, but not of a very large one that is nearly used up: a try costs
// three system calls, and the other clients wait.
constexpr uint32_t kMostPortsTried = 4096;

bool set(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

// The n-th comma-separated address of a field, negative counts from the end (`usesrc
// hdr_ip(name,occ)`).
Address address_of_header(const Head& request, const SourceConfig& source) {
  std::vector<std::string_view> values;
  for (const HeaderField& field : request.fields) {
    if (field.dropped || !iequals(field.name, source.usesrc_header)) continue;
    for (const std::string_view part : split(field.value, ',')) values.push_back(trim(part));
  }
  const auto count = static_cast<int>(values.size());
  const int index = source.usesrc_occurrence > 0 ? source.usesrc_occurrence - 1
                                                 : count + source.usesrc_occurrence;
  if (index < 0 || index >= count) return {};
  return Address::parse_ip(values[static_cast<size_t>(index)]).value_or(Address());
}

Address foreign_source(const SourceConfig& source, const Session& session, const Head& request) {
  switch (source.usesrc) {
    case SourceConfig::Use::kNone:
      return {};
    case SourceConfig::Use::kAddress:
      return source.usesrc_address;
    case SourceConfig::Use::kClient:
      return session.client_address();
    case SourceConfig::Use::kClientIp: {
      Address address = session.client_address();
      address.set_port(0);
      return address;
    }
    case SourceConfig::Use::kHeaderIp:
      return address_of_header(request, source);
  }
  HW_UNREACHABLE();
}

bool bind_to(int fd, const Address& address) {
  sockaddr_storage storage;
  const socklen_t length = address.to_sockaddr(storage);
  return ::bind(fd, reinterpret_cast<sockaddr*>(&storage), length) == 0;
}

// 0, or the errno of what failed. `port`: of the source's range, where it has one.
int bind_source(int fd, int family, const SourceConfig& source, uint32_t port,
                const Session& session, const Head& request) {
  if (!source.interface.empty() &&
      ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, source.interface.data(),
                   static_cast<socklen_t>(source.interface.size())) != 0) {
    return errno;
  }
  const Address foreign = foreign_source(source, session, request);
  if (foreign.family() == family) {
    const bool v6 = family == AF_INET6;
    if (!set(fd, v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, 1)) return errno;
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    return bind_to(fd, foreign) ? 0 : errno;
  }
  if (source.address.family() != family) return 0;
  if (source.port_low == 0) {
    // The kernel picks the port at connect(), so that one port can serve several servers (ip(7)).
    set(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    return bind_to(fd, source.address) ? 0 : errno;
  }
  // One port can serve several servers here as well; connect() refuses it for the same one.
  set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  Address from = source.address;
  from.set_port(static_cast<uint16_t>(port));
  return bind_to(fd, from) ? 0 : errno;
}

void set_options(int fd, const Config& config, const ProxyConfig& backend,
                 const ServerConfig& server) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (backend.option(Option::kSrvtcpka)) set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (server.set.tcp_user_timeout_ms != 0)
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, server.set.tcp_user_timeout_ms);
  // The ACK of the handshake waits for the first data (tcp(7)).
  if (backend.option(Option::kTcpSmartConnect)) set(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
  if (server.set.tfo) set(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
  const auto& tune = config.global.tune;
  if (tune.rcvbuf_server != 0) set(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(tune.rcvbuf_server));
  if (tune.sndbuf_server != 0) set(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(tune.sndbuf_server));
}

// nullptr: the kernel's choice.
const SourceConfig* source_of(const ProxyConfig& backend, const ServerConfig& server) {
  if (server.set.source != nullptr) return server.set.source.get();
  return backend.source ? &*backend.source : nullptr;
}

}  // namespace

ConnSharing sharing_of(const ProxyConfig& backend, const ServerConfig& server) {
  using Use = SourceConfig::Use;
  const SourceConfig* source = source_of(backend, server);
  const Use use = source != nullptr ? source->usesrc : Use::kNone;
  if (use == Use::kHeaderIp) return ConnSharing::kNobody;
  const bool follows_client = server.port_is_offset || server.address.is_any();
  const bool shows_client =
      use == Use::kClient || use == Use::kClientIp || server.set.send_proxy != ProxyProtocol::kNone;
  return follows_client || shows_client || backend.http_reuse == HttpReuse::kNever
             ? ConnSharing::kSameClient
             : ConnSharing::kAnyone;
}

Address connect_address(const ServerConfig& server, const Session& session) {
  Address address = server.address;
  if (!server.port_is_offset && !address.is_any()) return address;
  // 0.0.0.0: wherever the client wanted to go, as for a transparent proxy.
  const Address wanted = session.local_address();
  const int port = server.port_is_offset ? wanted.port() + server.port_offset : address.port();
  if (address.is_any() && wanted.is_ip()) address = wanted;
  address.set_port(static_cast<uint16_t>(port));
  return address;
}

Result<Fd> open_server_connection(const Config& config, const ProxyConfig& backend,
                                  const ServerConfig& server, const Session& session,
                                  const Head& request, uint64_t turn) {
  const Address address = connect_address(server, session);
  const SourceConfig* source = address.is_ip() ? source_of(backend, server) : nullptr;
  const bool has_range = source != nullptr && source->port_low != 0;
  const uint32_t ports = has_range ? source->port_high - source->port_low + 1u : 1u;
  int error = 0;
  for (uint32_t tries = 0; tries < std::min(ports, kMostPortsTried); ++tries) {
    Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return errno_error("socket", errno);
    if (address.is_ip()) set_options(fd.get(), config, backend, server);
    if (source != nullptr) {
      const auto port = static_cast<uint32_t>(source->port_low + (turn + tries) % ports);
      error = bind_source(fd.get(), address.family(), *source, port, session, request);
      if (error == EADDRINUSE) continue;
      if (error != 0) return errno_error("bind", error);
    }
    sockaddr_storage storage;
    const socklen_t length = address.to_sockaddr(storage);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), length) == 0 ||
        errno == EINPROGRESS) {
      return fd;
    }
    error = errno;
    // Another connection to this server has the port, in this worker or another.
    if (error != EADDRNOTAVAIL) break;
  }
  return errno_error("connect", error);
}

}  // namespace hawser
