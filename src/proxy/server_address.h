// SPDX-License-Identifier: MIT
// The address of a `server` line.
#pragma once

#include "config/keyword.h"

namespace hawser {

// Fills the server's address, port offset and name from `word`, "web1:8080". Names are resolved
// now, by the methods of `init-addr`; reports what fails. A server that `init-addr none` lets start
// without an address has one of family AF_UNSPEC, with the port, and is disabled.
bool set_server_address(Args& args, const Word& word, ServerConfig& server);

}  // namespace hawser
