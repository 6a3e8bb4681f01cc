// SPDX-License-Identifier: MIT
// The statistics value by value: `show stat typed` and `show stat json`.
#pragma once

#include <string>

#include "admin/stats_table.h"

namespace hawser {

// A line for each value: "S.3.1.4.scur.1:MGP:u32:0".
void print_typed_row(const StatRow& row, bool with_help, std::string& out);
// An array with an object for each value.
void print_json_row(const StatRow& row, std::string& out);

}  // namespace hawser
