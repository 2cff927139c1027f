#include "capital/terms.h"

#include <format>

#include "base/files.h"

namespace stargate::capital {

const Table<FinanceTerms>& finance_terms_table() {
  using R = FinanceTerms;
  static const Table<R> t{
      "finance_terms",
      "What finance assumes beyond the programme and its plan.",
      {field("extension_quarters", &R::extension_quarters,
             "quarters after the plan's horizon in which what runs goes on (leases of Abilene and Beignet: 15 to 24 "
             "years; no lender is owed beyond the life of what he lent on: the building loans' 15 years and a tail of "
             "two)")
           .range(4, 120),
       field("compute_price_usd_per_pflop_hour", &R::compute_price_usd_per_pflop_hour,
             "price of one effective PFLOP/s for an hour in the first quarter; 0: the programme's")
           .from(0),
       field("compute_price_decline_per_year", &R::compute_price_decline_per_year,
             "share by which it falls a year; negative: the programme's")
           .range(-1, 1),
       field("sold_share", &R::sold_share, "share of effective compute that is sold (take-or-pay; estimate)")
           .range(0, 1),
       field("contract_share", &R::contract_share,
             "share of sales under take-or-pay contracts at the price of the quarter of first sale (Oracle-OpenAI, "
             "CoreWeave-OpenAI: five years; estimate)")
           .range(0, 1),
       field("contract_quarters", &R::contract_quarters, "length of those contracts; afterwards the price path holds")
           .range(0, 80),
       field("revenue_delay_quarters", &R::revenue_delay_quarters, "quarters between installation and first sale")
           .range(0, 20),
       field("receivable_days", &R::receivable_days, "days until customers pay (estimate)").range(0, 90),
       field("lease_usd_per_kw_month", &R::lease_usd_per_kw_month,
             "rent of buildings for each ready kW of IT (wholesale leases of 2025: 120 to 200 USD; estimate for "
             "campuses)")
           .from(0),
       field("power_usd_per_kw_month", &R::power_usd_per_kw_month,
             "capacity charge for each kW of power at a site, beside its running cost (recovers 1,500 to 2,200 USD/kW; "
             "estimate)")
           .from(0),
       field("relet_share", &R::relet_share,
             "share of the space and power that retired accelerators leave which is let to others on the same terms "
             "(estimate)")
           .range(0, 1),
       field("building_life_quarters", &R::building_life_quarters,
             "book life of shell and plant (39 years for tax; plant 20 to 25)")
           .range(4, 200),
       field("power_life_quarters", &R::power_life_quarters, "book life of power").range(4, 200),
       field("gpu_life_quarters", &R::gpu_life_quarters,
             "book life of accelerators (3 to 6 years in the operators' accounts)")
           .range(4, 60),
       field("refresh", &R::refresh,
             "accelerators that retire after the plan's horizon are replaced by the same effective compute, where its "
             "sales pay for it"),
       field("refresh_decline_per_year", &R::refresh_decline_per_year,
             "fall of the cost of the same effective compute a year (estimate)")
           .range(0, 0.9),
       field("building_residual", &R::building_residual, "share of cost that buildings bring at the end (estimate)")
           .range(0, 1),
       field("power_residual", &R::power_residual, "share of cost that power brings at the end (estimate)").range(0, 1),
       field("gpu_residual", &R::gpu_residual, "share of cost that accelerators bring at the end (estimate)")
           .range(0, 1),
       field("capital_factor", &R::capital_factor,
             "all capital spending times this; other than 1 it no longer ties to the plan")
           .range(0.1, 10),
       field("operating_factor", &R::operating_factor, "all running cost times this").range(0.1, 10),
       field("interest_points", &R::interest_points, "added to every rate of debt from go-live on").range(-0.2, 0.2),
       field("tax_rate", &R::tax_rate, "federal 21 % and the states' part (0 to 9 %; estimate of the mix)").range(0, 1),
       field("bonus_depreciation", &R::bonus_depreciation,
             "share written off at once: 100 % for property acquired after 2025-01-19 (P.L. 119-21)")
           .range(0, 1),
       field("building_short_life_share", &R::building_short_life_share,
             "share of building cost that is 15-year property, by cost segregation (estimate)")
           .range(0, 1),
       field("loss_limit", &R::loss_limit, "share of income that losses carried forward may cover (26 USC 172: 80 %)")
           .range(0, 1),
       field("promote_share", &R::promote_share,
             "share of distributions above the required return that goes to the operators (estimate)")
           .range(0, 1),
       field("minimum_cash_usd_m", &R::minimum_cash_usd_m,
             "cash that is kept before anything is distributed (estimate)")
           .from(0),
       field("discount_rate", &R::discount_rate, "for present values; 0: the programme's").range(0, 1)}};
  return t;
}

const Table<DebtTerms>& debt_terms_table() {
  using R = DebtTerms;
  static const Table<R> t{
      "debt_terms",
      "How each investor of kind debt is repaid.",
      {field("investor", &R::investor, "id of the investor").as_key(),
       field("profile", &R::profile,
             "sculpted: service is cash flow over the target cover; level: an annuity; bullet: all at the end")
           .one_of({"sculpted", "level", "bullet"}),
       field("tenor_quarters", &R::tenor_quarters, "from go-live").range(1, 160),
       field("target_dscr", &R::target_dscr, "cover that sculpted service leaves").range(1, 10),
       field("lock_up_dscr", &R::lock_up_dscr, "below it nothing is distributed").range(0, 10),
       field("default_dscr", &R::default_dscr, "below it the covenant is broken").range(0, 10),
       field("sweep_share", &R::sweep_share, "share of cash after reserves that repays early").range(0, 1),
       field("step_up", &R::step_up, "added to the rate from go-live on").range(-0.2, 0.2),
       field("reserve_quarters", &R::reserve_quarters,
             "quarters of debt service in reserve; of notes of the holding company: quarters before they are due in "
             "which cash is set aside for them, in equal parts")
           .range(0, 40),
       field("refinance_rate", &R::refinance_rate, "rate of what is left at maturity").range(0, 0.5),
       field("refinance_fee", &R::refinance_fee, "paid on it").range(0, 0.1),
       field("refinance_quarters", &R::refinance_quarters, "tenor of what is left").range(1, 120)}};
  return t;
}

DebtTerms default_debt_terms(const std::string& investor, const std::string& layer) {
  DebtTerms terms;
  terms.investor = investor;
  if (layer == "power") {
    terms.tenor_quarters = 48;
  } else if (layer == "compute") {  // DDTL of accelerators: five years, priced lower once the customer pays
    terms.profile = "level";
    terms.tenor_quarters = 20;
    terms.sweep_share = 0.25;
    terms.step_up = -0.01;
    terms.refinance_rate = 0.085;
    terms.refinance_quarters = 12;
  } else if (layer == "all") {
    terms.profile = "bullet";
    terms.tenor_quarters = 32;
    // Estimate: from go-live on. The compute that earns the repayment lasts for five to eight years, so it is set aside
    // while it is earned and not looked for when it is due.
    terms.reserve_quarters = 32;
  }
  return terms;
}

void set_term(FinanceTerms& terms, std::string_view name, std::string_view value, const Place& place) {
  Diagnostics diagnostics;
  std::vector<std::string> names;
  for (const auto& f : finance_terms_table().fields) {
    names.push_back(f.name);
    if (f.name != name) continue;
    std::visit([&](auto member) { read_cell(f, value, place, diagnostics, terms.*member); }, f.member);
    diagnostics.throw_if_errors();
    return;
  }
  throw InputError(place, std::format("there is no term '{}'", name), name_hint(name, names));
}

Terms read_terms(const std::filesystem::path& folder) {
  Terms terms;
  Diagnostics diagnostics;
  if (!std::filesystem::is_directory(folder))
    throw InputError({folder.string(), 0, 0}, "there is no such folder of terms",
                     "it holds finance_terms.csv, debt_terms.csv or both");
  if (const auto path = folder / "finance_terms.csv"; std::filesystem::exists(path)) {
    const auto csv = parse_csv(path.string(), read_file(path), diagnostics);
    const auto name = csv.column("name"), value = csv.column("value");
    if (name == Csv::npos || value == Csv::npos)
      diagnostics.error({path.string(), 1, 0}, "the columns are not name,value");
    else
      for (const auto& row : csv.rows) try {
          set_term(terms.finance, row.cells[name].text, row.cells[value].text,
                   {path.string(), row.line, row.cells[value].column});
        } catch (const InputError& error) {
          for (const auto& d : error.diagnostics()) diagnostics.error(d.place, d.message, d.hint);
        }
  }
  if (const auto path = folder / "debt_terms.csv"; std::filesystem::exists(path))
    terms.debt = read_table(debt_terms_table(), parse_csv(path.string(), read_file(path), diagnostics), diagnostics);
  diagnostics.throw_if_errors();
  return terms;
}

}  // namespace stargate::capital
