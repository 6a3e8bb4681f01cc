// SPDX-License-Identifier: MIT
// The addresses that an instance advertises, to be compared with those of a received advert.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vrrp/ip.h"
#include "vrrp/packet.h"

namespace hawser::vrrp {

class AddressSet {
 public:
  // In the order in which they are advertised; all of one family, at most kMaxAddresses.
  explicit AddressSet(std::span<const Ip> addresses);
  AddressSet() = default;

  size_t size() const { return sorted_.size(); }
  std::span<const uint8_t> wire() const { return wire_; }  // as Advert::addresses wants it

  // The same addresses, in whatever order.
  bool same_as(const Advert& advert) const;
  // Not one address in common: routers of another kind that use our VRID, rather than another
  // version of our own list.
  bool disjoint_from(const Advert& advert) const;
  // For the log: "it lists 10.0.0.8, which we do not have; it lacks 10.0.0.9".
  std::string difference(const Advert& advert) const;

 private:
  std::vector<uint8_t> wire_;
  std::vector<Ip> sorted_;
};

}  // namespace hawser::vrrp
