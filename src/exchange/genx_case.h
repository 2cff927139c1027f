#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "energy/network.h"
#include "exchange/genx_folder.h"

namespace stargate::exchange {

enum class GenxKind { thermal, variable, must_run, storage, hydro, electrolyser, flexible, co_located, other };

/// A row of a table of resources, and what it became.
struct GenxResource {
  std::size_t table = 0, row = 0;  ///< position in GenxCase::tables
  std::string name;
  GenxKind kind = GenxKind::other;
  int model =
      0;  ///< thermal: 1 with, 2 without commitment; storage: 1 symmetric, 2 with a charging capacity of its own
  energy::List list = energy::List::generators;
};

/// What is read of a folder, part by part (genx_system.cpp, genx_resources.cpp, genx_policies.cpp), in GenX's terms
/// beside the network they become.
class GenxCase {
 public:
  explicit GenxCase(const GenxFolder& folder);
  void read_all();
  energy::Network network;
  std::vector<std::string> notes, left_out;

 private:
  // System: zones, time, demand, fuels, lines (genx_system.cpp)
  void read_time();
  void read_order();
  void read_zones();
  void read_demand();
  void read_fuels();
  void read_lines();
  energy::Branch by_reactance(std::size_t row, energy::Capacity size, const std::string& from, const std::string& to);

  // Resources (genx_resources.cpp)
  void collect_resources();
  void read_resource(const GenxResource& resource);
  void read_retrofits();

  // Thermal plants and what they burn (genx_thermal.cpp)
  void read_generator(const GenxResource& resource, energy::Capacity capacity);
  void price(const GenxResource& resource, energy::Generator& generator);
  void commit(const GenxResource& resource, energy::Generator& generator);
  /// What a plant does with the CO2 of a fuel: shares captured while it runs and as it starts, grown, and cost of disposal.
  struct Carbon {
    double captured = 0, captured_at_start = 0, grown = 0, disposal = 0;
  };
  Carbon carbon(const GenxResource& resource) const;
  /// A generator at the plant's bus that gives no power: what is burnt of a fuel, MMBtu per hour, at its price and with its CO2.
  std::string burn(const GenxResource& resource, const std::string& fuel, const std::string& suffix, double captured);
  bool burns_by_pieces(const GenxResource& resource, energy::Generator& generator);
  bool burns_several(const GenxResource& resource, energy::Generator& generator);

  // Storage, reservoirs, flexible demand (genx_storage.cpp)
  void read_storage(const GenxResource& resource, energy::Capacity capacity);
  void read_hydro(const GenxResource& resource, energy::Capacity capacity);
  void read_flexible(const GenxResource& resource, energy::Capacity capacity);
  void read_virtual_discharge();

  // Sun, wind and storage behind one connection (genx_vre_stor.cpp)
  void read_co_located(const GenxResource& resource, energy::Capacity connection);
  energy::Capacity sized_part(const GenxResource& resource, const std::string& part, const std::string& kept);
  energy::Capacity capacity_of_parts(const GenxResource& resource, const std::string& name, double existing, double most, double least, double build,
                                     double keep);
  energy::Profile site_profile(const GenxResource& resource, std::initializer_list<std::string> tables);
  void add_sites_to_policies();

  // Hydrogen, and supply matched hour by hour (genx_hydrogen.cpp)
  void read_electrolyser(const GenxResource& resource, energy::Capacity capacity);
  void read_hydrogen_demand();
  void read_hourly_matching();
  energy::Capacity sized(const GenxResource& resource, const std::string& suffix, const std::string& unit);
  energy::Profile availability(const GenxResource& resource);
  const std::string& bus(const GenxResource& resource) const;
  double number(const GenxResource& r, std::string_view column, double otherwise) const {
    return tables_[r.table].number(r.row, column, otherwise);
  }
  void name_unread();

  // Policies (genx_policies.cpp)
  void read_policies();
  void read_margins();
  void read_shares();
  void read_caps();
  void read_requirements();
  void read_reserves();
  bool wanted(const std::string& setting, bool there) const;
  /// The members of constraint k: resources and their numbers, from `stem`_k of the flat table or of the assignment
  /// table.
  std::vector<std::pair<const GenxResource*, double>> members(const std::string& flat_stem, const std::string& table,
                                                              const std::string& stem, int k);
  std::vector<std::string> policy_zones(const GenxTable& table) const;
  std::vector<double> price_caps(const std::string& table, std::size_t constraints);

  struct Fuel {
    double co2 = 0;  ///< t per MMBtu
    energy::Profile price;
  };
  const Fuel* fuel_of(const GenxResource& resource, const std::string& name) const;
  void carrier(const std::string& name, double co2 = 0);
  void leave_out(const std::string& what);
  const GenxFolder& folder_;
  const GenxSettings& settings_;
  std::optional<GenxTable> demand_, lines_, variability_;
  std::vector<GenxTable> tables_;  ///< of resources
  bool flat_ = false;
  std::vector<GenxResource> resources_;
  std::map<std::string, std::unique_ptr<GenxTable>> assignments_;
  std::map<int, std::string> zones_;
  std::map<std::string, Fuel> fuels_;
  std::vector<std::pair<std::string, std::size_t>> counted_, missing_;  ///< things to be named, and how often they came up
  void count(const std::string& what);
  std::vector<std::pair<std::string, std::string>> sites_;  ///< buses of co-located plants, and their zones
  std::map<std::string, double> derating_;  ///< of storage in reserve margins, by name: those with virtual discharge
  double standing_cost_ = 0;  ///< of what can be neither built nor retired
};

}  // namespace stargate::exchange
