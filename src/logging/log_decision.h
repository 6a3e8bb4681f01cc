// SPDX-License-Identifier: MIT
// Which requests are logged, when and how loudly.
#pragma once

#include "config/model.h"
#include "logging/access_record.h"

namespace hawser {

struct LogDecision {
  enum class What : uint8_t {
    kLine,             // a line in the proxy's log format
    kErrorLine,        // no request was read: error-log-format, where there is one
    kConnectionError,  // neither: HAProxy's fixed line about a connection that failed
    kNull,             // dontlognull, and no byte has come so far
    kNormal,           // dontlog-normal, and nothing went wrong
  } what;
  LogLevel level;

  bool is_logged() const { return what < What::kNull; }
};

LogDecision decide(const ProxyConfig& frontend, const AccessRecord& record);

// From when on lines in a format that is complete at `format` may be written: options that judge a
// request by its end make them wait for it, unless `option logasap` forbids that.
LogStage log_stage(const ProxyConfig& frontend, LogStage format);

}  // namespace hawser
