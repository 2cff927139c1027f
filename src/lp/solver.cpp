#include "lp/solver.h"

#include <Highs.h>

#include <chrono>
#include <cmath>
#include <format>
#include <stdexcept>

namespace stargate::lp {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::optimal:
      return "optimal";
    case Status::infeasible:
      return "infeasible";
    case Status::unbounded:
      return "unbounded";
    case Status::time_limit:
      return "time limit";
    case Status::interrupted:
      return "interrupted";
    case Status::gap_reached:
      return "within gap";
    case Status::failed:
      return "failed";
  }
  return "?";
}

double Solution::gap() const { return std::abs(objective - bound) / std::max(std::abs(objective), 1e-9); }

struct Solver::Inside {
  Highs highs;
  bool integers = false;
  bool quadratic = false;

  static void check(HighsStatus status, std::string_view doing) {
    if (status == HighsStatus::kError) throw std::runtime_error(std::format("the solver refused to {}", doing));
  }
  template <class T>
  void option(const char* name, const T& value) {
    check(highs.setOptionValue(name, value), std::format("set its option {}", name));
  }

  void apply(const Options& options) {
    static constexpr const char* methods[] = {"choose", "simplex", "ipm", "ipm", "simplex"};
    option("solver", std::string(methods[static_cast<int>(options.method)]));
    option("simplex_strategy", static_cast<HighsInt>(options.method == Method::primal_simplex ? 4 : 1));
    option("run_crossover", std::string(options.method == Method::interior_point_only ? "off" : "on"));
    use_threads(options.threads);
    option("threads", static_cast<HighsInt>(options.threads));
    option("parallel", std::string(options.threads > 1 ? "choose" : "off"));
    option("presolve", std::string(options.presolve ? "choose" : "off"));
    option("mip_rel_gap", options.relative_gap);
    option("time_limit", std::isfinite(options.time_limit_s) ? highs.getRunTime() + options.time_limit_s : kHighsInf);
    option("primal_feasibility_tolerance", options.feasibility);
    option("dual_feasibility_tolerance", options.feasibility);
    option("mip_feasibility_tolerance", std::max(options.feasibility, 1e-7));
    option("random_seed", static_cast<HighsInt>(options.seed));
  }

  /// HiGHS keeps a scheduler for each thread that calls it and refuses another number of workers until that is reset.
  static void use_threads(int threads) {
    static thread_local int current = 0;
    if (current != threads && current != 0) Highs::resetGlobalScheduler(true);
    current = threads;
  }

  /// Progress and interruption pass through here; HiGHS 1.10's form of the callback.
  void listen(const Options& options) {
    if (!options.on_pace && !options.should_stop) return;
    const auto heard = [this, &options](int type, const std::string&, const HighsCallbackDataOut* out,
                                        HighsCallbackDataIn* in, void*) {
      if (options.on_pace) {
        const bool mip = type == kCallbackMipInterrupt || type == kCallbackMipLogging;
        const double best = mip ? out->mip_primal_bound : out->objective_function_value;
        const double bound = mip ? out->mip_dual_bound : -infinity;
        const long long iterations =
            type == kCallbackIpmInterrupt ? out->ipm_iteration_count : out->simplex_iteration_count;
        options.on_pace({out->running_time, best, bound, iterations});
      }
      if (in && options.should_stop && options.should_stop()) in->user_interrupt = 1;
    };
    check(highs.setCallback(heard, nullptr), "take a callback");
    for (const auto type : {kCallbackSimplexInterrupt, kCallbackIpmInterrupt, kCallbackMipInterrupt})
      check(highs.startCallback(type), "start a callback");
  }
  void stop_listening() {
    for (const auto type : {kCallbackSimplexInterrupt, kCallbackIpmInterrupt, kCallbackMipInterrupt})
      highs.stopCallback(type);
    highs.setCallback(HighsCallbackFunctionType{}, nullptr);
  }

  static Status status_of(HighsModelStatus status) {
    switch (status) {
      case HighsModelStatus::kOptimal:
      case HighsModelStatus::kModelEmpty:
        return Status::optimal;
      case HighsModelStatus::kInfeasible:
        return Status::infeasible;
      case HighsModelStatus::kUnbounded:
        return Status::unbounded;
      case HighsModelStatus::kTimeLimit:
      case HighsModelStatus::kIterationLimit:
        return Status::time_limit;
      case HighsModelStatus::kInterrupt:
        return Status::interrupted;
      case HighsModelStatus::kObjectiveBound:
      case HighsModelStatus::kObjectiveTarget:
      case HighsModelStatus::kSolutionLimit:
        return Status::gap_reached;
      default:
        return Status::failed;
    }
  }

  /// "Unbounded or infeasible" is decided by a second solve without presolve.
  HighsModelStatus run() {
    const HighsStatus status = highs.run();
    if (highs.getModelStatus() == HighsModelStatus::kUnboundedOrInfeasible) {
      option("presolve", std::string("off"));
      check(highs.run(), "solve");
    } else if (status == HighsStatus::kError && highs.getModelStatus() == HighsModelStatus::kNotset) {
      check(status, "solve");
    }
    return highs.getModelStatus();
  }
};

Solver::Solver(const Model& model) : inside_(std::make_unique<Inside>()) {
  auto& highs = inside_->highs;
  inside_->option("output_flag", false);
  inside_->integers = model.has_integers();
  inside_->quadratic = !model.quadratic.empty();
  HighsModel whole;
  HighsLp& lp = whole.lp_;
  lp.num_col_ = model.columns();
  lp.num_row_ = model.rows();
  lp.offset_ = model.offset;
  lp.col_cost_ = model.cost;
  lp.col_lower_ = model.lower;
  lp.col_upper_ = model.upper;
  lp.row_lower_ = model.row_lower;
  lp.row_upper_ = model.row_upper;
  lp.a_matrix_.format_ = MatrixFormat::kRowwise;
  lp.a_matrix_.num_col_ = lp.num_col_;
  lp.a_matrix_.num_row_ = lp.num_row_;
  lp.a_matrix_.start_.assign(model.row_start.begin(), model.row_start.end());
  lp.a_matrix_.index_.assign(model.entry_column.begin(), model.entry_column.end());
  lp.a_matrix_.value_ = model.entry_value;
  if (inside_->integers) {
    for (const auto whole_number : model.integer)
      lp.integrality_.push_back(whole_number ? HighsVarType::kInteger : HighsVarType::kContinuous);
  }
  if (inside_->quadratic) {
    auto& hessian = whole.hessian_;
    hessian.dim_ = lp.num_col_;
    hessian.format_ = HessianFormat::kTriangular;
    hessian.start_ = {0};
    for (int j = 0; j < model.columns(); ++j) {
      if (const double q = model.quadratic[static_cast<std::size_t>(j)]; q != 0) {
        hessian.index_.push_back(j);
        hessian.value_.push_back(q);
      }
      hessian.start_.push_back(static_cast<HighsInt>(hessian.index_.size()));
    }
  }
  Inside::check(highs.passModel(std::move(whole)), "take the model");
}

Solver::~Solver() = default;
Solver::Solver(Solver&&) noexcept = default;
Solver& Solver::operator=(Solver&&) noexcept = default;

Solution Solver::solve(const Options& options) {
  auto& highs = inside_->highs;
  inside_->apply(options);
  if (!options.start.empty()) {
    HighsSolution start;
    start.col_value = options.start;
    Inside::check(highs.setSolution(start), "take a starting point");
  }
  const auto began = std::chrono::steady_clock::now();
  inside_->listen(options);
  const HighsModelStatus model_status = inside_->run();
  inside_->stop_listening();

  Solution solution;
  solution.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  solution.status = Inside::status_of(model_status);
  if (solution.status == Status::failed) solution.message = highs.modelStatusToString(model_status);
  const auto& info = highs.getInfo();
  solution.iterations =
      std::max<long long>(info.simplex_iteration_count, 0) + std::max<long long>(info.ipm_iteration_count, 0);
  solution.objective = info.objective_function_value;
  if (inside_->integers)
    solution.bound = info.mip_dual_bound;
  else
    solution.bound = solution.status == Status::optimal ? solution.objective : -infinity;
  if (solution.status == Status::optimal && inside_->integers && solution.gap() > 1e-9)
    solution.status = Status::gap_reached;
  const auto& found = highs.getSolution();
  if (found.value_valid && info.primal_solution_status == kSolutionStatusFeasible) solution.value = found.col_value;
  if (found.dual_valid && !inside_->integers) {
    solution.reduced_cost = found.col_dual;
    solution.row_dual = found.row_dual;
  }
  return solution;
}

void Solver::set_column_bounds(int column, double lowest, double highest) {
  Inside::check(inside_->highs.changeColBounds(column, lowest, highest), "change bounds");
}
void Solver::set_row_bounds(int row, double lowest, double highest) {
  Inside::check(inside_->highs.changeRowBounds(row, lowest, highest), "change bounds");
}
void Solver::set_cost(int column, double unit_cost) {
  Inside::check(inside_->highs.changeColCost(column, unit_cost), "change a cost");
}
void Solver::set_integer(int column, bool whole) {
  Inside::check(inside_->highs.changeColIntegrality(column, whole ? HighsVarType::kInteger : HighsVarType::kContinuous),
                "change integrality");
  inside_->integers = inside_->integers || whole;
}
int Solver::add_column(double lowest, double highest, double unit_cost) {
  Inside::check(inside_->highs.addCol(unit_cost, lowest, highest, 0, nullptr, nullptr), "take a column");
  return inside_->highs.getNumCol() - 1;
}
int Solver::add_row(double lowest, double highest, std::span<const Term> terms) {
  std::vector<HighsInt> index;
  std::vector<double> value;
  for (const auto& t : terms) {
    index.push_back(t.column);
    value.push_back(t.value);
  }
  Inside::check(inside_->highs.addRow(lowest, highest, static_cast<HighsInt>(index.size()), index.data(), value.data()),
                "take a row");
  return inside_->highs.getNumRow() - 1;
}
Basis Solver::basis() const {
  const auto& from = inside_->highs.getBasis();
  const auto standings = [](const std::vector<HighsBasisStatus>& statuses) {
    std::vector<Standing> out;
    out.reserve(statuses.size());
    for (const auto s : statuses)
      out.push_back(s == HighsBasisStatus::kBasic   ? Standing::basic
                    : s == HighsBasisStatus::kUpper ? Standing::upper
                    : s == HighsBasisStatus::kZero  ? Standing::free
                                                    : Standing::lower);
    return out;
  };
  return {standings(from.col_status), standings(from.row_status)};
}
void Solver::start_from(const Basis& basis) {
  const auto statuses = [](const std::vector<Standing>& standings) {
    static constexpr HighsBasisStatus of[] = {HighsBasisStatus::kLower, HighsBasisStatus::kBasic, HighsBasisStatus::kUpper, HighsBasisStatus::kZero};
    std::vector<HighsBasisStatus> out;
    out.reserve(standings.size());
    for (const auto s : standings) out.push_back(of[static_cast<int>(s)]);
    return out;
  };
  HighsBasis to;
  to.valid = true;
  to.col_status = statuses(basis.column);
  to.row_status = statuses(basis.row);
  Inside::check(inside_->highs.setBasis(to), "start from a basis");
}
void Solver::forget() { Inside::check(inside_->highs.clearSolver(), "forget its basis"); }

Solution solve(const Model& model, const Options& options) { return Solver(model).solve(options); }

}  // namespace stargate::lp
