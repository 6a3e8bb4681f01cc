// SPDX-License-Identifier: MIT
// The request of `option httpchk`, byte for byte HAProxy's.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace hawser {

// Of a method and a request target.
Result<void> check_httpchk_method(std::string_view method);
Result<void> check_httpchk_uri(std::string_view uri);

// `version` is "HTTP/1.0" or "HTTP/1.1", and may go on with "\r\n"-separated header lines and,
// after an empty line, a body: the way in which headers were given before `http-check send`.
// Header names are sent in lower case; content-length and connection are ours.
Result<std::string> httpchk_request(std::string_view method, std::string_view uri,
                                    std::string_view version);

}  // namespace hawser
