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

// A received line with its CRLF, which lies behind the text, perhaps after blanks.
std::string_view with_line_end(std::string_view line) {
  size_t size = line.size();
  while (line.data()[size] != '\n') ++size;
  return {line.data(), size + 1};
}

bool is_received(const Head& head, std::string_view part) {
  return part.data() >= head.raw.data() && part.data() < head.raw.data() + head.raw.size();
}

void add_line(const Head& head, std::string_view begin, std::string_view end, Pieces& out) {
  const std::string_view line(begin.data(),
                              static_cast<size_t>(end.data() + end.size() - begin.data()));
  if (is_received(head, line)) {
    out.add(with_line_end(line));
  } else {
    out.add(line);
    out.add("\r\n");
  }
}

}  // namespace

void write_head(const Head& head, Pieces& out) {
  add_line(head, head.start_line, head.start_line, out);
  for (const HeaderField& field : head.fields) {
    if (field.dropped) continue;
    // An empty value has no place in the buffer; its line ends somewhere behind the colon.
    add_line(head, field.name, field.value.empty() ? field.name : field.value, out);
  }
  for (const auto& [name, value] : head.added) {
    out.add(name);
    out.add(": ");
    out.add(value);
    out.add("\r\n");
  }
  if (head.added.empty() && !head.raw.empty()) {
    out.add(head.raw.substr(head.raw.size() - 2));
  } else {
    out.add("\r\n");
  }
}

}  // namespace hawser
