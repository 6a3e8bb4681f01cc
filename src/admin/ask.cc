// SPDX-License-Identifier: MIT
#include "admin/ask.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "base/text.h"
#include "config/keyword.h"

namespace hawser {
namespace {

// How long a socket may be silent when it is its turn. Control answers within milliseconds.
constexpr int kPatienceMs = 10'000;

std::string_view advice(int error) {
  switch (error) {
    case ENOENT:
      return "; is Hawser running, and is this a 'stats socket' of its configuration?";
    case ECONNREFUSED:
      return "; nobody listens there: is Hawser running?";
    case EACCES:
      return "; 'mode', 'user' and 'group' of the 'stats socket' line say who may";
    default:
      return "";
  }
}

bool send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

Result<> write_all(int out, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(out, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot write the answer", errno);
    text.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace

Result<Fd> connect_stats_socket(const std::string& where) {
  const bool is_path = where.find_first_of(":@") == where.npos;
  const auto target = parse_address(is_path ? "unix@" + where : where, {.port_required = true});
  if (!target) return Error{fmt::format("{}: {}", quoted(where), target.error().text)};
  Fd fd(::socket(target->address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return errno_error("cannot make a socket", errno);
  sockaddr_storage storage;
  const socklen_t length = target->address.to_sockaddr(storage);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length) == 0) return fd;
  Error failed = errno_error("cannot connect to " + quoted(where), errno);
  failed.text += advice(failed.code);
  return failed;
}

Result<> converse(int socket, std::string_view command, int in, int out) {
  if (!command.empty() && !send_all(socket, std::string(command) + "\n")) {
    return errno_error("cannot send the command", errno);
  }
  bool answered = false;
  char buffer[16 * 1024];
  pollfd ends[] = {{socket, POLLIN, 0}, {in, POLLIN, 0}};
  for (;;) {
    const bool listening_only = ends[1].fd < 0;
    const int ready = ::poll(ends, 2, listening_only ? kPatienceMs : -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return errno_error("cannot wait for the answer", errno);
    if (ready == 0) return Error{fmt::format("no answer for {} s", kPatienceMs / 1000)};
    if (ends[1].revents != 0) {
      const ssize_t n = ::read(in, buffer, sizeof buffer);
      if (n <= 0 || !send_all(socket, {buffer, static_cast<size_t>(n)})) {
        ::shutdown(socket, SHUT_WR);
        ends[1].fd = -1;
      }
    }
    if (ends[0].revents == 0) continue;
    const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
    if (n < 0) return errno_error("the connection broke", errno);
    if (n == 0) break;
    answered = true;
    if (auto written = write_all(out, {buffer, static_cast<size_t>(n)}); !written) return written;
  }
  if (answered) return {};
  return Error{"the connection was closed without an answer"};
}

int run_ask(const std::string& where, const std::string& command) {
  const auto fail = [](const Error& error) {
    fmt::print(stderr, "hawser: {}\n", error.text);
    return 1;
  };
  const auto socket = connect_stats_socket(where);
  if (!socket) return fail(socket.error());
  const bool conversation = command.empty() && isatty(STDIN_FILENO) != 0;
  const auto done = converse(socket->get(), conversation ? "prompt" : command,
                             command.empty() ? STDIN_FILENO : -1, STDOUT_FILENO);
  return done ? 0 : fail(done.error());
}

}  // namespace hawser
