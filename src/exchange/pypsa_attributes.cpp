#include "exchange/pypsa_attributes.h"

#include <algorithm>
#include <set>

namespace stargate::exchange {

using namespace energy;

namespace {

/// Attributes of whatever has a capacity; `nom` is PyPSA's name of it: p_nom, s_nom, e_nom.
template <class T>
std::vector<PypsaAttribute<T>> with_capacity(const std::string& nom, std::vector<PypsaAttribute<T>> own) {
  std::vector<PypsaAttribute<T>> all{{"carrier", &T::carrier},
                                     {"active", &T::active},
                                     {nom, &T::nominal},
                                     {nom + "_extendable", &T::extendable},
                                     {nom + "_min", &T::nominal_min},
                                     {nom + "_max", &T::nominal_max},
                                     {nom + "_set", &T::nominal_set},
                                     {nom + "_mod", &T::module},
                                     {"capital_cost", &T::capital_cost},
                                     {"overnight_cost", &T::overnight_cost},
                                     {"discount_rate", &T::discount_rate},
                                     {"fom_cost", &T::fom_cost},
                                     {"build_year", &T::build_year},
                                     {"lifetime", &T::lifetime}};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

template <class T>
std::vector<PypsaAttribute<T>> dispatchable(std::vector<PypsaAttribute<T>> own) {
  std::vector<PypsaAttribute<T>> all{{"p_min_pu", &T::p_min_pu},
                                     {"p_max_pu", &T::p_max_pu},
                                     {"p_set", &T::p_set},
                                     {"p_init", &T::p_init},
                                     {"marginal_cost", &T::marginal_cost},
                                     {"marginal_cost_quadratic", &T::marginal_cost_quadratic},
                                     {"ramp_limit_up", &T::ramp_limit_up},
                                     {"ramp_limit_down", &T::ramp_limit_down},
                                     {"ramp_limit_start_up", &T::ramp_limit_start_up},
                                     {"ramp_limit_shut_down", &T::ramp_limit_shut_down},
                                     {"committable", &T::committable},
                                     {"start_up_cost", &T::start_up_cost},
                                     {"shut_down_cost", &T::shut_down_cost},
                                     {"stand_by_cost", &T::stand_by_cost},
                                     {"min_up_time", &T::min_up_time},
                                     {"min_down_time", &T::min_down_time},
                                     {"up_time_before", &T::up_time_before},
                                     {"down_time_before", &T::down_time_before},
                                     {"maintainable", &T::maintainable},
                                     {"maintenance_duration", &T::maintenance_duration},
                                     {"maintenance_pu", &T::maintenance_pu},
                                     {"maintenance_events", &T::maintenance_events}};
  all.insert(all.end(), own.begin(), own.end());
  return with_capacity("p_nom", std::move(all));
}

}  // namespace

template <>
const std::vector<PypsaAttribute<Bus>>& pypsa_attributes() {
  static const std::vector<PypsaAttribute<Bus>> table{{"carrier", &Bus::carrier}, {"v_nom", &Bus::v_nom}, {"x", &Bus::x}, {"y", &Bus::y}};
  return table;
}

template <>
const std::vector<PypsaAttribute<Carrier>>& pypsa_attributes() {
  static const std::vector<PypsaAttribute<Carrier>> table{{"co2_emissions", &Carrier::co2_emissions},
                                                          {"max_growth", &Carrier::max_growth},
                                                          {"max_relative_growth", &Carrier::max_relative_growth}};
  return table;
}

template <>
const std::vector<PypsaAttribute<Generator>>& pypsa_attributes() {
  static const auto table = dispatchable<Generator>({{"bus", &Generator::bus},
                                                     {"sign", &Generator::sign},
                                                     {"efficiency", &Generator::efficiency},
                                                     {"e_sum_min", &Generator::e_sum_min},
                                                     {"e_sum_max", &Generator::e_sum_max}});
  return table;
}

template <>
const std::vector<PypsaAttribute<Load>>& pypsa_attributes() {
  static const std::vector<PypsaAttribute<Load>> table{
      {"bus", &Load::bus}, {"carrier", &Load::carrier}, {"active", &Load::active}, {"sign", &Load::sign}, {"p_set", &Load::p_set}};
  return table;
}

template <>
const std::vector<PypsaAttribute<Link>>& pypsa_attributes() {  // ports are read apart: there may be any number
  static const auto table = dispatchable<Link>({{"length", &Link::length}});
  return table;
}

template <>
const std::vector<PypsaAttribute<StorageUnit>>& pypsa_attributes() {
  using S = StorageUnit;
  static const auto table = with_capacity<S>("p_nom", {{"bus", &S::bus},
                                                       {"sign", &S::sign},
                                                       {"p_min_pu", &S::p_min_pu},
                                                       {"p_max_pu", &S::p_max_pu},
                                                       {"p_set", &S::p_set},
                                                       {"state_of_charge_set", &S::state_of_charge_set},
                                                       {"p_dispatch_set", &S::p_dispatch_set},
                                                       {"p_store_set", &S::p_store_set},
                                                       {"marginal_cost", &S::marginal_cost},
                                                       {"marginal_cost_quadratic", &S::marginal_cost_quadratic},
                                                       {"marginal_cost_storage", &S::marginal_cost_storage},
                                                       {"spill_cost", &S::spill_cost},
                                                       {"max_hours", &S::max_hours},
                                                       {"state_of_charge_initial", &S::state_of_charge_initial},
                                                       {"state_of_charge_initial_per_period", &S::initial_per_period},
                                                       {"cyclic_state_of_charge", &S::cyclic},
                                                       {"cyclic_state_of_charge_per_period", &S::cyclic_per_period},
                                                       {"efficiency_store", &S::efficiency_store},
                                                       {"efficiency_dispatch", &S::efficiency_dispatch},
                                                       {"standing_loss", &S::standing_loss},
                                                       {"inflow", &S::inflow}});
  return table;
}

template <>
const std::vector<PypsaAttribute<Store>>& pypsa_attributes() {
  static const auto table = with_capacity<Store>("e_nom", {{"bus", &Store::bus},
                                                           {"sign", &Store::sign},
                                                           {"e_min_pu", &Store::e_min_pu},
                                                           {"e_max_pu", &Store::e_max_pu},
                                                           {"e_set", &Store::e_set},
                                                           {"p_set", &Store::p_set},
                                                           {"e_initial", &Store::e_initial},
                                                           {"e_initial_per_period", &Store::initial_per_period},
                                                           {"e_cyclic", &Store::cyclic},
                                                           {"e_cyclic_per_period", &Store::cyclic_per_period},
                                                           {"marginal_cost", &Store::marginal_cost},
                                                           {"marginal_cost_quadratic", &Store::marginal_cost_quadratic},
                                                           {"marginal_cost_storage", &Store::marginal_cost_storage},
                                                           {"standing_loss", &Store::standing_loss}});
  return table;
}

template <>
const std::vector<PypsaAttribute<GlobalConstraint>>& pypsa_attributes() {
  using G = GlobalConstraint;
  static const std::vector<PypsaAttribute<G>> table{{"type", &G::type},   {"bus", &G::bus},
                                                    {"carrier_attribute", &G::carrier_attribute},
                                                    {"sense", &G::sense}, {"investment_period", &G::investment_period},
                                                    {"constant", &G::constant}};
  return table;
}

template <>
const std::vector<PypsaAttribute<LineType>>& pypsa_attributes() {
  using T = LineType;
  static const std::vector<PypsaAttribute<T>> table{
      {"f_nom", &T::f_nom}, {"r_per_length", &T::r_per_length}, {"x_per_length", &T::x_per_length}, {"c_per_length", &T::c_per_length}};
  return table;
}

template <>
const std::vector<PypsaAttribute<TransformerType>>& pypsa_attributes() {
  using T = TransformerType;
  static const std::vector<PypsaAttribute<T>> table{{"f_nom", &T::f_nom},
                                                    {"s_nom", &T::s_nom},
                                                    {"vsc", &T::vsc},
                                                    {"vscr", &T::vscr},
                                                    {"phase_shift", &T::phase_shift},
                                                    {"tap_neutral", &T::tap_neutral},
                                                    {"tap_step", &T::tap_step}};
  return table;
}

namespace {
std::vector<PypsaAttribute<Branch>> branch_attributes(std::vector<PypsaAttribute<Branch>> own) {
  using B = Branch;
  std::vector<PypsaAttribute<B>> all{{"bus0", &B::bus0},         {"bus1", &B::bus1},           {"type", &B::type},
                                     {"x", &B::x},               {"r", &B::r},                 {"s_max_pu", &B::s_max_pu},
                                     {"num_parallel", &B::num_parallel}, {"v_ang_min", &B::v_ang_min}, {"v_ang_max", &B::v_ang_max}};
  all.insert(all.end(), own.begin(), own.end());
  return with_capacity("s_nom", std::move(all));
}
}  // namespace

const std::vector<PypsaAttribute<Branch>>& pypsa_line_attributes() {
  static const auto table = branch_attributes({{"length", &Branch::length}});
  return table;
}
const std::vector<PypsaAttribute<Branch>>& pypsa_transformer_attributes() {
  static const auto table = branch_attributes(
      {{"tap_ratio", &Branch::tap_ratio}, {"tap_position", &Branch::tap_position}, {"phase_shift", &Branch::phase_shift},
       {"phase_shift_min", &Branch::phase_shift_min}, {"phase_shift_max", &Branch::phase_shift_max}});
  return table;
}

bool pypsa_attribute_is_idle(const std::string& list, const std::string& attribute) {
  static const std::set<std::string> idle{
      "x", "y", "control", "type", "color", "nice_name", "q_set", "weight", "unit", "location", "country", "v_mag_pu_set",
      "v_mag_pu_min", "v_mag_pu_max", "generator", "sub_network", "b", "g", "model", "tap_side", "terrain_factor", "length",
      "num_parallel", "geometry", "references", "p", "q", "p0", "p1", "q0", "q1", "p_nom_opt", "s_nom_opt", "e_nom_opt", "status",
      "start_up", "shut_down", "p_dispatch", "p_store", "state_of_charge", "spill", "e", "mu", "marginal_price", "v_ang", "v_mag_pu",
      "x_pu", "r_pu", "g_pu", "b_pu", "x_pu_eff", "r_pu_eff", "i_nom", "mounting", "cross_section", "pfe", "i0", "tap_min", "tap_max",
      "v_nom_0", "v_nom_1", "capital_cost_opt", "marginal_cost_opt", "v_ang_min", "v_ang_max",
      "maintenance", "phase_shift_opt", "n_mod", "e_nom_opt", "p_nom_opt_previous"};
  if (attribute.starts_with("mu_") || idle.contains(attribute)) return true;
  if (list == "links" && attribute.size() > 1 && attribute[0] == 'p' && std::ranges::all_of(attribute.substr(1), [](char c) { return c >= '0' && c <= '9'; }))
    return true;
  return list == "sub_networks" || list == "shapes" || list == "carriers" || (list == "buses" && attribute.starts_with("nom_m"));
}

}  // namespace stargate::exchange
