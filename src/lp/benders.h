#pragma once
#include <functional>
#include <vector>

#include "lp/solver.h"

namespace stargate::lp {

/// How the next point to be tried is kept from swinging between corners of the master.
enum class Stabilisation {
  none,       ///< the master's optimum
  box,        ///< the master's optimum within a box around the best point (Marsten, Hogan, Blankenship, 1975)
  level_set,  ///< a point inside {cost <= bound + level (best - bound)} (Pecci and Jenkins, IEEE TPWRS 40(4), 2025)
};

/// value of a block >= constant + slopes' x; of a block that cannot be met: 0 >= constant + slopes' x.
struct BendersCut {
  int block = 0;
  bool feasibility = false;
  double constant = 0;
  std::vector<Term> slopes;  ///< by columns of the master
};

struct BendersOptions {
  double relative_gap = 1e-3;
  Stabilisation stabilisation = Stabilisation::level_set;
  double level = 0.5;
  unsigned threads = 1;
  double time_limit_s = infinity;
  int most_rounds = 1000;
  std::vector<double> start;     ///< a point to try first: a value for each column of the model, or empty
  std::vector<BendersCut> cuts;  ///< of an earlier solve of the same blocks
  std::function<void(double objective, double bound, int rounds)> on_round;
  std::function<bool()> should_stop;
};

struct BendersResult {
  Solution solution;  ///< `value` is feasible; `row_dual` are the prices of the blocks at that point
  std::vector<BendersCut> cuts;
  int rounds = 0;
};

/// Benders decomposition of a programme whose rows touch one block each (lp/blocks.h, separate). `block_of[column]` is the
/// block of a column, or `fixed_column` for those that the master decides.
///
///   master   min  c'x + sum theta_b    rows over x alone, cuts             whole numbers last
///   block b  v_b(x) = min c_b'y_b      its rows with x held; hot-started; reduced costs of the held columns are a cut
///
/// Many cuts: one a block and round; a block that cannot be met gives a cut of its least violation. Blocks are solved in
/// parallel; the answer does not depend on the threads. Columns of blocks must not be whole numbers. Status: gap_reached,
/// infeasible, time_limit, interrupted; with the best point there is. Each round costs one simplex re-solve of each
/// block and two small solves of the master.
BendersResult solve_benders(const Model& model, const std::vector<int>& block_of, int blocks, const BendersOptions& options = {});

}  // namespace stargate::lp
