// The grid without the programme: its dispatch is feasible, and costs no more than any other could.
//
// Proof by weak duality (docs/check.md). For prices lambda of the zones' balances and values m of stored energy,
// whatever they are, every dispatch costs at least
//
//     D = sum over steps of weight * [ sum lambda * load + least of each source, store and tie on its own ],
//
// since each of these has only its own limits left, and the least of it is plain arithmetic. The written dispatch costs
// P >= optimum >= D; where P and D agree, both are the optimum. Nothing is taken on trust: with other duals D is only
// lower, and the proof fails.
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

constexpr double flow_usd_per_mwh = 0.01;

/// The written rows of one quarter, by position of the step in its season.
struct Rows {
  Table2 output, charge, discharge;  ///< [row of the fleet][step] MW
  Table2 value;                      ///< [row of the fleet][step] USD/MWh
  Table2 flow;                       ///< [line][step] MW
  Table2 unserved, price;            ///< [zone][step]
  Table2 there;                      ///< [zone][step] 1 where a row stands
  bool any = false;
};

class Quarterly {
 public:
  Quarterly(const Facts& f, const Rows& rows, int t, Book& book)
      : f_(f), rows_(rows), t_(t), q_(f.quarter(t)), book_(book) {}

  struct Outcome {
    double cost = 0, bound = 0;  ///< million USD
    double co2_kt = 0;
  };

  Outcome run() {
    for (std::size_t z = 0; z < f_.p.zones.size(); ++z)
      for (std::size_t k = 0; k < steps(); ++k) zone(z, k);
    for (std::size_t i = 0; i < f_.p.fleet.size(); ++i) {
      const auto& unit = f_.p.fleet[i];
      if (unit.kind == "storage")
        store(i, unit);
      else
        plant(i, unit);
    }
    for (std::size_t l = 0; l < f_.p.lines.size(); ++l)
      for (std::size_t k = 0; k < steps(); ++k) tie(l, k);
    out_.cost /= 1e6;
    out_.bound /= 1e6;
    return out_;
  }

 private:
  std::size_t steps() const { return f_.steps_of[at(f_.season(t_))].size(); }
  std::size_t of_year(std::size_t k) const { return at(f_.steps_of[at(f_.season(t_))][k]); }
  const Step& step(std::size_t k) const { return f_.steps[of_year(k)]; }
  double weight(std::size_t k) const { return f_.weight(t_, step(k)); }
  double hours() const { return static_cast<double>(f_.p.settings.hours_per_step); }
  std::string name(const std::string& what, std::size_t k) const {
    return std::format("{}, {} {:02}:00", what, f_.p.days[at(step(k).day)].id, step(k).hour);
  }
  /// A price above that of energy not served proves nothing more than that price does.
  double price(std::size_t z, std::size_t k) const {
    return std::min(rows_.price[z][k], f_.p.settings.unserved_price_usd_per_mwh);
  }
  void within(const std::string& what, std::size_t k, double mw, double most) {
    book_.at_most("baseline.dispatch", name(what, k), q_, mw, most);
    book_.at_least("baseline.dispatch", name(what, k), q_, mw, 0);
  }
  /// Calls each(first, end) for the steps of each day.
  template <class Each>
  void each_day(Each&& each) const {
    for (std::size_t first = 0, end = 0; first < steps(); first = end) {
      while (end < steps() && step(end).day == step(first).day) ++end;
      each(first, end);
    }
  }

  void zone(std::size_t z, std::size_t k) {
    const auto& id = f_.p.zones[z].id;
    book_.that("baseline.dispatch", name(id, k), q_, rows_.there[z][k] > 0, "has no row in baseline_zones");
    const double load = f_.native_mw(static_cast<int>(z), static_cast<int>(of_year(k)), t_);
    double met = rows_.unserved[z][k];
    for (std::size_t i = 0; i < f_.p.fleet.size(); ++i)
      if (f_.p.fleet[i].zone == id) met += rows_.output[i][k] + rows_.discharge[i][k] - rows_.charge[i][k];
    for (std::size_t l = 0; l < f_.p.lines.size(); ++l) {
      const auto& line = f_.p.lines[l];
      const double mw = rows_.flow[l][k];
      const auto& from = mw >= 0 ? line.from_zone : line.to_zone;
      const auto& to = mw >= 0 ? line.to_zone : line.from_zone;
      if (from == id) met -= std::abs(mw);
      if (to == id) met += std::abs(mw) * (1 - line.loss);
    }
    book_.equal("baseline.dispatch", name(id, k) + ": what flows in", q_, met, load);
    book_.at_least("baseline.dispatch", name(id, k) + ": unserved", q_, rows_.unserved[z][k], 0);
    out_.cost += weight(k) * f_.p.settings.unserved_price_usd_per_mwh * rows_.unserved[z][k];
    out_.bound += weight(k) * price(z, k) * load;
  }

  void plant(std::size_t i, const Fleet& unit) {
    const auto z = at(f_.zone.at(unit.zone));
    const double share = available(unit, f_.season(t_));
    const double fuel = f_.fuel_usd_per_mmbtu(unit.fuel, static_cast<int>(z), q_.year());
    const double usd = unit.variable_usd_per_mwh + unit.heat_rate_mmbtu_per_mwh * fuel;
    const double tonnes = unit.heat_rate_mmbtu_per_mwh * f_.co2_t_per_mmbtu(unit.fuel);
    std::vector<double> most(steps());
    for (std::size_t k = 0; k < steps(); ++k) {
      most[k] = unit.capacity_mw * (unit.kind == "wind"    ? f_.wind[z][of_year(k)]
                                    : unit.kind == "solar" ? f_.solar[z][of_year(k)]
                                    : unit.kind == "hydro" ? 1
                                                           : share);
      within(unit.id, k, rows_.output[i][k], most[k]);
      out_.cost += weight(k) * usd * rows_.output[i][k];
      out_.co2_kt += weight(k) * tonnes * rows_.output[i][k] / 1e3;
    }
    each_day([&](std::size_t first, std::size_t end) {
      double energy = unit.kind == "hydro" ? 24 * unit.capacity_mw * share : -1;
      if (unit.kind == "hydro") {
        double used = 0;
        for (std::size_t k = first; k < end; ++k) used += rows_.output[i][k] * hours();
        book_.at_most("baseline.dispatch", name(unit.id, first) + ": MWh of the day", q_, used, energy);
      }
      // The least of it: run where the price is above the cost; hydro in the dearest steps first, while energy lasts.
      std::vector<std::pair<double, double>> gains;  // USD per MW, MW
      for (std::size_t k = first; k < end; ++k)
        if (const double gain = weight(k) * (price(z, k) - usd); gain > 0) gains.emplace_back(gain, most[k]);
      std::ranges::sort(gains, std::greater{});
      for (const auto& [gain, mw] : gains) {
        const double run = energy < 0 ? mw : std::min(mw, energy / hours());
        out_.bound -= gain * run;
        if (energy >= 0) energy -= run * hours();
      }
    });
  }

  void store(std::size_t i, const Fleet& unit) {
    const auto z = at(f_.zone.at(unit.zone));
    const double usd = unit.variable_usd_per_mwh +
                       unit.heat_rate_mmbtu_per_mwh *
                           f_.fuel_usd_per_mmbtu(unit.fuel, static_cast<int>(z), q_.year());
    const double holds = unit.capacity_mw * unit.storage_hours;
    each_day([&](std::size_t first, std::size_t end) {
      double energy = 0, lowest = 0, highest = 0, moved = 0;
      for (std::size_t k = first; k < end; ++k) {
        const double in = rows_.charge[i][k], out = rows_.discharge[i][k];
        within(unit.id + " charging", k, in, unit.capacity_mw);
        within(unit.id + " discharging", k, out, unit.capacity_mw);
        energy += (unit.round_trip * in - out) * hours();
        moved += (in + out) * hours();
        lowest = std::min(lowest, energy);
        highest = std::max(highest, energy);
        out_.cost += weight(k) * usd * out;
        // The least of it, with stored energy at its values.
        const double here = rows_.value[i][k], next = rows_.value[i][k + 1 < end ? k + 1 : first];
        out_.bound += weight(k) * unit.capacity_mw *
                      (std::min(0.0, price(z, k) - unit.round_trip * here) + std::min(0.0, usd + here - price(z, k)));
        out_.bound += weight(k) / hours() * holds * std::min(0.0, here - next);
      }
      book_.equal("baseline.dispatch", name(unit.id, first) + ": MWh after the day beside before", q_, energy, 0, moved);
      book_.at_most("baseline.dispatch", name(unit.id, first) + ": MWh held", q_, highest - lowest, holds, moved);
    });
  }

  void tie(std::size_t l, std::size_t k) {
    const auto& line = f_.p.lines[l];
    const auto from = at(f_.zone.at(line.from_zone)), to = at(f_.zone.at(line.to_zone));
    const double mw = std::abs(rows_.flow[l][k]);
    book_.at_most("baseline.dispatch", name(line.id, k), q_, mw, line.capacity_mw);
    out_.cost += weight(k) * flow_usd_per_mwh * mw;
    for (const auto& [a, b] : {std::pair{from, to}, {to, from}})
      out_.bound += weight(k) * line.capacity_mw *
                    std::min(0.0, flow_usd_per_mwh + price(a, k) - price(b, k) * (1 - line.loss));
  }

  const Facts& f_;
  const Rows& rows_;
  int t_;
  Quarter q_;
  Book& book_;
  Outcome out_;
};

std::vector<Rows> rows_of(const Facts& f, const Plan& plan) {
  std::vector<Rows> rows(at(f.N));
  for (int t = 0; t < f.N; ++t) {
    const auto n = f.steps_of[at(f.season(t))].size();
    auto& q = rows[at(t)];
    q.output = q.charge = q.discharge = q.value = table2(f.p.fleet.size(), n);
    q.flow = table2(f.p.lines.size(), n);
    q.unserved = q.price = q.there = table2(f.p.zones.size(), n);
  }
  const auto where = [&](const auto& row) { return at(f.position(f.day.at(row.day), static_cast<int>(row.hour))); };
  const auto of = [&](const auto& row) -> Rows& {
    auto& q = rows[at(f.t(row.quarter))];
    q.any = true;
    return q;
  };
  for (const auto& x : plan.baseline_zones) {
    auto& q = of(x);
    const auto z = at(f.zone.at(x.zone)), k = where(x);
    q.unserved[z][k] = x.unserved_mw, q.price[z][k] = x.price_usd_per_mwh, q.there[z][k] = 1;
  }
  for (const auto& x : plan.baseline_sources) {
    auto& q = of(x);
    auto& table = x.kind == "charge" ? q.charge : x.kind == "discharge" ? q.discharge : q.output;
    table[at(f.fleet.at(x.source))][where(x)] += x.kind == "charge" ? std::abs(x.mw) : x.mw;
  }
  for (const auto& x : plan.baseline_flows) of(x).flow[at(f.line.at(x.line))][where(x)] += x.mw;
  for (const auto& x : plan.baseline_stores) of(x).value[at(f.fleet.at(x.source))][where(x)] = x.value_usd_per_mwh;
  return rows;
}

}  // namespace

void check_baseline(const Facts& f, const Plan& plan, const Energy& energy, Book& book) {
  const auto rows = rows_of(f, plan);
  std::vector<const ProgrammeQuarter*> reported(at(f.N));
  for (const auto& row : plan.quarters) reported[at(f.t(row.quarter))] = &row;
  for (int t = 0; t < f.N; ++t) {
    const Quarter q = f.quarter(t);
    if (!energy.dispatched[at(t)] || f.dispatched_as(t) != t) continue;
    book.that("baseline.proven", "all zones", q, rows[at(t)].any,
              "has no dispatch without the programme (baseline_*.csv): nothing proves what it would have cost");
    if (!rows[at(t)].any || !reported[at(t)]) continue;
    const auto least = Quarterly(f, rows[at(t)], t, book).run();
    book.equal("baseline.proven", "bound by its prices beside its cost", q, least.bound, least.cost);
    book.equal("baseline.cost", "cost without the programme", q, reported[at(t)]->baseline_cost_usd_m, least.cost);
    book.equal("baseline.co2", "added kt", q, reported[at(t)]->co2_kt, energy.co2_kt[at(t)] - least.co2_kt,
               energy.co2_kt[at(t)]);
  }
}

}  // namespace stargate::audit
