// SPDX-License-Identifier: MIT
#define CATCH_CONFIG_RUNNER
#include "base/testing.h"
#include "config/listing.h"

int main(int argc, char** argv) {
  const auto sealed = hawser::seal_registries();
  if (!sealed) {
    std::fprintf(stderr, "%s\n", sealed.error().text.c_str());
    return 1;
  }
  return Catch::Session().run(argc, argv);
}
