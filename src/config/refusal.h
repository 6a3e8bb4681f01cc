// SPDX-License-Identifier: MIT
// What is said about a line whose keyword cannot be used where it stands.
#pragma once

#include <span>
#include <string>

#include "config/keyword_table.h"

namespace hawser {

// Reports the line `words`, for whose keyword `match` has no row in `section`: as an error, or as a
// warning where HAProxy goes on too. True: the line seems to begin a section, so that what follows
// does not belong to `section`. `outdented`: it stands left of the section's other lines.
bool refuse_keyword(std::span<const Word> words, const KeywordTable::Match& match, Section section,
                    bool outdented, Diag& diag);

// Reports what a handler left over.
void refuse_rest(KeywordCall& call, const Keyword& row);

// For a keyword that rewrote headers with regular expressions until HAProxy 2.1: the rule that does
// the same today, with the line's own arguments. Empty: it is no such keyword.
std::string modern_form(std::span<const Word> words);

// Names of sections, for suggestions.
std::span<const std::string_view> known_sections();

}  // namespace hawser
