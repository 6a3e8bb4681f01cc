// SPDX-License-Identifier: MIT
#define CATCH_CONFIG_RUNNER
#include "base/testing.h"
#include "config/listing.h"

std::string hawser::source_dir() { return HAWSER_SOURCE_DIR; }

int main(int argc, char** argv) {
  const auto sealed = hawser::seal_registries();
  if (!sealed) {
    std::fprintf(stderr, "%s\n", sealed.error().text.c_str());
    return 1;
  }
  return Catch::Session().run(argc, argv);
}
