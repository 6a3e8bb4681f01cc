// SPDX-License-Identifier: MIT
#include "vrrp/instance_state.h"

#include "base/testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

TEST_CASE("the state of an instance is taken up as it was", "[vrrp]") {
  InstanceState state;
  state.key = InstanceKey::of("eth0", AF_INET, 51);
  state.peers[0] = ip("10.0.0.9");
  state.peer_count = 1;
  state.election.priority = 77;
  state.bursts[1] = {.at_ns = 5, .repeat = 3, .next = 1};
  const auto taken = import_instance(export_state(state));
  REQUIRE(taken);
  CHECK(taken->key == InstanceKey::of("eth0", AF_INET, 51));
  CHECK(taken->peers[0] == ip("10.0.0.9"));
  CHECK(taken->election.priority == 77);
  CHECK(taken->bursts[1].repeat == 3);
}

TEST_CASE("bytes of another layout are not taken up", "[vrrp]") {
  InstanceState state;
  CHECK(import_instance(export_state(state)));
  CHECK_FALSE(import_instance(export_state(state).first(sizeof state - 1)));
  SECTION("of the instance") { ++state.layout; }
  SECTION("of its election") { ++state.election.layout; }
  SECTION("of its peers") { state.peer_count = 5; }
  CHECK_FALSE(import_instance(export_state(state)));
}

TEST_CASE("a virtual router is claimed by whoever can take up its state", "[vrrp]") {
  const auto bytes = [](const InstanceClaim& claim) {
    return std::string(reinterpret_cast<const char*>(&claim), sizeof claim);
  };
  const InstanceClaim first{.key = InstanceKey::of("eth0", AF_INET, 51)};
  InstanceClaim second{.key = InstanceKey::of("eth0", AF_INET6, 51)};
  const std::string claims = bytes(first) + bytes(second);
  CHECK(is_claimed(first.key, claims));
  CHECK(is_claimed(second.key, claims));
  CHECK_FALSE(is_claimed(InstanceKey::of("eth0", AF_INET, 52), claims));
  CHECK_FALSE(is_claimed(second.key, claims.substr(0, claims.size() - 1)));
  CHECK_FALSE(is_claimed(first.key, ""));
  // By another version of the program.
  SECTION("of the instance") { ++second.layout; }
  SECTION("of its election") { ++second.election_layout; }
  CHECK_FALSE(is_claimed(second.key, bytes(first) + bytes(second)));
}

TEST_CASE("a virtual router is known by its interface, family and VRID", "[vrrp]") {
  const auto key = InstanceKey::of("eth0", AF_INET, 51);
  CHECK(key == InstanceKey::of("eth0", AF_INET, 51));
  CHECK_FALSE(key == InstanceKey::of("eth1", AF_INET, 51));
  CHECK_FALSE(key == InstanceKey::of("eth0", AF_INET6, 51));
  CHECK_FALSE(key == InstanceKey::of("eth0", AF_INET, 52));
}

}  // namespace
}  // namespace hawser::vrrp
