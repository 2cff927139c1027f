// stargate finance PLAN: statements, debt, equity, returns, sensitivities and the identity sheet of a plan.
#include "cli/finance_plan.h"

#include <print>

#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "capital/measures.h"
#include "capital/plan_input.h"
#include "cli/commands.h"
#include "cli/plan_inputs.h"
#include "answers/identity_table.h"
#include "base/answer.h"
#include "report/identities.h"
#include "report/workbook.h"

namespace stargate::cli {

namespace {

using namespace capital;
using enum Item;

struct Finances {
  FinanceInput input;
  FinanceResult result;
  FinanceMeasures measures;
  std::vector<Identity> identities;
  std::vector<Sensitivity> sensitivities;
};

std::string percent(const std::optional<double>& rate, int digits = 2) {
  return rate ? std::format("{:.{}f} %", 100 * *rate, digits) : "none";
}
std::string percent(double rate) { return std::isfinite(rate) ? percent(std::optional(rate)) : "none"; }
std::string billions(double usd_m) { return grouped(usd_m / 1000, 3); }
nlohmann::json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? nlohmann::json(*value) : nlohmann::json();
}

Terms read_all_terms(const PlanFinanceOptions& options) {
  Terms terms = options.terms.empty() ? Terms{} : read_terms(options.terms);
  for (const auto& change : options.set) {
    const auto equals = change.find('=');
    if (equals == std::string::npos)
      throw InputError({"--set", 0, 0}, std::format("'{}' has no '='", change), "write --set sold_share=0.8");
    set_term(terms.finance, std::string_view(change).substr(0, equals), std::string_view(change).substr(equals + 1),
             {"--set", 0, 0});
  }
  return terms;
}

// ---- for persons ----

std::string summary_table(const Finances& f) {
  const auto& m = f.measures;
  TextTable table({"figure", "value", "unit"});
  const auto& books = f.result.programme;
  table.row({"capital spending of the plan", billions(usd_m(sum(books.line(capital_spending)))), "billion USD"});
  table.row({"capital credits", billions(usd_m(sum(books.line(capital_credits)))), "billion USD"});
  table.row({"compute sold over " + std::format("{:.0f} years", static_cast<double>(f.result.quarters) / 4),
             billions(usd_m(sum(books.line(compute_sales)))), "billion USD"});
  table.row({"project rate of return, after tax", percent(m.project_rate.given),
             m.project_rate.roots.size() > 1 ? m.project_rate.why : ""});
  table.row({"project net present value", billions(m.project_npv_usd_m),
             std::format("billion USD at {:.1f} %", 100 * m.discount_rate)});
  table.row({"payback", m.payback_years ? std::format("{:.1f}", *m.payback_years) : "never", "years"});
  table.row({"common equity's rate of return", percent(m.equity_rate.given),
             m.equity_rate.roots.size() > 1 ? m.equity_rate.why : ""});
  table.row({"lowest debt service cover", std::format("{:.3f}", m.lowest_dscr), "all companies together"});
  table.row({"covenants broken, distributions locked", std::format("{}, {}", m.covenants_broken, m.lock_ups),
             "company-quarters"});
  table.row({"guarantees called", billions(m.guarantees_usd_m), "billion USD"});
  table.row({"support of the sponsors beyond the plan", billions(m.support_usd_m), "billion USD"});
  table.row(
      {"levelised cost of compute", std::format("{:.2f}", m.cost_usd_per_pflops_day), "USD per effective PFLOP/s-day"});
  table.row({"levelised cost of a GPU-hour", std::format("{:.3f}", m.cost_usd_per_gpu_hour), "USD"});
  return table.text();
}

std::string investors_table(const Finances& f) {
  TextTable table(
      {"holder", "kind", "committed", "called", "of it support", "paid out", "multiple", "rate", "ownership"});
  for (const auto& i : f.measures.investors)
    table.row({i.name, i.kind, billions(i.committed_usd_m), billions(i.called_usd_m), billions(i.support_usd_m),
               billions(i.paid_usd_m), std::format("{:.3f}", i.multiple), percent(i.rate.given),
               i.kind == "equity" ? std::format("{:.2f} %", 100 * i.ownership) : ""});
  return table.text();
}

std::string debts_table(const Finances& f) {
  TextTable table(
      {"debt", "layer", "drawn", "interest", "refinanced", "owed at the end", "lowest cover", "LLCR", "terms"});
  for (const auto& d : f.measures.debts)
    table.row({d.name, d.layer, billions(d.drawn_usd_m), billions(d.interest_usd_m), billions(d.refinanced_usd_m),
               billions(d.owed_at_end_usd_m), d.llcr == 0 ? "" : std::format("{:.3f}", d.lowest_dscr),
               d.llcr == 0 ? "" : std::format("{:.3f}", d.llcr), d.terms});
  return table.text();
}

std::string roles_table(const Finances& f) {
  TextTable table({"who", "part", "answers for or brings"});
  for (const auto& s : f.input.sources) table.row({s.name, s.role, s.answers_for});
  for (const auto& s : f.input.suppliers)
    table.row({s.substr(0, s.find(": ")), "partner", s.substr(std::min(s.size(), s.find(": ") + 2))});
  return table.text();
}

std::string supports_table(const Finances& f) {
  TextTable table({"support", "where", "window", "counted", "if kept in full", "chance", "cap", "claw-back"});
  for (const auto& s : f.input.supports)
    table.row({s.name, s.jurisdiction, s.window, billions(s.counted_usd_m),
               billions(s.probability > 0 ? s.counted_usd_m / s.probability : 0),
               std::format("{:.0f} %", 100 * s.probability), s.cap_usd_m ? billions(*s.cap_usd_m) : "", s.claw_back});
  return table.text();
}

std::string years_table(const Finances& f) {
  TextTable table({"year", "sold", "EBITDA", "interest", "tax", "net income", "capital", "drawn", "repaid", "to owners",
                   "cash", "debt", "difference"});
  const auto& b = f.result.programme;
  for (std::size_t first = 0; first < f.result.quarters;) {
    const int year = (f.input.start + static_cast<int>(first)).year();
    std::size_t last = first;
    while (last < f.result.quarters && (f.input.start + static_cast<int>(last)).year() == year) ++last;
    const auto flow = [&](Item item) {
      Cents total = 0;
      for (std::size_t t = first; t < last; ++t) total += b.at(item, t);
      return total;
    };
    const auto show = [](Cents c) { return grouped(usd_m(c) / 1000, 2); };
    table.row({std::to_string(year), show(flow(compute_sales)), show(flow(ebitda)), show(flow(interest_paid)),
               show(flow(tax_current)), show(flow(net_income)),
               show(flow(capital_spending) - flow(capital_credits) + flow(refresh_spending)),
               show(flow(debt_drawn) + flow(common_called) + flow(preferred_called)), show(flow(debt_repaid)),
               show(flow(common_paid) + flow(preferred_paid) + flow(preferred_redeemed)),
               show(b.at(cash, last - 1) + b.at(reserve, last - 1)), show(b.at(debt, last - 1)),
               show(flow(difference))});
    first = last;
  }
  return table.text();
}

std::string sensitivities_table(const Finances& f) {
  TextTable table({"change", "low", "high", "value at low", "value at high", "swing", "rate at low", "rate at high"});
  for (const auto& s : f.sensitivities)
    table.row({s.name, s.low, s.high, billions(s.npv_low_usd_m), billions(s.npv_high_usd_m), billions(s.swing_usd_m()),
               percent(s.project_rate_low), percent(s.project_rate_high)});
  return table.text();
}

std::string page(const Finances& f) {
  std::string text = f.input.name + "\n\n" + summary_table(f);
  text += "\nWho funds, who operates, who supplies\n" + roles_table(f);
  text += "\nEquity, billion USD\n" + investors_table(f) + "\nDebt, billion USD\n" + debts_table(f);
  if (!f.input.supports.empty()) text += "\nSupport that the plan counts, billion USD\n" + supports_table(f);
  text += "\nProgramme by year, billion USD\n" + years_table(f);
  if (!f.sensitivities.empty())
    text += "\nSensitivity of project net present value, billion USD, widest first\n" + sensitivities_table(f);
  return text + "\nIdentities\n" + report::identities_text(f.identities);
}

// ---- for machines ----

nlohmann::json rate_json(const InternalRate& rate) {
  auto roots = nlohmann::json::array();
  for (const auto& r : rate.roots) roots.push_back(r.rate);
  return {{"given", number(rate.given)}, {"roots", roots}, {"why", rate.why}};
}

nlohmann::json to_json(const Finances& f) {
  const auto& m = f.measures;
  nlohmann::json json{{"programme", f.input.name},
                      {"quarters", f.result.quarters},
                      {"project_rate", rate_json(m.project_rate)},
                      {"equity_rate", rate_json(m.equity_rate)},
                      {"project_npv_usd", m.project_npv_usd_m * 1e6},
                      {"equity_npv_usd", m.equity_npv_usd_m * 1e6},
                      {"discount_rate", m.discount_rate},
                      {"payback_years", number(m.payback_years)},
                      {"lowest_dscr", m.lowest_dscr},
                      {"covenants_broken", m.covenants_broken},
                      {"lock_ups", m.lock_ups},
                      {"guarantees_usd", m.guarantees_usd_m * 1e6},
                      {"support_usd", m.support_usd_m * 1e6},
                      {"usd_per_pflops_day", m.cost_usd_per_pflops_day},
                      {"usd_per_gpu_hour", m.cost_usd_per_gpu_hour}};
  for (std::size_t l = 0; l < layer_count; ++l)
    json["layer_usd_per_pflops_day"][layer_names[l]] = m.layer_cost_usd_per_pflops_day[l];
  for (const auto& i : m.investors)
    json["investors"].push_back({{"id", i.id},
                                 {"kind", i.kind},
                                 {"role", i.role},
                                 {"committed_usd", i.committed_usd_m * 1e6},
                                 {"called_usd", i.called_usd_m * 1e6},
                                 {"paid_usd", i.paid_usd_m * 1e6},
                                 {"multiple", i.multiple},
                                 {"ownership", i.ownership},
                                 {"rate", rate_json(i.rate)}});
  for (const auto& d : m.debts)
    json["debts"].push_back({{"id", d.id},
                             {"layer", d.layer},
                             {"drawn_usd", d.drawn_usd_m * 1e6},
                             {"interest_usd", d.interest_usd_m * 1e6},
                             {"refinanced_usd", d.refinanced_usd_m * 1e6},
                             {"owed_at_end_usd", d.owed_at_end_usd_m * 1e6},
                             {"lowest_dscr", d.lowest_dscr},
                             {"average_dscr", d.average_dscr},
                             {"llcr", d.llcr},
                             {"terms", d.terms}});
  json["identities"] = to_json(answer_table(identity_table(), std::span<const IdentityRow>(identity_rows(f.identities))));
  for (const auto& s : f.sensitivities)
    json["sensitivities"].push_back({{"name", s.name},
                                     {"low", s.low},
                                     {"high", s.high},
                                     {"npv_low_usd", s.npv_low_usd_m * 1e6},
                                     {"npv_high_usd", s.npv_high_usd_m * 1e6},
                                     {"rate_low", number(s.project_rate_low)},
                                     {"rate_high", number(s.project_rate_high)},
                                     {"dscr_low", s.dscr_low},
                                     {"dscr_high", s.dscr_high}});
  for (std::size_t i = 0; i < item_count; ++i)
    json["programme_cents"][std::string(name_of(static_cast<Item>(i)).key)] =
        f.result.programme.line(static_cast<Item>(i));
  return json;
}

/// Every company's books, one row a quarter: the columns are the lines, in USD.
std::string statements_csv(const Finances& f) {
  std::vector<std::string> header{"company", "layer", "quarter"};
  for (std::size_t i = 0; i < item_count; ++i)
    header.push_back(std::string(name_of(static_cast<Item>(i)).key) + "_usd");
  CsvWriter csv(header);
  const auto put = [&](const std::string& who, const std::string& layer, const Statement& books) {
    for (std::size_t t = 0; t < books.quarters(); ++t) {
      csv << std::string_view(who) << std::string_view(layer)
          << std::string_view(to_string(f.input.start + static_cast<int>(t)));
      for (std::size_t i = 0; i < item_count; ++i) csv << static_cast<double>(books.at(static_cast<Item>(i), t)) / 100;
    }
  };
  put("programme", "all", f.result.programme);
  for (std::size_t l = 0; l < layer_count; ++l) put("all", layer_names[l], f.result.layers[l]);
  for (std::size_t s = 0; s < f.input.sites.size(); ++s) put(f.input.sites[s].id, "all", f.result.sites[s]);
  for (const auto& c : f.result.companies)
    put(c.layer ? f.input.sites[c.site].id : "holding", c.layer ? layer_names[static_cast<std::size_t>(*c.layer)] : "",
        c.books);
  return csv.text();
}

std::string sources_csv(const Finances& f) {
  CsvWriter csv({"quarter", "side", "name", "usd"});
  for (const auto& row : sources_and_uses(f.input, f.result))
    for (std::size_t t = 0; t < row.amounts.size(); ++t)
      csv << std::string_view(to_string(f.input.start + static_cast<int>(t))) << std::string_view(row.side)
          << std::string_view(row.name) << static_cast<double>(row.amounts[t]) / 100;
  return csv.text();
}

std::string holdings_csv(const Finances& f) {
  CsvWriter csv({"quarter", "holder", "called_usd", "support_usd", "paid_usd", "ownership"});
  for (const auto& h : f.result.holdings)
    for (std::size_t t = 0; t < f.result.quarters; ++t)
      csv << std::string_view(to_string(f.input.start + static_cast<int>(t)))
          << std::string_view(f.input.sources[h.source].id) << static_cast<double>(h.called[t]) / 100
          << static_cast<double>(h.support_called[t]) / 100 << static_cast<double>(h.paid[t]) / 100 << h.ownership[t];
  return csv.text();
}

std::string covenants_csv(const Finances& f) {
  CsvWriter csv({"quarter", "company", "layer", "dscr", "limit", "broken"});
  for (const auto& c : f.result.covenants) {
    const auto& company = f.result.companies[c.company];
    csv << std::string_view(to_string(f.input.start + static_cast<int>(c.quarter)))
        << std::string_view(f.input.sites[company.site].id)
        << std::string_view(layer_names[static_cast<std::size_t>(*company.layer)]) << c.dscr << c.limit
        << std::string_view(c.broken ? "true" : "false");
  }
  return csv.text();
}

void write_folder(const std::filesystem::path& folder, const Finances& f) {
  write_file(folder / "finance.txt", page(f));
  write_file(folder / "finance.json", to_json(f).dump(1) + "\n");
  write_file(folder / "statements.csv", statements_csv(f));
  write_file(folder / "sources_and_uses.csv", sources_csv(f));
  write_file(folder / "holdings.csv", holdings_csv(f));
  write_file(folder / "covenants.csv", covenants_csv(f));
}

}  // namespace

void finance_plan(const PlanFinanceOptions& options) {
  Progress progress(options.json);
  progress.stage("finance: plan");
  const auto [plan, programme] = read_plan_inputs(options.plan, options.programme);
  Finances f{.input = finance_input(programme, plan, read_all_terms(options)),
             .result = {.programme = Statement(0)},
             .measures = {},
             .identities = {},
             .sensitivities = {}};
  progress.stage("finance: books");
  f.result = run_finance(f.input);
  f.measures = measure(f.input, f.result);
  if (!options.quick) {
    progress.stage("finance: sensitivities");
    f.sensitivities = sensitivities(f.input, options.threads > 0 ? options.threads : default_threads());
  }
  std::filesystem::path workbook;
  if (!options.output.empty()) {
    progress.stage("finance: workbook");
    workbook = std::filesystem::path(options.output) / "finance.xlsx";
    report::write_workbook(workbook, f.input, f.result, f.measures);
  }
  progress.stage("finance: identities");
  f.identities = report::plan_identities(programme, plan, f.input, f.result, workbook);
  if (!options.output.empty()) write_folder(options.output, f);
  if (options.json)
    std::println("{}", to_json(f).dump(1));
  else
    std::print("{}", page(f));
  if (!std::ranges::all_of(f.identities, &Identity::holds)) finish(Exit::failed);
}

}  // namespace stargate::cli
