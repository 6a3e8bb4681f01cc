// SPDX-License-Identifier: MIT
#include "proxy/action/action.h"
#include "proxy/action/reply_words.h"

namespace hawser {
namespace {

class DenyAction final : public HttpAction {
 public:
  explicit DenyAction(ReplyWords words) : words_(std::move(words)) {}
  bool answers(const Head&) const override { return true; }
  bool denies() const override { return true; }
  bool uses_error_page() const override { return words_.error_page; }
  uint16_t status() const override { return words_.reply.status; }
  const Reply& reply() const override { return words_.reply; }

 private:
  const ReplyWords words_;
};

bool parse_deny(KeywordCall& call) {
  auto words = parse_reply_words(call, 403, true);
  if (!words) return false;
  call.proxy().http_request_rules.push_back(std::make_shared<const DenyAction>(std::move(*words)));
  return true;
}

constexpr std::string_view kArgs =
    "[status <code>] [content-type <type>] [string <text> | file <path> | errorfile <path> | "
    "default-errorfiles] "
    "[hdr <name> <value>]*";

constexpr Keyword kRows[] = {
    {.name = "http-request deny",
     .sections = kInFrontend | kInBackend | kInListen,
     .parse = parse_deny,
     .args = kArgs,
     .summary = "refuses every request, by default with the 403 error page"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
