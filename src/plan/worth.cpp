#include "plan/worth.h"

#include <format>

#include "base/text.h"

namespace stargate::plan {

namespace {

/// Limits that stand in the programme or in the world, as opposed to rows that tie decisions together.
bool is_limit(Rule rule) {
  switch (rule) {
    case Rule::block_room:
    case Rule::site_limit:
    case Rule::county_limit:
    case Rule::zone_limit:
    case Rule::direct_supply:
    case Rule::stage_supply:
    case Rule::cloud_limit:
    case Rule::equipment:
    case Rule::gas_limit:
    case Rule::grid_step:
    case Rule::headroom:
    case Rule::zone_build:
    case Rule::tranches:
    case Rule::commitment:
    case Rule::incentive_cap:
    case Rule::carbon:
    case Rule::site_water:
    case Rule::water:
    case Rule::target:
      return true;
    default:
      return false;
  }
}

/// Unit in which one more is offered, and how many of the model's units that is.
struct Unit {
  std::string name;
  double model_units;
};
Unit unit_of(Rule rule) {
  const std::string_view model = text_of(rule).unit;
  if (model == "GW") return {"MW", 1e-3};
  if (model == "blocks" || model == "expansions") return {std::string(model.substr(0, model.size() - 1)), 1};
  if (model == "thousand racks") return {"rack", 1e-3};
  if (model == "thousand units") return {"thousand units", 1};
  if (model == "thousand chips") return {"thousand chips", 1};
  if (model == "GL") return {"million litres", 1e-3};
  if (model.empty()) return {"unit", 1e-3};
  return {std::string(model), 1};
}

}  // namespace

std::vector<Worth> binding_limits(const Formulation& f, const Found& found) {
  std::vector<Worth> worths;
  if (found.row_dual.empty()) return worths;
  const auto& in = f.instance;

  // The worth of money: what one more billion in the last building quarter's tranche would bring.
  double money = 0;
  for (std::size_t r = 0; r < f.tags.size(); ++r)
    if (f.tags[r].rule == Rule::tranches) money = std::max(money, -found.row_dual[r]);
  const auto& settings = in.p.settings;
  if (money <= 0) money = settings.objective == "compute" ? settings.thrift_pflops_years_per_usd_m : 1;

  for (std::size_t r = 0; r < f.tags.size(); ++r) {
    const auto& tag = f.tags[r];
    if (!is_limit(tag.rule)) continue;
    if (tag.rule == Rule::tranches && tag.t == in.N - 1) continue;  // the measure itself
    const auto unit = unit_of(tag.rule);
    double used = 0;
    const auto columns = f.model.row_columns(static_cast<int>(r));
    const auto values = f.model.row_values(static_cast<int>(r));
    for (std::size_t e = 0; e < columns.size(); ++e) used += values[e] * found.value[at(columns[e])];
    const bool floor = tag.rule == Rule::target;  // one more of a target costs
    // A dual is the change of the minimised objective for one more of the limit; what it brings is its negative.
    const double gain = -found.row_dual[r] * unit.model_units;
    if (std::abs(gain) < 1e-9 * std::max(1.0, std::abs(found.bound))) continue;
    Worth w;
    w.rule = text_of(tag.rule).id;
    w.what = f.name_of(tag);
    const bool by_year = tag.rule == Rule::carbon || tag.rule == Rule::site_water || tag.rule == Rule::water;
    if (tag.t >= 0 && !by_year && tag.rule != Rule::zone_build) w.quarter = in.p.quarter(tag.t);
    w.unit = unit.name;
    w.limit = (floor ? f.model.row_lower[r] : f.model.row_upper[r]) / unit.model_units;
    w.used = used / unit.model_units;
    w.worth = gain * thousand;
    w.worth_usd_m = gain / money * thousand;
    const auto& text = text_of(tag.rule);
    w.words = std::format("{}{}{}: one more {} is worth {} million USD of money in the last tranche.", text.words,
                          w.what.empty() ? "" : ", " + w.what, w.quarter ? ", " + to_string(*w.quarter) : "", unit.name,
                          grouped(w.worth_usd_m, std::abs(w.worth_usd_m) < 10 ? 2 : 0));
    worths.push_back(std::move(w));
  }
  std::ranges::stable_sort(worths, [&](const Worth& a, const Worth& b) {
    const auto whole = [](const Worth& w) { return std::abs(w.worth_usd_m) * std::max(1.0, std::abs(w.limit)); };
    return whole(a) > whole(b);
  });
  return worths;
}

}  // namespace stargate::plan
