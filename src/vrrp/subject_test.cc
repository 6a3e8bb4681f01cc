// SPDX-License-Identifier: MIT
#include "vrrp/test_node.h"

namespace hawser {
namespace {

constexpr uint32_t kMaster = static_cast<uint32_t>(VrrpState::kMaster);
constexpr uint32_t kBackup = static_cast<uint32_t>(VrrpState::kBackup);
constexpr uint32_t kFault = static_cast<uint32_t>(VrrpState::kFault);
constexpr uint32_t kInit = static_cast<uint32_t>(VrrpState::kInit);

// "VI_1 MASTER, VG MASTER": what the event of an instance completes.
struct Told {
  std::string take(uint32_t instance, uint32_t what) {
    std::string out;
    ReadEvent event;
    event.number = ++number;
    event.instance = instance;
    event.what = what;
    subjects.take(event, [&](const SubjectEvent& made) {
      CHECK(made.number == number);
      if (!out.empty()) out += ", ";
      out += made.subject->name + " " + std::string(event_word(made.what));
    });
    return out;
  }
  TestNode node;
  Subjects subjects{node.config};
  uint64_t number = 0;
};

TEST_CASE("a section with two families moves when both of its instances have") {
  Told told;
  CHECK(told.take(0, kBackup).empty());
  CHECK(told.take(1, kBackup) == "VI_1 BACKUP");
  CHECK(told.take(0, kMaster).empty());
  CHECK(told.take(1, kMaster) == "VI_1 MASTER");
}

TEST_CASE("a group is told of once, when its last member moves") {
  Told told;
  told.take(0, kMaster);
  CHECK(told.take(1, kMaster) == "VI_1 MASTER");
  CHECK(told.take(2, kMaster) == "VI_2 MASTER, VG MASTER");
}

TEST_CASE("one member's fault is everybody's, and told at once") {
  Told told;
  for (const uint32_t i : {0u, 1u, 2u}) told.take(i, kMaster);
  CHECK(told.take(0, kFault) == "VI_1 FAULT, VG FAULT");
  CHECK(told.take(1, kFault).empty());
  CHECK(told.take(2, kFault) == "VI_2 FAULT");
  CHECK(told.take(2, kBackup) == "VI_2 BACKUP");
}

TEST_CASE("nobody is told of INIT, nor twice of the same state") {
  Told told;
  CHECK(told.take(2, kInit).empty());
  CHECK(told.take(2, kBackup) == "VI_2 BACKUP");
  CHECK(told.take(2, kBackup).empty());
}

TEST_CASE("the end and a reassertion are told") {
  Told told;
  told.take(2, kMaster);
  CHECK(told.take(2, kVrrpReasserted) == "VI_2 REASSERTED, VG REASSERTED");
  CHECK(told.take(2, kVrrpStopped) == "VI_2 STOP");
  CHECK(told.take(2, kVrrpNote).empty());
}

}  // namespace
}  // namespace hawser
