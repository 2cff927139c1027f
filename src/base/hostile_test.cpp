// Texts as they come from spreadsheets and from people who mean harm: read right, or refused with one clear error.
#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/diagnostics.h"
#include "base/files.h"
#include "base/json_text.h"

using namespace stargate;
using Catch::Matchers::ContainsSubstring;

namespace {
Csv read(std::string_view text, std::size_t errors = 0, std::string_view words = {}) {
  Diagnostics diagnostics;
  auto csv = parse_csv("t.csv", text, diagnostics);
  REQUIRE(diagnostics.errors() == errors);
  if (errors > 0) CHECK_THAT(to_string(diagnostics.all().front()), ContainsSubstring(std::string(words)));
  return csv;
}
}  // namespace

TEST_CASE("a spreadsheet's separators are told in one error") {
  read("id;name;mw\na;b;1,7\nc;d;2,5\n", 1, "t.csv:1:3: error: columns are separated by semicolons");
  read("# a comment\n\xEF\xBB\xBFid\tname\n", 1, "separated by tabs");
  const auto csv = read("\xEF\xBB\xBFid,name\r\na,\"x; y\"\r\n");
  CHECK(csv.rows[0].cells[1].text == "x; y");
  CHECK(read("only\n1\n2\n").rows.size() == 2);
  read(read_file("cases/hostile/excel/equipment_semicolon_bom_crlf.csv"), 1, "save as 'CSV UTF-8 (comma delimited)'");
}

TEST_CASE("rows of nothing but commas are no rows, and comments that were quoted are still comments") {
  CHECK(read("a,b\n1,2\n,\n\"\",\n3,4\n,,,,\n").rows.size() == 2);
  CHECK(read(read_file("cases/hostile/excel/equipment_blank_rows.csv")).rows.size() == 7);
  const auto csv = read("\"# long lead, in weeks\",,\na,b,c\n#x,1,2\n\"#x\",1,2\n");
  CHECK(csv.header.cells[0].text == "a");
  REQUIRE(csv.rows.size() == 1);
  CHECK(csv.rows[0].cells[0].text == "#x");
}

TEST_CASE("no cell that is written starts a formula, and what is read back is what was written") {
  for (const std::string text : {"=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "=\"a\",b", "-", "+"}) {
    CsvWriter writer({"id", "mw"});
    writer << std::string_view(text) << 1.5;
    const auto written = writer.text();
    const auto cell = written.substr(written.find('\n') + 1);
    CHECK(cell.find_first_of("=+-@") != 0);
    CHECK((cell[0] == '\'' || cell.starts_with("\"'")));
    CHECK(read(written).rows[0].cells[0].text == text);
  }
  CsvWriter numbers({"a", "b", "c", "d"});
  numbers << std::string_view("-5") << std::string_view("+1e3") << std::string_view("-inf") << -2.5;
  CHECK(numbers.text() == "a,b,c,d\n-5,+1e3,-inf,-2.5\n");
  CHECK(read("a\n'quoted'\n").rows[0].cells[0].text == "'quoted'");
}

TEST_CASE("JSON that is none is told with its place, in words of this program") {
  const auto complaint = [](std::string_view text) -> std::string {
    try {
      parse_json("f.json", text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  CHECK(complaint("{\"a\": [1, 2]}") == "none");
  CHECK_THAT(complaint("{\n \"a\": nope}"), ContainsSubstring("f.json:2:"));
  CHECK_THAT(complaint("{\"a\": "), ContainsSubstring("it ends too early"));
  CHECK_THAT(complaint(""), ContainsSubstring("it ends too early"));
  CHECK_THAT(complaint("{\"a\": 1e400}"), ContainsSubstring("too large"));
  CHECK_THAT(complaint("{\"a\": NaN}"), ContainsSubstring("'N' is not expected here"));
  CHECK_THAT(complaint("\"\xff\""), ContainsSubstring("UTF-8"));
  CHECK_THAT(complaint(std::string(200'000, '[')), ContainsSubstring("too deep"));
  std::string deep = "1";
  for (int i = 0; i < 20'000; ++i) deep = "{\"a\":" + deep + "}";
  CHECK_THAT(complaint(deep), ContainsSubstring("too deep"));
  CHECK(complaint("[\"[[[[\\\"[\"]") == "none");
  for (const auto bad : {"{", "[1,", "{\"a\" 1}", "tru", "1e400"})
    CHECK_THAT(complaint(bad), !ContainsSubstring("nlohmann") && !ContainsSubstring("json.exception"));
}
