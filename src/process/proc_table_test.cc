// SPDX-License-Identifier: MIT
#include "process/proc_table.h"

#include "base/testing.h"
#include "base/text.h"

namespace hawser {
namespace {

std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> found;
  for (const std::string_view word : split(line, ' ')) {
    if (!word.empty()) found.emplace_back(word);
  }
  return found;
}

TEST_CASE("show proc has a line for each process") {
  constexpr int64_t kSecond = 1'000'000'000;
  const Config config;
  auto made = Shared::create(config, 1);
  REQUIRE(made);
  Shared& shared = **made;
  const int64_t now_ns = 100'000 * kSecond;
  Heartbeat& master = shared.process(kMasterSlot);
  master.pid = 10;
  master.started_ns = now_ns - 90'061 * kSecond;
  master.beat_ns = now_ns;
  master.state = ProcessState::kServing;
  Heartbeat& worker = shared.process(kFirstWorker);
  worker.pid = 12;
  worker.started_ns = now_ns - 7 * kSecond;
  worker.beat_ns = now_ns - kSecond / 2;
  worker.state = ProcessState::kHung;
  worker.restarts = 3;
  shared.process(kControlSlot).state = ProcessState::kDead;

  const std::string table = proc_table(shared, now_ns);
  const auto lines = split(table, '\n');
  REQUIRE(lines.size() == 7);
  CHECK(words(lines[0])[0] == "#<PID>");
  CHECK(words(lines[1]) == std::vector<std::string>{"10", "master", "0", "1d01h01m01s",
                                                    HAWSER_VERSION, "serving", "0", "0ms"});
  CHECK(lines[2] == "# control");
  CHECK(words(lines[3]) == std::vector<std::string>{"0", "control", "0", "0d00h00m00s",
                                                    HAWSER_VERSION, "dead", "0", "-"});
  CHECK(lines[4] == "# workers");
  CHECK(words(lines[5]) == std::vector<std::string>{"12", "worker", "1", "0", "0d00h00m07s",
                                                    HAWSER_VERSION, "hung", "3", "500ms"});
}

}  // namespace
}  // namespace hawser
