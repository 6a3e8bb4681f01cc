// SPDX-License-Identifier: MIT
#pragma once

#include <net/if.h>

#include <optional>
#include <string>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {

// The name of a network interface, which need not exist yet.
inline std::optional<std::string> take_interface_name(Args& args) {
  const auto name = args.take("<interface>");
  if (!name) return std::nullopt;
  if (name->text.empty() || name->text.size() >= IFNAMSIZ ||
      name->text.find('/') != name->text.npos) {
    args.error(quoted(name->text) + " is not the name of an interface")
        .with_hint("it has 1 to 15 characters and no '/'");
    return std::nullopt;
  }
  return std::string(name->text);
}

}  // namespace hawser
