// SPDX-License-Identifier: MIT
#include "vrrp/event_reader.h"

#include "vrrp/test_node.h"

namespace hawser {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("events are logged once, in one short line each") {
  TestNode node;
  node.share();
  LogCapture log;
  EventReader reader(node.config, *node.shared);
  size_t seen = 0;
  const auto count = [&](const ReadEvent&) { ++seen; };
  node.enters(2, VrrpState::kMaster, "no advert for 3.609 s");
  node.happens(2, kVrrpReasserted, "10.0.0.2 advertises with priority 90");
  node.happens(2, kVrrpNote, "split brain with 10.0.0.2", LogLevel::kAlert);
  node.happens(2, kVrrpStopped);
  node.happens(kNoVrrpInstance, kVrrpNote, "cannot lock its memory", LogLevel::kWarning);
  reader.read(count);
  reader.read(count);
  CHECK(seen == 5);
  CHECK(log.lines() ==
        Lines{"notice: VI_2: entering MASTER state (priority 100): no advert for 3.609 s",
              "notice: VI_2: reasserts itself as MASTER: 10.0.0.2 advertises with "
              "priority 90",
              "alert: VI_2: split brain with 10.0.0.2", "notice: VI_2: stopped",
              "warning: cannot lock its memory"});
}

TEST_CASE("a successor goes on where its predecessor stopped") {
  TestNode node;
  node.share();
  LogCapture log;
  std::vector<uint64_t> recalled, read;
  {
    EventReader first(node.config, *node.shared);
    node.enters(2, VrrpState::kBackup);
    first.read([](const ReadEvent&) {});
  }
  node.enters(2, VrrpState::kMaster);
  EventReader second(node.config, *node.shared);
  second.recall([&](const ReadEvent& event) { recalled.push_back(event.number); });
  second.read([&](const ReadEvent& event) { read.push_back(event.number); });
  CHECK(recalled == std::vector<uint64_t>{1});
  CHECK(read == std::vector<uint64_t>{2});
}

TEST_CASE("what was overwritten is counted") {
  TestNode node;
  node.share();
  LogCapture log;
  for (uint32_t i = 0; i < kVrrpEvents + 3; ++i) node.happens(2, kVrrpNote, "note");
  EventReader reader(node.config, *node.shared);
  size_t seen = 0;
  reader.read([&](const ReadEvent&) { ++seen; });
  CHECK(seen == kVrrpEvents);
  CHECK(log.lines().front() ==
        "warning: vrrp: 3 events were overwritten before they could be logged");
}

TEST_CASE("an entry that is being written is not taken for the one before") {
  TestNode node;
  node.share();
  LogCapture log;
  node.happens(2, kVrrpNote, "first");
  node.happens(2, kVrrpNote, "second");
  node.shared->vrrp_events().entries[1].number = 0;
  EventReader reader(node.config, *node.shared);
  std::vector<uint64_t> read;
  reader.read([&](const ReadEvent& event) { read.push_back(event.number); });
  CHECK(read == std::vector<uint64_t>{2});
  CHECK(log.lines().front() ==
        "warning: vrrp: 1 events were overwritten before they could be logged");
}

}  // namespace
}  // namespace hawser
