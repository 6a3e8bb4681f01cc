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

// Writes what it is called for, and ends the loop.
struct Scribe : IoHandler {
  Scribe(Loop& l, std::string& to, char of) : loop(l), order(to), name(of) {}
  void take_in(uint32_t) override { (order += 't') += name; }
  void on_io(uint32_t) override {
    (order += 'o') += name;
    loop.stop();
  }
  Loop& loop;
  std::string& order;
  const char name;
};

TEST_CASE("a turn takes in what is ready everywhere before it acts on any of it") {
  Loop loop;
  std::string order;
  Scribe first(loop, order, '1'), second(loop, order, '2');
  const Fd one(eventfd(1, EFD_CLOEXEC)), other(eventfd(1, EFD_CLOEXEC));
  REQUIRE(loop.watch(one.get(), EPOLLIN | EPOLLET, &first));
  REQUIRE(loop.watch(other.get(), EPOLLIN | EPOLLET, &second));
  loop.run();
  CHECK(order == "t1t2o1o2");
}

TEST_CASE("what frees something comes before what may need it, whichever was ready first") {
  Loop loop;
  std::string order;
  Scribe needs(loop, order, 'n'), frees(loop, order, 'f');
  const Fd one(eventfd(1, EFD_CLOEXEC)), other(eventfd(1, EFD_CLOEXEC));
  REQUIRE(loop.watch(one.get(), EPOLLIN | EPOLLET, &needs));
  REQUIRE(loop.watch(other.get(), EPOLLIN | EPOLLET, &frees, Rank::kEarly));
  loop.run();
  CHECK(order == "tftnofon");
}

// What the fake clock says next; each look at it takes 10 ms.
int64_t fake_ns = 0;
int64_t fake_clock() { return fake_ns += 10'000'000; }

TEST_CASE("the idle share is what a loop waits for events, of the last second") {
  struct Handler : IoHandler {
    void on_io(uint32_t) override {}
  } handler;
  Loop loop(fake_clock);
  Timer timer(loop, [] {});  // without one libuv has nothing to wait for
  timer.start(Millis(3'600'000));
  const Fd always_ready(eventfd(1, EFD_CLOEXEC));
  REQUIRE(loop.watch(always_ready.get(), EPOLLIN, &handler));
  bool busy = false;
  int64_t end_ns = 0;
  loop.add_turn_hook([&](int64_t) {
    if (busy) loop.again(&handler, EPOLLIN);  // the next wait is none
    if (fake_ns > end_ns) loop.stop();
    return INT64_MAX;
  });
  const auto run_for = [&](int64_t seconds) {
    end_ns = fake_ns + seconds * 1'000'000'000;
    loop.run();
  };
  CHECK(loop.idle_percent() == 100);  // nothing was there to be done yet
  run_for(3);
  // Of 20 ms a turn, 10 pass in the wait.
  CHECK(loop.idle_percent() == 50);
  busy = true;
  run_for(3);
  CHECK(loop.idle_percent() == 0);
}

}  // namespace
}  // namespace hawser
