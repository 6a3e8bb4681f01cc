// SPDX-License-Identifier: MIT
#include "vrrp/wishes.h"

#include <algorithm>

#include "base/log.h"
#include "loop/watch.h"

namespace hawser {

struct VrrpWishes::Question {
  std::vector<std::pair<uint32_t, uint32_t>> asked;  // instance, number
  Done done;
  int64_t until_ms;
};

VrrpWishes::VrrpWishes(Deadlines& deadlines, const Config& config, Shared& shared)
    : deadlines_(deadlines),
      shared_(shared),
      impatience_(deadlines, [this] { look_for_answers(); }) {
  for (uint32_t i = 0; i < config.vrrp_instances.size(); ++i) {
    maintenance_ends_.push_back(
        std::make_unique<Deadline>(deadlines, [this, i] { end_maintenance(i); }));
  }
}

VrrpWishes::~VrrpWishes() = default;

void VrrpWishes::start() {
  for (uint32_t i = 0; i < maintenance_ends_.size(); ++i) {
    const int64_t until_ns = shared_.vrrp(i).wish.maintenance_until.load();
    if (until_ns != 0) maintenance_ends_[i]->set_at(until_ns / 1'000'000);
  }
}

void VrrpWishes::ask(std::span<const uint32_t> instances, const VrrpRequest& request, Done done) {
  auto question = std::make_unique<Question>();
  for (const uint32_t instance : instances) {
    store(instance, request);
    VrrpWish& wish = shared_.vrrp(instance).wish;
    const uint32_t number = wish.asked.load() + 1;
    wish.asked.store(number, std::memory_order_release);
    question->asked.emplace_back(instance, number);
  }
  question->done = std::move(done);
  question->until_ms = deadlines_.now_ms() + kPatience.count();
  questions_.push_back(std::move(question));
  ring();
  if (!impatience_.is_set()) impatience_.set_in(kPatience);
}

void VrrpWishes::store(uint32_t instance, const VrrpRequest& request) {
  VrrpWish& wish = shared_.vrrp(instance).wish;
  switch (request.kind) {
    case VrrpRequest::Kind::kPriority:
      wish.priority.store(request.priority);
      return;
    case VrrpRequest::Kind::kMaintenance:
      maintenance_ends_[instance]->clear();
      wish.maintenance_until.store(0);
      if (request.on && request.duration.count() != 0) {
        const int64_t until_ms = deadlines_.now_ms() + request.duration.count();
        wish.maintenance_until.store(until_ms * 1'000'000);
        maintenance_ends_[instance]->set_at(until_ms);
      }
      wish.maintenance.store(request.on ? 1 : 0);
      return;
    case VrrpRequest::Kind::kRelease:
      wish.releases.fetch_add(1);
      return;
  }
  HW_UNREACHABLE();
}

void VrrpWishes::end_maintenance(uint32_t instance) {
  VrrpWish& wish = shared_.vrrp(instance).wish;
  wish.maintenance.store(0);
  wish.maintenance_until.store(0);
  wish.asked.fetch_add(1, std::memory_order_release);
  ring();
}

void VrrpWishes::look_for_answers() {
  std::vector<std::pair<Done, std::string>> answers;
  int64_t next_ms = INT64_MAX;
  std::erase_if(questions_, [&](const std::unique_ptr<Question>& question) {
    const bool answered =
        std::all_of(question->asked.begin(), question->asked.end(), [this](const auto& asked) {
          // The counters may wrap: what counts is which one is ahead.
          const uint32_t seen =
              shared_.vrrp(asked.first).wish.answered.load(std::memory_order_acquire);
          return static_cast<int32_t>(seen - asked.second) >= 0;
        });
    if (!answered && question->until_ms > deadlines_.now_ms()) {
      next_ms = std::min(next_ms, question->until_ms);
      return false;
    }
    answers.emplace_back(std::move(question->done),
                         answered
                             ? ""
                             : "The vrrp process has not answered within 1 s: it does what was "
                               "asked as soon as it runs again.");
    return true;
  });
  impatience_.clear();
  if (next_ms != INT64_MAX) impatience_.set_at(next_ms);
  for (auto& [done, text] : answers) done(std::move(text));
}

void VrrpWishes::ring() { Doorbell::ring(shared_.process(kVrrpSlot).doorbell.load()); }

}  // namespace hawser
