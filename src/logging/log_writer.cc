// SPDX-License-Identifier: MIT
#include "logging/log_writer.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <string>

namespace hawser {
namespace {

constexpr char kNewline[] = "\n";
constexpr size_t kRoom = size_t{32} * 1024;  // collected besides the longest line

bool is_open_datagram(int fd) {
  int type = 0;
  socklen_t length = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type != SOCK_STREAM;
}

}  // namespace

LogWriter::LogWriter(Counter* dropped, size_t longest)
    : text_(longest + kRoom), capacity_(longest + kRoom), dropped_(dropped) {
  lines_.reserve(kMaxLines);
}

Result<uint32_t> LogWriter::open(const LogTarget& target) {
  const bool to_socket =
      target.transport == LogTransport::kUdp || target.transport == LogTransport::kUnixDatagram;
  int fd = target.fd;
  if (target.transport == LogTransport::kStdout) fd = STDOUT_FILENO;
  if (target.transport == LogTransport::kStderr) fd = STDERR_FILENO;
  const auto channel = to_socket ? socket_channel(target.address.family()) : descriptor_channel(fd);
  if (!channel) return channel.error();
  Destination destination{*channel, {}, 0};
  if (to_socket) destination.address_length = target.address.to_sockaddr(destination.address);
  destinations_.push_back(destination);
  return static_cast<uint32_t>(destinations_.size() - 1);
}

// Not connected: a server that is restarted, moves, or is unreachable for a while needs no care.
Result<uint32_t> LogWriter::socket_channel(int family) {
  for (size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i].family == family) return static_cast<uint32_t>(i);
  }
  Channel channel;
  channel.own.reset(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!channel.own) return errno_error("cannot create a socket for logs", errno);
  ::shutdown(channel.own.get(), SHUT_RD);  // nothing is ever read from it
  channel.fd = channel.own.get();
  channel.family = family;
  channel.is_socket = channel.keeps_lines_apart = true;
  channels_.push_back(std::move(channel));
  return static_cast<uint32_t>(channels_.size() - 1);
}

// A pipe or terminal is opened once more, because O_NONBLOCK belongs to what was opened, which may
// be shared with the shell that started us.
Result<uint32_t> LogWriter::descriptor_channel(int fd) {
  for (size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i].number == fd) return static_cast<uint32_t>(i);
  }
  struct stat info;
  if (::fstat(fd, &info) != 0) {
    return errno_error("cannot log to descriptor " + std::to_string(fd), errno);
  }
  Channel channel;
  channel.fd = channel.number = fd;
  if (S_ISSOCK(info.st_mode)) {
    channel.is_socket = true;
    channel.keeps_lines_apart = is_open_datagram(fd);
  } else if (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)) {
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    channel.own.reset(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (channel.own) {
      channel.fd = channel.own.get();
    } else {
      ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
  }
  channels_.push_back(std::move(channel));
  return static_cast<uint32_t>(channels_.size() - 1);
}

void LogWriter::write(uint32_t destination, std::string_view header, std::string_view text) {
  Destination& to = destinations_[destination];
  const Channel& channel = channels_[to.channel];
  if (channel.keeps_lines_apart && (!collecting_ || channel.family == AF_UNIX)) {
    return send_now(channel, to, header, text);
  }
  const size_t length = header.size() + text.size() + 1;
  if (lines_.size() == kMaxLines || text_.size() + length > capacity_) flush();
  lines_.push_back(
      {destination, static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(length)});
  text_.put(header);
  text_.put(text);
  text_.put('\n');
  if (!collecting_) flush();
}

void LogWriter::collect(bool on) {
  collecting_ = on;
  if (!on) flush();
}

void LogWriter::send_now(const Channel& channel, Destination& to, std::string_view header,
                         std::string_view text) {
  iovec parts[] = {{const_cast<char*>(header.data()), header.size()},
                   {const_cast<char*>(text.data()), text.size()},
                   {const_cast<char*>(kNewline), 1}};
  msghdr message{};
  if (to.address_length > 0) message.msg_name = &to.address;
  message.msg_namelen = to.address_length;
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  ssize_t sent;
  do {
    sent = ::sendmsg(channel.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) drop(1);
}

void LogWriter::flush() {
  if (lines_.empty()) return;
  for (uint32_t i = 0; i < channels_.size(); ++i) {
    std::array<const Line*, kMaxLines> chosen;
    size_t count = 0;
    for (const Line& line : lines_) {
      if (destinations_[line.destination].channel == i) chosen[count++] = &line;
    }
    if (count == 0) continue;
    if (channels_[i].keeps_lines_apart) {
      send_datagrams(channels_[i], chosen.data(), count);
    } else {
      write_stream(channels_[i], chosen.data(), count);
    }
  }
  lines_.clear();
  text_.clear();
}

void LogWriter::send_datagrams(Channel& channel, const Line* const* lines, size_t count) {
  std::array<mmsghdr, kMaxLines> messages;
  std::array<iovec, kMaxLines> parts;
  for (size_t i = 0; i < count; ++i) {
    Destination& to = destinations_[lines[i]->destination];
    parts[i] = {const_cast<char*>(text_.text().data()) + lines[i]->offset, lines[i]->length};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = to.address_length > 0 ? &to.address : nullptr;
    messages[i].msg_hdr.msg_namelen = to.address_length;
  }
  // The call ends at the first line that is not taken; those behind it may have another receiver.
  for (size_t done = 0; done < count;) {
    const int sent = ::sendmmsg(channel.fd, &messages[done], static_cast<unsigned>(count - done),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      done += static_cast<size_t>(sent);
    } else if (errno != EINTR) {
      drop(1);
      ++done;
    }
  }
}

// As many lines as a pipe takes as a whole (PIPE_BUF), but at least one.
size_t LogWriter::gather(const Line* const* lines, size_t count, bool torn, iovec* parts,
                         size_t& bytes, int& used) const {
  bytes = 0;
  used = 0;
  if (torn) {
    parts[used++] = {const_cast<char*>(kNewline), 1};
    bytes = 1;
  }
  size_t taken = 0;
  while (taken < count && (taken == 0 || bytes + lines[taken]->length <= PIPE_BUF)) {
    parts[used++] = {const_cast<char*>(text_.text().data()) + lines[taken]->offset,
                     lines[taken]->length};
    bytes += lines[taken++]->length;
  }
  return taken;
}

void LogWriter::write_stream(Channel& channel, const Line* const* lines, size_t count) {
  std::array<iovec, kMaxLines + 1> parts;
  for (size_t done = 0; done < count;) {
    size_t bytes;
    int used;
    const size_t taken =
        gather(lines + done, count - done, channel.torn, parts.data(), bytes, used);
    ssize_t written;
    do {
      if (channel.is_socket) {
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = static_cast<size_t>(used);
        written = ::sendmsg(channel.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      } else {
        written = ::writev(channel.fd, parts.data(), used);
      }
    } while (written < 0 && errno == EINTR);
    done += taken;
    if (written == static_cast<ssize_t>(bytes)) {
      channel.torn = false;
      continue;
    }
    // Whole lines that went out count as sent; the one that was cut is lost with those behind it.
    size_t left = written > 0 ? static_cast<size_t>(written) : 0;
    size_t lost = taken;
    for (int i = 0; i < used && left >= parts[i].iov_len; ++i) {
      left -= parts[i].iov_len;
      if (!(channel.torn && i == 0)) --lost;
    }
    if (written > 0) channel.torn = left > 0;
    drop(lost);
  }
}

}  // namespace hawser
