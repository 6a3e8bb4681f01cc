// SPDX-License-Identifier: MIT
// Any bytes on the runtime socket are commands or are refused, within bounds, and in the same way
// however they are cut into pieces.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin/cli_session.h"
#include "base/assert.h"
#include "config/listing.h"

namespace {

using hawser::CliSession;

// Gives what a client reads. Every command is answered with its words, or does what it says.
std::string talk(std::string_view in, size_t piece) {
  CliSession session(hawser::CliLevel::kAdmin, hawser::Millis(1000));
  const auto run = [&session] {
    while (const auto request = session.next()) {
      HW_ASSERT(request->payload.size() <= CliSession::kMaxPayload);
      std::vector<std::string_view> words(request->words.begin(), request->words.end());
      size_t used = 0;
      const hawser::Command* command = hawser::find_command(words, used);
      const std::string_view name = command == nullptr ? "" : command->name;
      if (name == "prompt") session.state().interactive = !session.state().interactive;
      if (name == "quit") session.state().quit = true;
      if (command == nullptr) {
        session.answer(hawser::unknown_command(words));
      } else if (name != "quit") {
        session.answer(name);
      }
      session.answer(request->payload);
      session.end_answer();
    }
  };
  for (size_t at = 0; at < in.size(); at += piece) {
    session.feed(in.substr(at, piece));
    run();
  }
  session.end_of_input();
  run();
  HW_ASSERT(session.is_over());
  HW_ASSERT(!session.is_running());
  return session.out();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool ready = static_cast<bool>(hawser::seal_registries());
  HW_ASSERT(ready);
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  // A session may end after any piece when no line is left, so only the first answers are equal.
  const std::string whole = talk(in, size_t{16} * 1024);
  const std::string bytes = talk(in, 1);
  HW_ASSERT(whole.starts_with(bytes) || bytes.starts_with(whole) || size > CliSession::kMaxLine);
  return 0;
}
