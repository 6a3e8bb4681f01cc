// SPDX-License-Identifier: MIT
#include "vrrp/script_runner.h"

#include "vrrp/script_verdict.h"
#include "vrrp/test_node.h"

namespace hawser {
namespace {

class FakeServices final : public ServiceProber {
 public:
  std::unique_ptr<ServiceProbe> start(const VrrpScriptConfig&, Millis, Done done) override {
    ++started;
    answer = std::move(done);
    return std::make_unique<ServiceProbe>();
  }
  int started = 0;
  Done answer;
};

struct Runner : TestNode {
  // A script of 1 s, which needs 2 successes and 2 failures.
  explicit Runner(VrrpScriptConfig::Kind kind = VrrpScriptConfig::Kind::kCommand) {
    auto made = std::make_unique<VrrpScriptConfig>();
    made->name = "chk";
    made->kind = kind;
    made->subject = "/chk";
    made->rise = made->fall = 2;
    made->slot = 0;
    script = made.get();
    config.vrrp_scripts.push_back(std::move(made));
    share();
  }
  void start() {
    runner = std::make_unique<ScriptRunner>(ScriptSetup{loop, deadlines, config, *shared, commands,
                                                        services, paths, [this] { ++changes; }});
    runner->start();
  }
  // "u", "d" or "?" after each answer of a run; a second passes between them.
  std::string feed(std::string_view answers) {
    std::string out;
    for (const char answer : answers) {
      commands.exit(answer == 'P' ? 0 : 1);
      out += result();
      pass(Millis(1000));
    }
    return out;
  }
  char result() { return "?ud"[shared->track_state(0).result.load()]; }

  LogCapture log;
  VrrpScriptConfig* script;
  FakeServices services;
  PathWatcher paths{loop, deadlines};
  int changes = 0;
  std::unique_ptr<ScriptRunner> runner;
};

TEST_CASE("a script runs at once, then at every interval, and rise and fall decide") {
  Runner node;
  node.start();
  CHECK(node.result() == '?');
  CHECK(node.feed("PFPFFPP") == "uuuuddu");
  CHECK(node.changes == 3);
  CHECK(node.commands.runs.size() == 8);
  CHECK(node.shared->track_state(0).runs == 7);
  CHECK(node.shared->track_state(0).failures == 3);
  CHECK(node.commands.runs[0]->spec.timeout == Millis(1000));
}

TEST_CASE("runs never overlap, and keep their beat") {
  Runner node;
  node.start();
  node.pass(Millis(2500));
  CHECK(node.commands.runs.size() == 1);
  node.commands.exit(0);
  node.pass(Millis(499));
  CHECK(node.commands.runs.size() == 1);
  node.pass(Millis(1));
  CHECK(node.commands.runs.size() == 2);
}

TEST_CASE("a script that cannot be executed says why once") {
  Runner node;
  node.start();
  for (int i = 0; i < 3; ++i) {
    node.commands.end(
        {CommandEnd::How::kNotStarted, 0, "cannot execute '/chk': No such file", {}, {}});
    node.pass(Millis(1000));
  }
  CHECK(node.result() == 'd');
  CHECK(node.log.lines() ==
        std::vector<std::string>{
            "alert: vrrp-script chk: cannot execute '/chk': No such file",
            "warning: vrrp-script chk fails (cannot execute '/chk': No such file)"});
}

TEST_CASE("the log shows how a run ended, and the first line of what it wrote") {
  Runner node;
  node.start();
  node.commands.end({CommandEnd::How::kExited, 2, {}, "\nno answer\nmore\n", Micros(5)});
  CHECK(node.log.lines().back() == "warning: vrrp-script chk fails (exit code 2: no answer)");
  CHECK(node.shared->track_state(0).exit_code == 2);
  CHECK(node.shared->track_state(0).duration_us == 5);
}

TEST_CASE("a lack of processes is no answer") {
  Runner node;
  node.commands.lacks_processes = true;
  node.start();
  node.pass(Millis(3000));
  CHECK(node.result() == '?');
  CHECK(node.log.lines().size() == 1);
}

TEST_CASE("init-fail holds a script down until it has risen") {
  Runner node;
  node.script->init_fail = true;
  node.start();
  CHECK(node.result() == 'd');
  CHECK(node.feed("PP") == "du");
}

TEST_CASE("a successor goes on from the result of its predecessor") {
  Runner node;
  node.shared->track_state(0).result = static_cast<uint32_t>(TrackResult::kUp);
  node.script->init_fail = true;
  node.start();
  CHECK(node.feed("FF") == "ud");
}

TEST_CASE("tcp and http scripts ask their service") {
  Runner node(VrrpScriptConfig::Kind::kTcp);
  node.start();
  CHECK(node.services.started == 1);
  node.pass(Millis(1500));
  CHECK(node.services.started == 1);
  node.services.answer(false, "Connection refused");
  CHECK(node.result() == 'd');
  CHECK(node.log.lines().back() == "warning: vrrp-script chk fails (Connection refused)");
  node.pass(Millis(500));
  CHECK(node.services.started == 2);
}

}  // namespace
}  // namespace hawser
