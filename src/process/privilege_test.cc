// SPDX-License-Identifier: MIT
#include "process/privilege.h"

#include <linux/capability.h>
#include <unistd.h>

#include "base/testing.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

using Catch::Matchers::Contains;

std::unique_ptr<Config> one_server(Address address) {
  auto config = std::make_unique<Config>();
  config->proxies.push_back(std::make_unique<ProxyConfig>());
  config->proxies[0]->servers.resize(1);
  config->proxies[0]->servers[0].address = std::move(address);
  return config;
}

TEST_CASE("most configurations need no capability at all") {
  const auto config = one_server(*Address::parse_ip("10.0.0.1", 80));
  CHECK(needed_capabilities(*config, false) == 0);
  CHECK(needed_capabilities(*config, true) == 0);
}

TEST_CASE("connecting from the client's address keeps raw sockets, and nothing else") {
  const auto config = one_server(*Address::parse_ip("10.0.0.1", 80));
  SourceConfig source;
  source.usesrc = SourceConfig::Use::kClientIp;
  SECTION("of the server") {
    config->proxies[0]->servers[0].set.source = std::make_shared<const SourceConfig>(source);
  }
  SECTION("of the backend") { config->proxies[0]->source = source; }
  CHECK(needed_capabilities(*config, false) == 1u << CAP_NET_RAW);
}

TEST_CASE("a source port below 1024 needs the right to bind it") {
  const auto config = one_server(*Address::parse_ip("10.0.0.1", 80));
  SourceConfig source;
  source.address = *Address::parse_ip("10.0.0.2", 1023);
  config->proxies[0]->source = source;
  CHECK(needed_capabilities(*config, false) == 1u << CAP_NET_BIND_SERVICE);
  config->proxies[0]->source->address.set_port(1024);
  CHECK(needed_capabilities(*config, false) == 0);
}

TEST_CASE("only a worker that stays root keeps its access to others' unix sockets") {
  const auto config = one_server(Address::unix_path("/run/app.sock"));
  CHECK(needed_capabilities(*config, true) == 1u << CAP_DAC_OVERRIDE);
  CHECK(needed_capabilities(*config, false) == 0);
}

TEST_CASE("users and groups that do not exist are refused by name") {
  Config config;
  GlobalConfig& global = config.global;
  global.user = "no-such-user";
  const auto no_user = plan_privileges(config);
  REQUIRE_FALSE(no_user);
  CHECK_THAT(no_user.error().text, Contains("'no-such-user'"));
  global.user = "root";
  global.group = "no-such-group";
  const auto no_group = plan_privileges(config);
  REQUIRE_FALSE(no_group);
  CHECK_THAT(no_group.error().text, Contains("'no-such-group'"));
}

TEST_CASE("names become numbers, and numbers win") {
  Config config;
  GlobalConfig& global = config.global;
  global.user = global.group = "root";
  global.uid = geteuid();
  const auto plan = plan_privileges(config);
  if (geteuid() == 0) {
    REQUIRE(plan);
    CHECK(plan->uid == uid_t{0});
    CHECK(plan->gid == gid_t{0});
  } else {
    CHECK_FALSE(plan);
  }
}

constexpr uint64_t kBecomeOthers =
    uint64_t{1} << CAP_SETUID | uint64_t{1} << CAP_SETGID | uint64_t{1} << CAP_KILL;

// The common plan of a program that runs as somebody else in a chroot.
Privileges confined() {
  Privileges plan;
  plan.uid = plan.gid = 1;
  plan.chroot = "/var/empty";
  return plan;
}

Config with_script(const char* user) {
  Config config;
  auto script = std::make_unique<VrrpScriptConfig>();
  script->user = user;
  config.vrrp_scripts.push_back(std::move(script));
  return config;
}

TEST_CASE("control keeps nothing for a configuration without commands") {
  const Privileges common = confined();
  const Privileges plan = control_privileges(Config(), common);
  CHECK(plan.capabilities == 0);
  CHECK(plan.chroot == "/var/empty");
  CHECK_FALSE(plan.may_gain);
}

TEST_CASE("control keeps the right to become who runs a command, and the machine's paths") {
  const Privileges common = confined();
  const Privileges plan = control_privileges(with_script(""), common);
  CHECK(plan.capabilities == kBecomeOthers);
  CHECK(plan.chroot.empty());
  CHECK_FALSE(plan.may_gain);
  Config notifies;
  notifies.vrrps.push_back(std::make_unique<VrrpConfig>());
  notifies.vrrps[0]->notify.every.text = "/notify";
  CHECK(control_privileges(notifies, common).capabilities == kBecomeOthers);
}

TEST_CASE("a command of control's own user needs nothing more") {
  Privileges common;
  common.uid = uid_t{0};
  CHECK(control_privileges(with_script("root"), common).capabilities == 0);
}

TEST_CASE("what root runs may do what root may") {
  Privileges common;
  common.uid = uid_t{65534};
  const Privileges plan = control_privileges(with_script("root"), common);
  CHECK(plan.capabilities == kBecomeOthers);
  CHECK(plan.may_gain);
}

TEST_CASE("a tracked file is the machine's, not the chroot's") {
  constexpr TrackerType kFile{.name = "file", .writer = TrackWriter::kControl, .options = {}};
  Config config;
  config.vrrps.push_back(std::make_unique<VrrpConfig>());
  config.vrrps[0]->tracks.emplace_back().type = &kFile;
  const Privileges plan = control_privileges(config, confined());
  CHECK(plan.chroot.empty());
  CHECK(plan.capabilities == 0);
}

TEST_CASE("the vrrp process keeps the network, and its memory where it is locked") {
  constexpr uint64_t kNetwork = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;
  const Privileges locking = vrrp_privileges(confined(), true);
  CHECK(locking.capabilities == (kNetwork | 1u << CAP_IPC_LOCK));
  CHECK(locking.uid == uid_t{1});
  CHECK(locking.chroot.empty());
  CHECK_FALSE(locking.may_gain);
  CHECK(vrrp_privileges(confined(), false).capabilities == kNetwork);
}

}  // namespace
}  // namespace hawser
