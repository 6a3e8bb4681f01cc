// SPDX-License-Identifier: MIT
// Moving bytes from one connection to the other: by copy, by splice(2), or out of chunks. What
// they mean is the business of who calls it.
#include <algorithm>

#include "proxy/stream/stream.h"

namespace hawser {
namespace {

// splice(2) pays from here on: below it, its two calls cost more than the copies.
constexpr uint64_t kSpliceFrom = uint64_t{32} * 1024;
// A direction of unknown length is bulk once this many reads in a row have filled the buffer.
constexpr uint32_t kBulkReads = 2;
// What one direction may move in a turn of the loop, so that others have theirs.
constexpr size_t kTurnBytes = size_t{1024} * 1024;

}  // namespace

// Moves what can be moved without waiting. `body` tells where the message ends; nullptr: at the end
// of the stream.
Stream::Pump Stream::pump(Conn& source, Conn& target, Flow& flow, H1Parser* body) {
  if (source.has_yielded()) return Pump::kYield;
  size_t budget = kTurnBytes;
  for (;;) {
    if (!target.flush()) return Pump::kTargetGone;
    if (target.has_output()) return Pump::kBlocked;
    if (flow.pipe != nullptr) {
      const Pump result = pump_pipe(source, target, flow, body, budget);
      if (result != Pump::kDone || flow.done) return result;
      continue;  // the pipe was given back: what is left goes by copy
    }
    const std::string_view input = source.input();
    flow.approved += body != nullptr ? body->pass_body(input.substr(flow.approved))
                                     : input.size() - flow.approved;
    if (body != nullptr && body->bad()) return Pump::kBadSource;
    if (flow.approved > flow.sent) {
      if (!target.writable()) return Pump::kBlocked;
      const bool more = expects_more(source, body);
      const size_t n = target.send_some(input.substr(flow.sent, flow.approved - flow.sent), more);
      if (target.error() != 0) return Pump::kTargetGone;
      flow.sent += n;
      flow.moved += n;
      budget -= std::min(budget, n);
      if (!flow.keep) settle(source, flow);
      continue;
    }
    if (body != nullptr && body->body_done()) {
      flow.done = true;
      return Pump::kDone;
    }
    if (source.has_ended()) {
      if (source.error() == 0 && (body == nullptr || body->finish_at_close())) {
        flow.done = true;
        return Pump::kDone;
      }
      return Pump::kSourceGone;
    }
    if (!source.readable()) return Pump::kBlocked;
    if (budget == 0) {
      source.yield();
      return Pump::kYield;
    }
    if (may_splice(source, flow, body)) {
      flow.pipe = plane_.pipes.take();
      if (flow.pipe != nullptr) continue;
    }
    if (source.input_full()) {
      if (flow.keep) forget_request_bytes();
      settle(source, flow);
      source.compact_input();
    }
    const size_t room = source.input_room();
    const size_t n = source.receive();
    flow.full_reads = n == room ? flow.full_reads + 1 : 0;
  }
}

// Is the rest about to follow? Then the kernel may wait for it before it sends a short segment.
bool Stream::expects_more(const Conn& source, const H1Parser* body) const {
  return body != nullptr && !body->body_done() && body->body_left() != UINT64_MAX &&
         source.readable() && !be().option(Option::kHttpNoDelay);
}

// A request larger than the buffer can't be kept for another attempt. Its head goes first; of what
// was read in it, only the method is needed until the response has come.
void Stream::forget_request_bytes() {
  upload_.keep = false;
  request_.method = request_.text.join(request_.method);
}

// Another attempt begins with the first byte again.
void Stream::rewind_upload() {
  upload_.sent = 0;
  upload_.done = upload_.cut = false;
}

// What was sent and is not kept leaves the buffer.
void Stream::settle(Conn& source, Flow& flow) {
  if (flow.sent != 0) source.consume(flow.sent);
  flow.approved -= flow.sent;
  flow.sent = 0;
}

bool Stream::may_splice(Conn& source, const Flow& flow, const H1Parser* body) const {
  if (!plane_.config.global.splice || flow.keep || source.has_input()) return false;
  if (body == nullptr || body->body_left() == UINT64_MAX) {
    const bool raw = body == nullptr || !body->is_chunked();
    return raw && flow.full_reads >= kBulkReads;
  }
  return body->body_left() >= kSpliceFrom;
}

Stream::Pump Stream::pump_pipe(Conn& source, Conn& target, Flow& flow, H1Parser* body,
                               size_t& budget) {
  Pipe& pipe = *flow.pipe;
  for (;;) {
    const uint64_t left = body != nullptr ? body->body_left() : UINT64_MAX;
    size_t in = 0;
    if (left != 0 && pipe.filled < pipe.capacity && source.readable() && budget != 0) {
      in = source.splice_in(pipe, static_cast<size_t>(std::min<uint64_t>(left, pipe.capacity)));
      if (body != nullptr) body->skip_body(in);
      budget -= std::min(budget, in);
    }
    size_t out = 0;
    if (pipe.filled != 0) {
      if (!target.writable()) return Pump::kBlocked;
      out = target.splice_out(pipe, expects_more(source, body));
      if (target.error() != 0) return Pump::kTargetGone;
      flow.moved += out;
      plane_.counters.bytes_spliced.add(out);
    }
    if (pipe.filled != 0) {
      if (out == 0) return Pump::kBlocked;
      continue;
    }
    // Empty: the end, a pause, or another helping.
    if ((body != nullptr && body->body_done()) || source.has_ended()) {
      plane_.pipes.give_back(std::move(flow.pipe));
      return Pump::kDone;
    }
    if (!source.readable()) {
      plane_.pipes.give_back(std::move(flow.pipe));
      return Pump::kBlocked;
    }
    if (budget == 0) {
      source.yield();
      return Pump::kYield;
    }
  }
}

// The payload of a chunked body, for a client that can't read chunks.
Stream::Pump Stream::pump_payload(Conn& source, Conn& target) {
  if (source.has_yielded()) return Pump::kYield;
  size_t budget = kTurnBytes;
  for (;;) {
    if (!target.flush()) return Pump::kTargetGone;
    if (target.has_output()) return Pump::kBlocked;
    std::string payload;
    const size_t n = response_parser_.pass_body_payload(source.input(), payload);
    if (response_parser_.bad()) return Pump::kBadSource;
    if (n != 0) source.consume(n);
    budget -= std::min(budget, n);
    download_.moved += payload.size();
    if (!payload.empty() && !target.write(payload)) return Pump::kTargetGone;
    if (response_parser_.body_done()) {
      download_.done = true;
      return Pump::kDone;
    }
    if (n != 0) continue;
    if (source.has_ended()) return Pump::kSourceGone;
    if (!source.readable()) return Pump::kBlocked;
    if (budget == 0) {
      source.yield();
      return Pump::kYield;
    }
    source.receive();
  }
}

}  // namespace hawser
