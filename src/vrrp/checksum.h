// SPDX-License-Identifier: MIT
// The Internet checksum (RFC 1071) over adverts, in the forms that are met on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "config/vrrp_model.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

// What the checksum of an advert covers besides the advert itself.
enum class ChecksumForm : uint8_t {
  kPlain,         // nothing: VRRPv2; VRRPv3 over IPv4 by RFC 9568, section 5.2.8
  kPseudoHeader,  // source, destination, length, protocol: VRRPv3 over IPv6, and over IPv4 in
                  // keepalived and FRR
  kPseudoGroup,   // the same with 224.0.0.18 for the destination: unicast of keepalived <= 1.3.6
};
const char* checksum_form_text(ChecksumForm form);

// Of bytes whose own checksum field is 0, or is to be verified (the result is then 0).
uint16_t internet_checksum(std::span<const uint8_t> bytes);

// Of the whole of `payload`: the advert, and over IPv6 what follows it. Its checksum field is taken
// for 0.
uint16_t advert_checksum(std::span<const uint8_t> payload, ChecksumForm form, const Ip& source,
                         const Ip& destination);

// The form that the received checksum agrees with, nullopt: none that is allowed. `setting` counts
// for VRRPv3 over IPv4 only, where kAuto allows every form.
std::optional<ChecksumForm> verify_checksum(std::span<const uint8_t> payload, VrrpChecksum setting,
                                            const Ip& source, const Ip& destination);

// What to send before any peer was heard; kAuto then follows verify_checksum().
ChecksumForm first_form(uint8_t version, int family, VrrpChecksum setting);

// The checksum after one 16-bit word of what it covers changed from `before` to `after`: equation 3
// of RFC 1624.
uint16_t update_checksum(uint16_t checksum, uint16_t before, uint16_t after);

// Changes the priority of a finished advert, and its checksum accordingly.
void change_priority(std::span<uint8_t> advert, uint8_t priority);

}  // namespace hawser::vrrp
