// SPDX-License-Identifier: MIT
#include "check/messages.h"

#include <fmt/format.h>

namespace hawser {
namespace {

// Foreign text in a log line: quotes and whatever does not print become <XX>.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"') {
      out += fmt::format("<{:02X}>", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view on_backup(const ServersLeft& servers) {
  return servers.active == 0 && servers.backup > 0 ? " Running on backup." : "";
}

}  // namespace

std::string reason_text(const CheckResult& result) {
  std::string out = fmt::format(", reason: {}", check_status_text(result.status));
  if (result.code != 0) out += fmt::format(", code: {}", result.code);
  if (!result.text.empty()) out += fmt::format(", info: \"{}\"", printable(result.text));
  return out + fmt::format(", check duration: {}ms", result.duration.count());
}

std::string health_check_text(const ProxyConfig& backend, const ServerConfig& server,
                              const CheckResult& result, const Verdict& verdict,
                              const VerdictRules& rules) {
  return fmt::format("Health check for {}server {}/{} {}{}, status: {}.",
                     server.set.backup ? "backup " : "", backend.name, server.name,
                     result.passed ? "succeeded" : "failed", reason_text(result),
                     progress_text(verdict, rules));
}

std::string server_text(const ProxyConfig& backend, const ServerConfig& server,
                        std::string_view event) {
  return fmt::format("{}Server {}/{} {}", server.set.backup ? "Backup " : "", backend.name,
                     server.name, event);
}

std::string left_text(const ServersLeft& left, const LoadNow& load) {
  return fmt::format(
      ". {} active and {} backup servers left.{} {} sessions active, {} requeued, {} remaining in "
      "queue.",
      left.active, left.backup, on_backup(left), load.sessions, load.queued, load.backend_queued);
}

std::string online_text(const ServersLeft& online, const LoadNow& load) {
  return fmt::format(
      ". {} active and {} backup servers online.{} {} sessions requeued, {} total in queue.",
      online.active, online.backup, on_backup(online), load.queued, load.backend_queued);
}

std::string no_server_text(const ProxyConfig& backend) {
  return fmt::format("{} {} has no server available!",
                     backend.kind == ProxyKind::kListen ? "proxy" : "backend", backend.name);
}

}  // namespace hawser
