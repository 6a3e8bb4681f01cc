// SPDX-License-Identifier: MIT
#include "netlink/drop_filter.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <span>

#include "netlink/nft_batch.h"

namespace hawser {
namespace {

constexpr char kChain[] = "input";
constexpr char kAddresses4[] = "addresses4", kAddresses6[] = "addresses6";
// How `nft list` shows the elements of a set: its numbers for the types ipv4_addr and ipv6_addr.
constexpr uint32_t kTypeIpv4 = 7, kTypeIpv6 = 8;
// An attribute, which holds all elements of a message, has 64 KiB at most.
constexpr size_t kElementsPerMessage = 1000;

bool is_link_local(const Address& address) {
  return address.family() == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address.v6());
}

std::span<const uint8_t> bytes_of(const Address& address) {
  if (address.family() == AF_INET) {
    return {reinterpret_cast<const uint8_t*>(&address.v4()), sizeof(in_addr)};
  }
  return {reinterpret_cast<const uint8_t*>(&address.v6()), sizeof(in6_addr)};
}

class FilterBatch {
 public:
  explicit FilterBatch(const std::string& table) : table_(table) {}

  // NLM_F_EXCL: everything fails with EEXIST where it is there.
  void add_table(int flags) {
    batch_.add(NFT_MSG_NEWTABLE, NLM_F_CREATE | flags,
               [this](NetlinkMessage& message) { message.put(NFTA_TABLE_NAME, table_); });
  }
  // Makes it first: removing what is not there fails.
  void remove_table() {
    add_table(0);
    batch_.add(NFT_MSG_DELTABLE, 0,
               [this](NetlinkMessage& message) { message.put(NFTA_TABLE_NAME, table_); });
  }

  void add_set(const char* name, uint32_t type, const std::vector<Address>& addresses) {
    const size_t size = bytes_of(addresses.front()).size();
    batch_.add(NFT_MSG_NEWSET, NLM_F_CREATE, [&](NetlinkMessage& message) {
      message.put(NFTA_SET_TABLE, table_);
      message.put(NFTA_SET_NAME, std::string(name));
      message.put_network_order(NFTA_SET_ID, ++sets_);
      message.put_network_order(NFTA_SET_KEY_TYPE, type);
      message.put_network_order(NFTA_SET_KEY_LEN, static_cast<uint32_t>(size));
    });
    for (size_t from = 0; from < addresses.size(); from += kElementsPerMessage) {
      add_elements(name, std::span(addresses).subspan(
                             from, std::min(kElementsPerMessage, addresses.size() - from)));
    }
  }

  void add_chain() {
    batch_.add(NFT_MSG_NEWCHAIN, NLM_F_CREATE, [this](NetlinkMessage& message) {
      message.put(NFTA_CHAIN_TABLE, table_);
      message.put(NFTA_CHAIN_NAME, std::string(kChain));
      message.put(NFTA_CHAIN_TYPE, std::string("filter"));
      message.put_network_order(NFTA_CHAIN_POLICY, NF_ACCEPT);
      message.nest(NFTA_CHAIN_HOOK, [&] {
        message.put_network_order(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_IN);
        message.put_network_order(NFTA_HOOK_PRIORITY, 0);
      });
    });
  }

  // `fill` gets an NftRule.
  template <class Fill>
  void add_rule(Fill fill) {
    batch_.add(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, [&](NetlinkMessage& message) {
      message.put(NFTA_RULE_TABLE, table_);
      message.put(NFTA_RULE_CHAIN, std::string(kChain));
      message.nest(NFTA_RULE_EXPRESSIONS, [&] {
        NftRule rule(message);
        fill(rule);
      });
    });
  }

  int run() { return batch_.run(); }

 private:
  void add_elements(const char* set, std::span<const Address> addresses) {
    batch_.add(NFT_MSG_NEWSETELEM, NLM_F_CREATE, [&](NetlinkMessage& message) {
      message.put(NFTA_SET_ELEM_LIST_TABLE, table_);
      message.put(NFTA_SET_ELEM_LIST_SET, std::string(set));
      message.nest(NFTA_SET_ELEM_LIST_ELEMENTS, [&] {
        for (const Address& address : addresses) add_element(message, bytes_of(address));
      });
    });
  }
  static void add_element(NetlinkMessage& message, std::span<const uint8_t> key) {
    message.nest(NFTA_LIST_ELEM, [&] {
      message.nest(NFTA_SET_ELEM_KEY,
                   [&] { message.put(NFTA_DATA_VALUE, key.data(), key.size()); });
    });
  }

  std::string table_;
  NftBatch batch_;
  uint32_t sets_ = 0;
};

constexpr uint32_t kDestination4 = 16, kDestination6 = 24;  // where it is in the IP header
constexpr uint8_t kIpv4[] = {NFPROTO_IPV4}, kIpv6[] = {NFPROTO_IPV6}, kIcmp6[] = {IPPROTO_ICMPV6};
constexpr uint8_t kDiscovery[] = {ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT};

void add_rules4(FilterBatch& batch) {
  batch.add_rule([](NftRule& rule) {
    rule.meta_is(NFT_META_NFPROTO, kIpv4)
        .destination_is_in(kAddresses4, kDestination4, sizeof(in_addr))
        .verdict(NF_DROP);
  });
}

// RFC 9568, section 6.1: neighbour discovery goes on without Accept_Mode.
void add_discovery(FilterBatch& batch) {
  for (const uint8_t& type : kDiscovery) {
    batch.add_rule([&type](NftRule& rule) {
      rule.meta_is(NFT_META_NFPROTO, kIpv6)
          .meta_is(NFT_META_L4PROTO, kIcmp6)
          .bytes_are(NFT_PAYLOAD_TRANSPORT_HEADER, 0, {&type, 1})
          .verdict(NF_ACCEPT);
    });
  }
}

void add_rules6(FilterBatch& batch) {
  batch.add_rule([](NftRule& rule) {
    rule.meta_is(NFT_META_NFPROTO, kIpv6)
        .destination_is_in(kAddresses6, kDestination6, sizeof(in6_addr))
        .verdict(NF_DROP);
  });
}

// The same link-local address may be another router's, or accept traffic, on another interface.
void add_link_local(FilterBatch& batch, const Address& address, const std::string& interface) {
  std::array<uint8_t, IFNAMSIZ> name{};
  std::copy_n(interface.begin(), std::min(interface.size(), name.size() - 1), name.begin());
  batch.add_rule([&](NftRule& rule) {
    rule.meta_is(NFT_META_NFPROTO, kIpv6)
        .meta_is(NFT_META_IIFNAME, name)
        .bytes_are(NFT_PAYLOAD_NETWORK_HEADER, kDestination6, bytes_of(address))
        .verdict(NF_DROP);
  });
}

void fill(FilterBatch& batch, const DropFilter& filter) {
  std::vector<Address> v4, v6, link_local;
  for (const Address& address : filter.addresses) {
    auto& list = is_link_local(address) ? link_local : address.family() == AF_INET ? v4 : v6;
    list.push_back(address);
  }
  batch.add_chain();
  if (!v4.empty()) {
    batch.add_set(kAddresses4, kTypeIpv4, v4);
    add_rules4(batch);
  }
  if (!v6.empty() || !link_local.empty()) add_discovery(batch);
  if (!v6.empty()) {
    batch.add_set(kAddresses6, kTypeIpv6, v6);
    add_rules6(batch);
  }
  for (const Address& address : link_local) add_link_local(batch, address, filter.interface);
}

Error cannot_drop(int code) {
  const bool missing = code == EPROTONOSUPPORT || code == EOPNOTSUPP;
  return errno_error(missing ? "cannot drop traffic to the addresses: the kernel has no nf_tables"
                             : "cannot drop traffic to the addresses with nf_tables",
                     code);
}

}  // namespace

Result<> put_drop_filter(const DropFilter& filter) {
  FilterBatch batch(filter.table);
  batch.remove_table();
  batch.add_table(0);
  fill(batch, filter);
  if (const int code = batch.run(); code != 0) return cannot_drop(code);
  return {};
}

Result<bool> restore_drop_filter(const DropFilter& filter) {
  FilterBatch batch(filter.table);
  batch.add_table(NLM_F_EXCL);
  fill(batch, filter);
  const int code = batch.run();
  if (code == EEXIST) return false;
  if (code != 0) return cannot_drop(code);
  return true;
}

Result<> remove_drop_filter(const std::string& table) {
  FilterBatch batch(table);
  batch.remove_table();
  const int code = batch.run();
  // Without nf_tables there is no filter either.
  if (code == 0 || code == EPROTONOSUPPORT || code == EOPNOTSUPP) return {};
  return errno_error("cannot remove the nf_tables table " + table, code);
}

}  // namespace hawser
