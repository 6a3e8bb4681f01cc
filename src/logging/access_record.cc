// SPDX-License-Identifier: MIT
#include "logging/access_record.h"

namespace hawser {

AccessTimers timers_of(const AccessTimes& t) {
  // TCP has no request to wait for: its queue begins where the handshake ends.
  const int64_t ready = t.request >= 0 ? t.request : t.handshake;
  const bool began = t.first_byte >= 0;
  return {
      .handshake = t.handshake,
      .idle = began ? t.first_byte - t.handshake : -1,
      .request = began && t.request >= 0 ? t.request - t.first_byte : -1,
      .query = t.request >= 0 ? t.request : -1,
      .queue = t.queue >= 0 ? t.queue - ready : -1,
      .connect = t.connect >= 0 ? t.connect - t.queue : -1,
      .response = t.response >= 0 ? t.response - t.connect : -1,
      .data = t.response >= 0 ? t.end - t.response : -1,
      .active = began ? t.end - t.first_byte : t.end,
      .total = t.end,
      .user = began ? t.end - (t.first_byte - t.handshake) : t.end,
  };
}

}  // namespace hawser
