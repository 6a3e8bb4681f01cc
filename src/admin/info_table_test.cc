// SPDX-License-Identifier: MIT
#include "admin/info_table.h"

#include "admin/test_site.h"

namespace hawser {
namespace {

TEST_CASE("show info adds the workers up, under HAProxy's names and numbers") {
  TestSite site;
  site.config.global.node = "n1";
  Shared& shared = *site.shared;
  shared.header().started_ms.store(1'000);
  shared.header().conns.store(7);
  shared.process_counters(0).req_tot.add(5);
  shared.process_counters(1).req_tot.add(6);
  shared.process_counters(0).pipes_used.store(1);
  shared.process_counters(1).pipes_used.store(2);
  shared.process(kFirstWorker).idle_percent.store(90);
  shared.process(kFirstWorker + 1).idle_percent.store(41);
  shared.process(kMasterSlot).pid.store(4711);
  const InfoSource source{site.config, shared, 1'000 + 93'784'000, 1'800'000'000'000};

  std::string plain, typed, help, json;
  print_info(source, false, plain);
  for (const char* line :
       {"Name: Hawser\n", "\nNbproc: 2\n", "\nPid: 4711\n", "\nUptime: 1d 2h03m04s\n",
        "\nUptime_sec: 93784\n", "\nMaxconn: 1000\n", "\nCurrConns: 7\n", "\nCumReq: 11\n",
        "\nnode: n1\n", "\nPipesUsed: 3\n", "\nIdle_pct: 65\n", "\nListeners: 1\n", "\nJobs: 8\n",
        "\nStart_time_sec: 1799906216\n"}) {
    INFO(line);
    CHECK(plain.find(line) != std::string::npos);
  }
  CHECK(plain.find("description:") == std::string::npos);  // not given

  print_info_typed(source, false, typed);
  CHECK(typed.find("0.Name.1:POS:str:Hawser\n") == 0);
  CHECK(typed.find("\n19.CumReq.1:MCP:u64:11\n") != std::string::npos);
  print_info(source, true, help);
  CHECK(help.find("Name: Hawser:\"name of the program\"\n") == 0);
  print_info_json(source, json);
  CHECK(json.find(R"([{"field":{"pos":0,"name":"Name"},"processNum":1,"tags":{"origin":"Product",)"
                  R"("nature":"Output","scope":"Service"},"value":{"type":"str",)"
                  R"("value":"Hawser"}},)") == 0);
  CHECK(json.ends_with("}}]\n"));
}

}  // namespace
}  // namespace hawser
