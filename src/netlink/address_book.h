// SPDX-License-Identifier: MIT
// The addresses of all interfaces, in the order in which the kernel tells of them.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <tuple>

#include "base/address.h"

namespace hawser {

struct LinkAddress {
  uint32_t ifindex = 0;
  Address address;
  uint8_t prefix = 0;
  uint8_t scope = 0;
  uint8_t protocol = 0;    // IFA_PROTO
  bool secondary = false;  // IFA_F_SECONDARY; IPv6: temporary
  bool tentative = false;  // IPv6: not usable yet, or never (duplicate)
};

// An address is known by its interface, its bytes and its prefix; there may be thousands.
class AddressBook {
 public:
  AddressBook() = default;
  AddressBook(AddressBook&&) = default;
  AddressBook& operator=(AddressBook&&) = default;

  void put(const LinkAddress& address);     // one that is known takes the new one's flags
  bool remove(const LinkAddress& address);  // false: it was not known
  void remove_all(uint32_t ifindex);
  bool has(const LinkAddress& address) const { return places_.contains(key_of(address)); }
  const std::list<LinkAddress>& of(uint32_t ifindex) const;
  const std::map<uint32_t, std::list<LinkAddress>>& all() const { return lists_; }

 private:
  using Key = std::tuple<uint32_t, uint8_t, int, std::array<uint8_t, 16>>;
  static Key key_of(const LinkAddress& address);
  std::map<uint32_t, std::list<LinkAddress>> lists_;  // by interface
  std::map<Key, std::list<LinkAddress>::iterator> places_;
};

}  // namespace hawser
