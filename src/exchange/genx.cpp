#include "exchange/genx.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <format>
#include <map>
#include <optional>

#include "base/diagnostics.h"
#include "exchange/csv_file.h"

namespace stargate::exchange {

using namespace energy;

namespace {
namespace fs = std::filesystem;

std::optional<fs::path> find_file(const fs::path& folder, const std::string& name) {
  for (const char* ending : {".csv", ".csv.gz"})
    if (fs::exists(folder / (name + ending))) return folder / (name + ending);
  return std::nullopt;
}

/// A CSV table addressed by column name.
class NamedTable {
 public:
  explicit NamedTable(const fs::path& path) : csv_(read_csv_file(path)) {}
  std::size_t size() const { return csv_.rows.size(); }
  bool has(std::string_view column) const { return csv_.column(column) != Csv::npos; }
  const Csv& csv() const { return csv_; }
  std::string text(std::size_t row, std::string_view column) const { return csv_.rows[row].cells[at(column)].text; }
  double number(std::size_t row, std::string_view column) const { return csv_number(csv_, csv_.rows[row], at(column)); }
  /// A column that need not be there, or may be empty.
  double number(std::size_t row, std::string_view column, double otherwise) const {
    if (!has(column)) return otherwise;
    const double v = number(row, column);
    return std::isnan(v) ? otherwise : v;
  }

 private:
  std::size_t at(std::string_view column) const {
    const auto found = csv_.column(column);
    if (found == Csv::npos) throw InputError({csv_.file}, std::format("column '{}' is missing", column));
    return found;
  }
  Csv csv_;
};

class FolderReader {
 public:
  explicit FolderReader(const std::string& folder) : folder_(folder) { net_.name = folder; }

  ImportedSystem read() && {
    resources_.emplace(need("Generators_data"));
    read_zones();
    read_load();
    read_fuels();
    if (const auto path = find_file(folder_, "Generators_variability")) variability_.emplace(*path);
    for (std::size_t row = 0; row < resources_->size(); ++row) read_resource(row);
    read_lines();
    for (const char* policy : {"CO2_cap", "Capacity_reserve_margin", "Energy_share_requirement", "Minimum_capacity_requirement", "Reserves"})
      if (find_file(folder_, policy)) notes_.push_back(std::format("{} was not used", policy));
    if (without_profile_ > 0)
      notes_.push_back(std::format("{} variable, hydro or must-run resources have no profile in Generators_variability: taken as always available", without_profile_));
    if (set_duration_ > 0) notes_.push_back(std::format("{} new storage resources have a set duration instead of energy decided apart", set_duration_));
    ImportedSystem out{deterministic(std::move(net_)), std::move(notes_)};
    check(out.system, folder_.string());
    return out;
  }

 private:
  fs::path need(const std::string& name) const {
    const auto path = find_file(folder_, name);
    if (!path) throw InputError({folder_.string()}, std::format("there is no {}.csv", name), "a GenX folder holds Generators_data, Load_data, Network, Fuels_data");
    return *path;
  }

  /// Zones are named by the region of their resources.
  void read_zones() {
    for (std::size_t row = 0; row < resources_->size(); ++row) {
      const auto zone = static_cast<int>(resources_->number(row, "Zone"));
      if (zone_names_.contains(zone)) continue;
      zone_names_[zone] = resources_->has("region") ? resources_->text(row, "region") : std::format("z{}", zone);
    }
    for (const auto& [zone, name] : zone_names_) net_.buses.push_back({name});
  }

  void read_load() {
    const NamedTable load(need("Load_data"));
    const double hours_a_period = load.number(0, "Timesteps_per_Rep_Period", static_cast<double>(load.size()));
    for (std::size_t t = 0; t < load.size(); ++t) {
      const auto period = static_cast<std::size_t>(static_cast<double>(t) / hours_a_period);
      const double weight = load.number(std::min(period, load.size() - 1), "Sub_Weights", hours_a_period) / hours_a_period;
      net_.snapshots.push_back({std::format("{}", t), 0, 0, weight, 1, weight});
    }
    const double voll = load.number(0, "Voll", 0);
    for (const auto& [zone, name] : zone_names_) {
      const std::string column = std::format("Load_MW_z{}", zone);
      Profile p;
      for (std::size_t t = 0; t < load.size(); ++t) p.hourly.push_back(load.number(t, column));
      const double peak = *std::ranges::max_element(p.hourly);
      for (std::size_t k = 0; k < load.size() && load.has("Demand_Segment") && !std::isnan(load.number(k, "Demand_Segment")); ++k) {
        Generator curtailed;
        curtailed.name = std::format("{} curtailed {}", name, k + 1);
        curtailed.bus = name;
        curtailed.carrier = "curtailed load";
        curtailed.nominal = peak;
        curtailed.marginal_cost = voll * load.number(k, "Cost_of_Demand_Curtailment_per_MW");
        const double share = load.number(k, "Max_Demand_Curtailment");
        for (const double mw : p.hourly) curtailed.p_max_pu.hourly.push_back(peak > 0 ? share * mw / peak : 0);
        net_.generators.push_back(std::move(curtailed));
      }
      net_.loads.push_back({name + " load", name, "", true, -1, std::move(p)});
    }
  }

  void read_fuels() {
    const NamedTable fuels(need("Fuels_data"));
    // The first row holds t CO2 per MMBtu, the rest prices by hour.
    for (const auto& cell : fuels.csv().header.cells) {
      if (cell.text == "Time_Index" || fuels.size() < 2) continue;
      Fuel fuel{fuels.number(0, cell.text), {}};
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) fuel.price.hourly.push_back(fuels.number(std::min(t + 1, fuels.size() - 1), cell.text));
      if (std::ranges::all_of(fuel.price.hourly, [&](double v) { return v == fuel.price.hourly[0]; })) fuel.price = fuel.price.hourly[0];
      fuels_[cell.text] = std::move(fuel);
    }
  }

  void read_resource(std::size_t row) {
    const auto& r = *resources_;
    const bool is_new = r.number(row, "New_Build", 0) == 1;
    const double existing = r.number(row, "Existing_Cap_MW", 0), most = r.number(row, "Max_Cap_MW", -1);
    Capacity c;
    c.name = r.text(row, "Resource");
    c.carrier = r.has("technology") ? r.text(row, "technology") : "";
    c.nominal = existing;
    c.extendable = is_new;
    c.nominal_min = std::max(existing, r.number(row, "Min_Cap_MW", 0));
    c.nominal_max = most < 0 ? unlimited : most;
    c.capital_cost = r.number(row, "Inv_Cost_per_MWyr", 0) + r.number(row, "Fixed_OM_Cost_per_MWyr", 0);
    if (std::ranges::find(net_.carriers, c.carrier, &Carrier::name) == net_.carriers.end()) net_.carriers.push_back({c.carrier});
    const std::string bus = zone_names_.at(static_cast<int>(r.number(row, "Zone")));
    if (r.number(row, "STOR", 0) > 0) {
      StorageUnit s;
      static_cast<Capacity&>(s) = std::move(c);
      s.bus = bus;
      const double energy = r.number(row, "Existing_Cap_MWh", 0);
      s.max_hours = existing > 0 && energy > 0 ? energy / existing : std::max(4.0, r.number(row, "Min_Duration", 0));
      set_duration_ += is_new;
      if (is_new) s.capital_cost += s.max_hours * (r.number(row, "Inv_Cost_per_MWhyr", 0) + r.number(row, "Fixed_OM_Cost_per_MWhyr", 0));
      s.efficiency_store = r.number(row, "Eff_Up", 1);
      s.efficiency_dispatch = r.number(row, "Eff_Down", 1);
      s.standing_loss = r.number(row, "Self_Disch", 0);
      s.marginal_cost = r.number(row, "Var_OM_Cost_per_MWh", 0);
      s.cyclic = true;
      net_.storage_units.push_back(std::move(s));
      return;
    }
    Generator g;
    static_cast<Capacity&>(g) = std::move(c);
    g.bus = bus;
    price(row, g);
    profile(row, g);
    net_.generators.push_back(std::move(g));
  }

  void price(std::size_t row, Generator& g) {
    const double heat = resources_->number(row, "Heat_Rate_MMBTU_per_MWh", 0), other = resources_->number(row, "Var_OM_Cost_per_MWh", 0);
    g.marginal_cost = other;
    const std::string name = resources_->has("Fuel") ? resources_->text(row, "Fuel") : "None";
    if (name == "None" || name.empty()) return;
    const auto fuel = fuels_.find(name);
    if (fuel == fuels_.end()) throw InputError({resources_->csv().file, resources_->csv().rows[row].line}, std::format("fuel '{}' is not in Fuels_data", name));
    g.marginal_cost = fuel->second.price;
    g.marginal_cost.fixed = other + heat * g.marginal_cost.fixed;
    for (double& v : g.marginal_cost.hourly) v = other + heat * v;
    // A carrier for each technology and fuel, so that a cap on CO2 finds its emissions.
    g.carrier += " " + name;
    if (std::ranges::find(net_.carriers, g.carrier, &Carrier::name) == net_.carriers.end()) net_.carriers.push_back({g.carrier, heat > 0 ? fuel->second.co2 : 0});
    if (heat > 0) g.efficiency = 1 / heat;  // MWh per MMBtu, as emissions are per MMBtu
  }

  void profile(std::size_t row, Generator& g) {
    if (variability_ && variability_->has(g.name)) {
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
        if (t >= variability_->size())
          throw InputError({variability_->csv().file}, std::format("it has {} rows for {} hours", variability_->size(), net_.snapshots.size()));
        g.p_max_pu.hourly.push_back(variability_->number(t, g.name));
      }
      if (resources_->number(row, "MUST_RUN", 0) > 0) g.p_min_pu = g.p_max_pu;
      return;
    }
    for (const char* kind : {"VRE", "HYDRO", "MUST_RUN"})
      if (resources_->number(row, kind, 0) > 0) {
        ++without_profile_;
        return;
      }
  }

  /// Transport between zones, both ways; reinforcement at its cost.
  void read_lines() {
    const NamedTable lines(need("Network"));
    bool lossy = false;
    for (std::size_t row = 0; row < lines.size(); ++row) {
      if (std::isnan(lines.number(row, "Network_Lines"))) continue;
      Link l;
      std::string from, to;
      for (const auto& [zone, name] : zone_names_) {
        const double end = lines.number(row, std::format("z{}", zone), 0);
        if (end > 0) from = name;
        if (end < 0) to = name;
      }
      if (from.empty() || to.empty())
        throw InputError({lines.csv().file, lines.csv().rows[row].line}, "the line does not begin and end in a zone", "a 1 and a -1 mark them");
      l.name = lines.has("transmission_path_name") ? lines.text(row, "transmission_path_name") : std::format("{}_to_{}", from, to);
      l.ports = {{from, -1.0}, {to, 1.0}};
      l.nominal = l.nominal_min = lines.number(row, "Line_Max_Flow_MW");
      l.p_min_pu = -1;
      const double more = lines.number(row, "Line_Max_Reinforcement_MW", 0);
      l.extendable = more > 0;
      l.nominal_max = l.nominal + more;
      l.capital_cost = lines.number(row, "Line_Reinforcement_Cost_per_MWyr", 0);
      lossy = lossy || lines.number(row, "Line_Loss_Percentage", 0) > 0;
      net_.links.push_back(std::move(l));
    }
    if (lossy) notes_.push_back("line losses were not used");
  }

  struct Fuel {
    double co2 = 0;
    Profile price;
  };
  fs::path folder_;
  Network net_;
  std::vector<std::string> notes_;
  std::optional<NamedTable> resources_, variability_;
  std::map<int, std::string> zone_names_;
  std::map<std::string, Fuel> fuels_;
  std::size_t without_profile_ = 0, set_duration_ = 0;
};

}  // namespace

bool is_genx_folder(const std::string& folder) { return fs::is_directory(folder) && find_file(folder, "Generators_data").has_value(); }

ImportedSystem read_genx(const std::string& folder) { return FolderReader(folder).read(); }

}  // namespace stargate::exchange
