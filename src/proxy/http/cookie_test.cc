// SPDX-License-Identifier: MIT
#include "proxy/http/cookie.h"

#include "config/testing.h"
#include "proxy/http/h1_parser.h"

using namespace hawser;

namespace {

constexpr int64_t kNow = 1'800'000'000;  // "a0nSA" as a date

// A backend of the servers a ("cookie a") and b (without), and what one exchange makes of cookies.
class Exchange {
 public:
  explicit Exchange(std::string_view cookie_line)
      : config_(config_of(fmt::format("backend b\n mode http\n timeout connect 1s\n timeout server "
                                      "1s\n {}\n server a 127.0.0.1:1 cookie a\n server b "
                                      "127.0.0.1:2\n",
                                      cookie_line))) {
    for (const ServerConfig& server : backend().servers)
      values_.push_back(server_cookie(backend(), server));
  }
  // The server that the request's cookie names, and what the servers see of it: "a C=a".
  std::string request(std::string_view cookie) {
    const std::string text = fmt::format("GET / HTTP/1.1\r\nHost: h\r\nCookie: {}\r\n\r\n", cookie);
    const auto parsed = parse(H1Parser::Kind::kRequest, text);
    outcome_ = read_persistence(backend(), values_, head_, kNow);
    const std::string_view left =
        head_.added.empty() ? head_.find(HeaderId::kCookie) : head_.added.front().second;
    return fmt::format(
        "{} {}", outcome_.server == kNoIndex ? "-" : backend().servers[outcome_.server].name, left);
  }
  // What the client is told when server `position` answers: its Set-Cookie fields.
  std::string response(uint32_t position, std::string_view set_cookie = "",
                       std::string_view method = "GET") {
    std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    if (!set_cookie.empty()) text += fmt::format("Set-Cookie: {}\r\n", set_cookie);
    const auto parsed = parse(H1Parser::Kind::kResponse, text += "\r\n");
    write_persistence(backend(), values_, position, method, head_, kNow, outcome_);
    std::string out;
    for (const HeaderField& field : head_.fields) {
      if (field.id == HeaderId::kSetCookie && !field.dropped) out += field.value;
    }
    for (const auto& [name, value] : head_.added) {
      if (name == "Set-Cookie") out += value;
    }
    return out;
  }
  std::string letters() const { return {outcome_.client, outcome_.response}; }

 private:
  const ProxyConfig& backend() const { return *config_->proxies.front(); }
  std::unique_ptr<H1Parser> parse(H1Parser::Kind kind, std::string_view text) {
    text_ = text;
    auto parser = std::make_unique<H1Parser>(101);
    parser->start(kind, head_);
    REQUIRE(parser->parse_head(text_) == H1Parser::Status::kDone);
    return parser;
  }

  std::unique_ptr<const Config> config_;
  std::vector<std::string> values_;
  std::string text_;
  Head head_;
  CookieOutcome outcome_;
};

}  // namespace

TEST_CASE("a cookie is found by its whole name") {
  CHECK(find_cookie("C=1", "C") == "1");
  CHECK(find_cookie("A=1; C=2 ; CC=3", "C") == "2");
  CHECK(find_cookie(" A = 1 ;C= 2", "A") == "1");
  CHECK(find_cookie(";; ;C=x=y;", "C") == "x=y");
  CHECK(find_cookie("C=1; C=2", "C") == "1");
  CHECK(find_cookie("c=1; CC=2; XC=3", "C").data() == nullptr);
  CHECK(find_cookie("", "C").data() == nullptr);
  const std::string_view empty = find_cookie("C=", "C");
  CHECK(empty.empty());
  CHECK(empty.data() != nullptr);
}

TEST_CASE("a cookie of ours names its server, and goes on to it") {
  Exchange exchange("cookie C insert");
  CHECK(exchange.request("C=a") == "a C=a");
  CHECK(exchange.request("x=1; C=a; y=2") == "a x=1; C=a; y=2");
  CHECK(exchange.letters() == "VN");
  CHECK(exchange.request("C=other") == "- C=other");
  CHECK(exchange.letters() == "IN");
  CHECK(exchange.request("x=a") == "- x=a");
  CHECK(exchange.letters() == "NN");
}

TEST_CASE("an indirect cookie is between the client and us alone") {
  Exchange exchange("cookie C insert indirect");
  CHECK(exchange.request("x=1; C=a; y=2") == "a x=1; y=2");
  CHECK(exchange.request("C=other; x=1") == "- x=1");
}

TEST_CASE("a cookie is inserted where the client does not have the right one") {
  Exchange exchange("cookie C insert");
  exchange.request("x=1");
  CHECK(exchange.response(0) == "C=a; path=/");
  CHECK(exchange.letters() == "NI");
  exchange.request("C=a");
  CHECK(exchange.response(0) == "");
  CHECK(exchange.letters() == "VN");
  exchange.request("C=other");
  CHECK(exchange.response(0, "C=server; path=/x") == "C=a; path=/");  // the server's gives way
}

TEST_CASE("the words of a cookie line become attributes") {
  Exchange exchange(
      "cookie C insert httponly secure domain .a.example domain .b.example attr SameSite=Lax");
  exchange.request("x=1");
  CHECK(exchange.response(0) ==
        "C=a; path=/; domain=.a.example; domain=.b.example; HttpOnly; Secure; SameSite=Lax");
}

TEST_CASE("rewrite puts our value into the server's cookie, and inserts none") {
  Exchange exchange("cookie C rewrite");
  CHECK(exchange.request("C=a") == "a C=a");
  CHECK(exchange.response(0, "C=server; path=/x") == "C=a; path=/x");
  CHECK(exchange.letters() == "VR");
  exchange.request("x=1");
  CHECK(exchange.response(0) == "");
  CHECK(exchange.response(1, "C=server") == "C=server");  // which has no value of its own
}

TEST_CASE("a dated cookie is good for as long as `maxidle` and `maxlife` say") {
  // Dates: a0nSA now, a0nR/ a unit of four seconds ago, a0nK+ half an hour, a0l9o six hours ago,
  // a0ngE in an hour, a0zfQ in more than a day.
  struct Row {
    const char* limits;
    const char* cookie;
    const char* letters;
    const char* set;
  };
  constexpr auto kIdle = "maxidle 29m", kLife = "maxlife 5h", kBoth = "maxidle 29m maxlife 5h";
  for (const Row& row : {
           // Without a date, as an administrator writes it: good, and dated from now on.
           Row{kIdle, "a", "VU", "C=a|a0nSA; path=/"},
           Row{kLife, "a|a0nSA", "VU", "C=a|a0nSA|a0nSA; path=/"},
           Row{kIdle, "a|!!!!!", "VU", "C=a|a0nSA; path=/"},
           // Nothing to change.
           Row{kIdle, "a|a0nSA", "VN", ""},
           Row{kIdle, "a|a0ngE", "VN", ""},
           Row{kBoth, "a|a0nSA|a0nR/", "VN", ""},
           // The date of the last use moves on, the first does not.
           Row{kIdle, "a|a0nR/", "VU", "C=a|a0nSA; path=/"},
           Row{kBoth, "a|a0nR/|a0nK+", "VU", "C=a|a0nSA|a0nK+; path=/"},
           // Too old, or from a future that no clock explains.
           Row{kIdle, "a|a0nK+", "EI", "C=a|a0nSA; path=/"},
           Row{kBoth, "a|a0nK+|a0nK+", "EI", "C=a|a0nSA|a0nSA; path=/"},
           Row{kBoth, "a|a0nR/|a0l9o", "OI", "C=a|a0nSA|a0nSA; path=/"},
           Row{kIdle, "a|a0zfQ", "EI", "C=a|a0nSA; path=/"},
           Row{kLife, "a|a0nSA|a0zfQ", "OI", "C=a|a0nSA|a0nSA; path=/"},
       }) {
    INFO(row.limits << ", " << row.cookie);
    Exchange exchange(fmt::format("cookie C insert {}", row.limits));
    exchange.request(fmt::format("C={}", row.cookie));
    CHECK(exchange.response(0) == row.set);
    CHECK(exchange.letters() == row.letters);
  }
}

TEST_CASE("the values of dynamic cookies are HAProxy's") {
  const auto value = [](std::string_view key, std::string_view address) {
    const auto config = config_of(
        fmt::format("backend b\n mode http\n timeout connect 1s\n timeout server 1s\n cookie C "
                    "insert dynamic\n dynamic-cookie-key {}\n server s {}\n",
                    key, address));
    const ProxyConfig& backend = *config->proxies.front();
    return server_cookie(backend, backend.servers.front());
  };
  CHECK(value("k", "127.0.0.1:41521") == "9c040bf5d8cfe910");
  CHECK(value("MyVerySecretKeyIsHere", "127.0.0.1:41521") == "7cec3d554930b469");
}

TEST_CASE("a prefix is taken away from the server's own value, whoever it names") {
  Exchange exchange("cookie C prefix");
  CHECK(exchange.request("x=1; C=a~own") == "a x=1; C=own");
  CHECK(exchange.request("C=gone~own") == "- C=own");
  CHECK(exchange.request("C=own") == "- C=own");
  CHECK(exchange.response(0, "C=own; path=/") == "C=a~own; path=/");
}

TEST_CASE("a server without a value makes the client forget another's") {
  Exchange exchange("cookie C insert");
  exchange.request("C=a");
  CHECK(exchange.response(1) == "C=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/");
  exchange.request("x=1");
  CHECK(exchange.response(1) == "");
}

TEST_CASE("`postonly` and `preserve` leave responses as they are") {
  Exchange postonly("cookie C insert postonly");
  postonly.request("x=1");
  CHECK(postonly.response(0, "", "GET") == "");
  CHECK(postonly.response(0, "", "POST") == "C=a; path=/");
  Exchange preserve("cookie C insert preserve");
  preserve.request("x=1");
  CHECK(preserve.response(0, "C=; path=/") == "C=; path=/");
  preserve.request("x=1");
  CHECK(preserve.response(0) == "C=a; path=/");
}
