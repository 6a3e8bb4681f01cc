// SPDX-License-Identifier: MIT
// Who is told of transitions: commands and mails.
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/account.h"
#include "config/draft.h"
#include "config/keyword.h"
#include "vrrp/line_options.h"

namespace hawser {
namespace {

constexpr uint16_t kInNotifying = kInVrrps | kInVrrpGroup;

NotifyConfig& notify_of(KeywordCall& call) {
  return call.section() == kInVrrpGroup ? call.vrrp_group().notify : call.vrrp().notify;
}

// One quoted word, or all that is left of the line.
bool take_command(KeywordCall& call, HookCommand& command) {
  if (call.negated()) {
    command = {};
    return true;
  }
  const Word* first = call.peek();
  HookCommand made;
  made.text = trim(call.take_rest());
  if (made.text.empty()) {
    call.error("missing <command> after " + quoted(call.keyword().text));
    return false;
  }
  const Word& last = call.words().back();
  made.pos = first->pos;
  made.width = static_cast<uint16_t>(last.pos.column + last.width - first->pos.column);
  command = std::move(made);
  return true;
}

template <VrrpEvent Event>
bool set_event_command(KeywordCall& call) {
  return take_command(call, notify_of(call).commands[static_cast<size_t>(Event)]);
}

bool set_command(KeywordCall& call) { return take_command(call, notify_of(call).every); }

bool set_user(KeywordCall& call) {
  auto user = take_user_name(call);
  if (!user) return false;
  notify_of(call).user = *std::move(user);
  return true;
}

bool set_timeout(KeywordCall& call) {
  const auto timeout = call.take_duration("<time>", std::chrono::seconds(1));
  if (!timeout) return false;
  if (*timeout == Millis(0)) {
    call.error("a hook needs some time");
    return false;
  }
  notify_of(call).timeout = *timeout;
  return true;
}

bool set_mailers(KeywordCall& call) {
  const auto name = call.take("<mailers>");
  if (!name) return false;
  notify_of(call).mailers = name->text;
  notify_of(call).mailers_pos = name->pos;
  return true;
}

// What may stand in MAIL FROM and RCPT TO.
std::optional<std::string> take_mailbox(KeywordCall& call) {
  const auto word = call.take("<address>");
  if (!word) return std::nullopt;
  constexpr size_t kMost = 254;  // RFC 5321, section 4.5.3.1.3, less the brackets
  const size_t at = word->text.rfind('@');
  const bool plain = word->text.find_first_of("<>\r\n \t") == word->text.npos;
  const bool local = at == word->text.npos;  // "root": the server completes it
  if (plain && !word->text.empty() && word->text.size() <= kMost &&
      (local || (at > 0 && at + 1 < word->text.size()))) {
    return std::string(word->text);
  }
  call.error(quoted(word->text) + " is not a mail address")
      .with_hint("it looks like ops@example.com");
  return std::nullopt;
}

bool add_mail_to(KeywordCall& call) {
  do {
    auto mailbox = take_mailbox(call);
    if (!mailbox) return false;
    notify_of(call).mail_to.push_back(std::move(*mailbox));
  } while (call.more());
  return true;
}

bool set_mail_from(KeywordCall& call) {
  auto mailbox = take_mailbox(call);
  if (!mailbox) return false;
  notify_of(call).mail_from = std::move(*mailbox);
  return true;
}

bool set_mail_hostname(KeywordCall& call) {
  const auto name = call.take("<hostname>");
  if (!name) return false;
  for (const char c : name->text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_') continue;
    call.error(quoted(name->text) + " is not the name of a host");
    return false;
  }
  notify_of(call).mail_hostname = name->text;
  return true;
}

bool set_mail_level(KeywordCall& call) {
  std::vector<std::string_view> levels;
  for (int i = 0; i <= static_cast<int>(LogLevel::kDebug); ++i) {
    levels.push_back(log_level_name(static_cast<LogLevel>(i)));
  }
  const auto level = call.take_one_of("<level>", levels);
  if (!level) return false;
  notify_of(call).mail_level = static_cast<LogLevel>(*level);
  return true;
}

bool take_fifo_user(Args& args, NotifyFifoConfig& fifo) {
  auto user = take_user_name(args);
  if (!user) return false;
  fifo.user = *std::move(user);
  return true;
}

constexpr LineOption<NotifyFifoConfig> kFifoOptions[] = {{"user", take_fifo_user}};

bool set_fifo(KeywordCall& call) {
  const auto path = call.take("<path>");
  if (!path) return false;
  if (!path->text.starts_with('/')) {
    call.error(quoted(path->text) + " is not an absolute path");
    return false;
  }
  struct stat status;
  if (lstat(std::string(path->text).c_str(), &status) == 0 && !S_ISFIFO(status.st_mode)) {
    call.error(quoted(path->text) + " is there, and is no named pipe");
    return false;
  }
  NotifyFifoConfig& fifo = call.draft().config->vrrp_process.notify_fifo;
  fifo.pos = call.keyword().pos;
  fifo.path = path->text;
  return take_options<NotifyFifoConfig>(call, fifo, kFifoOptions);
}

bool set_fifo_script(KeywordCall& call) {
  return take_command(call, call.draft().config->vrrp_process.notify_fifo.script);
}

constexpr Keyword kRows[] = {
    {.name = "notify-fifo",
     .sections = kInVrrpDefaults,
     .parse = set_fifo,
     .args = "<path> [user <user>]",
     .summary = "a named pipe that gets a line for every transition"},
    {.name = "notify-fifo-script",
     .sections = kInVrrpDefaults,
     .parse = set_fifo_script,
     .args = "<command>",
     .summary = "a program that reads the pipe, whose path is its last argument"},
    {.name = "notify",
     .sections = kInNotifying,
     .parse = set_command,
     .args = "<command>",
     .summary = "runs at every transition, with INSTANCE|GROUP, name, state and priority",
     .negatable = true},
    {.name = "notify-master",
     .sections = kInNotifying,
     .parse = set_event_command<VrrpEvent::kMaster>,
     .args = "<command>",
     .summary = "runs when the node has become master",
     .negatable = true},
    {.name = "notify-backup",
     .sections = kInNotifying,
     .parse = set_event_command<VrrpEvent::kBackup>,
     .args = "<command>",
     .summary = "runs when the node has become backup",
     .negatable = true},
    {.name = "notify-fault",
     .sections = kInNotifying,
     .parse = set_event_command<VrrpEvent::kFault>,
     .args = "<command>",
     .summary = "runs when the node cannot take part in the election any more",
     .negatable = true},
    {.name = "notify-stop",
     .sections = kInNotifying,
     .parse = set_event_command<VrrpEvent::kStop>,
     .args = "<command>",
     .summary = "runs when the program ends",
     .negatable = true},
    {.name = "notify-reasserted",
     .sections = kInNotifying,
     .parse = set_event_command<VrrpEvent::kReasserted>,
     .args = "<command>",
     .summary = "runs when a master has won against another one",
     .negatable = true},
    {.name = "notify-user",
     .sections = kInNotifying,
     .parse = set_user,
     .args = "<user>",
     .summary = "who runs the commands"},
    {.name = "notify-timeout",
     .sections = kInNotifying,
     .parse = set_timeout,
     .args = "<time>",
     .summary = "time after which a command is killed"},
    {.name = "email-alert mailers",
     .sections = kInNotifying,
     .parse = set_mailers,
     .args = "<mailers>",
     .summary = "mails transitions through this mailers section"},
    {.name = "email-alert to",
     .sections = kInNotifying,
     .parse = add_mail_to,
     .args = "<address>...",
     .summary = "who gets the mails"},
    {.name = "email-alert from",
     .sections = kInNotifying,
     .parse = set_mail_from,
     .args = "<address>",
     .summary = "who the mails come from"},
    {.name = "email-alert myhostname",
     .sections = kInNotifying,
     .parse = set_mail_hostname,
     .args = "<hostname>",
     .summary = "name of this host towards the mail servers"},
    {.name = "email-alert level",
     .sections = kInNotifying,
     .parse = set_mail_level,
     .args = "<level>",
     .summary = "the least severe event that is mailed"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
