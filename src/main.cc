// SPDX-License-Identifier: MIT
#include <cstdio>

#include "config/listing.h"

int main() {
  if (const auto sealed = hawser::seal_registries(); !sealed) {
    std::fprintf(stderr, "hawser: %s\n", sealed.error().text.c_str());
    return 1;
  }
  std::printf("Hawser version " HAWSER_VERSION "\n");
  return 0;
}
