// SPDX-License-Identifier: MIT
// Actions of `http-request` and `http-response` rules: one file each, with the row of its keyword.
#pragma once

#include "config/keyword.h"
#include "proxy/http/head.h"
#include "proxy/http/reply.h"

namespace hawser {

// What one rule line does. Made while the configuration is read, shared by all workers' streams,
// immutable.
class HttpAction : public Rule {
 public:
  // Does the rule answer this request (or replace this response) itself?
  virtual bool answers(const Head& head) const = 0;
  virtual bool denies() const { return false; }
  // Is the answer the proxy's error page for status()? Otherwise it is reply().
  virtual bool uses_error_page() const { return false; }
  virtual uint16_t status() const = 0;
  virtual const Reply& reply() const = 0;
};

}  // namespace hawser
