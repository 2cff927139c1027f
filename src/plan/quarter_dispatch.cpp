#include "plan/quarter_dispatch.h"

#include "base/workers.h"

namespace stargate::plan {

using energy::List;
using lp::infinity;

namespace {

class QuarterBuilder {
 public:
  QuarterBuilder(const Formulation& decisions, std::size_t dispatched)
      : in_(decisions.instance),
        c_(decisions.columns),
        d_(in_.dispatch[dispatched]),
        dispatched_(dispatched),
        t_(d_.quarter),
        steps_(in_.steps[d_.season].size()),
        Z_(in_.p.zones.size()),
        K_(in_.p.power.size()) {
    q_.members.built = q_.members.onsite = Grid(Z_, K_);
    q_.members.fleet.assign(in_.p.fleet.size(), -1);
    q_.members.unserved.assign(Z_, -1);
    q_.members.shed.assign(Z_, -1);
    load_.assign(Z_, -1);
    restricted_.assign(in_.sites.size(), -1);
  }

  QuarterDispatch build() && {
    snapshots();
    carriers();
    for (std::size_t z = 0; z < Z_; ++z) {
      native(z);
      fleet(z);
      built(z);
      onsite(z);
      programme(z);
    }
    for (std::size_t l = 0; l < in_.p.lines.size(); ++l) line(l);
    q_.system = energy::deterministic(std::move(net_));
    q_.grid = energy::formulate(q_.system);
    for (const auto& [list, member, decision] : extendable_)
      q_.decided.push_back({capacity(list, member), decision.constant, decision.of});
    tag_rows();
    hydro();
    for (std::size_t z = 0; z < Z_; ++z) {
      onsite_least(z);
      shedding(z);
    }
    emissions();
    return std::move(q_);
  }

 private:
  /// What decides a capacity: constant + sum of `of` (none: it is given); and which rule its limits state, of which
  /// item.
  struct Decision {
    Rule rule = Rule::definition;
    int item = -1;
    std::vector<lp::Term> of;
    double constant = 0;
  };
  struct Extendable {
    List list;
    int member;
    Decision decision;
  };

  // ---- the network -------------------------------------------------------------------------------------------------

  void snapshots() {
    for (std::size_t k = 0; k < steps_; ++k) {
      energy::Snapshot snapshot;
      snapshot.run = in_.steps[d_.season][k].day;
      snapshot.objective = hours(k) * 1e-6;  // one GW for an hour at 1 USD/MWh, in billion USD
      snapshot.stores = static_cast<double>(in_.p.settings.hours_per_step);
      snapshot.generators = hours(k);
      net_.snapshots.push_back(snapshot);
    }
  }

  /// Primary energy is in MMBtu: an efficiency is the inverse of a heat rate.
  void carriers() {
    for (const auto& fuel : in_.p.fuels) net_.carriers.push_back({fuel.id, fuel.co2_t_per_mmbtu});
    for (const auto& zone : in_.p.zones) net_.buses.push_back({zone.id});
  }

  void native(std::size_t z) {
    const auto& zone = in_.p.zones[z];
    energy::Load load;
    load.name = load.bus = zone.id;
    const double growth = in_.load_growth(static_cast<int>(z), t_);
    for (const auto& step : in_.profile[d_.season][z]) load.p_set.hourly.push_back(step.load * growth);
    net_.loads.push_back(std::move(load));
    q_.members.unserved[z] = unlimited("unserved in " + zone.id, z, in_.p.settings.unserved_price_usd_per_mwh);
  }

  void fleet(std::size_t z) {
    for (const int f : in_.fleet_of_zone[z]) {
      const auto& unit = in_.p.fleet[at(f)];
      const double available = unit.kind == "thermal" ? in_.fleet_available(unit, d_.season) : 1;
      q_.members.fleet[at(f)] = plant(unit, unit.id, z, in_.fleet_cost(unit, static_cast<int>(z), t_), available,
                                      unit.capacity_mw / thousand, {});
    }
  }

  void built(std::size_t z) {
    for (std::size_t k = 0; k < K_; ++k) {
      const auto& row = in_.p.power[k];
      Decision mw{Rule::plant_limit, static_cast<int>(z), {}};
      for (std::size_t y = 0; y < in_.year_start.size(); ++y)
        if (serves(y, row.lead_quarters)) use(mw.of, c_.zone_power(k, z, y), 1);
      for (std::size_t i = 0; i < in_.standing.power.size(); ++i) {
        const auto& x = in_.standing.power[i];
        if (x.zone == static_cast<int>(z) && x.technology == static_cast<int>(k) && x.service <= t_)
          use(mw.of, c_.standing_power[i], 1);
      }
      if (mw.of.empty()) continue;
      q_.members.built(z, k) = plant(row, row.id + " in " + in_.p.zones[z].id, z,
                                     in_.power_cost(row, static_cast<int>(z), t_), row.availability, 0, std::move(mw));
    }
  }

  /// On-site generation, added up over the zone's sites by technology. What is made on site is not delivered.
  void onsite(std::size_t z) {
    const auto& zone = in_.p.zones[z];
    for (std::size_t k = 0; k < K_; ++k) {
      const auto& row = in_.p.power[k];
      Decision mw{Rule::onsite_limit, static_cast<int>(z), {}};
      for (const int s : in_.sites_of_zone[z]) use(mw.of, c_.onsite_cap(k, at(s), at(t_)), 1);
      if (mw.of.empty()) continue;
      const double usd = in_.power_cost(row, static_cast<int>(z), t_) - zone.delivery_usd_per_mwh;
      q_.members.onsite(z, k) =
          plant(row, row.id + " on site in " + zone.id, z, usd, row.availability, 0, std::move(mw));
    }
  }

  /// The programme's load: a consumer that must run, whose capacity is decided; less what sites shed while their
  /// managed connection is out, and what the zone sheds at the grid's call. Delivery is paid on what is taken from the
  /// grid.
  void programme(std::size_t z) {
    const auto& zone = in_.p.zones[z];
    Decision mw;
    for (const int s : in_.sites_of_zone[z])
      use(mw.of, c_.installed(at(s), at(t_)), in_.sites[at(s)].pue[d_.season] * in_.p.settings.it_utilisation);
    if (mw.of.empty()) return;
    auto load = generator("programme in " + zone.id, z, zone.delivery_usd_per_mwh);
    load.sign = -1;
    load.p_min_pu = 1;
    load_[z] = add(net_.generators, List::generators, std::move(load), std::move(mw));
    for (const int s : in_.sites_of_zone[z]) {
      energy::Profile out;
      for (std::size_t k = 0; k < steps_; ++k) out.hourly.push_back(is_out(s, k) ? 1 : 0);
      if (out.is_zero()) continue;
      auto shed = generator("shed at " + in_.p.sites[at(s)].id, z, -zone.delivery_usd_per_mwh);
      shed.p_min_pu = shed.p_max_pu = std::move(out);
      restricted_[at(s)] =
          add(net_.generators, List::generators, std::move(shed), {.of = {{c_.shed_restricted(at(s), at(t_)), 1}}});
    }
    q_.members.shed[z] = unlimited("shed in " + zone.id, z, -zone.delivery_usd_per_mwh);
  }

  void line(std::size_t l) {
    const auto& row = in_.p.lines[l];
    Decision mw{Rule::line_limit, static_cast<int>(l), {}, row.capacity_mw / thousand};
    for (std::size_t y = 0; y < in_.year_start.size(); ++y)
      if (serves(y, row.lead_quarters)) use(mw.of, c_.line(l, y), 1);
    for (std::size_t i = 0; i < in_.standing.lines.size(); ++i)
      if (in_.standing.lines[i].line == static_cast<int>(l) && in_.standing.lines[i].service <= t_)
        use(mw.of, c_.standing_line[i], 1);
    for (const bool forward : {true, false}) {
      energy::Link link;
      link.name = row.id + (forward ? "" : " back");
      link.ports = {{forward ? row.from_zone : row.to_zone, -1}, {forward ? row.to_zone : row.from_zone, 1 - row.loss}};
      link.marginal_cost = wheeling_usd_per_mwh;
      link.nominal = mw.constant;
      add(net_.links, List::links, std::move(link), mw);
    }
  }

  /// Existing or new plant: a generator, or a storage unit.
  template <class Unit>
  int plant(const Unit& unit, std::string name, std::size_t z, double usd_per_mwh, double available, double gw,
            Decision decision) {
    if (unit.kind == "storage") {
      energy::StorageUnit s;
      s.name = std::move(name);
      s.bus = in_.p.zones[z].id;
      s.nominal = gw;
      s.efficiency_store = unit.round_trip;
      s.max_hours = unit.storage_hours;
      s.marginal_cost = usd_per_mwh;
      s.cyclic = true;  // and within each day, since days are runs
      return add(net_.storage_units, List::storage_units, std::move(s), std::move(decision));
    }
    auto g = generator(std::move(name), z, usd_per_mwh);
    g.nominal = gw;
    if (unit.kind == "wind" || unit.kind == "solar") {
      for (const auto& step : in_.profile[d_.season][z])
        g.p_max_pu.hourly.push_back(unit.kind == "wind" ? step.wind : step.solar);
    } else
      g.p_max_pu = available;
    if (!unit.fuel.empty() && unit.heat_rate_mmbtu_per_mwh > 0) {
      g.carrier = unit.fuel;
      g.efficiency = 1 / unit.heat_rate_mmbtu_per_mwh;
    }
    return add(net_.generators, List::generators, std::move(g), std::move(decision));
  }
  energy::Generator generator(std::string name, std::size_t z, double usd_per_mwh) const {
    energy::Generator g;
    g.name = std::move(name);
    g.bus = in_.p.zones[z].id;
    g.marginal_cost = usd_per_mwh;
    return g;
  }
  int unlimited(std::string name, std::size_t z, double usd_per_mwh) {
    auto g = generator(std::move(name), z, usd_per_mwh);
    g.nominal = energy::unlimited;
    return add(net_.generators, List::generators, std::move(g), {});
  }
  template <class Member>
  int add(std::vector<Member>& members, List list, Member member, Decision decision) {
    const int i = static_cast<int>(members.size());
    member.extendable = !decision.of.empty();
    if (member.extendable) extendable_.push_back({list, i, std::move(decision)});
    members.push_back(std::move(member));
    return i;
  }

  // ---- the plan's own columns and rows -----------------------------------------------------------------------------

  /// Which rule each row of the network states.
  void tag_rows() {
    std::map<std::pair<List, int>, Tag> limits;
    for (const auto& [list, member, decision] : extendable_)
      limits[{list, member}] = {decision.rule, decision.item, t_};
    q_.tags.assign(at(model().rows()), {Rule::definition, -1, t_});
    for (const auto& span : q_.grid.layout.rows)
      for (int r = span.first; r < span.end; ++r) switch (auto& tag = q_.tags[at(r)]; span.kind) {
          case energy::RowKind::capacity_limit:
            tag = limits.at({span.list, static_cast<int>(span.member)});
            break;
          case energy::RowKind::energy_balance:
            tag = {Rule::storage, -1, t_};
            break;
          case energy::RowKind::nodal_balance:
            tag = {Rule::balance, (r - span.first) % static_cast<int>(Z_), t_};
            break;
        }
  }

  void hydro() {
    const auto& steps = in_.steps[d_.season];
    for (std::size_t f = 0; f < in_.p.fleet.size(); ++f) {
      const auto& unit = in_.p.fleet[f];
      if (unit.kind != "hydro") continue;
      for (std::size_t k = 0; k < steps_;) {
        const int day = steps[k].day;
        for (; k < steps_ && steps[k].day == day; ++k)
          model().term(power(q_.members.fleet[f], k), static_cast<double>(in_.p.settings.hours_per_step));
        end(Rule::hydro_energy, static_cast<int>(f), -infinity,
            24 * unit.capacity_mw / thousand * in_.fleet_available(unit, d_.season));
      }
    }
  }

  /// On-site generation is at least what its sites need, in open and in restricted steps.
  void onsite_least(std::size_t z) {
    std::vector<int> generators;
    for (std::size_t k = 0; k < K_; ++k)
      if (const int g = q_.members.onsite(z, k); g >= 0) {
        generators.push_back(g);
        for (std::size_t step = 0; step < steps_; ++step)
          pay_onsite(power(g, step), step, in_.power_cost(in_.p.power[k], static_cast<int>(z), t_));
      }
    if (generators.empty()) return;
    std::map<int, int> own;  // column of each decision that is used
    for (std::size_t k = 0; k < steps_; ++k) {
      for (const int g : generators) model().term(power(g, k), 1);
      for (const int s : in_.sites_of_zone[z]) {
        const int need = (is_out(s, k) ? c_.need_restricted : c_.need)(at(s), at(t_));
        if (!own.contains(need)) own[need] = decide(need);
        model().term(own[need], -1);
      }
      // Zero by the sites' own rules; keeps the dispatch solvable within tolerances.
      const int shortfall =
          model().add_column(0, infinity, in_.p.settings.unserved_price_usd_per_mwh * hours(k) * 1e-6);
      pay_onsite(shortfall, k, in_.p.settings.unserved_price_usd_per_mwh);
      model().term(shortfall, 1);
      end(Rule::onsite_least, static_cast<int>(z), 0, infinity);
    }
  }

  /// Load shed at the grid's call: within a share of the load, beside what sites shed because their managed connection
  /// is out; and within its energy over the quarter.
  void shedding(std::size_t z) {
    const int shed = q_.members.shed[z];
    if (shed < 0) return;
    for (std::size_t k = 0; k < steps_; ++k) {
      model().term(power(shed, k), 1);
      for (const int s : in_.sites_of_zone[z])
        if (is_out(s, k)) model().term(capacity(List::generators, restricted_[at(s)]), 1);
      model().term(capacity(List::generators, load_[z]), -in_.p.settings.curtailable_share);
      end(Rule::shed_share, static_cast<int>(z), -infinity, 0);
    }
    const int most = decide(c_.shed_gwh(z, dispatched_));
    for (std::size_t k = 0; k < steps_; ++k) model().term(power(shed, k), hours(k));
    model().term(most, -1);
    end(Rule::shed_energy, static_cast<int>(z), -infinity, 0);
  }

  void emissions() {
    std::map<std::string, double> co2;  // t per MMBtu
    const auto& net = q_.system.first();
    for (const auto& carrier : net.carriers) co2[carrier.name] = carrier.co2_emissions;
    for (std::size_t g = 0; g < net.generators.size(); ++g)
      for (std::size_t k = 0; k < steps_; ++k)
        if (const double rate = co2[net.generators[g].carrier] / net.generators[g].efficiency[k]; rate > 0)
          q_.emission.push_back({power(static_cast<int>(g), k), rate * hours(k) * 1e-3});
    if (c_.allowance.empty()) return;
    q_.allowance = decide(c_.allowance[dispatched_]);
    for (const auto& e : q_.emission) model().term(e.column, e.value);
    model().term(q_.allowance, -1);
    end(Rule::definition, -1, -infinity, 0);
  }

  /// A column of the dispatch for one decision.
  int decide(int decision) {
    const int own = model().add_column(0, infinity);
    q_.decided.push_back({own, 0, {{decision, 1}}});
    return own;
  }
  void pay_onsite(int column, std::size_t step, double usd_per_mwh) {
    if (usd_per_mwh != 0) q_.onsite_cost.push_back({column, usd_per_mwh * hours(step) * 1e-6});
  }
  void end(Rule rule, int item, double lowest, double highest) {
    q_.tags.push_back({rule, item, t_});
    model().end_row(lowest, highest);
  }

  lp::Model& model() { return q_.grid.model; }
  int capacity(List list, int member) const {
    return q_.grid.layout.capacity[static_cast<std::size_t>(list)][at(member)];
  }
  int power(int generator, std::size_t step) const {
    return q_.grid.layout.operation[0].flow[static_cast<std::size_t>(List::generators)](step, at(generator));
  }
  double hours(std::size_t step) const { return in_.steps[d_.season][step].share * in_.hours[at(t_)]; }
  bool is_out(int site, std::size_t step) const { return in_.restricted(site, d_.season, static_cast<int>(step)); }
  /// Whether what was decided in year y serves in this quarter.
  bool serves(std::size_t y, std::int64_t lead_quarters) const { return in_.year_start[y] + lead_quarters <= t_; }
  static void use(std::vector<lp::Term>& of, int column, double value) {
    if (column >= 0) of.push_back({column, value});
  }

  const Instance& in_;
  const Columns& c_;
  const Dispatch& d_;
  std::size_t dispatched_;
  int t_;
  std::size_t steps_, Z_, K_;
  energy::Network net_;
  std::vector<Extendable> extendable_;
  std::vector<int> load_;        ///< [zone] generator
  std::vector<int> restricted_;  ///< [site] generator
  QuarterDispatch q_;
};

}  // namespace

QuarterDispatch quarter_dispatch(const Formulation& decisions, std::size_t dispatched) {
  return QuarterBuilder(decisions, dispatched).build();
}

std::vector<QuarterDispatch> quarter_dispatches(const Formulation& decisions, unsigned threads) {
  std::vector<QuarterDispatch> quarters(decisions.instance.dispatch.size());
  parallel_for(quarters.size(), threads, [&](std::size_t d) { quarters[d] = quarter_dispatch(decisions, d); });
  return quarters;
}

}  // namespace stargate::plan
