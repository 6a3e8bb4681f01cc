// SPDX-License-Identifier: MIT
#include "proxy/http/h1_writer.h"

namespace hawser {

void Pieces::add_apart(std::string_view text) {
  if (count_ == kMax) {
    // Only a head with dozens of scattered changes comes here: the last piece becomes a growing
    // copy.
    iovec& last = pieces_[kMax - 1];
    if (last.iov_base != overflow_.data())
      overflow_.assign(static_cast<const char*>(last.iov_base), last.iov_len);
    overflow_ += text;
    last = {.iov_base = overflow_.data(), .iov_len = overflow_.size()};
    end_ = nullptr;  // the copy does not grow by itself
    return;
  }
  pieces_[count_++] = {.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
  end_ = text.data() + text.size();
}

namespace {

bool is_received(const Head& head, std::string_view part) {
  const auto begin = reinterpret_cast<uintptr_t>(head.raw.data());
  return reinterpret_cast<uintptr_t>(part.data()) - begin < head.raw.size();
}

// What was received of a head goes out in runs, which end where something was dropped or changed.
class Runs {
 public:
  explicit Runs(Pieces& out) : out_(out) {}
  void go_on_at(const char* at) {
    if (begin_ == nullptr) begin_ = at;
  }
  void end_at(const char* at) {
    if (begin_ != nullptr) out_.add({begin_, static_cast<size_t>(at - begin_)});
    begin_ = nullptr;
  }

 private:
  Pieces& out_;
  const char* begin_ = nullptr;
};

void add_field(std::string_view name, std::string_view value, Pieces& out) {
  out.add(name);
  out.add(": ");
  out.add(value);
  out.add("\r\n");
}

}  // namespace

void write_head(const Head& head, Pieces& out) {
  Runs runs(out);
  if (is_received(head, head.start_line)) {
    runs.go_on_at(head.start_line.data());
  } else {
    out.add(head.start_line);
    out.add("\r\n");
  }
  for (const HeaderField& field : head.fields) {
    // An empty value has no place in the buffer.
    const bool changed = !field.value.empty() && !is_received(head, field.value);
    if (!field.dropped && !changed) {
      runs.go_on_at(field.name.data());
      continue;
    }
    runs.end_at(field.name.data());
    if (!field.dropped) add_field(field.name, field.value, out);
  }
  const std::string_view empty_line =
      head.raw.empty() ? std::string_view("\r\n") : head.raw.substr(head.raw.size() - 2);
  runs.end_at(empty_line.data());
  for (const auto& [name, value] : head.added) add_field(name, value, out);
  out.add(empty_line);
}

}  // namespace hawser
