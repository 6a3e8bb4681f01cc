// SPDX-License-Identifier: MIT
// One mail over SMTP (RFC 5321), as bytes in and bytes out: no socket, no clock.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hawser {

// Puts a server's replies together from the pieces in which they arrive (section 4.2).
class SmtpReplyReader {
 public:
  enum class Got : unsigned char { kMore, kReply, kMalformed };
  // Takes bytes off the front of `in`, at most to the end of one reply.
  Got take(std::string_view& in);

  int code() const { return code_; }
  const std::string& text() const { return text_; }  // of the last line

 private:
  static constexpr size_t kMaxLine = 2048;  // 512 with the code, by the book
  static constexpr size_t kMaxLines = 100;
  Got take_line();
  std::string line_;
  std::string text_;
  int code_ = 0;
  size_t lines_ = 0;  // of the reply under way
};

struct Mail {
  std::string host;  // who we are: EHLO
  std::string from;
  std::vector<std::string> to;
  std::string data;  // headers, empty line, body
};

// `data` as it goes over the wire: CRLF line ends, dots stuffed, and the final dot (section 4.5.2).
std::string smtp_body(std::string_view data);

class SmtpDialog {
 public:
  explicit SmtpDialog(const Mail& mail) : mail_(mail) {}  // must outlive the dialog

  enum class Progress : unsigned char {
    kGoesOn,
    kSent,    // the server has taken the mail; QUIT is in `out`
    kFailed,  // problem() says why
  };
  // Takes what the server said; appends to `out` what to answer. Not to be called after kFailed.
  Progress received(std::string_view in, std::string& out);
  // The server closed the connection.
  Progress closed();

  const std::string& problem() const { return problem_; }
  // Recipients that the server did not want, when it took others.
  const std::string& refused() const { return refused_; }

 private:
  enum class Step : unsigned char { kGreeting, kEhlo, kHelo, kMail, kRcpt, kData, kBody, kQuit };
  Progress reply(std::string& out);
  Progress answer_rcpt(bool accepted, std::string& out);
  Progress command(Step step, std::string_view line, std::string& out);
  Progress fail();
  const Mail& mail_;
  SmtpReplyReader reader_;
  Step step_ = Step::kGreeting;
  size_t recipient_ = 0, accepted_ = 0;
  std::string problem_, refused_;
};

}  // namespace hawser
