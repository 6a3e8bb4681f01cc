// SPDX-License-Identifier: MIT
#include "admin/unbuilt_command.h"

#include <algorithm>

#include "base/text.h"

namespace hawser {
namespace {

// Sorted. A command that gets built leaves this list; command_test.cc sees to it.
constexpr std::string_view kNames[] = {
    "abort ssl ca-file",
    "abort ssl cert",
    "abort ssl crl-file",
    "acme renew",
    "acme status",
    "add acl",
    "add backend",
    "add map",
    "add server",
    "add ssl ca-file",
    "add ssl crt-list",
    "add ssl ech",
    "add ssl jwt",
    "clear acl",
    "clear counters server",
    "clear map",
    "clear table",
    "commit acl",
    "commit map",
    "commit ssl ca-file",
    "commit ssl cert",
    "commit ssl crl-file",
    "debug counters",
    "debug dev",
    "del acl",
    "del backend",
    "del map",
    "del server",
    "del ssl ca-file",
    "del ssl cert",
    "del ssl crl-file",
    "del ssl crt-list",
    "del ssl ech",
    "del ssl jwt",
    "disable agent",
    "disable dynamic-cookie backend",
    "dump ssl cert",
    "dump stats-file",
    "echo",
    "enable agent",
    "enable dynamic-cookie backend",
    "experimental-mode",
    "expert-mode",
    "get acl",
    "get map",
    "get var",
    "hard-reload",
    "httpclient",
    "mcli-debug-mode",
    "new ssl ca-file",
    "new ssl cert",
    "new ssl crl-file",
    "new ssl crlfile",
    "prepare acl",
    "prepare map",
    "publish backend",
    "reload",
    "set anon",
    "set dynamic-cookie-key backend",
    "set map",
    "set maxconn frontend",
    "set maxconn server",
    "set profiling",
    "set rate-limit connections global",
    "set rate-limit http-compression global",
    "set rate-limit sessions global",
    "set rate-limit ssl-sessions global",
    "set severity-output",
    "set ssl ca-file",
    "set ssl cert",
    "set ssl crl-file",
    "set ssl ech",
    "set ssl ocsp-response",
    "set ssl tls-key",
    "set table",
    "set var",
    "show acl",
    "show activity",
    "show anon",
    "show cache",
    "show default-server",
    "show defaults",
    "show dev",
    "show events",
    "show fd",
    "show libs",
    "show map",
    "show peers",
    "show pools",
    "show profiling",
    "show quic",
    "show resolvers",
    "show schema json",
    "show ssl ca-file",
    "show ssl cert",
    "show ssl crl-file",
    "show ssl crt-list",
    "show ssl ech",
    "show ssl jwt",
    "show ssl ocsp-response",
    "show ssl ocsp-updates",
    "show ssl providers",
    "show ssl sni",
    "show startup-logs",
    "show table",
    "show tasks",
    "show threads",
    "show tls-keys",
    "show trace",
    "trace",
    "unpublish backend",
    "update ssl ocsp-response",
    "wait",
};

struct Reason {
  std::string_view word;
  std::string_view text;
};

// Why, by a word of the command; the first one counts.
constexpr Reason kReasons[] = {
    {"ssl", "there is no TLS yet"},
    {"ssl-sessions", "there is no TLS yet"},
    {"tls-keys", "there is no TLS yet"},
    {"acme", "there is no TLS yet"},
    {"acl", "there are no ACLs yet"},
    {"map", "there are no maps yet"},
    {"table", "there are no stick tables yet"},
    {"peers", "there are no stick tables to share"},
    {"agent", "there are no agent checks yet"},
    {"cache", "there is no cache"},
    {"quic", "there is no QUIC"},
    {"resolvers", "names are resolved once, at the start"},
    {"var", "there are no variables yet"},
    {"dynamic-cookie", "'dynamic' cookies are as the configuration says"},
    {"dynamic-cookie-key", "'dynamic-cookie-key' is as the configuration says"},
    {"rate-limit", "'set maxconn global' limits connections"},
    {"maxconn", "change 'maxconn' in the configuration and restart"},
    {"server", "change the configuration and restart"},
    {"backend", "change the configuration and restart"},
    {"reload", "restart to read the configuration anew"},
    {"hard-reload", "restart to read the configuration anew"},
    {"threads", "see 'show proc'"},
    {"activity", "see 'show info' and 'show proc'"},
    {"startup-logs", "they went to standard error and to the log"},
};

}  // namespace

std::string unbuilt_answer(std::string_view line) {
  std::string out = "This command is known in HAProxy but not built yet";
  const auto words = split(line, ' ');
  const auto reason =
      std::find_if(std::begin(kReasons), std::end(kReasons), [&words](const Reason& row) {
        return std::find(words.begin(), words.end(), row.word) != words.end();
      });
  if (reason != std::end(kReasons)) (out += ": ") += reason->text;
  return out += '.';
}

std::span<const std::string_view> unbuilt_commands() { return kNames; }

bool is_unbuilt_command(std::string_view line) {
  return std::any_of(std::begin(kNames), std::end(kNames), [line](std::string_view name) {
    return line.starts_with(name) && (line.size() == name.size() || line[name.size()] == ' ');
  });
}

}  // namespace hawser
