// SPDX-License-Identifier: MIT
// The program as a whole as a list of named values: `show info`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "admin/field.h"
#include "config/model.h"
#include "shm/shared.h"

namespace hawser {

struct InfoSource {
  const Config& config;
  Shared& shared;
  int64_t now_ms;       // monotonic
  int64_t realtime_ms;  // since 1970
};

struct InfoField : Field {
  uint32_t position;  // HAProxy's, so that the typed format stays comparable; ours from 1000 on
  Cell (*value)(const InfoSource& source);
};
// In HAProxy's order. What would be no truth here (pools, threads, TLS before there is any) is
// left out.
std::span<const InfoField> info_fields();

void print_info(const InfoSource& source, bool with_help, std::string& out);
void print_info_typed(const InfoSource& source, bool with_help, std::string& out);
void print_info_json(const InfoSource& source, std::string& out);

}  // namespace hawser
