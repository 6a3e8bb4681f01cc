// SPDX-License-Identifier: MIT
#include "check/verdict.h"

#include <fmt/format.h>

namespace hawser {
namespace {

uint16_t full_streak(const VerdictRules& rules) {
  return static_cast<uint16_t>(rules.rise + rules.fall - 1);
}

}  // namespace

Verdict after_answer(Verdict before, const VerdictRules& rules, bool passed) {
  if (passed) {
    if (before.streak + 1 < rules.rise) {
      return {before.health, static_cast<uint16_t>(before.streak + 1)};
    }
    return {ServerHealth::kUp, full_streak(rules)};
  }
  if (before.streak > rules.rise) {
    return {before.health, static_cast<uint16_t>(before.streak - 1)};
  }
  return {ServerHealth::kDown, 0};
}

Verdict certain(ServerHealth health, const VerdictRules& rules) {
  if (health == ServerHealth::kDown) return {health, 0};
  return {health, full_streak(rules)};
}

Verdict on_probation(const VerdictRules& rules) { return {ServerHealth::kUp, rules.rise}; }

Certainty certainty_of(const Verdict& verdict, const VerdictRules& rules) {
  if (verdict.streak == 0) return Certainty::kDown;
  if (verdict.streak >= full_streak(rules)) return Certainty::kUp;
  return Certainty::kTransition;
}

std::string progress_text(const Verdict& verdict, const VerdictRules& rules) {
  if (verdict.health == ServerHealth::kDown) {
    return fmt::format("{}/{} DOWN", verdict.streak, rules.rise);
  }
  return fmt::format("{}/{} UP", verdict.streak - rules.rise + 1, rules.fall);
}

}  // namespace hawser
