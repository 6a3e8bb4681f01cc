// SPDX-License-Identifier: MIT
#include "proxy/stream/request_key.h"

#include "base/text.h"
#include "proxy/balance/key.h"
#include "proxy/stream/session.h"

namespace hawser {
namespace {

class StreamKeyRequest final : public KeyRequest {
 public:
  StreamKeyRequest(const Session& session, const Head& head, std::string_view input,
                   size_t head_size)
      : source_(session.client_address()), head_(head), input_(input), head_size_(head_size) {}
  const Address& source() const override { return source_; }
  std::string_view method() const override { return head_.method; }
  std::string_view target() const override { return head_.target; }
  std::optional<std::string_view> header(std::string_view name, uint32_t skip) const override {
    for (const HeaderField& field : head_.fields) {
      if (!iequals(field.name, name)) continue;
      if (skip-- == 0) return field.value;
    }
    return std::nullopt;
  }
  std::string_view body() const override { return input_.substr(head_size_); }
  std::string_view first_bytes() const override { return input_; }

 private:
  const Address source_;
  const Head& head_;
  const std::string_view input_;
  const size_t head_size_;
};

}  // namespace

uint64_t request_key(const Backend& backend, const Session& session, const Head& request,
                     std::string_view input, size_t head_size) {
  if (backend.config.balance.algo->key == KeySource::kNothing) return kNoKey;
  return balance_key(backend.config, StreamKeyRequest(session, request, input, head_size));
}

}  // namespace hawser
