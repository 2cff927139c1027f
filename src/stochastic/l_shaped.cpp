#include "stochastic/l_shaped.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "base/workers.h"

namespace stargate::stochastic {

namespace {

using lp::infinity;
auto index(int i) { return static_cast<std::size_t>(i); }

/// min q'y, low - T x <= W y <= high - T x: the second stage with the core's data.
struct SecondStage {
  lp::Model model;
  std::vector<std::vector<lp::Term>> technology;  ///< T by row; columns of the core
  std::vector<int> column_of, row_of;             ///< of the core -> of the second stage; -1: first stage

  explicit SecondStage(const StochasticProgramme& p) {
    const double sign = p.maximise ? -1 : 1;
    column_of.assign(p.columns.size(), -1);
    row_of.assign(p.rows.size(), -1);
    for (std::size_t j = 0; j < p.columns.size(); ++j)
      if (p.column_stage[j] == 1)
        column_of[j] = model.add_column(p.core.lower[j], p.core.upper[j], sign * p.core.cost[j], p.core.integer[j] != 0);
    for (int r = 0; r < p.core.rows(); ++r) {
      if (p.row_stage[index(r)] != 1) continue;
      const auto columns = p.core.row_columns(r);
      const auto values = p.core.row_values(r);
      technology.emplace_back();
      for (std::size_t k = 0; k < columns.size(); ++k) {
        if (const int own = column_of[index(columns[k])]; own >= 0) model.term(own, values[k]);
        else technology.back().push_back({columns[k], values[k]});
      }
      row_of[index(r)] = model.end_row(p.core.row_lower[index(r)], p.core.row_upper[index(r)]);
    }
  }
};

/// A second stage inside a solver, moved from scenario to scenario; what a scenario changed is put back behind it.
class Mover {
 public:
  Mover(const StochasticProgramme& p, const SecondStage& stage, const lp::Model& model)
      : p_(p), stage_(stage), model_(model), solver_(model), low_(stage.model.row_lower), high_(stage.model.row_upper),
        technology_(stage.technology) {}

  lp::Solution solve(const std::vector<Change>& changes, const std::vector<double>& first, const lp::Options& options) {
    // A scenario with a recourse matrix of its own has a solver of its own, for it alone.
    const bool own_matrix = std::ranges::any_of(changes, [&](const Change& c) { return c.part == Change::Part::coefficient && stage_.column_of[index(c.column)] >= 0; });
    std::optional<lp::Model> model;
    std::optional<lp::Solver> alone;
    if (own_matrix) {
      model = with_matrix(changes);
      alone.emplace(*model);
      std::swap(solver_, *alone);
    }
    apply(changes);
    for (std::size_t r = 0; r < low_.size(); ++r) {
      double used = 0;
      for (const auto& t : technology_[r]) used += t.value * first[index(t.column)];
      solver_.set_row_bounds(static_cast<int>(r), low_[r] - used, high_[r] - used);
    }
    auto solution = solver_.solve(options);
    if (solution.status == lp::Status::failed) {  // a hot start that went astray
      solver_.forget();
      solution = solver_.solve(options);
    }
    if (own_matrix) {
      std::swap(solver_, *alone);
      moved_costs_.clear();
      moved_bounds_.clear();
    }
    return solution;
  }
  const std::vector<std::vector<lp::Term>>& technology() const { return technology_; }

  /// Puts the core's data back.
  void restore() {
    for (const auto& [r, at] : moved_rows_) {
      low_[index(r)] = stage_.model.row_lower[index(r)];
      high_[index(r)] = stage_.model.row_upper[index(r)];
    }
    for (const int r : moved_technology_) technology_[index(r)] = stage_.technology[index(r)];
    for (const auto& [j, cost] : moved_costs_) solver_.set_cost(j, cost);
    for (const int j : moved_bounds_) solver_.set_column_bounds(j, model_.lower[index(j)], model_.upper[index(j)]);
    moved_rows_.clear();
    moved_technology_.clear();
    moved_costs_.clear();
    moved_bounds_.clear();
  }

 private:
  void apply(const std::vector<Change>& changes) {
    const double sign = p_.maximise ? -1 : 1;
    std::vector<std::pair<int, std::pair<double, double>>> bounds;
    for (const auto& c : changes) {
      const int row = c.row >= 0 ? stage_.row_of[index(c.row)] : -1, column = c.column >= 0 ? stage_.column_of[index(c.column)] : -1;
      if (c.part == Change::Part::right_hand_side) {
        const double shift = c.value - p_.right_hand_side[index(c.row)];
        low_[index(row)] += shift;
        high_[index(row)] += shift;
        moved_rows_.emplace_back(row, shift);
      } else if (c.part == Change::Part::cost) {
        moved_costs_.emplace_back(column, model_.cost[index(column)]);
        solver_.set_cost(column, model_.cost[index(column)] == 0 && elastic() ? 0 : sign * c.value);
      } else if (c.part == Change::Part::coefficient && column < 0) {
        moved_technology_.push_back(row);
        auto& terms = technology_[index(row)];
        const auto at = std::ranges::find(terms, c.column, &lp::Term::column);
        if (at == terms.end()) terms.push_back({c.column, c.value});
        else at->value = c.value;
      } else if (c.part != Change::Part::coefficient) {
        const auto at = std::ranges::find(bounds, column, [](const auto& b) { return b.first; });
        auto& b = at == bounds.end() ? bounds.emplace_back(column, std::pair{model_.lower[index(column)], model_.upper[index(column)]}) : *at;
        (c.part == Change::Part::lower ? b.second.first : b.second.second) = c.value;
      }
    }
    for (const auto& [column, b] : bounds) {
      moved_bounds_.push_back(column);
      solver_.set_column_bounds(column, b.first, b.second);
    }
  }
  /// The model with the coefficients of a scenario.
  lp::Model with_matrix(const std::vector<Change>& changes) const {
    lp::Model m = model_;
    m.row_start = {0}, m.row_lower.clear(), m.row_upper.clear(), m.entry_column.clear(), m.entry_value.clear();
    for (int r = 0; r < model_.rows(); ++r) {
      std::vector<lp::Term> terms;
      const auto columns = model_.row_columns(r);
      for (std::size_t k = 0; k < columns.size(); ++k) terms.push_back({columns[k], model_.row_values(r)[k]});
      for (const auto& c : changes) {
        if (c.part != Change::Part::coefficient || stage_.row_of[index(c.row)] != r || stage_.column_of[index(c.column)] < 0) continue;
        const auto at = std::ranges::find(terms, stage_.column_of[index(c.column)], &lp::Term::column);
        if (at == terms.end()) terms.push_back({stage_.column_of[index(c.column)], c.value});
        else at->value = c.value;
      }
      m.add_row(model_.row_lower[index(r)], model_.row_upper[index(r)], terms);
    }
    return m;
  }
  bool elastic() const { return model_.columns() > stage_.model.columns(); }

  const StochasticProgramme& p_;
  const SecondStage& stage_;
  const lp::Model& model_;
  lp::Solver solver_;
  std::vector<double> low_, high_;
  std::vector<std::vector<lp::Term>> technology_;
  std::vector<std::pair<int, double>> moved_rows_, moved_costs_;
  std::vector<int> moved_technology_, moved_bounds_;
};

/// Scenarios in chains of fixed length, whatever the threads.
constexpr std::size_t chains = 32;

struct Piece {
  bool solved = true, feasible = true;
  double cost = 0;  ///< or the least violation
  double constant = 0;
  std::vector<double> slope;  ///< by column of the core
};

class Scenarios {
 public:
  Scenarios(const StochasticProgramme& p, const Tree& tree, unsigned threads)
      : p_(p), tree_(tree), threads_(threads), stage_(p), elastic_(lp::least_violation(stage_.model)), movers_(std::min(chains, tree.scenarios)),
        elastics_(movers_.size()) {
    for (const auto& node : tree.nodes)
      if (node.stage == 1) leaves_.push_back(&node);
  }
  std::size_t size() const { return leaves_.size(); }
  double probability(std::size_t s) const { return leaves_[s]->probability; }

  std::vector<Piece> solve(const std::vector<double>& first) {
    std::vector<Piece> pieces(size());
    parallel_for(movers_.size(), threads_, [&](std::size_t chain) {
      for (std::size_t s = chain * size() / movers_.size(); s < (chain + 1) * size() / movers_.size(); ++s) pieces[s] = solve_one(chain, s, first);
    });
    count += static_cast<long long>(size());
    return pieces;
  }

  /// With the first stage anywhere within its bounds: nothing makes the second stage cheaper.
  std::vector<double> least_costs() {
    std::vector<double> least(size());
    parallel_for(size(), threads_, [&](std::size_t s) {
      Tree one{{tree_.nodes[0], *leaves_[s]}, 1};
      one.nodes[0].probability = one.nodes[1].probability = 1;
      auto form = extensive_form(p_, one);
      for (std::size_t j = 0; j < p_.columns.size(); ++j)
        if (p_.column_stage[j] == 0) form.model.cost[index(form.column[0][j])] = 0;
      form.model.offset = 0;
      std::ranges::fill(form.model.integer, std::uint8_t{0});
      const auto solution = lp::solve(form.model, {.method = lp::Method::simplex});
      least[s] = solution.status == lp::Status::optimal ? solution.objective : -infinity;
    });
    return least;
  }

  long long count = 0;

 private:
  Piece solve_one(std::size_t chain, std::size_t s, const std::vector<double>& first) {
    auto& mover = movers_[chain];
    if (!mover) mover = std::make_unique<Mover>(p_, stage_, stage_.model);
    Piece piece = solve_in(*mover, s, first);
    if (piece.solved || piece.feasible) return piece;
    auto& elastic = elastics_[chain];
    if (!elastic) elastic = std::make_unique<Mover>(p_, stage_, elastic_);
    piece = solve_in(*elastic, s, first);
    piece.feasible = false;
    return piece;
  }
  Piece solve_in(Mover& mover, std::size_t s, const std::vector<double>& first) {
    const auto solution = mover.solve(leaves_[s]->changes, first, {.method = lp::Method::simplex});
    Piece piece;
    piece.solved = solution.status == lp::Status::optimal;
    piece.feasible = solution.status != lp::Status::infeasible;
    if (piece.solved) {
      piece.cost = piece.constant = solution.objective;
      piece.slope.assign(p_.columns.size(), 0);
      for (std::size_t r = 0; r < mover.technology().size(); ++r)
        if (const double price = solution.row_dual[r]; price != 0)
          for (const auto& t : mover.technology()[r]) piece.slope[index(t.column)] -= price * t.value;
      for (std::size_t j = 0; j < piece.slope.size(); ++j) piece.constant -= piece.slope[j] * first[j];
    }
    mover.restore();
    return piece;
  }

  const StochasticProgramme& p_;
  const Tree& tree_;
  unsigned threads_;
  SecondStage stage_;
  lp::Model elastic_;
  std::vector<const Node*> leaves_;
  std::vector<std::unique_ptr<Mover>> movers_, elastics_;
};

/// Farthest points first, then each scenario to the nearest of them: k centres of the slopes. O(scenarios * k * columns).
std::vector<int> groups_of(const std::vector<Piece>& pieces, std::size_t k) {
  std::vector<int> group(pieces.size(), 0);
  std::vector<double> nearest(pieces.size(), infinity);
  const auto distance = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t j = 0; j < pieces[a].slope.size(); ++j) sum += std::pow(pieces[a].slope[j] - pieces[b].slope[j], 2);
    return sum;
  };
  std::size_t centre = 0;
  for (std::size_t g = 0; g < k; ++g) {
    for (std::size_t s = 0; s < pieces.size(); ++s)
      if (const double d = distance(s, centre); d < nearest[s]) nearest[s] = d, group[s] = static_cast<int>(g);
    centre = static_cast<std::size_t>(std::ranges::max_element(nearest) - nearest.begin());
    if (!(nearest[centre] > 0)) break;
  }
  return group;
}

class ScenarioRecourse : public lp::Recourse {
 public:
  ScenarioRecourse(const StochasticProgramme& p, Scenarios& scenarios, const std::vector<int>& core_column, const LShapedOptions& options,
                   const std::vector<double>& start)
      : p_(p), scenarios_(scenarios), core_column_(core_column), options_(options) {
    start_ = start;
    at_start_ = scenarios_.solve(start);
    feasible_at_start_ = std::ranges::all_of(at_start_, [](const Piece& x) { return x.solved && x.feasible; });
    const std::size_t wanted = options.groups > 0 ? static_cast<std::size_t>(options.groups) : scenarios.size() <= 64 ? scenarios.size() : 64;
    if (!feasible_at_start_ || wanted >= scenarios.size()) {
      for (std::size_t s = 0; s < scenarios.size(); ++s) group_.push_back(static_cast<int>(s * std::min(wanted, scenarios.size()) / scenarios.size()));
    } else {
      group_ = groups_of(at_start_, wanted);
    }
    groups_ = 1 + *std::ranges::max_element(group_);
  }

  int blocks() const override { return groups_ + (options_.cvar_weight > 0 ? 1 : 0); }

  std::vector<double> least_costs() override {
    std::vector<double> least(index(blocks()), -infinity);
    if (feasible_at_start_) return least;  // the first cuts bound them
    const auto each = scenarios_.least_costs();
    std::fill_n(least.begin(), groups_, 0.0);
    for (std::size_t s = 0; s < each.size(); ++s) least[index(group_[s])] += scenarios_.probability(s) * each[s];
    if (options_.cvar_weight > 0) least.back() = options_.cvar_weight * *std::ranges::min_element(each);
    return least;
  }

  Answer solve(const std::vector<double>& at) override {
    std::vector<double> first(p_.columns.size());
    for (std::size_t j = 0; j < core_column_.size(); ++j) first[index(core_column_[j])] = at[j];
    const auto pieces = at_start_.empty() || first != start_ ? scenarios_.solve(first) : at_start_;
    Answer answer;
    std::vector<double> cost(pieces.size()), probability(pieces.size());
    for (std::size_t s = 0; s < pieces.size(); ++s) {
      answer.solved = answer.solved && pieces[s].solved;
      answer.feasible = answer.feasible && pieces[s].feasible;
      cost[s] = pieces[s].cost;
      probability[s] = scenarios_.probability(s);
    }
    if (!answer.solved) return answer;
    if (!answer.feasible) {
      for (std::size_t s = 0; s < pieces.size(); ++s)
        if (!pieces[s].feasible) {
          std::vector<double> weight(pieces.size());
          weight[s] = 1;
          answer.cuts.push_back(cut(pieces, weight, 0, 1));
          answer.cuts.back().feasibility = true;
        }
      return answer;
    }
    for (int g = 0; g < groups_; ++g) {
      std::vector<double> weight(pieces.size());
      for (std::size_t s = 0; s < pieces.size(); ++s)
        if (group_[s] == g) weight[s] = probability[s];
      answer.cuts.push_back(cut(pieces, weight, g, 1));
    }
    answer.cost = std::inner_product(cost.begin(), cost.end(), probability.begin(), 0.0);
    if (options_.cvar_weight > 0) {
      std::vector<double> weight;
      answer.cost += options_.cvar_weight * conditional_value_at_risk(cost, probability, options_.cvar_alpha, &weight);
      answer.cuts.push_back(cut(pieces, weight, groups_, options_.cvar_weight));
    }
    return answer;
  }

 private:
  lp::BendersCut cut(const std::vector<Piece>& pieces, const std::vector<double>& weight, int block, double times) const {
    lp::BendersCut c{block, false, 0, {}};
    std::vector<double> slope(core_column_.size());
    for (std::size_t s = 0; s < pieces.size(); ++s) {
      if (weight[s] == 0) continue;
      c.constant += times * weight[s] * pieces[s].constant;
      for (std::size_t j = 0; j < slope.size(); ++j) slope[j] += times * weight[s] * pieces[s].slope[index(core_column_[j])];
    }
    for (std::size_t j = 0; j < slope.size(); ++j)
      if (std::abs(slope[j]) > 1e-11) c.slopes.push_back({static_cast<int>(j), slope[j]});
    return c;
  }

  const StochasticProgramme& p_;
  Scenarios& scenarios_;
  const std::vector<int>& core_column_;  ///< of each column of the master
  const LShapedOptions& options_;
  std::vector<Piece> at_start_;
  std::vector<double> start_;
  bool feasible_at_start_ = false;
  std::vector<int> group_;
  int groups_ = 0;
};

}  // namespace

double conditional_value_at_risk(const std::vector<double>& cost, const std::vector<double>& probability, double alpha, std::vector<double>* weight) {
  std::vector<std::size_t> order(cost.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return cost[a] > cost[b]; });
  if (weight) weight->assign(cost.size(), 0);
  double left = 1 - alpha, sum = 0;
  for (const std::size_t s : order) {
    const double part = std::min(left, probability[s]);
    if (!(part > 0)) continue;
    sum += part * cost[s];
    left -= part;
    if (weight) (*weight)[s] = part / (1 - alpha);
  }
  // Probabilities that fall short of 1 by rounding: the rest counts as the best case.
  if (left > 0 && !order.empty()) {
    sum += left * cost[order.back()];
    if (weight) (*weight)[order.back()] += left / (1 - alpha);
  }
  return sum / (1 - alpha);
}

ScenarioCosts scenario_costs(const StochasticProgramme& p, const Tree& tree, const std::vector<double>& first, unsigned threads, double relative_gap,
                             const std::function<bool()>& should_stop) {
  const SecondStage stage(p);
  std::vector<const Node*> leaves;
  for (const auto& node : tree.nodes)
    if (node.stage == 1) leaves.push_back(&node);
  ScenarioCosts out{std::vector<double>(leaves.size(), infinity), std::vector<double>(leaves.size(), infinity), true};
  std::vector<std::uint8_t> failed(leaves.size());
  const std::size_t parts = std::min(chains, leaves.size());
  parallel_for(parts, threads, [&](std::size_t chain) {
    Mover mover(p, stage, stage.model);
    for (std::size_t s = chain * leaves.size() / parts; s < (chain + 1) * leaves.size() / parts; ++s) {
      lp::Options options;
      options.method = stage.model.has_integers() ? lp::Method::choose : lp::Method::simplex;
      options.relative_gap = relative_gap;
      options.should_stop = should_stop;
      const auto solution = mover.solve(leaves[s]->changes, first, options);
      mover.restore();
      if (solution.status == lp::Status::optimal || solution.status == lp::Status::gap_reached) {
        out.cost[s] = solution.objective;
        out.proven[s] = solution.bound;
      } else if (solution.status != lp::Status::infeasible) {
        failed[s] = 1;
      }
    }
  });
  out.solved = std::ranges::none_of(failed, [](auto f) { return f != 0; });
  return out;
}

LShapedResult l_shaped(const StochasticProgramme& p, const Tree& tree, const LShapedOptions& options) {
  if (p.stage_count() != 2) throw std::logic_error("the L-shaped method takes two stages");
  for (std::size_t j = 0; j < p.columns.size(); ++j)
    if (p.column_stage[j] == 1 && p.core.integer[j]) throw std::logic_error("the L-shaped method takes a continuous second stage");
  const double sign = p.maximise ? -1 : 1, times = 1 + options.cvar_weight;
  lp::Model master;
  master.offset = sign * times * p.core.offset;
  std::vector<int> core_column, master_column(p.columns.size(), -1);
  for (std::size_t j = 0; j < p.columns.size(); ++j) {
    if (p.column_stage[j] != 0) continue;
    master_column[j] = master.add_column(p.core.lower[j], p.core.upper[j], sign * times * p.core.cost[j], p.core.integer[j] != 0);
    core_column.push_back(static_cast<int>(j));
  }
  for (int r = 0; r < p.core.rows(); ++r) {
    if (p.row_stage[index(r)] != 0) continue;
    const auto columns = p.core.row_columns(r);
    for (std::size_t k = 0; k < columns.size(); ++k) master.term(master_column[index(columns[k])], p.core.row_values(r)[k]);
    master.end_row(p.core.row_lower[index(r)], p.core.row_upper[index(r)]);
  }
  std::vector<double> start(p.columns.size());
  for (std::size_t j = 0; j < start.size(); ++j)
    if (p.column_stage[j] == 0) start[j] = std::clamp(options.master.start.empty() ? 0.0 : options.master.start[j], p.core.lower[j], p.core.upper[j]);
  Scenarios scenarios(p, tree, options.master.threads);
  ScenarioRecourse recourse(p, scenarios, core_column, options, start);
  lp::BendersOptions of_master = options.master;
  of_master.start.clear();
  for (const int j : core_column) of_master.start.push_back(start[index(j)]);
  LShapedResult result{lp::solve_master(master, recourse, of_master), {}, 0};
  result.subproblems = scenarios.count;
  if (result.master.point.empty()) return result;
  result.first.assign(p.columns.size(), 0);
  for (std::size_t j = 0; j < core_column.size(); ++j) result.first[index(core_column[j])] = result.master.point[j];
  return result;
}

}  // namespace stargate::stochastic
