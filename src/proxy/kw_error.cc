// SPDX-License-Identifier: MIT
// What clients get instead of the answers that Hawser itself would give.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/draft.h"
#include "config/keyword.h"
#include "proxy/error_file.h"
#include "proxy/http/reply.h"

namespace hawser {
namespace {

// The statuses that can arise here.
constexpr uint16_t kStatuses[] = {200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 414,
                                  421, 422, 425, 429, 431, 500, 501, 502, 503, 504};

std::optional<uint16_t> take_status(KeywordCall& call) {
  const auto word = call.take("<status>");
  if (!word) return std::nullopt;
  const auto status = parse_uint(word->text);
  if (status &&
      std::find(std::begin(kStatuses), std::end(kStatuses), *status) != std::end(kStatuses)) {
    return static_cast<uint16_t>(*status);
  }
  call.error(fmt::format("{} is not a status that can be replaced", quoted(word->text)))
      .with_hint(fmt::format("one of {}", fmt::join(kStatuses, ", ")));
  return std::nullopt;
}

void add_reply(KeywordCall& call, uint16_t status, Reply made) {
  // What is logged and counted is the error, whatever the client is told.
  made.status = status;
  auto reply = std::make_shared<const Reply>(std::move(made));
  if (call.section() == kInHttpErrors) {
    call.draft().http_errors->replies[status] = std::move(reply);
  } else {
    ErrorSource source{.pos = call.keyword().pos, .statuses = {status}};
    source.reply = std::move(reply);
    call.proxy().error_sources.push_back(std::move(source));
  }
}

bool set_errorfile(KeywordCall& call) {
  const auto status = take_status(call);
  if (!status) return false;
  const auto path = call.take("<file>");
  if (!path) return false;
  const auto response =
      read_error_file(std::string(path->text), call.draft().config->global.tune.bufsize);
  if (!response) {
    call.error(response.error().text);
    return false;
  }
  add_reply(call, *status, reply_from_message(*status, *response));
  return true;
}

template <uint16_t Redirect>
bool set_errorloc(KeywordCall& call) {
  const auto status = take_status(call);
  if (!status) return false;
  const auto url = call.take("<url>");
  if (!url) return false;
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (url->text.empty() || std::any_of(url->text.begin(), url->text.end(), is_bad)) {
    call.error(quoted(url->text) + " is not a URL")
        .with_hint("write blanks and control characters as %NN");
    return false;
  }
  add_reply(call, *status, redirect_reply(Redirect, url->text));
  return true;
}

bool add_errorfiles(KeywordCall& call) {
  const auto name = call.take("<name>");
  if (!name) return false;
  ErrorSource source{.pos = name->pos, .section = std::string(name->text)};
  while (call.more()) {
    const auto status = take_status(call);
    if (!status) return false;
    source.statuses.push_back(*status);
  }
  call.proxy().error_sources.push_back(std::move(source));
  return true;
}

const HttpErrorsConfig* find_section(const Draft& draft, std::string_view name) {
  for (const auto& section : draft.config->http_errors) {
    if (section->name == name) return section.get();
  }
  return nullptr;
}

void apply_section(const Draft& draft, const ErrorSource& source, ErrorReplies& replies,
                   Diag& diag) {
  const HttpErrorsConfig* section = find_section(draft, source.section);
  if (section == nullptr) {
    if (draft.config->refused.may_have(source.section)) return;
    std::vector<std::string_view> names;
    for (const auto& known : draft.config->http_errors) names.push_back(known->name);
    diag.error(source.pos, "there is no section 'http-errors " + source.section + "'",
               source.section.size())
        .hint_nearest(source.section, names);
    return;
  }
  if (source.statuses.empty()) {
    for (const auto& [status, reply] : section->replies) replies[status] = reply;
  }
  for (const uint16_t status : source.statuses) {
    const auto found = section->replies.find(status);
    if (found != section->replies.end()) {
      replies[status] = found->second;
      continue;
    }
    if (section->incomplete) continue;
    diag.warning(
        source.pos,
        fmt::format("section 'http-errors {}' has no reply for {}", source.section, status),
        source.section.size());
  }
}

// In the order of the file, so that a later line overrides an earlier one.
void make_replies(Draft& draft, ProxyConfig& proxy, Diag& diag) {
  for (const ErrorSource& source : proxy.error_sources) {
    if (source.section.empty()) {
      proxy.error_replies[source.statuses.front()] = source.reply;
    } else {
      apply_section(draft, source, proxy.error_replies, diag);
    }
  }
  proxy.error_sources.clear();
}

constexpr Keyword kRows[] = {
    {.name = "errorfile",
     .sections = kInProxies | kInHttpErrors,
     .parse = set_errorfile,
     .args = "<status> <file>",
     .summary = "sends the response in a file instead of Hawser's own"},
    {.name = "errorfiles",
     .sections = kInProxies,
     .parse = add_errorfiles,
     .args = "<name> [<status> ...]",
     .summary = "takes over the replies of an http-errors section"},
    {.name = "errorloc",
     .sections = kInProxies,
     .parse = set_errorloc<302>,
     .args = "<status> <url>",
     .summary = "redirects with 302 instead of an error"},
    {.name = "errorloc302",
     .sections = kInProxies,
     .parse = set_errorloc<302>,
     .args = "<status> <url>",
     .summary = "redirects with 302 instead of an error"},
    {.name = "errorloc303",
     .sections = kInProxies,
     .parse = set_errorloc<303>,
     .args = "<status> <url>",
     .summary = "redirects with 303 instead of an error"},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "error replies", .order = 0, .check = make_replies},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
