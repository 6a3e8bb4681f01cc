// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "config/testing.h"

using namespace hawser;

namespace {

CookieConfig cookie_of(std::string_view lines) {
  return config_of(fmt::format("backend b\n mode http\n{}\n", lines))->proxies.at(0)->cookie;
}

}  // namespace

TEST_CASE("every word of a cookie line fills its setting") {
  using How = CookieConfig::How;
  const CookieConfig cookie = cookie_of(
      "cookie SRV insert indirect nocache postonly preserve httponly secure domain .a.example "
      "domain b.example maxidle 30m maxlife 90 attr SameSite=None attr Priority=High\n");
  CHECK(cookie.name == "SRV");
  CHECK(cookie.how == How::kInsert);
  CHECK(cookie.indirect);
  CHECK(cookie.nocache);
  CHECK(cookie.postonly);
  CHECK(cookie.preserve);
  CHECK(cookie.httponly);
  CHECK(cookie.secure);
  CHECK(cookie.domains == std::vector<std::string>{".a.example", "b.example"});
  CHECK(cookie.attrs == std::vector<std::string>{"SameSite=None", "Priority=High"});
  CHECK(cookie.maxidle == std::chrono::seconds(1800));
  CHECK(cookie.maxlife == std::chrono::seconds(90));
  CHECK(cookie_of("cookie A").how == How::kNone);
  CHECK(cookie_of("cookie A rewrite").how == How::kRewrite);
  CHECK(cookie_of("cookie A prefix indirect").how == How::kPrefix);
  CHECK(cookie_of("cookie A insert maxidle 1500ms").maxidle == std::chrono::seconds(2));
}

TEST_CASE("a later cookie line replaces an earlier one but keeps the key") {
  const CookieConfig cookie =
      cookie_of("dynamic-cookie-key k\ncookie A insert nocache\ncookie B insert dynamic");
  CHECK(cookie.name == "B");
  CHECK(cookie.dynamic);
  CHECK_FALSE(cookie.nocache);
  CHECK(cookie.dynamic_key == "k");
}

TEST_CASE("a bad cookie line is refused at the right column") {
  const Complaint rows[] = {
      {"cookie",
       "1 error: missing <name> after 'cookie' "
       "(usage: cookie <name> [rewrite|insert|prefix] [indirect] [nocache] [postonly] [preserve] "
       "[httponly] [secure] [domain <domain>]... [maxidle <time>] [maxlife <time>] [dynamic] [attr "
       "<value>]...)"},
      {"cookie a=b", "8 error: 'a=b' is not the name of a cookie"},
      {"cookie A insrt", "10 error: unknown word 'insrt' of 'cookie' (did you mean 'insert'?)"},
      {"cookie A insert rewrite",
       "17 error: only one of 'rewrite', 'insert' and 'prefix' is possible"},
      {"cookie A rewrite indirect",
       "1 error: 'rewrite' and 'indirect' cannot be combined (a cookie that the server sets itself "
       "is one that it should see again)"},
      {"cookie A insert domain",
       "17 error: missing <domain> after 'domain' "
       "(usage: cookie <name> [rewrite|insert|prefix] [indirect] [nocache] [postonly] [preserve] "
       "[httponly] [secure] [domain <domain>]... [maxidle <time>] [maxlife <time>] [dynamic] [attr "
       "<value>]...)"},
      {"cookie A insert domain a;b", "24 error: 'a;b' is not a domain"},
      {"cookie A insert domain example",
       "24 warning: domain 'example' has no dot inside (browsers refuse cookies for a top-level "
       "domain (RFC 6265, section 5.3))\n1 warning: 'cookie' has no effect on 'b', which is not in "
       "mode http (add 'mode http' to it if it is to speak HTTP)"},
      {"cookie A insert maxlife x", "25 error: 'x' does not start with a number"},
      {"cookie A insert maxidle",
       "17 error: missing <time> after 'maxidle' "
       "(usage: cookie <name> [rewrite|insert|prefix] [indirect] [nocache] [postonly] [preserve] "
       "[httponly] [secure] [domain <domain>]... [maxidle <time>] [maxlife <time>] [dynamic] [attr "
       "<value>]...)"},
      {"cookie A insert attr 'a;b'",
       "22 error: 'a;b' is not a cookie attribute (give one attribute for each 'attr', without ';' "
       "and control characters)"},
      {"dynamic-cookie-key", "1 error: missing <key> after 'dynamic-cookie-key'"},
      {"dynamic-cookie-key ''", "20 error: <key> is empty"},
      {"cookie A insert",
       "1 warning: 'cookie' has no effect on 'b', which is not in mode http (add 'mode http' to it "
       "if it is to speak HTTP)"},
  };
  for (const Complaint& row : rows) {
    INFO(row.line);
    CHECK(complaint("backend b", row.line) == row.text);
  }
  CHECK(complaints("backend b\n mode http\n cookie A insert dynamic\n") ==
        "3:2 warning: 'b' has 'cookie ... dynamic' but no 'dynamic-cookie-key' (without a key, "
        "servers get no cookie unless their line gives one)");
}
