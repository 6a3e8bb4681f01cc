// SPDX-License-Identifier: MIT
#include "proxy/http/head.h"

#include "base/text.h"

namespace hawser {

void Head::clear() {
  // The vectors keep their memory.
  fields.clear();
  added.clear();
  text.clear();
  method = target = reason = start_line = raw = {};
  status = 0;
  minor = 1;
  body = BodyKind::kNone;
  length = 0;
  says_close = says_keep_alive = says_upgrade = expects_continue = uses_proxy_connection = false;
}

std::string_view Head::find(HeaderId id) const {
  for (const HeaderField& field : fields) {
    if (field.id == id && !field.dropped) return field.value;
  }
  return {};
}

std::string_view Head::find(std::string_view name) const {
  for (const HeaderField& field : fields) {
    if (!field.dropped && iequals(field.name, name)) return field.value;
  }
  return {};
}

void Head::drop(HeaderId id) {
  for (HeaderField& field : fields) {
    if (field.id == id) field.dropped = true;
  }
}

void Head::drop(std::string_view name) {
  for (HeaderField& field : fields) {
    if (iequals(field.name, name)) field.dropped = true;
  }
}

std::string_view Head::path_and_query() const {
  if (target.starts_with('/') || target == "*") return target;
  const size_t scheme = target.find("://");
  if (scheme == target.npos) return {};
  const size_t slash = target.find('/', scheme + 3);
  return slash == target.npos ? "/" : target.substr(slash);
}

std::string_view Head::path() const {
  const std::string_view all = path_and_query();
  return all.substr(0, all.find('?'));
}

std::string_view Head::query() const {
  const size_t mark = target.find('?');
  return mark == target.npos ? std::string_view() : target.substr(mark + 1);
}

}  // namespace hawser
