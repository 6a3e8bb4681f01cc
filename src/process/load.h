// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "process/options.h"

namespace hawser {

// Reads the configuration that the options name, prints what there is to say about it, and judges
// it. nullptr: it must not be used.
std::unique_ptr<const Config> load_config(const Options& options);

// -m: bounds the address space of this process and of those it starts. 0: no bound.
Result<> limit_memory(uint32_t megabytes);

}  // namespace hawser
