// GenX's tables of results.
#include <cmath>
#include <filesystem>
#include <format>
#include <functional>

#include "base/csv.h"
#include "base/files.h"
#include "energy/formulation.h"
#include "exchange/genx.h"

namespace stargate::exchange {

using namespace energy;

namespace {

/// Writes the tables of one scenario: GenX has no others.
class GenxWriter {
 public:
  GenxWriter(const std::string& folder, const Network& net, const Operation& op, const Result& result)
      : folder_(folder), net_(net), op_(op), result_(result) {}

  void write() {
    capacity();
    const auto of = [](const Matrix& m) {
      return [&m](std::size_t t, std::size_t i) { return m.is_there() ? m(t, i) : 0; };
    };
    const auto storage = static_cast<std::size_t>(List::storage_units);
    std::vector<Series> power, shed;
    std::vector<Series> charge, level;
    for (std::size_t i = 0; i < net_.generators.size(); ++i) {
      const auto& g = net_.generators[i];
      if (g.sign != 0) (g.sheds_load ? shed : g.sign < 0 ? charge : power).push_back({g.name, g.bus, i, of(op_.flow[0])});
    }
    for (std::size_t i = 0; i < net_.storage_units.size(); ++i) {
      const auto& s = net_.storage_units[i];
      if (s.sign == 0) continue;  // energy held in reserve: no plant
      power.push_back({s.name, s.bus, i, of(op_.flow[storage])});
      charge.push_back({s.name, s.bus, i, of(op_.charge)});
      level.push_back({s.name, s.bus, i, of(op_.state_of_charge)});
    }
    std::vector<Series> flows, prices;
    for (std::size_t i = 0; i < net_.links.size(); ++i)
      flows.push_back(
          {net_.links[i].name, net_.links[i].ports[0].bus, i, of(op_.flow[static_cast<std::size_t>(List::links)])});
    for (std::size_t b = 0; b < net_.buses.size(); ++b)
      prices.push_back({net_.buses[b].name, net_.buses[b].name, b, of(op_.price)});
    series("power.csv", power, true);
    series("charge.csv", charge, true);
    series("storage.csv", level, false);
    series("nse.csv", shed, true);
    series("flow.csv", flows, true);
    if (op_.price.is_there()) series("prices.csv", prices, false);
    policies();
    costs();
  }

 private:
  struct Series {
    std::string name, zone;
    std::size_t member;
    std::function<double(std::size_t, std::size_t)> value;
  };
  void put(const std::string& file, const CsvWriter& csv) {
    write_file(std::filesystem::path(folder_) / file, csv.text());
  }

  /// What stood, what was retired, what was added, what there is: of power, energy and charging power.
  void capacity() {
    std::vector<std::string> header{"Resource", "Zone"};
    for (const char* kind : {"Cap", "EnergyCap", "ChargeCap"})
      for (const char* what : {"Start", "Ret", "New", "End"}) header.push_back(std::format("{}{}", what, kind));
    CsvWriter csv(header);
    const auto sizes = [&](double stood, double there) {
      csv << stood << std::max(stood - there, 0.0) << std::max(there - stood, 0.0) << there;
    };
    for (std::size_t i = 0; i < net_.generators.size(); ++i) {
      const auto& g = net_.generators[i];
      if (g.sheds_load || (g.sign == 0 && !g.extendable)) continue;
      csv << g.name << g.bus;
      sizes(g.nominal, result_.capacity[0][i]);
      for (int rest = 0; rest < 8; ++rest) csv << 0.0;
    }
    for (std::size_t i = 0; i < net_.storage_units.size(); ++i) {
      const auto& s = net_.storage_units[i];
      if (s.sign == 0) continue;
      const auto of = [&](List list) { return result_.capacity[static_cast<std::size_t>(list)][i]; };
      csv << s.name << s.bus;
      sizes(s.nominal, of(List::storage_units));
      if (s.energy_apart && std::isfinite(s.energy.nominal))
        sizes(s.energy.nominal, of(List::storage_energy));
      else
        sizes(std::isfinite(s.max_hours) ? s.max_hours * s.nominal : 0,
              std::isfinite(s.max_hours) ? s.max_hours * of(List::storage_units) : 0);
      if (s.charge_apart)
        sizes(s.charge.nominal, of(List::storage_charge));
      else
        sizes(-s.p_min_pu[0] * s.nominal, -s.p_min_pu[0] * of(List::storage_units));
    }
    put("capacity.csv", csv);
    CsvWriter lines({"Line", "Name", "Existing_Trans_Capacity", "New_Trans_Capacity"});
    for (std::size_t i = 0; i < net_.links.size(); ++i) {
      const double there = result_.capacity[static_cast<std::size_t>(List::links)][i];
      lines << i + 1 << net_.links[i].name << net_.links[i].nominal << there - net_.links[i].nominal;
    }
    put("network_expansion.csv", lines);
  }

  /// A column for each member: its zone, its sum over the year, then every time step.
  void series(const std::string& file, const std::vector<Series>& all, bool sums) {
    std::vector<std::string> header{"Resource"};
    for (const auto& s : all) header.push_back(s.name);
    CsvWriter csv(header);
    csv << "Zone";
    for (const auto& s : all) csv << s.zone;
    if (sums) {
      csv << "AnnualSum";
      for (const auto& s : all) {
        double sum = 0;
        for (std::size_t t = 0; t < net_.snapshots.size(); ++t)
          sum += net_.snapshots[t].generators * s.value(t, s.member);
        csv << sum;
      }
    }
    for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
      csv << std::format("t{}", t + 1);
      for (const auto& s : all) csv << s.value(t, s.member);
    }
    put(file, csv);
  }

  void policies() {
    CsvWriter csv({"Policy", "Price", "Slack"});
    const auto& rules = net_.policies;
    const auto value = [](const std::vector<double>& v, std::size_t k) { return k < v.size() ? v[k] : 0; };
    for (std::size_t k = 0; k < rules.energy_shares.size(); ++k)
      csv << rules.energy_shares[k].name << value(op_.policy.share_price, k) << value(op_.policy.share_slack, k);
    for (std::size_t k = 0; k < rules.emission_caps.size(); ++k)
      csv << rules.emission_caps[k].name << value(op_.policy.cap_price, k) << value(op_.policy.cap_slack, k);
    for (std::size_t k = 0; k < rules.capacity_requirements.size(); ++k)
      csv << rules.capacity_requirements[k].name << value(result_.requirement_price, k)
          << value(result_.requirement_slack, k);
    put("policies.csv", csv);
    const auto hourly = [&](const std::string& file, const auto& members, const Matrix& price, const Matrix& slack) {
      if (members.empty()) return;
      std::vector<std::string> header{"Time"};
      for (const auto& m : members) header.insert(header.end(), {m.name, m.name + "_slack"});
      CsvWriter table(header);
      for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
        table << std::format("t{}", t + 1);
        for (std::size_t k = 0; k < members.size(); ++k)
          table << (price.is_there() ? price(t, k) : 0) << (slack.is_there() ? slack(t, k) : 0);
      }
      put(file, table);
    };
    hourly("ReserveMargin.csv", rules.reserve_margins, op_.policy.margin_price, op_.policy.margin_slack);
    hourly("reserves.csv", rules.operating_reserves, op_.policy.reserve_price, op_.policy.unmet);
  }

  void costs() {
    double fixed = 0, network = 0, variable = 0, shed = 0, starts = 0;
    for (const List list : all_lists)
      for (std::size_t i = 0; i < list_size(net_, list); ++i) {
        const Capacity& c = capacity_of(net_, list, i);
        if (c.extendable && c.active)
          (list == List::links ? network : fixed) +=
              capacity_cost(c, net_, result_.capacity[static_cast<std::size_t>(list)][i]);
      }
    for (std::size_t t = 0; t < net_.snapshots.size(); ++t) {
      const double hours = net_.snapshots[t].objective;
      fixed += hours * net_.fixed_cost;
      for (std::size_t i = 0; i < net_.generators.size(); ++i) {
        const auto& g = net_.generators[i];
        (g.sheds_load ? shed : variable) += hours * g.marginal_cost[t] * op_.flow[0](t, i);
        if (g.committable && op_.start_up[0].is_there())
          starts += net_.snapshots[t].events * (g.start_up_cost + g.start_fuel_cost[t]) * op_.start_up[0](t, i);
      }
      for (std::size_t i = 0; i < net_.storage_units.size(); ++i)
        variable += hours * (net_.storage_units[i].marginal_cost[t] *
                                 op_.flow[static_cast<std::size_t>(List::storage_units)](t, i) +
                             net_.storage_units[i].marginal_cost_charge[t] * op_.charge(t, i));
    }
    const double total = result_.objective + result_.constant;
    CsvWriter csv({"Costs", "Total"});
    for (const auto& [name, value] : {std::pair{"cTotal", total},
                                      {"cFix", fixed},
                                      {"cVar", variable},
                                      {"cNSE", shed},
                                      {"cStart", starts},
                                      {"cNetworkExp", network},
                                      {"cPoliciesAndReserves", total - fixed - variable - shed - starts - network}})
      csv << name << value;
    put("costs.csv", csv);
  }

  const std::string& folder_;
  const Network& net_;
  const Operation& op_;
  const Result& result_;
};

}  // namespace

void write_genx_results(const std::string& folder, const System& system, const Result& result) {
  if (result.has_values()) GenxWriter(folder, system.first(), result.operation.front(), result).write();
}

}  // namespace stargate::exchange
