// SPDX-License-Identifier: MIT
#include "shm/vrrp_state.h"

#include <iterator>

#include "base/assert.h"

namespace hawser {
namespace {

struct RejectWords {
  const char* word;
  const char* text;
};

constexpr RejectWords kRejects[] = {
#define HW_VRRP_REJECT(name, word, text) {word, text},
    HW_VRRP_REJECTS(HW_VRRP_REJECT)
#undef HW_VRRP_REJECT
};

const RejectWords& words_of(VrrpReject reason) {
  HW_ASSERT(reason < VrrpReject::kCount);
  return kRejects[static_cast<size_t>(reason)];
}

}  // namespace

const char* reject_word(VrrpReject reason) { return words_of(reason).word; }

const char* reject_text(VrrpReject reason) { return words_of(reason).text; }

void clear_vrrp_counters(VrrpSlot& slot, VrrpSlot& cleared) {
  const auto note = [](const std::atomic<uint64_t>& now, std::atomic<uint64_t>& then) {
    then.store(now.load(std::memory_order_relaxed), std::memory_order_relaxed);
  };
#define HW_VRRP_COUNTER(name, text) note(slot.name, cleared.name);
  HW_VRRP_COUNTERS(HW_VRRP_COUNTER)
#undef HW_VRRP_COUNTER
  for (size_t i = 0; i < std::size(slot.rejected); ++i) note(slot.rejected[i], cleared.rejected[i]);
  for (size_t i = 0; i < kLatenessBuckets; ++i) note(slot.lateness[i], cleared.lateness[i]);
  cleared.split_brain_ns.store(slot.split_brain_ns.load(std::memory_order_relaxed),
                               std::memory_order_relaxed);
  slot.lateness_max_ns.store(0, std::memory_order_relaxed);
}

}  // namespace hawser
