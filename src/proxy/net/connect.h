// SPDX-License-Identifier: MIT
// Opening connections to servers.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "config/model.h"
#include "proxy/http/head.h"

namespace hawser {

class Session;

// Where a server is reached for this client: its address, with the port counted from the client's
// destination port where the configuration says so.
Address connect_address(const ServerConfig& server, const Session& session);

// Whom a connection to the server may serve once its first request is answered.
enum class ConnSharing : uint8_t { kAnyone, kSameClient, kNobody };

// A connection that shows a client's address, goes where that client wanted to go, or may not be
// shared by configuration, is good for that client only; one that was made for a field of a request
// is good for that request.
ConnSharing sharing_of(const ProxyConfig& backend, const ServerConfig& server);

// Starts a non-blocking connect, from the `source` of the server or its backend. The error's code
// is an errno. `request` is for `usesrc hdr_ip(…)`; in mode tcp it is empty. `turn` says where in a
// range of source ports the search for a free one begins: another place each time.
Result<Fd> open_server_connection(const Config& config, const ProxyConfig& backend,
                                  const ServerConfig& server, const Session& session,
                                  const Head& request, uint64_t turn);

}  // namespace hawser
