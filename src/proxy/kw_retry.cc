// SPDX-License-Identifier: MIT
// What happens when a server could not be reached or gave no usable answer.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

bool set_retries(KeywordCall& call) {
  const auto value = call.take_int("<number>");
  if (!value) return false;
  call.proxy().retries = static_cast<uint32_t>(*value);
  return true;
}

constexpr int kLastRetry = -1;

bool set_redispatch(KeywordCall& call) {
  int interval = kLastRetry;
  if (call.more()) {
    constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
    const auto value = call.take_int("<interval>", -kMost, kMost);
    if (!value) return false;
    interval = static_cast<int>(*value);
  }
  call.proxy().redispatch = call.negated() ? 0 : interval;
  return true;
}

bool set_old_redispatch(KeywordCall& call) {
  call.warning_at(call.keyword(), "'redispatch' is an old spelling of 'option redispatch'")
      .with_hint("write 'option redispatch'");
  call.proxy().redispatch = kLastRetry;
  return true;
}

struct EventName {
  std::string_view name;
  RetryOn event;
};
constexpr EventName kEvents[] = {
    {"0rtt-rejected", RetryOn::k0rttRejected},       {"conn-failure", RetryOn::kConnFailure},
    {"empty-response", RetryOn::kEmptyResponse},     {"junk-response", RetryOn::kJunkResponse},
    {"response-timeout", RetryOn::kResponseTimeout},
};
constexpr uint16_t kStatuses[] = {401, 403, 404, 408, 425, 429, 500, 501, 502, 503, 504};
constexpr uint16_t kRetryableStatuses[] = {500, 502, 503, 504};

void add_all_retryable_errors(RetryPolicy& policy) {
  policy.events.set();
  policy.statuses.insert(policy.statuses.end(), std::begin(kRetryableStatuses),
                         std::end(kRetryableStatuses));
}

// False: `text` is neither an event nor a status that may be retried.
bool add_event(std::string_view text, RetryPolicy& policy) {
  for (const EventName& row : kEvents) {
    if (row.name != text) continue;
    policy.events.set(static_cast<size_t>(row.event));
    return true;
  }
  const auto status = parse_uint(text);
  if (!status ||
      std::find(std::begin(kStatuses), std::end(kStatuses), *status) == std::end(kStatuses)) {
    return false;
  }
  policy.statuses.push_back(static_cast<uint16_t>(*status));
  return true;
}

std::vector<std::string_view> event_names() {
  std::vector<std::string_view> names{"all-retryable-errors", "none"};
  for (const EventName& row : kEvents) names.push_back(row.name);
  return names;
}

bool set_retry_on(KeywordCall& call) {
  RetryPolicy policy;
  policy.events.reset();
  const size_t first = call.position();
  do {
    const auto word = call.take("<event>");
    if (!word) return false;
    if (word->text == "none") {
      if (call.position() != first + 1 || call.more()) {
        call.error("'none' cannot be combined with other events");
        return false;
      }
      policy.disabled = true;
    } else if (word->text == "all-retryable-errors") {
      add_all_retryable_errors(policy);
    } else if (!add_event(word->text, policy)) {
      Diagnostic& wrong = call.error("cannot retry on " + quoted(word->text));
      if (parse_uint(word->text)) {
        wrong.with_hint(fmt::format("the statuses are {}", fmt::join(kStatuses, ", ")));
      } else {
        wrong.hint_nearest(word->text, event_names());
      }
      return false;
    }
  } while (call.more());
  std::sort(policy.statuses.begin(), policy.statuses.end());
  policy.statuses.erase(std::unique(policy.statuses.begin(), policy.statuses.end()),
                        policy.statuses.end());
  call.proxy().retry_on = std::move(policy);
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "option redispatch",
     .sections = kInBackends,
     .parse = set_redispatch,
     .args = "[<interval>]",
     .summary = "lets a retry go to another server",
     .negatable = true},
    {.name = "redispatch",
     .sections = kInBackends,
     .parse = set_old_redispatch,
     .summary = "old spelling of 'option redispatch'"},
    {.name = "retries",
     .sections = kInBackends,
     .parse = set_retries,
     .args = "<number>",
     .summary = "further attempts after a failed one"},
    {.name = "retry-on",
     .sections = kInBackends,
     .parse = set_retry_on,
     .args = "<event> ...",
     .summary = "failures after which another attempt is made"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
