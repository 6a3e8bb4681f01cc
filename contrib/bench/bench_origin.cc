// SPDX-License-Identifier: MIT
// The origin behind the proxies: answers from memory, as cheaply as epoll allows.
//
//   --http PORT            HTTP/1.1: GET /128, /1k, /64k, /1m; keep-alive unless the request says
//   "Connection: close"
//   --tcp PORT:SIZE        SIZE bytes for each 64 bytes received
//   --tcp-close PORT:SIZE  the same, once: then it closes
//
// Each option may be given several times; all ports are served by one thread.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>

#include "support.h"

namespace {

using bench::Fd;
using bench::Poller;

constexpr const char* kUsage =
    "usage: bench_origin [--http PORT]... [--tcp PORT:SIZE]... [--tcp-close PORT:SIZE]...";
constexpr size_t kTcpRequest = 64;
constexpr size_t kLongestHead = 16384;

std::string http_answer(const char* status, size_t size, bool keep_alive) {
  return std::string("HTTP/1.1 ") + status + "\r\nContent-Type: text/plain\r\n" +
         (keep_alive ? "" : "Connection: close\r\n") + "Content-Length: " + std::to_string(size) +
         "\r\n\r\n" + std::string(size, 'x');
}

struct Page {
  std::string path, keep_alive, closing;

  Page(std::string name, const char* status, size_t size)
      : path(std::move(name)),
        keep_alive(http_answer(status, size, true)),
        closing(http_answer(status, size, false)) {}
};

const std::array<Page, 5> pages = {Page("/128", "200 OK", 128), Page("/1k", "200 OK", 1024),
                                   Page("/64k", "200 OK", 65536), Page("/1m", "200 OK", 1048576),
                                   Page("", "404 Not Found", 0)};

// The last page answers everything that is not there.
const Page& page_of(std::string_view path) {
  return *std::find_if(pages.begin(), pages.end() - 1,
                       [path](const Page& page) { return page.path == path; });
}

bool same_letters(char a, char b) { return (a | 0x20) == (b | 0x20); }

bool wants_close(std::string_view head) {
  constexpr std::string_view kClose = "\r\nconnection: close";
  return std::search(head.begin(), head.end(), kClose.begin(), kClose.end(), same_letters) !=
         head.end();
}

enum class Kind { kHttp, kTcp, kTcpClose };

// A descriptor in the epoll set: a listener, or a connection that was accepted from one.
struct Entry {
  Kind kind;
  const std::string* tcp_answer;  // what the raw kinds send
  Fd fd;
  bool listening = false;
  std::string input{};
  std::string_view output{};  // what of the current answer has not been sent
  bool writing = false;       // EPOLLOUT is armed
  bool close_after = false;
};

class Origin {
 public:
  void serve(Kind kind, uint16_t port, size_t size) {
    answers_.push_back(std::make_unique<std::string>(size, 'x'));
    auto entry = std::make_unique<Entry>(Entry{.kind = kind,
                                               .tcp_answer = answers_.back().get(),
                                               .fd = bench::listen_on(port),
                                               .listening = true});
    poller_.add(entry->fd.get(), EPOLLIN, entry.get());
    listeners_.push_back(std::move(entry));
  }

  [[noreturn]] void run() {
    for (;;) {
      for (const epoll_event& event : poller_.wait(-1))
        handle(*static_cast<Entry*>(event.data.ptr));
    }
  }

 private:
  void handle(Entry& entry) {
    if (entry.listening) return accept_all(entry);
    const bool goes_on = entry.output.empty() ? read(entry) : write(entry);
    if (!goes_on) std::unique_ptr<Entry>(&entry).reset();  // epoll names a descriptor once a batch
  }

  void accept_all(const Entry& listener) {
    while (Fd fd = bench::accept_from(listener.fd)) {
      auto* entry =
          new Entry{.kind = listener.kind, .tcp_answer = listener.tcp_answer, .fd = std::move(fd)};
      poller_.add(entry->fd.get(), EPOLLIN, entry);
    }
  }

  // False: the connection is over.
  bool read(Entry& entry) {
    std::array<char, 16384> buffer;
    const ssize_t got = recv(entry.fd.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    entry.input.append(buffer.data(), static_cast<size_t>(got));
    return answer(entry);
  }

  // Answers the requests that the input holds, as far as the socket takes them.
  bool answer(Entry& entry) {
    while (entry.output.empty() && !entry.close_after && next_request(entry)) {
      if (!write(entry)) return false;
    }
    if (entry.input.size() > kLongestHead) return false;
    return !(entry.output.empty() && entry.close_after);
  }

  static bool next_request(Entry& entry) {
    if (entry.kind != Kind::kHttp) {
      if (entry.input.size() < kTcpRequest) return false;
      entry.input.erase(0, kTcpRequest);
      entry.output = *entry.tcp_answer;
      entry.close_after = entry.kind == Kind::kTcpClose;
      return true;
    }
    const size_t end = entry.input.find("\r\n\r\n");
    if (end == entry.input.npos) return false;
    const std::string_view head = std::string_view(entry.input).substr(0, end);
    const size_t path = std::min(head.find(' ') + 1, head.size());
    const Page& page = page_of(head.substr(path, head.find(' ', path) - path));
    entry.close_after = wants_close(head);
    entry.output = entry.close_after ? page.closing : page.keep_alive;
    entry.input.erase(0, end + 4);
    return true;
  }

  bool write(Entry& entry) {
    const ssize_t sent =
        send(entry.fd.get(), entry.output.data(), entry.output.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent > 0) entry.output.remove_prefix(static_cast<size_t>(sent));
    const bool blocked = !entry.output.empty();
    if (blocked != entry.writing) {
      poller_.change(entry.fd.get(), blocked ? EPOLLOUT : EPOLLIN, &entry);
      entry.writing = blocked;
      // The input may hold a request that arrived while writing was blocked.
      if (!blocked) return answer(entry);
    }
    return blocked || !entry.close_after;
  }

  Poller poller_;
  std::vector<std::unique_ptr<std::string>> answers_;
  std::vector<std::unique_ptr<Entry>> listeners_;
};

void serve_tcp(Origin& origin, Kind kind, const std::vector<std::string>& specs) {
  for (const std::string& spec : specs) {
    const size_t colon = std::min(spec.find(':'), spec.size());
    const uint64_t size = colon < spec.size() ? bench::parse_number(spec.substr(colon + 1)) : 1024;
    origin.serve(kind, static_cast<uint16_t>(bench::parse_number(spec.substr(0, colon), 65535)),
                 size);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(argc, argv, {"http", "tcp", "tcp-close"}, {}, kUsage);
  bench::raise_descriptor_limit();
  signal(SIGPIPE, SIG_IGN);
  Origin origin;
  for (const std::string& port : options.all("http")) {
    origin.serve(Kind::kHttp, static_cast<uint16_t>(bench::parse_number(port, 65535)), 0);
  }
  serve_tcp(origin, Kind::kTcp, options.all("tcp"));
  serve_tcp(origin, Kind::kTcpClose, options.all("tcp-close"));
  origin.run();
}
