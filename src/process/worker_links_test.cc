// SPDX-License-Identifier: MIT
#include "process/worker_links.h"

#include "base/testing.h"

namespace hawser {
namespace {

const std::string kNone = "(no answer yet)";

// Control and its workers on one loop.
struct Links {
  Loop loop;
  WorkerLinks control;
  std::vector<std::unique_ptr<ControlLink>> workers;
  std::string answer = kNone;

  explicit Links(uint32_t count) : control(loop, count), workers(count) {}
  void connect(uint32_t worker, std::function<std::string(const std::string&)> reply) {
    auto ends = Channel::pair();
    REQUIRE(ends);
    workers[worker] = std::make_unique<ControlLink>(loop, std::move(ends->first), std::move(reply));
    control.connect(worker, std::move(ends->second));
  }
  void ask(std::string_view request) {
    answer = kNone;
    control.ask(request, [this](std::string text) {
      answer = std::move(text);
      loop.stop();
    });
  }
};

auto replies(std::string text) {
  return [text](const std::string& request) { return request + ':' + text + '\n'; };
}

TEST_CASE("answers come in the order of the workers") {
  Links links(2);
  links.connect(1, replies("b"));
  links.connect(0, replies("a"));
  links.ask("q");
  links.loop.run();
  CHECK(links.answer == "q:a\nq:b\n");
}

TEST_CASE("an answer longer than a message arrives whole") {
  Links links(1);
  const std::string text(3 * Channel::kMaxMessage, 'x');
  links.connect(0, [&text](const std::string&) { return text; });
  links.ask("");
  links.loop.run();
  CHECK((links.answer == text));
}

TEST_CASE("without workers the answer is empty, and comes after the question returned") {
  Links links(2);
  links.ask("q");
  CHECK(links.answer == kNone);
  links.loop.run();
  CHECK(links.answer == "");
}

TEST_CASE("a worker that dies is not waited for") {
  Links links(2);
  links.connect(0, replies("a"));
  links.connect(1, [](const std::string&) { return ""; });
  links.ask("q");
  links.workers[1].reset();
  links.loop.run();
  CHECK(links.answer == "q:a\n");
}

TEST_CASE("the successor of a dead worker answers the next question") {
  Links links(1);
  links.connect(0, replies("old"));
  links.connect(0, replies("new"));
  links.ask("q");
  links.loop.run();
  CHECK(links.answer == "q:new\n");
}

TEST_CASE("questions do not mix") {
  Links links(1);
  links.connect(0, replies("a"));
  std::string first, second;
  links.control.ask("1", [&](std::string text) { first = std::move(text); });
  links.control.ask("2", [&](std::string text) {
    second = std::move(text);
    links.loop.stop();
  });
  links.loop.run();
  CHECK(first == "1:a\n");
  CHECK(second == "2:a\n");
}

}  // namespace
}  // namespace hawser
