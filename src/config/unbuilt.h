// SPDX-License-Identifier: MIT
// Names that HAProxy knows and this program does not (yet): so that a refusal can say so.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/keyword.h"

namespace hawser {

// Where a name may stand.
enum class Vocabulary : uint8_t { kSection, kGlobal, kProxy, kBind, kServer, kBalance };

bool is_unbuilt(Vocabulary vocabulary, std::string_view name);
std::span<const std::string_view> unbuilt_names(Vocabulary vocabulary);

// Why a keyword that only tunes HAProxy's own machinery has no effect here; empty: it is none.
std::string_view no_effect_reason(Vocabulary vocabulary, std::string_view name);

// What is written here for a keyword of keepalived whose name differs by more than underscores;
// empty: it is none.
std::string_view keepalived_hint(std::string_view name);

// Reports `word`, which is none of `known`: as known but not built, or as unknown with the nearest
// one. `what` is what the name stands for: "bind option", "balance algorithm".
Diagnostic& refuse_name(Args& args, const Word& word, Vocabulary vocabulary, std::string_view what,
                        std::span<const std::string_view> known);

}  // namespace hawser
