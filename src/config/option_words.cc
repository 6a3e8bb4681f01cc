// SPDX-License-Identifier: MIT
// The options of `bind` and `server` lines: words that are looked up one after the other.
#include <fmt/format.h>

#include "config/keyword.h"
#include "config/name_table.h"
#include "config/unbuilt.h"

namespace hawser {
namespace {

bool run_option(BindCall& call, const BindOption& row, const Word&) { return row.parse(call); }

bool run_option(ServerCall& call, const ServerOption& row, const Word& word) {
  if (call.server == nullptr && !row.in_default_server) {
    call.error_at(word, fmt::format("'{}' is not allowed in 'default-server'", row.name));
    return false;
  }
  return row.parse(call);
}

template <class Option, class Call>
bool run_options(Args& args, Call call, Vocabulary vocabulary, std::string_view what) {
  const auto& table = NameTable<Option>::instance();
  bool good = true;
  while (call.more()) {
    const Word word = *call.take({});
    if (const Option* row = table.find(word.text)) {
      call.set_usage(row->name, row->args);
      if (!run_option(call, *row, word)) good = false;
      continue;
    }
    // After an error this may be one of its words.
    if (!good) return false;
    const std::string_view reason = no_effect_reason(vocabulary, word.text);
    if (reason.empty()) {
      refuse_name(call, word, vocabulary, what, table.names());
      return false;
    }
    call.warning_at(word, fmt::format("'{}' has no effect: {}", word.text, reason));
    if (!call.take("<value>")) return false;
  }
  args.move_to(call.position());
  return good;
}

}  // namespace

bool parse_bind_options(Args& args, BindConfig& bind) {
  return run_options<BindOption>(args, BindCall(args, bind), Vocabulary::kBind, "bind option");
}

bool parse_server_options(Args& args, ProxyConfig& proxy, ServerSettings& settings,
                          ServerConfig* server) {
  return run_options<ServerOption>(args, ServerCall(args, proxy, settings, server),
                                   Vocabulary::kServer, "server option");
}

}  // namespace hawser
