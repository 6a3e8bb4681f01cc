// SPDX-License-Identifier: MIT
#include "vrrp/process_watch.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "base/shortage_testing.h"
#include "vrrp/script_verdict.h"
#include "vrrp/test_node.h"

namespace hawser {
namespace {

TEST_CASE("what names a process") {
  const ProcessNames nginx{"nginx", "/usr/sbin/nginx", "nginx: master process"};
  CHECK(names_process("nginx", nginx));
  CHECK(names_process("/usr/sbin/nginx", nginx));
  CHECK_FALSE(names_process("/opt/nginx", nginx));
  CHECK_FALSE(names_process("ngin", nginx));
  CHECK(names_process("a-very-long-name-of-a-daemon", {"a-very-long-nam", "", ""}));
  CHECK(names_process("serve", {"python3", "/usr/bin/python3", "./bin/serve"}));
}

// A folder that looks like /proc.
struct Machine : TestNode {
  Machine() {
    char name[] = "/tmp/hawser-proc-XXXXXX";
    proc = mkdtemp(name);
    track.subject = "db";
    track.slot = 0;
    share();
    watch = std::make_unique<ProcessWatch>(
        deadlines, *shared, [this] { ++changes; }, proc);
    watch->add(track);
  }
  ~Machine() { std::filesystem::remove_all(proc); }
  void run(int pid, const char* name) {
    const std::string folder = proc + "/" + std::to_string(pid);
    std::filesystem::create_directory(folder);
    std::ofstream(folder + "/comm") << name << "\n";
  }
  void end(int pid) { std::filesystem::remove_all(proc + "/" + std::to_string(pid)); }
  TrackResult result() { return static_cast<TrackResult>(shared->track_state(0).result.load()); }

  LogCapture log;
  std::string proc;
  TrackConfig track;
  int changes = 0;
  std::unique_ptr<ProcessWatch> watch;
};

TEST_CASE("without the kernel's news, processes are counted every second") {
  Machine machine;
  machine.run(7, "db");
  machine.run(8, "other");
  machine.watch->start(false);
  CHECK(machine.result() == TrackResult::kUp);
  machine.end(7);
  machine.pass(ProcessWatch::kPoll);
  CHECK(machine.result() == TrackResult::kDown);
  machine.run(9, "db");
  machine.pass(ProcessWatch::kPoll);
  CHECK(machine.result() == TrackResult::kUp);
  CHECK(machine.changes == 3);
}

TEST_CASE("with the kernel's news, nobody waits") {
  Machine machine;
  machine.run(7, "db");
  machine.watch->start(true);
  machine.watch->process_ended(7);
  CHECK(machine.result() == TrackResult::kDown);
  machine.run(9, "sh");
  machine.watch->process_changed(9);
  CHECK(machine.result() == TrackResult::kDown);
  machine.run(9, "db");
  machine.watch->process_changed(9);
  CHECK(machine.result() == TrackResult::kUp);
}

TEST_CASE("a process that cannot be looked at has not ended") {
  Machine machine;
  machine.run(7, "db");
  const size_t left = GENERATE(0u, 1u);  // neither the folder nor a file, or only the folder
  {
    const FdShortage shortage(left);
    machine.watch->start(true);
    CHECK(machine.result() == TrackResult::kUnknown);
  }
  machine.watch->look_at_all();
  CHECK(machine.result() == TrackResult::kUp);
  const FdShortage shortage(left);
  machine.watch->look_at_all();
  machine.watch->process_changed(7);
  CHECK(machine.result() == TrackResult::kUp);
}

TEST_CASE("a quorum of processes is needed") {
  Machine machine;
  machine.track.at_least = 2;
  machine.run(7, "db");
  machine.watch->start(true);
  CHECK(machine.result() == TrackResult::kDown);
  machine.run(8, "db");
  machine.watch->process_changed(8);
  CHECK(machine.result() == TrackResult::kUp);
}

TEST_CASE("a change that does not last for `delay` changes nothing") {
  Machine machine;
  machine.track.delay = Millis(2000);
  machine.run(7, "db");
  machine.watch->start(true);
  machine.end(7);
  machine.watch->process_ended(7);
  machine.pass(Millis(1999));
  CHECK(machine.result() == TrackResult::kUp);
  machine.run(8, "db");
  machine.watch->process_changed(8);
  machine.end(8);
  machine.watch->process_ended(8);
  machine.pass(Millis(1999));
  CHECK(machine.result() == TrackResult::kUp);
  machine.pass(Millis(1));
  CHECK(machine.result() == TrackResult::kDown);
}

}  // namespace
}  // namespace hawser
