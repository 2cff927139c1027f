// The dispatch, step by step: sources, sites, flows, the balance of each zone, and what the energy costs and emits.
#include <algorithm>
#include <cmath>
#include <format>

#include "audit/state.h"

namespace stargate::audit {

namespace {

template <class T>
std::size_t at(T i) {
  return static_cast<std::size_t>(i);
}

constexpr double flow_usd_per_mwh = 0.01;  // on every flow, so that power does not run in circles

/// A source of a zone over the steps of one quarter.
struct Source {
  int zone = 0;
  std::string kind, id;
  auto operator<=>(const Source&) const = default;
};

/// All rows of one quarter, by position of the step in its season.
struct QuarterRows {
  std::map<Source, std::vector<double>> sources;
  Table2 flows;                                     ///< [line][step]
  std::vector<std::vector<const ZoneStep*>> zones;  ///< [zone][step]
  std::vector<std::vector<SiteStep>> sites;         ///< [site][step]
  bool any = false;
};

class Dispatch {
 public:
  Dispatch(const Facts& facts, const Plan& plan, const State& state, Book& book)
      : f_(facts), state_(state), book_(book), energy_(facts), rows_(at(facts.N)) {
    for (int t = 0; t < f_.N; ++t) {
      auto& q = rows_[at(t)];
      const std::size_t n = steps(t).size();
      q.flows = table2(f_.p.lines.size(), n);
      q.zones.assign(f_.p.zones.size(), std::vector<const ZoneStep*>(n));
      q.sites.assign(f_.p.sites.size(), std::vector<SiteStep>(n));
    }
    const auto where = [&](const auto& row) { return at(f_.position(f_.day.at(row.day), static_cast<int>(row.hour))); };
    const auto of = [&](const auto& row) -> QuarterRows& { return rows_[at(f_.t(row.quarter))]; };
    for (const auto& x : plan.zone_steps) of(x).zones[at(f_.zone.at(x.zone))][where(x)] = &x, of(x).any = true;
    for (const auto& x : plan.site_steps) of(x).sites[at(f_.site.at(x.site))][where(x)] = x, of(x).any = true;
    for (const auto& x : plan.flow_steps) of(x).flows[at(f_.line.at(x.line))][where(x)] += x.mw;
    for (const auto& x : plan.source_steps) {
      auto& mw = of(x).sources[{f_.zone.at(x.zone), x.kind, x.source}];
      mw.resize(steps(f_.t(x.quarter)).size());
      mw[where(x)] += x.kind == "charge" ? std::abs(x.mw) : x.mw;
    }
  }

  Energy run() && {
    for (int t = 0; t < f_.N; ++t) quarter(t);
    stand_for_tail();
    return std::move(energy_);
  }

 private:
  const std::vector<int>& steps(int t) const { return f_.steps_of[at(f_.season(t))]; }
  const Step& step(int t, std::size_t i) const { return f_.steps[at(steps(t)[i])]; }
  std::string name(const std::string& what, int t, std::size_t i) const {
    return std::format("{}, {} {:02}:00", what, f_.p.days[at(step(t, i).day)].id, step(t, i).hour);
  }

  void quarter(int t) {
    double it = 0;
    for (const auto& site : state_.it_mw) it += site[at(t)];
    const auto& q = rows_[at(t)];
    if (f_.dispatched_as(t) != t) {
      book_.that("zones.dispatched", "tail", f_.quarter(t), !q.any,
                 "is dispatched, though a later quarter stands for it");
      return;
    }
    if (!q.any) {
      book_.that("zones.dispatched", "all zones", f_.quarter(t), it <= 0, "has racks that run, and no dispatch");
      return;
    }
    energy_.dispatched[at(t)] = true;
    sites(t);
    for (const auto& [source, mw] : q.sources) one_source(t, source, mw);
    flows(t);
    for (std::size_t z = 0; z < f_.p.zones.size(); ++z) zone(t, z);
  }

  // ---- sites -------------------------------------------------------------------------------------------------------

  /// MW on site that can run, by availability.
  double onsite_limit(std::size_t s, int t) const {
    double mw = 0;
    for (std::size_t k = 0; k < f_.p.power.size(); ++k)
      mw += state_.onsite_mw[k][s][at(t)] * f_.p.power[k].availability;
    return mw;
  }

  void sites(int t) {
    const Quarter q = f_.quarter(t);
    for (std::size_t s = 0; s < f_.p.sites.size(); ++s) {
      const double load = state_.load_mw[s][at(t)], onsite_most = onsite_limit(s, t);
      const auto& list = rows_[at(t)].sites[s];
      for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& x = list[i];
        const auto what = name(f_.p.sites[s].id, t, i);
        const bool restricted = f_.restricted[s][at(steps(t)[i])];
        const double grid_most = state_.firm_mw[s][at(t)] + (restricted ? 0 : state_.managed_mw[s][at(t)]);
        book_.equal("site_power.load", what, q, x.load_mw, load);
        book_.equal("site_power.balance", what + ": grid, on-site and shed", q, x.grid_mw + x.onsite_mw + x.shed_mw,
                    x.load_mw);
        book_.at_most(restricted ? "restricted.grid" : "site_power.grid", what, q, x.grid_mw, grid_most, load);
        book_.at_most("site_power.onsite", what, q, x.onsite_mw, onsite_most);
        book_.at_least("site_power.onsite", what, q, x.onsite_mw, 0);
        book_.at_least("shedding.site", what, q, x.shed_mw, 0);
        book_.at_most("shedding.site", what, q, x.shed_mw, load);
        const double hours = f_.weight(t, step(t, i));
        energy_.site_grid_mwh[s][at(t)] += x.grid_mw * hours;
        energy_.site_onsite_mwh[s][at(t)] += x.onsite_mw * hours;
        energy_.site_shed_mwh[s][at(t)] += x.shed_mw * hours;
        energy_.delivery_cost[at(t)] += f_.p.zones[at(f_.zone_of[s])].delivery_usd_per_mwh * x.grid_mw * hours / 1e6;
      }
    }
  }

  // ---- sources -----------------------------------------------------------------------------------------------------

  void one_source(int t, const Source& source, const std::vector<double>& mw) {
    const auto unit = f_.fleet.find(source.id);
    const bool existing =
        source.kind == "existing" || (source.kind != "built" && source.kind != "onsite" && unit != f_.fleet.end() &&
                                      f_.p.fleet[at(unit->second)].zone == f_.p.zones[at(source.zone)].id);
    if (existing)
      existing_source(t, source, mw, f_.p.fleet[at(unit->second)]);
    else
      built_source(t, source, mw, f_.p.power[at(f_.power.at(source.id))]);
  }

  void existing_source(int t, const Source& source, const std::vector<double>& mw, const Fleet& unit) {
    const double share = available(unit, f_.season(t));
    const auto what = unit.id + " in " + unit.zone;
    if (source.kind != "existing") {
      storage_power(t, "existing", what, mw, unit.kind == "storage" ? unit.capacity_mw : 0);
      storage_energy(t, source, what, unit.capacity_mw * unit.storage_hours, unit.round_trip);
    } else {
      for (std::size_t i = 0; i < mw.size(); ++i) {
        const std::size_t z = at(source.zone), at_step = at(steps(t)[i]);
        double most = 0;
        if (unit.kind == "thermal") most = unit.capacity_mw * share;
        if (unit.kind == "wind") most = unit.capacity_mw * f_.wind[z][at_step];
        if (unit.kind == "solar") most = unit.capacity_mw * f_.solar[z][at_step];
        if (unit.kind == "hydro") most = unit.capacity_mw;
        limits("zones.existing", t, i, what, mw[i], most);
      }
      if (unit.kind == "hydro") hydro(t, what, mw, 24 * unit.capacity_mw * share);
    }
    if (source.kind != "charge")
      add_cost(t, source, mw, unit.variable_usd_per_mwh, unit.heat_rate_mmbtu_per_mwh, unit.fuel, energy_.zone_cost);
  }

  void built_source(int t, const Source& source, const std::vector<double>& mw, const PowerTechnology& k) {
    const std::size_t z = at(source.zone), ki = at(f_.power.at(k.id));
    const auto what = k.id + " in " + f_.p.zones[z].id;
    const bool onsite = source.kind == "onsite";
    double in_service = onsite ? 0 : state_.zone_mw[ki][z][at(t)];
    if (onsite)
      for (std::size_t s = 0; s < f_.p.sites.size(); ++s)
        if (f_.zone_of[s] == source.zone) in_service += state_.onsite_mw[ki][s][at(t)];
    if (source.kind == "charge" || source.kind == "discharge") {
      storage_power(t, "built", what, mw, k.kind == "storage" ? in_service : 0);
      storage_energy(t, source, what, in_service * k.storage_hours, k.round_trip);
    } else {
      for (std::size_t i = 0; i < mw.size(); ++i) {
        double most = 0;
        if (k.kind == "thermal") most = in_service * k.availability;
        if (k.kind == "wind") most = in_service * f_.wind[z][at(steps(t)[i])];
        if (k.kind == "solar") most = in_service * f_.solar[z][at(steps(t)[i])];
        limits(onsite ? "zones.onsite" : "zones.built", t, i, what, mw[i], most);
      }
    }
    if (source.kind != "charge")
      add_cost(t, source, mw, k.variable_usd_per_mwh, k.heat_rate_mmbtu_per_mwh, k.fuel,
               onsite ? energy_.onsite_cost : energy_.zone_cost);
  }

  void limits(std::string_view rule, int t, std::size_t i, const std::string& what, double mw, double most) {
    const auto named = name(what, t, i);
    book_.at_most(rule, named, f_.quarter(t), mw, most);
    book_.at_least(rule, named, f_.quarter(t), mw, 0);
  }

  void storage_power(int t, std::string_view whose, const std::string& what, const std::vector<double>& mw,
                     double most) {
    for (std::size_t i = 0; i < mw.size(); ++i)
      limits(whose == "built" ? "zones.built" : "zones.existing", t, i, what, mw[i], most);
  }

  /// Energy of the storage over each day, from charge and discharge together; looked at once, when the discharge (or a
  /// charge without one) comes by.
  void storage_energy(int t, const Source& source, const std::string& what, double most_mwh, double round_trip) {
    const auto& sources = rows_[at(t)].sources;
    const auto of = [&](const char* kind) {
      const auto found = sources.find({source.zone, kind, source.id});
      return found == sources.end() ? nullptr : &found->second;
    };
    const auto *charge = of("charge"), *discharge = of("discharge");
    if (source.kind == "charge" && discharge) return;
    const auto hours = static_cast<double>(f_.p.settings.hours_per_step);
    const std::size_t n = steps(t).size();
    for (std::size_t first = 0; first < n;) {
      const int day = step(t, first).day;
      double energy = 0, lowest = 0, highest = 0, moved = 0;
      std::size_t i = first;
      for (; i < n && step(t, i).day == day; ++i) {
        const double in = charge ? (*charge)[i] : 0, out = discharge ? (*discharge)[i] : 0;
        energy += (round_trip * in - out) * hours;
        moved += (in + out) * hours;
        lowest = std::min(lowest, energy);
        highest = std::max(highest, energy);
      }
      const auto named = what + ", " + f_.p.days[at(day)].id;
      book_.equal("storage.closing", named + ": MWh after the day beside before", f_.quarter(t), energy, 0, moved);
      book_.at_most("storage.energy", named, f_.quarter(t), highest - lowest, most_mwh, moved);
      first = i;
    }
  }

  void hydro(int t, const std::string& what, const std::vector<double>& mw, double most_mwh) {
    std::map<int, double> by_day;
    for (std::size_t i = 0; i < mw.size(); ++i)
      by_day[step(t, i).day] += mw[i] * static_cast<double>(f_.p.settings.hours_per_step);
    for (const auto& [day, mwh] : by_day)
      book_.at_most("hydro.energy", what + ", " + f_.p.days[at(day)].id, f_.quarter(t), mwh, most_mwh);
  }

  void add_cost(int t, const Source& source, const std::vector<double>& mw, double variable, double heat_rate,
                const std::string& fuel, std::vector<double>& cost) {
    const double usd = variable + heat_rate * f_.fuel_usd_per_mmbtu(fuel, source.zone, f_.quarter(t).year());
    const double tonnes = heat_rate * f_.co2_t_per_mmbtu(fuel);
    double mwh = 0;
    for (std::size_t i = 0; i < mw.size(); ++i) mwh += mw[i] * f_.weight(t, step(t, i));
    cost[at(t)] += usd * mwh / 1e6;
    energy_.co2_kt[at(t)] += tonnes * mwh / 1e3;
  }

  // ---- flows and balance -------------------------------------------------------------------------------------------

  void flows(int t) {
    for (std::size_t l = 0; l < f_.p.lines.size(); ++l)
      for (std::size_t i = 0; i < steps(t).size(); ++i) {
        const double mw = std::abs(rows_[at(t)].flows[l][i]);
        book_.at_most("flows.limit", name(f_.p.lines[l].id, t, i), f_.quarter(t), mw,
                      f_.p.lines[l].capacity_mw + state_.line_mw[l][at(t)]);
        energy_.zone_cost[at(t)] += flow_usd_per_mwh * mw * f_.weight(t, step(t, i)) / 1e6;
      }
  }

  double imports(int t, std::size_t z, std::size_t i) const {
    double mw = 0;
    for (std::size_t l = 0; l < f_.p.lines.size(); ++l) {
      const auto& line = f_.p.lines[l];
      const double flow = rows_[at(t)].flows[l][i];
      const double leaves = std::abs(flow), arrives = leaves * (1 - line.loss);
      const auto& from = flow >= 0 ? line.from_zone : line.to_zone;
      const auto& to = flow >= 0 ? line.to_zone : line.from_zone;
      if (from == f_.p.zones[z].id) mw -= leaves;
      if (to == f_.p.zones[z].id) mw += arrives;
    }
    return mw;
  }

  void zone(int t, std::size_t z) {
    const Quarter q = f_.quarter(t);
    const auto& id = f_.p.zones[z].id;
    double programme = 0;
    for (std::size_t s = 0; s < f_.p.sites.size(); ++s)
      if (f_.zone_of[s] == static_cast<int>(z)) programme += state_.load_mw[s][at(t)];
    double shed_mwh = 0;
    for (std::size_t i = 0; i < steps(t).size(); ++i) {
      const auto what = name(id, t, i);
      const ZoneStep* x = rows_[at(t)].zones[z][i];
      book_.that("zones.dispatched", what, q, x != nullptr, "has no row in dispatch_zones");
      if (!x) continue;
      const double load = x->native_mw + x->programme_mw, hours = f_.weight(t, step(t, i));
      book_.equal("balance.native", what, q, x->native_mw, f_.native_mw(static_cast<int>(z), steps(t)[i], t));
      book_.equal("balance.programme", what, q, x->programme_mw, programme);
      book_.equal("balance.sums", what + ": existing", q, x->existing_mw, total(t, z, i, "existing"), load);
      book_.equal("balance.sums", what + ": built", q, x->built_mw, total(t, z, i, "built"), load);
      book_.equal("balance.sums", what + ": on-site", q, x->onsite_mw, total(t, z, i, "onsite"), load);
      book_.equal("balance.sums", what + ": storage", q, x->storage_mw,
                  total(t, z, i, "discharge") - total(t, z, i, "charge"), load);
      book_.equal("balance.sums", what + ": imports", q, x->imports_mw, imports(t, z, i), load);
      book_.at_least("balance.sums", what + ": unserved", q, x->unserved_mw, 0);
      double onsite = 0, shed = 0;
      for (std::size_t s = 0; s < f_.p.sites.size(); ++s)
        if (f_.zone_of[s] == static_cast<int>(z)) {
          onsite += rows_[at(t)].sites[s][i].onsite_mw;
          shed += rows_[at(t)].sites[s][i].shed_mw;
        }
      book_.equal("balance.sites", what + ": on-site of its sites", q, onsite, x->onsite_mw, programme);
      book_.equal("balance.sites", what + ": shed of its sites", q, shed, x->shed_mw, programme);
      book_.equal(
          "balance.zone", what, q,
          x->existing_mw + x->built_mw + x->onsite_mw + x->storage_mw + x->imports_mw + x->shed_mw + x->unserved_mw,
          load);
      book_.at_most("shedding.step", what, q, x->shed_mw, f_.p.settings.curtailable_share * programme);
      shed_mwh += x->shed_mw * hours;
      energy_.zone_cost[at(t)] += f_.p.settings.unserved_price_usd_per_mwh * x->unserved_mw * hours / 1e6;
    }
    book_.at_most("shedding.quarter", id + ": MWh", q, shed_mwh,
                  f_.p.settings.curtailed_hours_per_year / 4 * programme);
    energy_.shed_mwh[at(t)] += shed_mwh;
  }

  double total(int t, std::size_t z, std::size_t i, std::string_view kind) const {
    double mw = 0;
    for (const auto& [source, list] : rows_[at(t)].sources)
      if (source.zone == static_cast<int>(z) && source.kind == kind) mw += list[i];
    return mw;
  }

  /// In the tail, the last four quarters stand for each year.
  void stand_for_tail() {
    for (int t = 0; t < f_.N; ++t) {
      const int as = f_.dispatched_as(t);
      if (as == t) continue;
      for (Table2* table : {&energy_.site_grid_mwh, &energy_.site_onsite_mwh, &energy_.site_shed_mwh})
        for (auto& row : *table) row[at(t)] = row[at(as)];
      for (auto* row : {&energy_.zone_cost, &energy_.onsite_cost, &energy_.delivery_cost, &energy_.co2_kt})
        (*row)[at(t)] = (*row)[at(as)];
      energy_.shed_mwh[at(t)] = energy_.shed_mwh[at(as)] / f_.hours(as) * f_.hours(t);  // the same average power
      energy_.dispatched[at(t)] = energy_.dispatched[at(as)];
    }
  }

  const Facts& f_;
  const State& state_;
  Book& book_;
  Energy energy_;
  std::vector<QuarterRows> rows_;
};

}  // namespace

Energy check_dispatch(const Facts& f, const Plan& plan, const State& state, Book& book) {
  return Dispatch(f, plan, state, book).run();
}

}  // namespace stargate::audit
