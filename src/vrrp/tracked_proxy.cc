// SPDX-License-Identifier: MIT
#include "vrrp/tracked_proxy.h"

#include <fmt/format.h>

namespace hawser {

void find_tracked_proxy(const Config& config, TrackConfig& track, std::string_view kind,
                        bool (*is_kind)(ProxyKind), Diag& diag) {
  std::vector<std::string_view> names;
  for (const auto& proxy : config.proxies) {
    if (!is_kind(proxy->kind)) continue;
    if (proxy->name == track.subject) {
      track.index = proxy->index;
      return;
    }
    names.push_back(proxy->name);
  }
  if (config.refused.may_have(track.subject)) return;
  diag.error(track.subject_pos, fmt::format("there is no {} '{}'", kind, track.subject),
             track.width)
      .hint_nearest(track.subject, names);
}

}  // namespace hawser
