// SPDX-License-Identifier: MIT
#include "admin/cli_client.h"

#include <errno.h>
#include <sys/socket.h>

#include <utility>

#include "base/assert.h"

namespace hawser {
namespace {

constexpr size_t kReadSize = size_t{16} * 1024;
// A long answer is produced while less than this waits to be sent, and once a turn of the loop, so
// that a client bounds the memory it takes and other work goes on.
constexpr size_t kOutMark = size_t{64} * 1024;

}  // namespace

CliClient::CliClient(Loop& loop, const CliContext& context, Fd fd, CliLevel level,
                     std::function<void()> done)
    : context_(context),
      fd_(std::move(fd)),
      session_(level, context.config.global.stats_timeout),
      done_(std::move(done)),
      watch_(loop, fd_.get(), FdWatch::kRead, [this](int events) { on_event(events); }),
      timeout_(loop, [this] { close(); }) {
  restart_timeout();
}

void CliClient::on_event(int events) {
  if (closed_) return;
  if ((events & FdWatch::kRead) != 0 && !ended_) receive();
  if (!closed_) advance();
}

void CliClient::receive() {
  char buffer[kReadSize];
  const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
  if (n > 0) {
    session_.feed({buffer, static_cast<size_t>(n)});
    restart_timeout();
  } else if (n == 0) {
    // Perhaps only half of the connection: the answers are still wanted.
    ended_ = true;
    session_.end_of_input();
  } else if (errno != EAGAIN && errno != EINTR) {
    close();
  }
}

// Goes on as far as is possible now: commands, their answers, sending.
void CliClient::advance() {
  commands_done_ = run_commands();
  if (source_) pull_answer();
  if (!send()) return close();
  const bool all_sent = session_.out().empty();
  if (all_sent && session_.is_over()) return close();
  update_watch();
}

// false: the client must read first.
bool CliClient::run_commands() {
  while (session_.out().size() - sent_ < kOutMark) {
    const auto request = session_.next();
    if (!request) return true;
    run(*request);
  }
  return false;
}

void CliClient::run(const CliRequest& request) {
  const uint64_t number = ++command_;
  const std::vector<std::string_view> words(request.words.begin(), request.words.end());
  size_t used = 0;
  const Command* command = find_command(words, used);
  if (command == nullptr) return reply(number, unknown_command(words));
  if (session_.state().level < command->level) return reply(number, "Permission denied");
  // The answer may come when this client is gone.
  const std::weak_ptr<CliClient> weak = weak_from_this();
  CommandCall call{
      .config = context_.config,
      .shared = context_.shared,
      .control = context_.control,
      .cli = session_.state(),
      .args = std::span(words).subspan(used),
      .payload = request.payload,
      .reply =
          [weak, number](std::string text) {
            if (const auto client = weak.lock()) client->reply(number, std::move(text));
          },
      .stream =
          [weak, number](AnswerSource source) {
            if (const auto client = weak.lock()) client->stream(number, std::move(source));
          },
  };
  command->run(call);
}

void CliClient::reply(uint64_t command, std::string text) {
  stream(command, [text = std::move(text), at = size_t{0}](std::string& out) mutable {
    out.append(text, at, kOutMark);
    at += kOutMark;
    return at < text.size();
  });
}

void CliClient::stream(uint64_t command, AnswerSource source) {
  if (closed_) return;
  HW_ASSERT(command == command_ && session_.is_running() && !source_);  // one answer a command
  source_ = std::move(source);
  // Nothing is watched while a command takes its time: this is the event that goes on.
  commands_done_ = false;
  pull_answer();
  update_watch();
}

// Takes more of the answer, up to the mark.
void CliClient::pull_answer() {
  std::string piece;
  bool more = true;
  while (more && session_.out().size() - sent_ < kOutMark) {
    piece.clear();
    more = source_(piece);
    session_.answer(piece);
  }
  if (more) return;
  source_ = nullptr;
  session_.end_answer();
}

// false: the client is gone.
bool CliClient::send() {
  std::string& out = session_.out();
  while (sent_ < out.size()) {
    const ssize_t n =
        ::send(fd_.get(), out.data() + sent_, out.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN;
    }
    sent_ += static_cast<size_t>(n);
    restart_timeout();
  }
  out.clear();
  sent_ = 0;
  return true;
}

void CliClient::close() {
  if (std::exchange(closed_, true)) return;
  watch_.set(0);
  timeout_.stop();
  // The descriptor is closed with this object, at the end of the turn: tell the client now.
  ::shutdown(fd_.get(), SHUT_RDWR);
  source_ = nullptr;
  done_();
}

// Reads only when nothing is being answered, so that a client can't fill the memory with commands.
void CliClient::update_watch() {
  const bool to_send = !session_.out().empty() || source_ || !commands_done_;
  const bool to_read = !to_send && !session_.is_running() && !ended_;
  watch_.set((to_send ? FdWatch::kWrite : 0) | (to_read ? FdWatch::kRead : 0));
}

}  // namespace hawser
