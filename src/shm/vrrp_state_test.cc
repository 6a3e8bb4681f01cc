// SPDX-License-Identifier: MIT
#include "shm/vrrp_state.h"

#include <memory>

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("what was cleared is what the counters had") {
  const auto slot = std::make_unique<VrrpSlot>(), cleared = std::make_unique<VrrpSlot>();
  slot->adverts_sent = 7;
  slot->rejected[static_cast<size_t>(VrrpReject::kTtl)] = 3;
  slot->lateness[2] = 9;
  slot->lateness_max_ns = 400;
  slot->priority = 100;
  clear_vrrp_counters(*slot, *cleared);
  CHECK(cleared->adverts_sent == 7);
  CHECK(cleared->rejected[static_cast<size_t>(VrrpReject::kTtl)] == 3);
  CHECK(cleared->lateness[2] == 9);
  CHECK(slot->lateness_max_ns == 0);
  CHECK(slot->adverts_sent == 7);
  CHECK(slot->priority == 100);
}

}  // namespace
}  // namespace hawser
