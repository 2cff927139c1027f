#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

#include "base/workers.h"
#include "lp/benders.h"
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
    if (!elastic_) elastic_.emplace(least_violation(model));
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

  std::map<int, int> place_;
  std::vector<Held> held_;
  std::optional<Solver> solver_, elastic_;
};

/// The master's model and the blocks, made from the whole.
struct Parts {
  Model master;
  std::vector<int> master_of;    ///< column of the master of each column of the whole; -1: in a block
  std::vector<int> master_rows;  ///< of the whole
  std::vector<BlockProgramme> blocks;

  Parts(const Model& whole, const std::vector<int>& block_of, int count) : blocks(index(count)) {
    std::vector<int> own(block_of.size(), -1);
    master_of.assign(block_of.size(), -1);
    for (std::size_t j = 0; j < block_of.size(); ++j)
      if (block_of[j] != fixed_column)
        own[j] = blocks[index(block_of[j])].own_column(whole, static_cast<int>(j));
      else
        master_of[j] = master.add_column(whole.lower[j], whole.upper[j], whole.cost[j], whole.integer[j] != 0);
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
};

/// The blocks of a programme, each with a programme of its own; the best point's values and prices are kept.
class BlockRecourse : public Recourse {
 public:
  BlockRecourse(std::vector<BlockProgramme>& programmes, unsigned threads)
      : programmes_(programmes), threads_(threads), answers_(programmes.size()), values(programmes.size()), duals(programmes.size()) {}

  int blocks() const override { return static_cast<int>(programmes_.size()); }
  std::vector<double> least_costs() override {
    std::vector<double> least(programmes_.size());
    parallel_for(least.size(), threads_, [&](std::size_t b) { least[b] = programmes_[b].least_cost(); });
    return least;
  }
  Answer solve(const std::vector<double>& at) override {
    parallel_for(answers_.size(), threads_, [&](std::size_t b) { answers_[b] = programmes_[b].solve(at); });
    Answer all;
    for (std::size_t b = 0; b < answers_.size(); ++b) {
      auto& one = answers_[b];
      if (one.status != Status::optimal && one.status != Status::infeasible) all.solved = false;
      all.feasible = all.feasible && one.status == Status::optimal;
      all.cost += one.cost;
      one.cut.block = static_cast<int>(b);
      all.cuts.push_back(one.cut);
    }
    return all;
  }
  void keep() override {
    for (std::size_t b = 0; b < answers_.size(); ++b) {
      values[b] = std::move(answers_[b].value);
      duals[b] = std::move(answers_[b].row_dual);
    }
  }

 private:
  std::vector<BlockProgramme>& programmes_;
  unsigned threads_;
  std::vector<BlockProgramme::Answer> answers_;

 public:
  std::vector<std::vector<double>> values, duals;  ///< at the best point
};

}  // namespace

BendersResult solve_benders(const Model& whole, const std::vector<int>& block_of, int blocks, const BendersOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  Parts parts(whole, block_of, blocks);
  BlockRecourse recourse(parts.blocks, options.threads);
  BendersOptions of_master = options;
  of_master.start.clear();
  for (std::size_t j = 0; j < block_of.size() && !options.start.empty(); ++j)
    if (parts.master_of[j] >= 0) of_master.start.push_back(options.start[j]);
  auto found = solve_master(parts.master, recourse, of_master);

  BendersResult result{{}, std::move(found.cuts), found.rounds};
  auto& s = result.solution;
  s.status = found.status;
  s.message = std::move(found.message);
  s.bound = found.bound;
  s.iterations = found.rounds;
  s.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (found.point.empty()) return result;
  s.objective = found.objective;
  s.value.resize(whole.cost.size());
  s.row_dual.assign(index(whole.rows()), 0);
  for (std::size_t j = 0; j < parts.master_of.size(); ++j)
    if (parts.master_of[j] >= 0) s.value[j] = found.point[index(parts.master_of[j])];
  for (std::size_t b = 0; b < parts.blocks.size(); ++b) {
    const auto& block = parts.blocks[b];
    for (std::size_t k = 0; k < block.columns.size(); ++k) s.value[index(block.columns[k])] = recourse.values[b][k];
    for (std::size_t k = 0; k < block.rows.size(); ++k) s.row_dual[index(block.rows[k])] = recourse.duals[b][k];
  }
  for (std::size_t k = 0; k < parts.master_rows.size() && k < found.row_dual.size(); ++k)
    s.row_dual[index(parts.master_rows[k])] = found.row_dual[k];
  s.reduced_cost = reduced_costs(whole, s.row_dual);
  return result;
}

Model least_violation(const Model& model) {
  Model m;
  for (int j = 0; j < model.columns(); ++j) m.add_column(model.lower[index(j)], model.upper[index(j)]);
  for (int r = 0; r < model.rows(); ++r) {
    const auto own = model.row_columns(r);
    const auto value = model.row_values(r);
    const double low = model.row_lower[index(r)], high = model.row_upper[index(r)];
    const int short_by = m.add_column(0, infinity, 1), over_by = m.add_column(0, infinity, 1);
    for (std::size_t k = 0; k < own.size(); ++k) m.term(own[k], value[k]);
    m.term(short_by, 1);
    m.term(over_by, -1);
    m.end_row(low, high);
  }
  return m;
}

}  // namespace stargate::lp
