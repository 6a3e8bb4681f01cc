// SPDX-License-Identifier: MIT
// One listening socket, made as a `bind` line says.
#pragma once

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "config/model.h"

namespace hawser {

struct ListenSpec {
  const BindConfig& bind;
  Address address;  // where to bind: may differ from the bind line's by prefix or by port
  int backlog = 128;
  bool reuse_port = false;                                // one of several sockets of the address
  std::optional<uint32_t> mode = {}, uid = {}, gid = {};  // of a unix socket
};

// Bound, listening and non-blocking. A unix socket takes its path over from whoever had it in one
// step: a client finds the old socket or the new one, never none.
Result<Fd> open_listen_socket(const ListenSpec& spec);

// Makes fd@N, which was inherited from whoever started the program, ready for accept(2).
Result<> adopt_listen_socket(int fd);

// Where a bound socket is; for ports that the kernel chose.
Address bound_address(int fd);

}  // namespace hawser
