// SPDX-License-Identifier: MIT
// Lines on their way to syslog servers and descriptors: collected, and handed to the kernel with
// as few calls as possible. Never waits: what is not taken at once is dropped and counted.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "config/model.h"
#include "logging/line_buffer.h"
#include "shm/counters.h"

namespace hawser {

class LogWriter {
 public:
  // `dropped` counts lines; nullptr: nobody wants to know. `longest`: of all lines.
  LogWriter(Counter* dropped, size_t longest);

  // Prepares for lines to the target and returns the number to write them with. Unix sockets are
  // looked up by path for every line, so a syslog server may come and go.
  Result<uint32_t> open(const LogTarget& target);

  // Takes one line made of both parts and a newline. Unix sockets get theirs at once even while
  // lines are collected: their receivers queue as few as ten (net.unix.max_dgram_qlen).
  void write(uint32_t destination, std::string_view header, std::string_view text);

  // Off, as at first: every line leaves at once.
  void collect(bool on);
  // Sends what was collected.
  void flush();

 private:
  // A socket or descriptor; destinations of one family share theirs.
  struct Channel {
    int fd = -1;
    Fd own;                  // closes what we opened; empty for a descriptor of somebody else
    int family = AF_UNSPEC;  // of our sockets
    int number = -1;         // fd@N
    bool is_socket = false;
    bool keeps_lines_apart = false;  // a datagram each
    bool torn = false;  // the last line was written in part: the next one needs a newline before it
  };
  struct Destination {
    uint32_t channel;
    sockaddr_storage address;
    socklen_t address_length;  // 0: the descriptor itself
  };
  struct Line {
    uint32_t destination;
    uint32_t offset, length;
  };

  static constexpr size_t kMaxLines = 64;

  void send_now(const Channel& channel, Destination& to, std::string_view header,
                std::string_view text);
  Result<uint32_t> socket_channel(int family);
  Result<uint32_t> descriptor_channel(int fd);
  void send_datagrams(Channel& channel, const Line* const* lines, size_t count);
  void write_stream(Channel& channel, const Line* const* lines, size_t count);
  size_t gather(const Line* const* lines, size_t count, bool torn, struct iovec* parts,
                size_t& bytes, int& used) const;
  void drop(size_t lines) {
    if (dropped_ != nullptr) dropped_->add(lines);
  }

  std::vector<Channel> channels_;
  std::vector<Destination> destinations_;
  LineBuffer text_;
  size_t capacity_;
  std::vector<Line> lines_;
  bool collecting_ = false;
  Counter* dropped_;
};

}  // namespace hawser
