// SPDX-License-Identifier: MIT
#include "config/account.h"

#include <grp.h>
#include <pwd.h>

#include "base/text.h"

namespace hawser {

std::optional<uint32_t> take_user(Args& args) {
  const auto name = args.take("<user>");
  if (!name) return std::nullopt;
  const passwd* entry = getpwnam(std::string(name->text).c_str());
  if (entry != nullptr) return entry->pw_uid;
  args.error("there is no user " + quoted(name->text))
      .with_hint("create it, or give a number with 'uid'");
  return std::nullopt;
}

std::optional<uint32_t> take_group(Args& args) {
  const auto name = args.take("<group>");
  if (!name) return std::nullopt;
  const group* entry = getgrnam(std::string(name->text).c_str());
  if (entry != nullptr) return entry->gr_gid;
  args.error("there is no group " + quoted(name->text))
      .with_hint("create it, or give a number with 'gid'");
  return std::nullopt;
}

std::optional<std::string> take_user_name(Args& args) {
  const auto name = args.take("<user>");
  if (!name) return std::nullopt;
  std::string user(name->text);
  if (getpwnam(user.c_str()) != nullptr) return user;
  args.error("there is no user " + quoted(user));
  return std::nullopt;
}

}  // namespace hawser
