// SPDX-License-Identifier: MIT
// Actions that answer a request themselves: `return` and `deny`.
#include "proxy/action/action.h"
#include "proxy/action/reply_words.h"

namespace hawser {
namespace {

class ReplyAction final : public HttpAction {
 public:
  ReplyAction(ReplyWords words, bool denies) : words_(std::move(words)), denies_(denies) {}
  bool answers(const Head&) const override { return true; }
  bool denies() const override { return denies_; }
  bool uses_error_page() const override { return words_.error_page; }
  uint16_t status() const override { return words_.reply.status; }
  const Reply& reply() const override { return words_.reply; }

 private:
  const ReplyWords words_;
  const bool denies_;
};

template <uint16_t DefaultStatus, bool Denies>
bool parse_reply(KeywordCall& call) {
  auto words = parse_reply_words(call, DefaultStatus, Denies);
  if (!words) return false;
  call.proxy().http_request_rules.push_back(
      std::make_shared<const ReplyAction>(std::move(*words), Denies));
  return true;
}

constexpr std::string_view kArgs =
    "[status <code>] [content-type <type>] [string <text> | file <path> | errorfile <path> | "
    "default-errorfiles] "
    "[hdr <name> <value>]*";

constexpr Keyword kRows[] = {
    {.name = "http-request deny",
     .sections = kInFrontend | kInBackend | kInListen,
     .parse = parse_reply<403, true>,
     .args = kArgs,
     .summary = "refuses every request, by default with the 403 error page"},
    {.name = "http-request return",
     .sections = kInFrontend | kInBackend | kInListen,
     .parse = parse_reply<200, false>,
     .args = kArgs,
     .summary = "answers every request with a reply of our own"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
