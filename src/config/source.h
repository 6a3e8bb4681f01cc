// SPDX-License-Identifier: MIT
// The files of a configuration.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/diag.h"

namespace hawser {

// The files that the -f arguments stand for: a file is itself, a directory its regular *.cfg files
// in the order of their names. What cannot be read is reported.
std::vector<std::string> list_files(std::span<const std::string> paths, Diag& diag);

// Everything up to the end of the file, which may be a pipe.
Result<std::string> read_file(const std::string& path);

}  // namespace hawser
