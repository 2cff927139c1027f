#include "plan/search.h"

#include <format>

#include "base/workers.h"
#include "plan/rounding.h"

namespace stargate::plan {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }
constexpr double whole_rack = 1e-3;  // of a thousand

lp::Options lp_options(const PlanOptions& options) {
  return {.method = lp::Method::simplex, .threads = 1, .seed = options.seed, .should_stop = interrupted};
}

void show(Progress& progress, const PlanOptions& options, const lp::Pace& pace) {
  const double gap = std::abs(pace.objective - pace.bound) / std::max(std::abs(pace.objective), 1e-9);
  if (std::isfinite(pace.bound) && std::isfinite(pace.objective) && gap < 10)
    progress.update(pace.seconds / options.time_limit_s, std::format("gap {:.2f} %", 100 * gap));
  else progress.update(pace.seconds / options.time_limit_s);
}

class Decomposition {
 public:
  Decomposition(const Formulation& decisions, const Formulation& whole, const Baseline& baseline, const PlanOptions& options, Progress& progress)
      : f_(decisions), whole_(whole), baseline_(baseline), options_(options), progress_(progress), model_(f_.model), master_(prepare()) {
    for (std::size_t d = 0; d < f_.instance.dispatch.size(); ++d) operations_.emplace_back(f_, baseline_, d);
  }

  Found run() {
    Found found;
    progress_.stage("relaxation: what it is worth at most");
    operate(std::vector<double>(at(f_.model.columns()), 0));
    add_cuts();
    const auto relaxed = converge(tolerance(2e-4), 60);
    found.status = relaxed.status;
    if (relaxed.status != lp::Status::optimal) return found;
    found.bound = relaxed.objective;

    progress_.stage("whole-number decisions");
    auto solution = is_small() ? exact(found) : dive(relaxed.value);
    if (solution.status != lp::Status::optimal && !is_small()) solution = exact(found);
    found.status = solution.status;
    if (solution.status != lp::Status::optimal) return found;

    progress_.stage("whole racks and the dispatch of the decisions");
    solution = whole_racks(std::move(solution));
    found.status = interrupted() ? lp::Status::interrupted : lp::Status::gap_reached;
    assemble(solution, found);
    return found;
  }

 private:
  lp::Solver prepare() {
    std::ranges::fill(model_.integer, std::uint8_t{0});
    for (std::size_t d = 0; d < f_.instance.dispatch.size(); ++d) {  // all of a quarter's energy stands in grid_cost here
      model_.upper[at(f_.columns.onsite_cost[d])] = 0;
      model_.lower[at(f_.columns.grid_cost[d])] = -baseline_.cost_usd_b[d];
    }
    return lp::Solver(model_);
  }

  /// Money that is small beside all of the programme's.
  double tolerance(double share) const {
    double all = 0;
    for (const auto& t : f_.instance.p.tranches) all += t.usd_b;
    return share * std::max(all, 1e-3);
  }

  void operate(const std::vector<double>& decision) {
    parallel_for(operations_.size(), options_.threads, [&](std::size_t d) { operations_[d].solve(decision); });
  }

  void add_cuts() {
    for (auto& o : operations_) {
      auto cut = o.cut();
      for (auto& s : cut.slopes) s.value = -s.value;
      cut.slopes.push_back({f_.columns.grid_cost[cut.dispatched], 1});
      master_.add_row(cut.constant, lp::infinity, cut.slopes);
      model_.add_row(cut.constant, lp::infinity, cut.slopes);
    }
  }

  /// Solves the master and the operations in turn until what energy costs is known to `billions` in all.
  lp::Solution converge(double billions, int most_rounds) {
    lp::Solution solution;
    for (int round = 0; round < most_rounds; ++round) {
      solution = master_.solve(lp_options(options_));
      if (solution.status != lp::Status::optimal) return solution;
      operate(solution.value);
      double missing = 0;
      for (std::size_t d = 0; d < operations_.size(); ++d)
        missing += std::max(0.0, operations_[d].cost() - solution.value[at(f_.columns.grid_cost[d])]);
      progress_.update(-1, std::format("round {}: {:.4f} billion USD of energy not yet seen", round + 1, missing));
      if (missing <= billions) break;
      add_cuts();
    }
    return solution;
  }

  bool is_small() const { return std::ranges::count(f_.model.integer, 1) <= 600; }

  void hold(const std::vector<Hold>& holds) {
    for (const auto& h : holds) master_.set_column_bounds(h.column, h.value, h.value);
  }
  void release(const std::vector<Hold>& holds) {
    for (const auto& h : holds) master_.set_column_bounds(h.column, f_.model.lower[at(h.column)], f_.model.upper[at(h.column)]);
  }

  /// Rounds openings, then blocks and expansions, then spare units, and solves the rest again after each.
  lp::Solution dive(const std::vector<double>& relaxed) {
    std::vector<Hold> held;
    lp::Solution solution;
    solution.value = relaxed;
    for (const auto round : {round_openings, round_blocks, round_spares}) {
      const auto holds = round(f_, solution.value);
      hold(holds);
      held.insert(held.end(), holds.begin(), holds.end());
      solution = converge(tolerance(round == round_spares ? 1e-6 : 1e-4), 20);
      if (solution.status == lp::Status::optimal) continue;
      release(held);  // a target or forced site needs what was rounded away
      return solution;
    }
    return solution;
  }

  /// Branch and bound on the master with its cuts, then the operations of what it chose; repeated while they cost more than the
  /// cuts had shown. The best bound of the branching counts.
  lp::Solution exact(Found& found) {
    lp::Solution solution;
    for (int round = 0; round < 8; ++round) {
      lp::Model mip = model_;
      mip.integer = f_.model.integer;
      auto options = lp_options(options_);
      options.method = lp::Method::choose;
      options.threads = static_cast<int>(options_.threads);
      options.relative_gap = options_.gap / 4;
      options.time_limit_s = std::max(10.0, 0.6 * (options_.time_limit_s - progress_.seconds()));
      options.on_pace = [&](const lp::Pace& pace) { show(progress_, options_, {pace.seconds, pace.objective, std::max(found.bound, pace.bound), 0}); };
      const auto integer = lp::solve(mip, options);
      if (!integer.has_values()) return integer;
      found.bound = std::max(found.bound, integer.bound);
      std::vector<Hold> holds;
      for (int j = 0; j < f_.model.columns(); ++j)
        if (f_.model.integer[at(j)]) holds.push_back({j, std::round(integer.value[at(j)])});
      hold(holds);
      const auto cuts = model_.rows();
      solution = converge(tolerance(1e-6), 60);
      const bool close = solution.status == lp::Status::optimal && solution.objective - found.bound <= options_.gap * std::abs(solution.objective);
      if (close || model_.rows() == cuts || interrupted() || progress_.seconds() > options_.time_limit_s) break;
      release(holds);
    }
    return solution;
  }

  /// Racks rounded down to whole ones and everything else solved once more, unless a target needs the fraction.
  lp::Solution whole_racks(lp::Solution fractional) {
    std::vector<std::pair<int, double>> racks;
    const auto& in = f_.instance;
    for (std::size_t g = 0; g < in.p.accelerators.size(); ++g)
      for (std::size_t s = 0; s < in.sites.size(); ++s)
        for (int t = 0; t < in.N; ++t)
          if (const int c = f_.columns.racks(g, s, at(t)); c >= 0) racks.emplace_back(c, std::floor(fractional.value[at(c)] / whole_rack + 1e-4) * whole_rack);
    for (const auto& [c, n] : racks) master_.set_column_bounds(c, n, n);
    auto rounded = settle();
    if (rounded.status == lp::Status::optimal) return rounded;
    for (const auto& [c, n] : racks) master_.set_column_bounds(c, 0, lp::infinity);
    return settle();
  }

  /// The last word on energy: what is set aside for it is never less than what it costs, so that no quarter is overspent.
  lp::Solution settle() {
    std::vector<double> margin(operations_.size(), 0);
    for (int round = 0;; ++round) {
      auto solution = converge(tolerance(1e-7), 20);
      if (solution.status != lp::Status::optimal) return solution;
      bool enough = true;
      for (std::size_t d = 0; d < operations_.size(); ++d) {
        const double over = operations_[d].cost() - solution.value[at(f_.columns.grid_cost[d])] + margin[d];
        if (over <= margin[d] + 1e-9) continue;
        enough = false;
        margin[d] += 2 * (over - margin[d]);
        auto cut = operations_[d].cut();
        for (auto& s : cut.slopes) s.value = -s.value;
        cut.slopes.push_back({f_.columns.grid_cost[d], 1});
        master_.add_row(cut.constant + margin[d], lp::infinity, cut.slopes);
      }
      if (enough || round == 10) return solution;
    }
  }

  /// Decisions and dispatch as one point of the whole formulation, with money as it really flows.
  void assemble(const lp::Solution& solution, Found& found) {
    auto& x = found.value = solution.value;
    const auto& in = f_.instance;
    const auto& c = f_.columns;
    found.row_dual.assign(solution.row_dual.begin(), solution.row_dual.begin() + f_.model.rows());
    for (std::size_t d = 0; d < operations_.size(); ++d) {
      const auto values = operations_[d].values();
      x.insert(x.end(), values.begin(), values.end());
      const double worth = money_worth(d, found.row_dual);
      for (const double dual : operations_[d].row_duals()) found.row_dual.push_back(dual * worth);
      found.row_dual.insert(found.row_dual.end(), {0, 0});
      const double onsite = operations_[d].onsite_cost();
      x[at(c.onsite_cost[d])] = onsite;
      x[at(c.grid_cost[d])] = operations_[d].cost() - onsite;
    }
    found.row_dual.resize(at(whole_.model.rows()), 0);
    double cash = 0;
    for (int t = 0; t < in.N; ++t) {
      if (const int d = in.dispatched_by[at(t)]; d >= 0) {
        if (const int paid = c.spend(static_cast<std::size_t>(Category::energy_grid), at(t)); paid >= 0) x[at(paid)] = x[at(c.grid_cost[at(d)])];
        if (const int paid = c.spend(static_cast<std::size_t>(Category::energy_onsite), at(t)); paid >= 0) x[at(paid)] = x[at(c.onsite_cost[at(d)])];
      }
      for (std::size_t i = 0; i < in.p.investors.size(); ++i) cash += c.draw(i, at(t)) >= 0 ? x[at(c.draw(i, at(t)))] : 0;
      for (std::size_t k = 0; k < category_names.size(); ++k)
        if (f_.funded(static_cast<Category>(k), t) && c.spend(k, at(t)) >= 0) cash -= x[at(c.spend(k, at(t)))];
      for (std::size_t n = 0; n < in.p.incentives.size(); ++n) cash += c.credit(n, at(t)) >= 0 ? x[at(c.credit(n, at(t)))] : 0;
      x[at(c.cash[at(t)])] = cash;
    }
  }

  /// What one more billion USD of this quarter's energy costs the objective: the spending rows' duals.
  double money_worth(std::size_t d, const std::vector<double>& dual) const {
    double worth = 0;
    for (std::size_t r = 0; r < f_.tags.size(); ++r)
      if (f_.is_energy_spending(r, d)) worth += dual[r];
    return worth;
  }

  const Formulation& f_;
  const Formulation& whole_;
  const Baseline& baseline_;
  const PlanOptions& options_;
  Progress& progress_;
  lp::Model model_;
  lp::Solver master_;
  std::vector<Operations> operations_;
};

}  // namespace

Found search_monolith(const Formulation& whole, const PlanOptions& options, Progress& progress) {
  progress.stage("monolith: branch and bound");
  lp::Options mip = lp_options(options);
  mip.method = lp::Method::choose;
  mip.threads = static_cast<int>(options.threads);
  mip.relative_gap = options.gap / 4;
  mip.time_limit_s = options.time_limit_s;
  mip.on_pace = [&](const lp::Pace& pace) { show(progress, options, pace); };
  const auto integer = lp::solve(whole.model, mip);
  Found found;
  found.status = integer.status;
  found.bound = integer.bound;
  if (!integer.has_values()) return found;
  lp::Model held = whole.model;
  for (int j = 0; j < held.columns(); ++j)
    if (held.integer[at(j)]) {
      held.lower[at(j)] = held.upper[at(j)] = std::round(integer.value[at(j)]);
      held.integer[at(j)] = 0;
    }
  const auto linear = lp::solve(held, lp_options(options));
  found.value = linear.has_values() ? linear.value : integer.value;
  found.row_dual = linear.row_dual;
  return found;
}

Found search_decomposed(const Formulation& decisions, const Formulation& whole, const Baseline& baseline, const PlanOptions& options, Progress& progress) {
  return Decomposition(decisions, whole, baseline, options, progress).run();
}

}  // namespace stargate::plan
