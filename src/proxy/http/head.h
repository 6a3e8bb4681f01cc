// SPDX-License-Identifier: MIT
// The head of a request or response, whatever its HTTP version: what rules, balancing and logging
// look at.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "proxy/http/names.h"

namespace hawser {

enum class BodyKind : uint8_t { kNone, kLength, kChunked, kUntilClose };

// One header line. The views point into the receive buffer, or into text that lives as long as the
// head.
struct HeaderField {
  std::string_view name, value;
  HeaderId id = HeaderId::kOther;
  bool dropped = false;  // not to be sent on
};

// The views are good until the bytes of the head are consumed from the receive buffer.
struct Head {
  // request
  std::string_view method, target;
  // response
  uint16_t status = 0;
  std::string_view reason;

  uint8_t minor = 1;                // HTTP/1.<minor>
  std::string_view start_line;      // without CRLF; a changed one points to text of our own
  std::string_view raw;             // everything as received, from the start line to the empty line
  std::vector<HeaderField> fields;  // in order; capacity is kept from message to message
  std::vector<std::pair<std::string_view, std::string_view>> added;  // appended after them
  TextArena text;  // what the views of added and changed parts point to

  BodyKind body = BodyKind::kNone;
  uint64_t length = 0;  // of kLength

  bool says_close = false;        // Connection: close
  bool says_keep_alive = false;   // Connection: keep-alive
  bool says_upgrade = false;      // Connection: upgrade, and an Upgrade field
  bool expects_continue = false;  // Expect: 100-continue
  bool uses_proxy_connection = false;

  void clear();
  bool is_head() const { return method == "HEAD"; }
  bool is_connect() const { return method == "CONNECT"; }

  // Value of the first field of that name; nullptr-data view: there is none.
  std::string_view find(HeaderId id) const;
  std::string_view find(std::string_view name) const;
  bool has(HeaderId id) const { return find(id).data() != nullptr; }
  void drop(HeaderId id);
  void drop(std::string_view name);
  // Appends a field; the name and the value are copied.
  void add(std::string_view name, std::string_view value) {
    added.emplace_back(text.join(name), text.join(value));
  }

  // Of a request target: the part before '?' in origin form, the authority of the absolute form
  // removed.
  std::string_view path() const;
  std::string_view path_and_query() const;
  std::string_view query() const;  // after '?', without it; empty: none
};

}  // namespace hawser
