// SPDX-License-Identifier: MIT
#include "proxy/net/connect.h"

#include "proxy/testing.h"

using namespace hawser;

namespace {

ConnSharing sharing(std::string_view lines, std::string_view server) {
  const auto config = config_of(
      fmt::format("defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server "
                  "1s\nlisten l\n bind :1\n{} server s {}\n",
                  lines, server));
  const ProxyConfig& proxy = *config->proxies.back();
  return sharing_of(proxy, proxy.servers[0]);
}

std::string address_of(int fd, int (*ask)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage storage;
  socklen_t length = sizeof storage;
  REQUIRE(ask(fd, reinterpret_cast<sockaddr*>(&storage), &length) == 0);
  return Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length).text();
}

}  // namespace

TEST_CASE("a server connection is shared unless it shows or follows its client") {
  CHECK(sharing("", "127.0.0.1:1") == ConnSharing::kAnyone);
  CHECK(sharing("", "127.0.0.1:1 source 127.0.0.2") == ConnSharing::kAnyone);
  CHECK(sharing(" http-reuse always\n", "127.0.0.1:1 source 127.0.0.2 usesrc 127.0.0.3") ==
        ConnSharing::kAnyone);
  for (const std::string_view server :
       {"127.0.0.1:+1", "0.0.0.0:1", "127.0.0.1:1 send-proxy", "127.0.0.1:1 send-proxy-v2",
        "127.0.0.1:1 source 0.0.0.0 usesrc client", "127.0.0.1:1 source 0.0.0.0 usesrc clientip"}) {
    INFO(server);
    CHECK(sharing(" http-reuse always\n", server) == ConnSharing::kSameClient);
  }
  CHECK(sharing(" http-reuse never\n", "127.0.0.1:1") == ConnSharing::kSameClient);
  CHECK(sharing(" source 0.0.0.0 usesrc clientip\n", "127.0.0.1:1") == ConnSharing::kSameClient);
  CHECK(sharing("", "127.0.0.1:1 source 0.0.0.0 usesrc hdr_ip(x)") == ConnSharing::kNobody);
  CHECK(sharing(" source 0.0.0.0 usesrc hdr_ip(x)\n", "127.0.0.1:1") == ConnSharing::kNobody);
  // The server's own line counts.
  CHECK(sharing(" source 0.0.0.0 usesrc clientip\n", "127.0.0.1:1 source 127.0.0.2") ==
        ConnSharing::kAnyone);
}

TEST_CASE("a server is reached from the address that its line says, or its backend's") {
  const std::string lines = GENERATE("", " source 127.0.0.2\n");
  const std::string words = lines.empty() ? " source 127.0.0.2" : "";
  Lab lab(listen_with({.mode = "tcp", .lines = lines, .servers = " server s @s1" + words + "\n"}));
  lab.connect();
  CHECK(address_of(lab.accept().fd(), ::getpeername).starts_with("127.0.0.2:"));
}

TEST_CASE("a source address of another family is left to the kernel") {
  Lab lab(listen_with({.mode = "tcp", .servers = " server s @s1 source ::1\n"}));
  lab.connect();
  CHECK(address_of(lab.accept().fd(), ::getpeername).starts_with("127.0.0.1:"));
}

TEST_CASE("the ports of a range are used one by one, and no others") {
  Lab lab(listen_with({.mode = "tcp",
                       .lines = " retries 0\n",
                       .servers = " server s @s1 source 127.83.0.1:40001-40003\n"}));
  std::vector<std::string> seen;
  std::vector<Peer*> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(&lab.connect());
    seen.push_back(address_of(lab.accept().fd(), ::getpeername));
  }
  std::sort(seen.begin(), seen.end());
  CHECK(seen ==
        std::vector<std::string>{"127.83.0.1:40001", "127.83.0.1:40002", "127.83.0.1:40003"});
  Peer& fourth = lab.connect();
  CHECK(fourth.is_closed());
  CHECK(lab.log_line().find(" SC ") != std::string::npos);
  // One is free again where neither side waits for stray segments.
  clients[0]->reset();
  CHECK(lab.log_line().find(" CD ") != std::string::npos);
  lab.connect();
  CHECK(address_of(lab.accept().fd(), ::getpeername).starts_with("127.83.0.1:"));
}
