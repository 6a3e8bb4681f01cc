// SPDX-License-Identifier: MIT
#include "admin/stats_table.h"

#include "admin/stats_csv.h"
#include "admin/stats_marks.h"
#include "admin/stats_typed.h"
#include "admin/test_site.h"
#include "base/text.h"
#include "shm/server_state.h"

namespace hawser {
namespace {

constexpr int64_t kNow = 1'000'000'000;

StatSource source_of(TestSite& site, int64_t now_ms = kNow) {
  return {site.config, *site.shared, now_ms, true,
          [&site](uint32_t slot) { return site.control.last_check_text(slot); }};
}

std::string csv_of(TestSite& site, StatFilter filter = {}) {
  StatsTable table(source_of(site), filter);
  StatRow row;
  std::string out;
  while (table.next(row)) print_csv(row, out);
  return out;
}

std::vector<std::string> names_of(TestSite& site, StatFilter filter) {
  StatsTable table(source_of(site), filter);
  StatRow row;
  std::vector<std::string> names;
  while (table.next(row)) {
    names.push_back(std::get<std::string>(row[StatColumn::pxname]) + "/" +
                    std::get<std::string>(row[StatColumn::svname]));
  }
  return names;
}

// The value of one column of one row.
std::string value(TestSite& site, uint32_t proxy, StatKind kind, StatColumn column,
                  int64_t now_ms = kNow) {
  StatFilter filter;
  filter.proxy_id = proxy;
  filter.kinds = 1u << static_cast<unsigned>(kind);
  StatsTable table(source_of(site, now_ms), filter);
  StatRow row;
  REQUIRE(table.next(row));
  std::string out;
  print_cell(row[column], out);
  return out;
}

using Names = std::vector<std::string>;

TEST_CASE("the CSV header is HAProxy 2.6's") {
  CHECK(csv_header() ==
        "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,"
        "wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,"
        "throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,"
        "check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,"
        "req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,"
        "last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,"
        "check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,"
        "agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,"
        "dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,qtime_max,ctime_max,"
        "rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uweight,"
        "agg_server_status,agg_server_check_status,agg_check_status,-,ssl_sess,ssl_reused_sess,"
        "ssl_failed_handshake,h2_headers_rcvd,h2_data_rcvd,h2_settings_rcvd,h2_rst_stream_rcvd,"
        "h2_goaway_rcvd,h2_detected_conn_protocol_errors,h2_detected_strm_protocol_errors,"
        "h2_rst_stream_resp,h2_goaway_resp,h2_open_connections,h2_backend_open_streams,"
        "h2_total_connections,h2_backend_total_streams,h1_open_connections,h1_open_streams,"
        "h1_total_connections,h1_total_streams,h1_bytes_in,h1_bytes_out,h1_spliced_bytes_in,"
        "h1_spliced_bytes_out,\n");
}

TEST_CASE("rows are known values in HAProxy's places") {
  TestSite site;
  Shared& shared = *site.shared;
  shared.frontend(0, 0).sess_tot.add(3);
  shared.frontend(1, 0).sess_tot.add(4);
  shared.frontend(1, 0).conn_tot.add(8);
  shared.frontend(0, 0).bytes_in.add(100);
  shared.frontend(1, 0).http_2xx.add(6);
  shared.proxy_load(0).fe_conns.store(2);
  shared.proxy_load(0).fe_conns_max.store(5);
  shared.server(1, 0).sess_tot.add(7);
  shared.server(1, 0).queue_time.add(30);
  shared.server(1, 0).last_session_ms.store(kNow - 21'500);
  shared.server_load(0).served.store(1);
  shared.server_load(0).idle.store(4);
  for (uint32_t slot = 0; slot < 3; ++slot) {
    shared.server_state(slot).changed_ms.store(kNow - 31'000);
  }
  shared.server_state(0).word.store(HealthWord{ServerHealth::kUp, 0, true, true, 4}.packed());
  shared.server_state(0).check_status.store(static_cast<uint32_t>(CheckStatus::kL7Ok));
  shared.server_state(0).check_code.store(200);
  shared.server_state(0).check_ms.store(3);
  for (uint32_t proxy = 0; proxy < 3; ++proxy) {
    shared.backend_state(proxy).changed_ms.store(kNow - 31'000);
  }

  const std::string csv = csv_of(site);
  const auto lines = split(csv, '\n');
  REQUIRE(lines.size() == 8);  // with the empty one after the last line
  const std::string rest = ",,,,-" + std::string(25, ',');
  CHECK(lines[0] ==
        "www,FRONTEND,,,2,5,200,7,100,0,0,0,0,,,,,OPEN,,,,,,,,,1,2,0,,,,0,0,0,0,,,,0,"
        "6,0,0,0,0,,0,0,0,,,,,,,,,,,,,,,,,,,,,,,,,,,http,,0,0,8,0,0,0,0,,,,,,,,,,,0,,,,," +
            rest);
  CHECK(lines[1] ==
        "app,s1,0,0,1,1,,7,0,0,,0,,0,0,0,0,UP,10,1,0,0,0,31,0,,1,3,1,,0,,2,0,,0,L7OK,"
        "200,3,0,0,0,0,0,0,,,,0,0,0,,,,,21,,,30,0,0,0,,,,Layer7 check passed,,2,3,4,,,,"
        "127.0.0.1:8001,,http,,,,,,,,0,0,0,,,4,,30,0,0,0,0,4,0,1,1,10" +
            rest);
  CHECK(lines[2].substr(0, 60) == "app,s2,0,0,0,0,,0,0,0,,0,,0,0,0,0,UP 1/3,1,0,1,0,0,31,0,,1,3");
  CHECK(lines[3].substr(0, 64) ==
        "app,BACKEND,0,0,0,0,20,0,0,0,0,0,,0,0,0,0,UP,10,1,1,,0,31,0,,1,3");
  CHECK(lines[4].substr(0, 60) == "db,FRONTEND,,,0,0,1000,0,0,0,0,0,0,,,,,OPEN,,,,,,,,,1,4,0,,,");
  CHECK(lines[5].substr(0, 67) ==
        "db,m,0,0,0,0,,0,0,0,,0,,0,0,0,0,no check,1,1,0,,,31,,,1,4,1,,0,,2,0");
}

TEST_CASE("in mode tcp a frontend had 0 requests, and a backend has no such count") {
  TestSite site;
  CHECK(value(site, 4, StatKind::kFrontend, StatColumn::req_tot) == "0");
  CHECK(value(site, 4, StatKind::kFrontend, StatColumn::hrsp_2xx) == "");
  CHECK(value(site, 4, StatKind::kBackend, StatColumn::req_tot) == "");
}

TEST_CASE("a filter chooses rows") {
  TestSite site;
  const auto all =
      Names{"www/FRONTEND", "app/s1", "app/s2", "app/BACKEND", "db/FRONTEND", "db/m", "db/BACKEND"};
  CHECK(names_of(site, {}) == all);
  CHECK(names_of(site, {.proxy_id = 3}) == Names{"app/s1", "app/s2", "app/BACKEND"});
  CHECK(names_of(site, {.kinds = 3}) ==
        Names{"www/FRONTEND", "app/BACKEND", "db/FRONTEND", "db/BACKEND"});
  CHECK(names_of(site, {.id = 2, .kinds = 4}) == Names{"app/s2"});
  site.shared->server_state(0).word.store(
      HealthWord{ServerHealth::kUp, kAdminMaint, true, true, 4}.packed());
  site.shared->server_state(1).word.store(
      HealthWord{ServerHealth::kDown, 0, true, true, 0}.packed());
  CHECK(names_of(site, {.kinds = 4, .no_maint = true}) == Names{"app/s2", "db/m"});
  CHECK(names_of(site, {.kinds = 4, .up = true}) == Names{"db/m"});

  ProxyConfig& www = *site.config.proxies[0];
  www.options.set(static_cast<size_t>(Option::kSocketStats));
  CHECK(names_of(site, {.proxy_id = 2}) == Names{"www/FRONTEND", "www/sock-1"});
  www.disabled = true;
  CHECK(names_of(site, {.proxy_id = 2}).empty());
}

TEST_CASE("a backend is up while a server can be chosen") {
  TestSite site;
  const auto set = [&site](uint32_t slot, HealthWord word) {
    site.shared->server_state(slot).word.store(word.packed());
  };
  const auto app = [&site](StatColumn column) {
    return value(site, 3, StatKind::kBackend, column);
  };
  CHECK(app(StatColumn::weight) == "10");
  set(0, {ServerHealth::kDown, 0, true, true, 0});
  CHECK(app(StatColumn::status) == "UP");  // on the backup
  CHECK(app(StatColumn::act) == "0");
  CHECK(app(StatColumn::bck) == "1");
  CHECK(app(StatColumn::weight) == "1");
  set(1, {ServerHealth::kUp, kAdminDrain, true, true, 4});
  CHECK(app(StatColumn::status) == "DOWN");
  CHECK(app(StatColumn::weight) == "0");
}

TEST_CASE("clearing starts sums from 0 and lowers maxima to the present") {
  TestSite site;
  Shared& shared = *site.shared;
  const auto www = [&site](StatColumn column) {
    return value(site, 2, StatKind::kFrontend, column);
  };
  shared.frontend(0, 0).sess_tot.add(3);
  shared.frontend(1, 0).sess_tot.add(4);
  shared.proxy_load(0).fe_conns.store(2);
  shared.proxy_load(0).fe_conns_max.store(9);
  shared.server_state(0).times_down.store(5);

  clear_counters(site.config, shared, false);
  CHECK(www(StatColumn::stot) == "7");
  CHECK(www(StatColumn::smax) == "2");
  CHECK(value(site, 3, StatKind::kServer, StatColumn::chkdown) == "5");

  clear_counters(site.config, shared, true);
  CHECK(www(StatColumn::stot) == "0");
  CHECK(value(site, 3, StatKind::kServer, StatColumn::chkdown) == "0");
  CHECK(shared.frontend(0, 0).sess_tot.value() == 3);  // the worker's own

  shared.frontend(1, 0).sess_tot.add(1);
  shared.server_state(0).times_down.store(6);
  CHECK(www(StatColumn::stot) == "1");
  CHECK(value(site, 3, StatKind::kServer, StatColumn::chkdown) == "1");
}

TEST_CASE("the highest rate is that of all workers in one whole second") {
  TestSite site;
  Shared& shared = *site.shared;
  const auto highest = [&site](int64_t now_ms) {
    return value(site, 3, StatKind::kServer, StatColumn::rate_max, now_ms);
  };
  for (const uint32_t worker : {0u, 1u}) {
    shared.server(worker, 0).sess_rate.add(kNow + 100, 5);
    shared.backend(worker, 1).sess_rate.add(kNow + 100, 5);
  }
  CHECK(highest(kNow + 200) == "10");  // never below the rate of this moment
  note_rates(site.config, shared, kNow + 1'100);
  CHECK(highest(kNow + 5'000) == "10");
  note_rates(site.config, shared, kNow + 5'000);
  CHECK(highest(kNow + 5'000) == "10");
  clear_counters(site.config, shared, false);
  CHECK(highest(kNow + 5'000) == "0");
}

TEST_CASE("what a server needs was in use lately, and is forgotten by halves") {
  TestSite site;
  ServerLoad& load = site.shared->server_load(0);
  const auto needed = [&site] {
    return value(site, 3, StatKind::kServer, StatColumn::need_conn_est);
  };
  load.served = 2;
  load.needed = 11;
  CHECK(needed() == "11");
  site.shared->backend(0, 1).sess_rate.add(kNow + 100);
  std::string told;
  for (int64_t second = 1; second <= 5; ++second) {
    note_rates(site.config, *site.shared, kNow + second * 1000 + 100);
    told += needed() + " ";
  }
  CHECK(told == "6 4 3 2 2 ");
  load.served = 0;
  for (int64_t second = 6; second <= 8; ++second) {
    note_rates(site.config, *site.shared, kNow + second * 1000 + 100);
  }
  CHECK(needed() == "0");
}

TEST_CASE("idle connections are told by whether they were reused") {
  TestSite site;
  site.shared->server_load(0).idle = 5;
  site.shared->server_load(0).idle_safe = 2;
  CHECK(value(site, 3, StatKind::kServer, StatColumn::srv_icur) == "5");
  CHECK(value(site, 3, StatKind::kServer, StatColumn::idle_conn_cur) == "3");
  CHECK(value(site, 3, StatKind::kServer, StatColumn::safe_conn_cur) == "2");
}

TEST_CASE("a backend counts the servers that are up, and those whose check passed") {
  TestSite site;
  const auto counted = [&site] {
    return value(site, 3, StatKind::kBackend, StatColumn::agg_server_status) + " " +
           value(site, 3, StatKind::kBackend, StatColumn::agg_server_check_status) + " " +
           value(site, 3, StatKind::kBackend, StatColumn::agg_check_status);
  };
  const std::string before = counted();
  CHECK(before == "2 0 0");
  site.shared->server_state(0).check_status.store(static_cast<uint32_t>(CheckStatus::kL7Ok));
  CHECK(counted() == "2 1 1");
}

TEST_CASE("typed and JSON rows name, place and tag each value") {
  TestSite site;
  StatsTable table(source_of(site), {.proxy_id = 2});
  StatRow row;
  REQUIRE(table.next(row));
  std::string typed, with_help, json;
  print_typed_row(row, false, typed);
  CHECK(typed.find("F.2.0.0.pxname.1:KNS:str:www\nF.2.0.1.svname.1:KNS:str:FRONTEND\n"
                   "F.2.0.4.scur.1:MGP:u32:0\n") == 0);
  print_typed_row(row, true, with_help);
  CHECK(with_help.find("F.2.0.0.pxname.1:KNS:str:www:\"name of the proxy\"\n") == 0);
  print_json_row(row, json);
  CHECK(json.find(R"([{"objType":"Frontend","proxyId":2,"id":0,"field":{"pos":0,"name":"pxname"},)"
                  R"("processNum":1,"tags":{"origin":"Key","nature":"Name","scope":"Service"},)"
                  R"("value":{"type":"str","value":"www"}},)") == 0);
  CHECK(json.ends_with("}}]"));
}

TEST_CASE("a column has a value for exactly the objects that it says") {
  TestSite site;
  ProxyConfig& www = *site.config.proxies[0];
  www.options.set(static_cast<size_t>(Option::kSocketStats));
  ProxyConfig& app = *site.config.proxies[1];
  app.cookie.how = CookieConfig::How::kInsert;
  app.cookie.name = "S";
  app.servers[0].cookie = "c1";
  app.servers[0].set.maxconn = 1;
  app.servers[0].set.maxqueue = 1;
  app.servers[0].set.pool_max_conn = 1;
  app.servers[0].set.slowstart = Millis(1000);
  site.shared->server_state(0).weight.store(80);
  site.shared->server_state(0).check_status.store(static_cast<uint32_t>(CheckStatus::kL7Status));
  site.shared->server_state(0).check_code.store(500);
  site.control.text_of_first = "x";
  std::array<std::string, kStatColumns> seen;
  StatsTable table(source_of(site), {});
  StatRow row;
  while (table.next(row)) {
    const char letter = "FBSL"[static_cast<size_t>(row.kind)];
    for (size_t i = 0; i < kStatColumns; ++i) {
      if (has_value(row.cells[i]) && seen[i].find(letter) == std::string::npos) seen[i] += letter;
    }
  }
  for (size_t i = 0; i < kStatColumns; ++i) {
    INFO(stat_fields()[i].name << " has " << seen[i]);
    for (const char letter : {'L', 'F', 'B', 'S'}) {
      const bool named = stat_objects(i).find(letter) != std::string_view::npos;
      // `track` comes with the check catalogue.
      if (stat_fields()[i].name == "tracked") continue;
      CHECK((seen[i].find(letter) != std::string::npos) == named);
    }
  }
}

TEST_CASE("a cell that would break the line is quoted") {
  StatRow row;
  row[StatColumn::last_chk] = "say \"no\", twice\n";
  std::string out;
  print_csv(row, out);
  CHECK(out.find(",\"say \"\"no\"\", twice \",") != std::string::npos);
}

}  // namespace
}  // namespace hawser
