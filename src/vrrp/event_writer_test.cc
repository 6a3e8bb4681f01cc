// SPDX-License-Identifier: MIT
#include "vrrp/event_writer.h"

#include "base/testing.h"

namespace hawser {
namespace {

struct Ring {
  Config config;
  std::unique_ptr<Shared> shared;
  Ring() {
    config.vrrp_instances.emplace_back();
    shared = std::move(Shared::create(config, 1)).value();
  }
  const VrrpEventEntry& entry(uint64_t number) {
    return shared->vrrp_events().entries[number % kVrrpEvents];
  }
};

TEST_CASE("events are numbered from 1 and say what they were told") {
  Ring ring;
  EventWriter writer(*ring.shared);
  writer.write(0, static_cast<uint32_t>(VrrpState::kMaster), 100, LogLevel::kNotice, "first");
  writer.write(0, kVrrpNote, 90, LogLevel::kWarning, "second");
  CHECK(ring.shared->vrrp_events().written == 2);
  CHECK(ring.entry(1).number == 1);
  CHECK(std::string(ring.entry(1).text) == "first");
  CHECK(ring.entry(2).what == kVrrpNote);
  CHECK(ring.entry(2).priority == 90);
}

TEST_CASE("a writer that was replaced goes on counting") {
  Ring ring;
  EventWriter(*ring.shared).write(0, kVrrpNote, 1, LogLevel::kInfo, "before");
  EventWriter(*ring.shared).write(0, kVrrpNote, 1, LogLevel::kInfo, "after");
  CHECK(std::string(ring.entry(2).text) == "after");
}

TEST_CASE("a full ring loses the oldest event") {
  Ring ring;
  EventWriter writer(*ring.shared);
  for (uint32_t i = 0; i <= kVrrpEvents; ++i) {
    writer.write(0, kVrrpNote, 1, LogLevel::kInfo, std::to_string(i));
  }
  CHECK(ring.entry(1).number == kVrrpEvents + 1);
}

TEST_CASE("a text that does not fit is cut") {
  Ring ring;
  EventWriter(*ring.shared).write(0, kVrrpNote, 1, LogLevel::kInfo, std::string(5000, 'x'));
  CHECK(std::string(ring.entry(1).text).size() == sizeof(VrrpEventEntry::text) - 1);
}

TEST_CASE("what repeats is said once a minute, with how often it was not said") {
  constexpr int64_t kSecond = 1'000'000'000;
  Repeats repeats;
  CHECK(repeats.count(0) == 0u);
  CHECK_FALSE(repeats.count(kSecond));
  CHECK_FALSE(repeats.count(59 * kSecond));
  CHECK(repeats.count(60 * kSecond) == 2u);
  CHECK(repeats.count(200 * kSecond) == 0u);
}

}  // namespace
}  // namespace hawser
