// stargate identities PLAN: what money, chips and time say of one plan, side by side.
#include "cli/identities.h"

#include <unistd.h>

#include <filesystem>
#include <print>

#include "capital/plan_input.h"
#include "cli/commands.h"
#include "cli/plan_inputs.h"
#include "report/identities.h"
#include "report/workbook.h"

namespace stargate::cli {

namespace {

struct Options {
  std::string plan, programme, terms, workbook;
  bool json = false;
};

/// A workbook that is there only as long as it is looked at.
struct PassingWorkbook {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / std::format("stargate_identities_{}.xlsx", ::getpid());
  ~PassingWorkbook() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

void run(const Options& o) {
  const auto [plan, programme] = read_plan_inputs(o.plan, o.programme);
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
  if (o.json)
    std::println("{}", nlohmann::json{{"holds", all}, {"identities", identities_json(sheet)}}.dump(1));
  else
    std::println("{}: money, chips and time of the plan\n\n{}{}", programme.settings.name,
                 report::identities_text(sheet),
                 all ? std::format("All {} identities hold.", sheet.size()) : "Not all identities hold.");
  if (!all) finish(Exit::failed);
}

}  // namespace

nlohmann::json identities_json(const std::vector<Identity>& sheet) {
  auto rows = nlohmann::json::array();
  for (const Identity& i : sheet)
    rows.push_back({{"name", i.name},
                    {"left", i.left},
                    {"right", i.right},
                    {"unit", i.unit},
                    {"left_total", i.left_total},
                    {"right_total", i.right_total},
                    {"largest_difference", i.worst},
                    {"compared", i.compared},
                    {"holds", i.holds()},
                    {"breaks_at", i.holds() ? nlohmann::json() : nlohmann::json(i.breaks_at)}});
  return rows;
}

void add_identities(CLI::App& app) {
  auto* command = app.add_subcommand(
      "identities",
      "The identity sheet of a plan: spend = sources and uses = cash flow = workbook; racks = shipped = installed; "
      "plan dates = schedule dates. Exit code 1 if one does not hold");
  auto o = std::make_shared<Options>();
  command->add_option("plan", o->plan, "folder of a plan")->required();
  command->add_option("--programme", o->programme, "folder of the plan's programme, if not the copy in the plan");
  command->add_option("--terms", o->terms, "folder with finance_terms.csv and debt_terms.csv");
  command->add_option("--workbook", o->workbook,
                      "finance.xlsx to hold against the books (default: one that is written, read back and removed)");
  command->add_flag("--json", o->json, "for machines");
  command->callback([o] { run(*o); });
}

}  // namespace stargate::cli
