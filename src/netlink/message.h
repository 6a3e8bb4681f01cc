// SPDX-License-Identifier: MIT
// A netlink message under construction.
#pragma once

#include <arpa/inet.h>
#include <netlink/msg.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/address.h"
#include "base/assert.h"

namespace hawser {

class NetlinkMessage {
 public:
  static constexpr size_t kSize = 4096;

  NetlinkMessage(int type, int flags, size_t size = kSize) : message_(nlmsg_alloc_size(size)) {
    HW_ASSERT(message_ != nullptr);
    HW_ASSERT(nlmsg_put(message_, NL_AUTO_PID, NL_AUTO_SEQ, type, 0, flags) != nullptr);
  }
  ~NetlinkMessage() { nlmsg_free(message_); }
  NetlinkMessage(NetlinkMessage&& other) noexcept : message_(other.release()) {}
  NetlinkMessage& operator=(NetlinkMessage&&) = delete;

  template <class Header>
  void header(const Header& header) {
    Header copy = header;
    HW_ASSERT(nlmsg_append(message_, &copy, sizeof copy, NLMSG_ALIGNTO) == 0);
  }
  void put(int type, const void* data, size_t size) {
    HW_ASSERT(nla_put(message_, type, static_cast<int>(size), data) == 0);
  }
  void put(int type, uint32_t value) { put(type, &value, sizeof value); }
  void put(int type, uint8_t value) { put(type, &value, sizeof value); }
  void put(int type, const std::string& text) { put(type, text.c_str(), text.size() + 1); }
  void put(int type, const Address& address) {
    if (address.family() == AF_INET) return put(type, &address.v4(), sizeof(in_addr));
    put(type, &address.v6(), sizeof(in6_addr));
  }
  void put_network_order(int type, uint32_t value) { put(type, htonl(value)); }

  // What `fill` puts is within an attribute of this type.
  template <class Fill>
  void nest(int type, Fill fill) {
    nlattr* nest = nla_nest_start(message_, type);
    HW_ASSERT(nest != nullptr);
    fill();
    nla_nest_end(message_, nest);
  }

  nlmsghdr* raw() { return nlmsg_hdr(message_); }
  nl_msg* release() { return std::exchange(message_, nullptr); }

 private:
  nl_msg* message_;
};

}  // namespace hawser
