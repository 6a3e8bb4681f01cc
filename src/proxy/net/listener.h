// SPDX-License-Identifier: MIT
// A listening socket in one worker: accepts, within the limits of the process, the frontend and the
// bind line.
#pragma once

#include "proxy/runtime.h"
#include "proxy/stream/session.h"
#include "proxy/worker.h"

namespace hawser {

class Listener final : public IoHandler {
 public:
  Listener(DataPlane& plane, SessionRegistry& registry, Frontend& frontend,
           const ListenSocket& socket);
  ~Listener();

  // Accepts from now on, or no longer. A listener of a neighbour is opened while the neighbour
  // can't accept.
  void open();
  void close();
  bool is_open() const { return open_; }
  // A limit no longer holds: accepts what waited.
  void resume();
  bool is_paused() const { return paused_; }

  uint32_t index() const { return socket_.listener; }
  uint32_t owner() const { return socket_.owner; }
  const BindConfig& bind() const { return *socket_.bind; }
  Frontend& frontend() { return frontend_; }
  // The session has ended: its share of the limits is free. true: other workers take it.
  bool session_ended();

  void on_io(uint32_t) override;

 private:
  void pause();
  void prepare();
  void fail(int code);
  DataPlane& plane_;
  SessionRegistry& registry_;
  Frontend& frontend_;
  ListenSocket socket_;
  struct Retry : WheelEntry {  // when the limit of the rate allows another session
    explicit Retry(Listener& l) : WheelEntry(on_timer), listener(l) {}
    static void on_timer(WheelEntry& entry);
    Listener& listener;
  } retry_;
  bool open_ = false;
  bool paused_ = false;
};

}  // namespace hawser
