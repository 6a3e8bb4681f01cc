// SPDX-License-Identifier: MIT
// What the processes of one generation say to each other over their channels.
#pragma once

#include <cstdint>

namespace hawser {

enum class Note : uint32_t {
  // child to master
  kReady = 1,  // the role serves
  // master to child
  kDrain,  // soft stop
  kStop,   // end now, in order
  kPeer,   // body: a PeerNote; the descriptor: a channel between control and that worker
  // control to worker, and back
  kAsk,         // body: question number, request
  kAnswerPart,  // body: question number, text
  kAnswerEnd,   // the same, and the last part
};

constexpr uint32_t type_of(Note note) { return static_cast<uint32_t>(note); }

struct PeerNote {
  uint32_t worker;
};

}  // namespace hawser
