#include "lp/benders.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

#include "base/workers.h"
#include "lp/blocks.h"
#include "lp/certificate.h"

namespace stargate::lp {

namespace {

auto index(int i) { return static_cast<std::size_t>(i); }

/// One block of the programme with the master's columns as columns that are held.
class BlockProgramme {
 public:
  std::vector<int> columns, rows;  ///< of the whole: what its own first columns, and its rows, are
  Model model;

  int own_column(const Model& whole, int j) {
    columns.push_back(j);
    return model.add_column(whole.lower[index(j)], whole.upper[index(j)], whole.cost[index(j)]);
  }
  /// The own column that stands for the master's column.
  int held(int master_column, double lowest, double highest) {
    const auto [at, added] = place_.try_emplace(master_column, model.columns());
    if (!added) return at->second;
    held_.push_back({model.add_column(lowest, highest), master_column});
    return at->second;
  }

  struct Answer {
    Status status = Status::failed;
    double cost = 0;  ///< or the least violation, if infeasible
    BendersCut cut;
    std::vector<double> value, row_dual;
  };

  /// With the held columns anywhere within their bounds: no point of the master makes this block cheaper.
  double least_cost() {
    if (!solver_) solver_.emplace(model);
    const auto solution = solver_->solve({.method = Method::simplex});
    return solution.status == Status::optimal ? solution.objective : -infinity;
  }

  Answer solve(const std::vector<double>& at) {
    if (!solver_) solver_.emplace(model);
    Answer answer = solve(*solver_, at);
    if (answer.status == Status::failed) {  // a hot start that went astray
      solver_->forget();
      answer = solve(*solver_, at);
    }
    if (answer.status != Status::infeasible) return answer;
    if (!elastic_) elastic_.emplace(violation());
    answer = solve(*elastic_, at);
    answer.status = answer.status == Status::optimal ? Status::infeasible : Status::failed;
    answer.cut.feasibility = true;
    return answer;
  }

 private:
  struct Held {
    int own, master;
  };

  Answer solve(Solver& solver, const std::vector<double>& at) {
    for (const auto& h : held_) solver.set_column_bounds(h.own, at[index(h.master)], at[index(h.master)]);
    auto solution = solver.solve({.method = Method::simplex});
    Answer answer;
    answer.status = solution.status;
    if (solution.status != Status::optimal) return answer;
    answer.cost = answer.cut.constant = solution.objective;
    for (const auto& h : held_) {
      const double slope = solution.reduced_cost[index(h.own)];
      if (std::abs(slope) < 1e-11) continue;
      answer.cut.slopes.push_back({h.master, slope});
      answer.cut.constant -= slope * at[index(h.master)];
    }
    answer.value = std::move(solution.value);
    answer.row_dual = std::move(solution.row_dual);
    return answer;
  }

  /// The least sum by which rows have to be missed.
  Model violation() const {
    Model m;
    for (int j = 0; j < model.columns(); ++j) m.add_column(model.lower[index(j)], model.upper[index(j)]);
    for (int r = 0; r < model.rows(); ++r) {
      const auto own = model.row_columns(r);
      const auto value = model.row_values(r);
      const double low = model.row_lower[index(r)], high = model.row_upper[index(r)];
      const int short_by = std::isfinite(low) ? m.add_column(0, infinity, 1) : -1, over_by = std::isfinite(high) ? m.add_column(0, infinity, 1) : -1;
      for (std::size_t k = 0; k < own.size(); ++k) m.term(own[k], value[k]);
      if (short_by >= 0) m.term(short_by, 1);
      if (over_by >= 0) m.term(over_by, -1);
      m.end_row(low, high);
    }
    return m;
  }

  std::map<int, int> place_;
  std::vector<Held> held_;
  std::optional<Solver> solver_, elastic_;
};

/// The master's model and the blocks, made from the whole.
struct Parts {
  Model master;
  std::vector<int> master_of;    ///< column of the master of each column of the whole; -1: in a block
  std::vector<int> master_rows;  ///< of the whole
  int decided = 0;               ///< columns before the blocks' costs, one a block
  std::vector<BlockProgramme> blocks;
  std::vector<double> start;     ///< by master column

  Parts(const Model& whole, const std::vector<int>& block_of, int count, const std::vector<double>& point) : blocks(index(count)) {
    std::vector<int> own(block_of.size(), -1);
    master_of.assign(block_of.size(), -1);
    for (std::size_t j = 0; j < block_of.size(); ++j) {
      if (block_of[j] != fixed_column) {
        own[j] = blocks[index(block_of[j])].own_column(whole, static_cast<int>(j));
        continue;
      }
      master_of[j] = master.add_column(whole.lower[j], whole.upper[j], whole.cost[j], whole.integer[j] != 0);
      start.push_back(std::clamp(point.empty() ? 0.0 : point[j], whole.lower[j], whole.upper[j]));
    }
    decided = master.columns();
    for (int b = 0; b < count; ++b) master.add_column(-infinity, infinity, 1);
    start.resize(index(master.columns()), 0);
    master.offset = whole.offset;
    for (int r = 0; r < whole.rows(); ++r) {
      const auto columns = whole.row_columns(r);
      const auto values = whole.row_values(r);
      const auto in_block = std::ranges::find_if(columns, [&](int j) { return own[index(j)] >= 0; });
      auto* block = in_block == columns.end() ? nullptr : &blocks[index(block_of[index(*in_block)])];
      Model& to = block ? block->model : master;
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const auto j = index(columns[k]);
        to.term(own[j] >= 0 ? own[j] : block ? block->held(master_of[j], whole.lower[j], whole.upper[j]) : master_of[j], values[k]);
      }
      to.end_row(whole.row_lower[index(r)], whole.row_upper[index(r)]);
      (block ? block->rows : master_rows).push_back(r);
    }
  }
  int cost_column(int block) const { return decided + block; }
};

class Benders {
 public:
  Benders(const Model& whole, const std::vector<int>& block_of, int blocks, const BendersOptions& options)
      : whole_(whole), options_(options), parts_(whole, block_of, blocks, options.start), values_(index(blocks)), duals_(index(blocks)) {
    const auto relaxed = [&] {
      Model m = parts_.master;
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

  BendersResult run() && {
    start();
    Phase phase = Phase::relaxed;
    while (result_.rounds < options_.most_rounds && !stop()) {
      if (!evaluate(point_)) break;
      ++result_.rounds;
      if (!bound(phase)) break;
      if (options_.on_round) options_.on_round(best_, bound_, result_.rounds);
      const double wanted = phase == Phase::relaxed && parts_.master.has_integers() ? options_.relative_gap / 2 : options_.relative_gap;
      if (gap() <= wanted) {
        if (phase == Phase::whole || !parts_.master.has_integers()) break;
        phase = Phase::whole;  // cuts of the relaxation hold; points do not
        for (int j = 0; j < parts_.master.columns(); ++j)
          if (parts_.master.integer[index(j)]) bounding_->set_integer(j, true);
        best_ = infinity;
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
    if (options_.should_stop && options_.should_stop()) status_ = Status::interrupted;
    else if (std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count() > options_.time_limit_s) status_ = Status::time_limit;
    else return false;
    return true;
  }

  /// Costs of blocks are bounded from below before there are cuts; then the cuts of an earlier solve.
  void start() {
    std::vector<double> least(parts_.blocks.size());
    parallel_for(least.size(), options_.threads, [&](std::size_t b) { least[b] = parts_.blocks[b].least_cost(); });
    for (std::size_t b = 0; b < least.size(); ++b)
      for (auto* master : {&bounding_, &trial_})
        if (*master) (*master)->set_column_bounds(parts_.cost_column(static_cast<int>(b)), least[b], infinity);
    for (const auto& cut : options_.cuts) add(cut);
    point_ = parts_.start;
    if (options_.start.empty() && bound(Phase::relaxed)) point_ = optimum_;
  }

  void add(const BendersCut& cut) {
    std::vector<Term> terms = cut.slopes;
    if (!cut.feasibility) terms.push_back({parts_.cost_column(cut.block), -1});
    bounding_->add_row(-infinity, -cut.constant, terms);
    if (trial_) trial_->add_row(-infinity, -cut.constant, terms);
    result_.cuts.push_back(cut);
  }

  /// Operates every block at the point; adds cuts; keeps the point if it is the best. False if a block failed.
  bool evaluate(const std::vector<double>& at) {
    std::vector<BlockProgramme::Answer> answers(parts_.blocks.size());
    parallel_for(answers.size(), options_.threads, [&](std::size_t b) { answers[b] = parts_.blocks[b].solve(at); });
    double cost = parts_.master.offset;
    for (std::size_t j = 0; j < index(parts_.decided); ++j) cost += parts_.master.cost[j] * at[j];
    bool feasible = true;
    for (std::size_t b = 0; b < answers.size(); ++b) {
      if (answers[b].status != Status::optimal && answers[b].status != Status::infeasible) {
        result_.solution.message = "a block could not be solved";
        return false;
      }
      feasible = feasible && answers[b].status == Status::optimal;
      cost += answers[b].cost;
      answers[b].cut.block = static_cast<int>(b);
      add(answers[b].cut);
    }
    if (!feasible || cost >= best_) return true;
    best_ = cost;
    best_point_ = at;
    for (std::size_t b = 0; b < answers.size(); ++b) {
      values_[b] = std::move(answers[b].value);
      duals_[b] = std::move(answers[b].row_dual);
    }
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
      status_ = Status::infeasible;
      return false;
    }
    if (!solution.has_values()) {
      result_.solution.message = "the master could not be solved: " + std::string(to_string(solution.status));
      return false;
    }
    bound_ = std::max(bound_, phase == Phase::relaxed ? solution.objective : solution.bound);
    optimum_ = solution.value;
    if (phase == Phase::relaxed) master_dual_ = solution.row_dual;
    return true;
  }

  void next(Phase phase) {
    point_ = optimum_;
    if (phase == Phase::whole || !std::isfinite(best_) || options_.stabilisation == Stabilisation::none) return;
    if (options_.stabilisation == Stabilisation::box) {
      radius_ = best_ < last_best_ ? std::min(2 * radius_, 1.0) : std::max(0.5 * radius_, 1e-3);
      last_best_ = best_;
      for (std::size_t j = 0; j < index(parts_.decided); ++j) {
        const double reach = radius_ * (1 + std::abs(best_point_[j]));
        trial_->set_column_bounds(static_cast<int>(j), std::max(parts_.master.lower[j], best_point_[j] - reach),
                                  std::min(parts_.master.upper[j], best_point_[j] + reach));
      }
    } else {
      trial_->set_row_bounds(level_row_, -infinity, bound_ + options_.level * (best_ - bound_) - parts_.master.offset);
      trial_->forget();
    }
    Options o;
    o.method = options_.stabilisation == Stabilisation::box ? Method::simplex : Method::interior_point_only;
    const auto solution = trial_->solve(o);
    if (!solution.has_values()) return;
    for (std::size_t j = 0; j < point_.size(); ++j) point_[j] = std::clamp(solution.value[j], parts_.master.lower[j], parts_.master.upper[j]);
  }

  BendersResult finish() {
    auto& s = result_.solution;
    s.bound = bound_;
    s.iterations = result_.rounds;
    s.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    if (!std::isfinite(best_)) {
      s.status = status_;
      return std::move(result_);
    }
    s.status = gap() <= options_.relative_gap ? Status::gap_reached : status_;
    s.objective = best_;
    s.value.resize(whole_.cost.size());
    s.row_dual.assign(index(whole_.rows()), 0);
    for (std::size_t j = 0; j < parts_.master_of.size(); ++j)
      if (parts_.master_of[j] >= 0) s.value[j] = best_point_[index(parts_.master_of[j])];
    for (std::size_t b = 0; b < parts_.blocks.size(); ++b) {
      const auto& block = parts_.blocks[b];
      for (std::size_t k = 0; k < block.columns.size(); ++k) s.value[index(block.columns[k])] = values_[b][k];
      for (std::size_t k = 0; k < block.rows.size(); ++k) s.row_dual[index(block.rows[k])] = duals_[b][k];
    }
    for (std::size_t k = 0; k < parts_.master_rows.size() && k < master_dual_.size(); ++k) s.row_dual[index(parts_.master_rows[k])] = master_dual_[k];
    s.reduced_cost = reduced_costs(whole_, s.row_dual);
    return std::move(result_);
  }

  const Model& whole_;
  const BendersOptions& options_;
  Parts parts_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::optional<Solver> bounding_, trial_;
  int level_row_ = -1;
  BendersResult result_;
  Status status_ = Status::failed;
  double best_ = infinity, bound_ = -infinity, last_best_ = infinity, radius_ = 0.25;
  std::vector<double> point_, best_point_, optimum_, master_dual_;
  std::vector<std::vector<double>> values_, duals_;  ///< of the blocks at the best point
};

}  // namespace

BendersResult solve_benders(const Model& model, const std::vector<int>& block_of, int blocks, const BendersOptions& options) {
  return Benders(model, block_of, blocks, options).run();
}

}  // namespace stargate::lp
