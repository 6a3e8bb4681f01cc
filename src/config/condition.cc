// SPDX-License-Identifier: MIT
#include "config/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "config/nearest.h"

namespace hawser {
namespace {

constexpr Feature kFeatures[] = {
#define HW_FEATURE(name, present) {name, present},
#include "config/features.def"
#undef HW_FEATURE
};

// What can be switched off at start in HAProxy; here it is always on.
constexpr std::string_view kEnabled[] = {"EPOLL", "FAST-FORWARD", "GETADDRINFO", "REUSEPORT",
                                         "SPLICE"};

// Parentheses and exclamation marks nest at most this deep, so that no text exhausts the stack.
constexpr int kMaxDepth = 100;

struct Version {
  std::array<uint64_t, 3> numbers{};
  int stage = 3;  // dev 0, pre 1, rc 2, release 3
  uint64_t stage_number = 0;
  auto key() const { return std::tie(numbers, stage, stage_number); }
};

// "2.4", "2.4.1", "2.4-dev19", "2.4-rc1-12ab"
std::optional<Version> parse_version(std::string_view text) {
  Version out;
  const size_t dash = text.find('-');
  const auto numbers = split(text.substr(0, dash), '.');
  if (numbers.size() > out.numbers.size()) return std::nullopt;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto number = parse_uint(numbers[i]);
    if (!number) return std::nullopt;
    out.numbers[i] = *number;
  }
  if (dash == text.npos) return out;
  const std::string_view suffix = text.substr(dash + 1);
  constexpr std::string_view kStages[] = {"dev", "pre", "rc"};
  for (size_t i = 0; i < std::size(kStages); ++i) {
    if (!suffix.starts_with(kStages[i])) continue;
    out.stage = static_cast<int>(i);
    const std::string_view number = suffix.substr(kStages[i].size());
    out.stage_number = parse_uint(number.substr(0, number.find('-'))).value_or(0);
  }
  return out;
}

struct Arguments {
  std::vector<std::string> list;
  const Environment& environment;
};

using Answer = Result<bool>;

Answer compare_version(const Arguments& args, bool at_least) {
  const auto wanted = parse_version(args.list[0]);
  if (!wanted) return Error{quoted(args.list[0]) + " is not a version like 2.4 or 2.4.1-dev3"};
  const bool older = parse_version(kDialectVersion)->key() < wanted->key();
  return older != at_least;
}

bool has_feature(std::string_view name) {
  return std::any_of(std::begin(kFeatures), std::end(kFeatures),
                     [&](const Feature& row) { return row.name == name && row.present; });
}

struct Predicate {
  std::string_view name;
  size_t args;
  Answer (*evaluate)(const Arguments& args);
};

constexpr Predicate kPredicates[] = {
    {"defined", 1,
     [](const Arguments& a) -> Answer { return a.environment.find(a.list[0]).has_value(); }},
    {"enabled", 1,
     [](const Arguments& a) -> Answer {
       return std::find(std::begin(kEnabled), std::end(kEnabled), a.list[0]) != std::end(kEnabled);
     }},
    {"feature", 1, [](const Arguments& a) -> Answer { return has_feature(a.list[0]); }},
    // There is no TLS yet, whatever library is linked.
    {"openssl_version_atleast", 1, [](const Arguments&) -> Answer { return false; }},
    {"openssl_version_before", 1, [](const Arguments&) -> Answer { return false; }},
    {"ssllib_name_startswith", 1, [](const Arguments&) -> Answer { return false; }},
    {"streq", 2, [](const Arguments& a) -> Answer { return a.list[0] == a.list[1]; }},
    {"strneq", 2, [](const Arguments& a) -> Answer { return a.list[0] != a.list[1]; }},
    {"strstr", 2,
     [](const Arguments& a) -> Answer { return a.list[0].find(a.list[1]) != std::string::npos; }},
    {"version_atleast", 1, [](const Arguments& a) -> Answer { return compare_version(a, true); }},
    {"version_before", 1, [](const Arguments& a) -> Answer { return compare_version(a, false); }},
};

// Recursive descent: alternatives of conjunctions of negatable terms. Every part is parsed even
// when the result is already known, so that mistakes never hide.
class ConditionParser {
 public:
  ConditionParser(std::string_view text, const Environment& environment)
      : text_(text), environment_(environment) {}

  Answer run() {
    skip_blanks();
    if (next_ == text_.size()) return false;
    Answer answer = alternatives(0);
    if (answer && next_ != text_.size()) {
      return Error{"unexpected " + quoted(text_.substr(next_)) + " in the condition"};
    }
    return answer;
  }

 private:
  void skip_blanks() {
    while (next_ < text_.size() && is_blank(text_[next_])) ++next_;
  }
  bool take(std::string_view token) {
    skip_blanks();
    if (text_.substr(next_, token.size()) != token) return false;
    next_ += token.size();
    skip_blanks();
    return true;
  }

  Answer alternatives(int depth) {
    Answer left = conjunction(depth);
    while (left && take("||")) {
      Answer right = conjunction(depth);
      if (!right) return right;
      left = *left || *right;
    }
    return left;
  }

  Answer conjunction(int depth) {
    Answer left = term(depth);
    while (left && take("&&")) {
      Answer right = term(depth);
      if (!right) return right;
      left = *left && *right;
    }
    return left;
  }

  Answer term(int depth) {
    if (depth > kMaxDepth) return Error{"the condition is nested too deeply"};
    if (take("!")) {
      Answer inner = term(depth + 1);
      if (!inner) return inner;
      return !*inner;
    }
    if (take("(")) {
      Answer inner = alternatives(depth + 1);
      if (inner && !take(")")) return Error{"a parenthesis of the condition is not closed"};
      return inner;
    }
    const size_t start = next_;
    while (next_ < text_.size() && (is_alnum(text_[next_]) || text_[next_] == '_' ||
                                    (next_ == start && text_[next_] == '-'))) {
      ++next_;
    }
    const std::string_view name = text_.substr(start, next_ - start);
    if (name.empty()) {
      return Error{next_ == text_.size()
                       ? "the condition ends too early"
                       : "unexpected " + quoted(text_.substr(next_)) + " in the condition"};
    }
    skip_blanks();
    if (const auto number = parse_int(name)) return *number != 0;
    return predicate(name);
  }

  Answer predicate(std::string_view name) {
    for (const Predicate& row : kPredicates) {
      if (row.name != name) continue;
      auto args = arguments();
      if (!args) return args.error();
      if (args->size() != row.args) {
        return Error{quoted(name) + " takes " + std::to_string(row.args) +
                     (row.args == 1 ? " argument" : " arguments") + " in parentheses"};
      }
      return row.evaluate({std::move(*args), environment_});
    }
    std::vector<std::string_view> names;
    for (const Predicate& row : kPredicates) names.push_back(row.name);
    const std::string_view near = nearest(name, names);
    return Error{"unknown predicate " + quoted(name) +
                 (near.empty() ? fmt::format("; one of: {}", fmt::join(names, ", "))
                               : "; did you mean " + quoted(near) + "?")};
  }

  // "(a,b)" with a level of quotes of its own. Blanks around an argument count, as in HAProxy.
  Result<std::vector<std::string>> arguments() {
    std::vector<std::string> out;
    if (next_ == text_.size() || text_[next_] != '(') return out;
    ++next_;
    std::string argument;
    char quote = 0;
    for (; next_ < text_.size(); ++next_) {
      const char c = text_[next_];
      if (quote != 0 ? c == quote : c == '\'' || c == '"') {
        quote = quote != 0 ? '\0' : c;
      } else if (c == '\\' && quote != '\'' && next_ + 1 < text_.size()) {
        argument += text_[++next_];
      } else if (quote == 0 && (c == ',' || c == ')')) {
        out.push_back(std::move(argument));
        argument.clear();
        if (c == ',') continue;
        ++next_;
        skip_blanks();
        return out;
      } else {
        argument += c;
      }
    }
    return Error{"a parenthesis of the condition is not closed"};
  }

  std::string_view text_;
  const Environment& environment_;
  size_t next_ = 0;
};

}  // namespace

std::span<const Feature> features() { return kFeatures; }

Result<bool> evaluate_condition(std::string_view text, const Environment& environment) {
  return ConditionParser(text, environment).run();
}

}  // namespace hawser
