// SPDX-License-Identifier: MIT
#include "vrrp/vrrp_control.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "vrrp/test_node.h"

namespace hawser {
namespace {

class NoServices final : public ServiceProber {
 public:
  std::unique_ptr<ServiceProbe> start(const VrrpScriptConfig&, Millis, Done) override {
    return nullptr;
  }
};

// VI_2 writes the states that it is told of to a file.
struct Control : TestNode {
  Control() {
    char name[] = "/tmp/hawser-control-XXXXXX";
    folder = mkdtemp(name);
    std::filesystem::permissions(folder, std::filesystem::perms::all);
    config.vrrps[1]->notify.every.text = "echo >> " + folder + "/states";
    shared_at_last();
  }
  ~Control() { std::filesystem::remove_all(folder); }
  void shared_at_last() {
    share();
    shared->process(kVrrpSlot).doorbell = -1;
    shared->process(kVrrpSlot).state = ProcessState::kServing;
  }
  VrrpControl& control() {
    if (!made) {
      made = std::make_unique<VrrpControl>(loop, config, *shared, services);
      made->start();
    }
    return *made;
  }
  // Turns the loop until `done`, and fails if that takes too long.
  void until(const std::function<bool()>& done) {
    const int64_t end_ms = monotonic_ms() + 10'000;
    loop.add_turn_hook([this, done, end_ms](int64_t now) {
      if (done() || now > end_ms) loop.stop();
      return now + 5;
    });
    loop.run();
    REQUIRE(done());
  }
  std::string states() {
    std::ostringstream text;
    text << std::ifstream(folder + "/states").rdbuf();
    return text.str();
  }

  LogCapture log;
  std::string folder;
  NoServices services;
  std::unique_ptr<VrrpControl> made;
};

TEST_CASE("an event in the ring ends in a script that was told of it") {
  Control node;
  node.control();
  node.enters(2, VrrpState::kMaster, "no advert");
  node.control().doorbell();
  node.until([&] { return node.shared->vrrp(2).notified == 1; });
  CHECK(node.states() == "INSTANCE VI_2 MASTER 100\n");
  CHECK(node.log.lines().front() ==
        "notice: VI_2: entering MASTER state (priority 100): no advert");
}

TEST_CASE("what happened while nobody was in control is told by the next one") {
  Control node;
  node.enters(2, VrrpState::kBackup);
  node.enters(2, VrrpState::kMaster);
  node.control();
  node.until([&] { return node.shared->vrrp(2).notified == 2; });
  CHECK(node.states().ends_with("INSTANCE VI_2 MASTER 100\n"));
}

TEST_CASE("the program ends when the end of the virtual routers was told") {
  Control node;
  node.control();
  bool finished = false;
  node.control().stop([&] { finished = true; });
  CHECK_FALSE(finished);
  for (const uint32_t i : {0u, 1u, 2u}) node.happens(i, kVrrpStopped);
  node.control().doorbell();
  CHECK_FALSE(finished);  // the script is on its way
  node.until([&] { return finished; });
  CHECK(node.states() == "INSTANCE VI_2 STOP 100\n");
}

TEST_CASE("without a vrrp process there is no goodbye to wait for") {
  Control node;
  node.shared->process(kVrrpSlot).state = ProcessState::kDead;
  bool finished = false;
  node.control().stop([&] { finished = true; });
  CHECK(finished);
}

TEST_CASE("a vrrp process that says nothing is not waited for for ever") {
  Control node;
  bool finished = false;
  node.control().stop([&] { finished = true; });
  node.until([&] { return finished; });
}

}  // namespace
}  // namespace hawser
