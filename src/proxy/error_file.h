// SPDX-License-Identifier: MIT
// Error pages that an administrator wrote: whole HTTP responses in files.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace hawser {

// The response in `raw` as it is sent: one status line, header fields, a body. Lines of the head
// may end in a bare LF, which becomes CRLF. Refuses what a client could misread: a Content-Length
// that is not the body's, a Transfer-Encoding, a body where the status allows none. The empty text
// is accepted and stays empty: nothing is sent then, the connection is closed.
Result<std::string> check_error_response(std::string_view raw);

// The response in the file `path`, which must fit `limit` bytes.
Result<std::string> read_error_file(const std::string& path, size_t limit);

}  // namespace hawser
