#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "risk/plan_model.h"
#include "risk/ranks.h"
#include "stochastic/sampler.h"

namespace stargate::risk {

struct FutureOptions {
  std::size_t count = 1000;
  std::uint64_t seed = 1;
  stochastic::Sampling sampling = stochastic::Sampling::sobol;
  std::size_t replicates = 10;  ///< scramblings: their spread is the error of means and chances
  unsigned threads = 1;
  /// Where futures are kept, part by part: a run that was killed goes on there, a later one takes more. Empty: nowhere.
  std::filesystem::path store;
  std::string digest;  ///< of everything that shapes the futures: programme, plan, program; futures of another are not taken
  Ranks* ranks = nullptr;  ///< of the job; null: this process alone
  std::function<bool()> should_stop;
  std::function<void(double share)> on_progress;
};

/// Futures by number, each a row of Layout. Fewer than asked for if the run was stopped.
struct FutureSet {
  std::vector<std::vector<double>> row;
  std::size_t replicates = 1;
  std::size_t taken = 0;  ///< of them: read from the store
  bool whole = true;      ///< false: stopped before all were there
};

/// Futures 0 .. count-1; on the first rank, nothing on the others. A future is a function of (model, seed, sampling, number) alone: the same for any threads, whether or
/// not some came from the store, and however many are asked for (Latin hypercubes: of the same count). O(count * a future).
FutureSet run_futures(const PlanModel& model, const FutureOptions& options);

/// One column of the futures.
std::vector<double> column(const FutureSet& set, std::size_t place);

/// 10, 50 and 90 % points, mean with its 95 % interval.
struct Spread {
  double p10 = 0, p50 = 0, p90 = 0, mean = 0, mean_low = 0, mean_high = 0;
};
Spread spread_of(const FutureSet& set, std::size_t place);
/// Share of futures for which `holds` is true of the column's value, with its 95 % interval.
struct Chance {
  double share = 0, low = 0, high = 0;
};
Chance chance_of(const FutureSet& set, std::size_t place, const std::function<bool(double)>& holds);
double quantile_of(std::vector<double> values, double share);

/// A driver of one figure: a group of causes that is independent of the others.
struct Driver {
  std::string name;
  double first = 0, first_low = 0, first_high = 0, total = 0, total_low = 0, total_high = 0;
};
/// Sobol' indices of figures by groups of causes: `points` futures and as many again for each group and once more. One list
/// for each figure asked for, greatest total first. Empty if stopped.
std::vector<std::vector<Driver>> drivers(const PlanModel& model, const std::vector<Figure>& figures, std::size_t points, const FutureOptions& options);

/// What a common cause looks like where a figure is among its worst tenth: mean of its standard normal there (0 elsewhere on
/// average), and the first-order index of being there.
struct WorstCause {
  std::string name;
  double mean = 0, index = 0;
};
std::vector<WorstCause> worst_causes(const Layout& layout, const FutureSet& set, Figure figure);

}  // namespace stargate::risk
