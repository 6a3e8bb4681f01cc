// SPDX-License-Identifier: MIT
// Lines of keepalived.conf to tokens: blanks, braces, quotes, and comments that begin with '#' or
// '!' anywhere outside of quotes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vrrp/convert/statement.h"

namespace hawser::keepalived {

struct Token {
  enum class Kind : uint8_t { kWord, kOpen, kClose } kind = Kind::kWord;
  Word word;
};

// The tokens of `line`, which stands at `pos`; nullopt: an error has been reported.
std::optional<std::vector<Token>> cut_line(std::string_view line, SourcePos pos, Diag& diag);

// "$NAME" and "${NAME}" replaced by what they were defined as; others stay as they are. Bounded:
// values that name each other come to an end.
using Macros = std::unordered_map<std::string, std::string>;
std::string expand_macros(std::string_view line, const Macros& macros);

// "$NAME=value": the two halves; nullopt: it is no definition.
std::optional<std::pair<std::string, std::string>> macro_definition(std::string_view line);

}  // namespace hawser::keepalived
