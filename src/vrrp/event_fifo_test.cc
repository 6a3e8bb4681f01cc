// SPDX-License-Identifier: MIT
#include "vrrp/event_fifo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "vrrp/test_node.h"

namespace hawser {
namespace {

struct Piped : TestNode {
  Piped() {
    char name[] = "/tmp/hawser-fifo-XXXXXX";
    folder = mkdtemp(name);
    fifo_config.path = folder + "/events";
    fifo_config.user = "root";
    share();
    subjects = std::make_unique<Subjects>(config);
  }
  ~Piped() { std::filesystem::remove_all(folder); }
  EventFifo& fifo() {
    if (!made) {
      auto opened = EventFifo::open(loop, deadlines, commands, fifo_config);
      REQUIRE(opened);
      made = std::move(*opened);
    }
    return *made;
  }
  void take(uint32_t instance, uint32_t what) {
    ReadEvent event;
    event.instance = instance;
    event.what = what;
    event.priority = 100;
    subjects->take(event, [&](const SubjectEvent& told) { fifo().take(told); });
  }
  void take(uint32_t instance, VrrpState state) { take(instance, static_cast<uint32_t>(state)); }
  std::string read_all() {
    if (!reader) reader.reset(::open(fifo_config.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    std::string out(1 << 17, '\0');
    const ssize_t got = ::read(reader.get(), out.data(), out.size());
    out.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return out;
  }

  LogCapture log;
  std::string folder;
  NotifyFifoConfig fifo_config;
  std::unique_ptr<Subjects> subjects;
  std::unique_ptr<EventFifo> made;
  Fd reader;
};

TEST_CASE("a pipe gets every transition, as keepalived writes it") {
  Piped node;
  node.take(2, VrrpState::kBackup);
  node.take(2, VrrpState::kMaster);
  node.take(2, kVrrpReasserted);
  node.take(2, VrrpState::kFault);
  node.take(2, kVrrpStopped);
  CHECK(node.read_all() ==
        "INSTANCE \"VI_2\" BACKUP 100\n"
        "INSTANCE \"VI_2\" MASTER 100\n"
        "INSTANCE \"VI_2\" MASTER_RX_LOWER_PRI 100\n"
        "INSTANCE \"VI_2\" FAULT 100\n"
        "GROUP \"VG\" FAULT 0\n"
        "INSTANCE \"VI_2\" STOP 100\n");
  struct stat status;
  REQUIRE(stat(node.fifo_config.path.c_str(), &status) == 0);
  CHECK(S_ISFIFO(status.st_mode));
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a pipe that nobody reads holds nobody up") {
  Piped node;
  for (int i = 0; i < 5000; ++i) {
    node.take(2, i % 2 == 0 ? VrrpState::kBackup : VrrpState::kMaster);
  }
  const auto warnings = std::count_if(
      node.log.lines().begin(), node.log.lines().end(),
      [](const std::string& line) { return line.find("lines for it are lost") != line.npos; });
  CHECK(warnings == 1);
  const std::string kept = node.read_all();
  CHECK(kept.size() > 60'000);
  CHECK(kept.ends_with("\n"));
  node.take(2, VrrpState::kFault);
  CHECK(node.read_all().starts_with("INSTANCE \"VI_2\" FAULT 100\n"));
  CHECK_THAT(node.log.lines().back(), Catch::Matchers::Contains("takes lines again"));
}

TEST_CASE("what is no pipe is not written to") {
  Piped node;
  node.fifo_config.path = "/dev/null";
  const auto opened = EventFifo::open(node.loop, node.deadlines, node.commands, node.fifo_config);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().text == "/dev/null is no named pipe");
}

TEST_CASE("its reader is started with it, again when it ends, and not after the end") {
  Piped node;
  node.fifo_config.script.text = "/follow --all";
  node.fifo().start();
  CHECK(node.commands.lines() ==
        std::vector<std::string>{"/follow --all " + node.fifo_config.path});
  CHECK(node.commands.runs[0]->spec.timeout == CommandSpec::kNoTimeout);
  CHECK(node.commands.runs[0]->spec.user == "root");
  node.commands.exit(1);
  CHECK(node.fifo().is_idle());
  node.pass(Millis(1000));
  CHECK(node.commands.runs.size() == 2);
  node.fifo().end();
  CHECK_FALSE(node.fifo().is_idle());
  node.commands.exit(0);
  CHECK(node.fifo().is_idle());
  node.pass(Millis(5000));
  CHECK(node.commands.runs.size() == 2);
}

}  // namespace
}  // namespace hawser
