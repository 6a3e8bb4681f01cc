// SPDX-License-Identifier: MIT
#include "vrrp/alert_mail.h"

#include "vrrp/test_node.h"

namespace hawser {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("dates of mails are those of RFC 5322") {
  CHECK(mail_date(0) == "Thu, 01 Jan 1970 00:00:00 +0000");
  CHECK(mail_date(1'795'246'200'999'999'999) == "Sat, 21 Nov 2026 07:30:00 +0000");
}

TEST_CASE("a mail tells the transition, its reason and how everybody stands") {
  TestNode node;
  node.share();
  NotifyConfig& notify = node.config.vrrps[1]->notify;
  notify.mail_from = "hawser@lb1.example.com";
  notify.mail_to = {"ops@example.com", "boss@example.com"};
  node.shared->vrrp(2).state = VrrpState::kMaster;
  node.shared->vrrp(2).priority = 90;
  const Subjects subjects(node.config);
  SubjectEvent event;
  event.subject = &subjects.all()[1];
  event.what = VrrpEvent::kMaster;
  event.at_ns = 1'795'246'200'000'000'000;
  event.priority = 90;
  event.reason = "no advert for 3.6 s";
  const Mail mail = alert_mail(node.config, *node.shared, event, "lb1.example.com", 7);
  CHECK(mail.to == notify.mail_to);
  CHECK(mail.from == notify.mail_from);
  CHECK(mail.host == "lb1.example.com");
  CHECK(mail.data == R"(Date: Sat, 21 Nov 2026 07:30:00 +0000
From: hawser@lb1.example.com
To: ops@example.com, boss@example.com
Subject: [lb1.example.com] VRRP instance VI_2: entering MASTER state
Message-ID: <1795246200000000000.7@lb1.example.com>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

VRRP instance VI_2: entering MASTER state on lb1.example.com (priority 90)
Reason: no advert for 3.6 s
Time: Sat, 21 Nov 2026 07:30:00 +0000

How all instances stand now:
  VI_1/4                   INIT    priority 0
  VI_1/6                   INIT    priority 0
  VI_2                     MASTER  priority 90
)");
}

TEST_CASE("`email-alert myhostname` is who we say we are; names cannot add header lines") {
  TestNode node;
  node.config.vrrps[1]->name = "VI\r\nBcc: x";
  node.config.vrrps[1]->notify.mail_hostname = "node7";
  node.share();
  const Subjects subjects(node.config);
  SubjectEvent event;
  event.subject = &subjects.all()[1];
  const Mail mail = alert_mail(node.config, *node.shared, event, "lb1", 1);
  CHECK(mail.host == "node7");
  const std::string headers = mail.data.substr(0, mail.data.find("\n\n"));
  CHECK_THAT(headers,
             Contains("Subject: [node7] VRRP instance VI??Bcc: x: entering MASTER state\n"));
}

}  // namespace
}  // namespace hawser
