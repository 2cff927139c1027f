#include "report/workbook.h"

#include <catch2/catch_all.hpp>
#include <cstdlib>
#include <fstream>
#include <random>

#include "base/csv.h"
#include "base/files.h"
#include "base/text.h"
#include "capital/small_programme.h"

namespace stargate::report {

namespace {

namespace fs = std::filesystem;
using namespace capital;

struct Folder {
  fs::path path = fs::temp_directory_path() / std::format("stargate_workbook_{}", std::random_device{}());
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

/// A profile in which LibreOffice calculates every formula anew when it opens a file.
void recalculating_profile(const fs::path& profile) {
  fs::create_directories(profile / "user");
  std::ofstream(profile / "user" / "registrymodifications.xcu") << R"(<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>)";
}

/// Rows of a sheet that LibreOffice wrote as CSV.
std::vector<std::vector<std::string>> sheet_rows(const fs::path& file) {
  Diagnostics diagnostics;
  std::vector<std::vector<std::string>> rows;
  // Sheets have no header that would do for one: columns are numbered. Commas within quotes only add to a line.
  const std::string text = read_file(file);
  std::string header = "c0";
  std::ptrdiff_t commas = 1000;
  for (const auto line : split(trim(text), '\n')) commas = std::min(commas, std::ranges::count(line, ','));
  const auto columns = 1 + commas;
  for (std::ptrdiff_t c = 1; c < columns; ++c) header += std::format(",c{}", c);
  for (const auto& row : parse_csv(file.string(), header + "\n" + text, diagnostics).rows) {
    auto& cells = rows.emplace_back();
    for (const auto& cell : row.cells) cells.push_back(cell.text);
  }
  return rows;
}

/// A cell that shows a percentage is exported with its sign.
double rate_in(std::string cell) {
  REQUIRE(cell.ends_with('%'));
  cell.pop_back();
  return parse_number(cell).value() / 100;
}

}  // namespace

TEST_CASE("the workbook's formulas, calculated by LibreOffice, give the engine's figures") {
  if (std::system("command -v soffice >/dev/null 2>&1") != 0) SKIP("LibreOffice is not here");
  const Folder folder;
  const auto input = small_programme();
  const auto result = run_finance(input);
  const auto measures = measure(input, result);
  write_workbook(folder.path / "finance.xlsx", input, result, measures,
                 false);  // no stored results: all must be calculated
  recalculating_profile(folder.path / "profile");
  const auto command = std::format(
      "cd '{0}' && soffice -env:UserInstallation=file://{0}/profile --headless --convert-to "
      "'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1' finance.xlsx >log 2>&1",
      folder.path.string());
  REQUIRE(std::system(command.c_str()) == 0);

  std::size_t compared = 0;
  const auto agree = [&](const std::string& sheet, const Statement& books) {
    const auto rows = sheet_rows(folder.path / ("finance-" + sheet + ".csv"));
    for (std::size_t i = 0; i < item_count; ++i) {
      const auto& row = rows.at(4 + i);
      REQUIRE(row[0] == name_of(static_cast<Item>(i)).label);
      for (std::size_t t = 0; t < result.quarters; ++t) {
        INFO(sheet << " " << row[0] << " " << t << ": " << row[1 + t]);
        const double value = parse_number(row[1 + t]).value();
        REQUIRE(std::abs(value - static_cast<double>(books.at(static_cast<Item>(i), t)) / 100) < 0.005);
        ++compared;
      }
    }
  };
  agree("Programme", result.programme);
  agree("Building", result.layers[0]);
  agree("Power", result.layers[1]);
  agree("GPUs", result.layers[2]);
  agree("Site north", result.sites[0]);
  agree("Holding", result.companies.back().books);
  CHECK(compared == 6 * item_count * result.quarters);

  const auto identity = sheet_rows(folder.path / "finance-Identity.csv");
  for (std::size_t r = 1; r < identity.size(); ++r) CHECK(parse_number(identity[r][3]).value() == 0);
  const auto returns = sheet_rows(folder.path / "finance-Returns.csv");
  REQUIRE(measures.project_rate.given);
  CHECK(rate_in(returns[3][1]) == Catch::Approx(*measures.project_rate.given).epsilon(1e-6));
  CHECK(parse_number(returns[4][1]).value() == Catch::Approx(measures.project_npv_usd_m * 1e6).epsilon(1e-9));
  for (std::size_t h = 0; h < measures.investors.size(); ++h) {
    INFO(measures.investors[h].name);
    CHECK(parse_number(returns[5][2 + h]).value() == Catch::Approx(measures.investors[h].multiple).epsilon(1e-9));
    if (measures.investors[h].rate.given)
      CHECK(rate_in(returns[3][2 + h]) == Catch::Approx(*measures.investors[h].rate.given).epsilon(1e-5));
  }
  // Live, not pasted: what the statements show is no number in the file.
  CHECK(read_file(folder.path / "finance.xlsx").starts_with("PK"));
}

TEST_CASE("a workbook that cannot be written is refused") {
  const auto input = small_programme();
  const auto result = run_finance(input);
  CHECK_THROWS_AS(write_workbook("/dev/null/finance.xlsx", input, result, measure(input, result)), InputError);
}

}  // namespace stargate::report
