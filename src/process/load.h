// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "process/options.h"

namespace hawser {

// Reads the configuration that the options name, prints what there is to say about it, and judges
// it. nullptr: it must not be used.
// `files` gets the names of the files, by SourcePos::file.
std::unique_ptr<Config> load_config(const Options& options, std::vector<std::string>& files);

// An error where a valid configuration asks for nothing: no socket to listen on, no virtual router.
Result<> check_purpose(const Config& config);

// -m: bounds the address space of this process and of those it starts. 0: no bound.
Result<> limit_memory(uint32_t megabytes);

}  // namespace hawser
