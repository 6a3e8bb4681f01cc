// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "proxy/http/head.h"
#include "proxy/runtime.h"

namespace hawser {

class Session;

// What `balance` looks at, hashed; kNoKey: the request has no such thing. `input` is what has
// arrived from the client, in mode http with the head of `head_size` bytes in front.
uint64_t request_key(const Backend& backend, const Session& session, const Head& request,
                     std::string_view input, size_t head_size);

}  // namespace hawser
