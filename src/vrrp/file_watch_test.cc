// SPDX-License-Identifier: MIT
#include "vrrp/file_watch.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "vrrp/script_verdict.h"
#include "vrrp/test_node.h"

namespace hawser {
namespace {

TEST_CASE("a file begins with a number, or is empty") {
  CHECK(tracked_number("") == 0);
  CHECK(tracked_number("\n") == 0);
  CHECK(tracked_number(" -5 drained by ops\n") == -5);
  CHECK(tracked_number("99999999999") == 1000);
  CHECK_FALSE(tracked_number("five"));
  CHECK_FALSE(tracked_number("5x"));
}

struct Watched : TestNode {
  Watched() {
    char name[] = "/tmp/hawser-track-XXXXXX";
    folder = mkdtemp(name);
    track.subject = folder + "/drain";
    track.slot = 0;
    share();
    watch = std::make_unique<FileWatch>(*shared, paths, [this] { changed(); });
  }
  ~Watched() { std::filesystem::remove_all(folder); }
  void begin() { watch->add(track); }
  void write(const std::string& text) { std::ofstream(track.subject) << text; }
  // Turns the loop until the file's change was seen.
  void wait() {
    changed = [this] { loop.stop(); };
    loop.run();
  }
  int value() { return shared->track_state(0).value; }
  TrackResult result() { return static_cast<TrackResult>(shared->track_state(0).result.load()); }

  LogCapture log;
  std::string folder;
  TrackConfig track;
  std::function<void()> changed = [] {};
  PathWatcher paths{loop, deadlines};
  std::unique_ptr<FileWatch> watch;
};

TEST_CASE("a file that does not exist says 0; what is written is seen at once") {
  Watched node;
  node.begin();
  CHECK(node.result() == TrackResult::kUp);
  CHECK(node.value() == 0);
  node.write("5\n");
  node.wait();
  CHECK(node.value() == 5);
  CHECK(node.result() == TrackResult::kDown);
  unlink(node.track.subject.c_str());
  node.wait();
  CHECK(node.result() == TrackResult::kUp);
}

TEST_CASE("a file that is moved into place is seen") {
  Watched node;
  node.write("1");
  node.begin();
  CHECK(node.value() == 1);
  std::ofstream(node.folder + "/new") << "2";
  rename((node.folder + "/new").c_str(), node.track.subject.c_str());
  node.wait();
  CHECK(node.value() == 2);
}

TEST_CASE("nonsense in a file keeps the last value, and is told once") {
  Watched node;
  node.write("7");
  node.begin();
  node.write("seven");
  node.pass(Millis(5000));
  CHECK(node.value() == 7);
  CHECK(node.log.lines().back() == "warning: track-file: " + node.track.subject +
                                       " does not begin with a number; its last value, 7, stays");
  CHECK(node.log.lines().size() == 2);
}

TEST_CASE("a pipe in the place of a file holds nobody up") {
  Watched node;
  REQUIRE(mkfifo(node.track.subject.c_str(), 0600) == 0);
  node.begin();
  CHECK(node.result() == TrackResult::kUp);
}

TEST_CASE("a folder that appears later is found") {
  Watched node;
  node.track.subject = node.folder + "/run/drain";
  node.begin();
  mkdir((node.folder + "/run").c_str(), 0755);
  node.write("3");
  node.pass(PathWatcher::kRecheck);
  CHECK(node.value() == 3);
  node.write("4");
  node.wait();
  CHECK(node.value() == 4);
}

}  // namespace
}  // namespace hawser
