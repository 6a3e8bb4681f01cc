// SPDX-License-Identifier: MIT
// From what was written to what runs: names become indices, numbers are given, the rules that need
// the whole file are applied.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "config/draft.h"
#include "config/listing.h"
#include "config/parser.h"

namespace hawser {
namespace {

std::string_view kind_name(const ProxyConfig& proxy) {
  switch (proxy.kind) {
    case ProxyKind::kDefaults:
      return "defaults";
    case ProxyKind::kFrontend:
      return "frontend";
    case ProxyKind::kBackend:
      return "backend";
    case ProxyKind::kListen:
      return "listen";
  }
  HW_UNREACHABLE();
}

std::string_view mode_name(Mode mode) { return mode == Mode::kTcp ? "tcp" : "http"; }

// Gives those that have no number the first free one from their position on, leaving out the
// numbers that were given: as HAProxy does, whose consistent hash depends on the ids of servers.
// `id_of` takes an index and returns a reference; `report` is called for numbers that were given
// twice; `before` positions are taken.
template <class IdOf, class Report>
void number(size_t count, IdOf id_of, Report report, uint32_t before = 0) {
  std::unordered_map<uint32_t, size_t> given;
  for (size_t i = 0; i < count; ++i) {
    if (id_of(i) == 0) continue;
    const auto [first, fresh] = given.try_emplace(id_of(i), i);
    if (!fresh) report(first->second, i);
  }
  uint32_t next = before;
  for (size_t i = 0; i < count; ++i) {
    ++next;
    if (id_of(i) != 0) continue;
    while (given.contains(next)) ++next;
    id_of(i) = next;
  }
}

void number_within(ProxyConfig& proxy, Diag& diag) {
  const auto report = [&](std::string_view what, uint32_t id, SourcePos first, SourcePos second) {
    diag.error(second, fmt::format("another {} of '{}' has the id {}", what, proxy.name, id))
        .with_hint("it is at " + diag.place(first));
  };
  number(
      proxy.binds.size(), [&](size_t i) -> uint32_t& { return proxy.binds[i].id; },
      [&](size_t a, size_t b) {
        report("bind line", proxy.binds[b].id, proxy.binds[a].pos, proxy.binds[b].pos);
      });
  for (ServerConfig& server : proxy.servers) server.id_given = server.id != 0;
  number(
      proxy.servers.size(), [&](size_t i) -> uint32_t& { return proxy.servers[i].id; },
      [&](size_t a, size_t b) {
        report("server", proxy.servers[b].id, proxy.servers[a].pos, proxy.servers[b].pos);
      });
  for (BindConfig& bind : proxy.binds) bind.proxy = proxy.index;
  for (ServerConfig& server : proxy.servers) server.proxy = proxy.index;
}

// With a stats socket, HAProxy's first proxy is the one that serves it.
void number_all(Config& config, Diag& diag) {
  auto& proxies = config.proxies;
  for (const auto& proxy : proxies) proxy->id_given = proxy->id != 0;
  number(
      proxies.size(), [&](size_t i) -> uint32_t& { return proxies[i]->id; },
      [&](size_t a, size_t b) {
        diag.error(proxies[b]->pos,
                   fmt::format("{} '{}' has the same id {} as {} '{}'", kind_name(*proxies[b]),
                               proxies[b]->name, proxies[b]->id, kind_name(*proxies[a]),
                               proxies[a]->name))
            .with_hint("that one is at " + diag.place(proxies[a]->pos));
      },
      config.global.stats_sockets.empty() ? 0 : 1);
  for (const auto& proxy : proxies) {
    number_within(*proxy, diag);
    config.first_listener.push_back(config.listeners);
    config.first_server.push_back(config.servers);
    config.listeners += static_cast<uint32_t>(proxy->binds.size());
    config.servers += static_cast<uint32_t>(proxy->servers.size());
  }
}

void check_modes(const ProxyConfig& frontend, const ProxyConfig& backend, Diag& diag) {
  if (frontend.mode == backend.mode || frontend.incomplete || backend.incomplete) return;
  Diagnostic& error = diag.error(
      frontend.default_backend_pos,
      fmt::format("{} '{}' in mode {} cannot use {} '{}' in mode {} as its default backend",
                  kind_name(frontend), frontend.name, mode_name(frontend.mode), kind_name(backend),
                  backend.name, mode_name(backend.mode)),
      backend.name.size());
  if (frontend.mode == Mode::kTcp) {
    error.with_hint("turning a TCP connection into an HTTP one is not built yet; see 'mode' at " +
                    diag.place(backend.pos));
  } else {
    error.with_hint("see 'mode' at " + diag.place(backend.pos));
  }
}

void find_default_backends(Config& config, Diag& diag) {
  std::unordered_map<std::string_view, uint32_t> backends;
  std::vector<std::string_view> names;
  for (const auto& proxy : config.proxies) {
    if (!has_backend(proxy->kind)) continue;
    if (backends.try_emplace(proxy->name, proxy->index).second) names.push_back(proxy->name);
  }
  for (const auto& proxy : config.proxies) {
    if (!has_frontend(proxy->kind)) continue;
    if (proxy->default_backend_name.empty()) {
      if (proxy->kind == ProxyKind::kListen) proxy->default_backend = proxy->index;
      continue;
    }
    const auto found = backends.find(proxy->default_backend_name);
    if (found == backends.end()) {
      if (config.refused.may_have(proxy->default_backend_name)) continue;
      diag.error(proxy->default_backend_pos,
                 fmt::format("there is no backend '{}', the default backend of {} '{}'",
                             proxy->default_backend_name, kind_name(*proxy), proxy->name),
                 proxy->default_backend_name.size())
          .hint_nearest(proxy->default_backend_name, names);
      continue;
    }
    proxy->default_backend = found->second;
    check_modes(*proxy, *config.proxies[found->second], diag);
  }
}

// A backend without `fullconn` is full at a tenth of what its frontends take in. One of them
// without `maxconn` takes in what the process does: where that is not known yet, 0 stays until
// settle_maxconn().
void set_fullconn(Config& config) {
  std::vector<uint64_t> reach(config.proxies.size(), 0);
  std::vector<bool> open_ended(config.proxies.size(), false);
  for (const auto& proxy : config.proxies) {
    if (proxy->default_backend == kNoIndex) continue;
    const uint32_t most = proxy->maxconn != 0 ? proxy->maxconn : config.global.maxconn;
    reach[proxy->default_backend] += most;
    if (most == 0) open_ended[proxy->default_backend] = true;
  }
  for (const auto& proxy : config.proxies) {
    if (!has_backend(proxy->kind) || proxy->fullconn != 0 || open_ended[proxy->index]) continue;
    const uint64_t tenth = std::min<uint64_t>((reach[proxy->index] + 9) / 10, UINT32_MAX);
    proxy->fullconn = static_cast<uint32_t>(std::max<uint64_t>(tenth, 1));
  }
}

template <class Check>
std::vector<const Check*> in_order() {
  const auto all = Registry<Check>::all();
  std::vector<const Check*> checks(all.begin(), all.end());
  std::stable_sort(checks.begin(), checks.end(),
                   [](const Check* a, const Check* b) { return a->order < b->order; });
  return checks;
}

void run_checks(Draft& draft, Diag& diag) {
  const auto checks = in_order<ProxyCheck>();
  for (const auto& proxy : draft.config->proxies) {
    for (const ProxyCheck* check : checks) {
      if (!proxy->incomplete || !check->needs_all_lines) check->check(draft, *proxy, diag);
    }
  }
  for (const ConfigCheck* check : in_order<ConfigCheck>()) check->check(draft, diag);
}

// Checks are no words of the language, so nothing lists them.
[[maybe_unused]] const bool kRegistered =
    (add_registry({{}, Registry<ProxyCheck>::seal, [](std::string&) {}}),
     add_registry({{}, Registry<ConfigCheck>::seal, [](std::string&) {}}), true);

}  // namespace

void settle_maxconn(Config& config, uint32_t maxconn) {
  config.global.maxconn = maxconn;
  set_fullconn(config);
}

std::unique_ptr<Config> resolve(Draft draft, Diag& diag) {
  Config& config = *draft.config;
  number_all(config, diag);
  find_default_backends(config, diag);
  set_fullconn(config);
  run_checks(draft, diag);
  if (diag.errors() != 0) return nullptr;
  return std::move(draft.config);
}

}  // namespace hawser
