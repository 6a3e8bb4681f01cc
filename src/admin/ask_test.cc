// SPDX-License-Identifier: MIT
#include "admin/ask.h"

#include <sys/socket.h>

#include "base/testing.h"

namespace hawser {
namespace {

// Everything that is in a descriptor whose other end is closed for writing.
std::string read_all(int fd) {
  std::string out(size_t{64} * 1024, '\0');
  size_t size = 0;
  for (ssize_t n; (n = ::read(fd, out.data() + size, out.size() - size)) > 0;) {
    size += static_cast<size_t>(n);
  }
  out.resize(size);
  return out;
}

// The server's end of a conversation: its answers are there before it is asked.
class Conversation {
 public:
  explicit Conversation(std::string_view answer) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    client_.reset(ends[0]);
    server_.reset(ends[1]);
    REQUIRE(::write(ends[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()));
    ::shutdown(ends[1], SHUT_WR);
  }

  Result<> ask(std::string_view command, int in = -1) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const Fd from(pipe[0]);
    Fd to(pipe[1]);
    auto done = converse(client_.get(), command, in, to.get());
    to.reset();
    client_.reset();
    printed_ = read_all(from.get());
    asked_ = read_all(server_.get());
    return done;
  }

  const std::string& printed() const { return printed_; }
  const std::string& asked() const { return asked_; }

 private:
  Fd client_, server_;
  std::string printed_, asked_;
};

TEST_CASE("a command is sent as a line, and its answer printed to the end") {
  const std::string answer(40'000, 'x');
  Conversation conversation(answer);
  CHECK(conversation.ask("show info"));
  CHECK(conversation.asked() == "show info\n");
  CHECK(conversation.printed() == answer);
}

TEST_CASE("without a command, standard input is what is asked") {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const Fd in(pipe[0]);
  Fd typed(pipe[1]);
  const std::string_view line = "show info;show stat\n";
  REQUIRE(::write(typed.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  typed.reset();
  Conversation conversation("answer\n\n");
  CHECK(conversation.ask("", in.get()));
  CHECK(conversation.asked() == line);
  CHECK(conversation.printed() == "answer\n\n");
}

TEST_CASE("a socket that ends without an answer is a failure") {
  Conversation conversation("");
  const auto done = conversation.ask("show info");
  REQUIRE_FALSE(done);
  CHECK(done.error().text == "the connection was closed without an answer");
}

TEST_CASE("a socket that cannot be reached is named, with what may be wrong") {
  CHECK(connect_stats_socket("/nonexistent/s").error().text ==
        "cannot connect to '/nonexistent/s': No such file or directory; is Hawser running, and is "
        "this a 'stats socket' of its configuration?");
  CHECK(connect_stats_socket("127.0.0.1:").error().text ==
        "'127.0.0.1:': '127.0.0.1:' needs a port, as in '127.0.0.1:80'");
  CHECK(connect_stats_socket("fd@3").error().text ==
        "'fd@3': an inherited descriptor (fd@) is not possible here");
}

}  // namespace
}  // namespace hawser
