// stargate identities: what money, chips and time say of one plan, side by side.
#include <unistd.h>

#include <filesystem>
#include <format>

#include "answers/commands.h"
#include "answers/identity_table.h"
#include "answers/plan_inputs.h"
#include "capital/plan_input.h"
#include "report/identities.h"
#include "report/workbook.h"

namespace stargate {

const Table<IdentityRow>& identity_table() {
  using R = IdentityRow;
  static const Table<R> t{
      "identities",
      "Figures that must be the same wherever two places say them.",
      {field("name", &R::name, "what is said").shown_as("identity"), field("left", &R::left, "one place that says it"),
       field("right", &R::right, "the other"), field("unit", &R::unit, "unit of the figures"),
       field("left_total", &R::left_total, "over all that is compared").with_digits(2),
       field("right_total", &R::right_total, "the same of the other place").with_digits(2),
       field("largest_difference", &R::largest_difference, "in any one place"),
       field("compared", &R::compared, "places compared"), field("holds", &R::holds, "no place differs"),
       field("breaks_at", &R::breaks_at, "the first place that differs; empty where none does")}};
  return t;
}

std::vector<IdentityRow> identity_rows(const std::vector<Identity>& sheet) {
  std::vector<IdentityRow> rows;
  for (const Identity& i : sheet)
    rows.push_back({{}, i.name, i.left, i.right, i.unit, i.breaks_at, i.left_total, i.right_total, i.worst,
                    static_cast<std::int64_t>(i.compared), i.holds()});
  return rows;
}

namespace {

struct Options : Row {
  std::string plan, programme, terms, workbook;
};
const Table<Options>& options() {
  using O = Options;
  static const Table<O> t{
      "identities",
      "The identity sheet of a plan: spend = sources and uses = cash flow = workbook; racks = shipped = installed; plan "
      "dates = schedule dates. Exit code 1 if one does not hold.",
      {field("plan", &O::plan, "folder of a plan").as_argument(),
       field("programme", &O::programme, "folder of the plan's programme, if not the copy in the plan").optional(),
       field("terms", &O::terms, "folder with finance_terms.csv and debt_terms.csv").optional(),
       field("workbook", &O::workbook,
             "finance.xlsx to hold against the books (default: one that is written, read back and removed)")
           .optional()}};
  return t;
}

struct Sheet : Row {
  bool holds = false;
};
const Table<Sheet> sheet_table{"sheet", "The sheet as a whole.", {field("holds", &Sheet::holds, "all identities hold")}};

/// A workbook that is there only as long as it is looked at.
struct PassingWorkbook {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / std::format("stargate_identities_{}.xlsx", ::getpid());
  ~PassingWorkbook() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

Answer identities(const Options& o, Run&) {
  const auto [plan, programme, notes] = read_plan_inputs(o.plan, o.programme);
  const auto input =
      capital::finance_input(programme, plan, o.terms.empty() ? capital::Terms{} : capital::read_terms(o.terms));
  const auto result = capital::run_finance(input);
  std::vector<Identity> sheet;
  if (o.workbook.empty()) {
    const PassingWorkbook made;
    report::write_workbook(made.path, input, result, capital::measure(input, result));
    sheet = report::plan_identities(programme, plan, input, result, made.path);
  } else {
    sheet = report::plan_identities(programme, plan, input, result, o.workbook);
  }
  const bool all = std::ranges::all_of(sheet, &Identity::holds);
  Answer answer;
  answer.notes = notes;
  answer.add(identity_table(), identity_rows(sheet));
  answer.add_single(sheet_table, {{}, all}, Shown::no);
  answer.page = std::format("{}: money, chips and time of the plan\n\n{}{}", programme.settings.name,
                            report::identities_text(sheet),
                            all ? std::format("All {} identities hold.", sheet.size()) : "Not all identities hold.");
  if (!all) answer.termination.ending = Ending::violated;
  return answer;
}

}  // namespace

std::vector<Command> identity_commands() {
  return {command(options(), {{"stargate identities out/plan", "the sheet of the plan that make run made"}},
                  {table_spec(identity_table()), table_spec(sheet_table, true)}, identities)};
}

}  // namespace stargate
