// SPDX-License-Identifier: MIT
#include "vrrp/kernel_place.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

namespace hawser::vrrp {

std::optional<KernelPlace> kernel_place(const nlmsghdr& message) {
  const auto* header = static_cast<const ifaddrmsg*>(nlmsg_data(&message));
  nlattr* found[IFA_MAX + 1] = {};
  if (message.nlmsg_type != RTM_NEWADDR ||
      nlmsg_parse(const_cast<nlmsghdr*>(&message), sizeof *header, found, IFA_MAX, nullptr) < 0) {
    return std::nullopt;
  }
  // On a point-to-point link IFA_ADDRESS is the peer's.
  const nlattr* local = found[IFA_LOCAL] != nullptr ? found[IFA_LOCAL] : found[IFA_ADDRESS];
  if (local == nullptr) return std::nullopt;
  return KernelPlace{
      .ifindex = header->ifa_index,
      .prefix = header->ifa_prefixlen,
      .protocol = found[IFA_PROTO] != nullptr ? nla_get_u8(found[IFA_PROTO]) : uint8_t{0},
      .address = Ip::from_bytes(
          {static_cast<const uint8_t*>(nla_data(local)), static_cast<size_t>(nla_len(local))})};
}

}  // namespace hawser::vrrp
