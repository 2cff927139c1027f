#pragma once
#include <functional>

#include "training/step.h"

namespace stargate::training {

/// Which strategies are looked at. Every divisor that can be run of each size, up to these.
struct SearchSpace {
  std::int64_t chips = 8;
  std::int64_t global_batch = 1;
  std::int64_t seq_len = 0;  ///< 0: the model's own
  int most_tp = 0;           ///< 0: the scale-up domain
  int most_pp = 0;           ///< 0: the layers
  int most_vp = 0;           ///< 0: as many as there are layers a stage
  int most_cp = 1;
  int most_ep = 0;           ///< 0: all that divide the experts
  int most_micro_batch = 8;  ///< powers of two
  std::vector<int> zero{0, 1, 2, 3};
  std::vector<Recompute> recompute{Recompute::none, Recompute::selective, Recompute::full};
  std::vector<Schedule> schedules{Schedule::one_f_one_b, Schedule::zero_bubble};
  std::vector<Precision> precisions{Precision::bf16};
  double hbm_share = 1;  ///< of the usable memory
};

struct Candidate {
  Strategy strategy;
  double seconds = 0;
  double memory_bytes = 0;
};

struct SearchResult {
  std::vector<Candidate> best;    ///< fastest first; at most `keep`
  std::vector<Candidate> pareto;  ///< none is both faster and smaller; fastest first
  std::int64_t strategies = 0;    ///< that can be run, whether they fit or not
  std::int64_t too_big = 0;       ///< of those, rejected for memory
  std::int64_t pruned = 0;        ///< of those, left out by a proven bound without being evaluated
  std::int64_t evaluated = 0;
  double nearest_miss_bytes = 0;  ///< if nothing fits: by how much the smallest does not
  Strategy nearest_miss;
  bool complete = true;  ///< false if interrupted
};

struct SearchOptions {
  std::size_t keep = 10;
  bool prune = true;   ///< false: brute force
  bool pareto = true;  ///< also find the Pareto set of time against memory (memory bounds cannot prune then)
  unsigned threads = 1;
  std::function<void(double share)> progress;
};

/// The fastest strategies that fit. With `prune` a whole family (sizes fixed; ZeRO, schedule and interleaving open) is
/// left out when a lower bound on its time is above the worst of the `keep` best so far, or of the Pareto set at its
/// lower bound of memory. Same answer as brute force, whatever the number of threads: ties are broken by the strategy
/// itself.
SearchResult search(const ModelShape& shape, const Machine& machine, const SearchSpace& space,
                    const SearchOptions& options = {});

/// Total order of candidates: time, then memory, then the strategy's fields.
bool better(const Candidate& a, const Candidate& b);

}  // namespace stargate::training
