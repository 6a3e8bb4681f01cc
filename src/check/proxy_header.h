// SPDX-License-Identifier: MIT
// The PROXY protocol header of a check connection, which speaks for nobody but ourselves.
#pragma once

#include <string>

#include "base/address.h"
#include "config/model.h"

namespace hawser {

// Whether checks of `server` send a header, and which: traffic's, unless `port` or `addr` lead the
// check elsewhere; `check-send-proxy` forces it.
ProxyProtocol check_proxy_protocol(const ServerSettings& server);

// Version 1 names both ends of the connection ("UNKNOWN" on a unix socket), version 2 is LOCAL.
std::string check_proxy_header(ProxyProtocol version, const Address& source,
                               const Address& destination);

}  // namespace hawser
