#include "capital/sam_case.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json_text.h"

namespace stargate::capital {

namespace {

/// SAM's documented defaults of the single-owner inputs (pysam's reference: "Automatically set to ..."). The families
/// that differ only in who pays (fed, sta, uti, oth) or in the depreciation class are filled in by loops.
std::map<std::string, double, std::less<>> defaults() {
  constexpr double no_limit = 1e38;
  std::map<std::string, double, std::less<>> d{{"analysis_period", 30},
                                               {"property_tax_rate", 0},
                                               {"prop_tax_cost_assessed_percent", 95},
                                               {"prop_tax_assessed_decline", 5},
                                               {"insurance_rate", 0},
                                               {"system_capacity", 0},
                                               {"system_heat_rate", 0},
                                               {"annual_fuel_usage", 0},
                                               {"om_fixed", 0},
                                               {"om_fixed_escal", 0},
                                               {"om_production", 0},
                                               {"om_production_escal", 0},
                                               {"om_capacity", 0},
                                               {"om_capacity_escal", 0},
                                               {"om_fuel_cost", 0},
                                               {"om_fuel_cost_escal", 0},
                                               {"om_opt_fuel_1_cost", 0},
                                               {"om_opt_fuel_1_cost_escal", 0},
                                               {"om_opt_fuel_1_usage", 0},
                                               {"om_opt_fuel_2_cost", 0},
                                               {"om_opt_fuel_2_cost_escal", 0},
                                               {"om_opt_fuel_2_usage", 0},
                                               {"om_land_lease", 0},
                                               {"om_land_lease_escal", 0},
                                               {"land_area", 0},
                                               {"add_om_num_types", 0},
                                               {"om_batt_fixed_cost", 0},
                                               {"om_batt_variable_cost", 0},
                                               {"om_batt_capacity_cost", 0},
                                               {"om_batt_nameplate", 0},
                                               {"om_fuelcell_fixed_cost", 0},
                                               {"om_fuelcell_variable_cost", 0},
                                               {"om_fuelcell_capacity_cost", 0},
                                               {"om_fuelcell_nameplate", 0},
                                               {"om_batt_replacement_cost", 0},
                                               {"om_fuelcell_replacement_cost", 0},
                                               {"om_replacement_cost_escal", 0},
                                               {"batt_replacement_option", 0},
                                               {"batt_computed_bank_capacity", 0},
                                               {"fuelcell_replacement_option", 0},
                                               {"en_batt", 0},
                                               {"en_wave_batt", 0},
                                               {"en_standalone_batt", 0},
                                               {"en_electricity_rates", 0},
                                               {"is_hybrid", 0},
                                               {"reserves_interest", 1.75},
                                               {"equip1_reserve_cost", 0.25},
                                               {"equip1_reserve_freq", 12},
                                               {"equip2_reserve_cost", 0},
                                               {"equip2_reserve_freq", 15},
                                               {"equip3_reserve_cost", 0},
                                               {"equip3_reserve_freq", 20},
                                               {"equip_reserve_depr_sta", 0},
                                               {"equip_reserve_depr_fed", 0},
                                               {"itc_fed_amount", 0},
                                               {"itc_fed_amount_deprbas_fed", 1},
                                               {"itc_fed_amount_deprbas_sta", 1},
                                               {"itc_sta_amount", 0},
                                               {"itc_sta_amount_deprbas_fed", 0},
                                               {"itc_sta_amount_deprbas_sta", 0},
                                               {"itc_fed_percent", 0},
                                               {"itc_fed_percent_maxvalue", no_limit},
                                               {"itc_fed_percent_deprbas_fed", 1},
                                               {"itc_fed_percent_deprbas_sta", 1},
                                               {"itc_sta_percent", 0},
                                               {"itc_sta_percent_maxvalue", no_limit},
                                               {"itc_sta_percent_deprbas_fed", 0},
                                               {"itc_sta_percent_deprbas_sta", 0},
                                               {"ptc_fed_amount", 0},
                                               {"ptc_fed_term", 10},
                                               {"ptc_fed_escal", 0},
                                               {"ptc_sta_amount", 0},
                                               {"ptc_sta_term", 10},
                                               {"ptc_sta_escal", 0},
                                               {"depr_stabas_method", 1},
                                               {"depr_fedbas_method", 1},
                                               {"depr_custom_schedule", 0},
                                               {"depr_alloc_macrs_5_percent", 89},
                                               {"depr_alloc_macrs_15_percent", 1.5},
                                               {"depr_alloc_sl_5_percent", 0},
                                               {"depr_alloc_sl_15_percent", 3},
                                               {"depr_alloc_sl_20_percent", 3},
                                               {"depr_alloc_sl_39_percent", 0.5},
                                               {"depr_alloc_custom_percent", 0},
                                               {"depr_bonus_sta", 0},
                                               {"depr_bonus_fed", 0},
                                               {"term_tenor", 10},
                                               {"term_int_rate", 8.5},
                                               {"dscr", 1.5},
                                               {"dscr_reserve_months", 6},
                                               {"dscr_limit_debt_fraction", 0},
                                               {"dscr_maximum_debt_fraction", 100},
                                               {"debt_percent", 50},
                                               {"debt_option", 1},
                                               {"payment_option", 0},
                                               {"loan_moratorium", 0},
                                               {"cost_debt_closing", 250000},
                                               {"cost_debt_fee", 1.5},
                                               {"months_working_reserve", 6},
                                               {"months_receivables_reserve", 0},
                                               {"cost_other_financing", 150000},
                                               {"construction_financing_cost", 0},
                                               {"flip_target_percent", 11},
                                               {"flip_target_year", 11},
                                               {"salvage_percentage", 10},
                                               {"ppa_soln_mode", 0},
                                               {"ppa_soln_tolerance", 1e-5},
                                               {"ppa_soln_min", 0},
                                               {"ppa_soln_max", 100},
                                               {"ppa_soln_max_iterations", 100},
                                               {"ppa_escalation", 0},
                                               {"ppa_multiplier_model", 0},
                                               {"start_day_of_year", 0},
                                               {"degradation", 0},
                                               {"system_use_lifetime_output", 0},
                                               {"system_use_recapitalization", 0},
                                               {"system_recapitalization_cost", 0},
                                               {"system_recapitalization_escalation", 0},
                                               {"system_lifetime_recapitalize", 0},
                                               {"cp_capacity_payment_esc", 0},
                                               {"cp_capacity_payment_type", 0},
                                               {"cp_capacity_payment_amount", 0},
                                               {"cp_capacity_credit_percent", 0},
                                               {"cp_system_nameplate", 0},
                                               {"grid_curtailment_price", 0},
                                               {"grid_curtailment_price_esc", 0},
                                               {"annual_energy_pre_curtailment_ac", 0}};
  for (const std::string payer : {"fed", "sta", "uti", "oth"}) {
    for (const std::string& form :
         {"ibi_" + payer + "_amount", "ibi_" + payer + "_percent", "cbi_" + payer, "pbi_" + payer})
      for (const std::string side : {"fed", "sta"}) {
        d[form + "_tax_" + side] = 1;
        d[form + "_deprbas_" + side] = 0;
      }
    d["ibi_" + payer + "_amount"] = d["ibi_" + payer + "_percent"] = d["cbi_" + payer + "_amount"] = 0;
    d["ibi_" + payer + "_percent_maxvalue"] = d["cbi_" + payer + "_maxvalue"] = no_limit;
    for (const std::string what : {"_amount", "_term", "_escal", "_for_ds"}) d["pbi_" + payer + what] = 0;
  }
  for (const std::string side : {"fed", "sta"})
    for (const std::string asset : {"macrs_5", "macrs_15", "sl_5", "sl_15", "sl_20", "sl_39", "custom"}) {
      d["depr_bonus_" + side + "_" + asset] = asset.starts_with("macrs") ? 1 : 0;
      d["depr_itc_" + side + "_" + asset] = asset == "macrs_5" ? 1 : 0;
    }
  return d;
}

const auto& default_values() {
  static const auto values = defaults();
  return values;
}

/// Whether the variable is a number to SAM: it has a numeric default, or must be given.
bool is_quantity(const std::string& name) {
  static const std::set<std::string, std::less<>> required{
      "inflation_rate",    "real_discount_rate",   "total_installed_cost",
      "federal_tax_rate",  "state_tax_rate",       "gen",
      "ppa_price_input",   "capital_cost",         "annual_energy",
      "fixed_charge_rate", "fixed_operating_cost", "variable_operating_cost"};
  return default_values().contains(name) || required.contains(name);
}

/// SAM writes a few results that are not numbers as the text "nan".
double as_number(const nlohmann::json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

bool is_numeric(const nlohmann::json& value) { return value.is_number() || value == "nan"; }

}  // namespace

SamCase::SamCase(std::string file, std::string text) : file_(std::move(file)), text_(std::move(text)) {
  const auto json = parse_json(file_, text_);
  if (!json.is_object()) throw InputError({file_, 1, 0}, "expected one JSON object of SAM variables");
  Diagnostics diagnostics;
  for (const auto& [name, value] : json.items()) {
    if (is_numeric(value) || value.is_boolean()) {
      numbers_[name] = value.is_boolean() ? value.get<bool>() : as_number(value);
    } else if (value.is_array() && std::ranges::all_of(value, is_numeric)) {
      auto& array = arrays_[name];
      for (const auto& v : value) array.push_back(as_number(v));
    } else if (value.is_array() && std::ranges::all_of(value, [](const auto& row) {
                 return row.is_array() && std::ranges::all_of(row, is_numeric);
               })) {
      auto& matrix = matrices_[name];
      for (const auto& row : value) {
        auto& values = matrix.emplace_back();
        for (const auto& v : row) values.push_back(as_number(v));
      }
    } else if (!value.is_string() || is_quantity(name)) {  // SAM also writes file names; finance does not read them
      diagnostics.error(place_of(name), std::format("'{}' is no number, array or matrix", name));
    }
  }
  diagnostics.throw_if_errors();
}

Place SamCase::place_of(std::string_view name) const {
  const auto at = text_.find(std::format("\"{}\"", name));
  if (at == std::string::npos) return {file_, 0, 0};
  const auto end = text_.begin() + static_cast<std::ptrdiff_t>(at);
  return {file_, 1 + static_cast<std::size_t>(std::count(text_.begin(), end, '\n')), 0};
}

void SamCase::fail(std::string_view name, std::string message, std::string hint) const {
  throw InputError(place_of(name), std::move(message), std::move(hint));
}

bool SamCase::has(std::string_view name) const {
  return numbers_.contains(name) || arrays_.contains(name) || matrices_.contains(name);
}

double SamCase::number(std::string_view name) const {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  if (const auto found = arrays_.find(name); found != arrays_.end()) {
    if (found->second.size() == 1) return found->second.front();
    fail(name, std::format("'{}' has {} values", name, found->second.size()), "a single number is needed here");
  }
  if (const auto found = default_values().find(name); found != default_values().end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [n, v] : numbers_) known.push_back(n);
  fail(name, std::format("the case has no '{}', which has no default", name), name_hint(name, known));
}

int SamCase::whole(std::string_view name) const {
  const double value = number(name);
  if (value != std::floor(value) || std::abs(value) > 1e9)
    fail(name, std::format("'{}' is {}", name, value), "a whole number is needed here");
  return static_cast<int>(value);
}

SamCase::Array SamCase::array(std::string_view name) const {
  if (const auto found = arrays_.find(name); found != arrays_.end()) return found->second;
  return {number(name)};
}

std::vector<SamCase::Array> SamCase::matrix(std::string_view name) const {
  if (const auto found = matrices_.find(name); found != matrices_.end()) return found->second;
  fail(name, std::format("the case has no matrix '{}'", name));
}

}  // namespace stargate::capital
