// SPDX-License-Identifier: MIT
#include "vrrp/instance_state.h"

#include <algorithm>
#include <cstring>

namespace hawser::vrrp {

InstanceKey InstanceKey::of(std::string_view interface, int family, uint8_t vrid) {
  InstanceKey key;
  interface.copy(key.interface.data(), key.interface.size() - 1);
  key.family = family;
  key.vrid = vrid;
  return key;
}

std::optional<InstanceState> import_instance(std::span<const std::byte> bytes) {
  InstanceState state;
  if (bytes.size() != sizeof state) return std::nullopt;
  uint32_t layout;
  std::memcpy(&layout, bytes.data(), sizeof layout);
  if (layout != InstanceState::kLayout) return std::nullopt;
  std::memcpy(&state, bytes.data(), sizeof state);
  const bool sound =
      state.peer_count <= state.peers.size() && import_state(export_state(state.election));
  return sound ? std::optional(state) : std::nullopt;
}

std::vector<InstanceState> import_instances(std::string_view bytes) {
  std::vector<InstanceState> states;
  constexpr size_t kSize = sizeof(InstanceState);
  for (size_t at = 0; at + kSize <= bytes.size(); at += kSize) {
    const auto state = import_instance(std::as_bytes(std::span(bytes.substr(at, kSize))));
    if (state) states.push_back(*state);
  }
  return states;
}

const InstanceState* state_of(const std::vector<InstanceState>& states, const InstanceKey& key) {
  const auto found = std::find_if(states.begin(), states.end(),
                                  [&](const InstanceState& each) { return each.key == key; });
  return found == states.end() ? nullptr : &*found;
}

bool is_claimed(const InstanceKey& key, std::string_view claims) {
  constexpr size_t kSize = sizeof(InstanceClaim);
  for (size_t at = 0; at + kSize <= claims.size(); at += kSize) {
    InstanceClaim claim;
    std::memcpy(&claim, claims.data() + at, kSize);
    if (claim == InstanceClaim{.key = key}) return true;
  }
  return false;
}

}  // namespace hawser::vrrp
