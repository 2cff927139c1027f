// Resources of a GenX folder: rows of Generators_data, or of a table for each kind.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "base/text.h"
#include "exchange/genx_case.h"

namespace stargate::exchange {

using namespace energy;

namespace {
bool constant(const Profile& p) {
  return std::ranges::all_of(p.hourly, [&](double v) { return v == p.hourly[0]; });
}
}  // namespace

/// Which rows there are, and of what kind.
void GenxCase::collect_resources() {
  std::set<std::string> names;
  const auto add = [&](std::size_t table, std::size_t row, GenxKind kind, int model) {
    GenxResource r{table, row, tables_[table].text(row, "Resource"), kind, model, List::generators};
    if (!names.insert(r.name).second)
      throw InputError(tables_[table].place(row), std::format("resource '{}' stands a second time", r.name));
    if (kind == GenxKind::storage || kind == GenxKind::hydro || kind == GenxKind::flexible) r.list = List::storage_units;
    if (kind == GenxKind::co_located) r.list = List::links;
    resources_.push_back(std::move(r));
  };
  if (const auto path = folder_.find({"Generators_data"})) {
    flat_ = true;
    tables_.emplace_back(*path);
    const GenxTable& t = tables_.front();
    for (const char* name : {"R_ID", "cluster", "num_units"}) t.has(name);  // nothing hangs on them
    for (std::size_t row = 0; row < t.size(); ++row) {
      const auto flag = [&](std::string_view column) { return static_cast<int>(t.number(row, column, 0)); };
      if (flag("THERM") > 0)
        add(0, row, GenxKind::thermal, flag("THERM"));
      else if (flag("VRE") > 0)
        add(0, row, GenxKind::variable, 0);
      else if (flag("MUST_RUN") > 0)
        add(0, row, GenxKind::must_run, 0);
      else if (flag("STOR") > 0)
        add(0, row, GenxKind::storage, flag("STOR"));
      else if (flag("HYDRO") > 0)
        add(0, row, GenxKind::hydro, 0);
      else if (flag("FLEX") > 0)
        add(0, row, GenxKind::flexible, 0);
      else if (flag("ELECTROLYZER") > 0)
        add(0, row, GenxKind::electrolyser, 0);
      else {
        count("resources of no kind (THERM, VRE, MUST_RUN, STOR, HYDRO and FLEX are 0), taken as thermal plants");
        add(0, row, GenxKind::thermal, 2);
      }
    }
    return;
  }
  const std::map<std::string, GenxKind> kinds{{"thermal", GenxKind::thermal},
                                              {"vre", GenxKind::variable},
                                              {"must_run", GenxKind::must_run},
                                              {"storage", GenxKind::storage},
                                              {"hydro", GenxKind::hydro},
                                              {"electrolyzer", GenxKind::electrolyser},
                                              {"flex_demand", GenxKind::flexible},
                                              {"vre_stor", GenxKind::co_located}};
  const std::map<std::string, std::string> not_read{{"allam_cycle_lox", "Allam cycles with liquid oxygen"},
                                                    {"ccs_solvent_storage", "capture with solvent storage"}};
  for (const auto& path : folder_.resource_tables()) {
    const std::string name = lower(path.filename().string()).substr(0, lower(path.filename().string()).find('.'));
    if (const auto left = not_read.find(name); left != not_read.end()) {
      for (std::size_t n = GenxTable(path).size(); n > 0; --n) leave_out(left->second);
      continue;
    }
    const auto kind = kinds.find(name);
    if (kind == kinds.end()) {
      leave_out(std::format("resources of a kind that is not known: {}", path.filename().string()));
      continue;
    }
    tables_.emplace_back(path);
    for (const char* idle : {"cluster", "Num_VRE_bins"}) tables_.back().has(idle);
    for (std::size_t row = 0; row < tables_.back().size(); ++row)
      add(tables_.size() - 1, row, kind->second, static_cast<int>(tables_.back().number(row, "Model", 1)));
  }
  if (tables_.empty())
    throw InputError({folder_.name()}, "it holds no resources",
                     "allowed: Generators_data.csv, or Thermal.csv, Vre.csv, ... in a folder 'resources'");
}

const std::string& GenxCase::bus(const GenxResource& r) const {
  return zones_.at(static_cast<int>(number(r, "Zone", 0)));
}

/// What stands, what may be built and what may be retired. In the flat table New_Build -1 forbids both; in the newer
/// ones Can_Retire stands by itself. `unit` is MW or MWh, `suffix` what the column's name has beside it ("Charge_").
Capacity GenxCase::sized(const GenxResource& r, const std::string& suffix, const std::string& unit) {
  const std::string cap = std::format("{}Cap_{}", suffix, unit);
  const double existing = std::max(number(r, "Existing_" + cap, 0), 0.0), most = number(r, "Max_" + cap, -1),
               least = number(r, "Min_" + cap, -1);
  const std::string money = std::format("{}per_{}yr", suffix, unit == "MWh" ? "MWh" : "MW");
  const double build = number(r, "Inv_Cost_" + money, 0), keep = number(r, "Fixed_OM_Cost_" + money, 0);
  const double new_build = number(r, "New_Build", 0), can_retire = number(r, "Can_Retire", new_build != -1 ? 1 : 0);
  Capacity c;
  c.name = r.name;
  c.nominal = existing;
  const bool leaves = can_retire > 0 || number(r, "Can_Retrofit", 0) > 0;  // what is retrofitted stands no longer
  const bool builds = new_build == 1 && most != 0, retires = leaves && existing > 0;
  if (!builds && !retires) {
    standing_cost_ += keep * existing;
    return c;
  }
  c.extendable = true;
  c.nominal_min = retires ? 0 : existing;
  c.nominal_max = builds ? unlimited : existing;
  if (most > 0) c.nominal_max = std::min(c.nominal_max, most);
  if (least > 0) c.nominal_min = std::max(c.nominal_min, least);
  c.capital_cost = builds ? build + keep : keep;
  if (builds && existing > 0) c.standing_cost = keep;
  return c;
}

Profile GenxCase::availability(const GenxResource& r) {
  Profile p = 1;
  if (!variability_ || !variability_->has(r.name)) {
    if (r.kind == GenxKind::variable || r.kind == GenxKind::hydro || r.kind == GenxKind::must_run)
      count(
          "variable, hydro or must-run resources without a profile in Generators_variability, taken as always "
          "available");
    return p;
  }
  p.hourly = variability_->column(r.name);
  if (p.hourly.size() < network.snapshots.size())
    throw InputError({variability_->file()},
                     std::format("it has {} rows for {} time steps", p.hourly.size(), network.snapshots.size()));
  p.hourly.resize(network.snapshots.size());
  if (constant(p)) p = p.hourly[0];
  return p;
}

void GenxCase::read_resource(const GenxResource& r) {
  Capacity c = sized(r, "", "MW");
  c.carrier = tables_[r.table].text(r.row, "technology", std::string());
  if (c.carrier.empty())
    c.carrier = r.kind == GenxKind::storage        ? "storage"
                : r.kind == GenxKind::hydro        ? "hydro"
                : r.kind == GenxKind::variable     ? "variable"
                : r.kind == GenxKind::electrolyser ? "electrolyser"
                : r.kind == GenxKind::flexible     ? "flexible demand"
                                                   : "thermal";
  if (number(r, "RETRO", 0) > 0) leave_out("retrofits as GenX 0.3 tells them");
  if (number(r, "MAINT", 0) > 0) leave_out("scheduled maintenance");
  if (number(r, "FUSION", 0) > 0) leave_out("fusion plants: what they draw themselves, and their maintenance");
  switch (r.kind) {
    case GenxKind::storage: return read_storage(r, std::move(c));
    case GenxKind::hydro: return read_hydro(r, std::move(c));
    case GenxKind::electrolyser: return read_electrolyser(r, std::move(c));
    case GenxKind::flexible: return read_flexible(r, std::move(c));
    case GenxKind::co_located: return read_co_located(r, std::move(c));
    default: return read_generator(r, std::move(c));
  }
}

/// What is retrofitted of the plants of a pool, times the efficiency, is what is built of its options. Of a plant that may retire
/// besides, at most what no longer stands is retrofitted; of another, all of it.
void GenxCase::read_retrofits() {
  struct Pool {
    CustomRow at_most, at_least;
    bool any_option = false;
  };
  std::map<std::string, Pool> pools;
  for (const auto& r : resources_) {
    const bool source = number(r, "Can_Retrofit", 0) > 0, option = number(r, "Retrofit", 0) > 0;
    if (!source && !option) continue;
    if (r.kind != GenxKind::thermal && r.list != List::storage_units && r.kind != GenxKind::variable) continue;
    Pool& pool = pools[tables_[r.table].text(r.row, "Retrofit_Id", std::string("0"))];
    const double existing = std::max(number(r, "Existing_Cap_MW", 0), 0.0);
    const double share = option ? number(r, "Retrofit_Efficiency", 1) : 1;
    for (CustomRow* row : {&pool.at_most, &pool.at_least}) {
      if (source && row == &pool.at_least && number(r, "Can_Retire", 0) > 0) continue;
      row->terms.push_back({Quantity::capacity, r.list, r.name, share, 0});
      row->constant.fixed += share * existing;
    }
    pool.any_option = pool.any_option || option;
  }
  for (auto& [id, pool] : pools) {
    pool.at_most.name = std::format("retrofits {}", id);
    pool.at_least.name = std::format("retrofits {}, at least", id);
    pool.at_least.sense = ">=";
    network.policies.rows.push_back(std::move(pool.at_most));
    network.policies.rows.push_back(std::move(pool.at_least));
  }
}

}  // namespace stargate::exchange
