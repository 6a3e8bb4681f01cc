// SPDX-License-Identifier: MIT
#include "check/report.h"

#include "check/test_farm.h"

namespace hawser {
namespace {

using enum RuntimeControl::ServerAdmin;

CheckResult passed() { return {true, CheckStatus::kL7Ok, 200, "", Millis(0)}; }
CheckResult failed() { return {false, CheckStatus::kL7Status, 500, "Text", Millis(7)}; }

struct Bench : CheckedFarm {
  using CheckedFarm::CheckedFarm;
  // Answers of checks of one server, P for a pass and F for a failure, one each second.
  void answers(uint32_t server, std::string_view what) {
    for (const char answer : what) {
      now_ms += 1000;
      report().check_answered(server, answer == 'P' ? passed() : failed(), now_ms);
    }
  }
  Report& report() {
    if (report_ == nullptr) {
      now_ms = state(0).changed_ms.load();
      report_ = std::make_unique<Report>(config, shared(), *this);
    }
    return *report_;
  }
  void succeed() { report_ = nullptr; }  // a new control process takes over
  void admin(uint32_t server, RuntimeControl::ServerAdmin how) {
    report().set_admin(server, how, now_ms += 1000);
  }
  void health(uint32_t server, ServerHealth how) {
    report().set_health(server, how, now_ms += 1000);
  }
  std::string weight(uint32_t server, std::string_view text) {
    const auto done = report().set_weight(server, text, now_ms);
    return done ? std::to_string(state(server).user_weight.load()) : done.error().text;
  }
  int64_t now_ms = 0;

 private:
  std::unique_ptr<Report> report_;
};

TEST_CASE("transitions are logged in HAProxy's words, the last one as an emergency") {
  Bench bench(2, 1);
  bench.answers(0, "P");
  CHECK(bench.told().empty());
  bench.answers(0, "FFF");
  CHECK(bench.told() ==
        Lines{"alert: Server be/s1 is DOWN, reason: Layer7 wrong status, code: 500, info: "
              "\"Text\", check duration: 7ms. 1 active and 1 backup servers left. 0 sessions "
              "active, 0 requeued, 0 remaining in queue."});
  bench.shared().server_load(1).served = 4;
  bench.shared().server_load(1).queued = 2;
  bench.shared().proxy_load(0).queued = 9;
  bench.answers(1, "F");
  CHECK(bench.told() ==
        Lines{"alert: Server be/s2 is DOWN, reason: Layer7 wrong status, code: 500, info: "
              "\"Text\", check duration: 7ms. 0 active and 1 backup servers left. Running on "
              "backup. 4 sessions active, 2 requeued, 9 remaining in queue."});
  bench.answers(2, "F");
  CHECK(bench.told() ==
        Lines{"alert: Backup Server be/b1 is DOWN, reason: Layer7 wrong status, code: 500, info: "
              "\"Text\", check duration: 7ms. 0 active and 0 backup servers left. 0 sessions "
              "active, 0 requeued, 9 remaining in queue.",
              "emerg: backend be has no server available!"});
  bench.answers(2, "PP");
  CHECK(bench.told() ==
        Lines{"notice: Backup Server be/b1 is UP, reason: Layer7 check passed, code: 200, check "
              "duration: 0ms. 0 active and 1 backup servers online. Running on backup. 0 sessions "
              "requeued, 9 total in queue."});
}

TEST_CASE("option log-health-checks tells every change of status or count") {
  Bench bench(1);
  bench.backend().options.set(static_cast<size_t>(Option::kLogHealthChecks));
  bench.settings(0).rise = 3;
  bench.settings(0).fall = 2;
  bench.answers(0, "PPFFPPP");
  CHECK(bench.told() ==
        Lines{"notice: Health check for server be/s1 succeeded, reason: Layer7 check passed, code: "
              "200, check duration: 0ms, status: 2/2 UP.",
              "notice: Health check for server be/s1 failed, reason: Layer7 wrong status, code: "
              "500, info: \"Text\", check duration: 7ms, status: 1/2 UP.",
              "notice: Health check for server be/s1 failed, reason: Layer7 wrong status, code: "
              "500, info: \"Text\", check duration: 7ms, status: 0/3 DOWN.",
              "alert: Server be/s1 is DOWN. 0 active and 0 backup servers left. 0 sessions active, "
              "0 requeued, 0 remaining in queue.",
              "emerg: backend be has no server available!",
              "notice: Health check for server be/s1 succeeded, reason: Layer7 check passed, code: "
              "200, check duration: 0ms, status: 1/3 DOWN.",
              "notice: Health check for server be/s1 succeeded, reason: Layer7 check passed, code: "
              "200, check duration: 0ms, status: 2/3 DOWN.",
              "notice: Health check for server be/s1 succeeded, reason: Layer7 check passed, code: "
              "200, check duration: 0ms, status: 2/2 UP.",
              "notice: Server be/s1 is UP. 1 active and 0 backup servers online. 0 sessions "
              "requeued, 0 total in queue."});
}

TEST_CASE("the states of a server and of its backend are kept with their times and counts") {
  Bench bench(1);
  bench.answers(0, "PFF");
  CHECK(bench.is_up(0));
  CHECK(bench.state(0).checks_failed == 2);
  bench.answers(0, "FFF");
  CHECK_FALSE(bench.is_up(0));
  CHECK(bench.state(0).checks_failed == 3);
  CHECK(bench.state(0).times_down == 1);
  CHECK(bench.state(0).check_status == static_cast<uint32_t>(CheckStatus::kL7Status));
  CHECK(bench.state(0).check_code == 500);
  CHECK(bench.state(0).check_ms == 7);
  CHECK(bench.report().last_text(0) == "Text");
  CHECK(bench.state(0).changed_ms == bench.now_ms - 2000);
  CHECK(bench.shared().backend_state(0).down == 1);
  bench.answers(0, "PP");
  CHECK(bench.is_up(0));
  CHECK(bench.state(0).down_ms == 4000);
  CHECK(bench.shared().backend_state(0).down == 0);
  CHECK(bench.shared().backend_state(0).times_down == 1);
  CHECK(bench.shared().backend_state(0).down_ms == 4000);
}

TEST_CASE("maintenance and draining are told as HAProxy tells them") {
  Bench bench(2);
  bench.admin(0, kMaint);
  CHECK(bench.told() ==
        Lines{"alert: Server be/s1 is going DOWN for maintenance. 1 active and 0 backup servers "
              "left. 0 sessions active, 0 requeued, 0 remaining in queue."});
  bench.admin(0, kMaint);
  CHECK(bench.told().empty());
  bench.admin(0, kReady);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is UP/READY (leaving forced maintenance)."});
  bench.admin(0, kDrain);
  CHECK(bench.told() == Lines{"notice: Server be/s1 enters drain state. 1 active and 0 backup "
                              "servers online. 0 sessions requeued, 0 total in queue."});
  CHECK(bench.is_up(0));
  CHECK(bench.state(0).weight == 0);
  bench.admin(0, kMaint);
  CHECK(bench.told() ==
        Lines{"notice: Server be/s1 is going DOWN for maintenance. 1 active and 0 backup servers "
              "left. 0 sessions active, 0 requeued, 0 remaining in queue."});
  bench.admin(0, kDrain);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is UP/DRAIN (leaving forced maintenance).",
                              "notice: Server be/s1 remains in forced drain mode."});
  bench.admin(0, kReady);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is UP (leaving forced drain)."});
  CHECK(bench.state(0).weight == 160);
}

TEST_CASE("a server that is down already goes quietly") {
  Bench bench(1);
  bench.answers(0, "F");
  bench.told();
  bench.admin(0, kDrain);
  CHECK(bench.told() ==
        Lines{"notice: Server be/s1 enters drain state. 0 active and 0 backup "
              "servers left. 0 sessions active, 0 requeued, 0 remaining in queue."});
  bench.admin(0, kReady);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is DOWN (leaving forced drain)."});
  bench.admin(0, kMaint);
  CHECK(bench.told() == Lines{"notice: Server be/s1 was DOWN and now enters maintenance."});
  CHECK(bench.state(0).times_down == 1);
  // After maintenance it is tried again at once, and the first answer decides.
  bench.admin(0, kReady);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is UP/READY (leaving forced maintenance)."});
  CHECK(bench.is_up(0));
  bench.answers(0, "F");
  CHECK_FALSE(bench.is_up(0));
}

TEST_CASE("a draining server's failures cost no traffic and are no alert") {
  Bench bench(1);
  bench.answers(0, "P");
  bench.admin(0, kDrain);
  CHECK(bench.told().back() == "emerg: backend be has no server available!");
  bench.answers(0, "FFF");
  CHECK(bench.told() ==
        Lines{"notice: Server be/s1 is DOWN, reason: Layer7 wrong status, code: 500, info: "
              "\"Text\", check duration: 7ms. 0 active and 0 backup servers left. 0 sessions "
              "active, 0 requeued, 0 remaining in queue.",
              "notice: Server be/s1 remains in forced drain mode."});
}

TEST_CASE("health can be forced, but not against maintenance") {
  Bench bench(1);
  bench.health(0, ServerHealth::kDown);
  CHECK(bench.told().front() ==
        "alert: Server be/s1 is DOWN, changed from CLI. 0 active and 0 backup servers left. 0 "
        "sessions active, 0 requeued, 0 remaining in queue.");
  bench.health(0, ServerHealth::kDown);
  CHECK(bench.told().empty());
  bench.health(0, ServerHealth::kStopping);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is stopping, changed from CLI. 0 active and 0 "
                              "backup servers online. 0 sessions requeued, 0 total in queue."});
  CHECK(bench.state(0).weight == 0);
  bench.health(0, ServerHealth::kUp);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is UP, changed from CLI. 1 active and 0 backup "
                              "servers online. 0 sessions requeued, 0 total in queue."});
  bench.admin(0, kMaint);
  bench.told();
  bench.health(0, ServerHealth::kDown);
  bench.answers(0, "FFF");
  CHECK(bench.told().empty());
}

TEST_CASE("weights are absolute or relative to the configured one") {
  Bench bench(1);
  CHECK(bench.weight(0, "5") == "5");
  CHECK(bench.state(0).weight == 80);
  CHECK(bench.weight(0, "50%") == "5");
  CHECK(bench.weight(0, "100%") == "10");
  CHECK(bench.weight(0, "5%") == "0");
  CHECK(bench.told() == Lines{"emerg: backend be has no server available!"});
  CHECK(bench.weight(0, "3000%") == "256");
  CHECK(bench.told().empty());
  CHECK(bench.weight(0, "99999999999999999999%") == "256");
  for (const char* bad : {"257", "-1", "99999999999999999999"}) {
    CHECK(bench.weight(0, bad) == "Absolute weight can only be between 0 and 256 inclusive.");
  }
  CHECK(bench.weight(0, "-5%") == "Relative weight must be positive.");
  CHECK(bench.weight(0, "abc") == "Empty weight string empty or preceded by garbage");
  CHECK(bench.weight(0, "%") == "Empty weight string empty or preceded by garbage");
  CHECK(bench.weight(0, "10x") == "Trailing garbage in weight string");
  CHECK(bench.weight(0, "50%%") == "Trailing garbage in weight string");
}

TEST_CASE("static algorithms take no weight, or the configured one") {
  Bench bench(1);
  bench.backend().balance.static_weights = true;
  CHECK(bench.weight(0, "0") == "0");
  CHECK(bench.weight(0, "10") == "10");
  CHECK(bench.weight(0, "5") ==
        "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.");
}

TEST_CASE("slow start is for servers that come back, and follows a change of weight") {
  Bench bench(1);
  bench.settings(0).slowstart = Millis(16'000);
  CHECK(bench.report().slowstart_step(0, 0) == 0);
  CHECK(bench.state(0).weight == 160);
  bench.answers(0, "F");
  bench.answers(0, "PP");
  CHECK(bench.state(0).weight == 10);
  const int64_t back_ms = bench.now_ms;
  CHECK(bench.report().slowstart_step(0, back_ms) == back_ms + 1000);
  CHECK(bench.report().slowstart_step(0, back_ms + 1000) == back_ms + 2000);
  CHECK(bench.state(0).weight == 20);
  bench.now_ms += 1000;
  CHECK(bench.weight(0, "100") == "100");
  CHECK(bench.state(0).weight == 200);
  bench.succeed();
  CHECK(bench.report().slowstart_step(0, back_ms + 7000) == back_ms + 8000);
  CHECK(bench.state(0).weight == 800);
  CHECK(bench.report().slowstart_step(0, back_ms + 16'000) == 0);
  CHECK(bench.state(0).weight == 1600);
}

TEST_CASE("a new control process goes on where the last one was, and publishes everything once") {
  Bench bench(2);
  bench.answers(0, "PF");
  bench.answers(1, "F");
  bench.admin(1, kMaint);
  bench.told();
  bench.succeed();
  bench.report().publish();
  CHECK(bench.publications == 1);
  bench.answers(0, "F");
  CHECK(bench.is_up(0));
  bench.answers(0, "F");
  CHECK(bench.told().front().starts_with("alert: Server be/s1 is DOWN"));
  CHECK(bench.told().empty());
}

TEST_CASE("only changes of state or weight are published, and once a turn") {
  Bench bench(2);
  bench.report().publish();
  bench.publications = 0;
  bench.answers(0, "PFF");
  bench.report().publish();
  CHECK(bench.publications == 0);
  bench.answers(0, "F");
  bench.answers(1, "F");
  bench.report().publish();
  bench.report().publish();
  CHECK(bench.publications == 1);
  CHECK(bench.weight(0, "10") == "10");
  bench.report().publish();
  CHECK(bench.publications == 1);
}

TEST_CASE("a backend whose servers are all disabled is down from the start, without a word") {
  Bench bench(1);
  bench.settings(0).disabled = true;
  bench.report();
  CHECK(bench.shared().backend_state(0).down == 1);
  CHECK(bench.told().empty());
  bench.admin(0, kReady);
  CHECK(bench.told() == Lines{"notice: Server be/s1 is UP/READY (leaving forced maintenance)."});
  CHECK(bench.shared().backend_state(0).down == 0);
}

TEST_CASE("foreign words in a message cannot break the line") {
  CheckResult result = failed();
  result.text =
      "a\x07"
      "b\"c\n";
  CHECK(reason_text(result) ==
        ", reason: Layer7 wrong status, code: 500, info: "
        "\"a<07>b<22>c<0A>\", check duration: 7ms");
  ProxyConfig listen;
  listen.kind = ProxyKind::kListen;
  listen.name = "li";
  CHECK(no_server_text(listen) == "proxy li has no server available!");
}

}  // namespace
}  // namespace hawser
