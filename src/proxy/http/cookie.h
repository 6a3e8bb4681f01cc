// SPDX-License-Identifier: MIT
// Cookie persistence: which server a request's cookie names, and what becomes of Cookie and
// Set-Cookie on the way.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/model.h"
#include "proxy/http/head.h"

namespace hawser {

// What was found, and letters 3 and 4 of the termination state.
struct CookieOutcome {
  uint32_t server = kNoIndex;  // position of the server that the cookie names
  char client = '-';           // N none, I invalid, D down, V valid, E expired, O old, U unused
  char response = '-';         // N none, I inserted, U updated, P passed, R rewritten, D deleted
  int64_t first_date = 0;      // of a dated cookie: seconds since 1970 of its first use; 0: none
  bool wants_dates = false;    // a cookie that is valid but shall be sent again with new dates
};

// Value of the cookie `name` in a Cookie field's value; a view with a null data(): there is none.
std::string_view find_cookie(std::string_view field, std::string_view name);

// The cookie value of a server: its `cookie` word, or with `dynamic` the hash of its address and
// the key; empty: none.
std::string server_cookie(const ProxyConfig& backend, const ServerConfig& server);

// Reads the persistence cookie of a request. `cookies[position]` are the servers' values
// (server_cookie()). `now_s`: wall clock. Changes the request: removes the cookie (indirect,
// insert) or its prefix (prefix).
CookieOutcome read_persistence(const ProxyConfig& backend, std::span<const std::string> cookies,
                               Head& request, int64_t now_s);

// Adds, rewrites or removes Set-Cookie (and cache control) in the response of server `position`.
void write_persistence(const ProxyConfig& backend, std::span<const std::string> cookies,
                       uint32_t position, std::string_view method, Head& response, int64_t now_s,
                       CookieOutcome& outcome);

}  // namespace hawser
