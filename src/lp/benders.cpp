#include "lp/benders.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace stargate::lp {

namespace {

auto index(int i) { return static_cast<std::size_t>(i); }

class MasterSearch {
 public:
  MasterSearch(const Model& master, Recourse& recourse, const BendersOptions& options)
      : master_(master), recourse_(recourse), options_(options), decided_(master.columns()) {
    for (int b = 0; b < recourse.blocks(); ++b) master_.add_column(-infinity, infinity, 1);
    const auto relaxed = [&] {
      Model m = master_;
      std::ranges::fill(m.integer, std::uint8_t{0});
      return m;
    }();
    bounding_.emplace(relaxed);
    if (options.stabilisation == Stabilisation::none) return;
    Model trial = relaxed;
    if (options.stabilisation == Stabilisation::level_set) {  // anywhere inside the level set
      for (int j = 0; j < trial.columns(); ++j) trial.term(j, trial.cost[index(j)]);
      level_row_ = trial.end_row(-infinity, infinity);
      std::ranges::fill(trial.cost, 0.0);
    }
    trial_.emplace(trial);
  }

  MasterResult run() && {
    start();
    Phase phase = Phase::relaxed;
    while (result_.rounds < options_.most_rounds && !stop()) {
      if (!evaluate(point_)) break;
      ++result_.rounds;
      if (!bound(phase)) break;
      if (options_.on_round) options_.on_round(best_, bound_, result_.rounds);
      const double wanted = phase == Phase::relaxed && master_.has_integers() ? options_.relative_gap / 2 : options_.relative_gap;
      if (gap() <= wanted) {
        if (phase == Phase::whole || !master_.has_integers()) break;
        phase = Phase::whole;  // cuts of the relaxation hold; points do not
        for (int j = 0; j < master_.columns(); ++j)
          if (master_.integer[index(j)]) bounding_->set_integer(j, true);
        best_ = infinity;
        best_point_.clear();
        if (!bound(phase)) break;
        point_ = optimum_;
        continue;
      }
      next(phase);
    }
    return finish();
  }

 private:
  enum class Phase { relaxed, whole };

  double gap() const { return std::isfinite(best_) ? (best_ - bound_) / std::max(std::abs(best_), 1e-9) : infinity; }
  bool stop() {
    if (options_.should_stop && options_.should_stop()) result_.status = Status::interrupted;
    else if (std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count() > options_.time_limit_s)
      result_.status = Status::time_limit;
    else return false;
    return true;
  }

  /// Costs of blocks are bounded from below before there are cuts; then the cuts of an earlier solve.
  void start() {
    const auto least = recourse_.least_costs();
    for (std::size_t b = 0; b < least.size(); ++b)
      for (auto* master : {&bounding_, &trial_})
        if (*master) (*master)->set_column_bounds(cost_column(static_cast<int>(b)), least[b], infinity);
    for (const auto& cut : options_.cuts) add(cut);
    for (std::size_t j = 0; j < index(decided_); ++j)
      point_.push_back(std::clamp(options_.start.empty() ? 0.0 : options_.start[j], master_.lower[j], master_.upper[j]));
    point_.resize(index(master_.columns()), 0);
    if (!options_.start.empty()) return;
    const auto status = result_.status;
    if (bound(Phase::relaxed)) point_ = optimum_;
    else result_.status = result_.status == Status::infeasible ? Status::infeasible : status;  // unbounded until there are cuts
  }

  int cost_column(int block) const { return decided_ + block; }

  void add(const BendersCut& cut) {
    std::vector<Term> terms = cut.slopes;
    if (!cut.feasibility) terms.push_back({cost_column(cut.block), -1});
    bounding_->add_row(-infinity, -cut.constant, terms);
    if (trial_) trial_->add_row(-infinity, -cut.constant, terms);
    result_.cuts.push_back(cut);
  }

  /// Asks the blocks at the point; adds cuts; keeps the point if it is the best. False if a block failed.
  bool evaluate(const std::vector<double>& at) {
    auto answer = recourse_.solve(at);
    if (!answer.solved) {
      result_.message = "a block could not be solved";
      return false;
    }
    double cost = master_.offset + answer.cost;
    for (std::size_t j = 0; j < index(decided_); ++j) cost += master_.cost[j] * at[j];
    for (const auto& cut : answer.cuts) add(cut);
    if (!answer.feasible || cost >= best_) return true;
    best_ = cost;
    best_point_ = at;
    recourse_.keep();
    return true;
  }

  /// The master's optimum bounds the cost from below. False if there is none.
  bool bound(Phase phase) {
    Options o;
    o.method = phase == Phase::relaxed ? Method::simplex : Method::choose;
    o.relative_gap = options_.relative_gap / 4;
    o.should_stop = options_.should_stop;
    const auto solution = bounding_->solve(o);
    if (solution.status == Status::infeasible) {
      result_.status = Status::infeasible;
      return false;
    }
    if (!solution.has_values()) {
      result_.status = solution.status == Status::unbounded || solution.status == Status::interrupted ? solution.status : Status::failed;
      result_.message = "the master could not be solved: " + std::string(to_string(solution.status));
      return false;
    }
    bound_ = std::max(bound_, phase == Phase::relaxed ? solution.objective : solution.bound);
    optimum_ = solution.value;
    if (phase == Phase::relaxed) result_.row_dual = solution.row_dual;
    return true;
  }

  void next(Phase phase) {
    point_ = optimum_;
    // Points of the level set come from an interior method; the last digits are the simplex method's.
    constexpr double near = 1e-6;
    if (phase == Phase::whole || !std::isfinite(best_) || options_.stabilisation == Stabilisation::none || gap() < near) return;
    if (options_.stabilisation == Stabilisation::box) {
      radius_ = best_ < last_best_ ? std::min(2 * radius_, 1.0) : std::max(0.5 * radius_, 1e-3);
      last_best_ = best_;
      for (std::size_t j = 0; j < index(decided_); ++j) {
        const double reach = radius_ * (1 + std::abs(best_point_[j]));
        trial_->set_column_bounds(static_cast<int>(j), std::max(master_.lower[j], best_point_[j] - reach),
                                  std::min(master_.upper[j], best_point_[j] + reach));
      }
    } else {
      trial_->set_row_bounds(level_row_, -infinity, bound_ + options_.level * (best_ - bound_) - master_.offset);
      trial_->forget();
    }
    Options o;
    o.method = options_.stabilisation == Stabilisation::box ? Method::simplex : Method::interior_point_only;
    const auto solution = trial_->solve(o);
    if (!solution.has_values()) return;
    for (std::size_t j = 0; j < point_.size(); ++j) point_[j] = std::clamp(solution.value[j], master_.lower[j], master_.upper[j]);
  }

  MasterResult finish() {
    result_.bound = bound_;
    if (best_point_.empty()) return std::move(result_);
    if (gap() <= options_.relative_gap) result_.status = Status::gap_reached;
    result_.objective = best_;
    result_.point.assign(best_point_.begin(), best_point_.begin() + decided_);
    return std::move(result_);
  }

  Model master_;  ///< with a column for each block's cost behind its own
  Recourse& recourse_;
  const BendersOptions& options_;
  int decided_;  ///< columns before the blocks' costs
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::optional<Solver> bounding_, trial_;
  int level_row_ = -1;
  MasterResult result_;
  double best_ = infinity, bound_ = -infinity, last_best_ = infinity, radius_ = 0.25;
  std::vector<double> point_, best_point_, optimum_;
};

}  // namespace

MasterResult solve_master(const Model& master, Recourse& recourse, const BendersOptions& options) {
  return MasterSearch(master, recourse, options).run();
}

}  // namespace stargate::lp
