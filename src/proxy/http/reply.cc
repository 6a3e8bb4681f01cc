// SPDX-License-Identifier: MIT
#include "proxy/http/reply.h"

#include <array>
#include <map>

#include "base/text.h"

namespace hawser {
namespace {

struct Page {
  uint16_t status;
  std::string_view phrase;
  std::string_view text;  // empty: no page of its own
};

constexpr Page kPages[] = {
    {200, "OK", "Service ready."},
    {201, "Created", ""},
    {202, "Accepted", ""},
    {203, "Non-Authoritative Information", ""},
    {204, "No Content", ""},
    {205, "Reset Content", ""},
    {206, "Partial Content", ""},
    {300, "Multiple Choices", ""},
    {301, "Moved Permanently", ""},
    {302, "Found", ""},
    {303, "See Other", ""},
    {304, "Not Modified", ""},
    {307, "Temporary Redirect", ""},
    {308, "Permanent Redirect", ""},
    {400, "Bad request", "Your browser sent an invalid request."},
    {401, "Unauthorized", "You need a valid user and password to access this content."},
    {402, "Payment Required", ""},
    {403, "Forbidden", "Request forbidden by administrative rules."},
    {404, "Not Found", "The resource could not be found."},
    {405, "Method Not Allowed", "The request method is not allowed for this resource."},
    {406, "Not Acceptable", ""},
    {407, "Unauthorized", "You need a valid user and password to access this content."},
    {408, "Request Time-out", "Your browser didn't send a complete request in time."},
    {409, "Conflict", ""},
    {410, "Gone", "The resource is no longer available and will not be available again."},
    {411, "Length Required", ""},
    {412, "Precondition Failed", ""},
    {413, "Payload Too Large", "The request entity exceeds the maximum allowed."},
    {414, "URI Too Long", ""},
    {415, "Unsupported Media Type", ""},
    {416, "Range Not Satisfiable", ""},
    {417, "Expectation Failed", ""},
    {418, "I'm a teapot", ""},
    {421, "Misdirected Request", ""},
    {422, "Unprocessable Content", ""},
    {423, "Locked", ""},
    {424, "Failed Dependency", ""},
    {425, "Too Early", "Request sent too early."},
    {426, "Upgrade Required", ""},
    {428, "Precondition Required", ""},
    {429, "Too Many Requests", "You have sent too many requests in a given amount of time."},
    {431, "Request Header Fields Too Large", "The request's header fields are too large."},
    {451, "Unavailable For Legal Reasons", ""},
    {500, "Internal Server Error", "An internal server error occurred."},
    {501, "Not Implemented",
     "The server does not support the functionality required to fulfill the request."},
    {502, "Bad Gateway", "The server returned an invalid or incomplete response."},
    {503, "Service Unavailable", "No server is available to handle this request."},
    {504, "Gateway Time-out", "The server didn't respond in time."},
    {505, "HTTP Version Not Supported", ""},
    {511, "Network Authentication Required", ""},
};

const Page* page_of(uint16_t status) {
  for (const Page& page : kPages) {
    if (page.status == status) return &page;
  }
  return nullptr;
}

Reply make_page(const Page& page) {
  const std::string status = std::to_string(page.status);
  std::string body = "<html><body><h1>" + status + " " + std::string(page.phrase) + "</h1>\n" +
                     std::string(page.text) + "\n</body></html>\n";
  std::string head = "HTTP/1.1 " + status + " " + std::string(page.phrase) +
                     "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                     (page.status == 200 ? "" : "Cache-Control: no-cache\r\n") +
                     "Content-Type: text/html\r\n";
  return {.status = page.status,
          .head = std::make_shared<const std::string>(std::move(head)),
          .body = std::make_shared<const std::string>(std::move(body)),
          .close = page.status == 400 || page.status == 408 || page.status == 431};
}

// Of "HTTP/1.x NNN ...".
uint16_t message_status(std::string_view message) {
  return static_cast<uint16_t>(parse_uint(message.substr(9, 3)).value_or(0));
}

}  // namespace

bool may_have_body(uint16_t status) { return status != 204 && status != 304; }

std::string_view status_phrase(uint16_t status) {
  const Page* page = page_of(status);
  return page != nullptr ? page->phrase : "Unknown";
}

const Reply& standard_reply(uint16_t status) {
  static const std::map<uint16_t, Reply> replies = [] {
    std::map<uint16_t, Reply> made;
    for (const Page& page : kPages) {
      if (!page.text.empty()) made.emplace(page.status, make_page(page));
    }
    return made;
  }();
  const auto found = replies.find(status);
  return found != replies.end() ? found->second : replies.at(500);
}

Reply reply_from_message(uint16_t status, std::string_view message) {
  if (message.empty()) {
    // An empty error file: the connection closes without a word.
    return {.status = status,
            .head = std::make_shared<const std::string>(),
            .body = std::make_shared<const std::string>(),
            .close = true};
  }
  std::string head;
  std::string_view rest = message;
  for (bool first = true;; first = false) {
    const size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 2);
    if (line.empty()) break;
    const bool about_connection =
        istarts_with(line, "connection:") || istarts_with(line, "keep-alive:") ||
        istarts_with(line, "proxy-connection:") || istarts_with(line, "content-length:") ||
        istarts_with(line, "transfer-encoding:");
    if (first || !about_connection) (head += line) += "\r\n";
  }
  if (may_have_body(message_status(message)))
    head += "Content-Length: " + std::to_string(rest.size()) + "\r\n";
  return {.status = status,
          .head = std::make_shared<const std::string>(std::move(head)),
          .body = std::make_shared<const std::string>(rest),
          .close = standard_reply(status).close};
}

Reply redirect_reply(uint16_t status, std::string_view location) {
  std::string head =
      "HTTP/1.1 " + std::to_string(status) + " " + std::string(status_phrase(status)) +
      "\r\nContent-Length: 0\r\nCache-Control: no-cache\r\nLocation: " + std::string(location) +
      "\r\n";
  return {.status = status,
          .head = std::make_shared<const std::string>(std::move(head)),
          .body = std::make_shared<const std::string>(),
          .close = false};
}

const Reply& error_reply(uint16_t status, const ProxyConfig* backend, const ProxyConfig& frontend) {
  for (const ProxyConfig* proxy : {backend, &frontend}) {
    if (proxy == nullptr) continue;
    const auto found = proxy->error_replies.find(status);
    if (found != proxy->error_replies.end()) return *found->second;
  }
  return standard_reply(status);
}

}  // namespace hawser
