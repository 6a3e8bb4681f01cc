// SPDX-License-Identifier: MIT
// The facts about one request (HTTP) or one connection (TCP) that an access log line may show. The
// stream fills one when it ends, or as soon as `option logasap` allows, and hands it to LogOut.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/address.h"

namespace hawser {

// Points in time, in milliseconds after the start: that is the accept, or for a later request on
// the same connection the end of the response before it. -1: never reached. HAProxy's timers are
// the differences; timers_of() takes them.
struct AccessTimes {
  int64_t handshake = 0;    // PROXY header and TLS are done; 0 on a later request
  int64_t first_byte = -1;  // HTTP: the first byte of the request
  int64_t request = -1;     // HTTP: the end of the request's headers
  int64_t queue = -1;       // a server was free: the queues are left
  int64_t connect = -1;     // the connection to the server stands (or was taken from the pool)
  int64_t response = -1;    // HTTP: the end of the response's headers. TCP: as `connect`
  int64_t end = 0;          // now
};

// Every view and pointer must live during the call that is given the record, and no longer.
struct AccessRecord {
  // When it started, on the wall clock: the accept, or the end of the response before.
  int64_t start_us = 0;
  AccessTimes times;

  // Addresses; nullptr: there is none, shown as "-".
  const Address* client = nullptr;          // %ci %cp
  const Address* listener = nullptr;        // %fi %fp: the address that the client connected to
  const Address* server_address = nullptr;  // %si %sp
  const Address* server_source = nullptr;   // %bi %bp: our side of the connection to the server
  uint32_t listener_id = 0;    // `id` of the bind line; stands for a unix socket's port
  std::string_view bind_name;  // `name` of the bind line, or ""

  std::string_view frontend;
  bool tls = false;          // the client speaks TLS: the frontend's name is shown with '~'
  std::string_view backend;  // the frontend's name where no backend was chosen
  std::string_view server;   // "": shown as <NOSRV>; "<STATS>" for the statistics page
  std::string_view tls_version, tls_cipher;  // "": shown as "-"

  // The request as it arrived, before any rule changed it. An empty method: the request could not
  // be read, shown as <BADREQ>.
  std::string_view method, uri, version;  // "GET", "/a?b", "HTTP/1.1"
  int status = -1;                        // of the response; -1: none was sent; 0: not HTTP
  std::string_view unique_id;
  std::string_view request_cookie, response_cookie;  // captured "NAME=VALUE"; "": shown as "-"
  // One entry per configured capture, empty where the header was missing.
  std::span<const std::string_view> request_captures, response_captures;

  uint64_t bytes_received = 0;  // from the client, headers included (%U, dontlognull)
  uint64_t bytes_sent = 0;      // to the client, headers included (%B)

  // Why it ended, in which state, the client's and the server's persistence cookie: HAProxy's
  // termination state, doc/configuration.md, "Termination states".
  char state[4] = {'-', '-', '-', '-'};

  // Numbers at the time of logging. This request itself no longer counts in the backend and the
  // server, but its connection still does in the process and the frontend.
  uint32_t process_conns = 0;    // %ac
  uint32_t frontend_conns = 0;   // %fc
  uint32_t backend_conns = 0;    // %bc
  uint32_t server_conns = 0;     // %sc
  uint32_t retries = 0;          // %rc
  bool redispatched = false;     // %rc starts with '+'
  uint32_t server_queue = 0;     // %sq: its place in the server's queue, from 1 on; 0: none
  uint32_t backend_queue = 0;    // %bq
  uint64_t request_counter = 0;  // %rt: requests (HTTP) or connections (TCP) of this process so far

  // What went wrong before a request could be awaited, as in "Connection error during SSL
  // handshake"; empty in every other case. Such a connection gets the error line, not a request's.
  std::string_view connection_error;
};

// Which facts are final, and so from when on a line that needs no others may be written.
enum class LogStage : uint8_t {
  kAccept,    // the connection stands
  kRequest,   // HTTP: the request's headers are there. TCP: as kAccept
  kConnect,   // the server's connection stands
  kResponse,  // HTTP: the response's headers are there. TCP: as kConnect
  kEnd,       // all is over
};

// HAProxy's timers, in milliseconds; -1: the phase was not finished.
struct AccessTimers {
  int64_t handshake;  // Th
  int64_t idle;       // Ti
  int64_t request;    // TR
  int64_t query;      // Tq = Th + Ti + TR
  int64_t queue;      // Tw
  int64_t connect;    // Tc
  int64_t response;   // Tr
  int64_t data;       // Td
  int64_t active;     // Ta
  int64_t total;      // Tt
  int64_t user;       // Tu
};
AccessTimers timers_of(const AccessTimes& times);

}  // namespace hawser
