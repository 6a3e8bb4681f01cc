// SPDX-License-Identifier: MIT
#include "vrrp/smtp_dialog.h"

#include <fmt/core.h>

#include "base/text.h"

namespace hawser {
namespace {

// What may stand in a log line of what a server says.
std::string printable(std::string_view text) {
  constexpr size_t kMax = 200;
  std::string out(text.substr(0, kMax));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

}  // namespace

SmtpReplyReader::Got SmtpReplyReader::take(std::string_view& in) {
  for (;;) {
    const size_t end = in.find('\n');
    const bool complete = end != in.npos;
    const std::string_view piece = in.substr(0, end);
    if (line_.size() + piece.size() > kMaxLine) return Got::kMalformed;
    line_ += piece;
    in.remove_prefix(complete ? end + 1 : in.size());
    if (!complete) return Got::kMore;
    const Got got = take_line();
    line_.clear();
    if (got != Got::kMore) return got;
  }
}

// "250-more to come", "250 the last one", "250".
SmtpReplyReader::Got SmtpReplyReader::take_line() {
  std::string_view line = line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool has_code = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) &&
                        is_digit(line[2]) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!has_code) return Got::kMalformed;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (lines_ != 0 && code != code_) return Got::kMalformed;
  code_ = code;
  if (++lines_ > kMaxLines) return Got::kMalformed;
  if (line.size() > 3 && line[3] == '-') return Got::kMore;
  text_ = line.size() > 4 ? printable(line.substr(4)) : "";
  lines_ = 0;
  return Got::kReply;
}

std::string smtp_body(std::string_view data) {
  std::string out;
  if (data.ends_with('\n')) data.remove_suffix(1);
  for (std::string_view line : split(data, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('.')) out += '.';
    (out += line) += "\r\n";
  }
  return out += ".\r\n";
}

SmtpDialog::Progress SmtpDialog::received(std::string_view in, std::string& out) {
  while (!in.empty() && step_ != Step::kQuit) {
    switch (reader_.take(in)) {
      case SmtpReplyReader::Got::kMore:
        return Progress::kGoesOn;
      case SmtpReplyReader::Got::kMalformed:
        problem_ = "what it says is not SMTP";
        return Progress::kFailed;
      case SmtpReplyReader::Got::kReply:
        break;
    }
    if (const Progress progress = reply(out); progress != Progress::kGoesOn) return progress;
  }
  return step_ == Step::kQuit ? Progress::kSent : Progress::kGoesOn;
}

SmtpDialog::Progress SmtpDialog::reply(std::string& out) {
  const int code = reader_.code();
  const bool good = code / 100 == 2;
  switch (step_) {
    case Step::kGreeting:
      if (!good) return fail();
      return command(Step::kEhlo, "EHLO " + mail_.host, out);
    case Step::kEhlo:
      // A server that knows no extensions (section 3.2).
      if (code / 100 == 5) return command(Step::kHelo, "HELO " + mail_.host, out);
      [[fallthrough]];
    case Step::kHelo:
      if (!good) return fail();
      return command(Step::kMail, fmt::format("MAIL FROM:<{}>", mail_.from), out);
    case Step::kMail:
      if (!good) return fail();
      return command(Step::kRcpt, fmt::format("RCPT TO:<{}>", mail_.to.front()), out);
    case Step::kRcpt:
      return answer_rcpt(good, out);
    case Step::kData:
      if (code != 354) return fail();
      out += smtp_body(mail_.data);
      step_ = Step::kBody;
      return Progress::kGoesOn;
    case Step::kBody:
      if (!good) return fail();
      return command(Step::kQuit, "QUIT", out);
    case Step::kQuit:
      break;
  }
  return Progress::kSent;
}

SmtpDialog::Progress SmtpDialog::answer_rcpt(bool accepted, std::string& out) {
  const std::string& address = mail_.to[recipient_];
  if (accepted) {
    ++accepted_;
  } else {
    if (!refused_.empty()) refused_ += ", ";
    refused_ += fmt::format("{}: {} {}", address, reader_.code(), reader_.text());
  }
  if (++recipient_ < mail_.to.size()) {
    return command(Step::kRcpt, fmt::format("RCPT TO:<{}>", mail_.to[recipient_]), out);
  }
  if (accepted_ == 0) {
    problem_ = "it takes no recipient: " + refused_;
    return Progress::kFailed;
  }
  return command(Step::kData, "DATA", out);
}

SmtpDialog::Progress SmtpDialog::command(Step step, std::string_view line, std::string& out) {
  step_ = step;
  (out += line) += "\r\n";
  return step == Step::kQuit ? Progress::kSent : Progress::kGoesOn;
}

SmtpDialog::Progress SmtpDialog::fail() {
  constexpr std::string_view kSteps[] = {
      "its greeting",       "its answer to EHLO", "its answer to HELO",     "its answer to MAIL",
      "its answer to RCPT", "its answer to DATA", "its answer to the mail", ""};
  problem_ = fmt::format("{} is '{} {}'", kSteps[static_cast<size_t>(step_)], reader_.code(),
                         reader_.text());
  return Progress::kFailed;
}

SmtpDialog::Progress SmtpDialog::closed() {
  if (step_ == Step::kQuit) return Progress::kSent;
  problem_ = "it closed the connection";
  return Progress::kFailed;
}

}  // namespace hawser
