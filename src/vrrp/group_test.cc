// SPDX-License-Identifier: MIT
#include "vrrp/group.h"

#include "base/testing.h"
#include "vrrp/testing.h"

namespace hawser::vrrp {
namespace {

constexpr GroupMember kMaster{.role = VrrpState::kMaster};
constexpr GroupMember kBackup{.role = VrrpState::kBackup};
constexpr GroupMember kFollowing{.role = VrrpState::kBackup, .knows_master = true};
constexpr GroupMember kWilling{.role = VrrpState::kBackup, .wants_master = true};
constexpr GroupMember kIsolated{.role = VrrpState::kBackup, .wants_master = true, .isolated = true};
constexpr GroupMember kFaulty{.role = VrrpState::kFault, .has_fault = true};
constexpr GroupMember kDragged{.role = VrrpState::kFault};
constexpr GroupMember kInit{};

TEST_CASE("the members of a group are told what keeps them in step", "[vrrp]") {
  const struct {
    GroupMember self, other;
    GroupOrder order;
  } rows[] = {
      {kWilling, kWilling, GroupOrder::kConsent},  {kWilling, kMaster, GroupOrder::kConsent},
      {kWilling, kBackup, GroupOrder::kNone},      {kWilling, kInit, GroupOrder::kNone},
      {kWilling, kIsolated, GroupOrder::kNone},    {kIsolated, kWilling, GroupOrder::kNone},
      {kIsolated, kMaster, GroupOrder::kNone},     {kMaster, kIsolated, GroupOrder::kNone},
      {kBackup, kWilling, GroupOrder::kNone},      {kBackup, kMaster, GroupOrder::kNone},
      {kMaster, kMaster, GroupOrder::kNone},       {kMaster, kWilling, GroupOrder::kNone},
      {kMaster, kInit, GroupOrder::kNone},         {kMaster, kFollowing, GroupOrder::kFollow},
      {kMaster, kBackup, GroupOrder::kFollowSoon}, {kMaster, kFaulty, GroupOrder::kFault},
      {kBackup, kFaulty, GroupOrder::kFault},      {kWilling, kFaulty, GroupOrder::kFault},
      {kDragged, kFaulty, GroupOrder::kNone},      {kFaulty, kMaster, GroupOrder::kNone},
      {kDragged, kBackup, GroupOrder::kRecover},   {kDragged, kDragged, GroupOrder::kRecover},
      {kInit, kFaulty, GroupOrder::kNone},         {kInit, kMaster, GroupOrder::kNone},
  };
  for (size_t i = 0; i < std::size(rows); ++i) {
    INFO("row " << i);
    const std::array members = {rows[i].self, rows[i].other};
    CHECK(order_for(members, 0) == rows[i].order);
  }
}

TEST_CASE("a member that is told to recover has lost its fault first", "[vrrp]") {
  const GroupMember healed{.role = VrrpState::kFault};
  const std::array members = {healed, kMaster};
  CHECK(order_for(members, 0) == GroupOrder::kRecover);
}

// Two elections and what order_for() says to them; sends what they send to nobody.
class Pair {
 public:
  Pair() {
    for (auto& one : elections_) settle(one.start(0), one, 0);
  }
  Election& operator[](size_t i) { return elections_[i]; }
  std::string roles() const {
    std::string text;
    for (const auto& one : elections_) text += "ibmf"[static_cast<size_t>(one.role())];
    return text;
  }
  void settle(const ActionList& actions, Election& of, int64_t now) {
    for (const Action& action : actions) {
      if (action.kind == Action::Kind::kSendAdvert) settle(of.sent(true, now), of, now);
      if (action.kind == Action::Kind::kSendStop) ++stops_;
    }
  }
  void reconcile(int64_t now) {
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = 0; i < 2; ++i) {
        const std::array members = {member_of(elections_[0], faults_[0]),
                                    member_of(elections_[1], faults_[1])};
        const GroupOrder order = order_for(members, i);
        if (order == GroupOrder::kNone) continue;
        changed = true;
        settle(carry_out(order, elections_[i], now), elections_[i], now);
      }
    }
  }
  void timers(int64_t now) {
    for (auto& one : elections_) settle(one.timer(now), one, now);
    reconcile(now);
  }
  void heard(size_t i, uint8_t priority, int64_t now) {
    const HeardAdvert advert{.from = ip("10.0.0.9"), .priority = priority, .interval_ns = kSecond};
    settle(elections_[i].heard(advert, now), elections_[i], now);
    reconcile(now);
  }
  void set_fault(size_t i, bool on, int64_t now) {
    faults_[i] = on;
    if (on) settle(elections_[i].fault("link down", now), elections_[i], now);
    reconcile(now);
  }
  int stops() const { return stops_; }

 private:
  static ActionList carry_out(GroupOrder order, Election& one, int64_t now) {
    switch (order) {
      case GroupOrder::kNone:
        return {};
      case GroupOrder::kConsent:
        return one.consent(now);
      case GroupOrder::kFault:
        return one.fault("another member of the group has a fault", now);
      case GroupOrder::kRecover:
        return one.recovered(now);
      case GroupOrder::kFollow:
        return one.follow_to_backup(false, now);
      case GroupOrder::kFollowSoon:
        return one.follow_to_backup(true, now);
    }
    HW_UNREACHABLE();
  }
  static ElectionSettings settings(const char* address) {
    return {.address = ip(address), .needs_consent = true};
  }
  std::array<Election, 2> elections_ = {Election(settings("10.0.0.1"), 100),
                                        Election(settings("10.0.1.1"), 100)};
  std::array<bool, 2> faults_{};
  int stops_ = 0;
};

TEST_CASE("members become master together, or not at all", "[vrrp]") {
  Pair pair;
  pair.heard(1, 200, 1 * kSecond);
  pair.timers(4 * kSecond);
  CHECK(pair.roles() == "bb");
  CHECK(pair[0].state().wants_master);
  pair.timers(5 * kSecond);
  CHECK(pair.roles() == "mm");
}

TEST_CASE("one fault is everybody's, and so is its end", "[vrrp]") {
  Pair pair;
  pair.timers(4 * kSecond);
  REQUIRE(pair.roles() == "mm");
  pair.set_fault(1, true, 5 * kSecond);
  CHECK(pair.roles() == "ff");
  CHECK(pair.stops() == 2);
  pair.set_fault(1, false, 6 * kSecond);
  CHECK(pair.roles() == "bb");
  pair.timers(10 * kSecond);
  CHECK(pair.roles() == "mm");
}

TEST_CASE("who loses one member gives up the others", "[vrrp]") {
  Pair pair;
  pair.timers(4 * kSecond);
  pair.heard(0, 200, 5 * kSecond);
  CHECK(pair.roles() == "bb");
  CHECK(pair.stops() == 1);  // the loser is silent, the follower gives up
  CHECK(pair[1].timer_ns() == 5 * kSecond + pair[1].master_down_ns());
}

TEST_CASE("who loses an address gives up, and tries again at once", "[vrrp]") {
  Pair pair;
  pair.timers(4 * kSecond);
  pair.settle(pair[0].address_lost(5 * kSecond), pair[0], 5 * kSecond);
  pair.reconcile(5 * kSecond);
  CHECK(pair.roles() == "bb");
  CHECK(pair.stops() == 2);
  CHECK(pair[1].timer_ns() == 5 * kSecond + pair[1].skew_ns());
  pair.timers(6 * kSecond);
  CHECK(pair.roles() == "mm");
}

}  // namespace
}  // namespace hawser::vrrp
