// SPDX-License-Identifier: MIT
#include "netlink/drop_filter.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "base/fd.h"
#include "netlink/message.h"

namespace hawser {
namespace {

constexpr char kChain[] = "input";
constexpr char kAddresses4[] = "addresses4", kAddresses6[] = "addresses6";
// How `nft list` shows the elements of a set: its numbers for the types ipv4_addr and ipv6_addr.
constexpr uint32_t kTypeIpv4 = 7, kTypeIpv6 = 8;
// An attribute, which holds all elements of a message, has 64 KiB at most.
constexpr size_t kElementsPerMessage = 1000;
constexpr size_t kLargestMessage = 65536;

bool is_link_local(const Address& address) {
  return address.family() == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address.v6());
}

std::span<const uint8_t> bytes_of(const Address& address) {
  if (address.family() == AF_INET) {
    return {reinterpret_cast<const uint8_t*>(&address.v4()), sizeof address.v4()};
  }
  return {reinterpret_cast<const uint8_t*>(&address.v6()), sizeof address.v6()};
}

// Requests that the kernel carries out as one: all of them, or none.
class Batch {
 public:
  Batch() { add_frame(NFNL_MSG_BATCH_BEGIN); }

  // `fill` puts the attributes.
  template <class Fill>
  void add(int request, int flags, Fill fill) {
    NetlinkMessage message((NFNL_SUBSYS_NFTABLES << 8) | request, NLM_F_REQUEST | NLM_F_ACK | flags,
                           kLargestMessage);
    message.header(nfgenmsg{.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0, .res_id = 0});
    fill(message);
    append(message);
  }
  // 0, or the errno of the first request that failed.
  int run();

 private:
  void add_frame(int type) {
    NetlinkMessage message(type, NLM_F_REQUEST);
    message.header(nfgenmsg{
        .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES)});
    append(message);
  }
  void append(NetlinkMessage& message) {
    message.raw()->nlmsg_seq = ++sequence_;
    bytes_.append(reinterpret_cast<const char*>(message.raw()), message.raw()->nlmsg_len);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  std::string bytes_;
  uint32_t sequence_ = 0;
};

int Batch::run() {
  add_frame(NFNL_MSG_BATCH_END);
  const Fd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!fd) return errno;
  const int size = 1 << 20;
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (sendto(fd.get(), bytes_.data(), bytes_.size(), 0, reinterpret_cast<const sockaddr*>(&kernel),
             sizeof kernel) < 0) {
    return errno;
  }
  // The kernel has done everything within sendto(), and all its answers wait.
  for (;;) {
    alignas(nlmsghdr) char buffer[16384];
    const ssize_t n = recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0) return errno == EAGAIN ? 0 : errno;
    auto* answer = reinterpret_cast<nlmsghdr*>(buffer);
    auto left = static_cast<int>(std::min(n, static_cast<ssize_t>(sizeof buffer)));
    for (; nlmsg_ok(answer, left); answer = nlmsg_next(answer, &left)) {
      if (answer->nlmsg_type != NLMSG_ERROR) continue;
      const int code = -static_cast<const nlmsgerr*>(NLMSG_DATA(answer))->error;
      if (code != 0) return code;
    }
  }
}

// The expressions of a rule: each looks at the packet, and ends the rule where it does not fit.
class Rule {
 public:
  explicit Rule(NetlinkMessage& message) : message_(message) {}

  Rule& meta_is(uint32_t key, std::span<const uint8_t> value) {
    expression("meta", [&] {
      message_.put_network_order(NFTA_META_DREG, NFT_REG_1);
      message_.put_network_order(NFTA_META_KEY, key);
    });
    return compare(value);
  }
  Rule& bytes_are(uint32_t base, uint32_t offset, std::span<const uint8_t> value) {
    load(base, offset, value.size());
    return compare(value);
  }
  Rule& destination_is_in(const char* set, uint32_t offset, uint32_t size) {
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
  Rule& expression(const char* name, Fill fill) {
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
  Rule& compare(std::span<const uint8_t> value) {
    return expression("cmp", [&] {
      message_.put_network_order(NFTA_CMP_SREG, NFT_REG_1);
      message_.put_network_order(NFTA_CMP_OP, NFT_CMP_EQ);
      message_.nest(NFTA_CMP_DATA,
                    [&] { message_.put(NFTA_DATA_VALUE, value.data(), value.size()); });
    });
  }
  NetlinkMessage& message_;
};

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

  // `fill` gets a Rule.
  template <class Fill>
  void add_rule(Fill fill) {
    batch_.add(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, [&](NetlinkMessage& message) {
      message.put(NFTA_RULE_TABLE, table_);
      message.put(NFTA_RULE_CHAIN, std::string(kChain));
      message.nest(NFTA_RULE_EXPRESSIONS, [&] {
        Rule rule(message);
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
  Batch batch_;
  uint32_t sets_ = 0;
};

constexpr uint32_t kDestination4 = 16, kDestination6 = 24;  // where it is in the IP header
constexpr uint8_t kIpv4[] = {NFPROTO_IPV4}, kIpv6[] = {NFPROTO_IPV6}, kIcmp6[] = {IPPROTO_ICMPV6};
constexpr uint8_t kDiscovery[] = {ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT};

void add_rules4(FilterBatch& batch) {
  batch.add_rule([](Rule& rule) {
    rule.meta_is(NFT_META_NFPROTO, kIpv4)
        .destination_is_in(kAddresses4, kDestination4, sizeof(in_addr))
        .verdict(NF_DROP);
  });
}

// RFC 9568, section 6.1: neighbour discovery goes on without Accept_Mode.
void add_discovery(FilterBatch& batch) {
  for (const uint8_t& type : kDiscovery) {
    batch.add_rule([&type](Rule& rule) {
      rule.meta_is(NFT_META_NFPROTO, kIpv6)
          .meta_is(NFT_META_L4PROTO, kIcmp6)
          .bytes_are(NFT_PAYLOAD_TRANSPORT_HEADER, 0, {&type, 1})
          .verdict(NF_ACCEPT);
    });
  }
}

void add_rules6(FilterBatch& batch) {
  batch.add_rule([](Rule& rule) {
    rule.meta_is(NFT_META_NFPROTO, kIpv6)
        .destination_is_in(kAddresses6, kDestination6, sizeof(in6_addr))
        .verdict(NF_DROP);
  });
}

// The same link-local address may be another router's, or accept traffic, on another interface.
void add_link_local(FilterBatch& batch, const Address& address, const std::string& interface) {
  std::array<uint8_t, IFNAMSIZ> name{};
  std::copy_n(interface.begin(), std::min(interface.size(), name.size() - 1), name.begin());
  batch.add_rule([&](Rule& rule) {
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
