// SPDX-License-Identifier: MIT
#include "logging/log_alias.h"

#include <arpa/inet.h>

#include <algorithm>

#include "logging/log_text.h"

namespace hawser {
namespace {

constexpr std::string_view kBadRequest = "<BADREQ>";

bool text(const LogCall& call, std::string_view value) {
  put_log_text(call.out, value, call.flags, LogEncoding::kNone);
  return true;
}

bool text_or_dash(const LogCall& call, std::string_view value) {
  put_log_text_or_dash(call.out, value, call.flags, LogEncoding::kRequest);
  return true;
}

bool number(const LogCall& call, int64_t value) {
  call.out.put_decimal(value);
  return true;
}

// Those numbers that %{+X} shows in hexadecimal.
bool hex_number(const LogCall& call, uint64_t value, size_t digits = 4) {
  if ((call.flags & kLogHex) != 0) {
    call.out.put_hex(value, digits);
    return true;
  }
  return number(call, static_cast<int64_t>(value));
}

// A total that is not final yet under `option logasap`.
bool total(const LogCall& call, int64_t value) {
  if (call.early) call.out.put('+');
  return number(call, value);
}

void put_hex_bytes(LineBuffer& out, const void* bytes, size_t n) {
  const auto* byte = static_cast<const uint8_t*>(bytes);
  for (size_t i = 0; i < n; ++i) out.put_hex(byte[i], 2);
}

bool ip(const LogCall& call, const Address* address) {
  if (address == nullptr || (!address->is_ip() && !address->is_unix())) {
    return text_or_dash(call, "");
  }
  if (address->is_unix()) return text(call, "unix");
  const bool v4 = address->family() == AF_INET;
  const void* bytes = v4 ? static_cast<const void*>(&address->v4()) : &address->v6();
  if ((call.flags & kLogHex) != 0) {
    put_hex_bytes(call.out, bytes, v4 ? 4 : 16);
    return true;
  }
  if (!v4) {
    char buffer[INET6_ADDRSTRLEN];
    return text(call, inet_ntop(AF_INET6, bytes, buffer, sizeof buffer));
  }
  // inet_ntop() formats with printf, which is ten times as dear.
  const bool quoted = (call.flags & kLogQuoted) != 0;
  const auto* octet = static_cast<const uint8_t*>(bytes);
  if (quoted) call.out.put('"');
  for (int i = 0; i < 4; ++i) {
    if (i > 0) call.out.put('.');
    call.out.put_decimal(octet[i]);
  }
  if (quoted) call.out.put('"');
  return true;
}

// A unix socket has no port; `stand_in` is shown instead.
bool port(const LogCall& call, const Address* address, uint32_t stand_in) {
  if (address == nullptr || (!address->is_ip() && !address->is_unix())) {
    return text_or_dash(call, "");
  }
  return hex_number(call, address->is_unix() ? stand_in : address->port());
}

int64_t accept_second(const LogCall& call) { return call.record.start_us / 1'000'000; }
int64_t accept_millis(const LogCall& call) { return call.record.start_us / 1000 % 1000; }

// When the request began; where none did, when it could have.
int64_t request_us(const LogCall& call) {
  const AccessTimes& times = call.record.times;
  return call.record.start_us + 1000 * std::max(times.first_byte, times.handshake);
}

bool date(const LogCall& call, int64_t at_us) {
  call.out.put(date_text(call.context.dates.at(at_us / 1'000'000).local));
  call.out.put('.');
  call.out.put_decimal(at_us / 1000 % 1000, 3);
  return true;
}

bool gmt_date(const LogCall& call, int64_t at_us) {
  call.out.put(date_text(call.context.dates.at(at_us / 1'000'000).gmt));
  call.out.put(" +0000");
  return true;
}

bool local_date(const LogCall& call, int64_t at_us) {
  const DateTexts& texts = call.context.dates.at(at_us / 1'000'000);
  call.out.put(date_text(texts.local));
  call.out.put(' ');
  call.out.put(date_text(texts.zone));
  return true;
}

bool is_bad_request(const LogCall& call) { return call.record.method.empty(); }

// The URI as far as the request line is kept: a client chooses its length.
std::string_view shown_uri(const LogCall& call) {
  const size_t before = call.record.method.size() + 1;
  const size_t room =
      call.context.request_line - std::min<size_t>(before, call.context.request_line);
  return call.record.uri.substr(0, room);
}

bool request_part(const LogCall& call, std::string_view part) {
  put_log_text(call.out, is_bad_request(call) ? kBadRequest : part, call.flags,
               is_bad_request(call) ? LogEncoding::kNone : LogEncoding::kRequest);
  return true;
}

std::string_view without_query(std::string_view uri) { return uri.substr(0, uri.find('?')); }

std::string_view path_of(std::string_view uri) {
  uri = without_query(uri);
  if (uri.starts_with('/')) return uri;
  const size_t scheme = uri.find("://");
  if (scheme == uri.npos) return {};  // "*" and "host:port" have none
  const size_t slash = uri.find('/', scheme + 3);
  return slash == uri.npos ? std::string_view{} : uri.substr(slash);
}

std::string_view query_of(std::string_view uri) {
  const size_t mark = uri.find('?');
  return mark == uri.npos ? std::string_view{} : uri.substr(mark);
}

bool request_line(const LogCall& call) {
  if (is_bad_request(call)) return text(call, kBadRequest);
  const AccessRecord& r = call.record;
  const bool quoted = (call.flags & kLogQuoted) != 0;
  size_t room = call.context.request_line;
  const auto part = [&](std::string_view value) {
    value = value.substr(0, room);
    room -= value.size();
    put_log_part(call.out, value, call.flags, LogEncoding::kRequest);
  };
  if (quoted) call.out.put('"');
  part(r.method);
  part(" ");
  part(r.uri);
  part(" ");
  part(r.version);
  if (quoted) call.out.put('"');
  return true;
}

// {a||c}: one field, a bar between the captures.
bool captures(const LogCall& call, std::span<const std::string_view> values) {
  if (values.empty()) return false;
  const bool quoted = (call.flags & kLogQuoted) != 0;
  if (quoted) call.out.put('"');
  call.out.put('{');
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) call.out.put('|');
    put_log_part(call.out, values[i], call.flags, LogEncoding::kHeader);
  }
  call.out.put('}');
  if (quoted) call.out.put('"');
  return true;
}

// "a" "" "c": one field a capture, as the common log format has them.
bool capture_list(const LogCall& call, std::span<const std::string_view> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) call.out.put(' ');
    put_log_text_or_dash(call.out, values[i], call.flags, LogEncoding::kHeader);
  }
  return !values.empty();
}

bool frontend_with_transport(const LogCall& call) {
  const bool quoted = (call.flags & kLogQuoted) != 0;
  if (quoted) call.out.put('"');
  put_log_part(call.out, call.record.frontend, call.flags, LogEncoding::kNone);
  if (call.record.tls) call.out.put('~');
  if (quoted) call.out.put('"');
  return true;
}

bool retries(const LogCall& call) {
  if (call.record.redispatched) call.out.put('+');
  return number(call, call.record.retries);
}

#define HW_FIELD(expression) [](const LogCall& call) -> bool { return expression; }

constexpr bool kAnyMode = false;
constexpr bool kHttpOnly = true;

// Sorted by name, upper case first.
constexpr LogAlias kAliases[] = {
    {"B", LogStage::kEnd, kAnyMode, HW_FIELD(total(call, call.record.bytes_sent)),
     "bytes sent to the client"},
    {"CC", LogStage::kRequest, kHttpOnly, HW_FIELD(text_or_dash(call, call.record.request_cookie)),
     "captured cookie of the request"},
    {"CS", LogStage::kResponse, kHttpOnly,
     HW_FIELD(text_or_dash(call, call.record.response_cookie)), "captured cookie of the response"},
    {"H", LogStage::kAccept, kAnyMode, HW_FIELD(text(call, call.context.hostname)),
     "name of this host"},
    {"HM", LogStage::kRequest, kHttpOnly, HW_FIELD(request_part(call, call.record.method)),
     "method of the request"},
    {"HP", LogStage::kRequest, kHttpOnly,
     HW_FIELD(request_part(call, without_query(shown_uri(call)))),
     "URI of the request without its query string"},
    {"HPO", LogStage::kRequest, kHttpOnly, HW_FIELD(request_part(call, path_of(shown_uri(call)))),
     "path of the request: no host, no query string"},
    {"HQ", LogStage::kRequest, kHttpOnly, HW_FIELD(request_part(call, query_of(shown_uri(call)))),
     "query string of the request, with its '?'"},
    {"HU", LogStage::kRequest, kHttpOnly, HW_FIELD(request_part(call, shown_uri(call))),
     "URI of the request"},
    {"HV", LogStage::kRequest, kHttpOnly, HW_FIELD(request_part(call, call.record.version)),
     "HTTP version of the request"},
    {"ID", LogStage::kRequest, kAnyMode, HW_FIELD(text_or_dash(call, call.record.unique_id)),
     "unique id of the request"},
    {"ST", LogStage::kResponse, kAnyMode, HW_FIELD(number(call, call.record.status)),
     "status of the response"},
    {"T", LogStage::kAccept, kAnyMode, HW_FIELD(gmt_date(call, call.record.start_us)),
     "date of the accept, in UTC"},
    {"TR", LogStage::kRequest, kHttpOnly, HW_FIELD(number(call, call.timers.request)),
     "time to receive the request's headers"},
    {"Ta", LogStage::kEnd, kHttpOnly, HW_FIELD(total(call, call.timers.active)),
     "time from the request's first byte to the end"},
    {"Tc", LogStage::kConnect, kAnyMode, HW_FIELD(number(call, call.timers.connect)),
     "time to connect to the server"},
    {"Td", LogStage::kEnd, kAnyMode, HW_FIELD(number(call, call.timers.data)),
     "time to transfer the data"},
    {"Th", LogStage::kAccept, kAnyMode, HW_FIELD(number(call, call.timers.handshake)),
     "time of the handshakes: PROXY protocol, TLS"},
    {"Ti", LogStage::kRequest, kHttpOnly, HW_FIELD(number(call, call.timers.idle)),
     "idle time before the request"},
    {"Tl", LogStage::kAccept, kAnyMode, HW_FIELD(local_date(call, call.record.start_us)),
     "date of the accept, with the local offset"},
    {"Tq", LogStage::kRequest, kHttpOnly, HW_FIELD(number(call, call.timers.query)),
     "Th + Ti + TR"},
    {"Tr", LogStage::kResponse, kHttpOnly, HW_FIELD(number(call, call.timers.response)),
     "time the server took to answer"},
    {"Ts", LogStage::kAccept, kAnyMode,
     HW_FIELD(hex_number(call, static_cast<uint64_t>(accept_second(call)))),
     "date of the accept, in seconds since 1970"},
    {"Tt", LogStage::kEnd, kAnyMode, HW_FIELD(total(call, call.timers.total)),
     "time from the accept to the end"},
    {"Tu", LogStage::kEnd, kAnyMode, HW_FIELD(total(call, call.timers.user)),
     "Tt without the idle time: what the user waited for"},
    {"Tw", LogStage::kConnect, kAnyMode, HW_FIELD(number(call, call.timers.queue)),
     "time spent in queues"},
    {"U", LogStage::kEnd, kAnyMode, HW_FIELD(number(call, call.record.bytes_received)),
     "bytes received from the client"},
    {"ac", LogStage::kAccept, kAnyMode, HW_FIELD(number(call, call.record.process_conns)),
     "client connections of all workers"},
    {"b", LogStage::kConnect, kAnyMode, HW_FIELD(text(call, call.record.backend)),
     "name of the backend"},
    {"bc", LogStage::kConnect, kAnyMode, HW_FIELD(number(call, call.record.backend_conns)),
     "requests or connections that the backend has in work"},
    {"bi", LogStage::kConnect, kAnyMode, HW_FIELD(ip(call, call.record.server_source)),
     "our address towards the server"},
    {"bp", LogStage::kConnect, kAnyMode, HW_FIELD(port(call, call.record.server_source, 0)),
     "our port towards the server"},
    {"bq", LogStage::kConnect, kAnyMode, HW_FIELD(number(call, call.record.backend_queue)),
     "place in the backend's queue, 0: it did not wait"},
    {"ci", LogStage::kAccept, kAnyMode, HW_FIELD(ip(call, call.record.client)),
     "address of the client"},
    {"cp", LogStage::kAccept, kAnyMode,
     HW_FIELD(port(call, call.record.client, call.record.listener_id)), "port of the client"},
    {"f", LogStage::kAccept, kAnyMode, HW_FIELD(text(call, call.record.frontend)),
     "name of the frontend"},
    {"fc", LogStage::kAccept, kAnyMode, HW_FIELD(number(call, call.record.frontend_conns)),
     "client connections of the frontend"},
    {"fi", LogStage::kAccept, kAnyMode, HW_FIELD(ip(call, call.record.listener)),
     "address that the client connected to"},
    {"fp", LogStage::kAccept, kAnyMode,
     HW_FIELD(port(call, call.record.listener, call.record.listener_id)),
     "port that the client connected to"},
    {"ft", LogStage::kAccept, kAnyMode, HW_FIELD(frontend_with_transport(call)),
     "name of the frontend, followed by '~' where the client speaks TLS"},
    {"hr", LogStage::kRequest, kAnyMode, HW_FIELD(captures(call, call.record.request_captures)),
     "captured headers of the request: {a|b}"},
    {"hrl", LogStage::kRequest, kAnyMode,
     HW_FIELD(capture_list(call, call.record.request_captures)),
     "captured headers of the request, a field each"},
    {"hs", LogStage::kResponse, kAnyMode, HW_FIELD(captures(call, call.record.response_captures)),
     "captured headers of the response: {a|b}"},
    {"hsl", LogStage::kResponse, kAnyMode,
     HW_FIELD(capture_list(call, call.record.response_captures)),
     "captured headers of the response, a field each"},
    {"lc", LogStage::kAccept, kAnyMode, HW_FIELD(hex_number(call, call.context.log_counter)),
     "lines that this worker has logged for the frontend"},
    {"ms", LogStage::kAccept, kAnyMode,
     HW_FIELD((call.flags & kLogHex) != 0
                  ? (call.out.put_hex(static_cast<uint64_t>(accept_millis(call)), 2), true)
                  : (call.out.put_decimal(accept_millis(call), 3), true)),
     "milliseconds of the date of the accept"},
    {"pid", LogStage::kAccept, kAnyMode,
     HW_FIELD(hex_number(call, static_cast<uint64_t>(call.context.pid))),
     "process id of the worker"},
    {"r", LogStage::kRequest, kHttpOnly, request_line, "request line"},
    {"rc", LogStage::kConnect, kAnyMode, retries,
     "connection attempts repeated; '+' before it: another server was taken"},
    {"rt", LogStage::kAccept, kAnyMode, HW_FIELD(hex_number(call, call.record.request_counter)),
     "requests (HTTP) or connections (TCP) of this worker so far"},
    {"s", LogStage::kConnect, kAnyMode,
     HW_FIELD(text(call, call.record.server.empty() ? "<NOSRV>" : call.record.server)),
     "name of the server"},
    {"sc", LogStage::kConnect, kAnyMode, HW_FIELD(number(call, call.record.server_conns)),
     "requests or connections that the server has in work"},
    {"si", LogStage::kConnect, kAnyMode, HW_FIELD(ip(call, call.record.server_address)),
     "address of the server"},
    {"sp", LogStage::kConnect, kAnyMode, HW_FIELD(port(call, call.record.server_address, 0)),
     "port of the server"},
    {"sq", LogStage::kConnect, kAnyMode, HW_FIELD(number(call, call.record.server_queue)),
     "place in the server's queue, 0: it did not wait"},
    {"sslc", LogStage::kAccept, kAnyMode, HW_FIELD(text_or_dash(call, call.record.tls_cipher)),
     "TLS cipher of the client's connection"},
    {"sslv", LogStage::kAccept, kAnyMode, HW_FIELD(text_or_dash(call, call.record.tls_version)),
     "TLS version of the client's connection"},
    {"t", LogStage::kAccept, kAnyMode, HW_FIELD(date(call, call.record.start_us)),
     "date of the accept, with milliseconds"},
    {"tr", LogStage::kRequest, kHttpOnly, HW_FIELD(date(call, request_us(call))),
     "date of the request's first byte, with milliseconds"},
    {"trg", LogStage::kRequest, kHttpOnly, HW_FIELD(gmt_date(call, request_us(call))),
     "date of the request's first byte, in UTC"},
    {"trl", LogStage::kRequest, kHttpOnly, HW_FIELD(local_date(call, request_us(call))),
     "date of the request's first byte, with the local offset"},
    {"ts", LogStage::kEnd, kAnyMode, HW_FIELD((call.out.put({call.record.state, 2}), true)),
     "termination state: cause and phase"},
    {"tsc", LogStage::kEnd, kHttpOnly, HW_FIELD((call.out.put({call.record.state, 4}), true)),
     "termination state: cause, phase, client's cookie, server's cookie"},
};

#undef HW_FIELD

constexpr bool by_name(const LogAlias& a, const LogAlias& b) { return a.name < b.name; }
static_assert(std::is_sorted(std::begin(kAliases), std::end(kAliases), by_name));

}  // namespace

std::span<const LogAlias> log_aliases() { return kAliases; }

const LogAlias* find_log_alias(std::string_view name) {
  const auto* found =
      std::lower_bound(std::begin(kAliases), std::end(kAliases), name,
                       [](const LogAlias& alias, std::string_view n) { return alias.name < n; });
  return found != std::end(kAliases) && found->name == name ? found : nullptr;
}

}  // namespace hawser
