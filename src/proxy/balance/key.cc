// SPDX-License-Identifier: MIT
#include "proxy/balance/key.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash.h"
#include "base/text.h"

namespace hawser {
namespace {

// Up to the first of `ends`.
std::string_view until(std::string_view text, std::string_view ends) {
  return text.substr(0, std::min(text.find_first_of(ends), text.size()));
}

// Where the path of a request target begins: after the authority of an absolute one. Empty where
// there is no path, as in "*".
std::string_view from_path(std::string_view target) {
  if (!target.starts_with('/')) {
    const size_t scheme = target.find("://");
    if (scheme == target.npos) return {};
    target.remove_prefix(scheme + 3);
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
  }
  return target;
}

std::optional<std::string_view> query_of(std::string_view target) {
  const size_t mark = target.find('?');
  if (mark == target.npos) return std::nullopt;
  return target.substr(mark + 1);
}

std::optional<std::string_view> last_header(const KeyRequest& request, std::string_view name) {
  std::optional<std::string_view> last;
  for (uint32_t i = 0; const auto value = request.header(name, i); ++i) last = value;
  return last;
}

std::optional<std::string_view> param_key(const BalanceConfig& how, const KeyRequest& request) {
  const auto query = query_of(request.target());
  const auto in_query = query ? find_param(*query, how.param, "&") : std::nullopt;
  if (in_query || !how.check_post || request.method() != "POST") return in_query;
  const auto in_body = find_param(request.body(), how.param, "&");
  if (!in_body) return std::nullopt;
  // A body need not be a form: the value ends where none goes on.
  const auto end = std::find_if(in_body->begin(), in_body->end(),
                                [](char c) { return static_cast<uint8_t>(c) <= ' ' || c == 0x7f; });
  return std::string_view(in_body->begin(), end);
}

std::optional<std::string_view> header_key(const BalanceConfig& how, const KeyRequest& request) {
  const auto value = request.header(how.param, 0);
  if (!value) return std::nullopt;
  const std::string_view first = first_of_list(*value);
  if (first.empty()) return std::nullopt;
  return how.use_domain_only ? main_domain(first) : first;
}

// The bytes of an IP address; empty for others.
std::string_view address_bytes(const Address& address) {
  const auto bytes = []<class T>(const T& ip) {
    return std::string_view(reinterpret_cast<const char*>(&ip), sizeof ip);
  };
  if (address.family() == AF_INET) return bytes(address.v4());
  if (address.family() == AF_INET6) return bytes(address.v6());
  return {};
}

std::optional<std::string_view> fetch(const BalanceConfig& how, const KeyRequest& request) {
  switch (how.fetch) {
    case KeyFetch::kSource: {
      const std::string_view bytes = address_bytes(request.source());
      return bytes.empty() ? std::nullopt : std::optional(bytes);
    }
    case KeyFetch::kPath:
    case KeyFetch::kPathQuery: {
      const std::string_view path = from_path(request.target());
      if (!path.starts_with('/')) return std::nullopt;
      return how.fetch == KeyFetch::kPath ? until(path, "?") : path;
    }
    case KeyFetch::kUrl:
      return request.target();
    case KeyFetch::kQuery:
      return query_of(request.target());
    case KeyFetch::kHeader: {
      const auto value = last_header(request, how.param);
      return value ? std::optional(last_of_list(*value)) : std::nullopt;
    }
    case KeyFetch::kUrlParam: {
      const auto query = query_of(request.target());
      return query ? find_param(*query, how.param, "&;?") : std::nullopt;
    }
  }
  HW_UNREACHABLE();
}

std::optional<std::string_view> text_key(const ProxyConfig& backend, const KeyRequest& request) {
  const BalanceConfig& how = backend.balance;
  switch (how.algo->key) {
    case KeySource::kUri:
      return uri_key(how, request.target());
    case KeySource::kUrlParam:
      return param_key(how, request);
    case KeySource::kHeader:
      return header_key(how, request);
    case KeySource::kRdpCookie: {
      const std::string_view value = rdp_cookie(request.first_bytes(), how.param);
      return value.empty() ? std::nullopt : std::optional(value);
    }
    case KeySource::kExpression:
      return fetch(how, request);
    case KeySource::kNothing:
    case KeySource::kSourceAddress:
      return std::nullopt;
  }
  HW_UNREACHABLE();
}

// `hash-type … none`: the key is a number already; what does not start with one is 0.
uint32_t hash_none(std::string_view key) {
  const bool negative = key.starts_with('-');
  uint64_t number = 0;
  for (const char c : key.substr(negative ? 1 : 0)) {
    if (!is_digit(c)) break;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return static_cast<uint32_t>(negative ? -number : number);
}

uint32_t hash_by(HashFunction function, std::string_view key) {
  switch (function) {
    case HashFunction::kSdbm:
      return hash_sdbm(key);
    case HashFunction::kDjb2:
      return hash_djb2(key);
    case HashFunction::kWt6:
      return hash_wt6(key);
    case HashFunction::kCrc32:
      return hash_crc32(key);
    case HashFunction::kNone:
      return hash_none(key);
  }
  HW_UNREACHABLE();
}

}  // namespace

uint64_t balance_key(const ProxyConfig& backend, const KeyRequest& request) {
  if (backend.balance.algo->key == KeySource::kSourceAddress) {
    const Address& source = request.source();
    return source.is_ip() ? balance_hash_address(backend.hash, source) : kNoKey;
  }
  const auto key = text_key(backend, request);
  return key ? balance_hash(backend.hash, *key) : kNoKey;
}

uint32_t balance_hash(const HashConfig& hash, std::string_view key) {
  const uint32_t value = hash_by(hash.function, key);
  return hash.avalanche ? avalanche(value) : value;
}

uint32_t balance_hash_address(const HashConfig& hash, const Address& address) {
  const std::string_view bytes = address_bytes(address);
  uint32_t folded = 0;
  for (size_t i = 0; i < bytes.size(); i += sizeof folded) {
    uint32_t word;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    folded ^= ntohl(word);
  }
  return hash.avalanche ? avalanche(folded) : folded;
}

std::string_view uri_key(const BalanceConfig& how, std::string_view target) {
  if (how.path_only) target = from_path(target);
  if (!how.whole) target = until(target, "?");
  if (how.len != 0) target = target.substr(0, how.len);
  if (how.depth == 0) return target;
  uint32_t slashes = 0;
  for (size_t i = 0; i < target.size(); ++i) {
    if (target[i] == '/' && slashes++ == how.depth) return target.substr(0, i);
  }
  return target;
}

std::optional<std::string_view> find_param(std::string_view query, std::string_view name,
                                           std::string_view ends) {
  for (;;) {
    const std::string_view param = until(query, ends);
    if (param.size() > name.size() && param.starts_with(name) && param[name.size()] == '=') {
      return param.substr(name.size() + 1);
    }
    if (param.size() == query.size()) return std::nullopt;
    query.remove_prefix(param.size() + 1);
  }
}

std::string_view main_domain(std::string_view host) {
  const size_t dot = host.rfind('.');
  if (dot == host.npos || dot == 0) return host;
  // The character before the dot belongs to the label even if it is a dot.
  const size_t before = dot == 1 ? host.npos : host.rfind('.', dot - 2);
  const size_t start = before == host.npos ? 0 : before + 1;
  return host.substr(start, dot - start);
}

std::string_view rdp_cookie(std::string_view packet, std::string_view name) {
  // TPKT (4 bytes, RFC 1006) and the fixed part of an X.224 connection request (7 bytes).
  constexpr size_t kHeader = 11;
  constexpr std::string_view kCookie = "Cookie:";
  if (packet.size() <= kHeader) return {};
  packet.remove_prefix(kHeader);
  if (!istarts_with(packet, kCookie)) return {};
  packet.remove_prefix(kCookie.size());
  packet.remove_prefix(std::min(packet.find_first_not_of(' '), packet.size()));
  if (packet.size() <= name.size() || !istarts_with(packet, name) || packet[name.size()] != '=') {
    return {};
  }
  packet.remove_prefix(name.size() + 1);
  const size_t end = packet.find("\r\n");
  return end == packet.npos ? std::string_view() : packet.substr(0, end);
}

namespace {

// The end of the list element that begins at `start`: a comma outside of quotes.
size_t element_end(std::string_view value, size_t start) {
  bool quoted = false;
  for (size_t i = start; i < value.size(); ++i) {
    if (value[i] == '\\' && quoted) {
      ++i;
    } else if (value[i] == '"') {
      quoted = !quoted;
    } else if (value[i] == ',' && !quoted) {
      return i;
    }
  }
  return value.size();
}

}  // namespace

std::string_view first_of_list(std::string_view value) {
  return trim(value.substr(0, element_end(value, 0)));
}

std::string_view last_of_list(std::string_view value) {
  size_t start = 0;
  for (size_t end = 0; (end = element_end(value, start)) < value.size();) start = end + 1;
  return trim(value.substr(start));
}

}  // namespace hawser
