// SPDX-License-Identifier: MIT
// The check types' probes: bytes in, step out.
#include "base/testing.h"
#include "check/check.h"

namespace hawser {
namespace {

struct ProxyAndConfig {
  ProxyConfig backend;
  CheckConfig config;
};

std::unique_ptr<Probe> make_probe(std::string_view type, std::vector<std::string> args = {}) {
  static const ProxyConfig backend;
  static CheckConfig config;  // outlives the probe, as a Config does
  config.args = std::move(args);
  const CheckType* row = Registry<CheckType>::find(type);
  REQUIRE(row != nullptr);
  return row->make(config, {backend, "s1", {}});
}

std::string show(const ProbeStep& step) {
  if (step.kind == ProbeStep::Kind::kMore) return "more";
  std::string text(check_status_word(step.status));
  if (step.code != 0) text += ' ' + std::to_string(step.code);
  if (!step.text.empty()) text += " (" + step.text + ")";
  return text;
}

// What the probe makes of an answer that comes in pieces of `size` bytes.
std::string hear(Probe& probe, std::string_view answer, size_t size) {
  std::string out;
  probe.connected(out);
  ProbeStep step;
  while (!answer.empty() && step.kind == ProbeStep::Kind::kMore) {
    const std::string_view piece = answer.substr(0, size);
    step = probe.received(std::as_bytes(std::span(piece)), out);
    answer.remove_prefix(piece.size());
  }
  if (step.kind == ProbeStep::Kind::kMore) step = probe.closed();
  return show(step);
}

TEST_CASE("tcp passes as soon as there is a connection, and sends nothing") {
  auto probe = make_probe("tcp");
  std::string out;
  CHECK(show(probe->connected(out)) == "L4OK");
  CHECK(out.empty());
}

TEST_CASE("httpchk sends the configured request and waits") {
  auto probe = make_probe("httpchk", {"OPTIONS / HTTP/1.0\r\n\r\n"});
  std::string out;
  CHECK(show(probe->connected(out)) == "more");
  CHECK(out == "OPTIONS / HTTP/1.0\r\n\r\n");
  CHECK(probe->timeout_status() == CheckStatus::kL7Timeout);
}

TEST_CASE("httpchk judges the first final status, however it is cut into pieces") {
  struct Row {
    std::string answer;
    const char* verdict;
  };
  for (const Row& row : {
           Row{"HTTP/1.0 200 OK\r\n\r\nhi", "L7OK 200"},
           Row{"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", "L7OK 204"},
           Row{"HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n", "L7OK 302"},
           Row{"HTTP/1.1 399 x\r\n\r\n", "L7OK 399"},
           Row{"HTTP/1.1 200\r\n\r\n", "L7OK 200"},
           Row{"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "L7OK 200"},
           Row{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab", "L7OK 200"},
           Row{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "L7OK 200"},
           Row{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 500 Oops\r\n\r\n",
               "L7STS 500 (Oops)"},
           Row{"HTTP/1.0 404 Nope Here\r\n\r\n", "L7STS 404 (Nope Here)"},
           Row{"HTTP/1.1 503 \r\n\r\n", "L7STS 503"},
           Row{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
               "L7STS 101 (Switching Protocols)"},
           Row{"HTTP/1.0 200 OK\n\n", "L7OK 200"},
           Row{"HTTP/1.1 20 OK\r\n\r\n", "L7STS 20 (OK)"},
           Row{"HTTP/1.1 999 OK\r\n\r\n", "L7STS 999 (OK)"},
       }) {
    for (const size_t size : {size_t{1}, size_t{7}, row.answer.size()}) {
      INFO(row.answer << " in pieces of " << size);
      CHECK(hear(*make_probe("httpchk", {""}), row.answer, size) == row.verdict);
    }
  }
}

TEST_CASE("httpchk fails what is not HTTP, and what ends too early") {
  for (const std::string answer :
       {"hello world\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nfoo bar\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    INFO(answer);
    for (const size_t size : {size_t{1}, answer.size()}) {
      CHECK(hear(*make_probe("httpchk", {""}), answer, size)
                .starts_with("L7RSP (not an HTTP answer: "));
    }
  }
  CHECK(hear(*make_probe("httpchk", {""}), "", 1) == "L7RSP (closed without an answer)");
  CHECK(hear(*make_probe("httpchk", {""}), "HTTP/1.0 200 OK\r\nA: b\r\n", 100) ==
        "L7RSP (closed in the middle of the answer)");
  CHECK(hear(*make_probe("httpchk", {""}), "HTTP/1.1 100 Continue\r\n\r\n", 100) ==
        "L7RSP (closed in the middle of the answer)");
}

TEST_CASE("httpchk reads a bounded head and a bounded reason") {
  CHECK(hear(*make_probe("httpchk", {""}), "HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'a'),
             4096) == "L7RSP (more than 16384 bytes of headers)");
  CHECK(hear(*make_probe("httpchk", {""}), "HTTP/1.1 500 " + std::string(300, 'x') + "\r\n\r\n",
             50) == "L7STS 500 (" + std::string(128, 'x') + ")");
}

}  // namespace
}  // namespace hawser
