// SPDX-License-Identifier: MIT
#include "vrrp/lane.h"

#include <algorithm>

#include "base/clock.h"

namespace hawser::vrrp {
namespace {

uint16_t centiseconds(Millis time) { return static_cast<uint16_t>(time.count() / 10); }

Ip group_of(const VrrpConfig& section, int family) {
  const auto& given = family == AF_INET ? section.multicast_group4 : section.multicast_group6;
  if (given) return Ip::from_address(*given);
  // RFC 9568, sections 5.1.1.2 and 5.1.2.2.
  return Ip::from_address(*Address::parse_ip(family == AF_INET ? "224.0.0.18" : "ff02::12"));
}

}  // namespace

Result<LaneCommon> LaneCommon::make(const VrrpConfig& section, const VrrpInstanceConfig& config) {
  LaneCommon made;
  made.section = &section;
  made.config = &config;
  std::vector<Ip> listed;
  for (uint32_t i = 0; i < config.advertised; ++i) {
    listed.push_back(Ip::from_address(config.addresses[i].address));
  }
  made.addresses = AddressSet(listed);
  if (section.auth == VrrpAuth::kAh && config.version == 2) {
    auto hmac = Hmac::make(Hmac::Digest::kMd5, section.password);
    if (!hmac) return Error{"'authentication ah' needs MD5, which this OpenSSL refuses"};
    made.ah = std::make_unique<Hmac>(std::move(*hmac));
  }
  if (!section.hmac_keys.empty() && config.version == 3) {
    made.trailer = std::make_unique<TrailerKeys>(section.hmac_keys, section.hmac_mode);
    if (!made.trailer->is_usable()) {
      return Error{"'authentication hmac' needs SHA-256, which this OpenSSL refuses"};
    }
  }
  return made;
}

Lane::Lane(const LaneCommon& common, std::string interface, const std::vector<VrrpPeer>& peers)
    : common_(&common), interface_(std::move(interface)), sending_interface_(interface_) {
  for (const VrrpPeer& peer : peers) {
    peers_.push_back({Ip::from_address(peer.address), peer.min_ttl});
  }
}

std::vector<Lane> Lane::of(const LaneCommon& common) {
  std::vector<Lane> lanes;
  const VrrpInstanceConfig& config = *common.config;
  lanes.emplace_back(common, common.section->interface, config.peers);
  // Peers are reached by routes, which know nothing of the macvlan.
  const bool by_macvlan = lanes.back().is_multicast() && !config.macvlan.empty();
  if (by_macvlan && !common.section->virtual_mac.xmit_base) {
    lanes.back().set_sending_interface(config.macvlan);
  }
  if (config.source) lanes.back().set_configured_source(Ip::from_address(*config.source));
  for (const VrrpHeartbeat& heartbeat : config.heartbeats) {
    std::vector<VrrpPeer> peers;
    if (heartbeat.peer) peers.push_back({heartbeat.pos, *heartbeat.peer});
    lanes.emplace_back(common, heartbeat.interface, std::move(peers));
    if (heartbeat.source) lanes.back().set_configured_source(Ip::from_address(*heartbeat.source));
  }
  return lanes;
}

Result<> Lane::open(Transport& transport, const Ip& source) {
  if (source == source_) {
    return is_open() ? transport.problem_of(key_, sending_key_) : Result<>();
  }
  if (is_open()) {
    transport.close_listening(key_);
    transport.close_sending(sending_key_);
    destinations_.clear();
  }
  source_ = source;
  if (!is_open()) return {};

  const VrrpConfig& section = *common_->section;
  const VrrpInstanceConfig& config = *common_->config;
  const VrrpAuth auth = config.version == 2 ? section.auth : VrrpAuth::kNone;
  const Ip group = is_multicast() ? group_of(section, config.family) : Ip{};
  key_ = {.protocol = auth == VrrpAuth::kAh ? kAhProtocol : kVrrpProtocol,
          .interface = interface_,
          .group = group,
          .source = is_multicast() ? Ip{} : source};
  sending_key_ = key_;
  sending_key_.interface = sending_interface_;
  settings_ = {.family = config.family,
               .version = config.version,
               .vrid = section.vrid,
               .interval_cs = centiseconds(section.advert),
               .source = source,
               .auth = auth,
               .password = section.password,
               .ah = common_->ah.get(),
               .trailer = common_->trailer.get(),
               .trailer_by_time = section.hmac_by_time,
               .checksum = section.checksum,
               .peers = peers_,
               .addresses = &common_->addresses};
  WriterSettings writing{.version = config.version,
                         .vrid = section.vrid,
                         .interval_cs = centiseconds(section.advert),
                         .source = source,
                         .addresses = common_->addresses.wire(),
                         .auth = auth,
                         .password = section.password,
                         .ah = common_->ah.get(),
                         .trailer = common_->trailer.get(),
                         .form = first_form(config.version, config.family, section.checksum)};
  const auto add = [&](const Ip& destination) {
    writing.destination = destination;
    destinations_.push_back({destination, AdvertWriter(writing)});
  };
  if (is_multicast()) add(group);
  for (const auto& peer : peers_) add(peer.address);
  // Both, whatever comes of the first: both are closed one day, and others may share them.
  auto listening = transport.listen(key_);
  auto sending = transport.prepare_to_send(sending_key_);
  return listening ? sending : listening;
}

bool Lane::send(Transport& transport, uint8_t priority, AuthSequences& sequences,
                std::string& why) {
  bool all = is_open();
  for (Destination& destination : destinations_) {
    const auto packet = destination.writer.write(priority, sequences, realtime_ns());
    const auto sent = transport.send(sending_key_, packet, source_, destination.address);
    if (sent) continue;
    all = false;
    why = sent.error().text;
  }
  return all;
}

void Lane::follow(ChecksumForm form) {
  if (common_->section->checksum != VrrpChecksum::kAuto) return;
  for (Destination& destination : destinations_) {
    if (destination.writer.form() != form) destination.writer.set_form(form);
  }
}

}  // namespace hawser::vrrp
