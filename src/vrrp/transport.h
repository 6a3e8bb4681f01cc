// SPDX-License-Identifier: MIT
// The raw sockets on which adverts travel, shared by all instances that use the same path.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "loop/watch.h"
#include "vrrp/ip.h"

namespace hawser::vrrp {

// Where adverts are sent or heard. `group` is set for multicast, `source` for unicast.
struct PathKey {
  uint8_t protocol = 112;  // or 51: within AH
  std::string interface;   // may be empty for unicast
  Ip group;
  Ip source;

  bool is_multicast() const { return group.is_set(); }
  int family() const { return is_multicast() ? group.family() : source.family(); }
  friend auto operator<=>(const PathKey&, const PathKey&) = default;
};

// A packet as it came. `bytes` lives until the callback returns.
struct ReceivedPacket {
  const PathKey* path = nullptr;
  std::span<const uint8_t> bytes;  // IPv4: from its IP header on; IPv6: what follows the header
  Ip source;
  Ip destination;        // none: not known
  int ttl = -1;          // or hop limit; -1: not known
  uint32_t ifindex = 0;  // where it came in
  int64_t at_ns = 0;     // monotonic clock, when the kernel took it in: it may have waited for us
};

// What sends adverts; a fake of it tests who does.
class AdvertSink {
 public:
  // IPv4: `bytes` begin with the IP header. IPv6: they are the payload, whose checksum the kernel
  // puts in, and the source has to be given. Never blocks.
  virtual Result<> send(const PathKey& path, std::span<const uint8_t> bytes, const Ip& source,
                        const Ip& destination) = 0;

 protected:
  ~AdvertSink() = default;
};

class Transport final : public AdvertSink {
 public:
  using OnPacket = std::function<void(const ReceivedPacket&)>;
  Transport(Loop& loop, OnPacket on_packet) : loop_(loop), on_packet_(std::move(on_packet)) {}

  // Listening and sending are opened apart: with a virtual MAC address, adverts are heard on the
  // base interface and leave from the macvlan. A path that is open is shared, and counted. With an
  // interface that is not there the path is kept, and opened by interface_changed(); with an error
  // it is kept as well, for try_again(). Each call wants its own close_...().
  Result<> listen(const PathKey& path);
  Result<> prepare_to_send(const PathKey& path);
  // Why one of two such paths is not open, as far as its interface is there.
  Result<> problem_of(const PathKey& listening, const PathKey& sending) const;
  // Opens what could not be opened. true: some of it is open now.
  bool try_again();
  void close_listening(const PathKey& path);
  void close_sending(const PathKey& path);

  Result<> send(const PathKey& path, std::span<const uint8_t> bytes, const Ip& source,
                const Ip& destination) override;

  // The interface of this name is there with this index (0: gone). Paths are closed, or opened anew
  // where the index is not the one they were opened with. The error is that of the last that
  // failed.
  Result<> interface_changed(const std::string& name, uint32_t ifindex);

  // Packets that the kernel dropped because they came faster than we read them.
  uint64_t dropped() const { return dropped_; }

 private:
  struct Socket {
    uint32_t users = 0;
    uint32_t ifindex = 0;
    Result<> opened;  // the last time that it was tried
    Fd fd;
  };
  struct Listener : Socket {
    std::unique_ptr<FdWatch> watch;
    uint32_t kernel_drops = 0;  // the socket's own count
  };
  using Sender = Socket;
  Result<> open(const PathKey& path, Listener& listener);
  static Result<> open(const PathKey& path, Sender& sender);
  void receive(const PathKey& path, Listener& listener);

  Loop& loop_;
  OnPacket on_packet_;
  std::map<PathKey, Listener> listeners_;
  std::map<PathKey, Sender> senders_;
  uint64_t dropped_ = 0;
};

}  // namespace hawser::vrrp
