// SPDX-License-Identifier: MIT
#include "proxy/source.h"

#include <fmt/format.h>
#include <net/if.h>

#include "base/text.h"
#include "config/interface_name.h"

namespace hawser {
namespace {

using Use = SourceConfig::Use;

// "hdr_ip(X-Forwarded-For,-1)"; nullopt: reported.
bool parse_header_ip(Args& args, std::string_view text, SourceConfig& source) {
  std::string_view inside = text.substr(std::string_view("hdr_ip(").size());
  if (!inside.ends_with(')')) {
    args.error(quoted(text) + " has no closing parenthesis");
    return false;
  }
  inside.remove_suffix(1);
  const size_t comma = inside.find(',');
  const std::string_view name = trim(inside.substr(0, comma));
  if (!is_token(name)) {
    args.error(quoted(name) + " is not the name of a header");
    return false;
  }
  if (comma != inside.npos) {
    // As far back as HAProxy looks.
    constexpr int64_t kMost = 10;
    const auto occurrence = parse_int(trim(inside.substr(comma + 1)));
    if (!occurrence || *occurrence < -kMost) {
      args.error(fmt::format("{} is not an occurrence", quoted(inside.substr(comma + 1))))
          .with_hint("1 is the first value of the header, -1 the last one, -10 the least");
      return false;
    }
    source.usesrc_occurrence = static_cast<int>(*occurrence);
  }
  source.usesrc = source.usesrc_occurrence == 0 ? Use::kNone : Use::kHeaderIp;
  source.usesrc_header = name;
  return true;
}

bool parse_usesrc(Args& args, SourceConfig& source) {
  const auto word = args.take("<address>, client, clientip or hdr_ip(<name>)");
  if (!word) return false;
  if (word->text.starts_with("hdr_ip(")) return parse_header_ip(args, word->text, source);
  if (word->text == "client" || word->text == "clientip") {
    source.usesrc = word->text == "client" ? Use::kClient : Use::kClientIp;
    return true;
  }
  const auto address = parse_address(word->text, {.is_bind = true});
  if (!address || !address->address.is_ip()) {
    args.error(address ? quoted(word->text) + " is not an IP address" : address.error().text)
        .with_hint("'usesrc' takes an address, client, clientip or hdr_ip(<name>)");
    return false;
  }
  source.usesrc = Use::kAddress;
  source.usesrc_address = address->address;
  return true;
}

bool parse_source_address(Args& args, bool range, SourceConfig& source) {
  const auto word = args.take("<address>");
  if (!word) return false;
  const auto address = parse_address(word->text, {.port_range = range, .is_bind = true});
  if (!address || !address->address.is_ip()) {
    args.error(address ? quoted(word->text) + " is not an IP address" : address.error().text);
    return false;
  }
  source.port_low = address->address.port();
  source.port_high = address->port_high;
  source.address = address->address;
  // The kernel's own choice is made when it knows the destination, and needs no bind().
  if (source.address.is_any() && source.port_low == 0) source.address = Address();
  return true;
}

}  // namespace

std::optional<SourceConfig> parse_source(Args& args, bool range) {
  SourceConfig source;
  if (!parse_source_address(args, range, source)) return std::nullopt;
  for (;;) {
    if (args.take_if("usesrc")) {
      if (!parse_usesrc(args, source)) return std::nullopt;
    } else if (args.take_if("interface")) {
      auto name = take_interface_name(args);
      if (!name) return std::nullopt;
      source.interface = std::move(*name);
    } else {
      return source;
    }
  }
}

}  // namespace hawser
