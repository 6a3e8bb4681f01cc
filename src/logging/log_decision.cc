// SPDX-License-Identifier: MIT
#include "logging/log_decision.h"

#include <algorithm>

namespace hawser {
namespace {

// A retry, another server than intended, a status of 500 and above, any cause of termination but
// "all went well" and "we answered ourselves".
bool is_abnormal(const AccessRecord& record) {
  return (record.state[0] != '-' && record.state[0] != 'L') || record.retries > 0 ||
         record.redispatched || record.status >= 500 || !record.connection_error.empty();
}

}  // namespace

LogDecision decide(const ProxyConfig& frontend, const AccessRecord& record) {
  using What = LogDecision::What;
  const bool abnormal = is_abnormal(record);
  const LogLevel level =
      abnormal && frontend.option(Option::kLogSeparateErrors) ? LogLevel::kErr : LogLevel::kInfo;
  if (frontend.option(Option::kDontlognull) && record.bytes_received == 0) {
    return {What::kNull, level};
  }
  if (frontend.option(Option::kDontlogNormal) && !abnormal) return {What::kNormal, level};
  const bool has_error_format = frontend.error_log_format.compiled != nullptr;
  if (!record.connection_error.empty()) {
    return {has_error_format ? What::kErrorLine : What::kConnectionError, level};
  }
  const bool unread = frontend.mode == Mode::kHttp && record.method.empty();
  return {unread && has_error_format ? What::kErrorLine : What::kLine, level};
}

LogStage log_stage(const ProxyConfig& frontend, LogStage format) {
  if (frontend.option(Option::kLogasap)) return format;
  if (frontend.option(Option::kDontlogNormal) || frontend.option(Option::kLogSeparateErrors)) {
    return LogStage::kEnd;
  }
  return format;
}

}  // namespace hawser
