// SPDX-License-Identifier: MIT
#include "loop/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <string>

#include "base/testing.h"
#include "loop/watch.h"

namespace hawser {
namespace {

TEST_CASE("timers fire in a loop that has nothing else to do") {
  Loop loop;
  bool fired = false;
  Timer timer(loop, [&] {
    fired = true;
    loop.stop();
  });
  timer.start(Millis(5));
  int64_t turns = 0;
  loop.add_turn_hook([&](int64_t) {
    if (++turns > 1000) loop.stop();
    return INT64_MAX;
  });
  loop.run();
  CHECK(fired);
}

TEST_CASE("timers fire in a loop that is always woken before they are due") {
  Loop loop;
  bool fired = false;
  Timer timer(loop, [&] {
    fired = true;
    loop.stop();
  });
  timer.start(Millis(20));
  const int64_t end_ms = loop.now_ms() + 5000;
  loop.add_turn_hook([&](int64_t now_ms) {
    if (now_ms > end_ms) loop.stop();
    return now_ms + 1;
  });
  loop.run();
  CHECK(fired);
}

TEST_CASE("a loop that is stopped at the beginning of a turn waits for nothing more") {
  Loop loop;
  Timer timer(loop, [] {});
  timer.start(Millis(4000));
  const int64_t began_ms = loop.now_ms();
  int turns = 0;
  loop.add_turn_hook([&](int64_t now_ms) {
    if (++turns < 5) return now_ms;
    loop.stop();
    return INT64_MAX;
  });
  loop.run();
  CHECK(loop.now_ms() - began_ms < 3000);
}

TEST_CASE("a turn takes in what is ready everywhere before it acts on any of it") {
  struct Handler : IoHandler {
    Handler(Loop& l, std::string& to) : loop(l), order(to) {}
    void take_in(uint32_t) override { order += 't'; }
    void on_io(uint32_t) override {
      order += 'o';
      loop.stop();
    }
    Loop& loop;
    std::string& order;
  };
  Loop loop;
  std::string order;
  Handler first(loop, order), second(loop, order);
  const Fd one(eventfd(1, EFD_CLOEXEC)), other(eventfd(1, EFD_CLOEXEC));
  REQUIRE(loop.watch(one.get(), EPOLLIN | EPOLLET, &first));
  REQUIRE(loop.watch(other.get(), EPOLLIN | EPOLLET, &second));
  loop.run();
  CHECK(order == "ttoo");
}

}  // namespace
}  // namespace hawser
