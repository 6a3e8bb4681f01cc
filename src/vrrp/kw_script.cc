// SPDX-License-Identifier: MIT
// vrrp-script: something that is run or looked at from time to time.
#include <fmt/format.h>

#include "base/text.h"
#include "config/account.h"
#include "config/keyword.h"
#include "vrrp/tracker.h"

namespace hawser {
namespace {

using Kind = VrrpScriptConfig::Kind;

// A section does one thing.
bool begin_kind(KeywordCall& call, Kind kind) {
  VrrpScriptConfig& script = call.vrrp_script();
  if (script.kind_given) {
    call.error_at(call.keyword(), "a vrrp-script section does one thing")
        .with_hint("it has 'command', 'file', 'no-file', 'tcp' or 'http' at " +
                   call.diag().place(script.subject_pos));
    return false;
  }
  script.kind = kind;
  script.kind_given = true;
  return true;
}

void set_subject(VrrpScriptConfig& script, std::string text, const Word& first, const Word& last) {
  script.subject = std::move(text);
  script.subject_pos = first.pos;
  script.width = static_cast<uint16_t>(last.pos.column + last.width - first.pos.column);
}

// One quoted word, or all that is left of the line.
bool set_command(KeywordCall& call) {
  if (!begin_kind(call, Kind::kCommand)) return false;
  const Word* first = call.peek();
  std::string text(trim(call.take_rest()));
  if (text.empty()) {
    call.error("missing <command> after 'command'");
    return false;
  }
  set_subject(call.vrrp_script(), std::move(text), *first, call.words().back());
  return true;
}

template <Kind kKind>
bool set_file(KeywordCall& call) {
  if (!begin_kind(call, kKind)) return false;
  TrackConfig path;
  if (!take_track_path(call, path)) return false;
  const Word& word = call.words()[call.position() - 1];
  set_subject(call.vrrp_script(), std::move(path.subject), word, word);
  return true;
}

bool set_tcp(KeywordCall& call) {
  if (!begin_kind(call, Kind::kTcp)) return false;
  const auto address = take_endpoint(call);
  if (!address) return false;
  const Word& word = call.words()[call.position() - 1];
  call.vrrp_script().address = *address;
  set_subject(call.vrrp_script(), std::string(word.text), word, word);
  return true;
}

// "http://ADDRESS[:PORT][/PATH]"
bool set_http(KeywordCall& call) {
  if (!begin_kind(call, Kind::kHttp)) return false;
  const auto word = call.take("<url>");
  if (!word) return false;
  constexpr std::string_view kScheme = "http://";
  if (!word->text.starts_with(kScheme)) {
    call.error(quoted(word->text) + " does not begin with http://");
    return false;
  }
  const std::string_view rest = word->text.substr(kScheme.size());
  const std::string authority(rest.substr(0, rest.find_first_of("/?")));
  auto spec = parse_address(authority, {});
  if (!spec) {
    call.error(spec.error().text);
    return false;
  }
  if (!spec->has_port) spec->address.set_port(80);
  VrrpScriptConfig& script = call.vrrp_script();
  script.address = spec->address;
  set_subject(script, std::string(word->text), *word, *word);
  if (!call.more()) return true;
  constexpr std::string_view kWords[] = {"expect"};
  if (!call.take_one_of("<option>", kWords)) return false;
  const auto status = call.take_int("<status>", 100, 599);
  if (!status) return false;
  script.expect = static_cast<uint16_t>(*status);
  return true;
}

template <Millis VrrpScriptConfig::*Member>
bool set_time(KeywordCall& call) {
  constexpr Millis kLeast{10};
  const auto time = call.take_duration("<time>", std::chrono::seconds(1));
  if (!time) return false;
  if (*time < kLeast) {
    call.error(fmt::format("{} is at least {}ms", quoted(call.keyword().text), kLeast.count()));
    return false;
  }
  call.vrrp_script().*Member = *time;
  return true;
}

template <uint32_t VrrpScriptConfig::*Member>
bool set_count(KeywordCall& call) {
  const auto count = call.take_int("<count>", 1, 1000);
  if (!count) return false;
  call.vrrp_script().*Member = static_cast<uint32_t>(*count);
  return true;
}

bool set_weight(KeywordCall& call) {
  const auto weight = call.take_int("<weight>", -kMaxTrackWeight, kMaxTrackWeight);
  if (!weight) return false;
  call.vrrp_script().weight = static_cast<int16_t>(*weight);
  call.vrrp_script().reverse = call.take_if("reverse");
  return true;
}

bool set_user(KeywordCall& call) {
  auto user = take_user_name(call);
  if (!user) return false;
  call.vrrp_script().user = *std::move(user);
  return true;
}

bool set_init_fail(KeywordCall& call) {
  call.vrrp_script().init_fail = true;
  return true;
}

constexpr Keyword kRows[] = {
    {.name = "command",
     .sections = kInVrrpScript,
     .parse = set_command,
     .args = "<command>",
     .summary = "succeeds when the command ends with 0"},
    {.name = "file",
     .sections = kInVrrpScript,
     .parse = set_file<Kind::kFile>,
     .args = "<path>",
     .summary = "succeeds while the file exists"},
    {.name = "no-file",
     .sections = kInVrrpScript,
     .parse = set_file<Kind::kNoFile>,
     .args = "<path>",
     .summary = "succeeds while the file does not exist"},
    {.name = "tcp",
     .sections = kInVrrpScript,
     .parse = set_tcp,
     .args = "<address>:<port>",
     .summary = "succeeds when the connection is accepted"},
    {.name = "http",
     .sections = kInVrrpScript,
     .parse = set_http,
     .args = "http://<address>[:<port>][/<path>] [expect <status>]",
     .summary = "succeeds when the answer has the status"},
    {.name = "interval",
     .sections = kInVrrpScript,
     .parse = set_time<&VrrpScriptConfig::interval>,
     .args = "<time>",
     .summary = "time between two runs"},
    {.name = "timeout",
     .sections = kInVrrpScript,
     .parse = set_time<&VrrpScriptConfig::timeout>,
     .args = "<time>",
     .summary = "time after which a run has failed"},
    {.name = "rise",
     .sections = kInVrrpScript,
     .parse = set_count<&VrrpScriptConfig::rise>,
     .args = "<count>",
     .summary = "successes in a row that make it up"},
    {.name = "fall",
     .sections = kInVrrpScript,
     .parse = set_count<&VrrpScriptConfig::fall>,
     .args = "<count>",
     .summary = "failures in a row that make it down"},
    {.name = "weight",
     .sections = kInVrrpScript,
     .parse = set_weight,
     .args = "<-253..253> [reverse]",
     .summary = "of track-script lines that give none"},
    {.name = "user",
     .sections = kInVrrpScript,
     .parse = set_user,
     .args = "<user>",
     .summary = "who runs the command"},
    {.name = "init-fail",
     .sections = kInVrrpScript,
     .parse = set_init_fail,
     .summary = "the script is down until it has succeeded"},
};
HW_REGISTER(Keyword, kRows);

}  // namespace
}  // namespace hawser
