// SPDX-License-Identifier: MIT
// A value or the reason why there is none. No function of ours throws.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace hawser {

// A failure that is reported to a person: a sentence without position, and the errno behind it (0:
// none).
struct Error {
  std::string text;
  int code = 0;
};

// An Error that ends in the text of `code`, as in "cannot bind: Address already in use".
Error errno_error(std::string text, int code);

template <class T = void, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& value() & {
    HW_ASSERT(*this);
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    HW_ASSERT(*this);
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    HW_ASSERT(*this);
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const E& error() const {
    HW_ASSERT(!*this);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  const E& error() const {
    HW_ASSERT(error_);
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace hawser
