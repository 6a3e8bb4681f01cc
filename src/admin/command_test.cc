// SPDX-License-Identifier: MIT
#include "admin/command.h"

#include "admin/test_site.h"
#include "admin/unbuilt_command.h"
#include "base/text.h"

namespace hawser {
namespace {

std::string found(std::string_view line) {
  const auto words = split(line, ' ');
  size_t used = 0;
  const Command* command = find_command(words, used);
  return command == nullptr
             ? ""
             : std::string(command->name) + "+" + std::to_string(words.size() - used);
}

std::string answer_to(std::string_view line) {
  const auto words = split(line, ' ');
  return unknown_command(words);
}

TEST_CASE("the longest name wins") {
  CHECK(found("show stat") == "show stat+0");
  CHECK(found("show stat -1 4 -1 json") == "show stat+4");
  CHECK(found("show servers state app") == "show servers state+1");
  CHECK(found("show servers") == "");
  CHECK(found("show") == "");
  CHECK(found("SHOW stat") == "");
}

TEST_CASE("what is no command is answered with what may be meant") {
  CHECK(answer_to("show servers") ==
        "Unknown command: 'show', but maybe one of the following ones is a better match:\n"
        "  show servers conn [<backend>]           : dump server connections status (all or for a "
        "single backend)\n"
        "  show servers state [<backend>]          : dump volatile server information (all or for "
        "a single backend)\n");
  for (const char* line : {"set sever app/s1 state drain", "sset server app/s1"}) {
    INFO(line);
    CHECK(answer_to(line).find("\n  set server ") != std::string::npos);
    CHECK(answer_to(line).find("\n  set weight ") == std::string::npos);
  }
  CHECK(answer_to("show xyz").find("  show stat ") != std::string::npos);
  CHECK(answer_to("show xyz").find("  set server ") == std::string::npos);
  CHECK(answer_to("xyz") == "Unknown command: 'xyz'; 'help' lists the commands.");
  CHECK(answer_to("add map #1 k v") ==
        "This command is known in HAProxy but not built yet: there are no maps yet.");
  CHECK(answer_to("@1 show info").find("'@1' names a process") == 0);
}

TEST_CASE("help lists all commands, or those that words begin") {
  const std::string all = command_help({});
  for (const Command* command : Registry<Command>::all()) {
    INFO(command->name);
    CHECK(all.find("\n  " + std::string(command->name)) != std::string::npos);
    CHECK_FALSE(command->summary.empty());
  }
  const std::string_view words[] = {"show", "s"};
  CHECK(command_help(words).find("show stat") != std::string::npos);
  CHECK(command_help(words).find("show info") == std::string::npos);
}

TEST_CASE("a command is built or unbuilt, not both") {
  for (const std::string_view name : unbuilt_commands()) {
    INFO(name);
    const auto words = split(name, ' ');
    size_t used = 0;
    const Command* command = find_command(words, used);
    CHECK((command == nullptr || used < words.size()));
  }
}

TEST_CASE("servers are named, or numbered after a sharp") {
  TestSite site;
  struct Row {
    const char* name;
    uint32_t slot;
    const char* problem;
  };
  for (const auto& row : {
           Row{"app/s1", 0, ""},
           Row{"app/s2", 1, ""},
           Row{"db/m", 2, ""},
           Row{"#3/#2", 1, ""},
           Row{"app/#1", 0, ""},
           Row{"", kNoIndex, "Require 'backend/server'."},
           Row{"app", kNoIndex, "Require 'backend/server'."},
           Row{"app/", kNoIndex, "Require 'backend/server'."},
           Row{"nope/s1", kNoIndex, "No such backend."},
           Row{"www/s1", kNoIndex, "No such backend."},
           Row{"app/s3", kNoIndex, "No such server."},
           Row{"app/1", kNoIndex, "No such server."},
       }) {
    INFO(row.name);
    std::string problem;
    CHECK(find_server(site.config, row.name, problem) == row.slot);
    CHECK(problem == row.problem);
  }
}

}  // namespace
}  // namespace hawser
