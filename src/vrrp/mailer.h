// SPDX-License-Identifier: MIT
// Sends mails through the servers of a `mailers` section, one at a time.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "base/fd.h"
#include "config/vrrp_model.h"
#include "loop/watch.h"
#include "vrrp/deadlines.h"
#include "vrrp/smtp_dialog.h"

namespace hawser {

class Mailer {
 public:
  // More than that are not kept: a flapping router must not fill the memory while mail is down.
  static constexpr size_t kMaxQueue = 64;
  // After no server took a mail: the network may be about to come back, as a failover is often
  // due to its failure.
  static constexpr Millis kRetryAfter{20'000};
  static constexpr int kAttempts = 4;

  // Makes a non-blocking socket that is connected or on its way; an invalid one: errno says why.
  using Connect = std::function<Fd(const Address&)>;
  static Fd connect_tcp(const Address& address);

  Mailer(Loop& loop, Deadlines& deadlines, const MailersConfig& config,
         Connect connect = connect_tcp);
  ~Mailer();

  void send(Mail mail);
  size_t queued() const { return queue_.size(); }

 private:
  void try_server();
  void ready(int events);
  void take(SmtpDialog::Progress progress);
  bool flush();
  void server_failed(std::string problem);
  void done();
  void hang_up();

  Loop& loop_;
  const MailersConfig& config_;
  Connect connect_;
  std::deque<Mail> queue_;  // the first one is on its way
  size_t server_ = 0;
  int attempt_ = 0;
  uint32_t dropped_ = 0;
  std::string problems_;  // of this attempt
  Deadline limit_, retry_;
  std::unique_ptr<SmtpDialog> dialog_;  // nullptr: no connection
  std::string out_;                     // not yet sent
  Fd fd_;
  std::unique_ptr<FdWatch> watch_;
};

}  // namespace hawser
