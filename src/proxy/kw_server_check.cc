// SPDX-License-Identifier: MIT
// Words of `server` and `default-server` that say whether, when and where a server is checked.
#include <fmt/format.h>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

template <bool ServerSettings::*Member, bool Value>
bool set_flag(ServerCall& call) {
  call.set.*Member = Value;
  return true;
}

template <Millis ServerSettings::*Member>
bool set_interval(ServerCall& call) {
  const auto value = call.take_duration("<time>");
  if (!value) return false;
  if (*value == Millis::zero()) {
    call.error("the interval must not be 0");
    return false;
  }
  call.set.*Member = *value;
  return true;
}

template <uint16_t ServerSettings::*Member>
bool set_count(ServerCall& call) {
  const auto value = call.take_int("<count>", 1, UINT16_MAX);
  if (!value) return false;
  call.set.*Member = static_cast<uint16_t>(*value);
  return true;
}

bool set_check_port(ServerCall& call) {
  const auto value = call.take_int("<port>", 1, 65535);
  if (!value) return false;
  call.set.check_port = static_cast<uint16_t>(*value);
  return true;
}

bool set_check_address(ServerCall& call) {
  const auto word = call.take("<address>");
  if (!word) return false;
  const auto spec = parse_address(word->text, {});
  if (!spec) {
    call.error(spec.error().text);
    return false;
  }
  call.set.check_addr = std::make_shared<const Address>(spec->address);
  return true;
}

constexpr ServerOption kRows[] = {
    {.name = "addr",
     .parse = set_check_address,
     .args = "<address>[:<port>]",
     .summary = "address to check instead of the server's"},
    {.name = "check",
     .parse = set_flag<&ServerSettings::check, true>,
     .summary = "checks the server's health"},
    {.name = "check-send-proxy",
     .parse = set_flag<&ServerSettings::send_proxy_in_checks, true>,
     .summary = "sends the PROXY protocol in checks, too"},
    {.name = "downinter",
     .parse = set_interval<&ServerSettings::downinter>,
     .args = "<time>",
     .summary = "time between two checks while the server is down"},
    {.name = "fall",
     .parse = set_count<&ServerSettings::fall>,
     .args = "<count>",
     .summary = "failed checks in a row that take a server out"},
    {.name = "fastinter",
     .parse = set_interval<&ServerSettings::fastinter>,
     .args = "<time>",
     .summary = "time between two checks while the state is changing"},
    {.name = "inter",
     .parse = set_interval<&ServerSettings::inter>,
     .args = "<time>",
     .summary = "time between two checks"},
    {.name = "no-check",
     .parse = set_flag<&ServerSettings::check, false>,
     .summary = "takes back 'check'"},
    {.name = "no-check-send-proxy",
     .parse = set_flag<&ServerSettings::send_proxy_in_checks, false>,
     .summary = "takes back 'check-send-proxy'"},
    {.name = "port",
     .parse = set_check_port,
     .args = "<port>",
     .summary = "port to check instead of the server's"},
    {.name = "rise",
     .parse = set_count<&ServerSettings::rise>,
     .args = "<count>",
     .summary = "good checks in a row that bring a server back"},
};
HW_REGISTER(ServerOption, kRows);

}  // namespace
}  // namespace hawser
