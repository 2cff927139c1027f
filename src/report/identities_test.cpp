#include "report/identities.h"

#include <catch2/catch_all.hpp>
#include <fstream>
#include <random>

#include "base/files.h"
#include "base/progress.h"
#include "capital/plan_input.h"
#include "capital/small_programme.h"
#include "plan/solve.h"
#include "programme/load.h"
#include "report/workbook.h"

namespace stargate::report {

namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / std::format("stargate_identities_{}", std::random_device{}());
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

/// The one-site programme with a stage of chip supply, its plan, and the books and workbook of that plan.
struct Case {
  Folder folder;
  Programme programme = load_programme("cases/plan/one_site");
  Plan plan;
  capital::FinanceInput input;
  capital::FinanceResult result{.programme = capital::Statement(0)};
  fs::path workbook = folder.path / "finance.xlsx";

  Case() {
    Stage stage;
    stage.id = "assembly";
    programme.stages = {stage};
    StageCapacity capacity;
    capacity.stage = "assembly";
    capacity.quarter = Quarter(2025, 1);
    capacity.world_units = 500;
    capacity.programme_share = 1;
    programme.stage_capacity = {capacity};
    BillOfMaterials bill;
    bill.accelerator = "chip";
    bill.stage = "assembly";
    bill.units_per_rack = 1;
    programme.bill_of_materials = {bill};
    Progress quiet(true);
    plan::PlanOptions options;
    options.threads = 1;
    plan = plan::make_plan(programme, options, quiet).plan;
    input = capital::finance_input(programme, plan, {});
    result = capital::run_finance(input);
    write_workbook(workbook, input, result, capital::measure(input, result), false);
  }

  /// Names of the identities that do not hold for a plan, a programme or a workbook that was changed behind the books.
  std::set<std::string> broken(const Plan& changed) const { return broken(programme, changed, workbook); }
  std::set<std::string> broken(const Programme& p, const Plan& changed, const fs::path& book) const {
    std::set<std::string> names;
    for (const auto& i : plan_identities(p, changed, input, result, book))
      if (!i.holds()) names.insert(i.name);
    return names;
  }
};

}  // namespace

TEST_CASE("the identity sheet of a plan holds, and each change behind its back is noticed where it was made") {
  const Case c;
  REQUIRE(!c.plan.racks.empty());
  const auto sheet = plan_identities(c.programme, c.plan, c.input, c.result, c.workbook);
  CHECK(sheet.size() == 17);
  for (const auto& i : sheet) {
    INFO(i.name << " at " << i.breaks_at);
    CHECK(i.holds());
    CHECK(i.compared > 0);
    CHECK(i.worst <= (i.unit == "USD" ? 0 : 1e-3));
  }
  using Names = std::set<std::string>;
  const Names money{"plan spend = sources and uses", "plan spend = cash flow", "plan spend = workbook"};

  auto spent = c.plan;
  spent.spending.back().usd_m += 0.01e-6;  // one cent
  CHECK(c.broken(spent) == money);
  for (const auto& i : plan_identities(c.programme, spent, c.input, c.result, c.workbook))
    if (money.contains(i.name)) {
      CHECK(i.breaks_at == to_string(spent.spending.back().quarter));
      CHECK(i.worst == Catch::Approx(0.01));
    }

  auto more = c.plan;
  more.racks.front().racks += 1;
  CHECK(c.broken(more) == Names{"plan racks = racks installed", "chips in racks = chips of the programme"});
  auto stands = c.plan;
  stands.site_quarters.back().installed_it_mw -= 0.01;
  CHECK(c.broken(stands) == Names{"plan racks = racks installed"});
  auto counted = c.plan;
  counted.quarters.back().chips += 1;
  CHECK(c.broken(counted) == Names{"chips in racks = chips of the programme"});
  auto ready = c.plan;
  ready.blocks.front().ready = ready.blocks.front().ready + 1;
  CHECK(c.broken(ready) == Names{"plan dates = schedule dates"});

  auto scarce = c.programme;
  scarce.stage_capacity.front().world_units = 100;
  CHECK(c.broken(scarce, c.plan, c.workbook) == Names{"plan racks = racks shipped"});

  auto other = c.input;
  other.payments.front().amount += 1;
  const auto other_result = capital::run_finance(other);
  const auto stale = c.folder.path / "stale.xlsx";
  write_workbook(stale, other, other_result, capital::measure(other, other_result));
  CHECK(c.broken(c.programme, c.plan, stale) == Names{"plan spend = workbook", "books = workbook"});
}

TEST_CASE("a workbook is calculated from its formulas, and gives the engine's figures to the cent") {
  const Folder folder;
  const auto input = capital::small_programme();
  const auto result = capital::run_finance(input);
  const auto file = folder.path / "finance.xlsx";
  write_workbook(file, input, result, capital::measure(input, result), false);  // no results are stored
  CalculatedWorkbook book(file);
  std::size_t compared = 0;
  const auto agree = [&](const std::string& sheet, const capital::Statement& books) {
    for (std::size_t i = 0; i < capital::item_count; ++i)
      for (std::size_t t = 0; t < result.quarters; ++t, ++compared)
        if (std::llround(100 * book.number(sheet, 4 + i, 1 + t)) != books.at(static_cast<capital::Item>(i), t))
          FAIL(sheet << " " << capital::name_of(static_cast<capital::Item>(i)).label << " " << t);
  };
  agree("Programme", result.programme);
  agree("Building", result.layers[0]);
  agree("Power", result.layers[1]);
  agree("GPUs", result.layers[2]);
  agree("Site north", result.sites[0]);
  agree("Site south", result.sites[1]);
  agree("Holding", result.companies.back().books);
  CHECK(compared == 7 * capital::item_count * result.quarters);
  for (std::size_t r = 1; r < book.rows("Identity"); ++r) {
    CHECK(!book.text("Identity", r, 0).empty());
    CHECK(book.number("Identity", r, 3) == 0);
    CHECK(book.number("Identity", r, 1) != 0);
  }
  CHECK_THROWS_AS(book.number("Nowhere", 0, 0), InputError);
}

TEST_CASE("what is no workbook, or a damaged one, is refused by name") {
  const Folder folder;
  const auto input = capital::small_programme();
  const auto result = capital::run_finance(input);
  const auto file = folder.path / "finance.xlsx";
  write_workbook(file, input, result, capital::measure(input, result));
  CHECK_THROWS_AS(WorkbookFigures(folder.path / "absent.xlsx"), InputError);
  write_file(folder.path / "text.xlsx", "not a workbook");
  CHECK_THROWS_WITH(WorkbookFigures(folder.path / "text.xlsx"), Catch::Matchers::ContainsSubstring("text.xlsx"));
  const auto bytes = read_file(file);
  for (std::size_t cut : {bytes.size() / 2, bytes.size() - 10}) {
    write_file(folder.path / "cut.xlsx", bytes.substr(0, cut));
    CHECK_THROWS_AS(WorkbookFigures(folder.path / "cut.xlsx"), InputError);
  }
  for (std::size_t at = 100; at + 1000 < bytes.size();
       at += bytes.size() / 7) {  // a flipped byte is refused or harmless
    auto flipped = bytes;
    flipped[at] = static_cast<char>(~flipped[at]);
    write_file(folder.path / "flipped.xlsx", flipped);
    std::optional<double> read;
    try {
      read = WorkbookFigures(folder.path / "flipped.xlsx").programme(capital::Item::capital_spending, 0);
    } catch (const InputError&) {
    }
    if (read) CHECK(std::llround(100 * *read) == result.programme.at(capital::Item::capital_spending, 0));
  }
}

}  // namespace stargate::report
