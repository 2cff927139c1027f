#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace stargate::adequacy {

/// A two-state Markov chain in time steps: each step a working thing fails with `failure`, a failed one is repaired with
/// `repair`. In the long run it is out for failure / (failure + repair) of the time.
struct Outages {
  double failure = 0, repair = 1;
  bool never() const { return failure <= 0; }
  double rate() const { return never() ? 0 : failure / (failure + repair); }
  friend bool operator==(const Outages&, const Outages&) = default;
};

/// Something that can be part of a system: its name is its own, its category is shared ("wind", "4-hour battery").
struct Resource {
  std::string name, category;
  std::size_t area = 0;
};

struct Unit : Resource {
  double capacity_mw = 0;
  std::ptrdiff_t profile = -1;  ///< index into System::profiles of the factor of capacity in each step; -1: always 1
  Outages outages;
};

struct Storage : Resource {
  double charge_mw = 0, discharge_mw = 0, energy_mwh = 0;
  double charge_efficiency = 1, discharge_efficiency = 1;
  double kept_per_step = 1;   ///< of the energy, from one step to the next
  double initial_share = 1;   ///< of energy_mwh that is there when a year begins
  Outages outages;
};

struct Tie {
  std::string name;
  std::size_t from = 0, to = 0;  ///< areas
  double forward_mw = 0, backward_mw = 0;
  Outages outages;
};

/// A load that gives way before others are short: what is off comes out of a budget of full hours a year, and is made
/// good out of later surplus within a deadline, or lost at once where the deadline is 0.
struct FlexibleLoad : Resource {
  double load_mw = 0;              ///< constant; its demand counts like any other
  double curtailable_share = 0;    ///< of it, that may be off
  double hours_a_year = 8784;      ///< equivalent full hours (of load_mw) that may be off in a year
  double deadline_hours = 0;       ///< within which what was off is made good; 0: it is lost, which is agreed and no shortfall
  double recovery_mw = 0;          ///< power above load_mw at which it is made good
};

/// Areas joined by ties. Loads and profiles are told step by step over one or more weather years, which are equally
/// likely; each is simulated by itself.
struct System {
  std::string name;
  double step_hours = 1;
  std::vector<std::string> areas;
  std::vector<std::vector<double>> load_mw;   ///< [area][step]
  std::vector<std::string> profile_names;
  std::vector<std::vector<double>> profiles;  ///< [profile][step], factors of capacity, 0 or more
  std::vector<std::size_t> year_begins{0};    ///< first step of each weather year, rising from 0
  std::vector<Unit> units;
  std::vector<Storage> storages;
  std::vector<Tie> ties;
  std::vector<FlexibleLoad> flexible;

  std::size_t steps() const { return load_mw.empty() ? 0 : load_mw.front().size(); }
  std::size_t years() const { return year_begins.size(); }
  std::size_t year_end(std::size_t year) const { return year + 1 < years() ? year_begins[year + 1] : steps(); }
  std::size_t steps_a_day() const;
  double capacity(const Unit& unit, std::size_t step) const {
    return unit.profile < 0 ? unit.capacity_mw : unit.capacity_mw * profiles[static_cast<std::size_t>(unit.profile)][step];
  }
};

/// std::invalid_argument with the name of what is wrong: no areas or steps, numbers that are not finite or out of range,
/// areas and profiles that are not there, names that stand twice. O(size).
void check(const System& system);

/// The system as one area without ties.
System copper_plate(System system);

/// Without the resources (units, storages, flexible loads, ties) of these names or categories; std::invalid_argument for
/// a name that nothing has, with the nearest one.
System without(System system, const std::vector<std::string>& names);

/// More load in every step: MW shared out over areas in proportion to their highest load, or all in `area`.
inline constexpr std::size_t all_areas = static_cast<std::size_t>(-1);
System with_load(System system, double mw, std::size_t area = all_areas);

/// The step of highest load of each day of each weather year, the first one of equals.
std::vector<std::size_t> daily_peaks(const System& system, const std::vector<double>& load_mw);

/// Load that is always served counts as adequate: a shortfall below this is none, MW.
inline constexpr double negligible_mw = 1e-6;

}  // namespace stargate::adequacy
