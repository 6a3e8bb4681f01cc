// SPDX-License-Identifier: MIT
#include "shm/server_state.h"

#include "base/assert.h"

namespace hawser {

std::string_view check_status_word(CheckStatus status) {
  switch (status) {
#define HW_CASE(name, word, text) \
  case CheckStatus::name:         \
    return word;
    HW_CHECK_STATUSES(HW_CASE)
#undef HW_CASE
  }
  HW_UNREACHABLE();
}

std::string_view check_status_text(CheckStatus status) {
  switch (status) {
#define HW_CASE(name, word, text) \
  case CheckStatus::name:         \
    return text;
    HW_CHECK_STATUSES(HW_CASE)
#undef HW_CASE
  }
  HW_UNREACHABLE();
}

}  // namespace hawser
