// SPDX-License-Identifier: MIT
#include "proxy/http/forwarding.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "proxy/stream/session.h"

namespace hawser {
namespace {

bool has_prefix(const Address& address, const Address& network, uint8_t bits) {
  if (address.family() != network.family()) return false;
  const bool v4 = address.family() == AF_INET;
  const auto* a = v4 ? reinterpret_cast<const uint8_t*>(&address.v4()) : address.v6().s6_addr;
  const auto* b = v4 ? reinterpret_cast<const uint8_t*>(&network.v4()) : network.v6().s6_addr;
  const size_t whole = bits / 8;
  if (std::memcmp(a, b, whole) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

void add_address(const ForwardConfig& config, std::string_view standard, const Address& address,
                 Head& request) {
  const std::string_view name = config.header.empty() ? standard : std::string_view(config.header);
  if (config.if_none && request.find(name).data() != nullptr) return;
  const bool excepted = std::any_of(
      config.except.begin(), config.except.end(),
      [&](const auto& network) { return has_prefix(address, network.first, network.second); });
  if (!excepted && address.is_ip()) request.add(name, address.ip_text());
}

// The backend's setting counts where it has one; the frontend's otherwise.
const ForwardConfig* effective(const ForwardConfig& backend, const ForwardConfig& frontend) {
  if (backend.enabled) return &backend;
  return frontend.enabled ? &frontend : nullptr;
}

// RFC 7239, section 6: IPv6 in brackets and quotes, and anything with a port in quotes.
std::string node_name(const Address& address, bool with_port) {
  if (!address.is_ip()) return "unknown";
  std::string text =
      address.family() == AF_INET6 ? "[" + address.ip_text() + "]" : address.ip_text();
  if (with_port) text += ":" + std::to_string(address.port());
  return with_port || address.family() == AF_INET6 ? "\"" + text + "\"" : text;
}

std::string forwarded_value(const ForwardedConfig& config, const Session& session,
                            const Head& request) {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (!out.empty()) out += ';';
    ((out += name) += '=') += value;
  };
  if (config.proto) add("proto", "http");
  if (config.host) {
    if (const std::string_view host = request.find(HeaderId::kHost); !host.empty()) {
      add("host",
          host.find(':') == host.npos ? std::string(host) : "\"" + std::string(host) + "\"");
    }
  }
  if (config.by != ForwardedConfig::Node::kNone)
    add("by", node_name(session.local_address(), config.by_port));
  if (config.for_node != ForwardedConfig::Node::kNone)
    add("for", node_name(session.client_address(), config.for_port));
  return out;
}

void drop_named_fields(Head& head, std::string_view names) {
  for (std::string_view name : split(names, ',')) {
    name = trim(name);
    if (name.empty() || iequals(name, "close") || iequals(name, "keep-alive") ||
        iequals(name, "upgrade"))
      continue;
    // Framing and routing are not a client's to remove.
    const HeaderId id = header_id(name);
    if (id == HeaderId::kHost || id == HeaderId::kContentLength ||
        id == HeaderId::kTransferEncoding)
      continue;
    head.drop(name);
  }
}

// Is `protocol` in the list of an Upgrade field, in any version?
bool names_protocol(std::string_view list, std::string_view protocol) {
  for (const std::string_view entry : split(list, ',')) {
    const std::string_view name = trim(entry);
    if (iequals(name.substr(0, name.find('/')), protocol)) return true;
  }
  return false;
}

}  // namespace

void drop_hop_fields(Head& head) {
  for (HeaderField& field : head.fields) {
    switch (field.id) {
      case HeaderId::kConnection:
        field.dropped = true;
        if (!iequals(field.value, "keep-alive") && !iequals(field.value, "close")) {
          drop_named_fields(head, field.value);
        }
        break;
      case HeaderId::kHttp2Settings:  // goes with an Upgrade that is not passed on either
      case HeaderId::kKeepAlive:
      case HeaderId::kProxyConnection:
        field.dropped = true;
        break;
      case HeaderId::kUpgrade:
        // Towards HTTP/2 in clear text the framing would change without our notice.
        if (names_protocol(field.value, "h2c")) head.says_upgrade = false;
        field.dropped = !head.says_upgrade;
        break;
      default:
        break;
    }
  }
}

void use_proxy_connection(Head& request) {
  const std::string_view value = request.find(HeaderId::kProxyConnection);
  if (value.data() == nullptr || request.target.starts_with('/')) return;
  request.says_close = iequals(value, "close");
  request.says_keep_alive = iequals(value, "keep-alive");
}

void add_forwarding_fields(const ProxyConfig& frontend, const ProxyConfig& backend,
                           const Session& session, Head& request) {
  if (const ForwardConfig* config = effective(backend.forwardfor, frontend.forwardfor);
      config != nullptr) {
    add_address(*config, "X-Forwarded-For", session.client_address(), request);
  }
  if (const ForwardConfig* config = effective(backend.originalto, frontend.originalto);
      config != nullptr) {
    add_address(*config, "X-Original-To", session.local_address(), request);
  }
  const ForwardedConfig& forwarded =
      backend.forwarded.enabled ? backend.forwarded : frontend.forwarded;
  if (forwarded.enabled) request.add("Forwarded", forwarded_value(forwarded, session, request));
}

}  // namespace hawser
