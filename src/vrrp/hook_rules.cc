// SPDX-License-Identifier: MIT
// What hooks, scripts and mails need to work at the moment when they are needed.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"
#include "config/draft.h"
#include "vrrp/hook.h"
#include "vrrp/resolve.h"

namespace hawser {
namespace {

const std::string& user_or_default(const std::string& user) {
  static const std::string usual(kHookUser);
  return user.empty() ? usual : user;
}

void check_command(std::string_view text, const std::string& user, SourcePos pos, uint16_t width,
                   Diag& diag) {
  const auto problem = check_hook(text, user_or_default(user));
  if (!problem) return;
  Diagnostic& said = problem->fatal ? diag.error(pos, problem->text, width)
                                    : diag.warning(pos, problem->text, width);
  said.hint = problem->hint;
}

// What vrrp-defaults says is checked once, by its place.
class Commands {
 public:
  explicit Commands(Diag& diag) : diag_(diag) {}

  void check(const NotifyConfig& notify) {
    for (const HookCommand& command : notify.commands) check(command, notify.user);
    check(notify.every, notify.user);
  }
  void check(const HookCommand& command, const std::string& user) {
    if (command.text.empty()) return;
    const auto place = std::tuple(command.pos.file, command.pos.line, user);
    if (!seen_.insert(place).second) return;
    check_command(command.text, user, command.pos, command.width, diag_);
  }

 private:
  Diag& diag_;
  std::set<std::tuple<uint16_t, uint32_t, std::string>> seen_;
};

void check_mails(std::string_view what, const std::string& name, SourcePos pos,
                 const NotifyConfig& notify, Diag& diag) {
  if (notify.mailers.empty() == notify.mail_to.empty()) return;
  const bool no_way = notify.mailers.empty();
  diag.warning(no_way ? pos : notify.mailers_pos,
               fmt::format("{} '{}' sends no mails: it has no 'email-alert {}'", what, name,
                           no_way ? "mailers" : "to"));
}

void check_notify(Draft& draft, Diag& diag) {
  Commands commands(diag);
  for (const auto& vrrp : draft.config->vrrps) {
    commands.check(vrrp->notify);
    if (!vrrp->incomplete) check_mails("vrrp", vrrp->name, vrrp->pos, vrrp->notify, diag);
  }
  const NotifyFifoConfig& fifo = draft.config->vrrp_process.notify_fifo;
  commands.check(fifo.script, fifo.user);
  if (fifo.path.empty() && !fifo.script.text.empty()) {
    diag.error(fifo.script.pos, "'notify-fifo-script' has no pipe to read")
        .with_hint("add 'notify-fifo <path>'");
  }
  for (const auto& group : draft.config->vrrp_groups) {
    commands.check(group->notify);
    if (!group->incomplete) check_mails("vrrp-group", group->name, group->pos, group->notify, diag);
  }
}

bool is_used(const Config& config, const VrrpScriptConfig& script) {
  const auto uses = [&](const std::vector<TrackConfig>& tracks) {
    return std::any_of(tracks.begin(), tracks.end(),
                       [&](const TrackConfig& track) { return track.slot == script.slot; });
  };
  return std::any_of(config.vrrps.begin(), config.vrrps.end(),
                     [&](const auto& vrrp) { return uses(vrrp->tracks); }) ||
         std::any_of(config.vrrp_groups.begin(), config.vrrp_groups.end(),
                     [&](const auto& group) { return uses(group->tracks); });
}

void check_scripts(Draft& draft, Diag& diag) {
  const bool whole = diag.errors() == 0;
  for (const auto& script : draft.config->vrrp_scripts) {
    if (!script->kind_given) {
      if (script->incomplete) continue;
      diag.error(script->pos, fmt::format("vrrp-script '{}' does nothing", script->name))
          .with_hint("add 'command', 'file', 'no-file', 'tcp' or 'http'");
    } else if (script->kind == VrrpScriptConfig::Kind::kCommand) {
      check_command(script->subject, script->user, script->subject_pos, script->width, diag);
    } else if (!script->user.empty()) {
      diag.warning(script->pos,
                   fmt::format("vrrp-script '{}' runs no command, so its 'user' has no "
                               "effect",
                               script->name));
    }
    if (whole && !is_used(*draft.config, *script)) {
      diag.warning(script->pos,
                   fmt::format("no 'track-script' uses vrrp-script '{}'", script->name));
    }
  }
}

void check_mailers(Draft& draft, Diag& diag) {
  for (const auto& mailers : draft.config->mailers) {
    if (!mailers->mailers.empty() || mailers->incomplete) continue;
    diag.error(mailers->pos, fmt::format("mailers section '{}' has no 'mailer'", mailers->name));
  }
}

constexpr ConfigCheck kChecks[] = {
    {"hooks", kVrrpRules, check_notify},
    {"vrrp scripts", kVrrpRules, check_scripts},
    {"mailers", kVrrpRules, check_mailers},
};
HW_REGISTER(ConfigCheck, kChecks);

}  // namespace
}  // namespace hawser
