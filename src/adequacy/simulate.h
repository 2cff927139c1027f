#pragma once
#include <functional>

#include "adequacy/result.h"
#include "adequacy/system.h"

namespace stargate::adequacy {

struct SimulationOptions {
  std::int64_t samples = 1000;  ///< years to simulate; the i-th has weather year i modulo their number
  std::uint64_t seed = 1;
  unsigned threads = 1;
  bool by_step = false;
  std::function<bool()> should_stop;          ///< asked between blocks of years
  std::function<void(double)> on_share;       ///< share of the years that are done
};

/// What one simulated year came to.
struct YearSample {
  double hours = 0, peak_days = 0, days = 0, events = 0, eue_mwh = 0;
};

struct Simulation {
  Answer answer;
  std::vector<YearSample> years;  ///< in the order of the samples
};

/// Sequential Monte Carlo over years of steps. In each step, in this order:
///   1. each area serves its own load, then ties carry what is over to areas that are short (most load served; Transport);
///   2. storage discharges into what is still short, longest time to empty first;
///   3. flexible loads give way; what is then still short is not served;
///   4. what is over makes good what flexible loads are owed, oldest first, then charges storage, shortest time to empty first.
/// A load that is not made good within its deadline, or by the end of the year, is lost: told by itself, not in EUE.
/// The same bytes on any number of threads. Without storage and flexible loads only hours in which an area is short cost
/// more than an addition: O(units * changes + steps) a year.
Simulation simulate(const System& system, const SimulationOptions& options);

}  // namespace stargate::adequacy
