#pragma once
#include <functional>
#include <string>
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

/// Costs that follow from the master's point: convex functions, one a block, known by their values and cuts alone.
class Recourse {
 public:
  virtual ~Recourse() = default;

  struct Answer {
    bool solved = true;    ///< false: a block could not be solved; the search ends
    bool feasible = true;  ///< false: some block cannot be met at the point; its cut says what is missing
    double cost = 0;       ///< of all blocks at the point
    std::vector<BendersCut> cuts;
  };
  virtual int blocks() const = 0;
  /// For each block: no point of the master makes it cheaper (-infinity where that is not known).
  virtual std::vector<double> least_costs() = 0;
  virtual Answer solve(const std::vector<double>& at) = 0;
  /// The point of the last solve is the best so far.
  virtual void keep() {}
};

/// What a search for the master's best point came to.
struct MasterResult {
  Status status = Status::failed;  ///< gap_reached, infeasible, unbounded, time_limit, interrupted, failed
  std::string message;
  double objective = infinity, bound = -infinity;
  std::vector<double> point;        ///< a value for each column of the master; empty if none is feasible
  std::vector<double> row_dual;     ///< of the master's own rows, of its relaxation
  std::vector<BendersCut> cuts;
  int rounds = 0;
};

/// minimise the master's cost + sum of the blocks' costs: at each point the blocks answer with cuts, the master with a new
/// point, until its bound meets the best cost. Whole numbers of the master come last: the relaxation's cuts hold.
///   bound     min c'x + sum theta_b over the master's rows and the cuts
///   trial     a point of the level set (or box) where the blocks are asked next; the bound's own optimum when it is near
MasterResult solve_master(const Model& master, Recourse& recourse, const BendersOptions& options = {});

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

/// The least sum by which the rows of a model have to be missed, as a model: its columns first, at no cost.
Model least_violation(const Model& model);

}  // namespace stargate::lp
