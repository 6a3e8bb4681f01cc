// SPDX-License-Identifier: MIT
#include "vrrp/wishes.h"

#include "vrrp/test_node.h"

namespace hawser {
namespace {

using Kind = VrrpRequest::Kind;

struct Asked : TestNode {
  Asked() { share(); }
  void ask(const std::vector<uint32_t>& instances, const VrrpRequest& request) {
    wishes().ask(instances, request,
                 [this](std::string text) { answers.push_back(std::move(text)); });
  }
  VrrpWishes& wishes() {
    if (!made) made = std::make_unique<VrrpWishes>(deadlines, config, *shared);
    return *made;
  }
  VrrpWish& wish(uint32_t instance) { return shared->vrrp(instance).wish; }
  void answer(uint32_t instance) { wish(instance).answered = wish(instance).asked.load(); }

  std::unique_ptr<VrrpWishes> made;
  std::vector<std::string> answers;
};

TEST_CASE("a wish is answered once all its instances have taken it up") {
  Asked node;
  node.ask({0, 1}, {.kind = Kind::kPriority, .priority = 90});
  CHECK(node.wish(0).priority == 90);
  CHECK(node.wish(1).priority == 90);
  CHECK(node.wish(2).asked == 0);
  node.answer(0);
  node.wishes().look_for_answers();
  CHECK(node.answers.empty());
  node.answer(1);
  node.wishes().look_for_answers();
  CHECK(node.answers == std::vector<std::string>{""});
}

TEST_CASE("a vrrp process that does not answer is told so after a second") {
  Asked node;
  node.ask({0}, {.kind = Kind::kRelease});
  node.pass(Millis(999));
  CHECK(node.answers.empty());
  node.pass(Millis(1));
  REQUIRE(node.answers.size() == 1);
  CHECK_THAT(node.answers[0], Catch::Contains("has not answered within 1 s"));
  CHECK(node.wish(0).releases == 1);
}

TEST_CASE("maintenance ends by itself after its time") {
  Asked node;
  node.ask({2}, {.kind = Kind::kMaintenance, .on = true, .duration = Millis(60'000)});
  CHECK(node.wish(2).maintenance == 1);
  CHECK(node.wish(2).maintenance_until == (node.now_ms + 60'000) * 1'000'000);
  const uint32_t asked = node.wish(2).asked;
  node.pass(Millis(60'000));
  CHECK(node.wish(2).maintenance == 0);
  CHECK(node.wish(2).asked == asked + 1);
}

TEST_CASE("a successor ends the maintenance that its predecessor began") {
  Asked node;
  node.ask({2}, {.kind = Kind::kMaintenance, .on = true, .duration = Millis(60'000)});
  node.made.reset();
  node.wishes().start();
  node.pass(Millis(60'000));
  CHECK(node.wish(2).maintenance == 0);
}

TEST_CASE("maintenance without an end stays, and a new word replaces the old one") {
  Asked node;
  node.ask({2}, {.kind = Kind::kMaintenance, .on = true, .duration = Millis(60'000)});
  node.ask({2}, {.kind = Kind::kMaintenance, .on = true});
  node.pass(Millis(100'000));
  CHECK(node.wish(2).maintenance == 1);
  node.ask({2}, {.kind = Kind::kMaintenance, .on = false});
  CHECK(node.wish(2).maintenance == 0);
}

}  // namespace
}  // namespace hawser
