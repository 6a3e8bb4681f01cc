// SPDX-License-Identifier: MIT
// Answers that no server gave: error pages, redirects, `http-request return`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/model.h"

namespace hawser {

// A status with its head and body, ready but for the fields that depend on the connection. Made
// when the configuration is read, or once per process, and shared by all its uses.
struct Reply {
  uint16_t status = 0;
  std::shared_ptr<const std::string>
      head;  // status line and fields, each with CRLF, without the empty line
  std::shared_ptr<const std::string> body;
  bool close = false;  // the connection ends with it, whatever the client asked for
};

// The standard phrase of a status, "Unknown" for a strange one.
std::string_view status_phrase(uint16_t status);

// RFC 9110, section 6.4.1: 204 and 304 have none, and so no Content-Length of ours either.
bool may_have_body(uint16_t status);

// HAProxy's own page for a status that it has one for (200 400 401 403 404 405 407 408 410 413 425
// 429 431 500 501 502 503 504); the 500 page for another.
const Reply& standard_reply(uint16_t status);

// From a complete HTTP/1 message, checked as in error_file.h. Connection fields are left out.
Reply reply_from_message(uint16_t status, std::string_view message);
Reply redirect_reply(uint16_t status, std::string_view location);

// What `errorfile`, `errorloc…` or the standard pages give for `status`: the backend's first, then
// the frontend's.
const Reply& error_reply(uint16_t status, const ProxyConfig* backend, const ProxyConfig& frontend);

}  // namespace hawser
