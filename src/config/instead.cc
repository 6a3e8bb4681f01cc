// SPDX-License-Identifier: MIT
#include "config/instead.h"

namespace hawser {
namespace {

// What several names have in common.
constexpr std::string_view kNoTls = "there is no TLS yet, so nothing uses this: remove the line";
constexpr std::string_view kNoTlsOption = "there is no TLS yet, so nothing uses this: remove it";
constexpr std::string_view kNoLua = "there is no Lua: remove the line, and what calls the script";
constexpr std::string_view kNoQuic = "there is no QUIC, so nothing uses this: remove the line";
constexpr std::string_view kNoH2 = "there is no HTTP/2 yet, so nothing uses this: remove the line";
constexpr std::string_view kNoTables =
    "there are no stick tables yet; 'cookie' or 'balance source' keeps a client on its server";
constexpr std::string_view kNoRates =
    "there are no stick tables yet, so nothing counts: 'maxconn' of bind, frontend and server "
    "limits what is open";
constexpr std::string_view kNoStateFile = "states are not kept over a restart: remove the line";
constexpr std::string_view kNoDevices = "there is no device detection: remove the line";
constexpr std::string_view kNoMaps = "there are no ACLs and maps yet: remove the line";
constexpr std::string_view kNoVars =
    "there are no variables yet: remove the line and what reads it";
constexpr std::string_view kNoMarks = "marking is left to nftables";
constexpr std::string_view kRequestFields =
    "'option forwardfor', 'option originalto' and 'option forwarded' are what adds fields to a "
    "request";
constexpr std::string_view kResponse =
    "responses pass as the server made them: let the server do it";
constexpr std::string_view kFilterAddresses =
    "there are no conditions yet: let nftables filter by address";
constexpr std::string_view kNoInspection =
    "a connection in mode tcp goes to its server at once: remove the line";
constexpr std::string_view kNoCaptures =
    "the log has the fields under 'Log format' in doc/configuration.md: remove the line";
constexpr std::string_view kCheckByConnect =
    "'check' alone tests whether a server accepts connections, 'option httpchk' asks it over HTTP";
constexpr std::string_view kCheckByHttpchk =
    "'option httpchk [<method>] <uri> [<version and headers>]' takes 2xx and 3xx for good";
constexpr std::string_view kStatistics =
    "there is no statistics page yet: 'hawser ask <stats socket> show stat' prints the figures";
constexpr std::string_view kNoAgent =
    "there are no agents yet: 'set server' on the runtime socket sets weights and states";
constexpr std::string_view kPlainDns =
    "names are resolved once, at the start: remove it, and restart when an address changes";

// A row counts for every name that begins with it; the longest one wins.
struct Row {
  Vocabulary vocabulary;
  std::string_view begin;
  std::string_view hint;
};

constexpr Row kRows[] = {
#define HW_INSTEAD(vocabulary, begin, hint) {Vocabulary::vocabulary, begin, hint},
#include "config/instead.def"
#undef HW_INSTEAD
};

}  // namespace

std::string_view instead_of(Vocabulary vocabulary, std::string_view name) {
  const Row* best = nullptr;
  for (const Row& row : kRows) {
    if (row.vocabulary != vocabulary || !name.starts_with(row.begin)) continue;
    if (best == nullptr || row.begin.size() > best->begin.size()) best = &row;
  }
  return best != nullptr ? best->hint : std::string_view();
}

}  // namespace hawser
