#pragma once
#include <optional>
#include <vector>

#include "programme/programme.h"

namespace stargate::plan {

// The numbers of docs/formulation.md, worked out from a programme: indices for names, quarters for dates, profiles
// averaged over steps. Capacity is in GW, racks and chips in thousands, money in billions of USD, compute in EFLOP/s:
// the ratios of the tables (USD per kW, MW per rack, PFLOP/s per rack) stay as they are and the solver sees numbers
// near one.

/// Indices are counted as int, as quarters are; a container wants them without a sign.
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

inline constexpr double thousand = 1000;
inline constexpr double days_per_quarter = 91.3125;

/// A block start or site opening that is given. Quarters may be negative: before the programme.
struct CommittedBlocks {
  int site, blocks, start, ready;
  std::optional<double> paid_share;
};

/// What stands or is ordered when decisions begin. Quarters may be negative: before the programme.
struct Standing {
  struct Racks {
    int accelerator, site, ordered, installed;
    double racks, usd_b;  ///< thousand; price of all of them
    bool paid;            ///< from the programme's money
  };
  struct Power {
    int technology, site, zone, ordered, service;  ///< site or zone is -1
    double gw;
    bool paid;
  };
  struct Line {
    int line, service;
    double gw;
  };
  struct Grid {
    int step, requested, energised;  ///< step: row of interconnection
    double gw;
    bool paid;
  };
  struct Cloud {
    int contract, begins, ends;  ///< ends: first quarter after it
    double chips;                ///< thousand
    bool paid;
  };
  struct Expansion {
    int expansion, ordered, count;
  };
  struct Draw {
    int investor, quarter;
    double usd_b;
  };
  std::vector<Racks> racks;
  std::vector<Power> power;
  std::vector<Line> lines;
  std::vector<Grid> grid;
  std::vector<Cloud> cloud;
  std::vector<Expansion> expansions;
  std::vector<Draw> draws;
};

struct SiteData {
  int state, county, zone;
  int opening_quarters, block_quarters;  ///< E', D'
  int open_from = -1;                    ///< quarter of the first commitment (may be negative); meaningful if committed
  bool committed = false;
  int blocks_from = 0;  ///< committed: first quarter in which free blocks may start
  int earliest = 0;     ///< first quarter in which work can begin
  double block_gw, most_gw;
  double pue[4], pue_peak;
  double restricted_hours = 0;      ///< of its managed step
  std::vector<int> steps;           ///< rows of interconnection
  std::vector<double> rack_eflops;  ///< by accelerator, at the programme's size of cluster: EFLOP/s per thousand racks
};

/// One step of a season's representative days.
struct Step {
  int day, hour;
  double share;  ///< of the season's hours
};

/// A quarter whose dispatch is part of the plan, and which quarters it stands for.
struct Dispatch {
  int quarter, season;
  std::vector<int> stands_for;
};

struct ZoneStepData {
  double load, wind, solar;  ///< GW of the profile's year; capacity factors
};

struct Instance {
  explicit Instance(const Programme& programme);

  const Programme& p;
  int N, B;
  int D;  ///< first quarter of decisions
  std::vector<double> discount, hours;
  std::vector<int> season;         ///< 0 to 3
  std::vector<int> calendar_year;  ///< 0, 1, ..: of the programme
  std::vector<int> year_start;     ///< first quarter of each calendar year, t < B
  double terminal_factor;          ///< years in the last quarter's discounting

  std::vector<std::string> states, counties;
  std::vector<SiteData> sites;
  std::vector<CommittedBlocks> committed;
  Standing standing;
  std::vector<std::vector<std::vector<double>>> standing_racks;  ///< [accelerator][site][t] thousand that run in t
  std::vector<std::vector<double>> standing_cloud;               ///< [contract][t] thousand chips

  std::vector<Step> steps[4];
  std::vector<std::vector<ZoneStepData>> profile[4];  ///< [season][zone][step]
  std::vector<Dispatch> dispatch;                     ///< in order of quarters
  std::vector<int> dispatched_by;                     ///< [t] index into dispatch, or -1 where nothing can run yet
  std::vector<std::vector<int>> fleet_of_zone, sites_of_zone;

  std::vector<double> best_eflops_per_gw;          ///< [t] b(t)
  std::vector<double> cloud_eflops, burst_eflops;  ///< [contract] per thousand chips

  /// Effective EFLOP/s of thousand racks of g that stand at site s: utilisation at the size of cluster that they make
  /// up, never better than that of the programme's own size of cluster.
  double run_eflops(int g, int s, double racks) const;
  /// All of them in one run: efficiency at their own size.
  double largest_run_eflops(int g, double racks) const;

  int t_of(Quarter q) const { return q - p.settings.start; }
  double load_growth(int zone, int t) const;
  /// USD per MMBtu.
  double fuel_price(const std::string& fuel, int zone, int t) const;
  double fuel_co2(const std::string& fuel) const;  ///< t per MMBtu
  /// Marginal cost in USD/MWh.
  double fleet_cost(const Fleet& unit, int zone, int t) const;
  double power_cost(const PowerTechnology& tech, int zone, int t) const;
  double fleet_available(const Fleet& unit, int season_index) const;

  /// Billion USD per thousand racks of g installed in t.
  double rack_price(int g, int t) const;
  double direct_supply(int g, int t) const;  ///< thousand racks
  double stage_supply(int e, int t) const;   ///< thousand units
  /// Thousand units that one expansion ordered in q yields in t.
  double expansion_yield(int x, int q, int t) const;
  double equipment_supply(int e, int t) const;  ///< GW; infinite where the table has no row at all
  /// Whether managed power of a site is out in step k of a season.
  bool restricted(int site, int season_index, int step) const;
  /// Capital recovery factor a year.
  double recovery(double life_years) const;

  /// What given racks and expansions take and give in t.
  double standing_bought(int g, int t) const;    ///< thousand racks installed in t
  double standing_yield(int stage, int t) const; ///< thousand units of expansions that are ordered already

  int energised(const Interconnection& step, int requested) const;
  bool burns_gas(const PowerTechnology& tech) const { return !tech.fuel.empty() && tech.fuel != "uranium"; }

 private:
  void set_time();
  void set_sites();
  void set_standing();
  void set_profiles();
  void set_dispatch();
  void set_compute();
  void set_restrictions();
  double efficiency(int g, double chips) const;  ///< peak * MFU * goodput, TFLOP/s a chip

  std::vector<std::vector<char>> restricted_[4];                              ///< [season][site][step]
  std::map<std::pair<std::string, int>, std::map<int, double>> fuel_prices_;  ///< (fuel, zone or -1) -> year -> price
  std::map<std::string, double> fuel_co2_;
  std::vector<std::vector<double>> direct_, stage_, equipment_;
};

/// Days of the critical path over a template's activities of one scope ("site" or "block"), at middle durations.
int critical_days(const Programme& programme, const std::string& construction_template, const std::string& scope);

/// Index of the row with this id; std::logic_error if there is none (the loader has checked it).
template <class Record>
int index_of(const std::vector<Record>& rows, const std::string& id) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].id == id) return static_cast<int>(i);
  throw std::logic_error("no row '" + id + "'");
}

}  // namespace stargate::plan
