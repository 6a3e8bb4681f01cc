// SPDX-License-Identifier: MIT
// authentication: VRRPv2's two kinds, and keepalived's signature for VRRPv3.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "config/draft.h"
#include "config/keyword.h"
#include "config/source.h"

namespace hawser {
namespace {

// What a password or key was given as in an earlier line does not count any more, so that a section
// replaces what vrrp-defaults gives.
void start_over(VrrpConfig& vrrp, VrrpAuth auth) {
  vrrp.auth = auth;
  vrrp.password = {};
  vrrp.hmac_keys.clear();
}

bool take_password(KeywordCall& call, VrrpAuth auth) {
  const auto word = call.take("<password>");
  if (!word) return false;
  VrrpConfig& vrrp = call.vrrp();
  if (word->text.empty()) {
    call.error("an empty password is none");
    return false;
  }
  if (word->text.size() > vrrp.password.size()) {
    call.error(fmt::format("a VRRP password has at most {} characters, and this one {}",
                           vrrp.password.size(), word->text.size()))
        .with_hint(fmt::format("keepalived cuts longer ones to '{}', which its users write here",
                               word->text.substr(0, vrrp.password.size())));
    return false;
  }
  start_over(vrrp, auth);
  std::copy(word->text.begin(), word->text.end(), vrrp.password.begin());
  return true;
}

std::optional<std::vector<uint8_t>> parse_hex(std::string_view text) {
  const auto digit = [](char c) {
    if (is_digit(c)) return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<uint8_t> out;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return out;
}

// "hex:00112233…" or "file:/path", whose content without the last line end is the key.
std::optional<std::vector<uint8_t>> take_key(KeywordCall& call) {
  constexpr size_t kLeast = 16, kMost = 64;
  const auto word = call.take("hex:<digits> or file:<path>");
  if (!word) return std::nullopt;
  std::optional<std::vector<uint8_t>> key;
  if (word->text.starts_with("hex:")) {
    key = parse_hex(word->text.substr(4));
    if (!key) {
      call.error("after 'hex:' an even number of hexadecimal digits is needed");
      return std::nullopt;
    }
  } else if (word->text.starts_with("file:")) {
    const std::string path(word->text.substr(5));
    // A device or a pipe may have no end.
    if (std::error_code ignored; std::filesystem::exists(path, ignored) &&
                                 !std::filesystem::is_regular_file(path, ignored)) {
      call.error(hawser::quoted(path) + " is not a file");
      return std::nullopt;
    }
    auto text = read_file(path);
    if (!text) {
      call.error(fmt::format("{}: {}", hawser::quoted(path), text.error().text));
      return std::nullopt;
    }
    if (text->ends_with('\n')) text->pop_back();
    key.emplace(text->begin(), text->end());
  } else {
    call.error("a key is given as hex:<digits> or file:<path>");
    return std::nullopt;
  }
  if (key->size() >= kLeast && key->size() <= kMost) return key;
  call.error(fmt::format("a key has {} to {} bytes, and this one {}", kLeast, kMost, key->size()));
  return std::nullopt;
}

bool take_hmac_key(KeywordCall& call) {
  const auto id = call.take_int("<id>", 0, 255);
  if (!id) return false;
  VrrpConfig& vrrp = call.vrrp();
  VrrpHmacKey made;
  made.id = static_cast<uint8_t>(*id);
  const auto& known = vrrp.hmac_keys;
  if (std::any_of(known.begin(), known.end(),
                  [&](const VrrpHmacKey& key) { return key.id == made.id; })) {
    call.error(fmt::format("there is a key {} already", *id));
    return false;
  }
  auto key = take_key(call);
  if (!key) return false;
  made.key = std::move(*key);
  made.active = call.take_if("active");
  if (vrrp.auth != VrrpAuth::kNone) start_over(vrrp, VrrpAuth::kNone);
  vrrp.hmac_keys.push_back(std::move(made));
  return true;
}

bool take_hmac_mode(KeywordCall& call) {
  constexpr std::string_view kModes[] = {"enforce", "permissive", "receive-only"};
  const auto mode = call.take_one_of("mode", kModes);
  if (!mode) return false;
  call.vrrp().hmac_mode = static_cast<VrrpHmacMode>(*mode);
  return true;
}

bool take_anti_replay(KeywordCall& call) {
  constexpr std::string_view kKinds[] = {"monotonic", "time"};
  const auto kind = call.take_one_of("kind of protection", kKinds);
  if (!kind) return false;
  call.vrrp().hmac_by_time = *kind == 1;
  return true;
}

bool set_authentication(KeywordCall& call) {
  VrrpConfig& vrrp = call.vrrp();
  vrrp.auth_pos = call.keyword().pos;
  if (call.negated()) {
    start_over(vrrp, VrrpAuth::kNone);
    return true;
  }
  constexpr std::string_view kKinds[] = {"pass", "ah", "hmac"};
  const auto kind = call.take_one_of("kind of authentication", kKinds);
  if (!kind) return false;
  if (*kind == 0) return take_password(call, VrrpAuth::kPass);
  if (*kind == 1) return take_password(call, VrrpAuth::kAh);
  constexpr std::string_view kWhat[] = {"key", "mode", "anti-replay"};
  constexpr bool (*kTake[])(KeywordCall&) = {take_hmac_key, take_hmac_mode, take_anti_replay};
  const auto what = call.take_one_of("<word>", kWhat);
  return what && kTake[*what](call);
}

constexpr Keyword kRows[] = {
    {.name = "authentication",
     .sections = kInVrrps,
     .parse = set_authentication,
     .args = "pass <password> | ah <password> | hmac key <id> hex:<digits>|file:<path> [active] | "
             "hmac mode enforce|permissive|receive-only | hmac anti-replay time|monotonic",
     .summary = "how adverts prove where they come from",
     .negatable = true},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
