// SPDX-License-Identifier: MIT
#include "proxy/balance/turn.h"

#include <algorithm>

#include "shm/schedule.h"

namespace hawser {
namespace {

// A server that is passed over has lost its turn, so that the one behind it does not get two. When
// so many in a row are full that the backend is about to queue, the rest is only looked at.
constexpr uint32_t kTurnsTaken = 16;

}  // namespace

uint32_t pick_by_turn(const BackendView& backend, const ServerSet& avoid) {
  TurnView turns(backend.shared, backend.config.index);
  uint32_t avoided = kNoIndex;
  uint64_t turn = 0;
  for (uint32_t i = 0; i < turns.length(); ++i) {
    turn = i < kTurnsTaken ? turns.take() : turn + 1;
    const uint32_t position = turns.at(turn);
    if (!takes_new(backend, position) || !has_room(backend, position)) continue;
    if (!avoid.has(position)) return position;
    avoided = position;
  }
  return avoided;
}

}  // namespace hawser
