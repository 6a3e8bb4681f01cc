// SPDX-License-Identifier: MIT
#include "config/unbuilt.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/testing.h"
#include "config/instead.h"
#include "config/keyword_table.h"
#include "config/listing.h"

namespace hawser {
namespace {

// Names that are in the table and in the registry.
std::vector<std::string> overlap(Vocabulary vocabulary,
                                 const std::vector<std::string_view>& registered) {
  std::vector<std::string> out;
  for (const std::string_view name : unbuilt_names(vocabulary)) {
    if (std::find(registered.begin(), registered.end(), name) != registered.end()) {
      out.emplace_back(name);
    }
  }
  return out;
}

std::vector<std::string_view> proxy_keywords() {
  const KeywordTable& table = KeywordTable::instance();
  std::vector<std::string_view> out;
  for (const Section section : {kInDefaults, kInFrontend, kInBackend, kInListen}) {
    const auto names = table.names(section);
    out.insert(out.end(), names.begin(), names.end());
  }
  return out;
}

TEST_CASE("what is built is not called unbuilt: remove the line from unbuilt.def") {
  const std::vector<std::string> none;
  CHECK(overlap(Vocabulary::kGlobal, KeywordTable::instance().names(kInGlobal)) == none);
  CHECK(overlap(Vocabulary::kProxy, proxy_keywords()) == none);
  CHECK(overlap(Vocabulary::kBind, registered_names("bind")) == none);
  CHECK(overlap(Vocabulary::kServer, registered_names("server")) == none);
  CHECK(overlap(Vocabulary::kBalance, registered_names("balance")) == none);
}

TEST_CASE("what has no effect is not called unbuilt either, and not built") {
  for (const Vocabulary vocabulary : {Vocabulary::kGlobal, Vocabulary::kProxy, Vocabulary::kBind}) {
    for (const std::string_view name : unbuilt_names(vocabulary)) {
      INFO(name);
      CHECK(no_effect_reason(vocabulary, name).empty());
    }
  }
  for (const std::string_view name : KeywordTable::instance().names(kInGlobal)) {
    INFO(name);
    CHECK(no_effect_reason(Vocabulary::kGlobal, name).empty());
  }
  for (const std::string_view name : registered_names("bind")) {
    INFO(name);
    CHECK(no_effect_reason(Vocabulary::kBind, name).empty());
  }
}

TEST_CASE("what is not built has a hint: add a row to instead.def") {
  for (const Vocabulary vocabulary :
       {Vocabulary::kSection, Vocabulary::kGlobal, Vocabulary::kProxy, Vocabulary::kBind,
        Vocabulary::kServer, Vocabulary::kBalance}) {
    for (const std::string_view name : unbuilt_names(vocabulary)) {
      INFO(name);
      CHECK_FALSE(instead_of(vocabulary, name).empty());
    }
  }
  CHECK(instead_of(Vocabulary::kProxy, "http-request track-sc0") !=
        instead_of(Vocabulary::kProxy, "http-request tarpit"));
}

TEST_CASE("the inventory of HAProxy is there") {
  CHECK(is_unbuilt(Vocabulary::kSection, "peers"));
  CHECK(is_unbuilt(Vocabulary::kGlobal, "lua-load"));
  CHECK(is_unbuilt(Vocabulary::kProxy, "acl"));
  CHECK(is_unbuilt(Vocabulary::kProxy, "tcp-request content set-var"));
  CHECK(is_unbuilt(Vocabulary::kProxy, "option httpslog"));
  CHECK(is_unbuilt(Vocabulary::kBind, "ssl"));
  CHECK(is_unbuilt(Vocabulary::kServer, "sni"));
  CHECK(is_unbuilt(Vocabulary::kBalance, "sticky"));
  CHECK_FALSE(is_unbuilt(Vocabulary::kGlobal, "ssl"));
  CHECK(no_effect_reason(Vocabulary::kGlobal, "nbthread") ==
        "a worker has one thread; 'nbproc' sets how many workers there are");
}

}  // namespace
}  // namespace hawser
