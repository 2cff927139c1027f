#include <catch2/catch_all.hpp>

#include "base/calendar.h"
#include "base/csv.h"
#include "base/files.h"
#include "base/random.h"
#include "base/record.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"

using namespace stargate;

TEST_CASE("sha256 gives the digests of FIPS 180-4") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(std::string(64, 'a')) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST_CASE("numbers are read whole or not at all, and written so that they read back") {
  CHECK(parse_number("1e3") == 1000);
  CHECK(parse_number("-2.5") == -2.5);
  for (const char* bad : {"", " 1", "1 ", "1,000", "nan", "inf", "1e999", "0x10", "--1"})
    CHECK_FALSE(parse_number(bad));
  CHECK_FALSE(parse_integer("1.0"));
  CHECK_FALSE(parse_integer("99999999999999999999"));
  for (const double v : {0.1, 1.0 / 3, 1e-300, 26.6666666666667, -0.0}) CHECK(parse_number(shortest(v)) == v);
  CHECK(grouped(1234567.8, 1) == "1,234,567.8");
  CHECK(grouped(-0.2) == "0");
  CHECK(grouped(-1234) == "-1,234");
}

TEST_CASE("UTF-8: overlong forms, surrogates, cut sequences and NUL are found where they stand") {
  CHECK(find_invalid_utf8("Doña Ana €") == std::string_view::npos);
  CHECK(find_invalid_utf8("ab\xC0\xAF") == 2);
  CHECK(find_invalid_utf8("\xED\xA0\x80") == 0);
  CHECK(find_invalid_utf8("a\xE2\x82") == 1);
  CHECK(find_invalid_utf8(std::string_view("a\0b", 3)) == 1);
}

TEST_CASE("days and quarters of the calendar") {
  CHECK(to_string(*parse_date("2024-02-29")) == "2024-02-29");
  for (const char* bad : {"2025-02-29", "2025-13-01", "2025-1-1", "01/02/2025", "2025-00-10"})
    CHECK_FALSE(parse_date(bad));
  const Quarter q(2024, 1);
  CHECK(q.days() == 91);
  CHECK(to_string(q + 7) == "2025-Q4");
  CHECK((Quarter(2025, 2) - q) == 5);
  CHECK(Quarter(*parse_date("2024-05-31")) == Quarter(2024, 2));
  CHECK_FALSE(parse_quarter("2025-Q0"));
  CHECK_FALSE(parse_quarter("2025Q1"));
}

TEST_CASE("CSV that is written is CSV that is read") {
  CsvWriter writer({"name", "value"});
  const std::vector<std::string> names{"plain", "with, comma", "with \"quotes\"", "two\nlines", "#hash", " space "};
  for (const auto& n : names) writer << std::string_view(n) << 1.5;
  Diagnostics diagnostics;
  const auto csv = parse_csv("t.csv", writer.text(), diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(csv.rows.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(csv.rows[i].cells[0].text == names[i]);
  CsvWriter incomplete({"a", "b"});
  incomplete << 1;
  CHECK_THROWS_AS(incomplete.text(), std::logic_error);
}

TEST_CASE("CSV errors stand at their line and column") {
  Diagnostics diagnostics;
  parse_csv("t.csv", "a,b\n1,2\n\n# comment\n1,2,3\nx,\"y\" z\n", diagnostics);
  REQUIRE(diagnostics.errors() == 2);
  CHECK(diagnostics.all()[0].place.line == 5);
  CHECK(diagnostics.all()[1].place.line == 6);
  CHECK(diagnostics.all()[1].place.column == 6);
}

TEST_CASE("the nearest name is offered only when it is near") {
  const std::vector<std::string> names{"winter", "spring", "summer", "autumn"};
  CHECK(nearest_name("sumer", names) == "summer");
  CHECK(nearest_name("xyzzy", names).empty());
  CHECK(name_hint("xyzzy", names).starts_with("allowed: winter"));
}

TEST_CASE("files are written whole, packed ones read, and what cannot be read says why") {
  const auto folder = std::filesystem::temp_directory_path() / "stargate_base_test";
  std::filesystem::remove_all(folder);
  write_file(folder / "sub" / "a.txt", "hello");
  CHECK(read_file(folder / "sub" / "a.txt") == "hello");
  CHECK_FALSE(std::filesystem::exists(folder / "sub" / "a.txt.part"));
  CHECK_THROWS_AS(read_file(folder / "none"), InputError);
  CHECK_THROWS_AS(read_file(folder), InputError);
  CHECK_THROWS_AS(read_file(folder / "sub" / "a.txt", 3), InputError);
  CHECK_THROWS_AS(write_file(folder / "sub" / "a.txt" / "b", "x"), InputError);
  std::filesystem::remove_all(folder);
}

TEST_CASE("random numbers are a function of seed, stream and place, and even") {
  Random a(1, 2), b(1, 2), c(1, 3);
  double sum = 0, same = 0;
  for (int i = 0; i < 10000; ++i) {
    const double x = a.uniform();
    CHECK(x == b.uniform());
    same += x == c.uniform();
    sum += x;
  }
  CHECK(same == 0);
  CHECK(sum / 10000 == Catch::Approx(0.5).margin(0.01));
  double squares = 0;
  for (int i = 0; i < 10000; ++i) squares += std::pow(a.normal(), 2);
  CHECK(squares / 10000 == Catch::Approx(1).margin(0.05));
}

TEST_CASE("work is done once each on any number of threads, and the first failure comes back") {
  for (const unsigned threads : {1U, 3U}) {
    std::vector<int> done(100, 0);
    parallel_for(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    CHECK(std::ranges::count(done, 1) == 100);
    CHECK_THROWS_AS(parallel_for(10, threads,
                                 [](std::size_t i) {
                                   if (i == 3) throw std::runtime_error("three");
                                 }),
                    std::runtime_error);
  }
}

TEST_CASE("a text table aligns numbers to the right and counts letters, not bytes") {
  TextTable t({"site", "MW"});
  t.row({"Doña", "5"});
  t.row({"Ab", "1,250"});
  CHECK(t.text() == "site     MW\n----  -----\nDoña      5\nAb    1,250\n");
  CHECK_THROWS_AS(t.row({"one"}), std::logic_error);
}
