#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "programme/programme.h"

namespace stargate::audit {

using Index = std::map<std::string, int, std::less<>>;
/// [a][t] and [a][b][t].
using Table2 = std::vector<std::vector<double>>;
using Table3 = std::vector<Table2>;

inline Table2 table2(std::size_t a, std::size_t b) { return Table2(a, std::vector<double>(b)); }
inline Table3 table3(std::size_t a, std::size_t b, std::size_t c) { return Table3(a, table2(b, c)); }

/// A step of a representative day.
struct Step {
  int day = 0;     ///< index into Programme::days
  int season = 1;  ///< 1 to 4
  int hour = 0;    ///< first hour
};

/// What follows from the programme alone, before any decision (docs/formulation.md).
struct Facts {
  explicit Facts(const Programme& programme);

  const Programme& p;
  int N = 0, B = 0, D = 0;  ///< D: first quarter of decisions; quarters of the horizon, and of these the building ones
  Index site, zone, accelerator, power, line, cloud, expansion, investor, incentive, equipment, stage, fleet, fuel, day;

  // Time.
  Quarter quarter(int t) const { return p.quarter(t); }
  int t(Quarter q) const { return q - p.settings.start; }
  double hours(int t) const { return quarter(t).hours(); }
  int season(int t) const { return quarter(t).of_year(); }
  double discount(int t) const;
  /// The quarter whose dispatch stands for t: in the tail, one of the last four.
  int dispatched_as(int t) const;
  std::vector<Step> steps;                                                    ///< all of a year, days as listed
  std::vector<std::vector<int>> steps_of = std::vector<std::vector<int>>(5);  ///< by season: indices into steps
  std::array<double, 5> season_days{};  ///< days of the representative days, by season
  /// Hours of quarter t that the step stands for.
  double weight(int t, const Step& step) const;
  /// Position in steps_of[season of the day], or -1.
  int position(int day, int hour) const;

  // Construction.
  struct Lead {
    double site_days = 0, block_days = 0;
  };
  std::map<std::string, Lead, std::less<>> leads;  ///< by template
  int site_quarters(int s) const;
  int block_quarters(int s) const;
  /// First quarter in which free blocks may start at a committed site.
  std::vector<std::optional<Quarter>> committed_blocks_from;
  /// First quarter in which blocks of the commitment are ready.
  Quarter ready(const Commitment& commitment) const;
  std::vector<std::optional<Quarter>> committed_open;  ///< by site: quarter of the first commitment

  // Sites and zones.
  std::vector<int> zone_of;  ///< by site
  double pue(int s, int season) const;
  double highest_pue(int s) const;
  Table2 load, wind, solar;  ///< [zone][step], load without growth
  double native_mw(int z, int step, int t) const;
  std::vector<std::vector<bool>> restricted;  ///< [site][step]
  /// USD per MWh and t CO2 per MWh of what burns `fuel` in the zone.
  double fuel_usd_per_mmbtu(const std::string& fuel_id, int z, int year) const;
  double co2_t_per_mmbtu(const std::string& fuel_id) const;

  // Compute: effective PFLOP/s of a rack at a site, and of a cloud chip.
  Table2 e;  ///< [accelerator][site], at the programme's size of cluster
  /// Effective PFLOP/s of racks of g that stand at s, at the size of cluster that they make up; and in one run.
  double run_pflops(int g, int s, double racks) const;
  double largest_run_pflops(int g, double racks) const;
  std::vector<double> e_committed, e_burst;
  /// The most that a MW of racks could have brought in t.
  double best_pflops_per_mw(int t) const;
  double rack_price(int g, int t) const;

 private:
  double effective_pflops_per_chip(int g, double cluster_chips) const;
  void read_time();
  void read_construction();
  void read_grid();
  void read_restricted();
};

double available(const Fleet& unit, int season);

}  // namespace stargate::audit
