// SPDX-License-Identifier: MIT
// One way on which an instance's adverts leave and are heard: its multicast group on its interface,
// its unicast peers, or a further `heartbeat`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/model.h"
#include "vrrp/advert_writer.h"
#include "vrrp/receive.h"
#include "vrrp/transport.h"

namespace hawser::vrrp {

// What all lanes of an instance have in common: made once from the configuration.
struct LaneCommon {
  const VrrpConfig* section = nullptr;
  const VrrpInstanceConfig* config = nullptr;
  AddressSet addresses;
  std::unique_ptr<Hmac> ah;
  std::unique_ptr<TrailerKeys> trailer;

  // The error is for the operator: this OpenSSL lacks what the authentication needs.
  static Result<LaneCommon> make(const VrrpConfig& section, const VrrpInstanceConfig& config);
};

class Lane {
 public:
  // `common` outlives the lane. `interface` may be empty for unicast; `peers`, none: multicast.
  Lane(const LaneCommon& common, std::string interface, const std::vector<VrrpPeer>& peers);
  // The lanes of an instance: its own, then its heartbeats.
  static std::vector<Lane> of(const LaneCommon& common);

  const std::string& interface() const { return interface_; }
  bool is_multicast() const { return peers_.empty(); }
  // The fixed source of a unicast lane, or a configured one; none: the interface's.
  const Ip& configured_source() const { return configured_source_; }
  void set_configured_source(const Ip& source) { configured_source_ = source; }

  // Adverts to the group leave by this interface, and are heard on the other one.
  void set_sending_interface(std::string interface) { sending_interface_ = std::move(interface); }

  // Opens the sockets to send from `source`, in place of those open before; none: closes them. With
  // the source that it has: whether the sockets are open by now.
  Result<> open(Transport& transport, const Ip& source);
  bool is_open() const { return source_.is_set(); }
  const Ip& source() const { return source_; }

  bool hears(const PathKey& path) const { return is_open() && path == key_; }
  const ReceiveSettings& settings() const { return settings_; }
  // To all destinations. false: one at least was not reached; `why` says what happened there.
  bool send(Transport& transport, uint8_t priority, AuthSequences& sequences, std::string& why);
  // The form of checksum that a peer uses.
  void follow(ChecksumForm form);

 private:
  const LaneCommon* common_;
  std::string interface_;
  std::string sending_interface_;
  Ip configured_source_;
  std::vector<ReceiveSettings::Peer> peers_;
  Ip source_;
  PathKey key_, sending_key_;
  ReceiveSettings settings_;
  struct Destination {
    Ip address;
    AdvertWriter writer;
  };
  std::vector<Destination> destinations_;
};

}  // namespace hawser::vrrp
