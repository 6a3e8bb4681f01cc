// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser {

// May a request be sent again after its reused connection closed without a byte of an answer? A
// request with an idempotent method always (RFC 9110, section 9.2.2); another only when the
// server's kernel acknowledged nothing of it, so that the server's program can't have seen it.
//
// `sent_before`: bytes sent on the connection before this request.
bool may_repeat(std::string_view method, int server_fd, uint64_t sent_before);

}  // namespace hawser
