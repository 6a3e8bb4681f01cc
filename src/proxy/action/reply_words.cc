// SPDX-License-Identifier: MIT
#include "proxy/action/reply_words.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <vector>

#include "base/text.h"
#include "config/draft.h"
#include "proxy/error_file.h"

namespace hawser {
namespace {

struct Content {
  std::string text, type;
  bool given = false;
  bool is_message = false;  // the text is a whole response
};

// Formats are texts with '%' in them; they come with expressions.
bool is_plain(KeywordCall& call, const Word& word) {
  if (word.text.find('%') == word.text.npos) return true;
  call.error_at(word, "a format with '%' is not built yet")
      .with_hint("use plain text, without '%'");
  return false;
}

// A reply is held in memory for good, so a file of any size is not one.
constexpr size_t kLargestFile = size_t{1024} * 1024;

bool read_file(KeywordCall& call, const Word& word, std::string& out) {
  errno = 0;
  std::ifstream file{std::string(word.text), std::ios::binary};
  out.resize(kLargestFile + 1);
  file.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (!file.is_open() || file.bad()) {
    call.error_at(word,
                  errno_error("cannot read " + quoted(word.text), errno != 0 ? errno : EIO).text);
    return false;
  }
  out.resize(static_cast<size_t>(file.gcount()));
  if (out.size() > kLargestFile) {
    call.error_at(word, quoted(word.text) + " is larger than 1 MiB");
    return false;
  }
  return true;
}

bool read_message(KeywordCall& call, const Word& word, std::string& out) {
  auto message = read_error_file(std::string(word.text), call.draft().config->global.tune.bufsize);
  if (!message) {
    call.error_at(word, message.error().text);
    return false;
  }
  out = std::move(message).value();
  return true;
}

// RFC 9110, section 5: a name is a token, a value has no control characters. Anything else would
// let the text end the head early.
bool is_field_value(KeywordCall& call, const Word& value) {
  if (std::none_of(value.text.begin(), value.text.end(), is_control)) return true;
  call.error_at(value, "a header value cannot hold control characters");
  return false;
}

bool is_field(KeywordCall& call, const Word& name, const Word& value) {
  if (!is_token(name.text)) {
    call.error_at(name, quoted(name.text) + " is not a header name");
    return false;
  }
  return is_field_value(call, value);
}

bool is_reply_status(int64_t status, bool is_deny) {
  if (!is_deny) return true;
  return standard_reply(static_cast<uint16_t>(status)).status == status;
}

}  // namespace

std::optional<ReplyWords> parse_reply_words(KeywordCall& call, uint16_t status, bool is_deny) {
  Content content;
  std::vector<std::pair<Word, Word>> fields;
  bool default_pages = false;
  while (call.more()) {
    const Word word = *call.take("<argument>");
    if (word.text == "status" || (is_deny && word.text == "deny_status")) {
      const auto number = call.take_int("<status>", 200, 599);
      if (!number) return std::nullopt;
      if (!is_reply_status(*number, is_deny)) {
        call.error("status " + std::to_string(*number) + " has no error page")
            .with_hint(
                "200 400 401 403 404 405 407 408 410 413 425 429 431 500 501 502 503 504 have one");
        return std::nullopt;
      }
      status = static_cast<uint16_t>(*number);
    } else if (word.text == "content-type") {
      const auto type = call.take("<type>");
      if (!type || !is_field_value(call, *type)) return std::nullopt;
      content.type = type->text;
    } else if (word.text == "string" || word.text == "file" || word.text == "errorfile") {
      const auto value = call.take(word.text == "string" ? "<text>" : "<path>");
      if (!value) return std::nullopt;
      if (content.given) {
        call.error_at(word, "the reply has a content already");
        return std::nullopt;
      }
      content.given = true;
      content.is_message = word.text == "errorfile";
      if (word.text == "string") {
        content.text = value->text;
      } else if (content.is_message ? !read_message(call, *value, content.text)
                                    : !read_file(call, *value, content.text)) {
        return std::nullopt;
      }
    } else if (word.text == "hdr") {
      const auto name = call.take("<name>");
      const auto value = name ? call.take("<value>") : std::nullopt;
      if (!value || !is_plain(call, *value) || !is_field(call, *name, *value)) return std::nullopt;
      fields.emplace_back(*name, *value);
    } else if (word.text == "default-errorfiles") {
      default_pages = true;
    } else if (word.text == "lf-string" || word.text == "lf-file" || word.text == "errorfiles") {
      call.error_at(word, quoted(word.text) + " is known in HAProxy but not built yet")
          .with_hint("use 'string' or 'file'");
      return std::nullopt;
    } else if (word.text == "if" || word.text == "unless") {
      call.error_at(word, "conditions are not built yet")
          .with_hint("a rule without condition applies to every request");
      return std::nullopt;
    } else {
      constexpr std::string_view kWords[] = {
          "status", "content-type", "string", "file", "errorfile", "hdr", "default-errorfiles"};
      call.error_at(word, "unknown argument " + quoted(word.text)).hint_nearest(word.text, kWords);
      return std::nullopt;
    }
  }
  ReplyWords out;
  out.reply.status = status;
  out.error_page = !content.given && fields.empty() && (is_deny || default_pages);
  if (out.error_page) return out;
  if (content.is_message) {
    out.reply = reply_from_message(status, content.text);
    return out;
  }
  if (content.given && content.type.empty() && !content.text.empty()) {
    call.error("a reply with content needs a 'content-type'")
        .with_hint("as in: content-type text/plain string \"ok\"");
    return std::nullopt;
  }
  if (!may_have_body(status) && !content.text.empty()) {
    call.error("a response with status " + std::to_string(status) + " has no body");
    return std::nullopt;
  }
  std::string head =
      "HTTP/1.1 " + std::to_string(status) + " " + std::string(status_phrase(status)) + "\r\n";
  if (may_have_body(status))
    head += "Content-Length: " + std::to_string(content.text.size()) + "\r\n";
  if (content.given && !content.type.empty()) head += "Content-Type: " + content.type + "\r\n";
  for (const auto& [name, value] : fields)
    head += std::string(name.text) + ": " + std::string(value.text) + "\r\n";
  out.reply.head = std::make_shared<const std::string>(std::move(head));
  out.reply.body = std::make_shared<const std::string>(std::move(content.text));
  return out;
}

}  // namespace hawser
