// SPDX-License-Identifier: MIT
// A log-format: compiled once from its text, rendered for every line without allocating.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/model.h"
#include "logging/log_alias.h"

namespace hawser {

// Why a text is no log-format, and where in it.
struct LogFormatError {
  size_t offset = 0;
  size_t width = 1;
  std::string text;
  std::string hint;
  bool unknown_alias = false;  // the nearest name would help
};

class LogFormat {
 public:
  // `as_soon` is `option logasap`. Blanks separate fields: several count as one.
  static Result<std::shared_ptr<const LogFormat>, LogFormatError> compile(std::string_view text,
                                                                          Mode mode, bool as_soon);

  // Appends the line to `out`.
  void render(const AccessRecord& record, const LogContext& context, LineBuffer& out) const;

  // From when on the line can be complete.
  LogStage stage() const { return stage_; }

 private:
  friend class LogFormatCompiler;
  // Literal text, a blank between fields, or a field.
  struct Part {
    const LogAlias* alias = nullptr;
    uint32_t offset = 0, length = 0;  // of the literal in literals_; a length of 0: a blank
    uint8_t flags = 0;
  };
  std::vector<Part> parts_;
  std::string literals_;
  LogStage stage_ = LogStage::kAccept;
  bool as_soon_ = false;
};

// The text behind `option tcplog` and the others; kCustom has none.
std::string_view builtin_log_format(LogStyle style, Mode mode);

}  // namespace hawser
