// SPDX-License-Identifier: MIT
// Header fields that change from one hop to the next.
#pragma once

#include "config/model.h"
#include "proxy/http/head.h"

namespace hawser {

class Session;

// Drops Connection, what it names, Keep-Alive and Proxy-Connection (RFC 9110, section 7.6.1).
// Upgrade stays where it is asked for, but for h2c, which would take the rest of the connection
// past every rule.
void drop_hop_fields(Head& head);

// `option http-use-proxy-header`: what Proxy-Connection says counts in place of Connection, for a
// request in absolute form.
void use_proxy_connection(Head& request);

// X-Forwarded-For, X-Original-To and Forwarded, as `option forwardfor`, `originalto` and
// `forwarded` say.
void add_forwarding_fields(const ProxyConfig& frontend, const ProxyConfig& backend,
                           const Session& session, Head& request);

}  // namespace hawser
