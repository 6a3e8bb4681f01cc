// SPDX-License-Identifier: MIT
#include "netlink/address_book.h"

#include "base/testing.h"

namespace hawser {
namespace {

LinkAddress address(uint32_t ifindex, const char* text, uint8_t prefix = 24) {
  LinkAddress made;
  made.ifindex = ifindex;
  made.address = *Address::parse_ip(text);
  made.prefix = prefix;
  return made;
}

std::string list_of(const AddressBook& book, uint32_t ifindex) {
  std::string texts;
  for (const LinkAddress& each : book.of(ifindex)) {
    texts += (texts.empty() ? "" : " ") + each.address.ip_text() + (each.secondary ? "+" : "");
  }
  return texts;
}

TEST_CASE("addresses are listed by interface, in their order") {
  AddressBook book;
  for (const char* text : {"192.0.2.9", "192.0.2.1", "2001:db8::1"}) book.put(address(2, text));
  book.put(address(3, "192.0.2.9"));
  CHECK(list_of(book, 2) == "192.0.2.9 192.0.2.1 2001:db8::1");
  CHECK(list_of(book, 3) == "192.0.2.9");
  CHECK(list_of(book, 4).empty());
  LinkAddress changed = address(2, "192.0.2.9");
  changed.secondary = true;
  book.put(changed);
  CHECK(list_of(book, 2) == "192.0.2.9+ 192.0.2.1 2001:db8::1");
}

TEST_CASE("an address is removed where it is, with the prefix that it has") {
  AddressBook book;
  book.put(address(2, "192.0.2.1"));
  CHECK(book.has(address(2, "192.0.2.1")));
  CHECK_FALSE(book.remove(address(2, "192.0.2.1", 32)));
  CHECK_FALSE(book.remove(address(3, "192.0.2.1")));
  CHECK_FALSE(book.remove(address(2, "::ffff:192.0.2.1")));
  CHECK(book.remove(address(2, "192.0.2.1")));
  CHECK_FALSE(book.has(address(2, "192.0.2.1")));
  book.put(address(2, "192.0.2.1"));
  book.put(address(3, "192.0.2.1"));
  book.remove_all(2);
  CHECK(list_of(book, 2).empty());
  CHECK(list_of(book, 3) == "192.0.2.1");
  book.put(address(2, "192.0.2.1"));
  CHECK(list_of(book, 2) == "192.0.2.1");
}

}  // namespace
}  // namespace hawser
