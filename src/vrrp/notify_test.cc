// SPDX-License-Identifier: MIT
#include "vrrp/notify.h"

#include <algorithm>

#include "vrrp/test_node.h"

namespace hawser {
namespace {

using Lines = std::vector<std::string>;

// VI_2 has a script for each transition, the group one for all.
struct Scripts : TestNode {
  Scripts() {
    NotifyConfig& notify = config.vrrps[1]->notify;
    notify.commands[static_cast<size_t>(VrrpEvent::kMaster)].text = "/up";
    notify.commands[static_cast<size_t>(VrrpEvent::kBackup)].text = "/down";
    notify.commands[static_cast<size_t>(VrrpEvent::kReasserted)].text = "/again";
    notify.every.text = "/any";
    notify.user = "ops";
    config.vrrp_groups[0]->notify.every.text = "/group";
    share();
    subjects = std::make_unique<Subjects>(config);
    notifier = std::make_unique<Notifier>(loop, *shared, commands, *subjects);
  }
  void take(uint32_t instance, uint32_t what) {
    ReadEvent event;
    event.number = ++number;
    event.instance = instance;
    event.what = what;
    event.priority = 100;
    event.text = "because";
    subjects->take(event, [&](const SubjectEvent& made) { notifier->take(made); });
  }
  void take(uint32_t instance, VrrpState state) { take(instance, static_cast<uint32_t>(state)); }

  LogCapture log;
  std::unique_ptr<Subjects> subjects;
  std::unique_ptr<Notifier> notifier;
  uint64_t number = 0;
};

TEST_CASE("the state's script runs before the general one, never both at once") {
  Scripts node;
  node.take(2, VrrpState::kMaster);
  CHECK(node.commands.lines() == Lines{"/up"});
  node.commands.exit(0);
  CHECK(node.commands.lines() == Lines{"/up", "/any INSTANCE VI_2 MASTER 100"});
  CHECK_FALSE(node.notifier->is_idle());
  node.commands.exit(0);
  CHECK(node.notifier->is_idle());
  CHECK(node.commands.runs[0]->spec.user == "ops");
}

TEST_CASE("of the states that wait, only the last one is told") {
  Scripts node;
  node.take(2, VrrpState::kMaster);
  node.take(2, VrrpState::kBackup);
  node.take(2, VrrpState::kMaster);
  node.take(2, VrrpState::kBackup);
  for (int i = 0; i < 3; ++i) node.commands.exit(0);
  CHECK(node.commands.lines() == Lines{"/up", "/down", "/any INSTANCE VI_2 BACKUP 100"});
  CHECK(node.notifier->is_idle());
}

TEST_CASE("a state without a script of its own still outdates what waits") {
  Scripts node;
  node.config.vrrps[1]->notify.every.text.clear();
  node.config.vrrp_groups[0]->notify.every.text.clear();
  node.take(2, VrrpState::kMaster);
  node.take(2, VrrpState::kBackup);
  node.take(2, VrrpState::kFault);
  node.commands.exit(0);
  CHECK(node.commands.lines() == Lines{"/up"});
  CHECK(node.notifier->is_idle());
}

TEST_CASE("the general script is not told of reassertions") {
  Scripts node;
  node.take(2, VrrpState::kMaster);
  node.commands.exit(0);
  node.commands.exit(0);
  node.take(2, kVrrpReasserted);
  node.commands.exit(0);
  CHECK(node.commands.lines().back() == "/again");
}

TEST_CASE("a group is told of once, beside its members") {
  Scripts node;
  for (const uint32_t i : {0u, 1u, 2u}) node.take(i, VrrpState::kMaster);
  CHECK(node.commands.lines() == Lines{"/up", "/group GROUP VG MASTER 0"});
}

TEST_CASE("scripts learn the circumstances from their environment") {
  Scripts node;
  node.take(2, VrrpState::kMaster);
  CHECK(node.commands.runs[0]->spec.environment ==
        Lines{"HAWSER_TYPE=INSTANCE", "HAWSER_NAME=VI_2", "HAWSER_STATE=MASTER",
              "HAWSER_PRIORITY=100", "HAWSER_REASON=because", "HAWSER_INTERFACE=eth0",
              "HAWSER_VRID=52", "HAWSER_ADDRESSES=192.0.2.20/24"});
}

TEST_CASE("how a script ended is logged with what it wrote, and counted") {
  Scripts node;
  node.take(2, VrrpState::kMaster);
  node.commands.end({CommandEnd::How::kExited, 3, {}, "no route\nto host\n", Micros(12'000)});
  CHECK(node.log.lines() ==
        Lines{"warning: VI_2: notify script '/up' for MASTER: exit code 3 after 12 ms",
              "info: VI_2: notify script: no route", "info: VI_2: notify script: to host"});
  CHECK(node.shared->vrrp(2).notify_runs == 1);
  CHECK(node.shared->vrrp(2).notify_failures == 1);
  CHECK(node.shared->vrrp(2).notify_exit == 3);
  CHECK(node.shared->vrrp(2).notify_ms == 12);
}

TEST_CASE("a script that cannot be started does not stop the others") {
  Scripts node;
  node.commands.lacks_processes = true;
  node.take(2, VrrpState::kMaster);
  CHECK(node.notifier->is_idle());
  CHECK(node.shared->vrrp(2).notify_failures == 2);
  node.commands.lacks_processes = false;
  node.take(2, VrrpState::kBackup);
  CHECK(node.commands.lines() == Lines{"/down"});
}

TEST_CASE("a successor tells what its predecessor has not told to the end") {
  Scripts node;
  node.take(2, VrrpState::kMaster);  // its scripts have not ended
  Subjects subjects(node.config);
  FakeCommands commands;
  Notifier successor(node.loop, *node.shared, commands, subjects);
  ReadEvent event;
  event.number = 1;
  event.instance = 2;
  event.what = static_cast<uint32_t>(VrrpState::kMaster);
  const auto recall = [&] {
    subjects.take(event, [&](const SubjectEvent& made) { successor.recall(made); });
    successor.run_recalled();
  };
  recall();
  CHECK(commands.lines() == Lines{"/up"});
  commands.exit(0);
  commands.exit(0);
  CHECK(node.shared->vrrp(2).notified == 1);
  Subjects again(node.config);
  Notifier third(node.loop, *node.shared, commands, again);
  again.take(event, [&](const SubjectEvent& made) { third.recall(made); });
  third.run_recalled();
  CHECK(third.is_idle());
}

}  // namespace
}  // namespace hawser
