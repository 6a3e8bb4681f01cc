// SPDX-License-Identifier: MIT
// The key of a request: what the algorithms that hash look at, and its hash. Pure functions; the
// results are those of HAProxy, which regtests/balance/golden has on record.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/balance/balancer.h"

namespace hawser {

// What a key may be made from. Views are good for the duration of the call.
class KeyRequest {
 public:
  virtual ~KeyRequest() = default;
  virtual const Address& source() const = 0;  // the client's, after a PROXY header

  // HTTP; empty in TCP.
  virtual std::string_view method() const = 0;
  virtual std::string_view target() const = 0;  // as in the request line
  // The value of the field of that name that has `skip` such fields before it, without blanks at
  // its ends.
  virtual std::optional<std::string_view> header(std::string_view name, uint32_t skip) const = 0;
  virtual std::string_view body() const = 0;  // what has arrived of it

  // TCP: what has arrived from the client.
  virtual std::string_view first_bytes() const = 0;
};

// The key of a request for the algorithm of `backend`; kNoKey: it has none, or needs none. Such a
// request does not wait for one server, whatever the algorithm.
uint64_t balance_key(const ProxyConfig& backend, const KeyRequest& request);

// The hash of a key as HAProxy computes it for this `hash-type`, before any modulo.
uint32_t balance_hash(const HashConfig& hash, std::string_view key);
// `balance source` ignores the hash function: it folds the words of the address.
uint32_t balance_hash_address(const HashConfig& hash, const Address& address);

// The parts of keys, by themselves.

// `balance uri`: the target up to its question mark (not with `whole`), at most `len` characters
// and `depth` directories of it.
std::string_view uri_key(const BalanceConfig& how, std::string_view target);
// The value of a parameter in "a=1&b=2"; parameters end at any of `ends`.
std::optional<std::string_view> find_param(std::string_view query, std::string_view name,
                                           std::string_view ends);
// The label before the last dot: "example" of "www.example.com"; all of it where there is none.
std::string_view main_domain(std::string_view host);
// The value of an RDP cookie in an X.224 connection request; empty: none.
std::string_view rdp_cookie(std::string_view packet, std::string_view name);
// First and last value of a header field that is a comma-separated list.
std::string_view first_of_list(std::string_view value);
std::string_view last_of_list(std::string_view value);

}  // namespace hawser
