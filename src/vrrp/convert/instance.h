// SPDX-License-Identifier: MIT
// A vrrp_instance being converted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vrrp/convert/conversion.h"

namespace hawser::keepalived {

// The line of this name in a block; nullptr: there is none.
const Statement* find(const std::vector<Statement>& block, std::string_view name);

// What a line's meaning depends on, wherever it stands in the block.
struct Instance {
  Instance(Conversion& to, const Statement& from);

  void put(const Statement& from, std::string_view keyword, const std::string& value = {}) {
    target.text.put(keyword, value);
    std::string became(keyword);
    if (!value.empty()) became += " " + value;
    target.to.report.became(from, std::move(became));
  }
  Report& report() { return target.to.report; }

  const std::vector<Statement>& block;
  Target target;
  bool master = false, has_priority = false, has_peers = false, no_preempt = false, strict = false;
  bool ipv6 = false;
  int64_t version = 2;
};

void convert_authentication(Instance& to, const Statement& from);
void convert_hmac(Instance& to, const Statement& from);

}  // namespace hawser::keepalived
