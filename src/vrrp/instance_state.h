// SPDX-License-Identifier: MIT
// Everything of an instance that a successor process needs to go on between two adverts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "vrrp/announce.h"
#include "vrrp/election.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

// Which virtual router it is, whatever its section is called and wherever it stands.
struct InstanceKey {
  std::array<char, 16> interface {};  // as the kernel has it: shorter than 16 characters
  int32_t family = 0;
  uint32_t vrid = 0;

  static InstanceKey of(std::string_view interface, int family, uint8_t vrid);
  friend bool operator==(const InstanceKey&, const InstanceKey&) = default;
};

struct InstanceState {
  static constexpr uint32_t kLayout = 0x5649'0001;  // changes with the struct
  uint32_t layout = kLayout;
  uint32_t peer_count = 0;
  InstanceKey key;
  std::array<Ip, 4> peers{};    // heard and accepted
  BurstsLeft bursts;            // announcements
  int64_t refresh_ns = kNever;  // next announcement of a master that nothing happened to
  ElectionState election;
};
static_assert(std::is_trivially_copyable_v<InstanceState>);

// What a successor says of each virtual router that it has, before it is given its state.
struct InstanceClaim {
  uint32_t layout = InstanceState::kLayout;  // of the state that it can take up
  uint32_t election_layout = ElectionState::kLayout;
  InstanceKey key;
  friend bool operator==(const InstanceClaim&, const InstanceClaim&) = default;
};
static_assert(std::is_trivially_copyable_v<InstanceClaim>);

inline std::span<const std::byte> export_state(const InstanceState& state) {
  return std::as_bytes(std::span(&state, 1));
}
// The bytes that another process exported. nullopt: of another layout, or not such a state.
std::optional<InstanceState> import_instance(std::span<const std::byte> bytes);

// Of the states that follow each other in `bytes`, those that can be taken up.
std::vector<InstanceState> import_instances(std::string_view bytes);
// nullptr: the predecessor had no such virtual router.
const InstanceState* state_of(const std::vector<InstanceState>& states, const InstanceKey& key);
// Whether it is among the claims that follow each other there.
bool is_claimed(const InstanceKey& key, std::string_view claims);

}  // namespace hawser::vrrp
