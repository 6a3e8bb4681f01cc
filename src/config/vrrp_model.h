// SPDX-License-Identifier: MIT
// What the `vrrp`, `vrrp-group`, `vrrp-script` and `mailers` sections say, as plain data. Part of
// the Config: built by the parser, completed by resolve(), immutable from then on.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/diag.h"

namespace hawser {

struct TrackerType;  // vrrp/tracker.h

// `virtual-address`: one address that moves with the instance.
struct VirtualAddress {
  SourcePos pos;
  uint16_t width = 1;  // of the address as written
  Address address;
  uint8_t prefix = 32;    // 32 or 128 where none is written, as keepalived
  std::string interface;  // `dev`; empty: the instance's
  std::string label;      // IPv4 only, at most 15 bytes
  std::optional<uint8_t> scope;
  std::optional<Address> broadcast;
  bool no_track = false;    // its deletion by somebody else changes nothing
  bool advertised = true;   // `not-advertised`: held, but not in the adverts
  bool no_address = false;  // advertised, but never put on an interface (cloud addresses)
};

struct VirtualRoute {
  SourcePos pos;
  std::optional<Address> to;  // none: default
  uint8_t prefix = 0;
  std::optional<Address> via, src;
  std::string interface;
  uint32_t table = 254;  // RT_TABLE_MAIN
  uint32_t metric = 0;   // 0: the kernel's
  std::optional<uint8_t> scope;
  int family = 0;
};

struct VirtualRule {
  SourcePos pos;
  std::optional<Address> from, to;
  uint8_t from_prefix = 0, to_prefix = 0;
  std::string iif;
  uint32_t fwmark = 0;
  uint32_t table = 254;
  uint32_t priority = 0;  // 0: the kernel's
  int family = 0;
};

enum class VrrpAuth : uint8_t { kNone, kPass, kAh };
enum class VrrpHmacMode : uint8_t { kEnforce, kPermissive, kReceiveOnly };
struct VrrpHmacKey {
  uint8_t id = 0;
  std::vector<uint8_t> key;
  bool active = false;  // the one that signs; exactly one is
};

enum class VrrpChecksum : uint8_t { kAuto, kPseudoHeader, kRfc9568 };

enum class VrrpPreempt : uint8_t { kYes, kNo, kDelayed };

struct VrrpPeer {
  SourcePos pos;
  Address address;
  uint8_t min_ttl = 0;  // 0: not checked
};

// `unicast-source`, `multicast-source`: where the adverts of one family come from.
struct VrrpSource {
  SourcePos pos;
  Address address;
  bool unicast = false;
};

// A further path on which adverts are sent and heard.
struct VrrpHeartbeat {
  SourcePos pos;
  std::string interface;        // `heartbeat dev`; empty: unicast
  std::optional<Address> peer;  // `heartbeat peer`
  std::optional<Address> source;
};

// One `track-…` line. What the words mean is the type's to say.
struct TrackConfig {
  SourcePos pos;
  const TrackerType* type = nullptr;
  std::string subject;  // name of the backend, interface, script, file, process
  SourcePos subject_pos;
  uint16_t width = 1;           // of the subject as written
  uint32_t index = UINT32_MAX;  // of the backend, frontend or script; set by resolve()
  int16_t weight = 0;           // 0: its failure is a fault; -253 … 253: moves the priority
  bool weight_given = false;
  bool reverse = false;
  uint32_t at_least = 1;       // min-up, quorum
  Millis delay{0};             // deadline of track-proxy, delay of track-process
  uint32_t slot = UINT32_MAX;  // in shared memory (TrackState); set by resolve()
};

enum class VrrpEvent : uint8_t { kMaster, kBackup, kFault, kStop, kReasserted, kCount };

// A command as written, which is run as it is or by a shell: see vrrp/hook.h.
struct HookCommand {
  SourcePos pos;
  uint16_t width = 1;
  std::string text;  // empty: none
};

// Who is told of transitions: `notify…` and `email-alert`.
struct NotifyConfig {
  std::array<HookCommand, static_cast<size_t>(VrrpEvent::kCount)> commands;  // notify-master …
  HookCommand every;  // `notify`: arguments INSTANCE|GROUP, name, STATE, priority are appended
  std::string user;   // empty: `notify-user` of vrrp-defaults, else nobody
  Millis timeout{10'000};
  std::string mailers;  // `email-alert mailers`
  SourcePos mailers_pos;
  uint32_t mailers_index = UINT32_MAX;
  std::vector<std::string> mail_to;
  std::string mail_from;
  std::string mail_hostname;                // `email-alert myhostname`
  LogLevel mail_level = LogLevel::kNotice;  // the least severe event that is mailed
};

enum class GarpForm : uint8_t { kRequest, kReply, kBoth };

struct GarpConfig {
  GarpForm form = GarpForm::kRequest;
  uint32_t repeat = 5;
  Millis delay{5000};      // until the second burst; 0: none
  Millis refresh{60'000};  // while master; 0: off
  uint32_t refresh_repeat = 1;
  Millis pace{0};  // between two frames of one interface
  uint32_t lower_prio_repeat = 5;
  Millis lower_prio_delay{5000};
};

// Where a virtual router has its own MAC address (RFC 9568, section 7.3).
struct VirtualMac {
  SourcePos pos;
  bool enabled = false;
  std::string name;  // empty: vrrp.<vrid>, vrrp6.<vrid>; with both families <name> and <name>.6
  std::optional<std::array<uint8_t, 6>> mac;
  bool xmit_base = false;  // adverts leave from the base interface
};

// A `vrrp` section, or `vrrp-defaults`.
struct VrrpConfig {
  bool incomplete = false;  // as in ProxyConfig
  SourcePos pos;
  std::string name;
  std::string interface;
  uint8_t vrid = 0;
  SourcePos vrid_pos;
  uint8_t priority = 100;  // 255: address owner
  SourcePos priority_pos;
  uint8_t version = 0;  // 0: 2 for IPv4, 3 for IPv6 or an interval under 1 s
  Millis advert{1000};  // a multiple of 10 ms
  SourcePos advert_pos;
  uint32_t down_timer_adverts = 3;
  std::vector<VirtualAddress> addresses;
  bool link_local =
      true;  // IPv6 adverts begin with a link-local address, derived where none is given
  std::vector<VirtualRoute> routes;
  std::vector<VirtualRule> rules;
  VrrpPreempt preempt = VrrpPreempt::kYes;
  Millis preempt_delay{0};
  VrrpAuth auth = VrrpAuth::kNone;
  std::array<uint8_t, 8> password{};  // zero-padded
  std::vector<VrrpHmacKey> hmac_keys;
  VrrpHmacMode hmac_mode = VrrpHmacMode::kEnforce;
  bool hmac_by_time = true;  // a stamp must be near our clock, and not only later than the last
  SourcePos auth_pos;        // of `authentication`
  VrrpChecksum checksum = VrrpChecksum::kAuto;
  std::vector<VrrpSource> sources;                            // at most one of each family
  std::vector<VrrpPeer> peers;                                // any: unicast
  std::optional<Address> multicast_group4, multicast_group6;  // none: 224.0.0.18, ff02::12
  std::vector<VrrpHeartbeat> heartbeats;
  struct Arbiter {
    std::optional<Address> ping;
    Millis interval{1000};
    Millis timeout{0};  // at most the interval; 0: the interval
    uint32_t rise = 1, fall = 3;
  } arbiter;
  VirtualMac virtual_mac;
  bool accept = true;
  std::vector<TrackConfig> tracks;
  bool track_proxy = true;  // `no track-proxy`
  NotifyConfig notify;
  GarpConfig garp;
  std::optional<uint8_t> peer_priority;  // lint only
  bool disabled = false;
  uint32_t group = UINT32_MAX;  // index in Config::vrrp_groups; set by resolve()
};

// What runs: one virtual router of one address family. A section with addresses of both makes two,
// which move together. Made by resolve(): what depends on the family is here, the rest in the
// section.
struct VrrpInstanceConfig {
  uint32_t section = 0;  // in Config::vrrps
  int family = 0;        // AF_INET or AF_INET6
  std::string name;      // the section's; of a section with two families with "/4" or "/6" after it
  uint8_t version = 2;
  uint32_t sync = UINT32_MAX;  // instances with the same number move together
  std::string macvlan;         // interface of the virtual MAC address; empty: there is none
  std::array<uint8_t, 6> mac{};
  // What it holds while master. The first `advertised` ones are those of the adverts, in their
  // order; the others may be of the other family, where no instance of that one runs.
  std::vector<VirtualAddress> addresses;
  uint32_t advertised = 0;
  std::vector<VirtualRoute> routes;
  std::vector<VirtualRule> rules;
  std::optional<Address> source;  // of adverts; none: the interface's first, IPv6: link-local one
  std::vector<VrrpPeer> peers;    // any: unicast
  std::vector<VrrpHeartbeat> heartbeats;
};

struct VrrpGroupConfig {
  bool incomplete = false;  // as in ProxyConfig
  SourcePos pos;
  std::string name;
  std::vector<std::string> member_names;
  std::vector<SourcePos> member_positions;  // of the names
  std::vector<uint32_t> members;            // indices in Config::vrrps; set by resolve()
  std::vector<TrackConfig> tracks;
  NotifyConfig notify;
};

// What is run or looked at from time to time, by control, for every instance that tracks it.
struct VrrpScriptConfig {
  bool incomplete = false;  // as in ProxyConfig
  enum class Kind : uint8_t { kCommand, kFile, kNoFile, kTcp, kHttp };
  SourcePos pos;
  std::string name;
  Kind kind = Kind::kCommand;
  std::string subject;  // command, path or URL
  uint16_t width = 1;   // of the subject as written, at subject_pos
  SourcePos subject_pos;
  bool kind_given = false;
  Address address;        // tcp, http
  uint16_t expect = 200;  // http
  Millis interval{1000};
  Millis timeout{0};  // 0: the interval
  uint32_t rise = 1, fall = 1;
  int16_t weight = 0;  // of track lines that give none
  bool reverse = false;
  std::string user;  // empty: nobody
  bool init_fail = false;
  uint32_t slot = UINT32_MAX;  // in shared memory (TrackState); set by resolve()
};

struct MailersConfig {
  bool incomplete = false;  // as in ProxyConfig
  struct Mailer {
    SourcePos pos;
    std::string name;
    Address address;
  };
  SourcePos pos;
  std::string name;
  std::vector<Mailer> mailers;
  Millis timeout{10'000};  // `timeout mail`
};

// `notify-fifo`, `notify-fifo-script`: who follows all transitions.
struct NotifyFifoConfig {
  SourcePos pos;
  std::string path;    // empty: none
  std::string user;    // whose the pipe is, and who runs the script; empty: nobody
  HookCommand script;  // reads the pipe, whose path is its last argument
};

// What concerns the vrrp process as a whole; given in `vrrp-defaults`.
struct VrrpProcessConfig {
  Millis startup_delay{0};     // listens, but does not become master
  Millis delay_after_boot{0};  // the same, counted from the boot of the machine
  uint8_t rt_priority = 50;    // of SCHED_RR; 0: none
  bool mlock = true;
  NotifyFifoConfig notify_fifo;
};

}  // namespace hawser
