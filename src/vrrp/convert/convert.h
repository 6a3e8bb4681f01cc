// SPDX-License-Identifier: MIT
// `hawser convert`: keepalived.conf to sections of ours.
#pragma once

#include <optional>
#include <string>

#include "vrrp/convert/reader.h"

namespace hawser {

// The sections, and after them a table of what became of every line, as comments. nullopt: there
// were errors. What an author should know is in `diag`; `reader` owns the texts that it quotes.
std::optional<std::string> convert_keepalived(const std::string& path, std::string text,
                                              keepalived::Reader& reader, Diag& diag);

// The subcommand: prints, and returns the exit code. `id` is the node that lines with "@id" are
// for; empty: the host's name.
int run_convert(const std::string& path, std::string id);

}  // namespace hawser
