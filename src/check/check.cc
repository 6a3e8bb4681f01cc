// SPDX-License-Identifier: MIT
#include "check/check.h"

#include "base/assert.h"
#include "config/listing.h"

namespace hawser {

bool use_check_type(KeywordCall& call, const CheckType& type) {
  CheckConfig config;
  config.type = &type;
  config.pos = call.keyword().pos;
  if (type.parse != nullptr && !type.parse(call, config)) return false;
  call.proxy().check = std::move(config);
  return true;
}

const CheckType& check_type_of(const CheckConfig& config) {
  if (config.type != nullptr) return *config.type;
  static const CheckType* const tcp = Registry<CheckType>::find("tcp");
  HW_ASSERT(tcp != nullptr);
  return *tcp;
}

HW_REGISTRY(CheckType, "checks");

}  // namespace hawser
