#include "plan/operations.h"

namespace stargate::plan {

Operations::Operations(const Formulation& f, const Baseline& baseline, std::size_t dispatched)
    : dispatched_(dispatched), baseline_cost_(baseline.cost_usd_b[dispatched]) {
  const auto& in = f.instance;
  const auto& decided = f.columns;
  const auto t = at(in.dispatch[dispatched].quarter);
  lp::Model model;
  Columns own;
  const auto S = in.sites.size(), K = in.p.power.size(), Z = in.p.zones.size(), N = at(in.N);
  const auto link = [&](Grid& mine, const Grid& theirs, std::size_t i, std::size_t j, std::size_t k = 0) {
    if (theirs(i, j, k) < 0) return;
    mine(i, j, k) = model.add_column(0, 0);
    links_.push_back({mine(i, j, k), theirs(i, j, k)});
  };
  own.installed = own.need = own.need_restricted = own.shed_restricted = Grid(S, N);
  own.onsite_cap = Grid(K, S, N);
  for (std::size_t s = 0; s < S; ++s) {
    link(own.installed, decided.installed, s, t);
    link(own.need, decided.need, s, t);
    link(own.need_restricted, decided.need_restricted, s, t);
    link(own.shed_restricted, decided.shed_restricted, s, t);
    for (std::size_t k = 0; k < K; ++k) link(own.onsite_cap, decided.onsite_cap, k, s, t);
  }
  own.shed_gwh = Grid(Z, in.dispatch.size());
  own.zone_power = Grid(K, Z, in.year_start.size());
  own.line = Grid(in.p.lines.size(), in.year_start.size());
  for (std::size_t z = 0; z < Z; ++z) link(own.shed_gwh, decided.shed_gwh, z, dispatched);
  for (std::size_t y = 0; y < in.year_start.size(); ++y) {
    for (std::size_t k = 0; k < K; ++k)
      for (std::size_t z = 0; z < Z; ++z)
        if (in.year_start[y] + in.p.power[k].lead_quarters <= in.dispatch[dispatched].quarter)
          link(own.zone_power, decided.zone_power, k, z, y);
    for (std::size_t l = 0; l < in.p.lines.size(); ++l)
      if (in.year_start[y] + in.p.lines[l].lead_quarters <= in.dispatch[dispatched].quarter)
        link(own.line, decided.line, l, y);
  }

  Dispatcher dispatcher(in, dispatched, model, &own, [&](Rule rule, int, double lowest, double highest) {
    if (f.holds(rule) && !is_vacuous(model, lowest, highest)) return model.end_row(lowest, highest);
    model.discard_row();
    return -1;
  });
  dispatcher.build();
  for (const auto* terms : {&dispatcher.grid_cost, &dispatcher.onsite_cost})
    for (const auto& e : *terms) model.cost[at(e.column)] += e.value;
  onsite_cost_ = std::move(dispatcher.onsite_cost);
  columns_ = model.columns();
  solver_ = std::make_unique<lp::Solver>(model);
}

void Operations::solve(const std::vector<double>& decision) {
  at_.clear();
  for (const auto& link : links_) {
    const double v = std::max(0.0, decision[at(link.decision)]);
    at_.push_back(v);
    solver_->set_column_bounds(link.own, v, v);
  }
  solution_ = solver_->solve({.method = lp::Method::simplex});
  if (solution_.status != lp::Status::optimal) {
    solver_->forget();
    solution_ = solver_->solve();
  }
  if (solution_.status != lp::Status::optimal)
    throw std::runtime_error("the dispatch of a quarter could not be solved: " +
                             std::string(lp::to_string(solution_.status)) + " " + solution_.message);
}

double Operations::onsite_cost() const {
  double cost = 0;
  for (const auto& e : onsite_cost_) cost += e.value * solution_.value[at(e.column)];
  return cost;
}

Cut Operations::cut() const {
  Cut cut{dispatched_, cost(), {}};
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const double slope = solution_.reduced_cost[at(links_[i].own)];
    if (std::abs(slope) < 1e-11) continue;
    cut.slopes.push_back({links_[i].decision, slope});
    cut.constant -= slope * at_[i];
  }
  return cut;
}

std::vector<double> Operations::values() const {
  return {solution_.value.begin() + static_cast<std::ptrdiff_t>(links_.size()), solution_.value.begin() + columns_};
}

}  // namespace stargate::plan
