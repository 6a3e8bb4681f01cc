// SPDX-License-Identifier: MIT
#include "process/privilege.h"

#include <errno.h>
#include <fmt/core.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <set>
#include <string>

#include "vrrp/tracker.h"

namespace hawser {
namespace {

constexpr uint64_t bit(int capability) { return uint64_t{1} << capability; }

uint64_t needed_by(const SourceConfig& source) {
  uint64_t needed = 0;
  // IP_TRANSPARENT, to connect from somebody else's address.
  if (source.usesrc != SourceConfig::Use::kNone) needed |= bit(CAP_NET_RAW);
  const uint16_t low = source.port_low != 0 ? source.port_low : source.address.port();
  if (low != 0 && low < 1024) needed |= bit(CAP_NET_BIND_SERVICE);
  return needed;
}

struct CapabilitySet {
  uint64_t effective = 0, permitted = 0;
};

Result<CapabilitySet> read_capabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) {
    return errno_error("cannot read the capabilities", errno);
  }
  return CapabilitySet{data[0].effective | uint64_t{data[1].effective} << 32,
                       data[0].permitted | uint64_t{data[1].permitted} << 32};
}

Result<> keep_capabilities(uint64_t keep) {
  const auto now = read_capabilities();
  if (!now) return now.error();
  keep &= now->permitted;
  const auto low = static_cast<uint32_t>(keep), high = static_cast<uint32_t>(keep >> 32);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {{low, low, 0}, {high, high, 0}};
  if (syscall(SYS_capset, &header, data) != 0) {
    return errno_error("cannot give up capabilities", errno);
  }
  return {};
}

// What no program that the process might still execute can get back.
void empty_bounding_set(uint64_t keep) {
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    if ((keep & bit(capability)) == 0) prctl(PR_CAPBSET_DROP, capability);
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

Result<> change_root(const std::string& directory) {
  if (chroot(directory.c_str()) != 0) {
    return errno_error(fmt::format("cannot chroot to '{}'", directory), errno);
  }
  if (chdir("/") != 0) return errno_error("cannot enter the new root directory", errno);
  return {};
}

Result<> change_user(const Privileges& keep) {
  // The supplementary groups of whoever started the program.
  if ((keep.gid || keep.uid) && geteuid() == 0 && setgroups(0, nullptr) != 0) {
    return errno_error("cannot drop the supplementary groups", errno);
  }
  if (keep.gid && setresgid(*keep.gid, *keep.gid, *keep.gid) != 0) {
    return errno_error(fmt::format("cannot become group {}", *keep.gid), errno);
  }
  if (!keep.uid) return {};
  if (keep.capabilities != 0) prctl(PR_SET_KEEPCAPS, 1);
  if (setresuid(*keep.uid, *keep.uid, *keep.uid) != 0) {
    return errno_error(fmt::format("cannot become user {}", *keep.uid), errno);
  }
  prctl(PR_SET_KEEPCAPS, 0);
  return {};
}

Result<> verify(const Privileges& keep) {
  if (keep.uid) {
    uid_t real, effective, saved;
    getresuid(&real, &effective, &saved);
    if (real != *keep.uid || effective != *keep.uid || saved != *keep.uid) {
      return Error{"the user did not change"};
    }
    const bool may_change = (keep.capabilities & bit(CAP_SETUID)) != 0;
    if (*keep.uid != 0 && !may_change && setuid(0) == 0) {
      return Error{"the process could become root again"};
    }
  }
  if (keep.gid) {
    gid_t real, effective, saved;
    getresgid(&real, &effective, &saved);
    if (real != *keep.gid || effective != *keep.gid || saved != *keep.gid) {
      return Error{"the group did not change"};
    }
  }
  const auto left = read_capabilities();
  if (!left) return left.error();
  if (((left->effective | left->permitted) & ~keep.capabilities) != 0) {
    return Error{"capabilities are left that were given up"};
  }
  return {};
}

}  // namespace

uint64_t needed_capabilities(const Config& config, bool stays_root) {
  uint64_t needed = 0;
  for (const auto& proxy : config.proxies) {
    if (proxy->source) needed |= needed_by(*proxy->source);
    for (const ServerConfig& server : proxy->servers) {
      if (server.set.source) needed |= needed_by(*server.set.source);
      // Root without capabilities has no access to other users' sockets, which the administrator
      // who chose root expects.
      if (stays_root && server.address.is_unix()) needed |= bit(CAP_DAC_OVERRIDE);
    }
  }
  return needed;
}

Result<Privileges> plan_privileges(const Config& config) {
  const GlobalConfig& global = config.global;
  Privileges plan{global.uid, global.gid, global.chroot, global.dumpable};
  if (!plan.uid && !global.user.empty()) {
    const passwd* user = getpwnam(global.user.c_str());
    if (user == nullptr) return Error{fmt::format("there is no user '{}'", global.user)};
    plan.uid = user->pw_uid;
  }
  if (!plan.gid && !global.group.empty()) {
    const group* named = getgrnam(global.group.c_str());
    if (named == nullptr) return Error{fmt::format("there is no group '{}'", global.group)};
    plan.gid = named->gr_gid;
  }
  plan.capabilities = needed_capabilities(config, plan.uid.value_or(geteuid()) == 0);
  if (geteuid() == 0) {
    struct stat at;
    if (!plan.chroot.empty() && (stat(plan.chroot.c_str(), &at) != 0 || !S_ISDIR(at.st_mode))) {
      return Error{fmt::format("'chroot {}': there is no such directory", plan.chroot)};
    }
    return plan;
  }
  if (!plan.chroot.empty()) return Error{"'chroot' needs a start as root"};
  if (plan.uid && *plan.uid != geteuid()) {
    return Error{fmt::format("changing to user {} needs a start as root", *plan.uid)};
  }
  if (plan.gid && *plan.gid != getegid()) {
    return Error{fmt::format("changing to group {} needs a start as root", *plan.gid)};
  }
  return plan;
}

namespace {

// What control does outside of itself for virtual routers.
struct Outside {
  std::set<std::string> users;  // of commands; "": nobody
  bool paths = false;           // files are watched, or programs run
};

Outside outside_of(const Config& config) {
  Outside out;
  const auto add_notify = [&out](const NotifyConfig& notify) {
    bool any = !notify.every.text.empty();
    for (const auto& command : notify.commands) any |= !command.text.empty();
    if (any) out.users.insert(notify.user);
  };
  const auto add_tracks = [&out](const std::vector<TrackConfig>& tracks) {
    for (const TrackConfig& track : tracks)
      out.paths |= track.type->writer == TrackWriter::kControl;
  };
  for (const auto& script : config.vrrp_scripts) {
    if (script->kind == VrrpScriptConfig::Kind::kCommand) out.users.insert(script->user);
  }
  const NotifyFifoConfig& fifo = config.vrrp_process.notify_fifo;
  if (!fifo.script.text.empty()) out.users.insert(fifo.user);
  for (const auto& section : config.vrrps) {
    add_notify(section->notify);
    add_tracks(section->tracks);
  }
  for (const auto& group : config.vrrp_groups) {
    add_notify(group->notify);
    add_tracks(group->tracks);
  }
  out.paths |= !out.users.empty();
  return out;
}

uid_t uid_of(const std::string& user) {
  const passwd* found = getpwnam(user.empty() ? "nobody" : user.c_str());
  return found == nullptr ? static_cast<uid_t>(-1) : found->pw_uid;
}

}  // namespace

Privileges control_privileges(const Config& config, Privileges common) {
  const Outside outside = outside_of(config);
  if (outside.paths) common.chroot.clear();
  const uid_t own = common.uid.value_or(geteuid());
  for (const std::string& user : outside.users) {
    const uid_t uid = uid_of(user);
    if (uid != own) common.capabilities |= bit(CAP_SETUID) | bit(CAP_SETGID) | bit(CAP_KILL);
    // A command of root's is run by an administrator who expects that it can do anything.
    if (uid == 0) common.may_gain = true;
  }
  return common;
}

Privileges vrrp_privileges(const Privileges& plan, bool locks_memory) {
  return {.uid = plan.uid,
          .gid = plan.gid,
          .chroot = {},
          .dumpable = plan.dumpable,
          .capabilities =
              bit(CAP_NET_ADMIN) | bit(CAP_NET_RAW) | (locks_memory ? bit(CAP_IPC_LOCK) : 0),
          .may_gain = false};
}

Result<> drop_privileges(const Privileges& keep) {
  if (!keep.may_gain) empty_bounding_set(keep.capabilities);
  if (!keep.chroot.empty()) {
    if (auto changed = change_root(keep.chroot); !changed) return changed;
  }
  if (auto changed = change_user(keep); !changed) return changed;
  if (auto dropped = keep_capabilities(keep.capabilities); !dropped) return dropped;
  if (!keep.may_gain && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return errno_error("cannot rule out new privileges", errno);
  }
  if (keep.dumpable) prctl(PR_SET_DUMPABLE, 1);
  return verify(keep);
}

}  // namespace hawser
