// SPDX-License-Identifier: MIT
#include "vrrp/instance_state.h"

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

}  // namespace hawser::vrrp
