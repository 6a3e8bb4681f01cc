// SPDX-License-Identifier: MIT
// The parts of keys. Whole keys are compared with HAProxy's in hash_golden_test.cc.
#include "proxy/balance/key.h"

#include "base/testing.h"

namespace hawser {
namespace {

TEST_CASE("a URI is cut at its question mark, its length, its depth") {
  struct Row {
    BalanceConfig how;
    const char* target;
    const char* key;
  };
  const auto how = [](uint32_t len, uint32_t depth, bool whole = false, bool path_only = false) {
    BalanceConfig config;
    config.len = len;
    config.depth = depth;
    config.whole = whole;
    config.path_only = path_only;
    return config;
  };
  for (const Row& row : {
           Row{how(0, 0), "/a/b?c=1", "/a/b"},
           Row{how(0, 0, true), "/a/b?c=1", "/a/b?c=1"},
           Row{how(3, 0), "/a/b", "/a/"},
           Row{how(0, 1), "/a/b/c", "/a"},
           Row{how(0, 2), "/a/b/c", "/a/b"},
           Row{how(0, 9), "/a/b/c", "/a/b/c"},
           Row{how(2, 2), "/a/b/c", "/a"},
           Row{how(0, 0), "http://h/a?b", "http://h/a"},
           Row{how(0, 0, false, true), "http://h/a?b", "/a"},
           Row{how(0, 0, false, true), "http://h", ""},
           Row{how(0, 0, false, true), "*", ""},
       }) {
    INFO(row.target);
    CHECK(uri_key(row.how, row.target) == row.key);
  }
}

TEST_CASE("a parameter is found by its whole name") {
  CHECK(find_param("a=1&user=x&b=2", "user", "&") == "x");
  CHECK(find_param("user=", "user", "&") == "");
  CHECK(find_param("user=x;y", "user", "&") == "x;y");
  CHECK(find_param("user=x;y", "user", "&;?") == "x");
  CHECK_FALSE(find_param("xuser=1&userx=2&user", "user", "&"));
  CHECK_FALSE(find_param("", "user", "&"));
}

TEST_CASE("the main domain is the label before the last dot") {
  struct Row {
    const char* host;
    const char* domain;
  };
  for (const Row& row :
       {Row{"www.example.com", "example"}, Row{"example.com:80", "example"},
        Row{"localhost", "localhost"}, Row{"localhost:80", "localhost:80"}, Row{"a.b", "a"},
        Row{".com", ".com"}, Row{"x.a..com", "a."}, Row{"", ""}}) {
    INFO(row.host);
    CHECK(main_domain(row.host) == row.domain);
  }
}

TEST_CASE("an RDP cookie stands behind the header of a connection request") {
  const std::string header(11, '\0');
  CHECK(rdp_cookie(header + "Cookie: mstshash=bob\r\nrest", "mstshash") == "bob");
  CHECK(rdp_cookie(header + "cookie: MSTSHASH=bob\r\n", "mstshash") == "bob");
  CHECK(rdp_cookie(header + "Cookie: mstshash=bob\r\n", "msts").empty());
  CHECK(rdp_cookie(header + "Cookie: mstshash=bo", "mstshash").empty());  // more may come
  CHECK(rdp_cookie(header, "mstshash").empty());
  CHECK(rdp_cookie("", "mstshash").empty());
}

TEST_CASE("lists are split at commas outside of quotes") {
  CHECK(first_of_list("a, b") == "a");
  CHECK(last_of_list("a, b ") == "b");
  CHECK(first_of_list("\"a,b\",c") == "\"a,b\"");
  CHECK(first_of_list("\"a\\\",b\",c") == "\"a\\\",b\"");
  CHECK(last_of_list("a,") == "");
  CHECK(last_of_list("a") == "a");
}

TEST_CASE("hash-type none takes the key as a number") {
  HashConfig hash;
  hash.function = HashFunction::kNone;
  CHECK(balance_hash(hash, "1234x") == 1234);
  CHECK(balance_hash(hash, "-1") == UINT32_MAX);
  CHECK(balance_hash(hash, "x") == 0);
}

}  // namespace
}  // namespace hawser
