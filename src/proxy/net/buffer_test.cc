// SPDX-License-Identifier: MIT
#include "proxy/net/buffer.h"

#include <vector>

#include "base/testing.h"

using namespace hawser;

namespace {

struct Lent {
  explicit Lent(BufferPool& owner) : pool(owner), buffer(*pool.take()) {}
  ~Lent() { pool.give_back(&buffer); }
  BufferPool& pool;
  Buffer& buffer;
};

}  // namespace

TEST_CASE("a buffer takes what fits, and gives it back in order") {
  BufferPool pool(8);
  Lent lent(pool);
  Buffer& buffer = lent.buffer;
  CHECK(buffer.empty());
  CHECK(buffer.capacity() == 8);
  CHECK(buffer.append("abcdef") == 6);
  CHECK(buffer.append("ghij") == 2);
  CHECK(buffer.view() == "abcdefgh");
  CHECK(buffer.free_size() == 0);
  CHECK(buffer.append("x") == 0);
  buffer.consume(3);
  CHECK(buffer.view() == "defgh");
}

TEST_CASE("what was consumed makes room once the rest has moved") {
  BufferPool pool(8);
  Lent lent(pool);
  Buffer& buffer = lent.buffer;
  buffer.append("abcdefgh");
  buffer.consume(5);
  CHECK(buffer.free_size() == 0);  // the rest stands at the end
  SECTION("when asked to") {
    buffer.compact();
    CHECK(buffer.view() == "fgh");
    CHECK(buffer.free_size() == 5);
    buffer.compact();
    CHECK(buffer.view() == "fgh");
  }
  SECTION("when text is appended that would not fit otherwise") {
    CHECK(buffer.append("ijklm") == 5);
    CHECK(buffer.view() == "fghijklm");
  }
  SECTION("or when nothing is left") {
    buffer.consume(3);
    CHECK(buffer.free_size() == 8);
  }
}

TEST_CASE("bytes that were written into the free part count when they are announced") {
  BufferPool pool(8);
  Lent lent(pool);
  Buffer& buffer = lent.buffer;
  buffer.append("ab");
  buffer.free_begin()[0] = 'c';
  CHECK(buffer.view() == "ab");
  buffer.produced(1);
  CHECK(buffer.view() == "abc");
  buffer.clear();
  CHECK(buffer.empty());
  CHECK(buffer.free_size() == 8);
}

TEST_CASE("the pool lends the buffer that was used last, empty") {
  BufferPool pool(8);
  Buffer* first = pool.take();
  Buffer* second = pool.take();
  CHECK(first != second);
  CHECK(pool.in_use() == 2);
  first->append("secret");
  pool.give_back(second);
  pool.give_back(first);
  CHECK(pool.in_use() == 0);
  CHECK(pool.take() == first);
  CHECK(first->empty());
  CHECK(pool.take() == second);
  pool.give_back(first);
  pool.give_back(second);
}

TEST_CASE("the pool outlives a burst") {
  BufferPool pool(64);
  std::vector<Buffer*> lent(1000);
  for (Buffer*& buffer : lent) buffer = pool.take();
  CHECK(pool.in_use() == 1000);
  for (Buffer* buffer : lent) pool.give_back(buffer);
  CHECK(pool.in_use() == 0);
}
