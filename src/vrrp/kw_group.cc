// SPDX-License-Identifier: MIT
// vrrp-group: sections that move together.
#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

bool add_members(KeywordCall& call) {
  VrrpGroupConfig& group = call.vrrp_group();
  do {
    const auto name = call.take("<vrrp section>");
    if (!name) return false;
    group.member_names.emplace_back(name->text);
    group.member_positions.push_back(name->pos);
  } while (call.more());
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "members",
     .sections = kInVrrpGroup,
     .parse = add_members,
     .args = "<vrrp section>...",
     .summary = "the vrrp sections that move together"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
