// SPDX-License-Identifier: MIT
// Keys, hashes, maps and rings against what HAProxy answered to the same requests with the same
// configuration: regtests/balance/golden, made by regtests/balance/hash_equals_haproxy.py.
#include <fstream>
#include <map>

#include "proxy/balance/key.h"
#include "proxy/balance/testing.h"

namespace hawser {
namespace {

// A request of a golden file: "field=value" separated by tabs, with \xNN for other characters.
class RecordedRequest : public KeyRequest {
 public:
  explicit RecordedRequest(std::string_view line) {
    if (line.empty()) return;
    for (const std::string_view field : split(line, '\t')) {
      const size_t equals = field.find('=');
      const std::string_view name = field.substr(0, equals);
      std::string value = unescape(field.substr(equals + 1));
      if (name == "source") source_ = *Address::parse_ip(value);
      if (name == "method") method_ = value;
      if (name == "target") target_ = value;
      if (name == "body") body_ = value;
      if (name == "first") first_ = value;
      if (name == "header") headers_.push_back(std::move(value));
    }
  }
  const Address& source() const override { return source_; }
  std::string_view method() const override { return method_; }
  std::string_view target() const override { return target_; }
  std::string_view body() const override { return body_; }
  std::string_view first_bytes() const override { return first_; }
  std::optional<std::string_view> header(std::string_view name, uint32_t skip) const override {
    for (const std::string& line : headers_) {
      const size_t colon = line.find(':');
      if (!iequals(std::string_view(line).substr(0, colon), name)) continue;
      if (skip-- == 0) return trim(std::string_view(line).substr(colon + 1));
    }
    return std::nullopt;
  }

 private:
  static std::string unescape(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\') {
        out += text[i];
        continue;
      }
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
      i += 3;
    }
    return out;
  }

  Address source_;
  std::string method_ = "GET", target_ = "/", body_, first_;
  std::vector<std::string> headers_;
};

struct GoldenCase {
  std::string name;
  std::vector<std::string> lines;  // of the backend
  std::vector<std::string> requests, answers;
};

std::vector<GoldenCase> read_golden(const std::string& stem) {
  std::ifstream file(source_dir() + "/regtests/balance/golden/" + stem + ".txt");
  REQUIRE(file.is_open());
  std::vector<GoldenCase> cases;
  std::vector<std::string> requests;
  bool in_requests = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("answers ")) {
      for (const std::string_view answer : split(std::string_view(line).substr(8), ' ')) {
        cases.back().answers.emplace_back(answer);
      }
      cases.back().requests = requests;
      in_requests = false;
    } else if (line == "requests") {
      requests.clear();
      in_requests = true;
    } else if (in_requests) {
      requests.push_back(line);
    } else if (line.starts_with("case ")) {
      cases.push_back({line.substr(5), {}, {}, {}});
    } else if (!line.empty() && line[0] != '#' && !line.starts_with("mode ")) {
      cases.back().lines.push_back(line);
    }
  }
  return cases;
}

TEST_CASE("every request reaches the server that HAProxy sends it to") {
  size_t compared = 0;
  for (const char* stem :
       {"servers", "type", "source", "uri", "url_param", "hdr", "rdp-cookie", "hash"}) {
    for (const GoldenCase& golden : read_golden(stem)) {
      INFO(golden.name);
      Farm farm(golden.lines);
      REQUIRE(golden.requests.size() == golden.answers.size());
      for (size_t i = 0; i < golden.requests.size(); ++i) {
        if (golden.answers[i] == "!") continue;  // HAProxy refused the request
        INFO(golden.requests[i]);
        const uint64_t key = balance_key(farm.config(), RecordedRequest(golden.requests[i]));
        CHECK((key == kNoKey ? "-" : farm.pick(key)) == golden.answers[i]);
        ++compared;
      }
    }
  }
  CHECK(compared > 10000);
}

}  // namespace
}  // namespace hawser
