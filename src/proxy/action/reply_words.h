// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "config/keyword.h"
#include "proxy/http/reply.h"

namespace hawser {

// The words that describe a reply: status, content-type, string, file, errorfile,
// default-errorfiles, hdr.
struct ReplyWords {
  Reply reply;
  bool error_page = false;  // no content of its own: the error page of the status
};

// Reads the rest of the line. `status` is the default; nullopt: an error has been reported.
std::optional<ReplyWords> parse_reply_words(KeywordCall& call, uint16_t status, bool is_deny);

}  // namespace hawser
