// SPDX-License-Identifier: MIT
// `option httpchk` reads what servers answer, and header lines that people write: the first byte
// says which, and into how large pieces an answer is cut.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/assert.h"
#include "check/check.h"
#include "check/httpchk_request.h"

namespace {

void read_answer(std::span<const std::byte> answer, size_t piece) {
  static const hawser::ProxyConfig backend;
  static const hawser::CheckConfig config{.type = nullptr, .pos = {}, .args = {"GET / HTTP/1.0"}};
  static const hawser::CheckType* const type = [] {
    HW_ASSERT(hawser::Registry<hawser::CheckType>::seal());
    return hawser::Registry<hawser::CheckType>::find("httpchk");
  }();
  auto probe = type->make(config, {backend, "s1", {}});
  std::string out;
  hawser::ProbeStep step = probe->connected(out);
  while (!answer.empty() && step.kind == hawser::ProbeStep::Kind::kMore) {
    const auto part = answer.first(std::min(piece, answer.size()));
    step = probe->received(part, out);
    answer = answer.subspan(part.size());
  }
  if (step.kind == hawser::ProbeStep::Kind::kMore) step = probe->closed();
  HW_ASSERT(step.kind != hawser::ProbeStep::Kind::kMore);
  HW_ASSERT(step.text.size() <= 256);
  const bool good = step.code >= 200 && step.code <= 399;
  HW_ASSERT((step.kind == hawser::ProbeStep::Kind::kPass) == good);
}

// What is accepted is one request: a head without stray line ends, and the body it announces.
void write_request(std::string_view version) {
  const auto request = hawser::httpchk_request("POST", "/", version);
  if (!request) return;
  const size_t end = request->find("\r\n\r\n");
  HW_ASSERT(end != request->npos);
  for (size_t i = 0; i < end; ++i) {
    const char c = (*request)[i];
    HW_ASSERT(c != '\0' && (c != '\n' || (*request)[i - 1] == '\r'));
    HW_ASSERT(c != '\r' || (*request)[i + 1] == '\n');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::span<const uint8_t> rest(data + 1, size - 1);
  if (data[0] == 0) {
    write_request({reinterpret_cast<const char*>(rest.data()), rest.size()});
  } else {
    read_answer(std::as_bytes(rest), data[0]);
  }
  return 0;
}
