#include "stochastic/solve.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>

#include "base/workers.h"
#include "stochastic/l_shaped.h"

namespace stargate::stochastic {

namespace {

using lp::infinity;
auto index(int i) { return static_cast<std::size_t>(i); }

bool reached(lp::Status s) { return s == lp::Status::optimal || s == lp::Status::gap_reached; }

/// One problem of a tree, minimised.
struct Solved {
  lp::Status status = lp::Status::failed;
  std::string message;
  double objective = infinity, bound = -infinity;
  std::vector<double> first;
  std::vector<double> scenario;  ///< objective of each scenario, first stage included; empty: not known
  long long rounds = 0, subproblems = 0;
};

std::vector<double> probabilities(const StochasticProgramme& p, const Tree& tree) {
  std::vector<double> out;
  for (const auto& n : tree.nodes)
    if (n.stage == p.stage_count() - 1) out.push_back(n.probability);
  return out;
}

double first_cost(const StochasticProgramme& p, const std::vector<double>& first) {
  double sum = p.core.offset;
  for (std::size_t j = 0; j < p.columns.size(); ++j)
    if (p.column_stage[j] == 0) sum += p.core.cost[j] * first[j];
  return p.maximise ? -sum : sum;
}

class Solve {
 public:
  Solve(const StochasticProgramme& p, const SolveOptions& options) : p_(p), o_(options) {
    for (std::size_t j = 0; j < p.columns.size(); ++j) whole_recourse_ = whole_recourse_ || (p.column_stage[j] > 0 && p.core.integer[j]);
    if (!(o_.cvar_alpha >= 0 && o_.cvar_alpha < 1)) throw InputError({}, std::format("CVaR at {}", o_.cvar_alpha), "0 or more and below 1");
    if (!(o_.cvar_weight >= 0)) throw InputError({}, std::format("a weight of {}", o_.cvar_weight), "0 or more");
    if (!(o_.chance >= 0 && o_.chance < 1)) throw InputError({}, std::format("a chance of {}", o_.chance), "0 or more and below 1");
    if (o_.form == Form::l_shaped && (p.stage_count() != 2 || whole_recourse_ || o_.chance > 0))
      throw InputError({}, "the L-shaped method takes two stages, a continuous second one and no chance limit", "the extensive form");
  }

  SolveResult run() {
    const double count = scenario_count(p_);
    return count <= static_cast<double>(o_.most_scenarios) ? whole() : drawn();
  }

 private:
  void stage(const std::string& words) const {
    if (o_.on_stage) o_.on_stage(words);
  }
  double turned(double minimised) const { return p_.maximise ? -minimised : minimised; }

  Form form_for(const Tree& tree) const {
    if (o_.form != Form::choose) return o_.form;
    if (p_.stage_count() != 2 || whole_recourse_ || o_.chance > 0) return Form::extensive;
    constexpr double small = 4e5;  // entries of the extensive form
    return static_cast<double>(tree.scenarios) * static_cast<double>(p_.core.entries()) <= small ? Form::extensive : Form::l_shaped;
  }

  // ---- one tree ------------------------------------------------------------------------------------------------------

  Solved solve_tree(const Tree& tree, const std::vector<double>& start) const {
    return form_for(tree) == Form::extensive ? extensive(tree) : by_cuts(tree, start);
  }

  Solved by_cuts(const Tree& tree, const std::vector<double>& start) const {
    LShapedOptions l;
    l.master.relative_gap = o_.relative_gap;
    l.master.threads = o_.threads;
    l.master.time_limit_s = o_.time_limit_s;
    l.master.should_stop = o_.should_stop;
    l.master.start = start;
    l.groups = o_.groups;
    l.cvar_alpha = o_.cvar_alpha;
    l.cvar_weight = o_.cvar_weight;
    auto found = l_shaped(p_, tree, l);
    Solved s{found.master.status, found.master.message, found.master.objective, found.master.bound, std::move(found.first), {}, found.master.rounds,
             found.subproblems};
    return s;
  }

  Solved extensive(const Tree& tree) const {
    auto form = extensive_form(p_, tree);
    add_cvar(form, tree);
    if (o_.chance > 0) add_chance(form, tree);
    lp::Options options;
    options.relative_gap = o_.relative_gap;
    options.time_limit_s = o_.time_limit_s;
    options.should_stop = o_.should_stop;
    options.threads = 1;
    const auto solution = lp::solve(form.model, options);
    Solved s{solution.status, solution.message, infinity, solution.bound, {}, {}, 0, 0};
    if (!solution.has_values()) return s;
    s.objective = solution.objective;
    s.first.assign(p_.columns.size(), 0);
    for (std::size_t j = 0; j < p_.columns.size(); ++j)
      if (p_.column_stage[j] == 0) s.first[j] = solution.value[index(form.column[0][j])];
    s.scenario = path_costs(form, tree, solution.value);
    return s;
  }

  /// What each scenario's path costs, in the solution's values.
  std::vector<double> path_costs(const ExtensiveForm& form, const Tree& tree, const std::vector<double>& value) const {
    std::vector<double> at(tree.nodes.size()), out;
    for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
      const Node& node = tree.nodes[n];
      double own = 0;
      for (std::size_t j = 0; j < p_.columns.size(); ++j)
        if (form.column[n][j] >= 0) own += cost_of(node, static_cast<int>(j)) * value[index(form.column[n][j])];
      at[n] = (node.parent >= 0 ? at[index(node.parent)] : (p_.maximise ? -1 : 1) * p_.core.offset) + own;
      if (node.stage == p_.stage_count() - 1) out.push_back(at[n]);
    }
    return out;
  }
  double cost_of(const Node& node, int j) const {
    double cost = p_.core.cost[index(j)];
    for (const auto& c : node.changes)
      if (c.part == Change::Part::cost && c.column == j) cost = c.value;
    return p_.maximise ? -cost : cost;
  }

  /// + weight * (eta + sum p z / (1 - alpha)),  z >= cost of the path - eta.
  void add_cvar(ExtensiveForm& form, const Tree& tree) const {
    if (o_.cvar_weight == 0) return;
    auto& m = form.model;
    const int eta = m.add_column(-infinity, infinity, o_.cvar_weight);
    for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
      if (tree.nodes[n].stage != p_.stage_count() - 1) continue;
      const int z = m.add_column(0, infinity, o_.cvar_weight * tree.nodes[n].probability / (1 - o_.cvar_alpha));
      for (int at = static_cast<int>(n); at >= 0; at = tree.nodes[index(at)].parent)
        for (std::size_t j = 0; j < p_.columns.size(); ++j)
          if (const int column = form.column[index(at)][j]; column >= 0) m.term(column, -cost_of(tree.nodes[index(at)], static_cast<int>(j)));
      m.term(eta, 1);
      m.term(z, 1);
      m.end_row((p_.maximise ? -1 : 1) * p_.core.offset, infinity);
    }
  }

  /// A scenario may be left out: its rows are slack by the most that its columns' bounds allow.
  void add_chance(ExtensiveForm& form, const Tree& tree) const {
    if (p_.stage_count() != 2) throw InputError({}, "a chance limit on more than two stages", "two");
    auto& m = form.model;
    std::vector<int> out;
    for (const auto& n : tree.nodes)
      if (n.stage == 1) out.push_back(m.add_column(0, 1, 0, true));
    lp::Model whole = m;
    whole.row_lower.clear(), whole.row_upper.clear(), whole.entry_column.clear(), whole.entry_value.clear();
    whole.row_start = {0};
    std::vector<int> scenario_of_row(index(m.rows()), -1);
    int s = 0;
    for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
      if (tree.nodes[n].stage != 1) continue;
      for (const int r : form.row[n])
        if (r >= 0) scenario_of_row[index(r)] = s;
      ++s;
    }
    for (int r = 0; r < m.rows(); ++r) {
      const auto columns = m.row_columns(r);
      const auto values = m.row_values(r);
      const double low = m.row_lower[index(r)], high = m.row_upper[index(r)];
      double least = 0, most = 0;
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const double a = values[k] * m.lower[index(columns[k])], b = values[k] * m.upper[index(columns[k])];
        least += std::min(a, b), most += std::max(a, b);
      }
      const auto add = [&](double at_least, double at_most, double slack) {
        for (std::size_t k = 0; k < columns.size(); ++k) whole.term(columns[k], values[k]);
        if (slack != 0) whole.term(out[index(scenario_of_row[index(r)])], slack);
        whole.end_row(at_least, at_most);
      };
      if (scenario_of_row[index(r)] < 0) {
        add(low, high, 0);
        continue;
      }
      if (std::isfinite(low)) {
        if (!std::isfinite(least)) throw no_slack(form, r);
        add(low, infinity, std::max(0.0, low - least));
      }
      if (std::isfinite(high)) {
        if (!std::isfinite(most)) throw no_slack(form, r);
        add(-infinity, high, std::min(0.0, high - most));
      }
    }
    const auto probability = probabilities(p_, tree);
    for (std::size_t k = 0; k < out.size(); ++k) whole.term(out[k], probability[k]);
    whole.end_row(-infinity, o_.chance + 1e-12);
    m = std::move(whole);
  }
  InputError no_slack(const ExtensiveForm& form, int row) const {
    for (std::size_t n = 0; n < form.row.size(); ++n)
      for (std::size_t r = 0; r < form.row[n].size(); ++r)
        if (form.row[n][r] == row)
          return InputError({}, std::format("row '{}' can be missed by any amount, so that a chance limit on it is not a programme", p_.rows[r]),
                            "give its columns bounds");
    return InputError({}, "a row without a limit", "bounds");
  }

  // ---- measures ------------------------------------------------------------------------------------------------------

  /// The decision of mean data, minimised; empty where there is none.
  Solved mean_problem() const {
    SolveOptions plain = o_;
    plain.cvar_weight = plain.chance = 0;
    plain.form = Form::extensive;
    return Solve(p_, plain).extensive(mean_tree(p_));
  }

  std::vector<double> wait_and_see(const Tree& tree) const {
    // Each leaf with the nodes on its way to the root, all certain.
    std::vector<std::size_t> leaves;
    for (std::size_t n = 0; n < tree.nodes.size(); ++n)
      if (tree.nodes[n].stage == p_.stage_count() - 1) leaves.push_back(n);
    std::vector<double> out(leaves.size(), infinity);
    parallel_for(leaves.size(), o_.threads, [&](std::size_t s) {
      Tree path{{}, 1};
      std::vector<std::size_t> line;
      for (int at = static_cast<int>(leaves[s]); at >= 0; at = tree.nodes[index(at)].parent) line.push_back(index(at));
      for (std::size_t k = line.size(); k-- > 0;) {
        path.nodes.push_back(tree.nodes[line[k]]);
        path.nodes.back().parent = static_cast<int>(path.nodes.size()) - 2;
        path.nodes.back().probability = 1;
      }
      const auto form = extensive_form(p_, path);
      lp::Options options;
      options.relative_gap = o_.relative_gap / 10;
      options.should_stop = o_.should_stop;
      const auto solution = lp::solve(form.model, options);
      if (reached(solution.status)) out[s] = solution.objective;
    });
    return out;
  }

  SolveResult whole() const {
    SolveResult r;
    const Tree tree = whole_tree(p_, o_.most_scenarios);
    r.scenarios = tree.scenarios;
    Solved ev;
    stage("mean data");
    if (o_.values || form_for(tree) == Form::l_shaped) ev = mean_problem();
    r.form = form_for(tree) == Form::extensive ? "extensive form" : "L-shaped";
    stage(std::format("{} of {} scenarios", r.form, r.scenarios));
    const Solved best = solve_tree(tree, ev.first);
    take(r, best);
    if (best.first.empty()) return r;
    const auto probability = probabilities(p_, tree);
    auto cost = best.scenario;
    if (cost.empty()) cost = costs_at(tree, best.first);
    measure(r, cost, probability);
    if (!o_.values || o_.chance > 0) return r;
    if (reached(ev.status)) r.mean_value = turned(ev.objective);
    stage("each scenario alone");
    const auto alone = wait_and_see(tree);
    const double ws = std::inner_product(alone.begin(), alone.end(), probability.begin(), 0.0);
    if (std::isfinite(ws)) {
      r.wait_and_see = turned(ws);
      r.value_of_perfect_information = turned(*r.expectation) - ws;
    }
    mean_decision(r, tree, ev, probability);
    return r;
  }

  void mean_decision(SolveResult& r, const Tree& tree, const Solved& ev, const std::vector<double>& probability) const {
    if (ev.first.empty()) {
      r.mean_decision_note = "the programme of mean data has no solution: " + std::string(lp::to_string(ev.status));
      return;
    }
    if (p_.stage_count() != 2) {
      r.mean_decision_note = "EEV is told for two stages";
      return;
    }
    stage("the decision of mean data in all scenarios");
    const auto cost = costs_at(tree, ev.first);
    const double eev = std::inner_product(cost.begin(), cost.end(), probability.begin(), 0.0);
    if (!std::isfinite(eev)) {
      r.mean_decision_note = "the decision of mean data cannot be carried through in some scenario";
      return;
    }
    r.of_mean_decision = turned(eev);
    r.value_of_stochastic_solution = eev - turned(*r.expectation);
  }

  std::vector<double> costs_at(const Tree& tree, const std::vector<double>& first) const {
    auto second = scenario_costs(p_, tree, first, o_.threads, o_.relative_gap / 10, o_.should_stop);
    if (!second.solved) std::ranges::fill(second.cost, infinity);
    const double before = first_cost(p_, first);
    for (double& c : second.cost) c += before;
    return second.cost;
  }

  void take(SolveResult& r, const Solved& s) const {
    r.status = s.status;
    r.message = s.message;
    r.objective = turned(s.objective);
    r.bound = turned(s.bound);
    r.first = s.first;
    r.rounds = s.rounds;
    r.subproblems = s.subproblems;
  }
  void measure(SolveResult& r, const std::vector<double>& cost, const std::vector<double>& probability) const {
    r.expectation = turned(std::inner_product(cost.begin(), cost.end(), probability.begin(), 0.0));
    r.cvar = turned(conditional_value_at_risk(cost, probability, o_.cvar_alpha));
    r.worst = turned(*std::ranges::max_element(cost));
  }

  // ---- scenarios that are drawn --------------------------------------------------------------------------------------

  SolveResult drawn() const {
    if (p_.stage_count() != 2)
      throw InputError({}, std::format("{:.3g} scenarios over {} stages are more than {}", scenario_count(p_), p_.stage_count(), o_.most_scenarios),
                       "scenarios are drawn for two stages only; a larger --most-scenarios, or a smaller tree");
    if (o_.chance > 0) throw InputError({}, "a chance limit on drawn scenarios", "fewer scenarios than --most-scenarios");
    if (o_.batches < 2 || o_.batch_scenarios < 1 || o_.fresh_scenarios < 2) throw InputError({}, "too few draws", "two batches, two fresh scenarios or more");
    SolveResult r;
    r.sampled = true;
    r.scenarios = o_.batch_scenarios;
    stage("mean data");
    const Solved ev = mean_problem();
    if (reached(ev.status)) r.mean_value = turned(ev.objective);

    // Each batch's optimum is on average no more than the true one; its decision is a candidate.
    std::vector<double> least, candidates_value;
    std::vector<Solved> batches;
    for (std::size_t b = 0; b < o_.batches; ++b) {
      stage(std::format("problem {} of {}, {} scenarios", b + 1, o_.batches, o_.batch_scenarios));
      const Tree tree = sampled_tree(p_, Sampler(o_.sampling, o_.seed + 1 + b, o_.batch_scenarios), 0, o_.batch_scenarios);
      r.form = form_for(tree) == Form::extensive ? "extensive form" : "L-shaped";
      batches.push_back(solve_tree(tree, b > 0 ? batches[0].first : ev.first));
      const auto& s = batches.back();
      r.rounds += s.rounds;
      r.subproblems += s.subproblems;
      if (!reached(s.status)) {
        take(r, s);
        r.message = std::format("problem {} of drawn scenarios: {}{}{}", b + 1, lp::to_string(s.status), s.message.empty() ? "" : ", ", s.message);
        return r;
      }
      least.push_back(s.bound);
    }
    const auto lower = estimate_mean(least, least.size());
    const auto value = [&](const std::vector<double>& cost) {
      const std::vector<double> equal(cost.size(), 1.0 / static_cast<double>(cost.size()));
      const double mean = std::accumulate(cost.begin(), cost.end(), 0.0) / static_cast<double>(cost.size());
      return o_.cvar_weight > 0 ? mean + o_.cvar_weight * conditional_value_at_risk(cost, equal, o_.cvar_alpha) : mean;
    };

    // The candidate that does best on scenarios of its own is valued on fresh ones.
    stage("choosing among the decisions");
    const std::size_t screened = std::clamp<std::size_t>(o_.fresh_scenarios / 5, 2, 1000);
    const Tree screen = sampled_tree(p_, Sampler(o_.sampling, o_.seed, screened), 0, screened);
    std::size_t best = 0;
    for (std::size_t b = 0; b < batches.size(); ++b) {
      candidates_value.push_back(value(costs_at(screen, batches[b].first)));
      if (candidates_value[b] < candidates_value[best]) best = b;
    }
    r.first = batches[best].first;
    stage(std::format("{} fresh scenarios", o_.fresh_scenarios));
    constexpr std::size_t sets = 20;
    const std::size_t replicates = std::min(sets, o_.fresh_scenarios / 2);
    const std::uint64_t fresh_seed = o_.seed + 1 + o_.batches;
    const std::size_t fresh_count = (o_.fresh_scenarios + replicates - 1) / replicates * replicates;
    const Tree fresh = sampled_tree(p_, Sampler(o_.sampling, fresh_seed, fresh_count, replicates), 0, fresh_count);
    const auto cost = costs_at(fresh, r.first);
    if (std::ranges::any_of(cost, [](double c) { return !std::isfinite(c); })) {
      r.status = lp::Status::infeasible;
      r.message = "the decision of drawn scenarios cannot be carried through in some fresh scenario";
      return r;
    }
    const auto upper = estimate(cost, replicates, value);
    measure(r, cost, probabilities(p_, fresh));
    r.objective = turned(upper.mean);
    r.bound = turned(lower.mean);
    r.objective_interval = interval(upper.low, upper.high);
    r.bound_interval = interval(lower.low, lower.high);
    // One-sided 95 % each for the two ends of the gap.
    r.gap_upper = std::max(0.0, upper.mean + student_quantile(0.95, static_cast<double>(replicates) - 1) * upper.standard_error -
                                    (lower.mean - student_quantile(0.95, static_cast<double>(o_.batches) - 1) * lower.standard_error));
    r.status = lp::Status::gap_reached;
    if (!o_.values) return r;
    if (ev.first.empty()) {
      r.mean_decision_note = "the programme of mean data has no solution: " + std::string(lp::to_string(ev.status));
    } else {
      const auto mean_cost = costs_at(fresh, ev.first);
      difference(r.of_mean_decision, r.value_of_stochastic_solution, r.vss_interval, mean_cost, cost, replicates, 1);
      if (!r.of_mean_decision) r.mean_decision_note = "the decision of mean data cannot be carried through in some scenario";
    }
    stage("each scenario alone");
    const std::size_t few = std::min(fresh_count, std::max<std::size_t>(replicates, 1000 / replicates * replicates));
    Tree part{{fresh.nodes.begin(), fresh.nodes.begin() + static_cast<std::ptrdiff_t>(few) + 1}, few};
    auto alone = wait_and_see(part);
    difference(r.wait_and_see, r.value_of_perfect_information, r.evpi_interval, alone, {cost.begin(), cost.begin() + static_cast<std::ptrdiff_t>(few)},
               replicates, -1);
    return r;
  }

  /// Mean of replicates' values, for means and for tails.
  template <class Value>
  static MeanEstimate estimate(const std::vector<double>& cost, std::size_t replicates, const Value& value) {
    std::vector<std::vector<double>> sets(replicates);
    for (std::size_t i = 0; i < cost.size(); ++i) sets[i % replicates].push_back(cost[i]);
    std::vector<double> values;
    for (const auto& s : sets) values.push_back(value(s));
    return estimate_mean(values, values.size());
  }
  Interval interval(double low, double high) const { return p_.maximise ? Interval{-high, -low} : Interval{low, high}; }

  /// `sign` times (other - own) with an interval from the same scenarios.
  void difference(std::optional<double>& of_other, std::optional<double>& d, std::optional<Interval>& i, const std::vector<double>& other,
                  const std::vector<double>& own, std::size_t replicates, double sign) const {
    std::vector<double> each(own.size());
    double mean = 0;
    for (std::size_t k = 0; k < own.size(); ++k) {
      each[k] = sign * (other[k] - own[k]);
      mean += other[k] / static_cast<double>(own.size());
    }
    if (!std::isfinite(mean)) return;
    const auto e = estimate_mean(each, replicates);
    of_other = turned(mean);
    d = e.mean;
    i = Interval{e.low, e.high};
  }

  const StochasticProgramme& p_;
  const SolveOptions& o_;
  bool whole_recourse_ = false;
};

}  // namespace

SolveResult solve(const StochasticProgramme& p, const SolveOptions& options) { return Solve(p, options).run(); }

}  // namespace stargate::stochastic
