// SPDX-License-Identifier: MIT
// The words behind the names of the hashing algorithms on a `balance` line.
#pragma once

#include "proxy/balance/balancer.h"

namespace hawser {

bool parse_uri_words(KeywordCall& call, BalanceConfig& config);
bool parse_url_param_words(KeywordCall& call, BalanceConfig& config);
bool parse_hdr_words(KeywordCall& call, BalanceConfig& config);
bool parse_rdp_cookie_words(KeywordCall& call, BalanceConfig& config);
bool parse_hash_words(KeywordCall& call, BalanceConfig& config);

}  // namespace hawser
