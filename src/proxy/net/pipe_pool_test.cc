// SPDX-License-Identifier: MIT
#include "proxy/net/pipe_pool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/testing.h"

using namespace hawser;

TEST_CASE("there are no more pipes than the limit says, and one that comes back is there again") {
  ProcessCounters counters{};
  PipePool pool(2, 0, counters);
  auto first = pool.take(), second = pool.take();
  REQUIRE(first != nullptr);
  REQUIRE(second != nullptr);
  CHECK(pool.take() == nullptr);
  const int fd = first->read.get();
  pool.give_back(std::move(first));
  first = pool.take();
  REQUIRE(first != nullptr);
  CHECK(first->read.get() == fd);
  CHECK(pool.take() == nullptr);
  CHECK(PipePool(0, 0, counters).take() == nullptr);
}

TEST_CASE("bytes that were left in a pipe reach nobody else, and make room for another pipe") {
  ProcessCounters counters{};
  PipePool pool(1, 0, counters);
  auto pipe = pool.take();
  REQUIRE(::write(pipe->write.get(), "secret", 6) == 6);
  pipe->filled = 6;
  pool.give_back(std::move(pipe));
  pipe = pool.take();
  REQUIRE(pipe != nullptr);
  CHECK(pipe->filled == 0);
  char byte = 0;
  CHECK(::read(pipe->read.get(), &byte, 1) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("statistics see which pipes are in use, and what a dead worker left is forgotten") {
  ProcessCounters counters{};
  counters.pipes_used = 7;
  PipePool pool(3, 0, counters);
  CHECK(counters.pipes_max == 3);
  CHECK(counters.pipes_used == 0);
  auto first = pool.take(), second = pool.take();
  CHECK(counters.pipes_used == 2);
  pool.give_back(std::move(first));
  CHECK(counters.pipes_used == 1);
  CHECK(counters.pipes_free == 1);
  second->filled = 1;
  pool.give_back(std::move(second));
  CHECK(counters.pipes_used == 0);
  CHECK(counters.pipes_free == 1);
}

TEST_CASE("a pipe holds as much as was asked for, or what the kernel allows") {
  ProcessCounters counters{}, others{};
  PipePool small(1, 8192, counters), standard(1, 0, others);
  const auto asked = small.take(), window = standard.take();
  CHECK(asked->capacity == 8192);
  CHECK(window->capacity >= 65536);
  const std::string bytes(asked->capacity + 1, 'x');
  CHECK(::write(asked->write.get(), bytes.data(), bytes.size()) == 8192);
}

TEST_CASE("after a burst of transfers most pipes are closed, and can be made again") {
  constexpr uint32_t kBurst = 100;
  ProcessCounters counters{};
  PipePool pool(kBurst, 4096, counters);
  std::vector<std::unique_ptr<Pipe>> pipes;
  const auto take_all = [&] {
    for (uint32_t i = 0; i < kBurst; ++i) pipes.push_back(pool.take());
  };
  take_all();
  std::vector<int> fds;
  for (auto& pipe : pipes) {
    fds.push_back(pipe->read.get());
    pool.give_back(std::move(pipe));
  }
  pipes.clear();
  const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) != -1; };
  CHECK(std::count_if(fds.begin(), fds.end(), is_open) == 64);
  take_all();
  for (const auto& pipe : pipes) CHECK(pipe != nullptr);
  CHECK(pool.take() == nullptr);
}
