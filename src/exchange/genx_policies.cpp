// Policies of a GenX folder: reserve margins, energy shares, caps on CO2, capacity requirements, operating reserves.
#include <algorithm>
#include <cmath>
#include <format>

#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

/// Without a settings file every table that is there counts; with one its choice does.
bool GenxCase::wanted(const std::string& setting, bool there) const {
  const int chosen = settings_.number(setting, settings_.is_there() ? 0 : 1);
  return chosen > 0 && there;
}

std::vector<std::pair<const GenxResource*, double>> GenxCase::members(const std::string& flat_stem,
                                                                      const std::string& table, const std::string& stem,
                                                                      int k) {
  std::vector<std::pair<const GenxResource*, double>> out;
  const std::string flat_column = std::format("{}_{}", flat_stem, k), column = std::format("{}_{}", stem, k);
  if (flat_) {
    for (const auto& r : resources_)
      if (const double value = number(r, flat_column, 0); value != 0) out.emplace_back(&r, value);
    return out;
  }
  if (!assignments_.contains(table)) {
    const auto path = folder_.find({table});
    assignments_[table] = path ? std::make_unique<GenxTable>(*path) : nullptr;
  }
  const GenxTable* t = assignments_[table].get();
  if (!t) return out;
  const std::string own = !t->has(column) && k == 1 && t->has(stem) ? stem : column;  // one constraint needs no number
  if (!t->has(own)) return out;
  for (std::size_t row = 0; row < t->size(); ++row) {
    const double value = t->number(row, own, 0);
    const std::string name = t->text(row, "Resource");
    const auto r = std::ranges::find(resources_, name, &GenxResource::name);
    if (r == resources_.end()) {
      if (value != 0) leave_out(std::format("resources of {} that are not read ('{}')", table, name));
      continue;
    }
    if (value != 0) out.emplace_back(&*r, value);
  }
  return out;
}

/// The zone of each row: z1, z2, ... in the column Network_zones, or in order.
std::vector<std::string> GenxCase::policy_zones(const GenxTable& table) const {
  std::vector<std::string> out;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string named = table.text(row, "Network_zones", std::format("z{}", row + 1));
    const auto zone = std::ranges::find_if(
        zones_, [&](const auto& z) { return named == std::format("z{}", z.first) || named == z.second; });
    if (zone == zones_.end()) throw InputError(table.place(row), std::format("zone '{}' is not there", named));
    out.push_back(zone->second);
  }
  return out;
}

std::vector<double> GenxCase::price_caps(const std::string& table, std::size_t constraints) {
  std::vector<double> prices(constraints, unlimited);
  const auto path = folder_.find({table});
  if (!path) return prices;
  const GenxTable t(*path);
  if (t.size() < constraints)
    throw InputError({t.file()}, std::format("it has {} rows for {} constraints", t.size(), constraints));
  for (std::size_t k = 0; k < constraints; ++k) prices[k] = t.number(k, "PriceCap");
  return prices;
}

void GenxCase::read_policies() {
  read_margins();
  read_shares();
  read_caps();
  read_requirements();
  read_reserves();
  read_hydrogen_demand();
  read_hourly_matching();
  for (const char* setting : {"ModelingToGenerateAlternatives", "MethodofMorris"})  // runs of their own beside the optimum
    if (settings_.number(setting, 0) > 0) notes.push_back(std::format("{} was not used", setting));
  for (const char* setting : {"HourlyMatchingRequirement", "CO2Tax", "DiscreteInvestments", "MultiStage"})
    if (settings_.number(setting, 0) > 0) leave_out(setting);
}

/// Thermal plants count by their capacity, what varies by what it could give, storage and reservoirs by what they give,
/// curtailed load from the second segment on, lines by their flow into the zones.
void GenxCase::read_margins() {
  const auto path = folder_.find({"Capacity_reserve_margin"});
  const bool use = wanted("CapacityReserveMargin", path.has_value());
  if (!path) return;
  const GenxTable t(*path);
  const int n = t.numbered("CapRes");
  const auto prices = price_caps("Capacity_reserve_margin_slack", static_cast<std::size_t>(n));
  if (!use) return;
  const auto zones = policy_zones(t);
  for (int k = 1; k <= n; ++k) {
    ReserveMargin m;
    m.name = std::format("CapRes_{}", k);
    m.price = prices[static_cast<std::size_t>(k - 1)];
    for (std::size_t row = 0; row < t.size(); ++row)
      if (const double margin = t.number(row, m.name, 0); margin > 0) m.margin.push_back({zones[row], margin});
    const std::string column = m.name;
    for (const auto& [r, credit] : members("CapRes", "Resource_capacity_reserve_margin", "Derating_Factor", k)) {
      const Basis basis = r->kind == GenxKind::thermal  ? Basis::capacity
                          : r->list == List::generators ? Basis::availability
                                                        : Basis::dispatch;
      if (r->kind == GenxKind::electrolyser) continue;  // they bring no margin
      if (r->kind == GenxKind::co_located) {
        leave_out("reserve margin of plants of sun, wind and storage");
        continue;
      }
      const bool flexible = r->kind == GenxKind::flexible;  // what is put off brings it, what is made good takes it
      m.contributions.push_back({r->list, r->name, flexible ? -credit : credit, basis});
      if (r->kind == GenxKind::storage) derating_[r->name] = credit;
    }
    for (const auto& b : m.margin)
      for (const auto& g : network.generators)
        if (g.sheds_load && g.bus == b.bus && !g.name.ends_with(" 1"))
          m.contributions.push_back({List::generators, g.name, 1, Basis::dispatch});
    for (std::size_t row = 0, line = 0; lines_ && row < lines_->size(); ++row) {
      if (std::isnan(lines_->number(row, "Network_Lines", unset))) continue;
      const double side = lines_->number(row, std::format("CapRes_Excl_{}", k),
                                         lines_->number(row, std::format("CapResExcl_{}", k), 0));
      const double share = -side * lines_->number(row, std::format("DerateCapRes_{}", k), 0);
      const bool by_angles = !network.lines.empty();
      if (share != 0)
        m.contributions.push_back({by_angles ? List::lines : List::links, by_angles ? network.lines[line].name : network.links[line].name, share,
                                   Basis::dispatch});
      ++line;
    }
    if (!m.margin.empty()) network.policies.reserve_margins.push_back(std::move(m));
  }
}

void GenxCase::read_shares() {
  const auto path = folder_.find({"Energy_share_requirement"});
  const bool use = wanted("EnergyShareRequirement", path.has_value());
  if (!path) return;
  const GenxTable t(*path);
  const int n = t.numbered("ESR");
  const auto prices = price_caps("Energy_share_requirement_slack", static_cast<std::size_t>(n));
  if (!use) return;
  const auto zones = policy_zones(t);
  for (int k = 1; k <= n; ++k) {
    EnergyShare s;
    s.name = std::format("ESR_{}", k);
    s.price = prices[static_cast<std::size_t>(k - 1)];
    s.storage_losses_count = settings_.number("StorageLosses", 1) == 1;
    s.link_losses_count = settings_.number("IncludeLossesInESR", 0) == 1;
    for (std::size_t row = 0; row < t.size(); ++row)
      if (const double share = t.number(row, s.name, 0); share > 0) s.share.push_back({zones[row], share});
    for (const auto& [r, credit] : members("ESR", "Resource_energy_share_requirement", "ESR", k))
      s.eligible.push_back({r->list, r->name, r->kind == GenxKind::electrolyser ? -1 : credit, Basis::dispatch});
    for (const char* stem : {"ESR_VRE_STOR", "ESR_VreStor"})
      for (const auto& [r, credit] : members("ESRVreStor", "Resource_energy_share_requirement", stem, k))
        if (r->kind == GenxKind::co_located)
          for (const auto& g : network.generators)
            if (g.bus == r->name + " site" && g.sign > 0) s.eligible.push_back({List::generators, g.name, credit * g.sign, Basis::dispatch});
    if (!s.share.empty()) network.policies.energy_shares.push_back(std::move(s));
  }
}

/// CO2Cap 1: a mass; 2: a rate of the load served; 3: a rate of generation.
void GenxCase::read_caps() {
  const auto path = folder_.find({"CO2_cap"});
  if (!path) return;
  const GenxTable t(*path);
  const int n = t.numbered("CO_2_Cap_Zone");
  const auto prices = price_caps("CO2_cap_slack", static_cast<std::size_t>(n));
  const int by_file = t.has("CO_2_Max_Mtons_1") ? 1 : 2,
            kind = settings_.number("CO2Cap", settings_.is_there() ? 0 : by_file);
  if (kind == 0) return;
  const auto zones = policy_zones(t);
  for (int k = 1; k <= n; ++k) {
    EmissionCap c;
    c.name = std::format("CO2_{}", k);
    c.price = prices[static_cast<std::size_t>(k - 1)];
    c.storage_losses_count = kind == 2 && settings_.number("StorageLosses", 1) == 1;
    for (std::size_t row = 0; row < t.size(); ++row) {
      if (t.number(row, std::format("CO_2_Cap_Zone_{}", k), 0) != 1) continue;
      const double rate = kind == 1 ? 0 : t.number(row, std::format("CO_2_Max_tons_MWh_{}", k));
      if (kind == 1) c.mass += 1e6 * t.number(row, std::format("CO_2_Max_Mtons_{}", k));
      c.buses.push_back({zones[row], kind == 2 ? rate : 0, kind == 3 ? rate : 0});
    }
    if (!c.buses.empty()) network.policies.emission_caps.push_back(std::move(c));
  }
}

void GenxCase::read_requirements() {
  struct Side {
    const char *file, *setting, *flat, *table, *stem, *column;
    bool minimum;
  };
  for (const Side& side : {Side{"Minimum_capacity_requirement", "MinCapReq", "MinCapTag",
                                "Resource_minimum_capacity_requirement", "Min_Cap", "Min_MW", true},
                           Side{"Maximum_capacity_requirement", "MaxCapReq", "MaxCapTag",
                                "Resource_maximum_capacity_requirement", "Max_Cap", "Max_MW", false}}) {
    const auto path = folder_.find({side.file});
    if (!wanted(side.setting, path.has_value())) continue;
    const GenxTable t(*path);
    for (std::size_t row = 0; row < t.size(); ++row) {
      CapacityRequirement r;
      const std::string described =
          t.text(row, "Constraint_Description", t.text(row, "ConstraintDescription", std::string()));
      r.name = described.empty() ? std::format("{}_{}", side.stem, row + 1) : described;
      (side.minimum ? r.minimum : r.maximum) = t.number(row, side.column);
      r.price = t.number(row, "PriceCap", unlimited);
      for (const auto& [resource, credit] : members(side.flat, side.table, side.stem, static_cast<int>(row + 1)))
        r.members.push_back({resource->kind == GenxKind::flexible ? List::storage_charge : resource->list, resource->name,
                             credit != 0 ? 1.0 : 0.0, Basis::capacity});
      for (const char* part : {"Solar", "Wind", "Stor"})
        for (const auto& [resource, credit] : members(std::format("{}{}", side.flat, part), side.table, std::format("{}_{}", side.stem, part), static_cast<int>(row + 1))) {
          if (resource->kind != GenxKind::co_located || credit == 0) continue;
          const std::string name = std::format("{} {}", resource->name, part);
          const auto g = std::ranges::find(network.generators, name, &Generator::name);
          if (g != network.generators.end()) r.members.push_back({List::generators, name, g->sign, Basis::capacity});
          else if (part[1] == 't') leave_out("capacity requirements of storage beside sun and wind");
        }
      network.policies.capacity_requirements.push_back(std::move(r));
    }
  }
}

/// Regulation, held both ways, and spinning reserve, upwards: for load, for what varies, and a contingency.
void GenxCase::read_reserves() {
  const auto path = folder_.find({"Operational_reserves", "Reserves"});
  if (!path) return;
  const int chosen =
      settings_.number("OperationalReserves", settings_.number("Reserves", settings_.is_there() ? 0 : 1));
  if (chosen == 0) return;
  const GenxTable t(*path);
  if (t.size() == 0) throw InputError({t.file()}, "it has no row");
  if (t.number(0, "Dynamic_Contingency", 0) > 0)
    leave_out("Dynamic_Contingency: the contingency is Static_Contingency_MW");
  const auto share = [&](const std::string& stem) {
    return t.number(0, stem + "_Req_Percent_Demand", t.number(0, stem + "_Req_Percent_Load", 0));
  };
  for (const bool regulation : {true, false}) {
    const std::string stem = regulation ? "Reg" : "Rsv";
    OperatingReserve o;
    o.name = regulation ? "regulation" : "spinning";
    o.downward = regulation;
    o.load_share = share(stem);
    if (!regulation) {
      if (settings_.number("UCommit", 0) > 0) o.fixed_mw = t.number(0, "Static_Contingency_MW", 0);
      o.price = t.number(0, "Unmet_Rsv_Penalty_Dollar_per_MW", unlimited);
    }
    const double of_variable = t.number(0, stem + "_Req_Percent_VRE", 0);
    for (const auto& r : resources_) {
      if (r.kind == GenxKind::variable && of_variable != 0)
        o.variable.push_back({r.list, r.name, of_variable, Basis::availability});
      const double most = number(r, stem + "_Max", 0);
      if (most > 0 && r.list == List::storage_units && is_linked(network))
        leave_out("storage that holds no reserve, since it is carried over the year");
      else if (most > 0 && r.kind != GenxKind::must_run)
        o.providers.push_back({r.list, r.name, most, number(r, stem + "_Cost", 0)});
    }
    if (o.providers.empty() && !std::isfinite(o.price)) {  // GenX drops a requirement that nothing can meet
      notes.push_back(std::format("{}: no resource may hold it, and it was not used", o.name));
      continue;
    }
    network.policies.operating_reserves.push_back(std::move(o));
  }
}

}  // namespace stargate::exchange
