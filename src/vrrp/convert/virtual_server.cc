// SPDX-License-Identifier: MIT
// virtual_server: not converted, but kept to be read, with the traps in it named.
#include <fmt/format.h>

#include "base/text.h"
#include "vrrp/convert/conversion.h"

namespace hawser::keepalived {
namespace {

bool is_check(std::string_view name) {
  return name.ends_with("_CHECK") || name == "HTTP_GET" || name == "SSL_GET";
}

// Forwarding by DR or TUN leaves the port as it is.
void find_port_trap(Conversion& to, const Statement& server, std::string_view port) {
  const std::string_view real = server.argument(2);
  if (port.empty() || real.empty() || real == port) return;
  to.report.trap(server, server.words[2],
                 fmt::format("the port {} differs from the virtual server's {}, which DR and TUN "
                             "cannot change",
                             real, port),
                 "keepalived uses the virtual server's");
}

void find_traps(Conversion& to, const Statement& from, std::string_view port) {
  for (const Statement& line : from.block) {
    if (line.name() == "nat_mask") {
      to.report.trap(line, "'nat_mask' is gone from keepalived and has no effect", "left out");
    } else if (line.name() == "nb_get_retry" && from.name() == "TCP_CHECK") {
      const auto retries = parse_int(line.argument());
      to.report.trap(line,
                     "'nb_get_retry' belongs to HTTP_GET: in a TCP_CHECK keepalived ignores it and "
                     "retries once",
                     fmt::format("'fall 2' is what runs now, 'fall {}' what was meant",
                                 retries.value_or(3) + 1));
    } else if (line.name() == "real_server" && !port.empty()) {
      find_port_trap(to, line, port);
      find_traps(to, line, {});
    } else if (line.name() == "real_server" || is_check(line.name())) {
      find_traps(to, line, {});
    }
  }
}

// The port that real servers must have, where forwarding cannot change it.
std::string_view fixed_port(const Statement& from) {
  for (const Statement& line : from.block) {
    const bool kind = line.name() == "lb_kind" || line.name() == "lvs_method";
    if (kind && (line.argument() == "DR" || line.argument() == "TUN")) return from.argument(2);
  }
  return {};
}

}  // namespace

void keep_virtual_server(Conversion& to, const Statement& from) {
  to.report.became(from, "not converted, kept as comments: IPVS is not built yet");
  find_traps(to, from, fixed_port(from));
  const SourcePos begin = from.words[0].pos;
  to.comments.begin("# Not converted: IPVS is not built yet.");
  for (uint32_t number = begin.line; number <= from.last_line; ++number) {
    to.comments.keep(to.reader.line(begin.file, number));
  }
}

}  // namespace hawser::keepalived
