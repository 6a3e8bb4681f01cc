// SPDX-License-Identifier: MIT
// The statistics as CSV, as HAProxy prints them.
#pragma once

#include <string>

#include "admin/stats_table.h"

namespace hawser {

// "# pxname,svname,…,\n"
std::string csv_header();
// Appends the row's line. A cell with a comma, quote or line break is quoted (RFC 4180, section 2).
void print_csv(const StatRow& row, std::string& out);

}  // namespace hawser
