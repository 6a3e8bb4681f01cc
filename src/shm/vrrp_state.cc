// SPDX-License-Identifier: MIT
#include "shm/vrrp_state.h"

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

}  // namespace hawser
