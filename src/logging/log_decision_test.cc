// SPDX-License-Identifier: MIT
// The table was checked against haproxy 2.6.12, request by request.
#include "logging/log_decision.h"

#include "base/testing.h"
#include "logging/log_format.h"
#include "logging/log_testing.h"

namespace hawser {
namespace {

using log_testing::SampleRequest;
using What = LogDecision::What;

ProxyConfig frontend_with(std::initializer_list<Option> options) {
  ProxyConfig proxy;
  proxy.kind = ProxyKind::kFrontend;
  proxy.mode = Mode::kHttp;
  for (const Option option : options) proxy.options.set(static_cast<size_t>(option));
  return proxy;
}

struct Case {
  const char* about;
  void (*change)(SampleRequest&);
  bool is_normal;
};

constexpr Case kCases[] = {
    {"200", [](SampleRequest&) {}, true},
    {"404", [](SampleRequest& r) { r.record.status = 404; }, true},
    {"500", [](SampleRequest& r) { r.record.status = 500; }, false},
    {"answered by ourselves", [](SampleRequest& r) { r.record.state[0] = 'L'; }, true},
    {"denied", [](SampleRequest& r) { r.record.state[0] = 'P'; }, false},
    {"aborted by the client", [](SampleRequest& r) { r.record.state[0] = 'C'; }, false},
    {"client timed out", [](SampleRequest& r) { r.record.state[0] = 'c'; }, false},
    {"server refused", [](SampleRequest& r) { r.record.state[0] = 'S'; }, false},
    {"killed by an administrator", [](SampleRequest& r) { r.record.state[0] = 'K'; }, false},
    {"second attempt", [](SampleRequest& r) { r.record.retries = 1; }, false},
    {"another server", [](SampleRequest& r) { r.record.redispatched = true; }, false},
    {"bad request", [](SampleRequest& r) { r.make_bad(400, 'P'); }, false},
};

TEST_CASE("dontlog-normal keeps what went wrong, log-separate-errors raises its level") {
  const ProxyConfig plain = frontend_with({});
  const ProxyConfig only_errors = frontend_with({Option::kDontlogNormal});
  const ProxyConfig separate = frontend_with({Option::kLogSeparateErrors});
  for (const Case& c : kCases) {
    INFO(c.about);
    SampleRequest request;
    c.change(request);
    CHECK(decide(plain, request.record).is_logged());
    CHECK(decide(plain, request.record).level == LogLevel::kInfo);
    CHECK(decide(only_errors, request.record).is_logged() == !c.is_normal);
    CHECK(decide(separate, request.record).is_logged());
    CHECK(decide(separate, request.record).level ==
          (c.is_normal ? LogLevel::kInfo : LogLevel::kErr));
  }
}

TEST_CASE("dontlognull is about connections that sent nothing") {
  const ProxyConfig quiet = frontend_with({Option::kDontlognull});
  SampleRequest request;
  request.make_bad(400, 'C');
  CHECK(decide(quiet, request.record).what == What::kNull);
  CHECK(decide(frontend_with({}), request.record).is_logged());
  request.record.bytes_received = 5;
  CHECK(decide(quiet, request.record).is_logged());
}

TEST_CASE("error-log-format is for connections on which no request could be read") {
  ProxyConfig proxy = frontend_with({});
  SampleRequest request, bad, broken;
  bad.make_bad(400, 'P');
  broken.make_bad(0, 'P');
  broken.record.connection_error = "Connection error during SSL handshake";
  CHECK(decide(proxy, request.record).what == What::kLine);
  CHECK(decide(proxy, bad.record).what == What::kLine);
  CHECK(decide(proxy, broken.record).what == What::kConnectionError);

  proxy.error_log_format.compiled = *LogFormat::compile("%ci", Mode::kHttp, false);
  request.record.status = 503;
  CHECK(decide(proxy, request.record).what == What::kLine);
  CHECK(decide(proxy, bad.record).what == What::kErrorLine);
  CHECK(decide(proxy, broken.record).what == What::kErrorLine);

  proxy.mode = Mode::kTcp;  // where no request is ever read
  bad.record.state[0] = '-';
  CHECK(decide(proxy, bad.record).what == What::kLine);
}

TEST_CASE("options that judge a request by its end make its line wait for the end") {
  CHECK(log_stage(frontend_with({}), LogStage::kAccept) == LogStage::kAccept);
  CHECK(log_stage(frontend_with({Option::kDontlogNormal}), LogStage::kAccept) == LogStage::kEnd);
  CHECK(log_stage(frontend_with({Option::kLogSeparateErrors}), LogStage::kRequest) ==
        LogStage::kEnd);
  CHECK(log_stage(frontend_with({Option::kLogSeparateErrors, Option::kLogasap}),
                  LogStage::kResponse) == LogStage::kResponse);
}

}  // namespace
}  // namespace hawser
