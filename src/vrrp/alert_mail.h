// SPDX-License-Identifier: MIT
// The mails of `email-alert`: what they say, and who gets them.
#pragma once

#include <memory>
#include <vector>

#include "shm/shared.h"
#include "vrrp/mailer.h"
#include "vrrp/subject.h"

namespace hawser {

// "Sat, 21 Nov 2026 07:30:00 +0000" (RFC 5322, section 3.3), in UTC.
std::string mail_date(int64_t realtime_ns);

// The mail about `event`: the transition, its reason, and how all instances stand. `unique` makes
// its message id one of a kind.
Mail alert_mail(const Config& config, Shared& shared, const SubjectEvent& event,
                const std::string& host, uint64_t unique);

class AlertMails {
 public:
  AlertMails(Loop& loop, Deadlines& deadlines, const Config& config, Shared& shared);

  // A mail to everybody whom the subject's `email-alert` names; nothing where it has none, about
  // events less severe than its level, and about contacts that change no state.
  void take(const SubjectEvent& event);

  bool is_idle() const;  // no mail is on its way

 private:
  const Config& config_;
  Shared& shared_;
  std::string host_;
  std::vector<std::unique_ptr<Mailer>> mailers_;  // as Config::mailers
};

}  // namespace hawser
