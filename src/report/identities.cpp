#include "report/identities.h"

#include <format>
#include <map>
#include <set>

#include "base/text.h"
#include "base/text_table.h"
#include "capital/measures.h"
#include "chips/programme_supply.h"
#include "construction/critical_path.h"
#include "construction/plan_schedule.h"
#include "programme/facts.h"
#include "report/workbook.h"
#include "report/workbook_read.h"

namespace stargate::report {

namespace {

using namespace capital;
using enum Item;

Cents cents_of_usd_cell(double usd) { return std::llround(100 * usd); }

/// Money of the plan's horizon, quarter by quarter, with spending.csv on the left.
class MoneyIdentities {
 public:
  MoneyIdentities(const Plan& plan, const FinanceInput& input, const FinanceResult& result)
      : input_(input), result_(result), spend_(input.plan_quarters), interest_(input.plan_quarters) {
    for (const Spending& row : plan.spending) {
      categories_.insert(row.category);
      const auto t = static_cast<std::size_t>(row.quarter - input.start);
      spend_.at(t) += cents_of_usd_m(row.usd_m);
      if (row.category == "interest") interest_[t] += cents_of_usd_m(row.usd_m);
    }
    table_ = sources_and_uses(input, result);
  }

  Identity uses() const {
    return tie("plan spend = sources and uses", "uses that the plan pays, less incentives", [&](std::size_t t) {
      Cents total = 0;
      for (const auto& row : table_)
        if (row.side == "use" && categories_.contains(row.name))
          total += row.amounts[t];
        else if (row.side == "source" && row.name == "incentives")
          total -= row.amounts[t];
      return total;
    });
  }

  Identity cash_flow() const {
    return tie("plan spend = cash flow", "capital less credits, running cost, interest", [&](std::size_t t) {
      const auto& books = result_.programme;
      Cents total = books.at(capital_spending, t) - books.at(capital_credits, t) + books.at(operating_costs, t);
      for (const auto& company : result_.companies)
        for (const auto& loan : company.loans) total += interest_[t] != 0 ? loan.interest[t] : 0;
      return total;
    });
  }

  /// The same out of the file: the statement's lines, and on its sheet of sources and uses the interest that is not the
  /// plan's.
  Identity workbook(WorkbookFigures& figures) const {
    return tie("plan spend = workbook", "statement of the programme, calculated from formulas", [&](std::size_t t) {
      const auto line = [&](Item item) { return cents_of_usd_cell(figures.programme(item, t)); };
      return line(capital_spending) - line(capital_credits) + line(operating_costs) + line(interest_paid) -
             cents_of_usd_cell(figures.source_or_use("interest and fees beyond the plan's", t));
    });
  }

  /// Every line of the programme's statement in every quarter; the totals are those of the balance sheet's assets.
  Identity books(WorkbookFigures& figures) const {
    Identity all{.name = "books = workbook", .left = "every line of the programme", .right = "its cell", .unit = "USD"};
    const std::size_t n = result_.quarters;
    all = compare(
        std::move(all), item_count * n, 100, 0,
        [&](std::size_t k) { return result_.programme.at(static_cast<Item>(k / n), k % n); },
        [&](std::size_t k) { return cents_of_usd_cell(figures.programme(static_cast<Item>(k / n), k % n)); },
        [&](std::size_t k) {
          return std::format("{}, {}", name_of(static_cast<Item>(k / n)).label, quarter_text(k % n));
        });
    return all;
  }

 private:
  std::string quarter_text(std::size_t t) const { return to_string(input_.start + static_cast<int>(t)); }

  Identity tie(const char* name, const char* right, auto&& amount) const {
    return compare(
        {.name = name, .left = "spending.csv", .right = right, .unit = "USD"}, spend_.size(), 100, 0,
        [&](std::size_t t) { return spend_[t]; }, amount, [&](std::size_t t) { return quarter_text(t); });
  }

  const FinanceInput& input_;
  const FinanceResult& result_;
  Quarterly spend_, interest_;
  std::set<std::string> categories_;
  std::vector<SourceOrUse> table_;
};

/// Racks of the plan by quarter of installation; what the chain ships; what stands at each site.
std::vector<Identity> rack_identities(const Programme& programme, const Plan& plan) {
  const auto supply = chips::programme_supply(programme, &plan);
  const auto chain = chips::plan_chain(programme, supply, read_facts(chips::stage_cycle_table()));
  const auto planned = chips::planned_racks(supply),
             shipped = chips::shipped_racks(chain, chips::simulate(chain.chain, chain.orders));
  double most = 1;
  for (const double racks : planned) most = std::max(most, racks);
  const auto quarter_text = [&](std::size_t t) { return to_string(programme.quarter(static_cast<int>(t))); };
  std::vector<Identity> list;
  list.push_back(compare(
      {.name = "plan racks = racks shipped",
       .left = "racks.csv",
       .right = "wafer starts to racks, week by week",
       .unit = "racks"},
      planned.size(), 1, 1e-6 * most, [&](std::size_t t) { return planned[t]; },
      [&](std::size_t t) { return shipped[t]; }, quarter_text));

  // What stands: racks installed and not yet retired, by site and quarter. A thousandth of a rack may be rounded.
  std::map<std::pair<std::string, int>, double> ordered_mw;
  std::vector<double> ordered_chips(planned.size()), chips_there(planned.size());
  double rack_mw = 1;
  for (const RackOrder& order : plan.racks) {
    const auto system = std::ranges::find(programme.accelerators, order.accelerator, &Accelerator::id);
    rack_mw = std::min(rack_mw, system->rack_kw / 1000);
    const int from = order.installed - programme.settings.start,
              until = std::min(from + static_cast<int>(system->life_quarters), programme.quarters());
    for (int t = std::max(from, 0); t < until; ++t) {
      ordered_mw[{order.site, t}] += order.racks * system->rack_kw / 1000;
      ordered_chips[static_cast<std::size_t>(t)] += order.racks * static_cast<double>(system->chips_per_rack);
    }
  }
  std::map<std::pair<std::string, int>, double> installed_mw;
  for (const SiteQuarter& row : plan.site_quarters)
    installed_mw[{row.site, row.quarter - programme.settings.start}] += row.installed_it_mw;
  for (const auto& [place, mw] : ordered_mw) installed_mw[place] += 0;
  std::vector<std::pair<std::string, int>> places;
  for (const auto& [place, mw] : installed_mw) places.push_back(place);
  list.push_back(compare(
      {.name = "plan racks = racks installed",
       .left = "racks.csv, until they retire",
       .right = "site_quarters.csv",
       .unit = "MW of IT, every site and quarter"},
      places.size(), 1, 1e-3 * rack_mw,
      [&](std::size_t i) {
        const auto found = ordered_mw.find(places[i]);
        return found == ordered_mw.end() ? 0.0 : found->second;
      },
      [&](std::size_t i) { return installed_mw[places[i]]; },
      [&](std::size_t i) {
        return std::format("{}, {}", places[i].first, quarter_text(static_cast<std::size_t>(places[i].second)));
      }));
  for (const ProgrammeQuarter& row : plan.quarters)
    if (const int t = row.quarter - programme.settings.start; t >= 0 && t < programme.quarters())
      chips_there[static_cast<std::size_t>(t)] = row.chips;
  list.push_back(compare(
      {.name = "chips in racks = chips of the programme",
       .left = "racks.csv, until they retire",
       .right = "quarters.csv",
       .unit = "chips, every quarter"},
      ordered_chips.size(), 1, 1e-3, [&](std::size_t t) { return ordered_chips[t]; },
      [&](std::size_t t) { return chips_there[t]; }, quarter_text));
  return list;
}

/// The quarter in which a building can take racks, by the plan and by its schedule.
Identity date_identity(const Programme& programme, const Plan& plan) {
  const auto schedule = construction::plan_schedule(programme, plan);
  const auto& blocks = schedule.blocks;
  const auto scheduled = [&](std::size_t b) {
    return construction::first_whole_quarter(blocks[b].expected_ready);
  };
  return compare(
      {.name = "plan dates = schedule dates",
       .left = "blocks.csv",
       .right = "first quarter after the critical path",
       .unit = "quarters from the start, every building"},
      blocks.size(), 1, 0, [&](std::size_t b) { return blocks[b].planned_ready - programme.settings.start; },
      [&](std::size_t b) { return scheduled(b) - programme.settings.start; },
      [&](std::size_t b) {
        return std::format("{}: {} in the plan, {} by its schedule", blocks[b].id, to_string(blocks[b].planned_ready),
                           to_string(scheduled(b)));
      });
}

}  // namespace

std::vector<Identity> plan_identities(const Programme& programme, const Plan& plan, const FinanceInput& input,
                                      const FinanceResult& result, const std::filesystem::path& workbook) {
  std::vector<Identity> sheet;
  const MoneyIdentities money(plan, input, result);
  if (input.terms.finance.capital_factor == 1 && input.terms.finance.operating_factor == 1) {
    sheet.push_back(money.uses());
    sheet.push_back(money.cash_flow());
    if (!workbook.empty()) {
      WorkbookFigures figures(workbook);
      sheet.push_back(money.workbook(figures));
      sheet.push_back(money.books(figures));
    }
  }
  for (auto& racks : rack_identities(programme, plan)) sheet.push_back(std::move(racks));
  sheet.push_back(date_identity(programme, plan));
  for (auto& within : identities(input, result)) sheet.push_back(std::move(within));
  return sheet;
}

std::string identities_text(const std::vector<Identity>& sheet) {
  TextTable table(
      {"identity", "left", "right", "left total", "right total", "unit", "compared", "largest difference", "holds"});
  std::string breaks;
  for (const Identity& i : sheet) {
    const int digits = i.unit == "USD" ? 2 : i.unit.starts_with("MW") ? 3 : 0;
    table.row({i.name, i.left, i.right, grouped(i.left_total, digits), grouped(i.right_total, digits), i.unit,
               std::to_string(i.compared), grouped(i.worst, std::max(digits, 2)), i.holds() ? "yes" : "NO"});
    if (!i.holds()) breaks += std::format("'{}' breaks first at {}.\n", i.name, i.breaks_at);
  }
  return table.text() + breaks;
}

}  // namespace stargate::report
