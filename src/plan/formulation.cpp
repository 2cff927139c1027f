#include "plan/formulation.h"

#include "plan/quarter_dispatch.h"

namespace stargate::plan {

using lp::infinity;

Formulation::Formulation(const Instance& in, Rules dropped, bool tight)
    : instance(in), dropped_(dropped), tight_(tight) {
  payments_.assign(at(Category::count), std::vector<std::vector<lp::Term>>(at(in.N)));
  payment_constants_.assign(at(Category::count), std::vector<double>(at(in.N), 0));
  sites();
  geography();
  racks();
  supply();
  cloud();
  onsite_power();
  connections();
  site_power();
  zone_plant();
  equipment();
  energy();
  capital_spending();
  standing_spending();
  running_spending();
  incentives();
  financing();
  limits();
  targets();
  objective();
}

int Formulation::end(Rule rule, int item, int t, double lowest, double highest) {
  if (!holds(rule) || is_vacuous(model, lowest, highest)) {
    model.discard_row();
    return -1;
  }
  tags.push_back({rule, item, t});
  return model.end_row(lowest, highest);
}

/// Cost of a quarter's energy, and what may be shed when the grid calls for it.
void Formulation::energy() {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  columns.shed_gwh = Grid(in.p.zones.size(), in.dispatch.size());
  for (std::size_t d = 0; d < in.dispatch.size(); ++d) {
    const auto& q = in.dispatch[d];
    const double hours = in.hours[at(q.quarter)];
    columns.grid_cost.push_back(column(-infinity, infinity));
    columns.onsite_cost.push_back(column(0, infinity));
    if (settings.carbon_limit_mt_per_year) columns.allowance.push_back(column(0, infinity));
    shed_gw.emplace_back();
    for (std::size_t z = 0; z < in.p.zones.size(); ++z) {
      if (in.sites_of_zone[z].empty()) continue;
      const int c = columns.shed_gwh(z, d) = column(0, infinity);
      shed_gw.back().push_back({c, 1 / hours});
      term(c, 1);
      for (const int s : in.sites_of_zone[z]) {
        double out = 0;  // share of the quarter in which the site's managed connection is out
        for (std::size_t k = 0; k < in.steps[q.season].size(); ++k)
          if (in.restricted(s, q.season, static_cast<int>(k))) out += in.steps[q.season][k].share;
        term(columns.shed_restricted(at(s), at(q.quarter)), out * hours);
        if (out > 0) shed_gw.back().push_back({columns.shed_restricted(at(s), at(q.quarter)), out});
        term(columns.installed(at(s), at(q.quarter)),
             -settings.curtailed_hours_per_year / 4 * in.sites[at(s)].pue[q.season] * settings.it_utilisation);
      }
      end(Rule::shed_energy, static_cast<int>(z), q.quarter, -infinity, 0);
    }
    for (const int t : q.stands_for) {
      pay(Category::energy_grid, t, columns.grid_cost[d], 1);
      pay(Category::energy_onsite, t, columns.onsite_cost[d], 1);
      for (const auto& e : shed_gw[d])
        pay(Category::shedding, t, e.column, e.value * in.hours[at(t)] * settings.curtailment_price_usd_per_mwh * 1e-6);
    }
  }
}

void Formulation::limit_carbon(const Baseline& baseline) {
  const auto& in = instance;
  if (!in.p.settings.carbon_limit_mt_per_year) return;
  for (int year = 0; year <= in.calendar_year[at(in.N - 1)]; ++year) {
    double allowed = *in.p.settings.carbon_limit_mt_per_year;
    for (int t = 0; t < in.N; ++t) {
      const int d = in.dispatched_by[at(t)];
      if (in.calendar_year[at(t)] != year || d < 0) continue;
      term(columns.allowance[at(d)], 1);
      allowed += baseline.co2_mt[at(d)];
    }
    end(Rule::carbon, -1, year, -infinity, allowed);
  }
}

void Formulation::append_dispatch(const std::vector<QuarterDispatch>& appended, const Baseline& baseline) {
  quarters = &appended;
  for (std::size_t d = 0; d < appended.size(); ++d) {
    const auto& q = appended[d];
    const auto& own = q.grid.model;
    const int t = instance.dispatch[d].quarter, first = model.columns();
    first_column.push_back(first);
    first_row.push_back(model.rows());
    for (int c = 0; c < own.columns(); ++c) column(own.lower[at(c)], own.upper[at(c)]);
    for (int r = 0; r < own.rows(); ++r) {
      const auto entries = own.row_columns(r);
      const auto values = own.row_values(r);
      for (std::size_t e = 0; e < entries.size(); ++e) term(first + entries[e], values[e]);
      const bool held = holds(q.tags[at(r)].rule);
      tags.push_back(q.tags[at(r)]);
      model.end_row(held ? own.row_lower[at(r)] : -infinity, held ? own.row_upper[at(r)] : infinity);
    }
    for (const auto& decided : q.decided) {
      term(first + decided.column, 1);
      for (const auto& e : decided.of) term(e.column, -e.value);
      end(Rule::definition, -1, t, decided.constant, decided.constant);
    }
    // The baseline is what the grid costs by itself; what is above it is the programme's.
    term(columns.grid_cost[d], 1);
    term(columns.onsite_cost[d], 1);
    for (int c = 0; c < own.columns(); ++c) term(first + c, -own.cost[at(c)]);
    end(Rule::definition, -1, t, -baseline.cost_usd_b[d], -baseline.cost_usd_b[d]);
    term(columns.onsite_cost[d], 1);
    for (const auto& e : q.onsite_cost) term(first + e.column, -e.value);
    end(Rule::definition, -1, t, 0, 0);
  }
}

void Formulation::limits() {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  const int years = in.calendar_year[at(in.N - 1)];
  for (int year = 0; year <= years; ++year) {
    const auto water = [&](std::size_t s) {  // GL: GW * h * l/kWh = million litres
      for (int t = 0; t < in.N; ++t)
        if (in.calendar_year[at(t)] == year)
          term(columns.installed(s, at(t)),
               settings.it_utilisation * in.hours[at(t)] * in.p.sites[s].water_l_per_kwh / thousand);
    };
    for (std::size_t s = 0; s < in.sites.size(); ++s) {
      if (!in.p.sites[s].water_limit_ml_per_year) continue;
      water(s);
      end(Rule::site_water, static_cast<int>(s), year, -infinity, *in.p.sites[s].water_limit_ml_per_year / thousand);
    }
    if (!settings.water_limit_gl_per_year) continue;
    for (std::size_t s = 0; s < in.sites.size(); ++s) water(s);
    end(Rule::water, -1, year, -infinity, *settings.water_limit_gl_per_year);
  }
}

double Formulation::count_of(const std::string& quantity, int t, std::vector<lp::Term>& terms) const {
  const auto& in = instance;
  const auto add = [&](int c, double value) {
    if (c >= 0) terms.push_back({c, value});
  };
  double given = 0;
  const auto each_rack = [&](auto value) {
    for (std::size_t g = 0; g < in.p.accelerators.size(); ++g)
      for (std::size_t s = 0; s < in.sites.size(); ++s) {
        given += in.standing_racks[g][s][at(t)] * value(g, s);
        each_running(g, s, t, [&](int c) { add(c, value(g, s)); });
      }
  };
  if (quantity == "it_mw") {
    for (std::size_t s = 0; s < in.sites.size(); ++s) add(columns.installed(s, at(t)), 1);
  } else if (quantity == "h100_equivalents") {
    each_rack([&](std::size_t g, std::size_t) {
      return static_cast<double>(in.p.accelerators[g].chips_per_rack) * in.p.accelerators[g].h100_equivalent;
    });
  } else {
    each_rack([&](std::size_t g, std::size_t s) { return in.sites[s].rack_eflops[g]; });
    for (std::size_t c = 0; c < in.p.cloud.size(); ++c) {
      for (int q = std::max(0, t - static_cast<int>(in.p.cloud[c].term_quarters) + 1); q <= t; ++q)
        add(columns.commit(c, at(q)), in.cloud_eflops[c]);
      add(columns.burst(c, at(t)), in.burst_eflops[c]);
      given += in.standing_cloud[c][at(t)] * in.cloud_eflops[c];
    }
    if (const int d = in.dispatched_by[at(t)]; d >= 0)
      for (const auto& e : shed_gw[at(d)])
        add(e.column, -e.value / in.p.settings.it_utilisation * in.best_eflops_per_gw[at(t)]);
  }
  return given;
}

void Formulation::targets() {
  const auto& in = instance;
  for (std::size_t n = 0; n < in.p.targets.size(); ++n) {
    const auto& target = in.p.targets[n];
    const int t = in.t_of(target.by);
    std::vector<lp::Term> terms;
    const double given = count_of(target.quantity, t, terms);
    for (const auto& e : terms) term(e.column, e.value);
    end(Rule::target, static_cast<int>(n), t, target.at_least / thousand - given, infinity);
  }
}

double Formulation::running(std::size_t g, std::size_t s, int t, const std::vector<double>& value) const {
  double racks = instance.standing_racks[g][s][at(t)];
  each_running(g, s, t, [&](int c) { racks += value[at(c)]; });
  return racks;
}

void Formulation::append_halls() {
  const auto& in = instance;
  const auto G = in.p.accelerators.size(), S = in.sites.size();
  columns.halls = Grid(G, S, at(in.N));
  if (!holds(Rule::halls)) return;
  for (std::size_t s = 0; s < S; ++s)
    for (int t = 0; t < in.N; ++t) {
      std::vector<int> whole;
      for (std::size_t g = 0; g < G; ++g) {
        const double gw = in.p.accelerators[g].rack_kw / 1000, given = gw * in.standing_racks[g][s][at(t)];
        bool any = given > 0;
        each_running(g, s, t, [&](int) { any = true; });
        if (!any) continue;
        const int c = columns.halls(g, s, at(t)) = column(0, static_cast<double>(in.p.sites[s].most_blocks), 0, true);
        whole.push_back(c);
        each_running(g, s, t, [&](int racks) { term(racks, gw); });
        term(c, -in.sites[s].block_gw);
        end(Rule::halls, static_cast<int>(s), t, -infinity, -given);
      }
      for (const int c : whole) term(c, in.sites[s].block_gw);
      term(columns.ready(s, at(t)), -1);
      end(Rule::halls, static_cast<int>(s), t, -infinity, 0);
    }
}

double Formulation::objective_of(const std::vector<double>& value) const {
  const auto& in = instance;
  double sum = model.offset;
  for (std::size_t j = 0; j < value.size(); ++j) sum += model.cost[j] * value[j];
  for (std::size_t g = 0; g < in.p.accelerators.size(); ++g)
    for (std::size_t s = 0; s < in.sites.size(); ++s)
      for (int t = 0; t < in.N; ++t) {
        const double racks = running(g, s, t, value);
        if (racks > 0)
          sum += compute_weight(t) * (racks * in.sites[s].rack_eflops[g] -
                                      in.run_eflops(static_cast<int>(g), static_cast<int>(s), racks));
      }
  return objective_sign * sum;
}

/// What one EFLOP/s in quarter t adds to the objective. What is rented counts no longer than it is paid for.
double Formulation::compute_weight(int t, bool rented) const {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  if (settings.objective == "cost") return 0;
  const bool last = t == in.N - 1 && !(rented && holds(Rule::cloud_term));
  double years = in.discount[at(t)] * (in.hours[at(t)] / 8760 + (last ? in.terminal_factor : 0));
  if (settings.objective == "value")
    years *=
        settings.compute_price_usd_per_pflop_hour * std::pow(1 - settings.compute_price_decline, t / 4.0) * 8760 / 1e6;
  return years;
}

void Formulation::objective() {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  std::vector<double> weight, rented;
  for (int t = 0; t < in.N; ++t) weight.push_back(compute_weight(t)), rented.push_back(compute_weight(t, true));
  // A term that goes on after the horizon is paid for and counts, in the last quarter's discounting.
  const auto after = [&](int quarters_left) {
    const double most = settings.terminal_years > 0 ? in.terminal_factor : 0;
    const double year = rented.back() / (in.hours.back() / 8760);
    return holds(Rule::cloud_term) ? year * std::min(std::max(0, quarters_left) / 4.0, most) : 0;
  };
  const auto rent = [&](int c, double eflops, int from, int to) {
    if (c < 0) return;
    for (int t = from; t < std::min(to, in.N); ++t) model.cost[at(c)] -= eflops * rented[at(t)];
    model.cost[at(c)] -= eflops * after(to - in.N);
  };
  const auto earn = [&](int c, double eflops, int from, int to) {  // running in from .. to-1
    if (c < 0) return;
    for (int t = from; t < std::min(to, in.N); ++t) model.cost[at(c)] -= eflops * weight[at(t)];
  };
  for (std::size_t g = 0; g < in.p.accelerators.size(); ++g)
    for (std::size_t s = 0; s < in.sites.size(); ++s)
      for (int t = 0; t < in.N; ++t)
        earn(columns.racks(g, s, at(t)), in.sites[s].rack_eflops[g], t,
             t + static_cast<int>(in.p.accelerators[g].life_quarters));
  for (std::size_t c = 0; c < in.p.cloud.size(); ++c)
    for (int t = 0; t < in.B; ++t) {
      rent(columns.commit(c, at(t)), in.cloud_eflops[c], t, t + static_cast<int>(in.p.cloud[c].term_quarters));
      rent(columns.burst(c, at(t)), in.burst_eflops[c], t, t + 1);
    }
  // What stands earns as well, whatever is decided.
  for (std::size_t g = 0; g < in.p.accelerators.size(); ++g)
    for (std::size_t s = 0; s < in.sites.size(); ++s)
      for (int t = 0; t < in.N; ++t)
        model.offset -= in.standing_racks[g][s][at(t)] * in.sites[s].rack_eflops[g] * weight[at(t)];
  for (const auto& x : in.standing.cloud) {
    const double eflops = x.chips * in.cloud_eflops[at(x.contract)];
    for (int t = std::max(0, x.begins); t < std::min(in.N, x.ends); ++t) model.offset -= eflops * rented[at(t)];
    model.offset -= eflops * after(x.ends - in.N);
  }
  for (std::size_t d = 0; d < in.dispatch.size(); ++d)
    for (const int t : in.dispatch[d].stands_for)
      for (const auto& e : shed_gw[d])
        earn(e.column, -e.value / settings.it_utilisation * in.best_eflops_per_gw[at(t)], t, t + 1);

  const double price_of_money = settings.objective == "compute" ? settings.thrift_pflops_years_per_usd_m : 1;
  for (int t = 0; t < in.N; ++t) {
    const double value = in.discount[at(t)] * price_of_money;
    for (std::size_t i = 0; i < in.p.investors.size(); ++i)
      if (const int c = columns.draw(i, at(t)); c >= 0) model.cost[at(c)] += value;
    for (std::size_t c = 0; c < at(Category::count); ++c)
      if (const int paid = columns.spend(c, at(t));
          paid >= 0 && !funded(static_cast<Category>(c), t) && is_running(static_cast<Category>(c)))
        model.cost[at(paid)] += value;
  }
  objective_sign = settings.objective == "cost" ? 1 : -1;
}

double Formulation::worth_of_energy_money(std::size_t d, const std::vector<double>& row_dual) const {
  const auto energy = at(Category::energy_grid);
  const auto& stood_for = instance.dispatch[d].stands_for;
  double worth = 0;
  for (std::size_t r = 0; r < tags.size(); ++r) {
    const auto& tag = tags[r];
    if (tag.rule != Rule::definition || tag.item != static_cast<int>(energy) || tag.t < 0) continue;
    if (std::ranges::find(stood_for, tag.t) == stood_for.end()) continue;
    const auto row = model.row_columns(static_cast<int>(r));
    if (std::ranges::find(row, columns.spend(energy, at(tag.t))) != row.end()) worth += row_dual[r];
  }
  return worth;
}

std::string Formulation::name_of(const Tag& tag) const {
  const auto& p = instance.p;
  if (tag.item < 0) return "";
  const auto i = at(tag.item);
  switch (tag.rule) {
    case Rule::county_limit:
      return instance.counties[i];
    case Rule::zone_limit:
    case Rule::headroom:
    case Rule::balance:
    case Rule::shed_energy:
    case Rule::shed_share:
    case Rule::onsite_least:
    case Rule::onsite_limit:
    case Rule::plant_limit:
      return p.zones[i].id;
    case Rule::direct_supply:
      return p.accelerators[i].id;
    case Rule::stage_supply:
      return p.stages[i].id;
    case Rule::expansion_count:
      return p.expansions[i].id;
    case Rule::cloud_limit:
      return p.cloud[i].id;
    case Rule::equipment:
      return p.equipment[i].id;
    case Rule::grid_step:
      return p.interconnection[i].site + " step " + std::to_string(p.interconnection[i].step);
    case Rule::line_limit:
      return p.lines[i].id;
    case Rule::zone_build:
      return tag.t >= 0 ? p.power[at(tag.t)].id + " in " + p.zones[i].id : p.lines[i].id;
    case Rule::hydro_energy:
      return p.fleet[i].id;
    case Rule::commitment:
    case Rule::largest_share:
      return p.investors[i].id;
    case Rule::layer:
      return std::array<std::string, 3>{"building", "power", "compute"}[i];
    case Rule::incentive_eligible:
    case Rule::incentive_cap:
      return p.incentives[i].id;
    case Rule::target:
      return p.targets[i].quantity + " by " + to_string(p.targets[i].by);
    default:
      return p.sites[i].id;
  }
}

}  // namespace stargate::plan
