// SPDX-License-Identifier: MIT
#include "vrrp/mailer.h"

#include <errno.h>
#include <fmt/core.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"

namespace hawser {

Fd Mailer::connect_tcp(const Address& address) {
  Fd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return {};
  sockaddr_storage storage;
  const socklen_t length = address.to_sockaddr(storage);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0 &&
      errno != EINPROGRESS) {
    return {};
  }
  return fd;
}

Mailer::Mailer(Loop& loop, Deadlines& deadlines, const MailersConfig& config, Connect connect)
    : loop_(loop),
      config_(config),
      connect_(std::move(connect)),
      limit_(deadlines, [this] { server_failed("it does not answer in time"); }),
      retry_(deadlines, [this] { try_server(); }) {}

Mailer::~Mailer() = default;

void Mailer::send(Mail mail) {
  if (queue_.size() >= kMaxQueue) {
    if (dropped_++ == 0) {
      HW_WARN("mailers {}: {} mails wait, further ones are dropped", config_.name, kMaxQueue);
    }
    return;
  }
  queue_.push_back(std::move(mail));
  if (queue_.size() == 1) try_server();
}

void Mailer::try_server() {
  const MailersConfig::Mailer& server = config_.mailers[server_];
  dialog_ = std::make_unique<SmtpDialog>(queue_.front());
  fd_ = connect_(server.address);
  if (!fd_) return server_failed(strerror(errno));
  limit_.set_in(config_.timeout);
  // Writable: connected, or refused, which recv() then says.
  watch_ = std::make_unique<FdWatch>(loop_, fd_.get(), FdWatch::kRead | FdWatch::kWrite,
                                     [this](int events) { ready(events); });
}

void Mailer::ready(int) {
  if (!flush()) return server_failed(strerror(errno));
  char buffer[4096];
  while (dialog_ != nullptr) {
    const ssize_t got = recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == ENOTCONN)) break;
    if (got < 0) return server_failed(strerror(errno));
    if (got == 0) return take(dialog_->closed());
    take(dialog_->received({buffer, static_cast<size_t>(got)}, out_));
  }
}

void Mailer::take(SmtpDialog::Progress progress) {
  switch (progress) {
    case SmtpDialog::Progress::kFailed:
      return server_failed(dialog_->problem());
    case SmtpDialog::Progress::kSent:
      flush();  // QUIT is courtesy: nothing depends on its arrival
      return done();
    case SmtpDialog::Progress::kGoesOn:
      if (!flush()) server_failed(strerror(errno));
      return;
  }
}

// false: errno says what is wrong with the connection.
bool Mailer::flush() {
  while (!out_.empty()) {
    const ssize_t sent = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      if (errno != EAGAIN && errno != ENOTCONN) return false;
      watch_->set(FdWatch::kRead | FdWatch::kWrite);
      return true;
    }
    out_.erase(0, static_cast<size_t>(sent));
  }
  watch_->set(FdWatch::kRead);
  return true;
}

void Mailer::server_failed(std::string problem) {
  hang_up();
  if (!problems_.empty()) problems_ += "; ";
  problems_ += fmt::format("{}: {}", config_.mailers[server_].name, problem);
  if (++server_ < config_.mailers.size()) return retry_.set_in(Millis(0));
  server_ = 0;
  if (++attempt_ < kAttempts) {
    if (attempt_ == 1) HW_WARN("mailers {}: will try again: {}", config_.name, problems_);
    problems_.clear();
    return retry_.set_in(kRetryAfter);
  }
  HW_ALERT("mailers {}: a mail to {} was not sent: {}", config_.name, queue_.front().to.front(),
           problems_);
  done();
}

void Mailer::done() {
  if (dialog_ != nullptr && !dialog_->refused().empty()) {
    HW_WARN("mailers {}: not all recipients were taken: {}", config_.name, dialog_->refused());
  }
  hang_up();
  problems_.clear();
  attempt_ = 0;
  server_ = 0;
  queue_.pop_front();
  if (dropped_ != 0) {
    HW_WARN("mailers {}: {} mails were dropped", config_.name, dropped_);
    dropped_ = 0;
  }
  if (!queue_.empty()) retry_.set_in(Millis(0));
}

// What is freed may be the caller of our caller.
void Mailer::hang_up() {
  limit_.clear();
  out_.clear();
  dialog_.reset();
  if (watch_ == nullptr) return;
  watch_->set(0);
  loop_.bury(std::move(watch_));
  loop_.bury(std::make_unique<Fd>(std::move(fd_)));
}

}  // namespace hawser
