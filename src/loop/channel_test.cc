// SPDX-License-Identifier: MIT
#include "loop/channel.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/testing.h"

namespace hawser {
namespace {

// Two ends on one loop; what `right` hears is kept.
struct Pair {
  Loop loop;
  std::vector<ChannelMessage> heard;
  bool closed = false;
  std::unique_ptr<Channel> left, right;

  Pair() {
    auto ends = Channel::pair();
    REQUIRE(ends);
    left = std::make_unique<Channel>(
        loop, std::move(ends->first), [](const ChannelMessage&) {}, [] {});
    right = std::make_unique<Channel>(
        loop, std::move(ends->second),
        [this](ChannelMessage message) { heard.push_back(std::move(message)); },
        [this] { closed = true; });
  }
  // Everything is in the sockets already, so a turn that finds nothing ends the wait.
  void run_until_heard(size_t count) {
    for (int turns = 0; heard.size() < count && turns < 10'000; ++turns) {
      uv_run(loop.uv(), UV_RUN_NOWAIT);
    }
  }
  void turn() { uv_run(loop.uv(), UV_RUN_NOWAIT); }
};

TEST_CASE("messages keep their bounds, types and order") {
  Pair pair;
  CHECK(pair.left->send(7, "first"));
  CHECK(pair.left->send(8, ""));
  CHECK(pair.left->send(9, std::string(Channel::kMaxMessage, 'x')));
  pair.run_until_heard(3);
  REQUIRE(pair.heard.size() == 3);
  CHECK(pair.heard[0].type == 7);
  CHECK(pair.heard[0].body == "first");
  CHECK(pair.heard[1].type == 8);
  CHECK(pair.heard[1].body.empty());
  CHECK(pair.heard[2].body.size() == Channel::kMaxMessage);
}

TEST_CASE("descriptors arrive as new descriptors of the same file") {
  Pair pair;
  const Fd file(open("/dev/null", O_RDWR | O_CLOEXEC));
  const int fds[] = {file.get()};
  CHECK(pair.left->send(1, "null", fds));
  pair.run_until_heard(1);
  REQUIRE(pair.heard.size() == 1);
  REQUIRE(pair.heard[0].fds.size() == 1);
  const int received = pair.heard[0].fds[0].get();
  CHECK(received != file.get());
  struct stat sent_stat, received_stat;
  REQUIRE(fstat(file.get(), &sent_stat) == 0);
  REQUIRE(fstat(received, &received_stat) == 0);
  CHECK(sent_stat.st_rdev == received_stat.st_rdev);
  CHECK((fcntl(received, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("300 descriptors pass in two batches") {
  Pair pair;
  std::vector<Fd> files;
  std::vector<int> fds;
  for (int i = 0; i < 300; ++i) {
    files.emplace_back(open("/dev/null", O_RDWR | O_CLOEXEC));
    fds.push_back(files.back().get());
  }
  const std::span<const int> all(fds);
  CHECK(pair.left->send(1, "", all.first(Channel::kMaxFds)));
  CHECK(pair.left->send(1, "", all.subspan(Channel::kMaxFds)));
  pair.run_until_heard(2);
  REQUIRE(pair.heard.size() == 2);
  CHECK(pair.heard[0].fds.size() == 250);
  CHECK(pair.heard[1].fds.size() == 50);
}

TEST_CASE("what the socket does not take waits, with its descriptors, and then follows in order") {
  Pair pair;
  const std::string large(Channel::kMaxMessage, 'x');
  size_t sent = 0;
  {
    const Fd file(open("/dev/null", O_RDWR | O_CLOEXEC));
    const int fds[] = {file.get()};
    for (; sent < 100; ++sent) REQUIRE(pair.left->send(static_cast<uint32_t>(sent), large, fds));
  }
  pair.run_until_heard(sent);
  REQUIRE(pair.heard.size() == sent);
  for (size_t i = 0; i < sent; ++i) {
    CHECK(pair.heard[i].type == i);
    CHECK(pair.heard[i].fds.size() == 1);
  }
}

TEST_CASE("an end that never reads does not make the other one grow without bound") {
  Pair pair;
  const std::string large(Channel::kMaxMessage, 'x');
  size_t accepted = 0;
  while (accepted < 5000 && pair.left->send(1, large)) ++accepted;
  CHECK(accepted < 1100);
}

TEST_CASE("the end of the other side is told once, after its last message") {
  Pair pair;
  pair.left->send(1, "last");
  pair.left.reset();
  pair.run_until_heard(1);
  CHECK(pair.heard.size() == 1);
  for (int i = 0; i < 3; ++i) pair.turn();
  CHECK(pair.closed);
  CHECK_FALSE(pair.right->send(1, "nobody there"));
}

}  // namespace
}  // namespace hawser
