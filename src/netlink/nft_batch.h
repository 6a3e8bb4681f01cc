// SPDX-License-Identifier: MIT
// Requests to nf_tables in the kernel, whose program is nft(8).
#pragma once

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <cstdint>
#include <span>
#include <string>

#include "netlink/message.h"

namespace hawser {

// Requests that the kernel carries out as one: all of them, or none. They are about tables of the
// family inet, which see packets of IPv4 and IPv6.
class NftBatch {
 public:
  NftBatch() { add_frame(NFNL_MSG_BATCH_BEGIN); }

  // `fill` puts the attributes.
  template <class Fill>
  void add(int request, int flags, Fill fill) {
    NetlinkMessage message((NFNL_SUBSYS_NFTABLES << 8) | request, NLM_F_REQUEST | NLM_F_ACK | flags,
                           kLargestMessage);
    message.header(nfgenmsg{.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0, .res_id = 0});
    fill(message);
    append(message);
  }
  // 0, or the errno of the first request that failed. Nothing is added afterwards.
  int run();

 private:
  static constexpr size_t kLargestMessage = 65536;
  void add_frame(int type);
  void append(NetlinkMessage& message);

  std::string bytes_;
  uint32_t sequence_ = 0;
};

// The expressions of a rule: each looks at the packet, and ends the rule where it does not fit.
class NftRule {
 public:
  explicit NftRule(NetlinkMessage& message) : message_(message) {}

  NftRule& meta_is(uint32_t key, std::span<const uint8_t> value) {
    expression("meta", [&] {
      message_.put_network_order(NFTA_META_DREG, NFT_REG_1);
      message_.put_network_order(NFTA_META_KEY, key);
    });
    return compare(value);
  }
  NftRule& bytes_are(uint32_t base, uint32_t offset, std::span<const uint8_t> value) {
    load(base, offset, value.size());
    return compare(value);
  }
  NftRule& destination_is_in(const char* set, uint32_t offset, uint32_t size) {
    load(NFT_PAYLOAD_NETWORK_HEADER, offset, size);
    return expression("lookup", [&] {
      message_.put(NFTA_LOOKUP_SET, std::string(set));
      message_.put_network_order(NFTA_LOOKUP_SREG, NFT_REG_1);
    });
  }
  void verdict(uint32_t code) {
    expression("immediate", [&] {
      message_.put_network_order(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
      message_.nest(NFTA_IMMEDIATE_DATA, [&] {
        message_.nest(NFTA_DATA_VERDICT,
                      [&] { message_.put_network_order(NFTA_VERDICT_CODE, code); });
      });
    });
  }

 private:
  template <class Fill>
  NftRule& expression(const char* name, Fill fill) {
    message_.nest(NFTA_LIST_ELEM, [&] {
      message_.put(NFTA_EXPR_NAME, std::string(name));
      message_.nest(NFTA_EXPR_DATA, fill);
    });
    return *this;
  }
  void load(uint32_t base, uint32_t offset, size_t size) {
    expression("payload", [&] {
      message_.put_network_order(NFTA_PAYLOAD_DREG, NFT_REG_1);
      message_.put_network_order(NFTA_PAYLOAD_BASE, base);
      message_.put_network_order(NFTA_PAYLOAD_OFFSET, offset);
      message_.put_network_order(NFTA_PAYLOAD_LEN, static_cast<uint32_t>(size));
    });
  }
  NftRule& compare(std::span<const uint8_t> value) {
    return expression("cmp", [&] {
      message_.put_network_order(NFTA_CMP_SREG, NFT_REG_1);
      message_.put_network_order(NFTA_CMP_OP, NFT_CMP_EQ);
      message_.nest(NFTA_CMP_DATA,
                    [&] { message_.put(NFTA_DATA_VALUE, value.data(), value.size()); });
    });
  }
  NetlinkMessage& message_;
};

}  // namespace hawser
