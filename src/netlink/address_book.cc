// SPDX-License-Identifier: MIT
#include "netlink/address_book.h"

#include <cstring>

namespace hawser {

AddressBook::Key AddressBook::key_of(const LinkAddress& address) {
  std::array<uint8_t, 16> bytes{};
  const int family = address.address.family();
  if (family == AF_INET) std::memcpy(bytes.data(), &address.address.v4(), sizeof(in_addr));
  if (family == AF_INET6) std::memcpy(bytes.data(), &address.address.v6(), sizeof(in6_addr));
  return {address.ifindex, address.prefix, family, bytes};
}

void AddressBook::put(const LinkAddress& address) {
  const auto [known, fresh] = places_.try_emplace(key_of(address));
  if (fresh) {
    auto& list = lists_[address.ifindex];
    known->second = list.insert(list.end(), address);
  } else {
    *known->second = address;
  }
}

bool AddressBook::remove(const LinkAddress& address) {
  const auto known = places_.find(key_of(address));
  if (known == places_.end()) return false;
  lists_[address.ifindex].erase(known->second);
  places_.erase(known);
  return true;
}

void AddressBook::remove_all(uint32_t ifindex) {
  const auto found = lists_.find(ifindex);
  if (found == lists_.end()) return;
  for (const LinkAddress& address : found->second) places_.erase(key_of(address));
  lists_.erase(found);
}

const std::list<LinkAddress>& AddressBook::of(uint32_t ifindex) const {
  static const std::list<LinkAddress> kNone;
  const auto found = lists_.find(ifindex);
  return found == lists_.end() ? kNone : found->second;
}

}  // namespace hawser
