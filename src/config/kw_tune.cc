// SPDX-License-Identifier: MIT
// The global section: sizes and limits of the data path.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/draft.h"
#include "config/keyword.h"

namespace hawser {
namespace {

using Tune = GlobalConfig::Tune;

template <uint32_t Tune::*Member, int64_t Min, int64_t Max>
bool set_number(KeywordCall& call) {
  const auto value = call.take_int("<number>", Min, Max);
  if (!value) return false;
  call.global().tune.*Member = static_cast<uint32_t>(*value);
  return true;
}

template <uint32_t Tune::*Member, uint32_t Min, uint32_t Max>
bool set_size(KeywordCall& call) {
  const auto value = call.take_size("<size>", Max);
  if (!value) return false;
  if (*value < Min) {
    call.error(fmt::format("<size> must be at least {}, not {}", Min, *value));
    return false;
  }
  call.global().tune.*Member = *value;
  return true;
}

template <int32_t Tune::*Member>
bool set_percentage(KeywordCall& call) {
  const auto value = call.take_int("<percent>", 0, 100);
  if (!value) return false;
  call.global().tune.*Member = static_cast<int32_t>(*value);
  return true;
}

bool set_maxaccept(KeywordCall& call) {
  const auto value = call.take_int("<number>", -1);
  if (!value) return false;
  if (*value == 0) {
    call.error("<number> must be positive, or -1 for no limit");
    return false;
  }
  call.global().tune.maxaccept = *value < 0 ? UINT32_MAX : static_cast<uint32_t>(*value);
  return true;
}

// What is set aside for rewriting must leave room for the request itself. Judged when the whole
// file is known since the two keywords may come in any order; what it does twice is the same.
void cap_maxrewrite(Draft& draft, ProxyConfig&, Diag&) {
  Tune& tune = draft.config->global.tune;
  tune.maxrewrite = std::min(tune.maxrewrite, tune.bufsize / 2);
}

// A head must fit a buffer, so one that is smaller than any real head is a mistake; a bigger one
// than 16 MiB would be taken per connection.
constexpr uint32_t kLeastBuffer = 1024, kLargestBuffer = 16u << 20;
constexpr uint32_t kLargestSocketBuffer = 1u << 30;

constexpr Keyword kRows[] = {
    {.name = "maxpipes",
     .sections = kInGlobal,
     .parse = set_number<&Tune::maxpipes, 0, INT32_MAX>,
     .args = "<number>",
     .summary = "most pipes that a worker keeps for splice()"},
    {.name = "tune.bufsize",
     .sections = kInGlobal,
     .parse = set_size<&Tune::bufsize, kLeastBuffer, kLargestBuffer>,
     .args = "<size>",
     .summary = "size of a buffer, and of the largest message head"},
    {.name = "tune.http.cookielen",
     .sections = kInGlobal,
     .parse = set_number<&Tune::http_cookielen, 0, 65535>,
     .args = "<number>",
     .summary = "longest cookie value in logs"},
    {.name = "tune.http.logurilen",
     .sections = kInGlobal,
     .parse = set_number<&Tune::http_logurilen, 0, 65535>,
     .args = "<number>",
     .summary = "longest request line in logs"},
    {.name = "tune.http.maxhdr",
     .sections = kInGlobal,
     .parse = set_number<&Tune::http_maxhdr, 1, 32767>,
     .args = "<number>",
     .summary = "most header fields of a message"},
    {.name = "tune.maxaccept",
     .sections = kInGlobal,
     .parse = set_maxaccept,
     .args = "<number>",
     .summary = "connections that a worker accepts in a row"},
    {.name = "tune.maxrewrite",
     .sections = kInGlobal,
     .parse = set_size<&Tune::maxrewrite, 0, kLargestBuffer>,
     .args = "<size>",
     .summary = "part of a buffer that is kept free for rewriting heads"},
    {.name = "tune.pipesize",
     .sections = kInGlobal,
     .parse = set_size<&Tune::pipesize, 0, kLargestSocketBuffer>,
     .args = "<size>",
     .summary = "size of a pipe for splice()"},
    {.name = "tune.rcvbuf.client",
     .sections = kInGlobal,
     .parse = set_size<&Tune::rcvbuf_client, 0, kLargestSocketBuffer>,
     .args = "<size>",
     .summary = "receive buffer of clients' sockets"},
    {.name = "tune.rcvbuf.server",
     .sections = kInGlobal,
     .parse = set_size<&Tune::rcvbuf_server, 0, kLargestSocketBuffer>,
     .args = "<size>",
     .summary = "receive buffer of servers' sockets"},
    {.name = "tune.sndbuf.client",
     .sections = kInGlobal,
     .parse = set_size<&Tune::sndbuf_client, 0, kLargestSocketBuffer>,
     .args = "<size>",
     .summary = "send buffer of clients' sockets"},
    {.name = "tune.sndbuf.server",
     .sections = kInGlobal,
     .parse = set_size<&Tune::sndbuf_server, 0, kLargestSocketBuffer>,
     .args = "<size>",
     .summary = "send buffer of servers' sockets"},
};
HW_REGISTER(Keyword, kRows);

constexpr ProxyCheck kChecks[] = {
    {.name = "maxrewrite", .order = 0, .check = cap_maxrewrite},
};
HW_REGISTER(ProxyCheck, kChecks);

}  // namespace
}  // namespace hawser
