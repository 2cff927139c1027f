#include <array>
#include <cmath>
#include <format>

#include "capital/sam_model.h"

namespace stargate::capital::sam {

namespace {

/// Multiplies each year of `line` by the same year of `by`.
void times(AnnualLine& line, const AnnualLine& by) {
  for (std::size_t y = 1; y < line.size(); ++y) line[y] *= by[y];
}

void times(AnnualLine& line, double by) {
  for (double& v : line) v *= by;
}

/// Values of years 1, 2, ... as a line; a single one holds for all, and one more than the years begins with year 0.
AnnualLine years_of(const Model& model, std::string_view name) {
  const auto values = model.in.array(name);
  const auto years = static_cast<std::size_t>(model.years);
  if (values.size() == years + 1 && years > 0) return values;
  if (values.size() != 1 && values.size() != years)
    model.in.fail(name, std::format("'{}' has {} values", name, values.size()),
                  std::format("one, {} (a year each) or {} (with year 0) are needed", years, years + 1));
  return yearly(model, name, 1);
}

bool has_battery(const Model& model) {
  return model.in.flag("en_batt") || model.in.flag("en_standalone_batt") || model.in.flag("en_wave_batt");
}

void storage_expenses(Model& model) {
  const int kinds = model.in.flag("is_hybrid") ? 0 : model.in.whole("add_om_num_types");
  struct Kind {
    std::string_view name, number, discharge;
  };
  constexpr std::array<Kind, 2> kind_names{
      {{"batt", "1", "batt_annual_discharge_energy"}, {"fuelcell", "2", "fuelcell_annual_energy_discharged"}}};
  for (int k = 0; k < std::min(kinds, 2); ++k) {
    const auto& [name, number, discharge] = kind_names[static_cast<std::size_t>(k)];
    const auto line = [&](std::string_view what) -> AnnualLine& {
      return model.line(std::format("cf_om_{}{}_expense", what, number));
    };
    line("fixed") = escalated(model, std::format("om_{}_fixed_cost", name), 1, "om_fixed_escal");
    line("production") = escalated(model, std::format("om_{}_variable_cost", name), 0.001, "om_production_escal");
    line("capacity") = escalated(model, std::format("om_{}_capacity_cost", name), 1, "om_capacity_escal");
    times(line("capacity"), model.in.number(std::format("om_{}_nameplate", name)));
    const bool runs = model.in.has(discharge) && (k == 1 || has_battery(model));
    times(line("production"), runs ? years_of(model, discharge) : AnnualLine(line("production").size()));
  }
}

void storage_replacements(Model& model) {
  if (model.in.flag("is_hybrid")) return;
  if (has_battery(model)) {
    AnnualLine& cost = model.line("cf_battery_replacement_cost_schedule");
    cost = escalated(model, "om_batt_replacement_cost", model.in.number("batt_computed_bank_capacity"),
                     "om_replacement_cost_escal");
    const int option = model.in.whole("batt_replacement_option");
    AnnualLine& paid = model.line("cf_battery_replacement_cost");
    if (option > 0) {
      const auto replaced = model.in.array("batt_bank_replacement");
      const auto percent =
          option == 1 ? SamCase::Array(replaced.size(), 100.0) : model.in.array("batt_replacement_schedule_percent");
      for (std::size_t y = 1; y < paid.size() && y <= std::min(replaced.size(), percent.size()); ++y)
        paid[y] = replaced[y - 1] * percent[y - 1] * 0.01 * cost[y];
    }
  }
  if (const int option = model.in.whole("fuelcell_replacement_option"); option > 0) {
    const auto replaced = model.in.array(option == 1 ? "fuelcell_replacement" : "fuelcell_replacement_schedule");
    AnnualLine& cost = model.line("cf_fuelcell_replacement_cost_schedule");
    // SAM knows the fuel cell's size only where the fuel cell is one of the kinds of plant with costs of their own.
    const double kw = model.in.whole("add_om_num_types") > 1 ? model.in.number("om_fuelcell_nameplate") : 0;
    cost = escalated(model, "om_fuelcell_replacement_cost", kw, "om_replacement_cost_escal");
    AnnualLine& paid = model.line("cf_fuelcell_replacement_cost");
    for (std::size_t y = 1; y < paid.size() && y <= replaced.size(); ++y) paid[y] = replaced[y - 1] * cost[y];
  }
}

/// Electricity bought: a bill from a rate calculation, plus purchases at the selling price where no rate applies.
void utility_bill(Model& model, const Energy& energy) {
  AnnualLine& bill = model.line("cf_utility_bill");
  if (model.in.has("utility_bill_w_sys")) {
    bill = model.in.array("utility_bill_w_sys");
    if (bill.size() != static_cast<std::size_t>(model.years) + 1)
      model.in.fail("utility_bill_w_sys", std::format("'utility_bill_w_sys' has {} values", bill.size()),
                    std::format("year 0 and {} years are needed", model.years));
  }
  if (model.in.flag("en_electricity_rates")) return;
  const bool target_return = model.in.whole("ppa_soln_mode") == 0;  // price not known yet: SAM takes none
  const auto price = model.in.array("ppa_price_input");
  const auto& multipliers = model.out.series["ppa_multipliers"];
  constexpr std::size_t hours_of_year = 8760;
  const std::size_t shift = energy.hourly_purchases.size() > hours_of_year ? hours_of_year : 0;
  const double growth = model.in.fraction("ppa_escalation");
  for (int y = 1; y <= model.years && !target_return; ++y) {
    const auto at = static_cast<std::size_t>(y);
    double weighted_kwh = 0;
    for (std::size_t h = 0; h < hours_of_year; ++h)
      weighted_kwh -= energy.hourly_purchases[(at - 1) * shift + h] * multipliers[h];
    bill[at] += weighted_kwh * energy.degradation[at] * grown(price, growth, y);
  }
}

void recapitalization(Model& model) {
  AnnualLine& line = model.line("cf_recapitalization");
  auto years = model.in.array("system_lifetime_recapitalize");
  if (model.in.flag("system_use_recapitalization")) {
    const double cost = model.in.number("system_recapitalization_cost");
    const double growth = model.inflation + model.in.fraction("system_recapitalization_escalation");
    for (std::size_t y = 1; y < line.size() && y <= years.size(); ++y)
      line[y] = years[y - 1] * cost * std::pow(1 + growth, static_cast<double>(y - 1));
    years.insert(years.begin(), 0.0);
    years.resize(line.size());
  }
  model.out.series["system_lifetime_recapitalize"] = years;
}

}  // namespace

void operating_expenses(Model& model, const Energy& energy) {
  const SamCase& in = model.in;
  model.line("cf_om_fixed_expense") = escalated(model, "om_fixed", 1, "om_fixed_escal");
  AnnualLine& production = model.line("cf_om_production_expense") =
      escalated(model, "om_production", 0.001, "om_production_escal");
  times(production, model.line(in.has("gen_without_battery") ? "cf_energy_without_battery" : "cf_energy_sales"));
  times(model.line("cf_om_capacity_expense") = escalated(model, "om_capacity", 1, "om_capacity_escal"),
        in.number("system_capacity"));

  AnnualLine& fuel = model.line("cf_om_fuel_expense") =
      escalated(model, "om_fuel_cost", in.number("system_heat_rate") * 0.001, "om_fuel_cost_escal");
  if (in.whole("system_use_lifetime_output") == 1 && in.has("annual_fuel_usage_lifetime"))
    times(fuel, years_of(model, "annual_fuel_usage_lifetime"));
  else
    times(fuel, in.number("annual_fuel_usage"));
  for (const std::string n : {"1", "2"})
    times(model.line("cf_om_opt_fuel_" + n + "_expense") =
              escalated(model, "om_opt_fuel_" + n + "_cost", 1, "om_opt_fuel_" + n + "_cost_escal"),
          in.number("om_opt_fuel_" + n + "_usage"));
  model.line("cf_land_lease_expense") =
      escalated(model, "om_land_lease", in.number("land_area"), "om_land_lease_escal");

  const double cost = in.number("total_installed_cost");
  AnnualLine &assessed = model.line("cf_property_tax_assessed_value"),
             &property_tax = model.line("cf_property_tax_expense");
  AnnualLine& insurance = model.line("cf_insurance_expense");
  for (std::size_t y = 1; y < assessed.size(); ++y) {
    const double years_passed = static_cast<double>(y - 1);
    const double left_percent = std::max(0.0, 100 - years_passed * in.number("prop_tax_assessed_decline"));
    assessed[y] = cost * in.fraction("prop_tax_cost_assessed_percent") * left_percent * 0.01;
    property_tax[y] = assessed[y] * in.fraction("property_tax_rate");
    insurance[y] = cost * in.fraction("insurance_rate") * std::pow(1 + model.inflation, years_passed);
  }
  storage_expenses(model);
  storage_replacements(model);
  utility_bill(model, energy);
  recapitalization(model);
  if (in.has("cf_hybrid_om_sum")) {
    const auto given = in.array("cf_hybrid_om_sum");
    AnnualLine& line = model.line("cf_hybrid_om_sum");
    std::copy_n(given.begin(), std::min(given.size(), line.size()), line.begin());
  }

  AnnualLine& total = model.line("cf_operating_expenses");
  for (const auto name : {"cf_om_fixed_expense",
                          "cf_om_production_expense",
                          "cf_om_capacity_expense",
                          "cf_om_fixed1_expense",
                          "cf_om_production1_expense",
                          "cf_om_capacity1_expense",
                          "cf_om_fixed2_expense",
                          "cf_om_production2_expense",
                          "cf_om_capacity2_expense",
                          "cf_om_fuel_expense",
                          "cf_om_opt_fuel_1_expense",
                          "cf_om_opt_fuel_2_expense",
                          "cf_land_lease_expense",
                          "cf_property_tax_expense",
                          "cf_insurance_expense",
                          "cf_battery_replacement_cost",
                          "cf_fuelcell_replacement_cost",
                          "cf_hybrid_om_sum",
                          "cf_utility_bill",
                          "cf_recapitalization"})
    if (const auto found = model.out.lines.find(std::string_view(name)); found != model.out.lines.end())
      for (std::size_t y = 1; y < total.size(); ++y) total[y] += found->second[y];
}

void equipment_reserves(Model& model) {
  const double watts = model.in.number("system_capacity") * 1000;
  for (const std::string n : {"1", "2", "3"}) {
    AnnualLine &funding = model.line("cf_funding_equip" + n), &spent = model.line("cf_disbursement_equip" + n);
    AnnualLine &balance = model.line("cf_reserve_equip" + n), &flow = model.line("cf_project_me" + n + "ra");
    const double cost = model.in.number("equip" + n + "_reserve_cost") * watts;
    const int every = model.in.whole("equip" + n + "_reserve_freq");
    for (int y = 1; y <= model.years; ++y) {
      const auto at = static_cast<std::size_t>(y);
      if (every > 0) {
        const int due = (y + every - 1) / every * every;  // the replacement that this year saves for
        if (due <= model.years) funding[at] = cost * std::pow(1 + model.inflation, due - 1) / every;
        if (y == due) spent[at] = -cost * std::pow(1 + model.inflation, y - 1);
      }
      balance[at] = funding[at] + spent[at] + balance[at - 1];
      flow[at] = -funding[at] - spent[at];
    }
    model.line("cf_project_me" + n + "cs") = spent;
  }
}

void working_capital_reserve(Model& model) {
  const AnnualLine& expenses = model.line("cf_operating_expenses");
  AnnualLine &balance = model.line("cf_reserve_om"), &funding = model.line("cf_funding_om");
  AnnualLine &released = model.line("cf_disbursement_om"), &flow = model.line("cf_project_wcra");
  const double share = model.in.number("months_working_reserve") / 12;
  const auto last = static_cast<std::size_t>(model.years);
  for (std::size_t y = 0; y < last; ++y) {
    balance[y] = share * expenses[y + 1];
    funding[y] = balance[y] - (y > 0 ? balance[y - 1] : 0.0);
  }
  if (last > 0) released[last] = -balance[last - 1];
  for (std::size_t y = 0; y <= last; ++y) flow[y] = -funding[y] - released[y];
}

void production_incentives(Model& model) {
  const SamCase& in = model.in;
  const AnnualLine& sold = model.line("cf_energy_sales");
  AnnualLine& total = model.line("cf_pbi_total");
  for (const std::string payer : {"fed", "sta", "uti", "oth"}) {
    const auto amount = in.array("pbi_" + payer + "_amount");
    const int term = in.whole("pbi_" + payer + "_term");
    const double growth = in.fraction("pbi_" + payer + "_escal");
    AnnualLine& line = model.line("cf_pbi_total_" + payer);
    for (int y = 1; y <= model.years; ++y) {
      const auto at = static_cast<std::size_t>(y);
      if (amount.size() > 1 || y <= term) line[at] = grown(amount, growth, y) * sold[at];
      total[at] += line[at];
      for (const std::string side : {"fed", "sta"})
        if (in.flag("pbi_" + payer + "_tax_" + side) && !in.flag("pbi_" + payer + "_for_ds"))
          model.line("cf_pbi_" + side + "tax_total")[at] += line[at];
    }
  }
  for (const std::string side : {"fed", "sta"}) {
    const auto amount = in.array("ptc_" + side + "_amount");
    const int term = in.whole("ptc_" + side + "_term");
    const double growth = in.fraction("ptc_" + side + "_escal");
    AnnualLine& credit = model.line("cf_ptc_" + side);
    for (int y = 1; y <= model.years; ++y) {
      const auto at = static_cast<std::size_t>(y);
      // The credit per MWh is rounded to a whole dollar each year (IRS Notice 2010-37).
      if (amount.size() > 1)
        credit[at] = grown(amount, growth, y) * sold[at];
      else if (y <= term)
        credit[at] = sold[at] / 1000 * std::round(1000 * grown(amount, growth, y));
    }
    model.line("cf_" + side + "tax_taxable_incentives") = model.line("cf_pbi_" + side + "tax_total");
  }
}

Incentives investment_incentives(Model& model) {
  const SamCase& in = model.in;
  const double cost = in.number("total_installed_cost"), watts = in.number("system_capacity") * 1000;
  Incentives found;
  double ibi_total = 0, cbi_total = 0, ibi_tax_fed = 0, ibi_tax_sta = 0, cbi_tax_fed = 0, cbi_tax_sta = 0;
  const auto count = [&](const std::string& name, double amount, double& taxed_fed, double& taxed_sta,
                         double& reduces_fed, double& reduces_sta) {
    if (in.flag(name + "_tax_fed")) taxed_fed += amount;
    if (in.flag(name + "_tax_sta")) taxed_sta += amount;
    if (in.flag(name + "_deprbas_fed")) reduces_fed += amount;
    if (in.flag(name + "_deprbas_sta")) reduces_sta += amount;
  };
  for (const std::string payer : {"fed", "sta", "uti", "oth"}) {
    const double amount = in.number("ibi_" + payer + "_amount");
    const double share =
        std::min(in.fraction("ibi_" + payer + "_percent") * cost, in.number("ibi_" + payer + "_percent_maxvalue"));
    const double capacity =
        std::min(watts * in.number("cbi_" + payer + "_amount"), in.number("cbi_" + payer + "_maxvalue"));
    count("ibi_" + payer + "_amount", amount, ibi_tax_fed, ibi_tax_sta, found.basis_reduction_ibi_fed,
          found.basis_reduction_ibi_sta);
    count("ibi_" + payer + "_percent", share, ibi_tax_fed, ibi_tax_sta, found.basis_reduction_ibi_fed,
          found.basis_reduction_ibi_sta);
    count("cbi_" + payer, capacity, cbi_tax_fed, cbi_tax_sta, found.basis_reduction_cbi_fed,
          found.basis_reduction_cbi_sta);
    model.out.number("ibi_total_" + payer) = amount + share;
    model.out.number("cbi_total_" + payer) = capacity;
    ibi_total += amount + share;
    cbi_total += capacity;
  }
  found.total = ibi_total + cbi_total;
  model.out.number("ibi_total") = ibi_total;
  model.out.number("cbi_total") = cbi_total;
  model.out.number("ibi_fedtax_total") = ibi_tax_fed;
  model.out.number("ibi_statax_total") = ibi_tax_sta;
  model.out.number("cbi_fedtax_total") = cbi_tax_fed;
  model.out.number("cbi_statax_total") = cbi_tax_sta;
  if (model.years > 0) {
    model.line("cf_fedtax_taxable_incentives")[1] += cbi_tax_fed + ibi_tax_fed;
    model.line("cf_statax_taxable_incentives")[1] += cbi_tax_sta + ibi_tax_sta;
  }
  return found;
}

}  // namespace stargate::capital::sam
