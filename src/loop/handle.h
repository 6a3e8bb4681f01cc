// SPDX-License-Identifier: MIT
#pragma once

#include <uv.h>

#include <memory>

namespace hawser {

// Closes a libuv handle and frees it when libuv is done with it. The owner may die at once: data is
// cleared first, and every trampoline returns when it finds no owner.
struct UvClose {
  template <class H>
  void operator()(H* handle) const {
    handle->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<H*>(closed); });
  }
};
template <class H>
using UvPtr = std::unique_ptr<H, UvClose>;  // only ever holds an initialised handle

}  // namespace hawser
