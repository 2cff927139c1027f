#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "operate/sweep.h"

namespace stargate::operate {

// What operators ask, as ways of running the fleet side by side with the same random numbers: the same jobs, the same nodes that fail
// at the same times. What differs between two ways is then told by pairs, seed by seed, with a 95 % interval of the mean difference
// (Student's t); where it holds zero, the answer is 'undecided'.

/// One way of running the fleet.
struct Variant {
  std::string name;
  SweepCase run;
  double payment_usd = 0;              ///< earned by it besides, over the time measured
};

/// Ways to compare; the first is what the others are held against.
struct Question {
  std::string asks;                    ///< "what a cap of 10 % for 100 hours costs"
  std::vector<Variant> variants;
  std::vector<std::string> notes;
  bool best = false;                   ///< it asks which is best: most productive GPU-hours
};

/// A measure of one way, and its difference from the first.
struct Compared {
  std::string variant, measure, unit;
  double mean = 0, difference = 0, low = 0, high = 0;
  std::string verdict;                 ///< "", "more", "less", "the same" or "undecided"
};

struct QuestionAnswer {
  std::vector<Compared> rows;          ///< by variant, then by measure
  std::string sentence;
  std::string best;                    ///< name of the best variant, if that was asked
};

/// Runs every variant with every seed, in parallel; the answer does not depend on the number of threads. Stopped if `stop` says so.
QuestionAnswer answer(const Question& question, std::size_t seeds, unsigned threads, const std::function<void(double)>& progress = {},
                      const std::function<bool()>& stop = {});

/// How many hot spares each pool should have; without counts, none, as it is, and around what is down at a time.
Question ask_spares(const SweepCase& base, std::vector<Id> counts);
/// How often the widest job should checkpoint; without intervals, around Daly's.
Question ask_checkpoints(const SweepCase& base, std::vector<double> intervals_s);

/// Hours of a cap or a call: `share` of what the sites draw at their peak is given up, in `calls` spans of `hours` at the dearest hours
/// of each site (without prices that differ: spread evenly, from 17:00).
struct CapTerms {
  double share = 0.1, hours = 100;
  std::int64_t calls = 1;
  double capacity_usd_per_mw_year = 0, energy_usd_per_mwh = 0;  ///< paid for it
  std::optional<double> above_usd_per_mwh;  ///< instead of calls: whenever the price is above this, best effort
};
/// What a cap costs, or what demand response earns and costs. Runs the base once for the sites' peaks.
Question ask_cap(const SweepCase& base, const CapTerms& terms);

/// Maintenance of every hall, pod, rack, ... in turn, or the loss of one.
struct OutageTerms {
  Extent extent = Extent::pod;
  std::string of;                      ///< name of the pool, hall, feed or site; empty: the largest
  double hours = 8, drain_h = 0;
  double at_day = -1;                  ///< of the time measured; below 0: the middle
  bool planned = false;
  double every_days = 0;               ///< above 0: one after another, this far apart
};
Question ask_outage(const SweepCase& base, const OutageTerms& terms);
/// A week (or more) hotter by some degrees, at the hottest time.
Question ask_heat(const SweepCase& base, double degrees_c, double days);
/// Letting jobs that have waited long enough go to a cloud at a price.
Question ask_burst(const SweepCase& base, Id gpus, double usd_per_gpu_hour, double delay_usd_per_gpu_hour);
/// Two ways of running, by their names.
Question ask_compare(const std::string& a, SweepCase first, const std::string& b, SweepCase second);

std::string question_text(const Question& question, const QuestionAnswer& answer, std::size_t seeds);
std::string question_csv(const QuestionAnswer& answer);
/// The difference in productive GPU-hours of each way from the first, with its interval.
std::string question_svg(const Question& question, const QuestionAnswer& answer);

}  // namespace stargate::operate
