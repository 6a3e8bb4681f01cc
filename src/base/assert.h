// SPDX-License-Identifier: MIT
// Assertions that stay on in every build: a proxy that goes on in a state its code did not foresee
// is worse than one that dies and is restarted. Input from the wire never reaches them.
#pragma once

namespace hawser {

// Prints what failed and where, to standard error, and aborts.
[[noreturn]] void assertion_failed(const char* what, const char* file, int line);

}  // namespace hawser

#define HW_ASSERT(condition)                                                                      \
  (__builtin_expect(!(condition), 0) ? ::hawser::assertion_failed(#condition, __FILE__, __LINE__) \
                                     : (void)0)

// For the end of a switch over one of our enums: no `default`, so that the compiler names a missing
// case.
#define HW_UNREACHABLE() ::hawser::assertion_failed("unreachable", __FILE__, __LINE__)
