// SPDX-License-Identifier: MIT
// What balancing takes from a request, whatever the client sends: a part of it, and the same each
// time. The first two bytes say how the key is made, up to a line break stands the name that the
// configuration gives, and the rest is a request target, a header field, a body and the first bytes
// of a connection.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "config/listing.h"
#include "proxy/balance/key.h"

namespace {

using namespace hawser;

class Request final : public KeyRequest {
 public:
  explicit Request(std::string_view sent) : sent_(sent) {}
  const Address& source() const override { return source_; }
  std::string_view method() const override { return "POST"; }
  std::string_view target() const override { return sent_; }
  std::optional<std::string_view> header(std::string_view, uint32_t skip) const override {
    return skip == 0 ? std::optional(sent_) : std::nullopt;
  }
  std::string_view body() const override { return sent_; }
  std::string_view first_bytes() const override { return sent_; }

 private:
  const Address source_ = *Address::parse_ip("192.0.2.7", 4711);
  const std::string_view sent_;
};

void check_inside(std::string_view part, std::string_view whole) {
  if (part.empty()) return;
  HW_ASSERT(part.data() >= whole.data());
  HW_ASSERT(part.data() + part.size() <= whole.data() + whole.size());
}

void check_rdp_cookie(std::string_view sent, std::string_view name) {
  const std::string_view value = rdp_cookie(sent, name);
  check_inside(value, sent);
  HW_ASSERT(value.find("\r\n") == value.npos);
  // Once it is complete, what follows does not change it.
  const std::string_view shorter = rdp_cookie(sent.substr(0, sent.size() - 1), name);
  HW_ASSERT(shorter.empty() || shorter == value);
}

void check_parts(const BalanceConfig& how, std::string_view sent) {
  const std::string_view uri = uri_key(how, sent);
  check_inside(uri, sent);
  HW_ASSERT(how.len == 0 || uri.size() <= how.len);
  HW_ASSERT(how.depth == 0 || std::count(uri.begin(), uri.end(), '/') <= how.depth);
  HW_ASSERT(how.whole || uri.find('?') == uri.npos);
  if (const auto value = find_param(sent, how.param, "&;?")) {
    check_inside(*value, sent);
    const std::string_view before(sent.data(), static_cast<size_t>(value->data() - sent.data()));
    HW_ASSERT(before.ends_with(how.param + "="));
    HW_ASSERT(value->find_first_of("&;?") == value->npos);
  }
  check_inside(first_of_list(sent), sent);
  check_inside(last_of_list(sent), sent);
  HW_ASSERT(sent.find(',') != sent.npos || first_of_list(sent) == last_of_list(sent));
  check_inside(main_domain(sent), sent);
  if (!sent.empty()) check_rdp_cookie(sent, how.param);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool ready = static_cast<bool>(seal_registries());
  HW_ASSERT(ready);
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 2), size - 2);
  const size_t end = std::min(rest.find('\n'), rest.size());
  const Request request(rest.substr(std::min(end + 1, rest.size())));

  ProxyConfig backend;
  BalanceConfig& how = backend.balance;
  how.param = rest.substr(0, end);
  how.len = data[0] & 15;
  how.depth = data[0] >> 4;
  how.whole = (data[1] & 1) != 0;
  how.path_only = (data[1] & 2) != 0;
  how.use_domain_only = (data[1] & 4) != 0;
  how.check_post = (data[1] & 8) != 0;
  how.fetch = static_cast<KeyFetch>((data[1] >> 4) % 7);
  check_parts(how, request.target());
  for (const BalanceAlgo* algo : Registry<BalanceAlgo>::all()) {
    how.algo = algo;
    const uint64_t key = balance_key(backend, request);
    HW_ASSERT(key == balance_key(backend, Request(request.target())));
    HW_ASSERT(algo->key != KeySource::kNothing || key == kNoKey);
  }
  return 0;
}
