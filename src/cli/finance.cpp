// stargate finance: what a plan costs and returns, and the referees of the arithmetic.
#include <cmath>
#include <print>

#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "capital/sam_single_owner.h"
#include "capital/xirr_file.h"
#include "cli/commands.h"
#include "cli/finance_plan.h"

namespace stargate::cli {

namespace {

struct Options {
  std::string file, output;
  bool json = false;
};

/// What is no number (an internal rate that SAM did not find) is "nan", as SAM's own files have it.
nlohmann::json number(double value) { return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json("nan"); }

nlohmann::json numbers(const std::vector<double>& values) {
  auto array = nlohmann::json::array();
  for (const double v : values) array.push_back(number(v));
  return array;
}

/// To the file that -o names, or to the terminal.
void deliver(const Options& options, const std::string& text) {
  if (options.output.empty())
    std::print("{}", text);
  else
    write_file(options.output, text);
}

void deliver(const Options& options, const nlohmann::json& json) { deliver(options, json.dump(1) + "\n"); }

void single_owner(const Options& options) {
  const capital::SamCase single_owner_case(options.file, read_file(options.file));
  const auto result = capital::evaluate_single_owner(single_owner_case);
  if (options.json) {
    nlohmann::json json;
    for (const auto& [name, value] : result.numbers) json[name] = number(value);
    for (const auto& [name, line] : result.lines) json[name] = numbers(line);
    for (const auto& [name, values] : result.series) json[name] = numbers(values);
    return deliver(options, json);
  }
  const auto value = [&](const char* name) { return result.numbers.find(name)->second; };
  TextTable totals({"figure", "value", "unit"});
  for (const auto& [label, name, unit, digits] :
       std::initializer_list<std::tuple<const char*, const char*, const char*, int>>{
           {"internal rate of return after tax", "project_irr", "%", 4},
           {"net present value after tax", "project_npv", "USD", 2},
           {"installed cost", "cost_installed", "USD", 2},
           {"debt", "debt_size", "USD", 2},
           {"equity", "size_of_equity", "USD", 2},
           {"debt share", "debt_fraction", "%", 2},
           {"lowest debt service cover", "min_dscr", "", 4},
           {"price, year 1", "ppa", "cents/kWh", 4},
           {"levelised cost, nominal", "lcoe_nom", "cents/kWh", 4},
           {"levelised cost, real", "lcoe_real", "cents/kWh", 4},
           {"weighted cost of capital", "wacc", "%", 4}})
    totals.row({label, std::isfinite(value(name)) ? grouped(value(name), digits) : "none", unit});
  TextTable years({"year", "revenue", "expenses", "EBITDA", "debt service", "cover", "tax", "after-tax flow"});
  for (std::size_t y = 0; y <= static_cast<std::size_t>(result.years); ++y)
    years.row({std::to_string(y), grouped(result.at("cf_total_revenue")[y]),
               grouped(result.at("cf_operating_expenses")[y]), grouped(result.at("cf_ebitda")[y]),
               grouped(result.at("cf_debt_payment_total")[y]), std::format("{:.3f}", result.at("cf_pretax_dscr")[y]),
               grouped(result.at("cf_statax")[y] + result.at("cf_fedtax")[y]),
               grouped(result.at("cf_project_return_aftertax")[y])});
  deliver(options, totals.text() + "\n" + years.text());
}

void levelised_cost(const Options& options) {
  const double cost = capital::levelised_cost_fcr(capital::SamCase(options.file, read_file(options.file)));
  if (options.json)
    deliver(options, nlohmann::json{{"lcoe_fcr", cost}});
  else
    deliver(options, std::format("levelised cost of energy: {:.6f} USD/kWh\n", cost));
}

void dated_rate(const Options& options) {
  const auto flows = capital::flows_of(capital::read_dated_flows(options.file, read_file(options.file)));
  const auto rate = capital::internal_rate(flows);
  if (options.json) {
    nlohmann::json json{{"xirr", rate.given ? nlohmann::json(*rate.given) : nlohmann::json("none")}, {"why", rate.why}};
    json["roots"] = nlohmann::json::array();
    for (const auto& root : rate.roots)
      json["roots"].push_back({{"rate", root.rate},
                               {"growth_factor", root.growth},
                               {"value_falls_with_rate", root.falling},
                               {"touches", root.touches}});
    return deliver(options, json);
  }
  std::string text = rate.given
                         ? std::format("xirr: {} ({:.4f} %): {}\n", shortest(*rate.given), 100 * *rate.given, rate.why)
                         : std::format("xirr: none: {}\n", rate.why);
  if (rate.roots.size() > 1) {
    TextTable table({"root", "rate", "1 + rate", "present value"});
    for (std::size_t i = 0; i < rate.roots.size(); ++i)
      table.row({std::to_string(i + 1), shortest(rate.roots[i].rate), std::format("{:.6g}", rate.roots[i].growth),
                 rate.roots[i].touches   ? "touches zero"
                 : rate.roots[i].falling ? "falls through zero"
                                         : "rises through zero"});
    text += table.text();
  }
  deliver(options, text);
}

void common_options(CLI::App* command, Options& options) {
  command->add_flag("--json", options.json, "for machines");
  command->add_option("-o,--output", options.output, "write to this file instead of the terminal");
}

}  // namespace

void add_finance(CLI::App& app) {
  auto* finance = app.add_subcommand(
      "finance", "Statements, debt, equity and returns of a plan; sam, lcoe, xirr: cases of other models");
  finance->require_subcommand(0, 1);
  auto of_plan = std::make_shared<PlanFinanceOptions>();
  finance->add_option("plan", of_plan->plan, "folder that stargate plan -o wrote");
  finance->add_option("--programme", of_plan->programme,
                      "programme the plan was made for (default: the one in the plan's folder)");
  finance->add_option("--terms", of_plan->terms, "folder with finance_terms.csv (name,value) and debt_terms.csv");
  finance->add_option("--set", of_plan->set, "change a term: --set sold_share=0.8");
  finance->add_option("-o,--output", of_plan->output, "folder for the workbook, CSV and JSON");
  finance->add_option("--threads", of_plan->threads, "for the sensitivities (default: all cores)");
  finance->add_flag("--json", of_plan->json, "for machines");
  finance->add_flag("--quick", of_plan->quick, "without sensitivities");
  finance->callback([finance, of_plan] {
    if (!finance->get_subcommands().empty()) return;
    if (of_plan->plan.empty())
      throw InputError({"finance", 0, 0}, "no plan is named", "stargate finance PLAN, or sam, lcoe, xirr with a file");
    finance_plan(*of_plan);
  });
  const auto add = [&](const char* name, const char* about, const char* file_about, void (*run)(const Options&)) {
    auto options = std::make_shared<Options>();
    auto* command = finance->add_subcommand(name, about);
    command->add_option("file", options->file, file_about)->required();
    common_options(command, *options);
    command->callback([options, run] { run(*options); });
  };
  add("sam", "evaluate a SAM single-owner case as SAM does", "CASE.json: SAM's inputs by name", single_owner);
  add("lcoe", "levelised cost by fixed charge rate (SAM's lcoefcr)", "CASE.json: SAM's inputs by name", levelised_cost);
  add("xirr", "every internal rate of return of dated flows, and which one is given",
      "FILE.csv: a date and an amount a line", dated_rate);
}

}  // namespace stargate::cli
