#include <catch2/catch_all.hpp>

#include "base/csv.h"
#include "base/files.h"
#include "base/random.h"
#include "base/text.h"
#include "base/calendar.h"

using namespace stargate;

TEST_CASE("sha256 gives the digests of FIPS 180-4") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(std::string(64, 'a')) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}
