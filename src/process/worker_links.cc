// SPDX-License-Identifier: MIT
#include "process/worker_links.h"

#include <string.h>

#include <algorithm>

#include "process/messages.h"

namespace hawser {
namespace {

constexpr size_t kIdSize = sizeof(uint64_t);
constexpr size_t kPartSize = Channel::kMaxMessage - kIdSize;

std::string with_id(uint64_t id, std::string_view text) {
  std::string body(reinterpret_cast<const char*>(&id), kIdSize);
  return body += text;
}

uint64_t id_of(const ChannelMessage& message) {
  HW_ASSERT(message.body.size() >= kIdSize);
  uint64_t id;
  memcpy(&id, message.body.data(), kIdSize);
  return id;
}

std::string_view text_of(const ChannelMessage& message) {
  return std::string_view(message.body).substr(kIdSize);
}

}  // namespace

WorkerLinks::WorkerLinks(Loop& loop, uint32_t workers)
    : loop_(loop), links_(workers), connections_(workers) {}
WorkerLinks::~WorkerLinks() = default;

bool WorkerLinks::Question::is_complete() const {
  return std::find(waiting.begin(), waiting.end(), true) == waiting.end();
}

void WorkerLinks::connect(uint32_t worker, Fd end) {
  lose(worker);
  const uint64_t connection = ++connections_[worker];
  links_[worker] = std::make_unique<Channel>(
      loop_, std::move(end),
      [this, worker](const ChannelMessage& message) { receive(worker, message); },
      [this, worker, connection] {
        // The end of a predecessor may be seen after it was replaced.
        if (connection == connections_[worker]) lose(worker);
      });
}

void WorkerLinks::ask(std::string_view request, std::function<void(std::string)> done) {
  if (request.size() > kPartSize) return done("");
  const uint64_t id = ++last_id_;
  auto question = std::make_unique<Question>();
  question->answers.resize(links_.size());
  question->waiting.resize(links_.size());
  question->done = std::move(done);
  const std::string body = with_id(id, request);
  for (size_t i = 0; i < links_.size(); ++i) {
    question->waiting[i] = links_[i] != nullptr && links_[i]->send(type_of(Note::kAsk), body);
  }
  question->limit = std::make_unique<Timer>(loop_, [this, id] { finish(id); });
  // An immediate end, where no worker is alive, also comes from the loop: the caller has returned.
  question->limit->start(question->is_complete() ? Millis(0) : kLimit);
  questions_[id] = std::move(question);
}

void WorkerLinks::receive(uint32_t worker, const ChannelMessage& message) {
  const uint64_t id = id_of(message);
  const auto found = questions_.find(id);
  if (found == questions_.end()) return;  // too late
  Question& question = *found->second;
  question.answers[worker] += text_of(message);
  if (message.type != type_of(Note::kAnswerEnd)) return;
  question.waiting[worker] = false;
  if (question.is_complete()) finish(id);
}

void WorkerLinks::lose(uint32_t worker) {
  loop_.bury(std::move(links_[worker]));
  std::vector<uint64_t> complete;
  for (auto& [id, question] : questions_) {
    question->waiting[worker] = false;
    if (question->is_complete()) complete.push_back(id);
  }
  for (const uint64_t id : complete) finish(id);
}

void WorkerLinks::finish(uint64_t id) {
  auto node = questions_.extract(id);
  if (node.empty()) return;
  std::unique_ptr<Question> question = std::move(node.mapped());
  std::string joined;
  for (const std::string& answer : question->answers) joined += answer;
  const auto done = std::move(question->done);
  loop_.bury(std::move(question));  // this may run in its timer
  done(std::move(joined));
}

ControlLink::ControlLink(Loop& loop, Fd end, std::function<std::string(const std::string&)> answer)
    : answer_(std::move(answer)),
      channel_(
          loop, std::move(end), [this](const ChannelMessage& message) { receive(message); },
          [] {}) {}  // control is gone; the master introduces its successor

void ControlLink::receive(const ChannelMessage& message) {
  const uint64_t id = id_of(message);
  const std::string answer = answer_(std::string(text_of(message)));
  std::string_view rest = answer;
  while (rest.size() > kPartSize) {
    channel_.send(type_of(Note::kAnswerPart), with_id(id, rest.substr(0, kPartSize)));
    rest.remove_prefix(kPartSize);
  }
  channel_.send(type_of(Note::kAnswerEnd), with_id(id, rest));
}

}  // namespace hawser
