// SPDX-License-Identifier: MIT
// For the tests of control's part: a node with two sections, VI_1 of both families and VI_2, in the
// group VG; its shared segment; a clock that stands until it is moved; and commands that run only
// on paper.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/testing.h"
#include "loop/loop.h"
#include "shm/shared.h"
#include "vrrp/command.h"
#include "vrrp/deadlines.h"
#include "vrrp/subject.h"

namespace hawser {

class FakeCommands final : public CommandLauncher {
 public:
  struct Run {
    CommandSpec spec;
    Done done;
    bool alive = true;
  };

  Result<std::unique_ptr<CommandRun>> start(const CommandSpec& spec, Done done) override {
    if (lacks_processes) return Error{"out of processes"};
    runs.push_back(std::make_shared<Run>(Run{spec, std::move(done)}));
    return std::unique_ptr<CommandRun>(std::make_unique<Handle>(runs.back()));
  }

  // Ends the oldest run that has not ended.
  void end(const CommandEnd& end) {
    for (size_t i = 0; i < runs.size(); ++i) {
      if (runs[i]->done == nullptr) continue;
      const Done done = std::exchange(runs[i]->done, nullptr);
      return done(end);
    }
    FAIL("nothing runs");
  }
  void exit(int code) { end({CommandEnd::How::kExited, code, {}, {}, Micros(1000)}); }

  // "command arg arg" of all that have been started.
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& run : runs) {
      std::string line = run->spec.command;
      for (const std::string& arg : run->spec.args) line += " " + arg;
      out.push_back(line);
    }
    return out;
  }

  std::vector<std::shared_ptr<Run>> runs;
  bool lacks_processes = false;

 private:
  struct Handle final : CommandRun {
    explicit Handle(std::shared_ptr<Run> of) : run(std::move(of)) {}
    ~Handle() override { run->alive = false; }
    std::shared_ptr<Run> run;
  };
};

// What the process has logged, "warning: text", while this lives.
class LogCapture {
 public:
  LogCapture() {
    lines().clear();
    set_log_stderr(false);
    set_log_sink([](LogLevel level, std::string_view text) {
      lines().push_back(std::string(log_level_name(level)) + ": " + std::string(text));
    });
  }
  ~LogCapture() {
    set_log_sink(nullptr);
    set_log_stderr(true);
  }
  static std::vector<std::string>& lines() {
    static std::vector<std::string> captured;
    return captured;
  }
};

struct TestNode {
  TestNode() {
    add_section("VI_1", 51, "192.0.2.10");
    add_section("VI_2", 52, "192.0.2.20");
    add_instance(0, AF_INET, "VI_1/4");
    add_instance(0, AF_INET6, "VI_1/6");
    add_instance(1, AF_INET, "VI_2");
    auto group = std::make_unique<VrrpGroupConfig>();
    group->name = "VG";
    group->members = {0, 1};
    config.vrrp_groups.push_back(std::move(group));
    config.track_slots = 8;
  }

  // To be called when the configuration is complete.
  void share() {
    auto made = Shared::create(config, 1);
    REQUIRE(made);
    shared = std::move(made).value();
  }

  void pass(Millis time) {
    const int64_t end_ms = now_ms + time.count();
    while (deadlines.next_ms() <= end_ms) {
      now_ms = std::max(now_ms, deadlines.next_ms());
      deadlines.advance();
    }
    now_ms = end_ms;
    deadlines.advance();
  }

  // As the vrrp process writes it. The number is that of the event.
  uint64_t happens(uint32_t instance, uint32_t what, std::string_view text = "",
                   LogLevel level = LogLevel::kNotice) {
    VrrpEventRing& ring = shared->vrrp_events();
    const uint64_t number = ring.written + 1;
    VrrpEventEntry& entry = ring.entries[number % kVrrpEvents];
    entry.at_ns = 1'795'246'200'000'000'000;  // 2026-11-21 07:30:00 UTC
    entry.instance = instance;
    entry.what = what;
    entry.priority = 100;
    entry.severity = static_cast<uint32_t>(level);
    entry.text[text.copy(entry.text, sizeof entry.text - 1)] = '\0';
    entry.number = number;
    ring.written = number;
    return number;
  }
  uint64_t enters(uint32_t instance, VrrpState state, std::string_view text = "") {
    return happens(instance, static_cast<uint32_t>(state), text);
  }

  Config config;
  std::unique_ptr<Shared> shared;
  int64_t now_ms = 1'000'000;
  Deadlines deadlines{[this] { return now_ms; }};
  Loop loop;
  FakeCommands commands;

 private:
  void add_section(const char* name, uint8_t vrid, const char* address) {
    auto section = std::make_unique<VrrpConfig>();
    section->name = name;
    section->vrid = vrid;
    section->interface = "eth0";
    section->addresses.emplace_back();
    section->addresses.back().address = *Address::parse_ip(address);
    section->addresses.back().prefix = 24;
    config.vrrps.push_back(std::move(section));
  }
  void add_instance(uint32_t section, int family, const char* name) {
    VrrpInstanceConfig& instance = config.vrrp_instances.emplace_back();
    instance.section = section;
    instance.family = family;
    instance.name = name;
    for (const VirtualAddress& address : config.vrrps[section]->addresses) {
      if (address.address.family() == family) instance.addresses.push_back(address);
    }
  }
};

}  // namespace hawser
