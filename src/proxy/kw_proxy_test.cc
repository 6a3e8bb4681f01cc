// SPDX-License-Identifier: MIT
// The keywords of proxies that have no file of tests of their own.
#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

// A `listen` section in mode http with `lines`.
ProxyConfig proxy_of(std::string_view lines) {
  return *config_of(fmt::format("listen l\n mode http\n{}\n", lines))->proxies.at(0);
}

}  // namespace

TEST_CASE("the identity and protocol of a proxy") {
  const ProxyConfig proxy = proxy_of("id 7\ndescription a  b 'c d'\ndisabled");
  CHECK(proxy.mode == Mode::kHttp);
  CHECK(proxy.id == 7);
  CHECK(proxy.description == "a b c d");
  CHECK(proxy.disabled);
  CHECK_FALSE(proxy_of("disabled\nenabled").disabled);
  CHECK(proxy_of("mode tcp").mode == Mode::kTcp);
}

TEST_CASE("the limits of a frontend and a backend") {
  const ProxyConfig proxy = proxy_of("maxconn 5\nbacklog 6\nrate-limit sessions 7\nfullconn 8");
  CHECK(proxy.maxconn == 5);
  CHECK(proxy.backlog == 6);
  CHECK(proxy.rate_limit_sessions == 7);
  CHECK(proxy.fullconn == 8);
  const auto source = proxy_of("source 192.0.2.1:99 interface eth0 usesrc clientip").source;
  CHECK(source->address.text() == "192.0.2.1:99");
  CHECK(source->interface == "eth0");
  CHECK(source->usesrc == SourceConfig::Use::kClientIp);
}

TEST_CASE("every timeout is in milliseconds without a unit") {
  const struct {
    std::string_view name;
    Timeout which;
  } rows[] = {
      {"connect", Timeout::kConnect},
      {"client", Timeout::kClient},
      {"server", Timeout::kServer},
      {"tunnel", Timeout::kTunnel},
      {"client-fin", Timeout::kClientFin},
      {"server-fin", Timeout::kServerFin},
      {"queue", Timeout::kQueue},
      {"http-request", Timeout::kHttpRequest},
      {"http-keep-alive", Timeout::kHttpKeepAlive},
      {"check", Timeout::kCheck},
      {"tarpit", Timeout::kTarpit},
  };
  static_assert(std::size(rows) == static_cast<size_t>(Timeout::kCount));
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(proxy_of(fmt::format("timeout {} 1500", row.name)).timeout(row.which) == Millis(1500));
    CHECK(proxy_of(fmt::format("timeout {} 2m", row.name)).timeout(row.which) == Millis(120000));
  }
}

TEST_CASE("old spellings work and name the new one") {
  const Complaint rows[] = {
      {"clitimeout 50000",
       "1 warning: 'clitimeout' is an old spelling of 'timeout client' (write 'timeout client "
       "<time>')"},
      {"contimeout 5s",
       "1 warning: 'contimeout' is an old spelling of 'timeout connect' (write 'timeout connect "
       "<time>')"},
      {"srvtimeout 1m",
       "1 warning: 'srvtimeout' is an old spelling of 'timeout server' (write 'timeout server "
       "<time>')"},
      {"redispatch",
       "1 warning: 'redispatch' is an old spelling of 'option redispatch' (write 'option "
       "redispatch')"},
      {"option forceclose",
       "8 warning: 'option forceclose' is an old spelling of 'option httpclose' (write 'option "
       "httpclose')"},
      {"option http-tunnel",
       "8 warning: 'option http-tunnel' has no effect: every request of a connection is processed "
       "(remove it; upgraded connections and CONNECT become tunnels by themselves)"},
  };
  for (const Complaint& row : rows) {
    INFO(row.line);
    CHECK(complaint("listen l", row.line) == row.text);
  }
  CHECK(proxy_of("clitimeout 5").timeout(Timeout::kClient) == Millis(5));
  CHECK(proxy_of("contimeout 5").timeout(Timeout::kConnect) == Millis(5));
  CHECK(proxy_of("srvtimeout 5").timeout(Timeout::kServer) == Millis(5));
  CHECK(proxy_of("redispatch").redispatch == -1);
  CHECK(proxy_of("option forceclose").http_conn_mode == HttpConnMode::kClose);
  CHECK(proxy_of("option httpclose\noption http-tunnel").http_conn_mode ==
        HttpConnMode::kKeepAlive);
}

TEST_CASE("every switch can be set and taken back") {
  const struct {
    std::string_view name;
    Option which;
  } rows[] = {
      {"abortonclose", Option::kAbortonclose},
      {"allbackups", Option::kAllbackups},
      {"clitcpka", Option::kClitcpka},
      {"http-buffer-request", Option::kHttpBufferRequest},
      {"http-ignore-probes", Option::kHttpIgnoreProbes},
      {"http-no-delay", Option::kHttpNoDelay},
      {"http-pretend-keepalive", Option::kHttpPretendKeepalive},
      {"http-use-proxy-header", Option::kHttpUseProxyHeader},
      {"independent-streams", Option::kIndependentStreams},
      {"nolinger", Option::kNolinger},
      {"persist", Option::kPersist},
      {"prefer-last-server", Option::kPreferLastServer},
      {"socket-stats", Option::kSocketStats},
      {"splice-auto", Option::kSpliceAuto},
      {"splice-request", Option::kSpliceRequest},
      {"splice-response", Option::kSpliceResponse},
      {"srvtcpka", Option::kSrvtcpka},
      {"tcp-smart-accept", Option::kTcpSmartAccept},
      {"tcp-smart-connect", Option::kTcpSmartConnect},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(proxy_of(fmt::format("option {}", row.name)).options.count() == 1);
    CHECK(proxy_of(fmt::format("option {}", row.name)).option(row.which));
    CHECK(proxy_of(fmt::format("option {0}\nno option {0}", row.name)).options.none());
  }
  const ProxyConfig both = proxy_of("option tcpka");
  CHECK(both.option(Option::kClitcpka));
  CHECK(both.option(Option::kSrvtcpka));
  CHECK(proxy_of("option tcpka\nno option tcpka").options.none());
}

TEST_CASE("tcpka concerns the sides that the section has") {
  const auto config = config_of(
      "frontend f\n bind :80\n option tcpka\n default_backend b\n timeout client 1s\n"
      "backend b\n option tcpka\n");
  CHECK(config->proxies[0]->option(Option::kClitcpka));
  CHECK_FALSE(config->proxies[0]->option(Option::kSrvtcpka));
  CHECK_FALSE(config->proxies[1]->option(Option::kClitcpka));
  CHECK(config->proxies[1]->option(Option::kSrvtcpka));
}

TEST_CASE("the last of the three connection modes counts, and `no` takes back only its own") {
  using M = HttpConnMode;
  const auto mode = [](std::string_view lines) { return proxy_of(lines).http_conn_mode; };
  CHECK(mode("") == M::kKeepAlive);
  CHECK(mode("option httpclose") == M::kClose);
  CHECK(mode("option httpclose\noption http-server-close") == M::kServerClose);
  CHECK(mode("option httpclose\noption http-keep-alive") == M::kKeepAlive);
  CHECK(mode("option httpclose\nno option httpclose") == M::kKeepAlive);
  CHECK(mode("option httpclose\nno option http-server-close") == M::kClose);
}

TEST_CASE("reuse, keep-alive queue and monitor") {
  CHECK(proxy_of("").http_reuse == HttpReuse::kSafe);
  CHECK(proxy_of("http-reuse never").http_reuse == HttpReuse::kNever);
  CHECK(proxy_of("http-reuse safe").http_reuse == HttpReuse::kSafe);
  CHECK(proxy_of("http-reuse aggressive").http_reuse == HttpReuse::kAggressive);
  CHECK(proxy_of("http-reuse always").http_reuse == HttpReuse::kAlways);
  CHECK_FALSE(proxy_of("").max_keep_alive_queue_set);
  CHECK(proxy_of("max-keep-alive-queue 0").max_keep_alive_queue_set);
  CHECK(proxy_of("max-keep-alive-queue 9").max_keep_alive_queue == 9);
  CHECK_FALSE(proxy_of("max-keep-alive-queue 9\nmax-keep-alive-queue -1").max_keep_alive_queue_set);
  CHECK(proxy_of("monitor-uri /alive").monitor_uri == "/alive");
}

TEST_CASE("retries and redispatch") {
  CHECK(proxy_of("").retries == 3);
  CHECK(proxy_of("retries 0").retries == 0);
  CHECK(proxy_of("").redispatch == 0);
  CHECK(proxy_of("option redispatch").redispatch == -1);
  CHECK(proxy_of("option redispatch 2").redispatch == 2);
  CHECK(proxy_of("option redispatch -2").redispatch == -2);
  CHECK(proxy_of("option redispatch 2\nno option redispatch").redispatch == 0);
}

TEST_CASE("retry-on replaces what was said before") {
  const auto has = [](const RetryPolicy& policy, RetryOn event) {
    return policy.events[static_cast<size_t>(event)];
  };
  const RetryPolicy standard = proxy_of("").retry_on;
  CHECK(has(standard, RetryOn::kConnFailure));
  CHECK(standard.events.count() == 1);
  const RetryPolicy none = proxy_of("retry-on none").retry_on;
  CHECK(none.disabled);
  CHECK(none.events.none());
  const RetryPolicy some =
      proxy_of("retry-on conn-failure\nretry-on 503 empty-response 404 503").retry_on;
  CHECK_FALSE(has(some, RetryOn::kConnFailure));
  CHECK(has(some, RetryOn::kEmptyResponse));
  CHECK(some.statuses == std::vector<uint16_t>{404, 503});
  const RetryPolicy all = proxy_of("retry-on all-retryable-errors 425").retry_on;
  CHECK(all.events.all());
  CHECK(all.statuses == std::vector<uint16_t>{425, 500, 502, 503, 504});
  CHECK(has(proxy_of("retry-on junk-response").retry_on, RetryOn::kJunkResponse));
  CHECK(has(proxy_of("retry-on response-timeout").retry_on, RetryOn::kResponseTimeout));
  CHECK(has(proxy_of("retry-on 0rtt-rejected").retry_on, RetryOn::k0rttRejected));
}

TEST_CASE("forwarding headers") {
  const ForwardConfig client =
      proxy_of(
          "option forwardfor except 10.0.0.0/8 header X-Client if-none except ::1 except "
          "192.0.2.0/255.255.255.128")
          .forwardfor;
  CHECK(client.enabled);
  CHECK(client.header == "X-Client");
  CHECK(client.if_none);
  REQUIRE(client.except.size() == 3);
  CHECK(client.except[0].first.ip_text() == "10.0.0.0");
  CHECK(client.except[0].second == 8);
  CHECK(client.except[1].second == 128);
  CHECK(client.except[2].second == 25);
  CHECK(proxy_of("option forwardfor").forwardfor.header == "X-Forwarded-For");
  CHECK_FALSE(proxy_of("option forwardfor\nno option forwardfor").forwardfor.enabled);
  CHECK(proxy_of("option originalto").originalto.header == "X-Original-To");

  using Node = ForwardedConfig::Node;
  const ForwardedConfig standard = proxy_of("option forwarded").forwarded;
  CHECK(standard.enabled);
  CHECK(standard.proto);
  CHECK(standard.for_node == Node::kYes);
  CHECK(standard.by == Node::kNone);
  const ForwardedConfig other = proxy_of("option forwarded host by by_port").forwarded;
  CHECK_FALSE(other.proto);
  CHECK(other.for_node == Node::kNone);
  CHECK(other.host);
  CHECK(other.by == Node::kYes);
  CHECK(other.by_port);
}

TEST_CASE("a bad line of a proxy is refused at the right column") {
  const FakeNames names;
  const Complaint rows[] = {
      {"mode",
       "1 error: missing http or tcp after 'mode' "
       "(usage: mode http|tcp)"},
      {"mode foo", "6 error: unknown mode 'foo' ('http' or 'tcp')"},
      {"mode health",
       "6 error: mode 'health' is not available (use 'mode http' with 'monitor-uri', or "
       "'http-request return status 200')"},
      {"id 0", "4 error: <id> must be a whole number from 1 to 2147483647, not '0'"},
      {"description", "1 error: missing <text> after 'description'"},
      {"disabled now",
       "10 error: unexpected 'now' after 'disabled' ('disabled' takes no arguments)"},
      {"maxconn", "1 error: missing <number> after 'maxconn'"},
      {"maxconn 5k",
       "9 error: <number> must be a whole number from 0 to 2147483647, not '5k' "
       "(it has no unit: write all digits)"},
      {"maxconn -1", "9 error: <number> must be a whole number from 0 to 2147483647, not '-1'"},
      {"backlog x", "9 error: <number> must be a whole number from 0 to 2147483647, not 'x'"},
      {"rate-limit sessions", "12 error: missing <rate> after 'sessions'"},
      {"rate-limit connections 5",
       "12 error: unknown keyword 'rate-limit connections' "
       "(one of: sessions)"},
      {"fullconn 0", "10 error: <number> must be a whole number from 1 to 2147483647, not '0'"},
      {"default_backend", "1 error: missing <backend> after 'default_backend'"},
      {"timeout",
       "1 error: 'timeout' must be followed by another word (one of: check, client, client-fin, "
       "connect, http-keep-alive, http-request, queue, server, server-fin, tarpit, tunnel)"},
      {"timeout clinet 5s",
       "9 error: unknown keyword 'timeout clinet' (did you mean 'timeout client'?)"},
      {"timeout client", "9 error: missing <time> after 'client'"},
      {"timeout client 5x",
       "16 error: '5x' has an unknown time unit; known are us, ms, s, m, h and d"},
      {"timeout client 1.5s", "16 error: '1.5s' has a fraction; use a smaller unit"},
      {"timeout client 99999999999",
       "16 error: '99999999999' is too long; the longest time is 24 days"},
      {"timeout client 5 6",
       "18 error: unexpected '6' after 'timeout client' (usage: timeout client <time>)"},
      {"option abortonclos",
       "8 error: unknown keyword 'option abortonclos' (did you mean 'option abortonclose'?)"},
      {"option abortonclose x",
       "21 error: unexpected 'x' after 'option abortonclose' ('option abortonclose' takes no "
       "arguments)"},
      {"option httpclose x",
       "18 error: unexpected 'x' after 'option httpclose' ('option httpclose' takes no arguments)"},
      {"no timeout client 5s", "1 error: 'no' cannot stand before 'timeout client'"},
      {"http-reuse",
       "1 error: missing policy after 'http-reuse' "
       "(usage: http-reuse never|safe|aggressive|always)"},
      {"http-reuse alway", "12 error: unknown policy 'alway' (did you mean 'always'?)"},
      {"max-keep-alive-queue -2",
       "22 error: <number> must be a whole number from -1 to 2147483647, not '-2'"},
      {"monitor-uri", "1 error: missing <uri> after 'monitor-uri'"},
      {"monitor-uri /x y",
       "16 error: unexpected 'y' after 'monitor-uri' (usage: monitor-uri <uri>)"},
      {"retries x", "9 error: <number> must be a whole number from 0 to 2147483647, not 'x'"},
      {"option redispatch x",
       "19 error: <interval> must be a whole number from -2147483647 to 2147483647, not 'x'"},
      {"option redispatch 1 2",
       "21 error: unexpected '2' after 'option redispatch' (usage: option redispatch "
       "[<interval>])"},
      {"retry-on",
       "1 error: missing <event> after 'retry-on' "
       "(usage: retry-on <event> ...)"},
      {"retry-on 499",
       "10 error: cannot retry on '499' (the statuses are 401, 403, 404, 408, 425, 429, 500, 501, "
       "502, 503, 504)"},
      {"retry-on empty-respons",
       "10 error: cannot retry on 'empty-respons' (did you mean 'empty-response'?)"},
      {"retry-on 503 none", "14 error: 'none' cannot be combined with other events"},
      {"retry-on none 503", "10 error: 'none' cannot be combined with other events"},
      {"option forwardfor except",
       "19 error: missing <network> after 'except' "
       "(usage: option forwardfor [except <network>] [header <name>] [if-none])"},
      {"option forwardfor except 10.0.0.0/33",
       "26 error: '10.0.0.0/33' is not a network (write an address, or an address and a prefix "
       "length as in 10.0.0.0/8)"},
      {"option forwardfor except 10.0.0.0/255.0.255.0",
       "26 error: '10.0.0.0/255.0.255.0' is not a network (write an address, or an address and a "
       "prefix length as in 10.0.0.0/8)"},
      {"option forwardfor except host",
       "26 error: 'host' is not a network (write an address, or an address and a prefix length as "
       "in 10.0.0.0/8)"},
      {"option forwardfor header",
       "19 error: missing <name> after 'header' "
       "(usage: option forwardfor [except <network>] [header <name>] [if-none])"},
      {"option forwardfor header a:b", "26 error: 'a:b' is not the name of a header"},
      {"option forwardfor if-non", "19 error: unknown word 'if-non' (did you mean 'if-none'?)"},
      {"option originalto if-none", "19 error: unknown word 'if-none' (one of: except, header)"},
      {"option forwarded for-expr src",
       "18 error: 'for-expr' needs sample expressions, which are not built yet (the forms without "
       "expression are: proto, host, by, by_port, for, for_port)"},
      {"option forwarded port",
       "18 error: unknown word 'port' (one of: proto, host, by, by_port, for, for_port)"},
      {"option forwarded by_port", "18 error: 'by_port' needs 'by'"},
      {"option forwarded for_port", "18 error: 'for_port' needs 'for'"},
      {"source",
       "1 error: missing <address> after 'source' "
       "(usage: source <addr>[:<port>] [usesrc "
       "<addr2>[:<port2>]|client|clientip|hdr_ip(<name>[,<n>])] "
       "[interface <name>])"},
      {"source 192.0.2.1:80-90", "8 error: a range of ports like '80-90' is not possible here"},
      {"source 192.0.2.1 usesrc me",
       "25 error: cannot resolve 'me': Name or service not known ('usesrc' takes an address, "
       "client, clientip or hdr_ip(<name>))"},
      {"dispatch 192.0.2.1:80",
       "1 error: 'dispatch' is known in HAProxy but not built yet (a 'server' line with this "
       "address does the same)"},
  };
  for (const Complaint& row : rows) {
    INFO(row.line);
    CHECK(complaint("listen l", row.line) == row.text);
  }
}

TEST_CASE("what only HTTP can do is named where a proxy is not in mode http") {
  const auto warning = [](std::string_view line) {
    return complaints(
        fmt::format("listen l\n bind :80\n timeout client 1s\n timeout connect 1s\n "
                    "timeout server 1s\n server s 192.0.2.1:80\n {}\n",
                    line));
  };
  const std::string_view lines[] = {"option http-buffer-request",
                                    "option http-ignore-probes",
                                    "option http-no-delay",
                                    "option http-use-proxy-header",
                                    "option http-pretend-keepalive",
                                    "option prefer-last-server",
                                    "option forwardfor",
                                    "option originalto",
                                    "option forwarded"};
  for (const std::string_view line : lines) {
    CHECK(warning(line) == fmt::format("1:1 warning: '{}' has no effect on 'l', which is not in "
                                       "mode http (add 'mode http' to it if it is to speak HTTP)",
                                       line));
  }
  CHECK(warning("monitor-uri /x") ==
        "1:1 warning: 'monitor-uri' has no effect on 'l', which is not in mode http (add 'mode "
        "http' to it if it is to speak HTTP)");
  CHECK(warning("option httpclose").empty());
  CHECK(warning("http-reuse always").empty());
}

TEST_CASE("timeouts and bind lines that are missing are named") {
  constexpr std::string_view kHint =
      " (without them, a peer that vanishes keeps its connection for ever)";
  CHECK(complaints("listen l\n bind :80\n server s 192.0.2.1:80\n") ==
        fmt::format("1:1 warning: missing timeouts for proxy 'l': 'timeout client', "
                    "'timeout connect', 'timeout server'{}",
                    kHint));
  CHECK(complaints("backend b\n server s 192.0.2.1:80\n timeout connect 1s\n") ==
        fmt::format("1:1 warning: missing timeouts for backend 'b': 'timeout server'{}", kHint));
  CHECK(complaints("backend b\n server s 192.0.2.1:80\n timeout connect 1s\n timeout tunnel 1h\n")
            .empty());
  CHECK(complaints("backend b\n").empty());
  CHECK(complaints("frontend f\n disabled\n").empty());
  CHECK(complaints("frontend f\n timeout client 1s\n") ==
        "1:1 warning: frontend 'f' has no 'bind' (declare it as a backend if it is one)");
  CHECK(complaints("listen l\n timeout client 1s\n") ==
        "1:1 warning: proxy 'l' has no 'bind' (declare it as a backend if it is one)");
}
