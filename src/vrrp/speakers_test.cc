// SPDX-License-Identifier: MIT
#include "vrrp/speakers.h"

#include "base/testing.h"
#include "config/testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

struct Segment {
  Segment()
      : config(config_of("vrrp v\ninterface eth0\nvrid 151\nvirtual-address 10.1.10.7\n")),
        shared(std::move(Shared::create(*config, 1)).value()),
        speakers(*shared) {}
  void hear(const char* from, uint32_t verdict, int64_t now_ns) {
    speakers.heard(2, ip(from), hex(kGoldenPass), verdict, now_ns);
  }
  std::unique_ptr<const Config> config;
  std::unique_ptr<Shared> shared;
  Speakers speakers;
};

TEST_CASE("a speaker has one row, with what its last advert said and what became of it", "[vrrp]") {
  Segment segment;
  segment.hear("10.1.10.6", kVrrpAccepted, 5);
  segment.hear("10.1.10.8", kVrrpNotOurs, 6);
  segment.hear("10.1.10.6", vrrp_refused(VrrpReject::kAuthFailure), 7);
  const VrrpSpeaker& first = segment.shared->vrrp_speaker(0);
  CHECK(first.adverts == 2);
  CHECK(first.heard_ns == 7);
  CHECK(first.vrid == 151);
  CHECK(first.version == 2);
  CHECK(first.priority == 100);
  CHECK(first.interval_cs == 100);
  CHECK(first.verdict == vrrp_refused(VrrpReject::kAuthFailure));
  CHECK(segment.shared->vrrp_speaker(1).verdict == kVrrpNotOurs);
  CHECK(segment.shared->vrrp_speaker(2).heard_ns == 0);
}

TEST_CASE("of too many speakers the one silent for longest gives way", "[vrrp]") {
  Segment segment;
  for (uint32_t i = 0; i < kVrrpSpeakers; ++i) {
    const std::string from = "10.2." + std::to_string(i / 200) + "." + std::to_string(i % 200);
    segment.hear(from.c_str(), kVrrpNotOurs, i + 1);
  }
  segment.hear("10.2.0.0", kVrrpNotOurs, 1000);
  segment.hear("10.1.10.6", kVrrpAccepted, 1001);
  CHECK(segment.shared->vrrp_speaker(0).heard_ns == 1000);
  CHECK(segment.shared->vrrp_speaker(1).heard_ns == 1001);
  CHECK(segment.shared->vrrp_speaker(1).adverts == 1);
}

}  // namespace
}  // namespace hawser::vrrp
