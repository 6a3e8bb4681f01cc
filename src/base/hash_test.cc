// SPDX-License-Identifier: MIT
#include "base/hash.h"

#include "base/testing.h"

namespace hawser {
namespace {

// Computed by HAProxy 2.6 with its converters sdbm, djb2, wt6 and crc32, without and with
// avalanche.
TEST_CASE("the hashes are those of HAProxy's converters") {
  struct Row {
    std::string_view key;
    uint32_t sdbm, djb2, wt6, crc32, sdbm_mixed, djb2_mixed, wt6_mixed, crc32_mixed;
  };
  const Row rows[] = {
      {"iGp?58WAm", 1605446547, 2209858902, 428560647, 3273208282, 382794959, 1119473628,
       1449187970, 404780620},
      {"dX3a5IDnOdcdbWB2d-C4?DSDC6Lc1mxL", 2692265573, 2927205112, 4050824893, 2734331534,
       1719657391, 2531790852, 1838493565, 356035786},
      {"Q=2=yMK?", 1220549247, 224235698, 38645266, 4001855556, 4252240303, 468117152, 2902293968,
       927457216},
  };
  for (const Row& row : rows) {
    INFO(row.key);
    CHECK(hash_sdbm(row.key) == row.sdbm);
    CHECK(hash_djb2(row.key) == row.djb2);
    CHECK(hash_wt6(row.key) == row.wt6);
    CHECK(hash_crc32(row.key) == row.crc32);
    CHECK(avalanche(row.sdbm) == row.sdbm_mixed);
    CHECK(avalanche(row.djb2) == row.djb2_mixed);
    CHECK(avalanche(row.wt6) == row.wt6_mixed);
    CHECK(avalanche(row.crc32) == row.crc32_mixed);
  }
}

TEST_CASE("bytes above 127 are hashed as unsigned") {
  CHECK(hash_sdbm("\xff") == 255);
  CHECK(hash_djb2("\xff") == 5381u * 33 + 255);
}

}  // namespace
}  // namespace hawser
