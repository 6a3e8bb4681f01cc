// SPDX-License-Identifier: MIT
#include "proxy/stream/bad_message.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

namespace hawser {
namespace {

constexpr size_t kShownBytes = 1024;
constexpr size_t kLineBytes = 70;

// As HAProxy writes it.
std::string escaped(char c) {
  constexpr std::string_view kBytes = "\r\n\t\x1b\\", kNames = "rnte\\";
  if (const size_t i = kBytes.find(c); i != kBytes.npos) return {'\\', kNames[i]};
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7f) return fmt::format("\\x{:02X}", byte);
  return {c};
}

// Lines of the message with their offsets; '+' where a line goes on.
void append_dump(std::string& out, std::string_view bytes) {
  bool goes_on = false;
  for (size_t at = 0; at < bytes.size() && at < kShownBytes;) {
    const size_t newline = std::min(bytes.find('\n', at), bytes.size() - 1);
    const std::string_view line =
        bytes.substr(at, std::min({newline + 1 - at, kLineBytes, kShownBytes - at}));
    out += fmt::format("  {:05}{} ", at, goes_on ? '+' : ' ');
    for (const char c : line) out += escaped(c);
    out += '\n';
    goes_on = !line.ends_with('\n');
    at += line.size();
  }
}

// "web (#2)"; what is not there is "<NONE> (#-1)".
template <class Sections, class Test>
std::string numbered(const Sections& sections, const std::string& name, Test is_meant) {
  for (const auto& section : sections) {
    if (section->name == name && is_meant(*section)) {
      return fmt::format("{} (#{})", name, section->id);
    }
  }
  return "<NONE> (#-1)";
}

std::string frontend_of(const DataPlane::BadMessage& bad, const Config& config) {
  return numbered(config.proxies, bad.frontend,
                  [](const ProxyConfig& proxy) { return has_frontend(proxy.kind); });
}

std::string backend_of(const DataPlane::BadMessage& bad, const Config& config) {
  return numbered(config.proxies, bad.backend,
                  [](const ProxyConfig& proxy) { return has_backend(proxy.kind); });
}

std::string server_of(const DataPlane::BadMessage& bad, const Config& config) {
  for (const auto& proxy : config.proxies) {
    if (!has_backend(proxy->kind) || proxy->name != bad.backend) continue;
    std::vector<const ServerConfig*> servers;
    for (const ServerConfig& server : proxy->servers) servers.push_back(&server);
    return numbered(servers, bad.server, [](const ServerConfig&) { return true; });
  }
  return "<NONE> (#-1)";
}

}  // namespace

// The lines and words are HAProxy's, but for those about the insides of its buffers and parser: in
// their place is what is wrong.
std::string describe_bad_message(const DataPlane::BadMessage& bad, const Config& config) {
  const time_t seconds = bad.when_us / 1'000'000;
  const std::string frontend = "frontend " + frontend_of(bad, config),
                    backend = "backend " + backend_of(bad, config);
  std::string out =
      fmt::format("[{:%d/%b/%Y:%H:%M:%S}.{:03}] {}: invalid {}\n", fmt::localtime(seconds),
                  bad.when_us / 1000 % 1000, bad.is_request ? frontend : backend,
                  bad.is_request ? "request" : "response");
  out += fmt::format("  {}, server {}, event #{}, src {}\n", bad.is_request ? backend : frontend,
                     server_of(bad, config), bad.count, bad.client);
  out += fmt::format("  len {}, error at position {}\n  {} :\n  \n", bad.bytes.size(), bad.position,
                     bad.why);
  append_dump(out, bad.bytes);
  return out;
}

std::string answer_show_errors(std::span<const DataPlane::BadMessage> all, const Config& config,
                               std::string_view which) {
  const std::string_view proxy = which.substr(0, which.find(' '));
  const bool requests = !which.ends_with(" response"), responses = !which.ends_with(" request");
  uint64_t events = 0;
  std::string messages;
  for (const DataPlane::BadMessage& bad : all) {
    events += bad.count;  // each stands for the earlier ones of its kind
    if (!(bad.is_request ? requests : responses)) continue;
    const bool passed = proxy == bad.frontend || proxy == bad.backend;
    if (!proxy.empty() && proxy != "-1" && !passed) continue;
    messages += " \n" + describe_bad_message(bad, config);
  }
  return events == 0 ? "" : fmt::format("{}\n{}", events, messages);
}

}  // namespace hawser
