// SPDX-License-Identifier: MIT
// A server that accepts connections passes. Nothing is sent.
#include "check/check.h"

namespace hawser {
namespace {

class TcpProbe final : public Probe {
 public:
  ProbeStep connected(std::string&) override { return ProbeStep::pass(CheckStatus::kL4Ok); }
  ProbeStep received(std::span<const std::byte>, std::string&) override {
    return ProbeStep::pass(CheckStatus::kL4Ok);
  }
  ProbeStep closed() override { return ProbeStep::pass(CheckStatus::kL4Ok); }
};

constexpr CheckType kRows[] = {
    {.name = "tcp",
     .make = [](const CheckConfig&, const ProbeTarget&) -> std::unique_ptr<Probe> {
       return std::make_unique<TcpProbe>();
     },
     .summary = "a server that accepts a connection is up; used where no other type is chosen"},
};
HW_REGISTER(CheckType, kRows);

}  // namespace
}  // namespace hawser
