// SPDX-License-Identifier: MIT
// The other end of the runtime socket: `hawser ask`.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace hawser {

// `where` is a path, or an address as in the configuration.
Result<Fd> connect_stats_socket(const std::string& where);

// Sends `command`, if it is not empty, and then what comes from `in` (-1: nothing), until that
// ends. Copies the answers to `out` until the socket ends.
Result<> converse(int socket, std::string_view command, int in, int out);

// The program: asks `command`, or else what standard input says; a terminal is a conversation.
// Returns its exit code.
int run_ask(const std::string& where, const std::string& command);

}  // namespace hawser
