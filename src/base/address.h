// SPDX-License-Identifier: MIT
// Socket addresses: IPv4, IPv6, unix and abstract unix.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawser {

// A value: cheap to copy for IP, owns the path of a unix socket.
class Address {
 public:
  Address() = default;  // AF_UNSPEC
  static Address ipv4(in_addr ip, uint16_t port);
  static Address ipv6(const in6_addr& ip, uint16_t port);
  static Address unix_path(std::string path);  // a leading NUL byte: abstract
  static Address from_sockaddr(const sockaddr* sa, socklen_t length);

  // The text of an IP without port, "10.0.0.1" or "::1"; nullopt: not an IP literal.
  static std::optional<Address> parse_ip(std::string_view text, uint16_t port = 0);

  int family() const { return family_; }
  bool is_ip() const { return family_ == AF_INET || family_ == AF_INET6; }
  bool is_unix() const { return family_ == AF_UNIX; }
  bool is_any() const;                     // 0.0.0.0 or ::
  uint16_t port() const { return port_; }  // host order; 0 for unix
  void set_port(uint16_t port) { port_ = port; }
  const in_addr& v4() const { return ip_.v4; }
  const in6_addr& v6() const { return ip_.v6; }
  const std::string& path() const { return path_; }

  // Fills `out` and returns the length that bind() and connect() want; 0 for AF_UNSPEC.
  socklen_t to_sockaddr(sockaddr_storage& out) const;

  std::string ip_text() const;  // "10.0.0.1", "::1", "unix:/run/x.sock", "abns@x"
  std::string text() const;     // with the port: "10.0.0.1:80", "[::1]:80"

  friend bool operator==(const Address& a, const Address& b);

 private:
  union Ip {
    in_addr v4;
    in6_addr v6;
  };
  Ip ip_ = {};
  uint16_t family_ = AF_UNSPEC;
  uint16_t port_ = 0;
  std::string path_;
};

}  // namespace hawser
