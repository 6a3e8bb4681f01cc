// SPDX-License-Identifier: MIT
#include "admin/test_site.h"
#include "base/text.h"
#include "vrrp/test_node.h"

namespace hawser {
namespace {

using Catch::Matchers::Contains;

struct Site : TestNode {
  Site() { share(); }
  // The answer to a line.
  std::string ask(std::string_view line) {
    const std::vector<std::string_view> words = split(line, ' ');
    size_t used = 0;
    const Command* command = find_command(words, used);
    REQUIRE(command != nullptr);
    std::string answer;
    CommandCall call{config,
                     *shared,
                     control,
                     cli,
                     std::span(words).subspan(used),
                     {},
                     [&](std::string text) { answer = std::move(text); },
                     [&](const AnswerSource& more) {
                       while (more(answer)) {
                       }
                     }};
    command->run(call);
    return answer;
  }
  FakeControl control;
  CliState cli;
};

TEST_CASE("show vrrp shows all instances, those of a section, or one") {
  Site site;
  CHECK_THAT(site.ask("show vrrp"),
             Contains("VI_1/4: INIT") && Contains("VI_1/6: INIT") && Contains("VI_2: INIT"));
  CHECK_THAT(site.ask("show vrrp VI_1"),
             Contains("VI_1/4") && Contains("VI_1/6") && !Contains("VI_2"));
  CHECK_THAT(site.ask("show vrrp VI_1/6"), !Contains("VI_1/4"));
  CHECK(site.ask("show vrrp VI_3") == "There is no vrrp section 'VI_3'.");
  CHECK(site.ask("show vrrp VI_1 all") == "Unknown word 'all': show vrrp [<name>] [json].");
  const std::string json = site.ask("show vrrp json");
  CHECK(json.starts_with("[{"));
  CHECK(json.ends_with("}]"));
}

TEST_CASE("without vrrp sections, the commands say so") {
  Site site;
  Config none;
  const auto shared = Shared::create(none, 1);
  REQUIRE(shared);
  std::string answer;
  for (const char* line : {"show vrrp", "show vrrp events"}) {
    const std::vector<std::string_view> words = split(line, ' ');
    size_t used = 0;
    const Command* command = find_command(words, used);
    CommandCall call{none,
                     **shared,
                     site.control,
                     site.cli,
                     std::span(words).subspan(used),
                     {},
                     [&](std::string text) { answer = std::move(text); },
                     [](const AnswerSource&) {}};
    command->run(call);
    CHECK(answer == "The configuration has no vrrp section.");
  }
}

TEST_CASE("show vrrp events tells what has been logged") {
  Site site;
  CHECK(site.ask("show vrrp events") == "Nothing has happened yet.");
  site.enters(2, VrrpState::kMaster, "no advert for 3.6 s");
  site.shared->vrrp_events().read = 1;
  CHECK_THAT(
      site.ask("show vrrp events"),
      Contains(" notice  VI_2: entering MASTER state (priority 100): no advert for 3.6 s\n"));
}

TEST_CASE("clear counters vrrp starts them from 0") {
  Site site;
  site.shared->vrrp(2).adverts_sent = 7;
  CHECK_THAT(site.ask("show vrrp VI_2"), Contains("7 sent"));
  CHECK(site.ask("clear counters vrrp").empty());
  CHECK_THAT(site.ask("show vrrp VI_2"), Contains("0 sent, 0 accepted"));
}

TEST_CASE("set vrrp asks the vrrp process, of both instances of a section") {
  Site site;
  for (const char* line : {"set vrrp VI_1 priority 90", "set vrrp VI_2 priority default",
                           "set vrrp VI_2 maintenance on", "set vrrp VI_2 maintenance on for 10m",
                           "set vrrp VI_2 maintenance off", "set vrrp VI_2 release"}) {
    CHECK(site.ask(line).empty());
  }
  CHECK(site.control.calls ==
        std::vector<std::string>{"priority 0 1: 90 off 0", "priority 2: 0 off 0",
                                 "maintenance 2: 0 on 0", "maintenance 2: 0 on 600000",
                                 "maintenance 2: 0 off 0", "release 2: 0 off 0"});
}

TEST_CASE("set vrrp says what it does not understand") {
  Site site;
  site.config.vrrps[0]->priority = 255;
  const std::string usage =
      "usage: set vrrp <name> priority <1-254>|default | maintenance on [for <time>]|off | release";
  struct Row {
    const char* line;
    std::string answer;
  };
  for (const auto& row :
       {Row{"set vrrp", usage}, Row{"set vrrp VI_2", usage}, Row{"set vrrp VI_2 up", usage},
        Row{"set vrrp VI_9 release", "There is no vrrp section 'VI_9'."},
        Row{"set vrrp VI_2 release now", usage},
        Row{"set vrrp VI_2 priority 255", "A priority is a number from 1 to 254, or 'default'."},
        Row{"set vrrp VI_1 priority 90", "The owner of an address has priority 255 and no other."},
        Row{"set vrrp VI_2 maintenance", usage},
        Row{"set vrrp VI_2 maintenance on for ever", "'ever' is no time: '10m', '90s'."}}) {
    INFO(row.line);
    CHECK(site.ask(row.line) == row.answer);
  }
  CHECK(site.control.calls.empty());
}

}  // namespace
}  // namespace hawser
