// SPDX-License-Identifier: MIT
#include "base/address.h"

#include "base/testing.h"

namespace hawser {

TEST_CASE("an address survives the way to the kernel's form and back") {
  for (const Address& address :
       {*Address::parse_ip("10.1.2.3", 80), *Address::parse_ip("2001:db8::1", 443),
        Address::unix_path("/run/x.sock"), Address::unix_path(std::string("\0x", 2))}) {
    sockaddr_storage storage;
    const socklen_t length = address.to_sockaddr(storage);
    CHECK(Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), length) == address);
  }
}

TEST_CASE("an address prints as the log shows it") {
  CHECK(Address::parse_ip("10.1.2.3", 80)->text() == "10.1.2.3:80");
  CHECK(Address::parse_ip("::1", 80)->text() == "[::1]:80");
  CHECK(Address::unix_path(std::string("\0x", 2)).text() == "abns@x");
}

}  // namespace hawser
