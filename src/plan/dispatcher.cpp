#include "plan/dispatcher.h"

#include "base/workers.h"
#include "lp/solver.h"

namespace stargate::plan {

using lp::infinity;

Dispatcher::Dispatcher(const Instance& instance, std::size_t dispatched, lp::Model& model, const Columns* links,
                       End end)
    : in_(instance),
      d_(in_.dispatch[dispatched]),
      dispatched_(dispatched),
      model_(model),
      links_(links),
      end_(std::move(end)),
      steps_(in_.steps[d_.season].size()),
      t_(d_.quarter) {}

double Dispatcher::hours_of(int step) const { return in_.steps[d_.season][at(step)].share * in_.hours[at(t_)]; }

bool Dispatcher::serves(std::size_t k, std::size_t y) const {
  return in_.year_start[y] + in_.p.power[k].lead_quarters <= t_;
}

/// One GW for an hour at 1 USD/MWh is 1e-6 billion USD.
void Dispatcher::pay(std::vector<lp::Term>& to, int column, int step, double usd_per_mwh) {
  if (usd_per_mwh != 0) to.push_back({column, usd_per_mwh * hours_of(step) * 1e-6});
}

void Dispatcher::build() {
  const auto Z = in_.p.zones.size(), K = in_.p.power.size(), F = in_.p.fleet.size(), L = in_.p.lines.size();
  columns.fleet = columns.fleet_charge = columns.fleet_energy = Grid(F, steps_);
  columns.built = columns.built_charge = columns.built_energy = columns.onsite = Grid(Z, K, steps_);
  columns.shed = columns.unserved = columns.balance_row = Grid(Z, steps_);
  columns.forward = columns.backward = Grid(L, steps_);
  for (int k = 0; k < static_cast<int>(steps_); ++k) {
    for (int z = 0; z < static_cast<int>(Z); ++z) {
      fleet(z, k);
      if (links_) {
        built(z, k);
        onsite(z, k);
      }
      const int u = columns.unserved(at(z), at(k)) = model_.add_column(0, infinity);
      pay(grid_cost, u, k, in_.p.settings.unserved_price_usd_per_mwh);
    }
    flows(k);
  }
  hydro();
  storages();
  for (int z = 0; links_ && z < static_cast<int>(Z); ++z) {
    shedding(z);
    delivery(z);
  }
  for (int z = 0; z < static_cast<int>(Z); ++z)
    for (int k = 0; k < static_cast<int>(steps_); ++k) balance(z, k);
}

void Dispatcher::fleet(int z, int k) {
  const auto& profile = in_.profile[d_.season][at(z)][at(k)];
  for (const int f : in_.fleet_of_zone[at(z)]) {
    const auto& unit = in_.p.fleet[at(f)];
    const double gw = unit.capacity_mw / thousand;
    const double share = unit.kind == "wind"      ? profile.wind
                         : unit.kind == "solar"   ? profile.solar
                         : unit.kind == "thermal" ? in_.fleet_available(unit, d_.season)
                                                  : 1;
    const int c = columns.fleet(at(f), at(k)) = model_.add_column(0, gw * share);
    pay(grid_cost, c, k, in_.fleet_cost(unit, z, t_));
    const double co2 = unit.heat_rate_mmbtu_per_mwh * in_.fuel_co2(unit.fuel);
    if (co2 > 0) emission.push_back({c, co2 * hours_of(k) * 1e-3});
    if (unit.kind != "storage") continue;
    columns.fleet_charge(at(f), at(k)) = model_.add_column(0, gw);
    columns.fleet_energy(at(f), at(k)) = model_.add_column(0, gw * unit.storage_hours);
  }
}

void Dispatcher::built(int z, int k) {
  const auto& profile = in_.profile[d_.season][at(z)][at(k)];
  const auto K = in_.p.power.size(), Y = in_.year_start.size();
  for (std::size_t tech = 0; tech < K; ++tech) {
    const auto& row = in_.p.power[tech];
    const auto within = [&](int column, double share) {  // column <= share * MW in service
      model_.term(column, 1);
      for (std::size_t y = 0; y < Y; ++y)
        if (serves(tech, y)) term(links_->zone_power(tech, at(z), y), -share);
      end_(Rule::plant_limit, z, -infinity, 0);
    };
    bool any = false;
    for (std::size_t y = 0; y < Y; ++y) any = any || (links_->zone_power(tech, at(z), y) >= 0 && serves(tech, y));
    if (!any) continue;
    const double share = row.kind == "wind"      ? profile.wind
                         : row.kind == "solar"   ? profile.solar
                         : row.kind == "storage" ? 1
                                                 : row.availability;
    if (share <= 0) continue;
    const int c = columns.built(at(z), tech, at(k)) = model_.add_column(0, infinity);
    within(c, share);
    pay(grid_cost, c, k, in_.power_cost(row, z, t_));
    const double co2 = row.heat_rate_mmbtu_per_mwh * in_.fuel_co2(row.fuel);
    if (co2 > 0) emission.push_back({c, co2 * hours_of(k) * 1e-3});
    if (row.kind != "storage") continue;
    within(columns.built_charge(at(z), tech, at(k)) = model_.add_column(0, infinity), 1);
    within(columns.built_energy(at(z), tech, at(k)) = model_.add_column(0, infinity), row.storage_hours);
  }
}

/// On-site generation, added up over the zone's sites by technology: between what the sites need and what they have.
void Dispatcher::onsite(int z, int k) {
  const auto K = in_.p.power.size();
  bool any = false;
  for (std::size_t tech = 0; tech < K; ++tech) {
    bool serves_here = false;
    for (const int s : in_.sites_of_zone[at(z)])
      serves_here = serves_here || links_->onsite_cap(tech, at(s), at(t_)) >= 0;
    if (!serves_here) continue;
    any = true;
    const auto& row = in_.p.power[tech];
    const int c = columns.onsite(at(z), tech, at(k)) = model_.add_column(0, infinity);
    model_.term(c, 1);
    for (const int s : in_.sites_of_zone[at(z)]) term(links_->onsite_cap(tech, at(s), at(t_)), -row.availability);
    end_(Rule::onsite_limit, z, -infinity, 0);
    pay(onsite_cost, c, k, in_.power_cost(row, z, t_));
    const double co2 = row.heat_rate_mmbtu_per_mwh * in_.fuel_co2(row.fuel);
    if (co2 > 0) emission.push_back({c, co2 * hours_of(k) * 1e-3});
  }
  if (!any) return;
  for (std::size_t tech = 0; tech < K; ++tech) term(columns.onsite(at(z), tech, at(k)), 1);
  for (const int s : in_.sites_of_zone[at(z)]) {
    const bool out = in_.restricted(s, d_.season, k);
    term(out ? links_->need_restricted(at(s), at(t_)) : links_->need(at(s), at(t_)), -1);
  }
  const int shortfall =
      model_.add_column(0, infinity);  // zero by the sites' own rules; keeps the dispatch solvable within tolerances
  pay(onsite_cost, shortfall, k, in_.p.settings.unserved_price_usd_per_mwh);
  term(shortfall, 1);
  end_(Rule::onsite_least, z, 0, infinity);
}

/// Load shed at the grid's call, beside what sites shed because their managed connection is out.
void Dispatcher::shedding(int z) {
  const auto& settings = in_.p.settings;
  const auto& sites = in_.sites_of_zone[at(z)];
  if (sites.empty()) return;
  for (int k = 0; k < static_cast<int>(steps_); ++k) {
    const int c = columns.shed(at(z), at(k)) = model_.add_column(0, infinity);
    model_.term(c, 1);
    for (const int s : sites) {
      if (in_.restricted(s, d_.season, k)) model_.term(links_->shed_restricted(at(s), at(t_)), 1);
      model_.term(links_->installed(at(s), at(t_)),
                  -settings.curtailable_share * in_.sites[at(s)].pue[d_.season] * settings.it_utilisation);
    }
    end_(Rule::shed_share, z, -infinity, 0);
  }
  for (int k = 0; k < static_cast<int>(steps_); ++k) model_.term(columns.shed(at(z), at(k)), hours_of(k));
  model_.term(links_->shed_gwh(at(z), dispatched_), -1);
  end_(Rule::shed_energy, z, -infinity, 0);
}

/// Delivery is paid on what the sites take from the grid: their load less what is shed and made on site.
void Dispatcher::delivery(int z) {
  const double usd = in_.p.zones[at(z)].delivery_usd_per_mwh;
  for (int k = 0; k < static_cast<int>(steps_); ++k) {
    for (const int s : in_.sites_of_zone[at(z)]) {
      pay(grid_cost, links_->installed(at(s), at(t_)), k,
          usd * in_.sites[at(s)].pue[d_.season] * in_.p.settings.it_utilisation);
      if (in_.restricted(s, d_.season, k)) pay(grid_cost, links_->shed_restricted(at(s), at(t_)), k, -usd);
    }
    if (columns.shed(at(z), at(k)) >= 0) pay(grid_cost, columns.shed(at(z), at(k)), k, -usd);
    for (std::size_t tech = 0; tech < in_.p.power.size(); ++tech)
      if (columns.onsite(at(z), tech, at(k)) >= 0) pay(grid_cost, columns.onsite(at(z), tech, at(k)), k, -usd);
  }
}

/// energy(step) = energy before + (round_trip * charge - discharge) * hours; the first step of a day follows its last.
void Dispatcher::storage_step(int charge, int discharge, int energy, int before, double round_trip) {
  const double H = static_cast<double>(in_.p.settings.hours_per_step);
  if (energy != before) {
    model_.term(energy, 1);
    model_.term(before, -1);
  }
  model_.term(charge, -round_trip * H);
  model_.term(discharge, H);
  end_(Rule::storage, -1, 0, 0);
}

void Dispatcher::storages() {
  const auto& steps = in_.steps[d_.season];
  const auto before = [&](int k) {  // the step before k in its day, around the clock
    if (k > 0 && steps[at(k - 1)].day == steps[at(k)].day) return k - 1;
    int last = k;
    while (last + 1 < static_cast<int>(steps.size()) && steps[at(last + 1)].day == steps[at(k)].day) ++last;
    return last;
  };
  for (int k = 0; k < static_cast<int>(steps_); ++k) {
    const auto b = at(before(k));
    for (std::size_t f = 0; f < in_.p.fleet.size(); ++f)
      if (in_.p.fleet[f].kind == "storage")
        storage_step(columns.fleet_charge(f, at(k)), columns.fleet(f, at(k)), columns.fleet_energy(f, at(k)),
                     columns.fleet_energy(f, b), in_.p.fleet[f].round_trip);
    for (std::size_t z = 0; z < in_.p.zones.size(); ++z)
      for (std::size_t tech = 0; tech < in_.p.power.size(); ++tech)
        if (in_.p.power[tech].kind == "storage" && columns.built(z, tech, at(k)) >= 0)
          storage_step(columns.built_charge(z, tech, at(k)), columns.built(z, tech, at(k)),
                       columns.built_energy(z, tech, at(k)), columns.built_energy(z, tech, b),
                       in_.p.power[tech].round_trip);
  }
}

void Dispatcher::hydro() {
  const auto& steps = in_.steps[d_.season];
  const double H = static_cast<double>(in_.p.settings.hours_per_step);
  for (std::size_t f = 0; f < in_.p.fleet.size(); ++f) {
    const auto& unit = in_.p.fleet[f];
    if (unit.kind != "hydro") continue;
    for (std::size_t k = 0; k < steps.size();) {
      const int day = steps[k].day;
      for (; k < steps.size() && steps[k].day == day; ++k) model_.term(columns.fleet(f, k), H);
      end_(Rule::hydro_energy, static_cast<int>(f), -infinity,
           24 * unit.capacity_mw / thousand * in_.fleet_available(unit, d_.season));
    }
  }
}

void Dispatcher::flows(int k) {
  for (std::size_t l = 0; l < in_.p.lines.size(); ++l) {
    const auto& line = in_.p.lines[l];
    const double gw = line.capacity_mw / thousand;
    const bool grows = links_ && [&] {
      for (std::size_t y = 0; y < in_.year_start.size(); ++y)
        if (links_->line(l, y) >= 0 && in_.year_start[y] + line.lead_quarters <= t_) return true;
      return false;
    }();
    for (auto* grid : {&columns.forward, &columns.backward}) {
      const int c = (*grid)(l, at(k)) = model_.add_column(0, grows ? infinity : gw);
      pay(grid_cost, c, k, wheeling_usd_per_mwh);
      if (!grows) continue;
      model_.term(c, 1);
      for (std::size_t y = 0; y < in_.year_start.size(); ++y)
        if (links_->line(l, y) >= 0 && in_.year_start[y] + line.lead_quarters <= t_)
          model_.term(links_->line(l, y), -1);
      end_(Rule::line_limit, static_cast<int>(l), -infinity, gw);
    }
  }
}

void Dispatcher::balance(int z, int k) {
  const auto& zone = in_.p.zones[at(z)];
  for (const int f : in_.fleet_of_zone[at(z)]) {
    term(columns.fleet(at(f), at(k)), 1);
    term(columns.fleet_charge(at(f), at(k)), -1);
  }
  for (std::size_t tech = 0; tech < in_.p.power.size(); ++tech) {
    term(columns.built(at(z), tech, at(k)), 1);
    term(columns.built_charge(at(z), tech, at(k)), -1);
    term(columns.onsite(at(z), tech, at(k)), 1);
  }
  for (std::size_t l = 0; l < in_.p.lines.size(); ++l) {
    const auto& line = in_.p.lines[l];
    if (line.from_zone == zone.id) {
      term(columns.forward(l, at(k)), -1);
      term(columns.backward(l, at(k)), 1 - line.loss);
    }
    if (line.to_zone == zone.id) {
      term(columns.forward(l, at(k)), 1 - line.loss);
      term(columns.backward(l, at(k)), -1);
    }
  }
  term(columns.shed(at(z), at(k)), 1);
  term(columns.unserved(at(z), at(k)), 1);
  if (links_)
    for (const int s : in_.sites_of_zone[at(z)]) {
      model_.term(links_->installed(at(s), at(t_)), -in_.sites[at(s)].pue[d_.season] * in_.p.settings.it_utilisation);
      if (in_.restricted(s, d_.season, k)) model_.term(links_->shed_restricted(at(s), at(t_)), 1);
    }
  const double load = in_.profile[d_.season][at(z)][at(k)].load * in_.load_growth(z, t_);
  columns.balance_row(at(z), at(k)) = model_.rows();
  end_(Rule::balance, z, load, load);
}

Baseline solve_baseline(const Instance& in, unsigned threads) {
  Baseline baseline;
  baseline.cost_usd_b.resize(in.dispatch.size());
  baseline.co2_mt.resize(in.dispatch.size());
  parallel_for(in.dispatch.size(), threads, [&](std::size_t d) {
    lp::Model model;
    Dispatcher dispatcher(in, d, model, nullptr,
                          [&](Rule, int, double lowest, double highest) { return model.end_row(lowest, highest); });
    dispatcher.build();
    for (const auto& t : dispatcher.grid_cost) model.cost[at(t.column)] += t.value;
    const auto solution = lp::solve(model, {.method = lp::Method::simplex});
    if (solution.status != lp::Status::optimal)
      throw std::runtime_error("the grid without the programme could not be dispatched: " +
                               std::string(lp::to_string(solution.status)));
    for (const auto& t : dispatcher.grid_cost) baseline.cost_usd_b[d] += t.value * solution.value[at(t.column)];
    for (const auto& t : dispatcher.emission) baseline.co2_mt[d] += t.value * solution.value[at(t.column)];
  });
  return baseline;
}

}  // namespace stargate::plan
