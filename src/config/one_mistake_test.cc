// SPDX-License-Identifier: MIT
// One mistake gives one error: what follows from a line that was refused is not reported as well.
#include <sstream>

#include "config/testing.h"

namespace hawser {
namespace {

// Sections that refer to each other, with lines that make sense only together.
constexpr std::string_view kSite = R"(global
    maxconn 1000
    log 127.0.0.1 local0
http-errors pages
    errorfile 503 /dev/null
defaults base
    log global
    mode http
    option httplog
    option forwardfor
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend web
    bind 127.0.0.1:21060 id 1
    monitor-uri /alive
    errorfiles pages 503
    default_backend app
backend app
    balance url_param id
    option httpchk GET /health
    cookie SRV insert indirect nocache
    default-server inter 5s
    server s1 192.0.2.1 check port 8080 cookie a redir http://192.0.2.9
    server s2 192.0.2.2:+1 check port 8080 minconn 5 maxconn 10
mailers ops
    mailer local 127.0.0.1:25
vrrp-defaults
    interface eth1
    version 3
    advert 100ms
    email-alert mailers ops
    email-alert to root@localhost
vrrp-script down
    no-file /etc/down
    weight -5
vrrp one
    virtual-router-id 51
    priority 100
    peer-priority 98
    unicast-source 192.0.2.21
    peer 192.0.2.22
    track-script down
    track-backend app min-up 2
    virtual-address 192.0.2.10/24
vrrp two
    virtual-router-id 52
    priority 90
    virtual-mac
    track-frontend web weight 10
    virtual-address 192.0.2.11/24
vrrp-group all
    members one two
)";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

// `line` once for each of its words, with that word changed by `spoil`.
template <class Spoil>
std::vector<std::string> spoiled(const std::string& line, Spoil spoil) {
  std::vector<std::string> out;
  for (size_t begin = line.find_first_not_of(' '); begin < line.size();) {
    const size_t end = std::min(line.find(' ', begin), line.size());
    out.push_back(line.substr(0, begin) + spoil(line.substr(begin, end - begin)) +
                  line.substr(end));
    begin = end + 1;
  }
  return out;
}

// What is said of kSite with each of its words changed in turn is one error at most.
template <class Spoil>
void check_each_word(Spoil spoil) {
  const std::vector<std::string> site = lines_of(kSite);
  for (size_t i = 0; i < site.size(); ++i) {
    for (const std::string& line : spoiled(site[i], spoil)) {
      std::vector<std::string> text = site;
      text[i] = line;
      const std::string said = complaints(joined(text));
      INFO(line << "\n" << said);
      CHECK(std::count(said.begin(), said.end(), '\n') == 0);
    }
  }
}

TEST_CASE("the site whose lines are spoiled is without fault") { CHECK(complaints(kSite) == ""); }

TEST_CASE("a word with a slip of the finger gives one error") {
  const FakeNames names;
  check_each_word([](std::string word) { return word.insert(word.size() - 1, "~"); });
}

TEST_CASE("a quote that is not closed gives one error") {
  check_each_word([](const std::string& word) { return word + "\""; });
}

TEST_CASE("what a refused line would have said is not missed") {
  const auto after = [](std::string_view backend) {
    return complaints(
        fmt::format("defaults\n timeout connect 1s\n timeout server 1s\n"
                    "backend app\n{}",
                    backend));
  };
  CHECK(after(" server s1 192.0.2.1 check port http\n") ==
        "5:33 error: <port> must be a whole number from 1 to 65535, not 'http'");
  // Other sections are judged all the same.
  CHECK(after(" blance first\nlisten web\n bind :80\n server s1 192.0.2.1:80\n") ==
        "5:2 error: unknown keyword 'blance' in a 'backend' section (did you mean 'balance'?)\n"
        "6:1 warning: missing timeouts for proxy 'web': 'timeout client' (without them, a peer "
        "that vanishes keeps its connection for ever)");
}

TEST_CASE("a section that was refused is not missed") {
  constexpr std::string_view kRest =
      " timeout connect 1s\n timeout server 1s\n server s1 192.0.2.1:80\n";
  CHECK(complaints(fmt::format("frontend web\n bind :80\n timeout client 1s\n"
                               " default_backend app\nbackned app\n{}",
                               kRest)) ==
        "5:1 error: unknown keyword 'backned' in a 'frontend' section (did you mean 'backend'?)");
  CHECK(complaints("frontend web\n bind :80\n timeout client 1s\n default_backend app\n"
                   "backned other\n") ==
        "5:1 error: unknown keyword 'backned' in a 'frontend' section (did you mean 'backend'?)\n"
        "4:18 error: there is no backend 'app', the default backend of frontend 'web'");
}

TEST_CASE("an unknown word left of a section's lines begins another one") {
  CHECK(complaints("frontend web\n  bind :80\n  timeout client 1s\n  default_backend app\n"
                   "pool app {\n  server 192.0.2.1\n}\n") ==
        "5:1 error: unknown keyword 'pool' in a 'frontend' section ('hawser -dK' prints the "
        "keywords of each section)");
}

TEST_CASE("a directive that was refused leaves no block without its other end") {
  CHECK(complaints(".ifx 1\n.else\n.endif\n") ==
        "1:1 error: unknown directive '.ifx' (did you mean '.if'?)");
  CHECK(complaints(".if 1\n.endfi\n") ==
        "2:1 error: unknown directive '.endfi' (did you mean '.endif'?)");
  CHECK(complaints("vrrp one\n.if 0\nvrid 1\n.endfi\ninterface eth0\n") ==
        "2:1 error: this '.if' has no '.endif'");
  CHECK(complaints(".if \"1\n.endif\n") == "1:5 error: this double quote is not closed");
}

}  // namespace
}  // namespace hawser
