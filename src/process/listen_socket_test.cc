// SPDX-License-Identifier: MIT
#include "process/listen_socket.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/testing.h"

namespace hawser {
namespace {

using Catch::Matchers::Contains;

// A directory of this test's own, removed with everything in it.
struct TemporaryDirectory {
  char name[32] = "/tmp/hawser_test_XXXXXX";
  TemporaryDirectory() { REQUIRE(mkdtemp(name) != nullptr); }
  ~TemporaryDirectory() {
    unlink(path("x").c_str());
    rmdir(name);
  }
  std::string path(std::string_view file) const {
    return std::string(name) + '/' + std::string(file);
  }
};

TEST_CASE("a unix socket gets its mode and leaves no temporary name") {
  const TemporaryDirectory directory;
  const BindConfig bind;
  ListenSpec spec{.bind = bind, .address = Address::unix_path(directory.path("x"))};
  spec.mode = 0620;
  const auto socket = open_listen_socket(spec);
  REQUIRE(socket);
  struct stat made;
  REQUIRE(stat(directory.path("x").c_str(), &made) == 0);
  CHECK((made.st_mode & 0777) == 0620);
  CHECK(S_ISSOCK(made.st_mode));
  CHECK(adopt_listen_socket(socket->get()));
}

TEST_CASE("a stale unix socket is replaced, another file is not") {
  const TemporaryDirectory directory;
  const BindConfig bind;
  const ListenSpec spec{.bind = bind, .address = Address::unix_path(directory.path("x"))};
  SECTION("socket") {
    const auto old_one = open_listen_socket(spec);
    REQUIRE(old_one);
    CHECK(open_listen_socket(spec));
  }
  SECTION("file") {
    const Fd file(open(directory.path("x").c_str(), O_CREAT | O_WRONLY, 0600));
    const auto refused = open_listen_socket(spec);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Contains("not a socket"));
  }
}

TEST_CASE("a folder that is not there is named") {
  const BindConfig bind;
  const ListenSpec spec{.bind = bind, .address = Address::unix_path("/nonexistent/x")};
  const auto socket = open_listen_socket(spec);
  REQUIRE_FALSE(socket);
  CHECK(socket.error().text ==
        "cannot bind: No such file or directory; there is no folder '/nonexistent'");
}

TEST_CASE("a virtual address is bound before any interface has it") {
  BindConfig bind;
  // TEST-NET-1 (RFC 5737) and the documentation prefix (RFC 3849) are nobody's.
  for (const char* ip : {"192.0.2.1", "2001:db8::1"}) {
    INFO(ip);
    const ListenSpec spec{.bind = bind, .address = *Address::parse_ip(ip)};
    bind.freebind = false;
    const auto refused = open_listen_socket(spec);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == EADDRNOTAVAIL);
    bind.freebind = true;
    const auto socket = open_listen_socket(spec);
    REQUIRE(socket);
    CHECK(bound_address(socket->get()).ip_text() == ip);
  }
}

TEST_CASE("a path that leaves no room for the temporary name is refused with its limit") {
  const BindConfig bind;
  const ListenSpec spec{.bind = bind,
                        .address = Address::unix_path("/tmp/" + std::string(100, 'x'))};
  const auto refused = open_listen_socket(spec);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("too long"));
}

TEST_CASE("only listening stream sockets are adopted") {
  CHECK_FALSE(adopt_listen_socket(1000));
  int pipe_ends[2];
  REQUIRE(pipe2(pipe_ends, O_CLOEXEC) == 0);
  const Fd read_end(pipe_ends[0]), write_end(pipe_ends[1]);
  CHECK_FALSE(adopt_listen_socket(read_end.get()));
  const Fd idle(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto refused = adopt_listen_socket(idle.get());
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("does not listen"));
}

}  // namespace
}  // namespace hawser
