#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lp/model.h"

namespace stargate::lp {

enum class Method {
  choose,               ///< the solver's own choice
  simplex,              ///< dual simplex; starts from the last basis if there is one
  interior_point,       ///< with crossover to a basic solution
  interior_point_only,  ///< without crossover: no basis, duals only approximate
  primal_simplex,       ///< from a basis whose point is feasible (start_from)
};

enum class Status { optimal, infeasible, unbounded, time_limit, interrupted, gap_reached, failed };
std::string_view to_string(Status status);

/// How far a solve has come: seconds, the best objective so far and the bound (both infinite where not known).
struct Pace {
  double seconds, objective, bound;
  long long iterations;
};

struct Options {
  Method method = Method::choose;
  int threads = 1;
  bool presolve = true;
  double relative_gap = 1e-4;  ///< of MIPs
  double time_limit_s = infinity;
  double feasibility = 1e-7;  ///< primal and dual tolerance
  int seed = 0;
  std::vector<double> start;  ///< a point for a MIP to start from, or empty
  std::function<void(const Pace&)> on_pace;
  /// Asked now and then; true stops the solve with Status::interrupted and what there is.
  std::function<bool()> should_stop;
};

struct Solution {
  Status status = Status::failed;
  double objective = 0;              ///< with the offset; of `value`
  double bound = 0;                  ///< proven: no solution is better
  std::vector<double> value;         ///< a column each; empty if none was found
  std::vector<double> reduced_cost;  ///< a column each; empty for MIPs
  std::vector<double> row_dual;      ///< d objective / d right-hand side; empty for MIPs
  long long iterations = 0;
  double seconds = 0;
  std::string message;  ///< the solver's own word where the status is `failed`
  bool has_values() const { return !value.empty(); }
  double gap() const;  ///< |objective - bound| / max(|objective|, 1e-9)
};

/// Where a column or row stands at a vertex.
enum class Standing : std::uint8_t { lower, basic, upper, free };
struct Basis {
  std::vector<Standing> column, row;
};

/// A model inside the solver, to be changed and solved again from where it stands. The only code that sees HiGHS.
/// Throws std::runtime_error if the solver refuses a model or an option.
class Solver {
 public:
  explicit Solver(const Model& model);
  ~Solver();
  Solver(Solver&&) noexcept;
  Solver& operator=(Solver&&) noexcept;

  Solution solve(const Options& options = {});

  void set_column_bounds(int column, double lowest, double highest);
  void set_row_bounds(int row, double lowest, double highest);
  void set_cost(int column, double unit_cost);
  void set_integer(int column, bool whole);
  int add_column(double lowest, double highest, double unit_cost);
  int add_row(double lowest, double highest, std::span<const Term> terms);
  /// Of the last solve by simplex, or after crossover.
  Basis basis() const;
  /// The next solve starts there.
  void start_from(const Basis& basis);
  /// Forgets basis and solution, so that the next solve starts cold with presolve.
  void forget();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// Solves once.
Solution solve(const Model& model, const Options& options = {});

}  // namespace stargate::lp
