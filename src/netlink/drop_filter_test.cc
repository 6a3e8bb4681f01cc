// SPDX-License-Identifier: MIT
#include "netlink/drop_filter.h"

#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/testing.h"
#include "netlink/filter_watch.h"
#include "netlink/netns_testing.h"

namespace hawser {
namespace {

constexpr char kTable[] = "hawser_test";

Address ip_of(const std::string& text) { return *Address::parse_ip(text); }

// Listens for datagrams on an address of this machine.
class Receiver {
 public:
  explicit Receiver(const std::string& text, uint32_t scope = 0) : address_(ip_of(text)) {
    fd_.reset(socket(address_.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    address_.set_port(26001);
    length_ = address_.to_sockaddr(name_);
    set_scope(scope);
    REQUIRE(bind(fd_.get(), name(), length_) == 0);
  }
  void set_scope(uint32_t scope) {
    if (scope != 0) reinterpret_cast<sockaddr_in6*>(&name_)->sin6_scope_id = scope;
  }
  void send(char byte) const {
    const Fd from(socket(address_.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(sendto(from.get(), &byte, 1, 0, name(), length_) == 1);
  }
  // The first byte that came; 0: none.
  char take(int wait_ms = 0) const {
    pollfd ready{fd_.get(), POLLIN, 0};
    char byte = 0;
    if (poll(&ready, 1, wait_ms) == 1) REQUIRE(recv(fd_.get(), &byte, 1, 0) == 1);
    return byte;
  }
  // Loopback delivers within sendto().
  bool hears() const {
    send('x');
    return take() == 'x';
  }

 private:
  const sockaddr* name() const { return reinterpret_cast<const sockaddr*>(&name_); }
  Address address_;
  sockaddr_storage name_{};
  socklen_t length_;
  Fd fd_;
};

struct Loopback {
  Loopback() {
    run("ip link set lo up && ip addr add 192.0.2.10/32 dev lo && ip addr add 192.0.2.11/32 dev lo "
        "&& ip addr add 2001:db8::10/128 dev lo nodad && ip addr add 2001:db8::11/128 dev lo "
        "nodad");
  }
};

TEST_CASE("what is sent to the addresses of a filter is dropped, and nothing else",
          "[netlink][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Loopback lo;
  const Receiver v4("192.0.2.10"), other4("192.0.2.11"), v6("2001:db8::10"), other6("2001:db8::11");
  CHECK(v4.hears());
  CHECK(v6.hears());
  REQUIRE(put_drop_filter({kTable, {ip_of("192.0.2.10"), ip_of("2001:db8::10")}, "lo"}));
  CHECK_FALSE(v4.hears());
  CHECK_FALSE(v6.hears());
  CHECK(other4.hears());
  CHECK(other6.hears());
  SECTION("another one of the same name takes its place") {
    REQUIRE(put_drop_filter({kTable, {ip_of("192.0.2.11")}, "lo"}));
    CHECK(v4.hears());
    CHECK(v6.hears());
    CHECK_FALSE(other4.hears());
  }
  SECTION("it is put back where somebody removed it") {
    const DropFilter filter{kTable, {ip_of("192.0.2.10")}, "lo"};
    CHECK_FALSE(*restore_drop_filter(filter));
    REQUIRE(remove_drop_filter(kTable));
    CHECK(*restore_drop_filter(filter));
    CHECK_FALSE(v4.hears());
  }
  SECTION("it can be removed, once and again") {
    REQUIRE(remove_drop_filter(kTable));
    CHECK(v4.hears());
    CHECK(v6.hears());
    CHECK(remove_drop_filter(kTable));
  }
}

TEST_CASE("a filter that is removed is told of", "[netlink][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Loop loop;
  int removals = 0;
  const auto watch = FilterWatch::open(loop, [&] {
    ++removals;
    loop.stop();
  });
  REQUIRE(watch);
  Timer limit(loop, [&loop] { loop.stop(); });
  limit.start(Millis(5000));
  REQUIRE(restore_drop_filter({kTable, {ip_of("192.0.2.10")}, "lo"}));
  REQUIRE(remove_drop_filter(kTable));
  loop.run();
  CHECK(removals == 1);
}

TEST_CASE("a filter of many addresses is put in place in one step", "[netlink][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Loopback lo;
  DropFilter filter{kTable, {}, "lo"};
  for (int i = 0; i < 2500; ++i) {
    filter.addresses.push_back(ip_of(fmt::format("10.0.{}.{}", i / 250, i % 250)));
    filter.addresses.push_back(ip_of(fmt::format("2001:db8:1::{:x}", i)));
  }
  filter.addresses.push_back(ip_of("192.0.2.10"));
  filter.addresses.push_back(ip_of("2001:db8::10"));
  const auto put = put_drop_filter(filter);
  INFO((put ? "" : put.error().text));
  REQUIRE(put);
  CHECK_FALSE(Receiver("192.0.2.10").hears());
  CHECK_FALSE(Receiver("2001:db8::10").hears());
  CHECK(Receiver("192.0.2.11").hears());
}

TEST_CASE("a link-local address is meant on its interface only", "[netlink][netns]") {
  TestNamespace ns;
  if (!ns) return;
  Loopback lo;
  run("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up && "
      "ip addr add fe80::10/64 dev w0 nodad && ip addr add fe80::11/64 dev w1 nodad");
  // Sent on w1, it comes in from w0. What is sent last comes last.
  Receiver receiver("fe80::10", if_nametoindex("w0"));
  receiver.set_scope(if_nametoindex("w1"));
  REQUIRE(put_drop_filter({kTable, {ip_of("fe80::10")}, "w1"}));
  receiver.send('1');
  CHECK(receiver.take(5000) == '1');
  REQUIRE(put_drop_filter({kTable, {ip_of("fe80::10")}, "w0"}));
  receiver.send('2');
  REQUIRE(remove_drop_filter(kTable));
  receiver.send('3');
  CHECK(receiver.take(5000) == '3');
}

}  // namespace
}  // namespace hawser
