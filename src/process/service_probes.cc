// SPDX-License-Identifier: MIT
#include "process/service_probes.h"

#include <fmt/core.h>

#include "check/httpchk_request.h"

namespace hawser {
namespace {

// "http://10.0.0.1:80/path" → "/path", and the Host header for it.
std::string http_request(const VrrpScriptConfig& script) {
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = script.subject;
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  const size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  const std::string host(rest.substr(0, slash));
  std::string path(rest.substr(slash, rest.find('#') - slash));
  if (!path.starts_with('/')) path = "/" + path;
  const auto request = httpchk_request("GET", path, "HTTP/1.1\r\nHost: " + host);
  return request ? *request : "";
}

}  // namespace

class ServiceProbes::Run final : public ServiceProbe {
 public:
  Run(Loop& loop, TimerWheel& wheel, const VrrpScriptConfig& script, Millis timeout, Done done)
      : script_(script), done_(std::move(done)) {
    const bool http = script.kind == VrrpScriptConfig::Kind::kHttp;
    plan_.address = script.address;
    plan_.timeouts = {timeout, Millis(0)};
    if (http) config_.args = {http_request(script)};
    config_.type = Registry<CheckType>::find(http ? "httpchk" : "tcp");
    HW_ASSERT(config_.type != nullptr);
    static const ProxyConfig kNoBackend;
    attempt_ = std::make_unique<Attempt>(
        loop, wheel, plan_, config_.type->make(config_, {kNoBackend, script_.name, script.address}),
        [this](const CheckResult& result) { end(result); });
  }
  ~Run() override { attempt_->cancel(); }

  // false: it has come to its end at once, or could not be made.
  bool start() {
    switch (attempt_->start()) {
      case Attempt::Start::kRunning:
        return true;
      case Attempt::Start::kFailed:
        end(attempt_->result());
        return false;
      case Attempt::Start::kNotTried:
        return false;
    }
    HW_UNREACHABLE();
  }

 private:
  void end(const CheckResult& result) {
    if (result.code != 0) {
      return done_(result.code == script_.expect,
                   fmt::format("status {}, expected {}", result.code, script_.expect));
    }
    if (!result.text.empty()) return done_(result.passed, result.text);
    done_(result.passed, result.passed ? "connected" : "no answer in time");
  }

  const VrrpScriptConfig& script_;
  Done done_;
  AttemptPlan plan_;
  CheckConfig config_;
  std::unique_ptr<Attempt> attempt_;
};

ServiceProbes::ServiceProbes(Loop& loop)
    : loop_(loop), wheel_(loop.now_ms()), self_(std::make_shared<ServiceProbes*>(this)) {
  loop_.add_turn_hook([self = self_](int64_t now_ms) {
    if (*self == nullptr) return INT64_MAX;
    (*self)->wheel_.advance(now_ms);
    return (*self)->wheel_.next_ms();
  });
}

ServiceProbes::~ServiceProbes() { *self_ = nullptr; }

std::unique_ptr<ServiceProbe> ServiceProbes::start(const VrrpScriptConfig& script, Millis timeout,
                                                   Done done) {
  auto run = std::make_unique<Run>(loop_, wheel_, script, timeout, std::move(done));
  if (!run->start()) return nullptr;
  return run;
}

}  // namespace hawser
