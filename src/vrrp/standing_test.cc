// SPDX-License-Identifier: MIT
#include "vrrp/standing.h"

#include <vector>

#include "base/testing.h"

namespace hawser {
namespace {

const Sighting kUp{Sighting::State::kUp, {}, {}};
const Sighting kDown{Sighting::State::kDown, {}, "it is down"};
const Sighting kUnknown{Sighting::State::kUnknown, {}, "it has not answered"};

TrackConfig weighing(int16_t weight, bool reverse = false) {
  TrackConfig track;
  track.weight = weight;
  track.reverse = reverse;
  return track;
}

Standing stand_with(const TrackConfig& track, const Sighting& sighting, uint8_t base = 100) {
  const std::vector<Tracked> tracked{{&track, sighting}};
  return stand(base, tracked);
}

TEST_CASE("without trackers the effective priority is the configured one") {
  CHECK(stand(100, {}).priority == 100);
}

TEST_CASE("a positive weight counts while its tracker is up") {
  CHECK(stand_with(weighing(20), kUp).priority == 120);
  CHECK(stand_with(weighing(20), kDown).priority == 100);
}

TEST_CASE("a negative weight counts while its tracker is down") {
  CHECK(stand_with(weighing(-20), kUp).priority == 100);
  CHECK(stand_with(weighing(-20), kDown).priority == 80);
}

TEST_CASE("reverse turns a weight round") {
  CHECK(stand_with(weighing(20, true), kDown).priority == 120);
  CHECK(stand_with(weighing(-20, true), kUp).priority == 80);
}

TEST_CASE("a weighted tracker that has not answered counts for nothing and holds nobody back") {
  const Standing standing = stand_with(weighing(-20), kUnknown);
  CHECK(standing.priority == 100);
  CHECK_FALSE(standing.pending);
}

TEST_CASE("a tracker without weight that is down is a fault, and says why") {
  const Standing standing = stand_with(weighing(0), kDown);
  CHECK(standing.fault);
  CHECK(standing.why == "it is down");
}

TEST_CASE("a tracker without weight that has not answered holds the router back") {
  const Standing standing = stand_with(weighing(0), kUnknown);
  CHECK(standing.pending);
  CHECK_FALSE(standing.fault);
}

TEST_CASE("weights add up, within 1 and 254") {
  const TrackConfig up = weighing(200), down = weighing(-253);
  const std::vector<Tracked> both_up{{&up, kUp}, {&up, kUp}};
  CHECK(stand(100, both_up).priority == 254);
  const std::vector<Tracked> both_down{{&down, kDown}, {&up, kDown}};
  CHECK(stand(100, both_down).priority == 1);
}

TEST_CASE("an address owner keeps priority 255 whatever its weighted trackers say") {
  CHECK(stand_with(weighing(-20), kDown, 255).priority == 255);
}

TEST_CASE("the number in a file is multiplied by the weight") {
  const Sighting file{Sighting::State::kUp, -7, "the file says -7"};
  CHECK(stand_with(weighing(2), file).priority == 86);
  CHECK(stand_with(weighing(-2), file).priority == 114);
}

TEST_CASE("a file that says 0 changes nothing, whatever the weight") {
  const Sighting file{Sighting::State::kUp, 0, {}};
  CHECK(stand_with(weighing(20), file).priority == 100);
}

TEST_CASE("a file below -253 is a fault") {
  const Sighting file{Sighting::State::kUp, -254, "the file says -254"};
  CHECK(stand_with(weighing(1), file).fault);
  CHECK_FALSE(stand_with(weighing(1), {Sighting::State::kUp, -253, {}}).fault);
}

}  // namespace
}  // namespace hawser
