// SPDX-License-Identifier: MIT
#include "vrrp/address_set.h"

#include <algorithm>
#include <bitset>

#include "base/assert.h"

namespace hawser::vrrp {

AddressSet::AddressSet(std::span<const Ip> addresses)
    : sorted_(addresses.begin(), addresses.end()) {
  HW_ASSERT(addresses.size() <= kMaxAddresses);
  for (const Ip& address : addresses) {
    wire_.insert(wire_.end(), address.span().begin(), address.span().end());
  }
  std::sort(sorted_.begin(), sorted_.end());
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
}

bool AddressSet::same_as(const Advert& advert) const {
  if (std::equal(wire_.begin(), wire_.end(), advert.addresses.begin(), advert.addresses.end())) {
    return true;
  }
  std::bitset<kMaxAddresses> found;
  for (size_t i = 0; i < advert.address_count(); ++i) {
    const Ip address = advert.address(i);
    const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), address);
    if (at == sorted_.end() || *at != address) return false;
    found.set(static_cast<size_t>(at - sorted_.begin()));
  }
  return found.count() == sorted_.size();
}

bool AddressSet::disjoint_from(const Advert& advert) const {
  for (size_t i = 0; i < advert.address_count(); ++i) {
    if (std::binary_search(sorted_.begin(), sorted_.end(), advert.address(i))) return false;
  }
  return true;
}

std::string AddressSet::difference(const Advert& advert) const {
  std::string foreign, missing;
  std::vector<Ip> listed;
  for (size_t i = 0; i < advert.address_count(); ++i) listed.push_back(advert.address(i));
  for (const Ip& address : listed) {
    if (std::binary_search(sorted_.begin(), sorted_.end(), address)) continue;
    foreign += (foreign.empty() ? "" : ", ") + address.text();
  }
  for (const Ip& address : sorted_) {
    if (std::find(listed.begin(), listed.end(), address) != listed.end()) continue;
    missing += (missing.empty() ? "" : ", ") + address.text();
  }
  std::string text;
  if (!foreign.empty()) text = "it lists " + foreign + ", which we do not have";
  if (!missing.empty()) text += (text.empty() ? "it lacks " : "; it lacks ") + missing;
  return text;
}

}  // namespace hawser::vrrp
