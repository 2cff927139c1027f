#include "plan/search.h"

#include <format>
#include <set>

#include "base/workers.h"
#include "plan/whole.h"

namespace stargate::plan {

namespace {

/// Ctrl-C stops a search for something better; what a plan that is found still needs is always solved to its end.
lp::Options lp_options(const PlanOptions& options, bool stoppable = false) {
  lp::Options o{.method = lp::Method::simplex, .threads = 1, .seed = options.seed};
  if (stoppable) o.should_stop = interrupted;
  return o;
}

void show(Progress& progress, const PlanOptions& options, const lp::Pace& pace) {
  const double gap = std::abs(pace.objective - pace.bound) / std::max(std::abs(pace.objective), 1e-9);
  if (std::isfinite(pace.bound) && std::isfinite(pace.objective) && gap < 10)
    progress.update(pace.seconds / options.time_limit_s, std::format("gap {:.2f} %", 100 * gap));
  else
    progress.update(pace.seconds / options.time_limit_s);
}

/// The relaxation again with one site taken out, for each site that is in, and with one put in, for those that are not.
/// `relaxed` stands at the relaxation's solution.
void find_alternatives(const Formulation& f, lp::Solver& relaxed, const PlanOptions& options, Progress& progress,
                       Found& found) {
  if (!options.alternatives) return;
  const auto& in = f.instance;
  progress.stage("alternatives: without each site, and with each other");
  const auto base = relaxed.solve(lp_options(options, true));
  if (base.status != lp::Status::optimal) return;
  found.relaxed = base.objective;
  for (std::size_t s = 0; s < in.sites.size(); ++s) {
    if (in.sites[s].committed || in.p.sites[s].choice == "forbidden") continue;
    std::vector<lp::Term> opened;
    double in_plan = 0;
    for (int t = 0; t < in.B; ++t)
      if (const int c = f.columns.open(s, at(t)); c >= 0) {
        opened.push_back({c, 1});
        in_plan += found.value[at(c)];
      }
    if (interrupted() || progress.seconds() > options.time_limit_s) return;
    progress.update(static_cast<double>(s) / static_cast<double>(in.sites.size()), in.p.sites[s].id);
    const bool with = in_plan < 0.5;
    const int row = relaxed.add_row(with ? 1 : 0, with ? lp::infinity : 0, opened);
    const auto changed = relaxed.solve(lp_options(options, true));
    relaxed.set_row_bounds(row, -lp::infinity, lp::infinity);
    found.lp_iterations += changed.iterations;
    if (changed.status == lp::Status::optimal) found.alternatives.push_back({s, with, changed.objective});
  }
}

class Decomposition {
 public:
  Decomposition(const Formulation& decisions, std::vector<Operations>& operations, const PlanOptions& options,
                Progress& progress)
      : f_(decisions),
        operations_(operations),
        options_(options),
        progress_(progress),
        model_(f_.model),
        master_(prepare()) {}

  Found run() {
    Found& found = found_;
    progress_.stage("relaxation: what it is worth at most");
    add_cuts();
    const auto relaxed = converge(tolerance(2e-4), 60, true);
    found.status = relaxed.status;
    if (relaxed.status != lp::Status::optimal) return found;
    found.bound = relaxed.objective;

    progress_.stage("whole-number decisions");
    loosen_targets();
    auto solution = is_small() ? exact(found) : dive(relaxed.value);
    if (solution.status != lp::Status::optimal && !is_small()) solution = exact(found);
    if (solution.status == lp::Status::optimal) {
      solution = improve(std::move(solution), found.bound);
      solution = prove(std::move(solution), found);
    }
    found.status = solution.status;
    if (found.status == lp::Status::interrupted && !interrupted()) found.status = lp::Status::failed;  // out of work
    if (solution.status != lp::Status::optimal) return found;

    progress_.stage("whole halls, plant and racks, and the dispatch of the decisions");
    solution = whole_things(std::move(solution));
    found.status = solution.status;
    if (solution.status != lp::Status::optimal) return found;
    found.out_of_time = out_of_time();
    found.status = interrupted() ? lp::Status::interrupted : lp::Status::gap_reached;
    found.targets_met = missed(solution) < 1e-6;
    assemble(solution, found);
    found.whole = is_whole(f_, found.value);
    release_all();
    find_alternatives(f_, master_, options_, progress_, found);
    return found;
  }

 private:
  lp::Solver prepare() {
    std::ranges::fill(model_.integer, std::uint8_t{0});
    for (std::size_t d = 0; d < f_.instance.dispatch.size();
         ++d) {  // all of a quarter's energy stands in grid_cost here
      model_.upper[at(f_.columns.onsite_cost[d])] = 0;
      model_.lower[at(f_.columns.grid_cost[d])] = -operations_[d].baseline_cost();
    }
    // What is missing of a target: none in the relaxation, at a price that nothing is worth in the search for whole
    // numbers, which so never ends without a plan.
    for (std::size_t r = 0; r < f_.tags.size(); ++r)
      if (f_.tags[r].rule == Rule::target) {
        const int c = model_.add_column(0, 0, 0);
        missing_.push_back({c, static_cast<int>(r)});
      }
    if (!missing_.empty()) model_ = with_missing(model_);
    return lp::Solver(model_);
  }

  /// The model with each target's column of what is missing in its row.
  lp::Model with_missing(const lp::Model& from) const {
    lp::Model to;
    to.offset = from.offset;
    for (int j = 0; j < from.columns(); ++j)
      to.add_column(from.lower[at(j)], from.upper[at(j)], from.cost[at(j)], from.integer[at(j)] != 0);
    for (int r = 0; r < from.rows(); ++r) {
      const auto columns = from.row_columns(r);
      const auto values = from.row_values(r);
      for (std::size_t e = 0; e < columns.size(); ++e) to.term(columns[e], values[e]);
      for (const auto& m : missing_)
        if (m.row == r) to.term(m.column, 1);
      to.end_row(from.row_lower[at(r)], from.row_upper[at(r)]);
    }
    return to;
  }

  void loosen_targets() {
    for (const auto& m : missing_) {
      const double size = std::max(std::abs(model_.row_lower[at(m.row)]), 1e-3);
      model_.cost[at(m.column)] = 20 * std::max(1.0, std::abs(found_.bound)) / size;
      model_.upper[at(m.column)] = lp::infinity;
      master_.set_cost(m.column, model_.cost[at(m.column)]);
      master_.set_column_bounds(m.column, 0, lp::infinity);
    }
  }
  /// Share of the targets that is missing, added up.
  double missed(const lp::Solution& solution) const {
    double sum = 0;
    for (const auto& m : missing_)
      sum += solution.value[at(m.column)] / std::max(std::abs(model_.row_lower[at(m.row)]), 1e-3);
    return sum;
  }
  bool out_of_time() const { return progress_.seconds() > options_.time_limit_s; }
  std::int64_t nodes(std::int64_t some) const {
    return std::max<std::int64_t>(1, std::llround(options_.effort * static_cast<double>(some)));
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
    for (std::size_t d = 0; d < operations_.size(); ++d) {
      auto cut = operations_[d].cut();
      for (auto& s : cut.slopes) s.value = -s.value;
      cut.slopes.push_back({f_.columns.grid_cost[d], 1});
      master_.add_row(cut.constant, lp::infinity, cut.slopes);
      model_.add_row(cut.constant, lp::infinity, cut.slopes);
    }
  }

  /// Solves the master and the operations in turn until what energy costs is known to `billions` in all.
  lp::Solution converge(double billions, int most_rounds, bool stoppable = false) {
    lp::Solution solution;
    for (int round = 0; round < most_rounds; ++round) {
      solution = master_.solve(lp_options(options_, stoppable));
      ++found_.rounds;
      found_.lp_iterations += solution.iterations;
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

  bool is_small() const { return std::ranges::count(f_.model.integer, 1) <= most_exact_integers; }

  void hold(const std::vector<Hold>& holds) {
    for (const auto& h : holds) master_.set_column_bounds(h.column, h.value, h.value);
  }
  void hold_all() {
    for (const auto& [column, v] : held_) master_.set_column_bounds(column, v, v);
  }
  double wanted_gap() const { return 0.85 * options_.gap; }  // whole racks cost a little more
  void release() {
    for (const auto& [column, v] : held_)
      master_.set_column_bounds(column, f_.model.lower[at(column)], f_.model.upper[at(column)]);
    held_.clear();
  }

  void release_all() {
    for (int j = 0; j < f_.model.columns(); ++j) master_.set_column_bounds(j, model_.lower[at(j)], model_.upper[at(j)]);
    for (const int r : hall_rows_) master_.set_row_bounds(r, -lp::infinity, lp::infinity);
  }

  /// Rounds openings, then blocks and expansions quarter by quarter, then spare units, and solves the rest again after
  /// each.
  lp::Solution dive(const std::vector<double>& relaxed) {
    held_.clear();
    lp::Solution solution;
    solution.value = relaxed;
    const auto step = [&](const std::vector<Hold>& holds, double share) {
      hold(holds);
      for (const auto& h : holds) held_[h.column] = h.value;
      solution = converge(tolerance(share), 20);
      if (solution.status != lp::Status::optimal) release();  // a target or forced site needs what was rounded away
      return solution.status == lp::Status::optimal;
    };
    if (!step(round_openings(f_, solution.value), 1e-3)) return solution;
    for (int t = f_.first_decision(); t < f_.instance.B; ++t) {
      progress_.update(static_cast<double>(t) / f_.instance.B, "rounding blocks");
      if (!step(round_blocks(f_, solution.value, t + 1), 1e-3)) return solution;
    }
    step(round_spares(f_, solution.value), 1e-5);
    return solution;
  }

  /// Branch and bound in the neighbourhood of a plan: block starts of a few quarters may move by one while the rest is
  /// held. Windows follow each other, and grow once none improves, until the gap is reached or time is up.
  lp::Solution improve(lp::Solution best, double bound) {
    const auto gap = [&] { return std::abs(best.objective - bound) / std::max(std::abs(best.objective), 1e-9); };
    const int B = f_.instance.B;
    const int D = f_.first_decision();
    int idle = 0, width = std::max(2, (B - D) / 4);
    std::int64_t windows = 0;
    for (int from = D; gap() > wanted_gap(); from = D + (from - D + width / 2) % (B - D)) {
      if (idle > 2 * (B - D) / width) {
        if (width == B - D) break;
        width = std::min(B - D, 2 * width);
        idle = 0;
        from = D;
      }
      if (interrupted() || out_of_time() || ++windows > nodes(most_windows)) break;
      progress_.update(
          -1, std::format("gap {:.2f} %, moving blocks of {}", 100 * gap(), to_string(f_.instance.p.quarter(from))));
      lp::Model mip = model_;
      for (const auto& [column, v] : held_) mip.lower[at(column)] = mip.upper[at(column)] = v;
      for (std::size_t s = 0; s < f_.instance.sites.size(); ++s)
        for (int t = from; t < std::min(B, from + width); ++t) {
          const int c = f_.columns.blocks(s, at(t));
          if (c < 0) continue;
          mip.lower[at(c)] = std::max(0.0, held_[c] - 1);
          mip.upper[at(c)] = std::min(f_.model.upper[at(c)], held_[c] + 1);
          mip.integer[at(c)] = 1;
        }
      auto options = lp_options(options_, true);
      options.method = lp::Method::choose;
      options.relative_gap = options_.gap / 10;
      limit_nodes(options, nodes(window_nodes));
      options.start = best.value;
      const auto found = lp::solve(mip, options);
      count(found);
      ++idle;
      if (!found.has_values() || found.objective > best.objective - 1e-5 * std::abs(best.objective)) continue;
      const auto before = held_;
      for (auto& [column, v] : held_)
        if (mip.integer[at(column)]) v = std::round(found.value[at(column)]);
      hold_all();
      auto solution = converge(tolerance(1e-5), 20);
      if (solution.status == lp::Status::optimal && solution.objective < best.objective) {
        best = std::move(solution);
        idle = 0;
        continue;
      }
      held_ = before;  // the cuts had not shown what its energy costs: the better plan stays
      hold_all();
    }
    return best;
  }

  /// Branch and bound on the whole master from the best plan, for what time is left: its cuts raise the bound, and it
  /// may find other sites. Spare units stay free in it and are rounded again afterwards.
  lp::Solution prove(lp::Solution best, Found& found) {
    if ((best.objective - found.bound) <= wanted_gap() * std::abs(best.objective) || interrupted() || out_of_time() ||
        is_small())
      return best;
    progress_.stage("bound: branch and bound from the best plan");
    lp::Model mip = model_;
    std::ranges::copy(f_.model.integer, mip.integer.begin());
    for (const auto& spare : round_spares(f_, best.value)) mip.integer[at(spare.column)] = 0;
    auto options = lp_options(options_, true);
    options.method = lp::Method::choose;
    options.relative_gap = wanted_gap();
    options.start = best.value;
    options.on_pace = [&](const lp::Pace& pace) {
      show(progress_, options_,
           {pace.seconds, std::min(best.objective, pace.objective), std::max(found.bound, pace.bound), 0});
    };
    limit_nodes(options, nodes(proof_nodes));
    const auto better = lp::solve(mip, options);
    count(better);
    found.bound = std::max(found.bound, better.bound);
    if (!better.has_values() || better.objective > best.objective - 1e-4 * std::abs(best.objective)) return best;
    const auto before = held_;
    for (auto& [column, v] : held_) v = std::round(better.value[at(column)]);
    for (const auto& spare : round_spares(f_, better.value)) held_[spare.column] = spare.value;
    hold_all();
    auto solution = converge(tolerance(1e-5), 20);
    if (solution.status == lp::Status::optimal && solution.objective < best.objective) return solution;
    held_ = before;
    hold_all();
    return converge(tolerance(1e-5), 20);
  }

  /// Branch and bound on the master with its cuts, then the operations of what it chose; repeated while they cost more
  /// than the cuts had shown. The best bound of the branching counts.
  lp::Solution exact(Found& found) {
    lp::Solution solution;
    for (int round = 0; round < 8; ++round) {
      lp::Model mip = model_;
      std::ranges::copy(f_.model.integer, mip.integer.begin());
      auto options = lp_options(options_, true);
      options.method = lp::Method::choose;
      options.relative_gap = options_.gap / 4;
      options.on_pace = [&](const lp::Pace& pace) {
        show(progress_, options_, {pace.seconds, pace.objective, std::max(found.bound, pace.bound), 0});
      };
      limit_nodes(options, nodes(exact_nodes));
      const auto integer = lp::solve(mip, options);
      count(integer);
      if (!integer.has_values()) return integer;
      found.bound = std::max(found.bound, integer.bound);
      for (int j = 0; j < f_.model.columns(); ++j)
        if (f_.model.integer[at(j)]) held_[j] = std::round(integer.value[at(j)]);
      hold_all();
      const auto cuts = model_.rows();
      solution = converge(tolerance(1e-6), 60);
      const bool close = solution.status == lp::Status::optimal &&
                         solution.objective - found.bound <= options_.gap * std::abs(solution.objective);
      if (close || model_.rows() == cuts || interrupted() || out_of_time()) break;
      release();
    }
    return solution;
  }

  // ---- whole things ------------------------------------------------------------------------------------------------

  /// Halls quarter by quarter, plant in large units and then in small ones, cloud, and last racks; what is still free is
  /// solved again after each, so that it makes the best of what is whole already.
  lp::Solution whole_things(lp::Solution solution) {
    const auto& in = f_.instance;
    if (f_.holds(Rule::halls)) {
      auto halls = no_halls(in);
      for (int t = 0; t < in.N && solution.status == lp::Status::optimal; ++t) {
        assign_halls(f_, solution.value, t, t + 1, halls);
        if (!hold_halls(halls, t)) continue;
        progress_.update(static_cast<double>(t) / in.N, "halls");
        solution = converge(tolerance(1e-3), 3);
      }
    }
    for (const bool all : {false, true}) {
      if (solution.status != lp::Status::optimal) return solution;
      held_plant(round_plant(f_, solution.value, all));
      solution = converge(tolerance(1e-5), 20);
      if (solution.status != lp::Status::optimal) return solution;
      held_plant(round_spares(f_, solution.value));
      if (all) held_plant(round_cloud(f_, solution.value));
      solution = converge(tolerance(1e-5), 20);
    }
    if (solution.status != lp::Status::optimal) return solution;
    const double before = missed(solution);
    auto rounded = hold_racks(solution);
    if (rounded.status == lp::Status::optimal && missed(rounded) < before + 1e-9) return rounded;
    // A target needs what was rounded off: ask for an order more of each first.
    release_racks();
    for (const auto& m : missing_) master_.set_row_bounds(m.row, asked_with_orders(m.row, solution), lp::infinity);
    solution = converge(tolerance(1e-5), 20);
    for (const auto& m : missing_) master_.set_row_bounds(m.row, model_.row_lower[at(m.row)], lp::infinity);
    if (solution.status != lp::Status::optimal) return solution;
    auto again = hold_racks(solution);
    if (again.status == lp::Status::optimal) return again;
    release_racks();
    return settle();
  }

  void held_plant(const std::vector<Hold>& holds) {
    hold(holds);
    for (const auto& h : holds) held_[h.column] = h.value;
  }

  lp::Solution hold_racks(const lp::Solution& solution) {
    hold(round_racks(f_, solution.value));
    return settle();
  }
  void release_racks() {
    const auto& in = f_.instance;
    for (std::size_t g = 0; g < in.p.accelerators.size(); ++g)
      for (std::size_t s = 0; s < in.sites.size(); ++s)
        for (int t = 0; t < in.N; ++t)
          if (const int c = f_.columns.racks(g, s, at(t)); c >= 0)
            master_.set_column_bounds(c, 0, closed_.contains(c) ? 0 : lp::infinity);
  }
  /// The target and what a rounded order of every purchase may take from it.
  double asked_with_orders(int row, const lp::Solution& solution) const {
    double asked = model_.row_lower[at(row)];
    std::map<int, double> of;
    const auto columns = model_.row_columns(row);
    const auto values = model_.row_values(row);
    for (std::size_t e = 0; e < columns.size(); ++e) of[columns[e]] = values[e];
    const auto& in = f_.instance;
    for (std::size_t g = 0; g < in.p.accelerators.size(); ++g)
      for (std::size_t s = 0; s < in.sites.size(); ++s)
        for (int t = 0; t < in.N; ++t) {
          const int c = f_.columns.racks(g, s, at(t));
          if (c < 0 || solution.value[at(c)] < 1e-7) continue;
          const double order = static_cast<double>(in.p.accelerators[g].order_racks) / thousand;
          // Through the installed power where the row counts that, directly where it counts racks.
          const int target_t = f_.tags[at(row)].t;
          const int installed = f_.columns.installed(s, at(target_t));
          if (const auto direct = of.find(c); direct != of.end()) asked += order * std::abs(direct->second);
          if (of.contains(installed) && t <= target_t) asked += order * in.p.accelerators[g].rack_kw / 1000;
        }
    return asked;
  }

  /// Each system within its halls in quarter t; whether that changed anything.
  bool hold_halls(const Halls& halls, int t) {
    const auto& in = f_.instance;
    bool changed = false;
    for (std::size_t g = 0; g < halls.size(); ++g)
      for (std::size_t s = 0; s < in.sites.size(); ++s) {
        const double gw = in.p.accelerators[g].rack_kw / 1000;
        std::vector<lp::Term> running;
        f_.each_running(g, s, t, [&](int c) {
          if (!closed_.contains(c)) running.push_back({c, gw});
        });
        if (running.empty()) continue;
        changed = true;
        const int n = halls[g][s][at(t)];
        if (n > 0) {
          const double room = n * in.sites[s].block_gw - gw * in.standing_racks[g][s][at(t)];
          hall_rows_.push_back(master_.add_row(-lp::infinity, std::max(0.0, room), running));
          continue;
        }
        for (const auto& r : running) {
          closed_.insert(r.column);
          master_.set_column_bounds(r.column, 0, 0);
        }
      }
    return changed;
  }

  /// The last word on energy: what is set aside for it is never less than what it costs, so that no quarter is
  /// overspent.
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
    x.resize(at(f_.model.columns()));  // without what is missing of targets
    const auto& in = f_.instance;
    const auto& c = f_.columns;
    found.row_dual.assign(solution.row_dual.begin(), solution.row_dual.begin() + f_.model.rows());
    for (std::size_t d = 0; d < operations_.size(); ++d) {
      const auto& o = operations_[d];
      x.insert(x.end(), o.values().begin(), o.values().end());
      const double worth = f_.worth_of_energy_money(d, found.row_dual);
      for (const double dual : o.row_duals()) found.row_dual.push_back(dual * worth);
      for (const auto& decided : o.quarter().decided) found.row_dual.push_back(o.slope(decided) * worth);
      found.row_dual.insert(found.row_dual.end(), {worth, 0});
      const double onsite = o.onsite_cost();
      x[at(c.onsite_cost[d])] = onsite;
      x[at(c.grid_cost[d])] = o.cost() - onsite;
    }
    double cash = 0;
    for (int t = 0; t < in.N; ++t) {
      if (const int d = in.dispatched_by[at(t)]; d >= 0) {
        if (const int paid = c.spend(static_cast<std::size_t>(Category::energy_grid), at(t)); paid >= 0)
          x[at(paid)] = x[at(c.grid_cost[at(d)])];
        if (const int paid = c.spend(static_cast<std::size_t>(Category::energy_onsite), at(t)); paid >= 0)
          x[at(paid)] = x[at(c.onsite_cost[at(d)])];
      }
      for (std::size_t i = 0; i < in.p.investors.size(); ++i)
        cash += c.draw(i, at(t)) >= 0 ? x[at(c.draw(i, at(t)))] : 0;
      for (std::size_t k = 0; k < category_names.size(); ++k)
        if (f_.funded(static_cast<Category>(k), t) && c.spend(k, at(t)) >= 0) cash -= x[at(c.spend(k, at(t)))];
      for (std::size_t n = 0; n < in.p.incentives.size(); ++n)
        cash += c.credit(n, at(t)) >= 0 ? x[at(c.credit(n, at(t)))] : 0;
      x[at(c.cash[at(t)])] = cash;
    }
  }

  /// Counted work. With effort 1 they are reached on none of the cases; the default programme ends by its gap.
  static constexpr std::int64_t most_windows = 40, window_nodes = 100, proof_nodes = 400, exact_nodes = 20000;
  void count(const lp::Solution& mip) {
    found_.nodes += nodes_now_;
    found_.lp_iterations += mip.iterations;
  }
  /// Ends a branch and bound at a number of nodes: the solver asks at the same points of its work on any machine.
  void limit_nodes(lp::Options& options, std::int64_t most) {
    nodes_now_ = 0;
    options.on_pace = [this, also = options.on_pace](const lp::Pace& pace) {
      nodes_now_ = std::max<std::int64_t>(nodes_now_, pace.iterations);
      if (also) also(pace);
    };
    options.should_stop = [this, most] { return nodes_now_ >= most || interrupted(); };
  }

  struct Missing {
    int column, row;
  };

  const Formulation& f_;
  std::vector<Operations>& operations_;
  const PlanOptions& options_;
  Progress& progress_;
  std::vector<Missing> missing_;  ///< of each target; before model_ and master_, which take them in
  lp::Model model_;
  lp::Solver master_;
  Found found_;
  std::int64_t nodes_now_ = 0;  ///< of the branch and bound that runs
  std::vector<int> hall_rows_;
  std::set<int> closed_;        ///< racks columns of systems that have no hall
  std::map<int, double> held_;  ///< whole-number columns that are held, and where
};

}  // namespace

Found search_monolith(const Formulation& whole, const PlanOptions& options, Progress& progress) {
  progress.stage("monolith: branch and bound");
  lp::Options mip = lp_options(options, true);
  mip.method = lp::Method::choose;
  mip.relative_gap = options.gap / 4;
  mip.time_limit_s = options.time_limit_s;
  mip.on_pace = [&](const lp::Pace& pace) { show(progress, options, pace); };
  const auto integer = lp::solve(whole.model, mip);
  Found found;
  found.status = integer.status;
  found.bound = integer.bound;
  found.lp_iterations = integer.iterations;
  found.out_of_time = integer.status == lp::Status::time_limit;
  if (!integer.has_values()) return found;
  lp::Model held = whole.model;
  const auto hold = [&](const std::vector<Hold>& holds) {
    for (const auto& h : holds) held.lower[at(h.column)] = held.upper[at(h.column)] = h.value;
  };
  for (int j = 0; j < held.columns(); ++j)
    if (held.integer[at(j)]) {
      held.lower[at(j)] = held.upper[at(j)] = std::round(integer.value[at(j)]);
      held.integer[at(j)] = 0;
    }
  auto best = lp::solve(held, lp_options(options));
  // Whole plant, cloud and racks in turn; a step that leaves no plan is taken back.
  const auto step = [&](auto round) {
    if (!best.has_values()) return;
    const auto before = held;
    hold(round(best.value));
    auto next = lp::solve(held, lp_options(options));
    if (next.status == lp::Status::optimal)
      best = std::move(next);
    else
      held = before;
  };
  step([&](const auto& x) { return round_plant(whole, x, false); });
  step([&](const auto& x) { return round_plant(whole, x, true); });
  step([&](const auto& x) { return round_cloud(whole, x); });
  step([&](const auto& x) { return round_racks(whole, x); });
  found.value = best.has_values() ? best.value : integer.value;
  found.row_dual = best.row_dual;
  found.whole = is_whole(whole, found.value);
  lp::Model relaxed = whole.model;
  std::ranges::fill(relaxed.integer, std::uint8_t{0});
  lp::Solver solver(relaxed);
  find_alternatives(whole, solver, options, progress, found);
  return found;
}

Found search_decomposed(const Formulation& decisions, std::vector<Operations>& operations, const PlanOptions& options,
                        Progress& progress) {
  return Decomposition(decisions, operations, options, progress).run();
}

}  // namespace stargate::plan
