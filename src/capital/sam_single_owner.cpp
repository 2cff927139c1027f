#include "capital/sam_single_owner.h"

#include <cmath>
#include <format>
#include <limits>

#include "capital/rates.h"
#include "capital/sam_debt.h"
#include "capital/sam_model.h"

namespace stargate::capital {

namespace {

using namespace sam;

std::size_t at(int year) { return static_cast<std::size_t>(year); }

/// SAM's search for the price that reaches the target return: steps of 10 cents until the present value at the target
/// rate changes sign, then false position between the two prices, each weighted by the other's present value.
class PriceSearch {
 public:
  explicit PriceSearch(const SamCase& in)
      : tolerance_(in.number("ppa_soln_tolerance")),
        most_passes_(in.whole("ppa_soln_max_iterations")),
        target_percent_(in.number("flip_target_percent")),
        low_(in.number("ppa_soln_min")),
        high_(in.number("ppa_soln_max")) {}

  double price() const { return price_; }

  /// True if another pass at price() is needed, after one that gave this return (percent) and this present value.
  bool next(double irr_percent, double value_at_target) {
    const double last = price_;
    const bool again = !settled(irr_percent) && !close_in(value_at_target);
    if (++passes_ >= most_passes_ || !again || price_ < 0) {
      if (price_ < 0) price_ = last;
      return false;
    }
    if (bracketed_) price_ = (low_weight_ * high_ + high_weight_ * low_) / (low_weight_ + high_weight_);
    return true;
  }

 private:
  bool settled(double irr_percent) const {
    double scale = max_or_zero(low_, high_);
    if (scale <= tolerance_) scale = 1;
    return std::abs(irr_percent - target_percent_) / max_or_zero(target_percent_, 1) < tolerance_ ||
           std::abs(low_ - high_) / scale < tolerance_;
  }

  /// Moves the bracket; true if the present value is as good as zero.
  bool close_in(double value) {
    const double weight = std::abs(value);
    const bool met = weight < tolerance_, too_high = value >= 0 || met;
    const auto set_low = [&] { low_ = price_, low_weight_ = weight; };
    const auto set_high = [&] { high_ = price_, high_weight_ = weight; };
    if (bracketed_) {
      too_high ? set_high() : set_low();
      return met;
    }
    if (passes_ == 0) downwards_ = too_high;
    constexpr double coarse_step = 10;  // cents per kWh
    if (downwards_ && too_high) {
      set_low();
      price_ = low_ - coarse_step;
    } else if (downwards_) {
      high_ = low_, high_weight_ = low_weight_;
      set_low();
      bracketed_ = true;
    } else if (!too_high) {
      set_high();
      price_ = high_ + coarse_step;
    } else {
      low_ = high_, low_weight_ = high_weight_;
      set_high();
      bracketed_ = true;
    }
    if (std::abs(low_ - high_) < tolerance_) low_ = high_ - 2 * tolerance_;
    return met;
  }

  double tolerance_;
  int most_passes_, passes_ = 0;
  double target_percent_, low_, high_, low_weight_ = 1, high_weight_ = 1, price_ = 0;
  bool bracketed_ = false, downwards_ = false;
};

struct Costs {
  double prefinancing, construction, closing, other, fee, incentives;
  double installed = 0, financing = 0, debt_fee = 0;
};

/// Prices, revenue and earnings before interest, tax, depreciation and amortisation.
void earnings(Model& model, const Energy& energy, const SamCase::Array& prices_usd, double price_cents) {
  const bool schedule = model.in.whole("ppa_soln_mode") == 1 && prices_usd.size() > 1;
  const double growth = model.in.fraction("ppa_escalation");
  AnnualLine &price = model.line("cf_ppa_price"), &sold = model.line("cf_energy_value");
  AnnualLine &revenue = model.line("cf_total_revenue"), &ebitda = model.line("cf_ebitda");
  const AnnualLine& expenses = model.line("cf_operating_expenses");
  for (int y = 1; y <= model.years; ++y) {
    price[at(y)] = schedule ? 100 * grown(prices_usd, 0, y) : price_cents * std::pow(1 + growth, y - 1);
    sold[at(y)] = price[at(y)] / 100 * energy.tod_value[at(y)];
    revenue[at(y)] = sold[at(y)] + model.line("cf_thermal_value")[at(y)] + model.line("cf_curtailment_value")[at(y)] +
                     model.line("cf_capacity_payment")[at(y)] + model.line("cf_net_salvage_value")[at(y)];
    for (const std::string payer : {"fed", "sta", "uti", "oth"})
      if (model.in.flag("pbi_" + payer + "_for_ds")) revenue[at(y)] += model.line("cf_pbi_total_" + payer)[at(y)];
    ebitda[at(y)] = revenue[at(y)] - expenses[at(y)];
  }
}

void receivables_reserve(Model& model) {
  AnnualLine &balance = model.line("cf_reserve_receivables"), &funding = model.line("cf_funding_receivables");
  AnnualLine &released = model.line("cf_disbursement_receivables"), &flow = model.line("cf_project_receivablesra");
  const double share = model.in.number("months_receivables_reserve") / 12;
  for (int y = 0; y < model.years; ++y) {
    const auto next = at(y + 1);
    balance[at(y)] = share * (model.line("cf_energy_value")[next] + model.line("cf_thermal_value")[next] +
                              model.line("cf_curtailment_value")[next] + model.line("cf_capacity_payment")[next]);
    funding[at(y)] = balance[at(y)] - (y > 0 ? balance[at(y - 1)] : 0.0);
  }
  if (model.years > 0) released[at(model.years)] = -balance[at(model.years - 1)];
  for (int y = 0; y <= model.years; ++y) flow[at(y)] = -funding[at(y)] - released[at(y)];
}

void cash_for_debt_service(Model& model, int tenor) {
  AnnualLine& cash = model.line("cf_cash_for_ds");
  for (int y = 0; y <= std::min(model.years, tenor); ++y)
    cash[at(y)] = model.line("cf_ebitda")[at(y)] - model.line("cf_funding_equip1")[at(y)] -
                  model.line("cf_funding_equip2")[at(y)] - model.line("cf_funding_equip3")[at(y)] -
                  model.line("cf_funding_receivables")[at(y)];
}

void reserve_totals(Model& model) {
  AnnualLine &total = model.line("cf_reserve_total"), &interest = model.line("cf_reserve_interest");
  const double rate = model.in.fraction("reserves_interest");
  for (int y = 0; y <= model.years; ++y) {
    total[at(y)] = 0;
    for (const auto* name : {"debtservice", "om", "receivables", "equip1", "equip2", "equip3"})
      total[at(y)] += model.line(std::format("cf_reserve_{}", name))[at(y)];
    if (y > 0) interest[at(y)] = rate * total[at(y - 1)];
  }
}

void installed_cost(Model& model, const TermDebt& debt, Costs& costs) {
  costs.debt_fee = costs.fee * debt.size();
  costs.financing = costs.closing + costs.debt_fee + costs.other + model.line("cf_reserve_debtservice")[0] +
                    costs.construction + model.line("cf_reserve_om")[0] + model.line("cf_reserve_receivables")[0];
  costs.installed = costs.prefinancing + costs.financing - costs.incentives;
}

/// Operating, investing and financing flows, and what they return before tax.
void cash_flow(Model& model, const TermDebt& debt, const Costs& costs) {
  const double equity = costs.installed - debt.size();
  const double property = -costs.installed + model.line("cf_reserve_debtservice")[0] + model.line("cf_reserve_om")[0] +
                          model.line("cf_reserve_receivables")[0];
  model.out.number("purchase_of_property") = property;
  model.out.number("issuance_of_equity") = model.out.number("size_of_equity") = equity;
  AnnualLine &operating = model.line("cf_project_operating_activities"),
             &investing = model.line("cf_project_investing_activities");
  AnnualLine &financing = model.line("cf_project_financing_activities"), &cash = model.line("cf_pretax_cashflow");
  AnnualLine &reserves = model.line("cf_project_ra"), &replaced = model.line("cf_project_mecs"),
             &pretax = model.line("cf_project_return_pretax");
  AnnualLine &irr = model.line("cf_project_return_pretax_irr"), &npv = model.line("cf_project_return_pretax_npv");
  for (int y = 0; y <= model.years; ++y) {
    operating[at(y)] = model.line("cf_ebitda")[at(y)] + model.line("cf_reserve_interest")[at(y)] -
                       model.line("cf_debt_payment_interest")[at(y)];
    for (const std::string payer : {"fed", "sta", "uti", "oth"})
      if (!model.in.flag("pbi_" + payer + "_for_ds")) operating[at(y)] += model.line("cf_pbi_total_" + payer)[at(y)];
    reserves[at(y)] = model.line("cf_project_dsra")[at(y)] + model.line("cf_project_wcra")[at(y)] +
                      model.line("cf_project_receivablesra")[at(y)];
    replaced[at(y)] = 0;
    for (const std::string n : {"1", "2", "3"}) {
      reserves[at(y)] += model.line("cf_project_me" + n + "ra")[at(y)];
      replaced[at(y)] += model.line("cf_project_me" + n + "cs")[at(y)];
    }
    investing[at(y)] = reserves[at(y)] + replaced[at(y)] + (y == 0 ? property : 0.0);
    financing[at(y)] = -model.line("cf_debt_payment_principal")[at(y)] + (y == 0 ? equity + debt.size() : 0.0);
    cash[at(y)] = operating[at(y)] + investing[at(y)] + financing[at(y)];
    pretax[at(y)] = cash[at(y)] - (y == 0 ? equity : 0.0);
    irr[at(y)] = 100 * sam_irr(pretax, y);
    npv[at(y)] = npv_of_years(pretax, y, model.nominal_rate) + pretax[0];
  }
  model.line("cf_project_return_aftertax_cash") = pretax;
}

/// State and federal tax (negative is paid, positive is saved against the owner's other income).
void taxes(Model& model) {
  AnnualLine &sta_prior = model.line("cf_statax_income_prior_incentives"),
             &fed_prior = model.line("cf_fedtax_income_prior_incentives");
  AnnualLine &sta_income = model.line("cf_statax_income_with_incentives"),
             &fed_income = model.line("cf_fedtax_income_with_incentives");
  AnnualLine &sta_tax = model.line("cf_statax"), &fed_tax = model.line("cf_fedtax");
  for (std::size_t y = 1; y <= at(model.years); ++y) {
    const double before =
        model.line("cf_ebitda")[y] + model.line("cf_reserve_interest")[y] - model.line("cf_debt_payment_interest")[y];
    sta_prior[y] = before - model.line("cf_stadepr_total")[y];
    sta_income[y] = sta_prior[y] + model.line("cf_statax_taxable_incentives")[y];
    sta_tax[y] = -model.line("cf_state_tax_frac")[y] * sta_income[y];
    fed_prior[y] = before - model.line("cf_feddepr_total")[y] + sta_tax[y] + model.line("cf_ptc_sta")[y] +
                   model.line("cf_itc_sta")[y];
    fed_income[y] = fed_prior[y] + model.line("cf_fedtax_taxable_incentives")[y];
    fed_tax[y] = -model.line("cf_federal_tax_frac")[y] * fed_income[y];
  }
}

/// Return after tax, year by year. Gives the first year in which the target return is reached, or -1.
int aftertax_return(Model& model) {
  const double target_percent = model.in.number("flip_target_percent"),
               tolerance = model.in.number("ppa_soln_tolerance");
  const AnnualLine& cash = model.line("cf_project_return_aftertax_cash");
  AnnualLine &flow = model.line("cf_project_return_aftertax"), &irr = model.line("cf_project_return_aftertax_irr");
  AnnualLine &best = model.line("cf_project_return_aftertax_max_irr"),
             &npv = model.line("cf_project_return_aftertax_npv");
  flow[0] = npv[0] = cash[0];
  irr[0] = best[0] = std::numeric_limits<double>::quiet_NaN();
  int reached = -1;
  for (std::size_t y = 1; y <= at(model.years); ++y) {
    flow[y] = cash[y] + model.line("cf_ptc_fed")[y] + model.line("cf_ptc_sta")[y] + model.line("cf_statax")[y] +
              model.line("cf_fedtax")[y] + model.line("cf_itc_total")[y];
    irr[y] = 100 * sam_irr(flow, static_cast<int>(y));
    best[y] = max_or_zero(best[y - 1], irr[y]);
    npv[y] = npv_of_years(flow, static_cast<int>(y), model.nominal_rate) + flow[0];
    if (reached > 0 || !(best[y - 1] < target_percent)) continue;
    if (std::abs(irr[y] - target_percent) / 100 < tolerance) best[y] = target_percent;
    if (best[y] >= target_percent) reached = static_cast<int>(y);
  }
  return reached;
}

/// Project costs as the owner bears them, whose present value over that of energy is the levelised cost.
void levelised_costs(Model& model) {
  SamResult& out = model.out;
  AnnualLine& costs = model.line("cf_annual_costs");
  costs[0] = -out.number("issuance_of_equity");
  for (std::size_t y = 1; y <= at(model.years); ++y) {
    costs[y] = 0;
    for (const auto* gain : {"cf_pbi_total", "cf_statax", "cf_fedtax", "cf_ptc_fed", "cf_ptc_sta",
                             "cf_reserve_interest", "cf_net_salvage_value", "cf_itc_total"})
      costs[y] += model.line(gain)[y];
    for (const auto* cost :
         {"cf_debt_payment_interest", "cf_debt_payment_principal", "cf_operating_expenses", "cf_funding_equip1",
          "cf_funding_equip2", "cf_funding_equip3", "cf_funding_om", "cf_funding_receivables", "cf_funding_debtservice",
          "cf_disbursement_debtservice", "cf_disbursement_om"})
      costs[y] -= model.line(cost)[y];
  }
  const auto value = [&](std::string_view name, double rate) {
    return npv_of_years(model.line(name), model.years, rate);
  };
  const double nominal_kwh = out.number("npv_energy_nom") = value("cf_energy_sales", model.nominal_rate);
  const double real_kwh = out.number("npv_energy_real") = value("cf_energy_sales", model.real_rate);
  const double revenue = out.number("npv_ppa_revenue") = value("cf_energy_value", model.nominal_rate);
  const double cost = out.number("npv_annual_costs") = -(value("cf_annual_costs", model.nominal_rate) + costs[0]);
  const double tax_left = 1 - model.line("cf_effective_tax_frac")[1];
  const auto per_kwh = [&](std::string_view name, double usd, double without_energy) {
    out.number(std::format("{}_nom", name)) = nominal_kwh != 0 ? usd / nominal_kwh * 100 : without_energy;
    out.number(std::format("{}_real", name)) = real_kwh != 0 ? usd / real_kwh * 100 : without_energy;
  };
  per_kwh("lppa", revenue, 0);
  per_kwh("lcoe", cost, 0);
  per_kwh("lcoptc_fed", value("cf_ptc_fed", model.nominal_rate) / tax_left, 0);
  per_kwh("lcoptc_sta", value("cf_ptc_sta", model.nominal_rate) / tax_left, 0);
  out.number("present_value_oandm_nonfuel") = value("cf_om_fixed_expense", model.nominal_rate) +
                                              value("cf_om_capacity_expense", model.nominal_rate) +
                                              value("cf_om_production_expense", model.nominal_rate);
  out.number("present_value_oandm") =
      out.number("present_value_oandm_nonfuel") + value("cf_om_fuel_expense", model.nominal_rate);
  out.number("present_value_fuel") = value("cf_om_fuel_expense", model.nominal_rate) +
                                     value("cf_om_opt_fuel_1_expense", model.nominal_rate) +
                                     value("cf_om_opt_fuel_2_expense", model.nominal_rate);
  out.number("present_value_insandproptax") =
      value("cf_insurance_expense", model.nominal_rate) + value("cf_property_tax_expense", model.nominal_rate);
  out.number("npv_curtailment_revenue") = value("cf_curtailment_value", model.nominal_rate);
  out.number("npv_capacity_revenue") = value("cf_capacity_payment", model.nominal_rate);
  out.number("npv_salvage_value") = value("cf_net_salvage_value", model.nominal_rate);
  out.number("npv_thermal_value") = value("cf_thermal_value", model.nominal_rate);
  for (const std::string payer : {"fed", "sta", "uti", "oth"})
    out.number("npv_" + payer + "_pbi_income") = value("cf_pbi_total_" + payer, model.nominal_rate);
}

void cover_ratios(Model& model) {
  AnnualLine& ratio = model.line("cf_pretax_dscr");
  const AnnualLine &cash = model.line("cf_cash_for_ds"), &paid = model.line("cf_debt_payment_total");
  double lowest = std::numeric_limits<double>::max();
  for (std::size_t y = 0; y < ratio.size(); ++y) {
    ratio[y] = paid[y] == 0 ? 0 : cash[y] / paid[y];
    if (y > 0 && ratio[y] != 0) lowest = std::min(lowest, ratio[y]);
  }
  model.out.number("min_dscr") = lowest;
}

void write_totals(Model& model, const TermDebt& debt, const Costs& costs, double price_cents, int reached) {
  SamResult& out = model.out;
  const AnnualLine& flow = model.line("cf_project_return_aftertax");
  const AnnualLine& irr = model.line("cf_project_return_aftertax_irr");
  const int target_year = std::min(model.in.whole("flip_target_year"), model.years);
  if (model.in.whole("ppa_soln_mode") == 1) reached = target_year;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double debt_share = costs.installed > 0 ? debt.size() / costs.installed : 0;
  const double tax = model.line("cf_effective_tax_frac")[1];
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, double>>{
           {"flip_target_year", target_year},
           {"flip_target_irr", model.in.number("flip_target_percent")},
           {"flip_actual_year", reached > -1 ? reached : nan},
           {"flip_actual_irr", reached > -1 ? irr[at(target_year)] : nan},
           {"target_return_flip_year", reached},
           {"debt_fraction", 100 * debt_share},
           {"wacc", (1 - debt_share) * irr.back() + 100 * debt_share * debt.rate() * (1 - tax)},
           {"effective_tax_rate", 100 * tax},
           {"analysis_period_irr", irr.back()},
           {"project_return_aftertax_irr", irr.back()},
           {"project_return_aftertax_npv", npv_of_years(flow, model.years, model.nominal_rate) + flow[0]},
           {"cf_length", model.years + 1},
           {"nominal_discount_rate", model.nominal_rate},
           {"salvage_value", model.in.fraction("salvage_percentage") * costs.prefinancing},
           {"prop_tax_assessed_value", model.in.fraction("prop_tax_cost_assessed_percent") * costs.prefinancing},
           {"cost_prefinancing", costs.prefinancing},
           {"cost_installed", costs.installed},
           {"cost_financing", costs.financing},
           {"cost_debt_upfront", costs.debt_fee},
           {"adjusted_installed_cost", costs.installed - costs.incentives},
           {"cost_installedperwatt", costs.installed / model.in.number("system_capacity") / 1000},
           {"size_of_debt", debt.size()},
           {"ppa", price_cents},
           {"ppa_price", price_cents},
           {"ppa_escalation", model.in.number("ppa_escalation")},
           {"system_use_recapitalization", model.in.number("system_use_recapitalization")},
           {"system_use_lifetime_output", model.in.number("system_use_lifetime_output")}})
    out.number(name) = value;
  std::vector<Flow> flows;
  for (std::size_t y = 0; y < flow.size(); ++y) flows.push_back({static_cast<double>(y), flow[y]});
  // An owner who is paid at the start has invested nothing: there is no return on it, whatever roots there are.
  const auto rate = flow[0] > 0 ? InternalRate{} : internal_rate(flows);
  out.number("project_irr") = rate.given ? 100 * *rate.given : nan;
  out.number("project_npv") = out.number("project_return_aftertax_npv");
  out.number("debt_size") = debt.size();
}

}  // namespace

SamResult evaluate_single_owner(const SamCase& in) {
  SamResult out;
  out.years = in.whole("analysis_period");
  if (out.years < 1 || out.years > 50)
    in.fail("analysis_period", std::format("an analysis period of {} years", out.years), "1 to 50 years");
  const double inflation = in.fraction("inflation_rate"), real = in.fraction("real_discount_rate");
  Model model{in, out, out.years, inflation, real, (1 + inflation) * (1 + real) - 1};

  AnnualLine& state = model.line("cf_state_tax_frac") = yearly(model, "state_tax_rate", 0.01);
  AnnualLine& federal = model.line("cf_federal_tax_frac") = yearly(model, "federal_tax_rate", 0.01);
  AnnualLine& effective = model.line("cf_effective_tax_frac");
  for (std::size_t y = 0; y < effective.size(); ++y) effective[y] = state[y] + (1 - state[y]) * federal[y];

  // What does not depend on price or debt.
  const Energy energy = energy_of(model);
  operating_expenses(model, energy);
  production_incentives(model);
  const Incentives incentives = investment_incentives(model);
  equipment_reserves(model);
  working_capital_reserve(model);
  if (in.has("annual_thermal_value")) {
    const auto given = in.array("annual_thermal_value");  // index 0 is year 0
    AnnualLine& line = model.line("cf_thermal_value");
    for (std::size_t y = 1; y < line.size() && y < given.size(); ++y) line[y] = given[y];
  }
  Costs costs{.prefinancing = in.number("total_installed_cost"),
              .construction = in.number("construction_financing_cost"),
              .closing = in.number("cost_debt_closing"),
              .other = in.number("cost_other_financing"),
              .fee = in.fraction("cost_debt_fee"),
              .incentives = incentives.total};
  model.line("cf_net_salvage_value")[at(model.years)] = in.fraction("salvage_percentage") * costs.prefinancing;
  tax_credits_and_depreciation(model, incentives, costs.prefinancing + costs.construction + costs.other);
  const double cost_before_debt = costs.prefinancing + costs.construction + costs.closing + costs.other +
                                  model.line("cf_reserve_om")[0] - costs.incentives;
  TermDebt debt(model, cost_before_debt);
  costs.installed = cost_before_debt + (debt.by_cover() ? costs.fee * costs.prefinancing : 0.0);

  // One pass at a given price; as many as it takes for a target return.
  const auto prices_usd = in.array("ppa_price_input");
  const bool target_return = in.whole("ppa_soln_mode") == 0;
  const int target_year = std::min(in.whole("flip_target_year"), model.years);
  PriceSearch search(in);
  double price_cents = 0;
  int reached = -1;
  for (bool again = true; again;) {
    price_cents = target_return ? search.price() : prices_usd.empty() ? 0.0 : 100 * prices_usd[0];
    earnings(model, energy, prices_usd, price_cents);
    receivables_reserve(model);
    cash_for_debt_service(model, debt.tenor());
    debt.service(costs.installed);
    reserve_totals(model);
    installed_cost(model, debt, costs);
    cash_flow(model, debt, costs);
    taxes(model);
    reached = aftertax_return(model);
    const AnnualLine& flow = model.line("cf_project_return_aftertax");
    again = target_return && search.next(model.line("cf_project_return_aftertax_irr")[at(target_year)],
                                         npv_of_years(flow, target_year, in.fraction("flip_target_percent")) + flow[0]);
  }
  write_energy_revenue(model, energy);
  levelised_costs(model);
  cover_ratios(model);
  write_totals(model, debt, costs, price_cents, reached);
  if (in.has("monthly_energy")) out.series["monthly_energy"] = in.array("monthly_energy");
  return out;
}

double levelised_cost_fcr(const SamCase& in) {
  const double energy_kwh = in.number("annual_energy");
  if (energy_kwh == 0) in.fail("annual_energy", "'annual_energy' is 0", "a levelised cost needs energy");
  return (in.number("fixed_charge_rate") * in.number("capital_cost") + in.number("fixed_operating_cost")) / energy_kwh +
         in.number("variable_operating_cost");
}

}  // namespace stargate::capital
