// SPDX-License-Identifier: MIT
// `option httpchk`: a request, and a status of 2xx or 3xx as the answer.
#include <fmt/format.h>
#include <llhttp.h>

#include "base/text.h"
#include "check/check.h"
#include "check/httpchk_request.h"

namespace hawser {
namespace {

// Reads the head of the answer only: its body is nobody's business here.
class HttpchkProbe final : public Probe {
 public:
  explicit HttpchkProbe(std::string_view request) : request_(request) {
    llhttp_init(&parser_, HTTP_RESPONSE, &settings());
    parser_.data = this;
  }

  ProbeStep connected(std::string& out) override {
    out += request_;
    return ProbeStep::more();
  }

  ProbeStep received(std::span<const std::byte> in, std::string&) override {
    const llhttp_errno_t error =
        llhttp_execute(&parser_, reinterpret_cast<const char*>(in.data()), in.size());
    if (final_) return judge();
    if (error != HPE_OK) {
      return ProbeStep::fail(CheckStatus::kL7Rsp, fmt::format("not an HTTP answer: {}",
                                                              llhttp_get_error_reason(&parser_)));
    }
    received_ += in.size();
    if (received_ <= kMaxHead) return ProbeStep::more();
    return ProbeStep::fail(CheckStatus::kL7Rsp,
                           fmt::format("more than {} bytes of headers", kMaxHead));
  }

  ProbeStep closed() override {
    return ProbeStep::fail(CheckStatus::kL7Rsp, received_ == 0
                                                    ? "closed without an answer"
                                                    : "closed in the middle of the answer");
  }

 private:
  static constexpr size_t kMaxHead = 16384;  // as the default of tune.bufsize
  static constexpr size_t kMaxReason = 128;  // more is of no use in a log line

  static HttpchkProbe& of(llhttp_t* parser) { return *static_cast<HttpchkProbe*>(parser->data); }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t table = [] {
      llhttp_settings_t made;
      llhttp_settings_init(&made);
      made.on_message_begin = [](llhttp_t* parser) {
        of(parser).reason_.clear();
        return 0;
      };
      made.on_status = [](llhttp_t* parser, const char* at, size_t length) {
        std::string& reason = of(parser).reason_;
        reason.append(at, std::min(length, kMaxReason - reason.size()));
        return 0;
      };
      made.on_headers_complete = [](llhttp_t* parser) {
        // An interim answer announces another one; 101 is final (RFC 9110, section 15.2).
        const bool interim = parser->status_code / 100 == 1 && parser->status_code != 101;
        of(parser).final_ = !interim;
        return interim ? 0 : -1;  // -1 stops the parser
      };
      return made;
    }();
    return table;
  }

  ProbeStep judge() {
    const uint32_t code = parser_.status_code;
    if (code >= 200 && code <= 399) return ProbeStep::pass(CheckStatus::kL7Ok, code);
    return ProbeStep::fail(CheckStatus::kL7Status, reason_, code);
  }

  std::string_view request_;  // the configuration's
  llhttp_t parser_;
  std::string reason_;
  size_t received_ = 0;
  bool final_ = false;
};

bool report(KeywordCall& call, const Word& word, const Result<void>& checked) {
  if (checked) return true;
  call.error_at(word, checked.error().text);
  return false;
}

// [[<method>] <uri> [<version>]]: one word alone is the URI.
bool parse(KeywordCall& call, CheckConfig& config) {
  std::string method = "OPTIONS", uri = "/", version = "HTTP/1.0";
  if (call.more()) {
    const Word first = *call.take("<uri>");
    if (!call.more()) {
      if (!report(call, first, check_httpchk_uri(first.text))) return false;
      if (!first.text.starts_with('/') && check_httpchk_method(first.text) && first.text != "*") {
        call.warning_at(first, fmt::format("{} is taken as the URI", quoted(first.text)))
            .with_hint("a method is given together with a URI: 'option httpchk GET /'");
      }
      uri = first.text;
    } else {
      const Word second = *call.take("<uri>");
      if (!report(call, first, check_httpchk_method(first.text))) return false;
      if (!report(call, second, check_httpchk_uri(second.text))) return false;
      method = first.text;
      uri = second.text;
    }
  }
  const Word* version_word = call.peek();
  if (version_word != nullptr) version = call.take("<version>")->text;
  auto request = httpchk_request(method, uri, version);
  if (!request) {
    HW_ASSERT(version_word != nullptr);
    call.error_at(*version_word, request.error().text);
    return false;
  }
  config.args = {std::move(*request)};
  return true;
}

std::unique_ptr<Probe> make(const CheckConfig& config, const ProbeTarget&) {
  HW_ASSERT(config.args.size() == 1);
  return std::make_unique<HttpchkProbe>(config.args.front());
}

constexpr CheckType kRows[] = {
    {.name = "httpchk",
     .parse = parse,
     .make = make,
     .args = "[[<method>] <uri> [<version>]]",
     .summary = "sends an HTTP request; a status of 2xx or 3xx passes"},
};
HW_REGISTER(CheckType, kRows);

constexpr Keyword kOptions[] = {
    {.name = "option httpchk",
     .sections = kInBackends,
     .parse = [](KeywordCall& call) { return use_check_type(call, kRows[0]); },
     .args = "[[<method>] <uri> [<version>]]",
     .summary = "checks the servers with an HTTP request"},
};
HW_REGISTER(Keyword, kOptions);

}  // namespace
}  // namespace hawser
