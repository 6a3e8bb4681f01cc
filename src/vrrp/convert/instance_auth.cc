// SPDX-License-Identifier: MIT
// authentication, and the auth_hmac of keepalived 2.4.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "vrrp/convert/instance.h"

namespace hawser::keepalived {

void convert_authentication(Instance& to, const Statement& from) {
  const Statement* type = find(from.block, "auth_type");
  const Statement* pass = find(from.block, "auth_pass");
  if (type == nullptr || pass == nullptr || pass->words.size() < 2) {
    return to.report().error(from.words[0], "'authentication' needs 'auth_type' and 'auth_pass'");
  }
  if (to.strict || to.version == 3) {
    return to.report().trap(
        from,
        to.strict ? "under 'vrrp_strict' keepalived ignores 'authentication': its adverts have none"
                  : "VRRP version 3 has no passwords: keepalived ignores 'authentication'",
        "left out, so that both sides agree");
  }
  const bool ah = type->argument() == "AH";
  std::string password(pass->argument());
  constexpr size_t kMost = 8;
  const bool cut = password.size() > kMost;
  if (cut) password.resize(kMost);
  const std::string value = fmt::format("{} {}", ah ? "ah" : "pass", as_word(password));
  if (!cut) return to.put(from, "authentication", value);
  to.target.text.put("authentication", value);
  to.report().trap(*pass, pass->words[1],
                   "the password is longer than 8 characters, and keepalived cuts it",
                   fmt::format("authentication {}", value));
}

namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = ascii_lower(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'f');
  });
}

// What stands after "hex:". Digits are taken for a key's bytes where they are long enough to be
// one, and everything else for text.
std::string hex_of(std::string_view key) {
  constexpr size_t kLeastDigits = 32;
  if (key.starts_with("0x") && is_hex(key.substr(2))) return std::string(key.substr(2));
  if (key.size() >= kLeastDigits && key.size() % 2 == 0 && is_hex(key)) return std::string(key);
  std::string digits;
  for (const char c : key) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return digits;
}

// key <id> <key>
void convert_key(Instance& to, const Statement& from, std::string_view active) {
  constexpr size_t kLeast = 16, kMost = 64;
  const auto id = take_number(to.report(), from, 0, 255);
  if (!id) return;
  if (from.words.size() < 3) {
    return to.report().error(from.words.back(), "'key' needs a number and a key");
  }
  const std::string digits = hex_of(from.argument(2));
  if (digits.size() % 2 != 0 || digits.size() < 2 * kLeast || digits.size() > 2 * kMost) {
    return to.report().trap(from, from.words[2],
                            fmt::format("this key has {} bytes, and ours have {} to {}",
                                        (digits.size() + 1) / 2, kLeast, kMost),
                            "left out: give all nodes a longer one");
  }
  const bool is_active = active == from.argument();
  to.put(from, "authentication",
         fmt::format("hmac key {} hex:{}{}", *id, digits, is_active ? " active" : ""));
}

void convert_hmac_line(Instance& to, const Statement& line, std::string_view active) {
  const std::string_view name = line.name();
  if (name == "key") return convert_key(to, line, active);
  if (name == "active_key") return to.report().became(line, "'active' of that key");
  if (name == "anti_replay" || name == "mode") {
    std::string value(line.argument());
    std::replace(value.begin(), value.end(), '_', '-');
    return to.put(line, "authentication",
                  fmt::format("hmac {} {}", name == "mode" ? "mode" : "anti-replay", value));
  }
  if (name == "time_window") {
    return to.report().trap(line, "the window cannot be set",
                            "three intervals, at least 5s, as keepalived has it by default");
  }
  constexpr std::string_view kKnown[] = {"key", "active_key", "anti_replay", "mode", "time_window"};
  to.target.to.unknown(line, "in auth_hmac", kKnown);
}

}  // namespace

void convert_hmac(Instance& to, const Statement& from) {
  if (to.version == 2) {
    return to.report().trap(from, "VRRP version 2 has no signatures",
                            "left out; 'version 3' on all nodes allows them");
  }
  to.report().became(from, "authentication hmac");
  const Statement* active = find(from.block, "active_key");
  const Statement* first = find(from.block, "key");
  if (first == nullptr) {
    return to.report().error(from.words[0], "'auth_hmac' needs a 'key'");
  }
  const std::string_view chosen = (active != nullptr ? active : first)->argument();
  for (const Statement& line : from.block) convert_hmac_line(to, line, chosen);
}

}  // namespace hawser::keepalived
