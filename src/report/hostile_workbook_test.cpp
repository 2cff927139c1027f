// Workbooks that promise more than they hold, or that would keep a reader busy for ever.
#include <catch2/catch_all.hpp>
#include <filesystem>

#include "base/diagnostics.h"
#include "base/files.h"
#include "report/workbook_read.h"

using namespace stargate;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A zip archive of stored files, its list made by hand.
std::string zipped(const std::vector<std::pair<std::string, std::string>>& files) {
  const auto number = [](std::uint64_t value, int width) {
    std::string bytes;
    for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
    return bytes;
  };
  const auto checksum = [](const std::string& text) {
    std::uint32_t crc = ~0U;
    for (const char c : text) {
      crc ^= static_cast<unsigned char>(c);
      for (int k = 0; k < 8; ++k) crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1)));
    }
    return ~crc;
  };
  std::string out, list;
  for (const auto& [name, text] : files) {
    const std::string common = number(20, 2) + number(0, 8) + number(checksum(text), 4) + number(text.size(), 4) +
                               number(text.size(), 4) + number(name.size(), 2) + number(0, 2);
    list += "PK\x01\x02" + number(20, 2) + common + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
            number(out.size(), 4) + name;
    out += "PK\x03\x04" + common + name + text;
  }
  const auto at = out.size();
  return out + list + "PK\x05\x06" + number(0, 4) + number(files.size(), 2) + number(files.size(), 2) +
         number(list.size(), 4) + number(at, 4) + number(0, 2);
}

double first_cell(const std::string& cells) {
  const auto path = std::filesystem::temp_directory_path() / "stargate_hostile.xlsx";
  write_file(path, zipped({{"xl/workbook.xml", "<workbook><sheets><sheet name=\"S\" r:id=\"1\"/></sheets></workbook>"},
                           {"xl/_rels/workbook.xml.rels",
                            "<Relationships><Relationship Id=\"1\" Target=\"s.xml\"/></Relationships>"},
                           {"xl/s.xml", "<worksheet><sheetData><row>" + cells + "</row></sheetData></worksheet>"}}));
  report::CalculatedWorkbook book(path);
  return book.number("S", 0, 0);
}
std::string formula(const std::string& text) { return "<c r=\"A1\"><f>" + text + "</f></c>"; }

}  // namespace

TEST_CASE("a workbook is calculated within limits") {
  CHECK(first_cell(formula("-(1+2)*2--4^2+SUM(B1:C2)") + "<c r=\"B1\"><v>3</v></c>") == -19);
  CHECK(first_cell(formula(std::string(20'000, '-') + "2")) == 2);
  CHECK_THROWS_WITH(first_cell(formula(std::string(20'000, '(') + "1" + std::string(20'000, ')'))),
                    ContainsSubstring("nested too deep"));
  CHECK_THROWS_WITH(first_cell(formula("SUM(A1:XFD1048576)")), ContainsSubstring("too many cells"));
  CHECK_THROWS_WITH(first_cell("<c r=\"A99999999\"><v>1</v></c>"), ContainsSubstring("without a place"));
  CHECK_THROWS_WITH(first_cell(formula("A1+1")), ContainsSubstring("its own result"));
  std::string chain;
  for (int i = 1; i < 20'000; ++i)
    chain += "<c r=\"A" + std::to_string(i) + "\"><f>A" + std::to_string(i + 1) + "+1</f></c>";
  CHECK_THROWS_WITH(first_cell(chain), ContainsSubstring("wait for one another"));
}
