// SPDX-License-Identifier: MIT
#include "process/listen_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hawser {
namespace {

Result<> set_option(int fd, int level, int option, int value, std::string_view word) {
  if (setsockopt(fd, level, option, &value, sizeof value) == 0) return {};
  return errno_error(fmt::format("cannot set '{}'", word), errno);
}

// Lets a socket bind an address that no interface has yet; needs no privilege.
Result<> set_freebind(int fd, bool ipv6, std::string_view word) {
  return set_option(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_FREEBIND : IP_FREEBIND, 1,
                    word);
}

// The same, and accepts what is routed here for other addresses, where that is allowed.
Result<> set_transparent(int fd, bool ipv6) {
  const int on = 1;
  const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const int transparent = ipv6 ? IPV6_TRANSPARENT : IP_TRANSPARENT;
  if (setsockopt(fd, level, transparent, &on, sizeof on) == 0) return {};
  return set_freebind(fd, ipv6, "transparent");
}

// A negative `mss` counts from the system's default.
Result<> set_mss(int fd, int mss) {
  if (mss < 0) {
    int usual = 0;
    socklen_t length = sizeof usual;
    getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &usual, &length);
    mss += usual;
  }
  return set_option(fd, IPPROTO_TCP, TCP_MAXSEG, mss, "mss");
}

Result<> set_ip_options(int fd, const ListenSpec& spec) {
  const BindConfig& bind = spec.bind;
  const bool ipv6 = spec.address.family() == AF_INET6;
  Result<> done = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  if (done && spec.reuse_port) done = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
  if (done && bind.transparent) done = set_transparent(fd, ipv6);
  if (done && bind.freebind) done = set_freebind(fd, ipv6, "bind");
  if (done && ipv6 && (bind.v6only || bind.v4v6)) {
    done = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, bind.v6only ? 1 : 0,
                      bind.v6only ? "v6only" : "v4v6");
  }
  if (done && bind.mss != 0) done = set_mss(fd, bind.mss);
  if (done && bind.tcp_user_timeout_ms > 0) {
    done = set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, bind.tcp_user_timeout_ms, "tcp-ut");
  }
  if (done && bind.defer_accept) {
    done = set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1, "defer-accept");
  }
  if (done && bind.tfo > 0) done = set_option(fd, IPPROTO_TCP, TCP_FASTOPEN, bind.tfo, "tfo");
  if (done && !bind.interface.empty() &&
      setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, bind.interface.c_str(),
                 static_cast<socklen_t>(bind.interface.size() + 1)) != 0) {
    done = errno_error(fmt::format("cannot set 'interface {}'", bind.interface), errno);
  }
  return done;
}

std::string advice(int error, const Address& address) {
  if (address.is_unix() && !address.path().starts_with('\0')) {
    const std::string folder = address.path().substr(0, address.path().rfind('/'));
    if (error == ENOENT) return fmt::format("; there is no folder '{}'", folder);
    if (error == EACCES) return fmt::format("; make '{}' writable for who starts Hawser", folder);
    return "";
  }
  if (error == EADDRINUSE) return "; another program has it (ss -ltnp shows which)";
  if (error == EACCES && address.is_ip() && address.port() < 1024) {
    return "; ports below 1024 need a start as root, or CAP_NET_BIND_SERVICE";
  }
  if (error == EADDRNOTAVAIL) {
    return "; no interface has this address ('transparent' binds it nevertheless)";
  }
  return "";
}

Result<> bind_and_listen(int fd, const Address& address, int backlog) {
  sockaddr_storage storage;
  const socklen_t length = address.to_sockaddr(storage);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&storage), length) != 0 ||
      listen(fd, backlog) != 0) {
    const int error = errno;
    Error failed = errno_error("cannot bind", error);
    failed.text += advice(error, address);
    return failed;
  }
  return {};
}

Result<> set_file_attributes(const std::string& path, const ListenSpec& spec) {
  if (spec.uid || spec.gid) {
    const uid_t uid = spec.uid ? *spec.uid : static_cast<uid_t>(-1);
    const gid_t gid = spec.gid ? *spec.gid : static_cast<gid_t>(-1);
    if (chown(path.c_str(), uid, gid) != 0) {
      return errno_error("cannot give the socket to its user and group", errno);
    }
  }
  if (spec.mode && chmod(path.c_str(), *spec.mode) != 0) {
    return errno_error("cannot set the mode of the socket", errno);
  }
  return {};
}

Result<> bind_unix_path(int fd, const ListenSpec& spec) {
  const std::string& path = spec.address.path();
  const std::string fresh = fmt::format("{}.{}.tmp", path, getpid());
  if (fresh.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{fmt::format("the path is too long: {} characters are the most",
                             sizeof(sockaddr_un::sun_path) - (fresh.size() - path.size()) - 1)};
  }
  struct stat there;
  if (lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode)) {
    return Error{"there is a file of this name that is not a socket"};
  }
  unlink(fresh.c_str());
  Result<> done = bind_and_listen(fd, Address::unix_path(fresh), spec.backlog);
  if (done) done = set_file_attributes(fresh, spec);
  if (done && rename(fresh.c_str(), path.c_str()) != 0) {
    done = errno_error("cannot put the socket in its place", errno);
  }
  if (!done) unlink(fresh.c_str());
  return done;
}

}  // namespace

Result<Fd> open_listen_socket(const ListenSpec& spec) {
  const int family = spec.address.family();
  Fd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_error("cannot make a socket", errno);
  if (spec.address.is_unix()) {
    const bool abstract = spec.address.path().starts_with('\0');
    const Result<> done = abstract ? bind_and_listen(fd.get(), spec.address, spec.backlog)
                                   : bind_unix_path(fd.get(), spec);
    if (!done) return done.error();
    return fd;
  }
  if (auto done = set_ip_options(fd.get(), spec); !done) return done.error();
  if (auto done = bind_and_listen(fd.get(), spec.address, spec.backlog); !done) {
    return done.error();
  }
  return fd;
}

Result<> adopt_listen_socket(int fd) {
  int type = 0, listening = 0;
  socklen_t length = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0) {
    return errno_error(fmt::format("descriptor {} is not an inherited socket", fd), errno);
  }
  if (type != SOCK_STREAM) return Error{fmt::format("descriptor {} is not a stream socket", fd)};
  length = sizeof listening;
  getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length);
  if (listening == 0) return Error{fmt::format("the socket of descriptor {} does not listen", fd)};
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return errno_error(fmt::format("cannot make descriptor {} non-blocking", fd), errno);
  }
  return {};
}

Address bound_address(int fd) {
  sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), length);
}

}  // namespace hawser
