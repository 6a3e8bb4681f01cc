// SPDX-License-Identifier: MIT
#include "config/condition.h"

#include "base/testing.h"

namespace hawser {
namespace {

// "true", "false" or what is wrong.
std::string evaluate(std::string_view text) {
  Environment environment;
  environment.set("SET", "");
  const auto answer = evaluate_condition(text, environment);
  if (!answer) return answer.error().text;
  return *answer ? "true" : "false";
}

struct Row {
  std::string_view condition;
  std::string_view answer;
};

TEST_CASE("conditions follow HAProxy's manual") {
  for (const auto& [condition, answer] : {
           Row{"", "false"},
           Row{"0", "false"},
           Row{"1", "true"},
           Row{"-1", "true"},
           Row{"!0", "true"},
           Row{"! !1", "true"},
           Row{"1 && 0", "false"},
           Row{"1&&1", "true"},
           Row{"0 || 1", "true"},
           Row{"1 || 1 && 0", "true"},
           Row{"(1 || 1) && 0", "false"},
           Row{"!(1 && 0)", "true"},
           Row{"defined(SET)", "true"},
           Row{"defined(UNSET)", "false"},
           Row{"streq(a,a) && strneq(a,b)", "true"},
           Row{"streq(,yes)", "false"},
           Row{"streq(,)", "true"},
           Row{"streq(\"a,b\",'a,b')", "true"},
           Row{"streq(a\\,b,\"a,b\")", "true"},
           Row{"strstr(haystack,ays)", "true"},
           Row{"strstr(haystack,needle)", "false"},
           Row{"version_atleast(3.5)", "true"},
           Row{"version_atleast(3.5.0)", "true"},
           Row{"version_atleast(3.5-dev4)", "true"},
           Row{"version_atleast(2.4-dev19)", "true"},
           Row{"version_atleast(3.5.1)", "false"},
           Row{"version_atleast(3.10)", "false"},
           Row{"version_before(3.6-dev0)", "true"},
           Row{"version_before(3.5)", "false"},
           Row{"feature(TFO)", "true"},
           Row{"feature(THREAD)", "false"},
           Row{"feature(NO_SUCH_THING)", "false"},
           Row{"enabled(SPLICE)", "true"},
           Row{"enabled(KQUEUE)", "false"},
           Row{"openssl_version_atleast(1.0)", "false"},
           Row{"ssllib_name_startswith(OpenSSL)", "false"},
       }) {
    INFO(condition);
    CHECK(evaluate(condition) == answer);
  }
}

TEST_CASE("conditions that are not understood say why") {
  const std::string deep(1000, '(');
  const std::string unknown =
      "unknown predicate 'foo'; one of: defined, enabled, feature, openssl_version_atleast, "
      "openssl_version_before, "
      "ssllib_name_startswith, streq, strneq, strstr, version_atleast, version_before";
  for (const auto& [condition, answer] : {
           Row{"foo(1)", unknown},
           Row{"featur(TFO)", "unknown predicate 'featur'; did you mean 'feature'?"},
           Row{"defined", "'defined' takes 1 argument in parentheses"},
           Row{"streq(a)", "'streq' takes 2 arguments in parentheses"},
           Row{"streq(a,b", "a parenthesis of the condition is not closed"},
           Row{"(1", "a parenthesis of the condition is not closed"},
           Row{"1 &&", "the condition ends too early"},
           Row{"1 1", "unexpected '1' in the condition"},
           Row{"1 & 1", "unexpected '& 1' in the condition"},
           Row{"1 && || 0", "unexpected '|| 0' in the condition"},
           Row{"0 && foo", unknown},
           Row{"version_atleast(new)", "'new' is not a version like 2.4 or 2.4.1-dev3"},
           Row{deep, "the condition is nested too deeply"},
       }) {
    INFO(condition);
    CHECK(evaluate(condition) == answer);
  }
}

}  // namespace
}  // namespace hawser
