// SPDX-License-Identifier: MIT
#include "vrrp/alert_mail.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace hawser {
namespace {

std::string_view state_word(VrrpState state) {
  constexpr std::string_view kWords[] = {"INIT", "BACKUP", "MASTER", "FAULT"};
  const auto index = static_cast<size_t>(state);
  return index < std::size(kWords) ? kWords[index] : "?";
}

std::string_view phrase(VrrpEvent what) {
  switch (what) {
    case VrrpEvent::kMaster:
      return "entering MASTER state";
    case VrrpEvent::kBackup:
      return "entering BACKUP state";
    case VrrpEvent::kFault:
      return "entering FAULT state";
    case VrrpEvent::kStop:
      return "stopped";
    case VrrpEvent::kReasserted:
    case VrrpEvent::kCount:
      break;
  }
  return "reasserts itself as MASTER";
}

// Header lines are ASCII (RFC 5322, section 2.2), and one line each.
std::string header_text(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
  }
  return out;
}

std::string own_host() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

std::string all_states(const Config& config, Shared& shared) {
  std::string out = "How all instances stand now:\n";
  for (uint32_t i = 0; i < config.vrrp_instances.size(); ++i) {
    const VrrpSlot& slot = shared.vrrp(i);
    out += fmt::format("  {:<24} {:<7} priority {}\n", config.vrrp_instances[i].name,
                       state_word(slot.state.load()), slot.priority.load());
  }
  return out;
}

}  // namespace

std::string mail_date(int64_t realtime_ns) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<time_t>(realtime_ns / 1'000'000'000);
  tm at{};
  gmtime_r(&seconds, &at);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[at.tm_wday], at.tm_mday,
                     kMonths[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}

Mail alert_mail(const Config& config, Shared& shared, const SubjectEvent& event,
                const std::string& host, uint64_t unique) {
  const Subject& subject = *event.subject;
  const NotifyConfig& notify = *subject.notify;
  const std::string kind = subject.is_group ? "VRRP group" : "VRRP instance";
  const std::string what = fmt::format("{} {}: {}", kind, subject.name, phrase(event.what));
  Mail mail;
  mail.host = notify.mail_hostname.empty() ? host : notify.mail_hostname;
  mail.from = notify.mail_from;
  mail.to = notify.mail_to;
  std::string to;
  for (const std::string& address : mail.to) {
    if (!to.empty()) to += ", ";
    to += address;
  }
  mail.data = fmt::format(
      "Date: {}\nFrom: {}\nTo: {}\nSubject: [{}] {}\nMessage-ID: <{}.{}@{}>\n"
      "Auto-Submitted: auto-generated\nMIME-Version: 1.0\n"
      "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
      mail_date(event.at_ns), header_text(mail.from), header_text(to), header_text(mail.host),
      header_text(what), event.at_ns, unique, header_text(mail.host));
  mail.data += fmt::format("{} on {} (priority {})\n", what, mail.host, event.priority);
  if (!event.reason.empty()) mail.data += fmt::format("Reason: {}\n", event.reason);
  mail.data += fmt::format("Time: {}\n\n", mail_date(event.at_ns));
  mail.data += all_states(config, shared);
  return mail;
}

AlertMails::AlertMails(Loop& loop, Deadlines& deadlines, const Config& config, Shared& shared)
    : config_(config), shared_(shared), host_(own_host()) {
  for (const auto& section : config.mailers) {
    mailers_.push_back(
        section->mailers.empty() ? nullptr : std::make_unique<Mailer>(loop, deadlines, *section));
  }
}

void AlertMails::take(const SubjectEvent& event) {
  if (event.what == VrrpEvent::kReasserted) return;
  const NotifyConfig& notify = *event.subject->notify;
  if (event.level > notify.mail_level) return;
  if (notify.mailers_index >= mailers_.size() || notify.mail_to.empty()) return;
  if (mailers_[notify.mailers_index] == nullptr) return;
  mailers_[notify.mailers_index]->send(alert_mail(config_, shared_, event, host_, event.number));
}

bool AlertMails::is_idle() const {
  return std::all_of(mailers_.begin(), mailers_.end(),
                     [](const auto& mailer) { return !mailer || mailer->queued() == 0; });
}

}  // namespace hawser
