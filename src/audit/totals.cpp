// Limits, targets, the reported totals and the value of the objective.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "audit/state.h"

namespace stargate::audit {

namespace {

template <class T>
std::size_t at(T i) {
  return static_cast<std::size_t>(i);
}

double water_ml(const Facts& f, const State& state, std::size_t s, int t) {
  const double it_mwh = state.load_mw[s][at(t)] * f.hours(t) / f.pue(static_cast<int>(s), f.season(t));
  return it_mwh * f.p.sites[s].water_l_per_kwh / 1000;
}

std::vector<const ProgrammeQuarter*> by_quarter(const Facts& f, const Plan& plan) {
  std::vector<const ProgrammeQuarter*> rows(at(f.N));
  for (const auto& row : plan.quarters) rows[at(f.t(row.quarter))] = &row;
  return rows;
}

double total_it_mw(const State& state, int t) {
  double mw = 0;
  for (const auto& site : state.it_mw) mw += site[at(t)];
  return mw;
}

struct Chips {
  double chips = 0, h100 = 0;
};
Chips chips(const Facts& f, const State& state, int t) {
  Chips total;
  for (std::size_t g = 0; g < f.p.accelerators.size(); ++g)
    for (const auto& site : state.racks[g]) {
      const double n = site[at(t)] * static_cast<double>(f.p.accelerators[g].chips_per_rack);
      total.chips += n;
      total.h100 += n * f.p.accelerators[g].h100_equivalent;
    }
  return total;
}

double site_pflops(const Facts& f, const State& state, std::size_t s, int t) {
  double sum = 0;
  for (std::size_t g = 0; g < f.e.size(); ++g)
    sum += f.run_pflops(static_cast<int>(g), static_cast<int>(s), state.racks[g][s][at(t)]);
  return sum;
}

void check_site_quarters(const Facts& f, const Plan& plan, const State& state, const Energy& energy, Book& book) {
  std::set<std::pair<std::size_t, int>> there;
  for (const auto& x : plan.site_quarters) {
    const std::size_t s = at(f.site.at(x.site));
    const int t = f.t(x.quarter);
    there.insert({s, t});
    double onsite = 0;
    for (const auto& technology : state.onsite_mw) onsite += technology[s][at(t)];
    const auto equal = [&](const char* column, double found, double expected) {
      book.equal("totals.sites", x.site + ": " + column, x.quarter, found, expected);
    };
    equal("ready_it_mw", x.ready_it_mw, f.p.sites[s].block_mw * state.ready_blocks[s][at(t)]);
    equal("installed_it_mw", x.installed_it_mw, state.it_mw[s][at(t)]);
    equal("facility_peak_mw", x.facility_peak_mw, f.pue(static_cast<int>(s), f.season(t)) * state.it_mw[s][at(t)]);
    equal("firm_mw", x.firm_mw, state.firm_mw[s][at(t)]);
    equal("managed_mw", x.managed_mw, state.managed_mw[s][at(t)]);
    equal("onsite_mw", x.onsite_mw, onsite);
    equal("effective_pflops", x.effective_pflops, site_pflops(f, state, s, t));
    equal("load_gwh", x.load_gwh, state.load_mw[s][at(t)] * f.hours(t) / 1000);
    equal("grid_gwh", x.grid_gwh, energy.site_grid_mwh[s][at(t)] / 1000);
    equal("onsite_gwh", x.onsite_gwh, energy.site_onsite_mwh[s][at(t)] / 1000);
    equal("shed_gwh", x.shed_gwh, energy.site_shed_mwh[s][at(t)] / 1000);
    equal("water_ml", x.water_ml, water_ml(f, state, s, t));
  }
  for (std::size_t s = 0; s < f.p.sites.size(); ++s)
    for (int t = 0; t < f.N; ++t)
      if (state.it_mw[s][at(t)] > 0)
        book.that("totals.sites", f.p.sites[s].id, f.quarter(t), there.contains({s, t}),
                  "has racks and no row in site_quarters");
}

}  // namespace

void check_totals(const Facts& f, const Plan& plan, const State& state, const Energy& energy, Book& book) {
  check_site_quarters(f, plan, state, energy, book);
  const auto rows = by_quarter(f, plan);
  for (int t = 0; t < f.N; ++t) {
    const Quarter q = f.quarter(t);
    const auto* x = rows[at(t)];
    book.that("totals.quarters", "row", q, x != nullptr, "is missing in quarters");
    if (!x) continue;
    std::set<std::string> states;
    int sites = 0;
    double facility = 0, largest = 0, load = 0, cloud = 0;
    for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
      if (state.opened[s] && *state.opened[s] <= q) ++sites, states.insert(f.p.sites[s].state);
      facility += f.highest_pue(static_cast<int>(s)) * state.it_mw[s][at(t)];
      for (std::size_t g = 0; g < f.e.size(); ++g)
        largest = std::max(largest, f.largest_run_pflops(static_cast<int>(g), state.racks[g][s][at(t)]));
      load += state.load_mw[s][at(t)] * f.hours(t) / 1000;
    }
    for (std::size_t c = 0; c < f.p.cloud.size(); ++c)
      cloud += state.committed_chips[c][at(t)] + state.burst_chips[c][at(t)];
    const auto [count, h100] = chips(f, state, t);
    const auto equal = [&](const char* column, double found, double expected) {
      book.equal("totals.quarters", column, q, found, expected);
    };
    book.that("totals.quarters", "history", q, x->history == (t < f.D), "is not what was before decisions begin");
    equal("sites", static_cast<double>(x->sites), sites);
    equal("states", static_cast<double>(x->states), static_cast<double>(states.size()));
    equal("it_mw", x->it_mw, total_it_mw(state, t));
    equal("facility_mw", x->facility_mw, facility);
    equal("chips", x->chips, count);
    equal("h100_equivalents", x->h100_equivalents, h100);
    equal("effective_pflops", x->effective_pflops, effective_compute(f, state, energy, t));
    equal("largest_run_pflops", x->largest_run_pflops, largest);
    equal("cloud_chips", x->cloud_chips, cloud);
    equal("load_gwh", x->load_gwh, load);
    if (f.dispatched_as(t) != t) {
      if (const auto* as = rows[at(f.dispatched_as(t))]) {
        equal("co2_kt", x->co2_kt, as->co2_kt);
        equal("baseline_cost_usd_m", x->baseline_cost_usd_m, as->baseline_cost_usd_m);
      }
      continue;
    }
    if (!energy.dispatched[at(t)]) equal("co2_kt", x->co2_kt, 0);  // else check_baseline looks at it
  }
}

void check_limits(const Facts& f, const Plan& plan, const State& state, const Energy& energy, Book& book) {
  const auto& settings = f.p.settings;
  const auto rows = by_quarter(f, plan);
  std::map<int, double> carbon_kt, water;
  std::map<std::pair<std::size_t, int>, double> site_water;
  for (int t = 0; t < f.N; ++t) {
    const int year = f.quarter(t).year();
    if (rows[at(t)]) carbon_kt[year] += rows[at(t)]->co2_kt;
    for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
      const double ml = water_ml(f, state, s, t);
      water[year] += ml;
      site_water[{s, year}] += ml;
    }
  }
  if (settings.carbon_limit_mt_per_year)
    for (const auto& [year, kt] : carbon_kt)
      book.at_most("limits.carbon", std::format("Mt in {}", year), {}, kt / 1000, *settings.carbon_limit_mt_per_year);
  if (settings.water_limit_gl_per_year)
    for (const auto& [year, ml] : water)
      book.at_most("limits.water", std::format("GL in {}", year), {}, ml / 1000, *settings.water_limit_gl_per_year);
  for (const auto& [key, ml] : site_water)
    if (const auto limit = f.p.sites[key.first].water_limit_ml_per_year)
      book.at_most("limits.site_water", std::format("{}: ML in {}", f.p.sites[key.first].id, key.second), {}, ml,
                   *limit);

  for (const auto& target : f.p.targets) {
    const int t = f.t(target.by);
    const double found = t < 0 || t >= f.N                       ? 0
                         : target.quantity == "it_mw"            ? total_it_mw(state, t)
                         : target.quantity == "h100_equivalents" ? chips(f, state, t).h100
                                                                 : effective_compute(f, state, energy, t);
    book.at_least("targets.reached", target.quantity, target.by, found, target.at_least);
  }
}

void check_objective(const Facts& f, const Plan& plan, const State& state, const Energy& energy,
                     const std::vector<double>& unfunded, Book& book) {
  const auto& settings = f.p.settings;
  const double r = settings.discount_rate, years = settings.terminal_years;
  const double terminal = r == 0 ? years : (1 - std::pow(1 + r, -years)) / r;
  std::vector<double> draws(at(f.N));
  for (const auto& x : plan.draws) draws[at(f.t(x.quarter))] += x.usd_m;

  double pflops_years = 0, cost = 0, value = 0, size = 0;
  // Rented compute has no years after the horizon but those of terms that go on, which are paid for.
  const auto owned_or_paid = [&](int t, double c) {
    double years_of_it = c * f.hours(t) / 8760;
    if (t < f.N - 1) return years_of_it;
    years_of_it += (c - rented_compute(f, state, t)) * terminal;
    for (const auto& x : plan.cloud) {
      const auto i = at(f.cloud.at(x.contract));
      const int left = f.t(x.quarter) + static_cast<int>(f.p.cloud[i].term_quarters) - f.N;
      years_of_it += f.e_committed[i] * x.new_committed_chips * std::min(std::max(0, left) / 4.0, terminal);
    }
    for (const auto& x : f.p.standing_cloud) {
      const auto i = at(f.cloud.at(x.contract));
      const int left = f.t(x.begins) + static_cast<int>(x.lasts(f.p.cloud[i].term_quarters)) - f.N;
      years_of_it += f.e_committed[i] * x.chips * std::min(std::max(0, left) / 4.0, terminal);
    }
    return years_of_it;
  };
  for (int t = 0; t < f.N; ++t) {
    const double c = effective_compute(f, state, energy, t);
    const double price =
        settings.compute_price_usd_per_pflop_hour * std::pow(1 - settings.compute_price_decline, t / 4.0);
    const double compute_years = owned_or_paid(t, c);
    pflops_years += f.discount(t) * compute_years;
    value += f.discount(t) * price * compute_years * 8760 / 1e6;
    cost += f.discount(t) * (draws[at(t)] + unfunded[at(t)]);
    size += f.discount(t) * (draws[at(t)] + std::abs(unfunded[at(t)]));
  }
  const auto& proof = plan.proof;
  book.that("objective.kind", proof.objective_kind, {}, proof.objective_kind == settings.objective,
            "is not the objective of the programme");
  const double thrift = settings.thrift_pflops_years_per_usd_m;
  const bool minimise = settings.objective == "cost";
  const double found = minimise ? cost : settings.objective == "value" ? value - cost : pflops_years - thrift * cost;
  const double scale = minimise ? size : settings.objective == "value" ? value + size : pflops_years + thrift * size;
  book.equal("objective.value", proof.objective_kind, {}, proof.objective, found, scale);
  if (minimise)
    book.at_most("objective.bound", "bound of the least", {}, proof.bound, proof.objective, scale);
  else
    book.at_least("objective.bound", "bound of the most", {}, proof.bound, proof.objective, scale);
  const double gap = std::abs(proof.bound - proof.objective) / std::max(1e-9, std::abs(proof.objective));
  book.equal("objective.gap", "share of the objective", {}, proof.gap, gap);
}

}  // namespace stargate::audit
