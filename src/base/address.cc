// SPDX-License-Identifier: MIT
#include "base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace hawser {

Address Address::ipv4(in_addr ip, uint16_t port) {
  Address out;
  out.family_ = AF_INET;
  out.ip_.v4 = ip;
  out.port_ = port;
  return out;
}

Address Address::ipv6(const in6_addr& ip, uint16_t port) {
  Address out;
  out.family_ = AF_INET6;
  out.ip_.v6 = ip;
  out.port_ = port;
  return out;
}

Address Address::unix_path(std::string path) {
  Address out;
  out.family_ = AF_UNIX;
  out.path_ = std::move(path);
  return out;
}

Address Address::from_sockaddr(const sockaddr* sa, socklen_t length) {
  if (sa->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(sa);
    return ipv4(in->sin_addr, ntohs(in->sin_port));
  }
  if (sa->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(sa);
    return ipv6(in6->sin6_addr, ntohs(in6->sin6_port));
  }
  if (sa->sa_family == AF_UNIX) {
    const auto* un = reinterpret_cast<const sockaddr_un*>(sa);
    const size_t room = length - std::min<size_t>(length, offsetof(sockaddr_un, sun_path));
    if (room == 0) return unix_path("");
    if (un->sun_path[0] == '\0') return unix_path(std::string(un->sun_path, room));
    return unix_path(std::string(un->sun_path, strnlen(un->sun_path, room)));
  }
  return {};
}

std::optional<Address> Address::parse_ip(std::string_view text, uint16_t port) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer) return std::nullopt;
  *std::copy(text.begin(), text.end(), buffer) = '\0';
  in_addr v4;
  in6_addr v6;
  if (inet_pton(AF_INET, buffer, &v4) == 1) return ipv4(v4, port);
  if (inet_pton(AF_INET6, buffer, &v6) == 1) return ipv6(v6, port);
  return std::nullopt;
}

bool Address::is_any() const {
  return (family_ == AF_INET && ip_.v4.s_addr == INADDR_ANY) ||
         (family_ == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&ip_.v6));
}

socklen_t Address::to_sockaddr(sockaddr_storage& out) const {
  std::memset(&out, 0, sizeof out);
  switch (family_) {
    case AF_INET: {
      auto* in = reinterpret_cast<sockaddr_in*>(&out);
      in->sin_family = AF_INET;
      in->sin_addr = ip_.v4;
      in->sin_port = htons(port_);
      return sizeof *in;
    }
    case AF_INET6: {
      auto* in6 = reinterpret_cast<sockaddr_in6*>(&out);
      in6->sin6_family = AF_INET6;
      in6->sin6_addr = ip_.v6;
      in6->sin6_port = htons(port_);
      return sizeof *in6;
    }
    case AF_UNIX: {
      auto* un = reinterpret_cast<sockaddr_un*>(&out);
      un->sun_family = AF_UNIX;
      const size_t length = std::min(path_.size(), sizeof un->sun_path - 1);
      std::copy_n(path_.data(), length, un->sun_path);
      // An abstract name ends where its length says, a path with its NUL byte (unix(7)).
      const bool abstract = !path_.empty() && path_[0] == '\0';
      return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length + (abstract ? 0 : 1));
    }
  }
  return 0;
}

std::string Address::ip_text() const {
  char buffer[INET6_ADDRSTRLEN] = "";
  if (is_ip()) return inet_ntop(family_, &ip_, buffer, sizeof buffer);
  if (!is_unix()) return "";
  if (!path_.empty() && path_[0] == '\0') return "abns@" + path_.substr(1);
  return "unix:" + path_;
}

std::string Address::text() const {
  if (family_ == AF_INET6) return "[" + ip_text() + "]:" + std::to_string(port_);
  if (family_ == AF_INET) return ip_text() + ":" + std::to_string(port_);
  return ip_text();
}

bool operator==(const Address& a, const Address& b) {
  if (a.family_ != b.family_ || a.port_ != b.port_) return false;
  if (a.family_ == AF_INET) return a.ip_.v4.s_addr == b.ip_.v4.s_addr;
  if (a.family_ == AF_INET6) return std::memcmp(&a.ip_.v6, &b.ip_.v6, sizeof a.ip_.v6) == 0;
  return a.path_ == b.path_;
}

}  // namespace hawser
