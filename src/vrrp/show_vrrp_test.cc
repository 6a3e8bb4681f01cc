// SPDX-License-Identifier: MIT
#include "vrrp/show_vrrp.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "vrrp/script_verdict.h"
#include "vrrp/test_node.h"
#include "vrrp/tracker.h"
#include "vrrp/tracker_share.h"

namespace hawser {
namespace {

using Catch::Matchers::Contains;

constexpr int64_t kSecond = 1'000'000'000;
constexpr ShowTime kNow{1000 * kSecond, 1'795'246'200 * kSecond};
constexpr TrackerType kScript{.name = "script", .writer = TrackWriter::kControl, .options = {}};
constexpr TrackerType kFile{.name = "file", .writer = TrackWriter::kControl, .options = {}};

void set_address(std::atomic<uint64_t> (&address)[2], const char* text) {
  in_addr ip;
  REQUIRE(inet_pton(AF_INET, text, &ip) == 1);
  uint64_t word = 0;
  memcpy(&word, &ip, sizeof ip);
  address[0] = word;
}

// VI_2 on the loopback interface, backup of 10.0.0.2, with a failed script.
struct Shown : TestNode {
  Shown() {
    config.vrrps[1]->interface = "lo";
    TrackConfig& track = config.vrrps[1]->tracks.emplace_back();
    track.type = &kScript;
    track.subject = "chk";
    track.weight = -20;
    track.slot = 0;
    share();
    TrackState& state = shared->track_state(0);
    state.result = 2;
    state.exit_code = 1;
    state.runs = 9;
    state.failures = 3;
    state.duration_us = 12'000;
    state.changed_ns = kNow.monotonic_ns - 182 * kSecond;
    VrrpSlot& s = slot();
    s.state = VrrpState::kBackup;
    s.priority = 80;
    s.base_priority = 100;
    s.advert_cs = 100;
    s.master_priority = 90;
    s.peers_heard = 1;
    s.changed_ns = kNow.monotonic_ns - 5 * kSecond;
    set_address(s.master_address, "10.0.0.2");
    VrrpSpeaker& speaker = shared->vrrp_speaker(0);
    set_address(speaker.address, "10.0.0.2");
    speaker.ifindex = if_nametoindex("lo");
    speaker.family = AF_INET;
    speaker.vrid = 52;
    speaker.version = 2;
    speaker.priority = 90;
    speaker.interval_cs = 100;
    speaker.addresses = 1;
    speaker.adverts = 77;
    speaker.heard_ns = kNow.monotonic_ns - kSecond / 2;
  }
  VrrpSlot& slot() { return shared->vrrp(2); }
  std::string text() {
    std::string out;
    show_vrrp_text(config, *shared, 2, kNow, out);
    return out;
  }
  std::vector<std::string> alarms() { return vrrp_alarms(config, *shared, 2); }
};

TEST_CASE("spans are told in their two largest units") {
  CHECK(span_text(0) == "0s");
  CHECK(span_text(100'000) == "100us");
  CHECK(span_text(250'999'999) == "250ms");
  CHECK(span_text(kSecond + 1) == "1s");
  CHECK(span_text(182 * kSecond) == "3m2s");
  CHECK(span_text(90'000 * kSecond) == "1d1h");
}

TEST_CASE("how a backup stands, and why") {
  Shown node;
  node.happens(2, static_cast<uint32_t>(VrrpState::kBackup), "10.0.0.2 has priority 90");
  node.shared->vrrp_events().read = 1;
  node.slot().adverts_received = 80;
  node.shared->vrrp_cleared(2).adverts_received = 30;
  node.slot().lateness[0] = 99;
  node.slot().lateness[3] = 1;
  node.slot().lateness_max_ns = 700'000;
  node.slot().notify_runs = 2;
  node.slot().notify_ms = 12;
  node.slot().rejected[static_cast<size_t>(VrrpReject::kAuthFailure)] = 4;
  const std::string since = time_text(kNow.realtime_ns - 5 * kSecond);
  CHECK(node.text() == "VI_2: BACKUP since " + since + R"( (5s)
  because       10.0.0.2 has priority 90
  router        id 52 on lo, VRRPv2 over IPv4, an advert every 1s
  priority      80 (base 100; track-script chk -20)
  addresses     192.0.2.20/24
  master        10.0.0.2, priority 90
  peers         10.0.0.2, priority 90, heard 500ms ago
  tracks        track-script chk down for 3m2s, weight -20; exit code 1 after 12 ms, 3 of 9 runs failed
  adverts       0 sent, 50 accepted; of priority 0: 0 sent, 0 received
  transitions   0 to MASTER, 0 from MASTER, 0 to BACKUP, 0 to FAULT
  announced     0 gratuitous ARP or neighbour advertisements
  refused       4 auth_failure: wrong password, MAC or sequence number
  lateness      half <= 100us, 99% <= 100us, at most 700us
  notify        2 scripts run, 0 failed; the last one: exit code 0 after 12 ms
)");
}

TEST_CASE("a virtual MAC address is shown with its interface") {
  Shown node;
  node.config.vrrp_instances[2].macvlan = "vrrp.52";
  node.config.vrrp_instances[2].mac = {0x00, 0x00, 0x5e, 0x00, 0x01, 52};
  CHECK_THAT(node.text(), Contains("  virtual mac   00:00:5e:00:01:34 on vrrp.52\n"));
  std::string json;
  show_vrrp_json(node.config, *node.shared, 2, kNow, json);
  CHECK_THAT(json,
             Contains(R"("virtual_mac":"00:00:5e:00:01:34","virtual_mac_interface":"vrrp.52")"));
}

TEST_CASE("what an arbiter says is shown") {
  Shown node;
  std::string json;
  const auto text = [&] { return node.text(); };
  CHECK_THAT(text(), !Contains("arbiter"));
  node.config.vrrps[1]->arbiter.ping = *Address::parse_ip("192.0.2.1");
  CHECK_THAT(text(), Contains("  arbiter       192.0.2.1 has not answered yet\n"));
  node.slot().arbiter = static_cast<uint32_t>(TrackResult::kUp);
  node.slot().arbiter_ns = kNow.monotonic_ns - 90 * kSecond;
  node.slot().arbiter_us = 250;
  CHECK_THAT(text(), Contains("192.0.2.1 answers, for 1m30s; the last time after 250 us\n"));
  show_vrrp_json(node.config, *node.shared, 2, kNow, json);
  CHECK_THAT(json, Contains(R"("arbiter":{"address":"192.0.2.1","result":"up","seconds":90,)"
                            R"("round_trip_us":250},)"));
  node.slot().arbiter = static_cast<uint32_t>(TrackResult::kDown);
  CHECK_THAT(text(), Contains("does not answer, for 1m30s: a backup that hears no peer stays"));
  node.slot().alarms = kAlarmIsolated;
  CHECK(node.alarms() ==
        std::vector<std::string>{"isolated: no peer is heard, and the arbiter 192.0.2.1 does not "
                                 "answer; this node does not become master"});
}

TEST_CASE("alarms are sentences") {
  Shown node;
  CHECK(node.alarms().empty());
  node.slot().alarms = kAlarmSplitBrain;
  node.slot().split_brain_ns = 3 * kSecond;
  node.slot().rival_priority = 80;
  set_address(node.slot().rival_address, "10.0.0.4");
  CHECK(node.alarms() ==
        std::vector<std::string>{"split brain: 10.0.0.4 is master as well and goes on advertising "
                                 "(priority 80); 3s so far"});
  node.slot().alarms = kAlarmRejectedPeer;
  node.slot().last_reject = static_cast<uint32_t>(VrrpReject::kInterval) + 1;
  set_address(node.slot().last_reject_address, "10.0.0.3");
  CHECK(node.alarms() == std::vector<std::string>{
                             "the adverts of 10.0.0.3 are refused: advert interval differs from "
                             "ours (advert_interval_err); until that is put right both nodes may "
                             "be master"});
  node.slot().alarms = kAlarmCannotMove;
  node.config.vrrps[1]->peer_priority = 70;
  CHECK(node.alarms() == std::vector<std::string>{
                             "would not fail over because with its failed trackers the priority is "
                             "still 80, and the peer's is 70"});
  node.slot().alarms = 0;
  node.slot().state = VrrpState::kMaster;
  node.slot().peers_heard = 0;
  REQUIRE(node.alarms().size() == 1);
  CHECK_THAT(node.alarms()[0], Contains("no peer was ever heard"));
  CHECK_THAT(node.text(), Contains("  ALARM         no peer was ever heard"));
  // What is refused was heard: the firewall is not to blame.
  node.slot().rejected[static_cast<size_t>(VrrpReject::kAuthFailure)] = 3;
  CHECK(node.alarms() == std::vector<std::string>{"no advert was ever accepted, and 3 were "
                                                  "refused: see 'show vrrp lan'"});
}

TEST_CASE("what trackers add to a priority") {
  TrackConfig track;
  track.type = &kScript;
  TrackState state{};
  const auto share = [&](int16_t weight, uint32_t result, bool reverse = false) {
    track.weight = weight;
    track.reverse = reverse;
    state.result = result;
    return track_share(track, state);
  };
  CHECK(share(20, 0) == 0);
  CHECK(share(20, 1) == 20);
  CHECK(share(20, 2) == 0);
  CHECK(share(-20, 1) == 0);
  CHECK(share(-20, 2) == -20);
  CHECK(share(-20, 1, true) == -20);
  CHECK(share(0, 2) == 0);
  track.type = &kFile;
  state.value = 3;
  CHECK(share(-20, 2) == -60);
  CHECK(share(20, 2, true) == -60);
  state.value = 0;
  CHECK(share(20, 1) == 0);
}

TEST_CASE("the same for programs") {
  Shown node;
  std::string out;
  show_vrrp_json(node.config, *node.shared, 2, kNow, out);
  CHECK_THAT(out, Contains(R"({"name":"VI_2","section":"VI_2","interface":"lo","vrid":52,)"
                           R"("family":"ipv4","version":2,"state":1,"state_name":"BACKUP",)"
                           R"("state_seconds":5,"priority":80,"base_priority":100,)"
                           R"("advert_ms":1000,"maintenance":false,"master":"10.0.0.2",)"));
  CHECK_THAT(out, Contains(R"("tracks":[{"type":"script","name":"chk","result":"down","value":0,)"
                           R"("weight":-20,"share":-20}])"));
  CHECK_THAT(out, Contains(R"("rejected":{"packet_len_err":0,)"));
  CHECK(out.ends_with("]}"));
}

TEST_CASE("everybody heard is listed, with what we think of him") {
  Shown node;
  VrrpSpeaker& foreign = node.shared->vrrp_speaker(1);
  foreign.ifindex = if_nametoindex("lo");
  foreign.family = AF_INET;
  foreign.vrid = 7;
  foreign.verdict = 255;
  foreign.heard_ns = kNow.monotonic_ns - kSecond;
  std::string out;
  show_vrrp_lan(node.config, *node.shared, kNow, out);
  std::vector<std::string> lines;
  for (size_t at = 0; at < out.size();) {
    const size_t end = out.find('\n', at);
    lines.push_back(out.substr(at, end - at));
    at = end + 1;
  }
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("# interface"));
  CHECK_THAT(lines[1], Contains("not ours"));
  CHECK_THAT(lines[2], Contains("10.0.0.2") && Contains("accepted") && Contains("500ms"));
}

}  // namespace
}  // namespace hawser
