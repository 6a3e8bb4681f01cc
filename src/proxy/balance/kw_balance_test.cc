// SPDX-License-Identifier: MIT
#include "proxy/balance/testing.h"

namespace hawser {
namespace {

// What is wrong with a line; empty: nothing.
std::string fault_of(std::string_view line) {
  Diag diag;
  ProxyConfig proxy;
  const bool good = read_line(line, proxy, diag);
  CHECK(good == (diag.errors() == 0));
  return diag.all().empty() ? "" : diag.all().front().text;
}

ProxyConfig read(std::string_view line) {
  Diag diag;
  ProxyConfig proxy;
  CHECK(read_line(line, proxy, diag));
  return proxy;
}

TEST_CASE("every algorithm is read with its arguments") {
  CHECK(read("balance roundrobin").balance.algo->name == "roundrobin");
  CHECK(read("balance hdr(Host) use_domain_only").balance.param == "Host");
  CHECK(read("balance hdr(Host) use_domain_only").balance.use_domain_only);
  CHECK(read("balance uri len 9 depth 3 whole path-only").balance.len == 9);
  CHECK(read("balance uri len 9 depth 3 whole path-only").balance.depth == 3);
  CHECK(read("balance url_param id check_post").balance.check_post);
  CHECK(read("balance rdp-cookie").balance.param == "mstshash");
  CHECK(read("balance rdp-cookie(msts)").balance.param == "msts");
  CHECK(read("balance random").balance.draws == 2);
  CHECK(read("balance random(5)").balance.draws == 5);
  CHECK(read("balance hash req.hdr(x-id)").balance.param == "x-id");
  CHECK(read("balance hash pathq").balance.fetch == KeyFetch::kPathQuery);
}

TEST_CASE("a consistent hash without a function is sdbm with avalanche") {
  CHECK(read("hash-type consistent").hash.avalanche);
  CHECK_FALSE(read("hash-type consistent sdbm").hash.avalanche);
  CHECK_FALSE(read("hash-type map-based").hash.avalanche);
  CHECK(read("hash-type map-based wt6 avalanche").hash.function == HashFunction::kWt6);
}

TEST_CASE("what is wrong with a line of balancing is said") {
  struct Row {
    const char* line;
    const char* fault;
  };
  for (const Row& row : {
           Row{"balance", "missing <algorithm> after 'balance'"},
           Row{"balance roundrobbin", "unknown balance algorithm 'roundrobbin'"},
           Row{"balance roundrobin x", "unexpected 'x' after 'balance roundrobin'"},
           Row{"balance roundrobin(2)", "'balance roundrobin' takes no argument in parentheses"},
           Row{"balance hdr", "'balance hdr' needs an argument in parentheses"},
           Row{"balance hdr(", "missing ')' at the end of 'hdr('"},
           Row{"balance hdr()", "'balance hdr' needs an argument in parentheses"},
           Row{"balance hdr(a) b", "unexpected 'b' after 'balance hdr'"},
           Row{"balance uri x", "unknown parameter of 'balance uri' 'x'"},
           Row{"balance uri len 0", "<len> must be a whole number from 1 to 2147483647, not '0'"},
           Row{"balance url_param", "missing <name> of the URL parameter after 'url_param'"},
           Row{"balance random(0)", "the number of draws must be a positive integer, not '0'"},
           Row{"balance hash cookie(x)", "'balance hash' cannot evaluate 'cookie(x)' yet"},
           Row{"balance hash src,ipmask(24)",
               "'balance hash' cannot evaluate 'src,ipmask(24)' yet"},
           Row{"balance sticky",
               "'sticky' balances log messages, and Hawser has no 'mode log' yet"},
           Row{"hash-type", "missing <method> after 'hash-type'"},
           Row{"hash-type avalanche",
               "'hash-type avalanche' was an experiment of HAProxy 1.5 and is gone"},
           Row{"hash-type map-based md5", "unknown <function> 'md5'"},
           Row{"hash-type map-based sdbm x", "unknown modifier 'x', only 'avalanche' is known"},
           Row{"hash-balance-factor 90", "a server must be allowed more than 100 % of its share"},
           Row{"hash-balance-factor 0", ""},
           Row{"hash-balance-factor 150", ""},
       }) {
    INFO(row.line);
    CHECK(fault_of(row.line) == row.fault);
  }
}

// Judges a whole section as resolve() does.
void check(ProxyConfig& proxy, Diag& diag) {
  Draft draft;
  Registry<ProxyCheck>::find("balance")->check(draft, proxy, diag);
}

TEST_CASE("roundrobin is used where nothing is said, and where the key needs HTTP") {
  Diag diag;
  ProxyConfig silent;
  silent.kind = ProxyKind::kBackend;
  check(silent, diag);
  CHECK(silent.balance.algo->name == "roundrobin");
  CHECK(diag.warnings() == 0);

  ProxyConfig tcp = read("balance uri");
  tcp.kind = ProxyKind::kBackend;
  tcp.name = "db";
  check(tcp, diag);
  CHECK(tcp.balance.algo->name == "roundrobin");
  CHECK(diag.all().front().text ==
        "'balance uri' needs 'mode http': 'db' is balanced by roundrobin");
}

TEST_CASE("map-based hashes and static-rr have static weights") {
  const auto is_static = [](std::string_view balance, std::string_view hash_type) {
    Diag diag;
    ProxyConfig proxy;
    proxy.kind = ProxyKind::kBackend;
    read_line(balance, proxy, diag);
    read_line(hash_type, proxy, diag);
    check(proxy, diag);
    return proxy.balance.static_weights;
  };
  CHECK(is_static("balance source", "hash-type map-based"));
  CHECK_FALSE(is_static("balance source", "hash-type consistent"));
  CHECK(is_static("balance static-rr", "hash-type consistent"));
  CHECK_FALSE(is_static("balance roundrobin", "hash-type map-based"));
}

}  // namespace
}  // namespace hawser
