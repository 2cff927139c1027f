// Spending, support and financing: section Money of docs/formulation.md.
#include "plan/formulation.h"

namespace stargate::plan {

using lp::infinity;

void Formulation::pay(Category c, int t, int col, double usd_b) {
  if (col >= 0 && t < instance.N && usd_b != 0) payments_[at(c)][at(std::max(t, 0))].push_back({col, usd_b});
}

void Formulation::pay_constant(Category c, int t, double usd_b) {
  if (t >= 0 && t < instance.N) payment_constants_[at(c)][at(t)] += usd_b;
}

/// What is given pays in the same parts; what fell due before the programme is paid.
void Formulation::pay_constant_in_parts(Category c, double usd_b, int order, int service, double deposit,
                                        double progress) {
  const int between = std::max(0, service - order - 1);
  if (between == 0) progress = 0;
  pay_constant(c, order, deposit * usd_b);
  for (int t = order + 1; t < service; ++t) pay_constant(c, t, progress / between * usd_b);
  pay_constant(c, service, (1 - deposit - progress) * usd_b);
}

/// Deposit at the order, progress in the quarters strictly between, the rest in the service quarter.
void Formulation::pay_in_parts(Category c, int col, double usd_b, int order, int service, double deposit,
                               double progress) {
  const int between = std::max(0, service - order - 1);
  if (between == 0) progress = 0;
  pay(c, order, col, deposit * usd_b);
  for (int t = order + 1; t < service; ++t) pay(c, t, col, progress / between * usd_b);
  pay(c, service, col, (1 - deposit - progress) * usd_b);
}

void Formulation::capital_spending() {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  for (std::size_t s = 0; s < in.sites.size(); ++s) {
    const auto& site = in.sites[s];
    const auto& row = in.p.sites[s];
    const double opening = row.opening_cost_usd_m / thousand;
    const double block = site.block_gw * row.construction_usd_per_kw / thousand;  // GW * USD/kW = million USD
    for (int t = 0; t < in.B; ++t) {
      pay(Category::opening, t, columns.open(s, at(t)), opening);
      for (int q = t; q < t + site.block_quarters; ++q)
        pay(Category::construction, q, columns.blocks(s, at(t)), block / site.block_quarters);
    }
    if (site.committed) pay_constant(Category::opening, site.open_from, opening);
    for (const auto& c : in.committed)
      if (c.site == static_cast<int>(s))
        pay_committed(c, c.blocks * block);

    for (std::size_t g = 0; g < in.p.accelerators.size(); ++g) {
      for (int t = 0; t < in.N; ++t)
        pay(Category::sales_tax, t, columns.racks(g, s, at(t)), row.sales_tax * in.rack_price(static_cast<int>(g), t));
    }
    for (std::size_t k = 0; k < in.p.power.size(); ++k) {
      const auto& tech = in.p.power[k];
      for (int t = 0; t < in.B; ++t)
        pay_in_parts(Category::onsite_power, columns.onsite(k, s, at(t)), tech.capex_usd_per_kw / thousand, t,
                     t + static_cast<int>(tech.lead_quarters), settings.power_deposit, settings.power_progress);
    }
  }
  for (std::size_t g = 0; g < in.p.accelerators.size(); ++g) {
    const int lead = static_cast<int>(in.p.accelerators[g].order_lead_quarters);
    for (int t = 0; t < in.N; ++t)
      pay_in_parts(Category::racks, columns.bought(g, at(t)), in.rack_price(static_cast<int>(g), t), t - lead, t,
                   settings.rack_deposit, 0);
  }
  for (std::size_t i = 0; i < in.p.interconnection.size(); ++i) {
    const auto& step = in.p.interconnection[i];
    for (int t = 0; t < in.B; ++t) {
      const int wait = in.energised(step, t) - t;
      const double cost = step.cost_usd_per_kw / thousand;
      pay(Category::grid_connection, t, columns.request(i, at(t)), wait > 0 ? settings.grid_deposit * cost : cost);
      for (int q = t + 1; q <= t + wait; ++q)
        pay(Category::grid_connection, q, columns.request(i, at(t)), (1 - settings.grid_deposit) * cost / wait);
    }
  }
  for (std::size_t x = 0; x < in.p.expansions.size(); ++x) {
    const auto& e = in.p.expansions[x];
    for (int t = 0; t < in.B; ++t)
      pay_in_parts(Category::expansions, columns.expand(x, at(t)), e.capex_usd_m / thousand, t,
                   t + static_cast<int>(e.lead_quarters), settings.power_deposit, settings.power_progress);
  }
}

/// A commitment's construction in equal parts from its start to the quarter before it is ready. Where the share that
/// is paid before the programme is told, the rest in equal parts from the programme's start on.
void Formulation::pay_committed(const CommittedBlocks& c, double usd_b) {
  if (!c.paid_share) {
    const int parts = std::max(1, c.ready - c.start);
    for (int q = c.start; q < c.start + parts; ++q) pay_constant(Category::construction, q, usd_b / parts);
    return;
  }
  const int from = std::max(0, c.start), to = std::max(from + 1, c.ready);
  for (int q = from; q < to; ++q)
    pay_constant(Category::construction, q, (1 - *c.paid_share) * usd_b / (to - from));
}

void Formulation::standing_spending() {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  for (const auto& x : in.standing.racks) {
    if (!x.paid) continue;
    pay_constant_in_parts(Category::racks, x.usd_b, x.ordered, x.installed, settings.rack_deposit, 0);
    pay_constant(Category::sales_tax, x.installed, in.p.sites[at(x.site)].sales_tax * x.usd_b);
  }
  for (const auto& x : in.standing.power) {
    const auto& tech = in.p.power[at(x.technology)];
    if (x.site >= 0 && x.paid)
      pay_constant_in_parts(Category::onsite_power, x.gw * tech.capex_usd_per_kw / thousand, x.ordered, x.service,
                            settings.power_deposit, settings.power_progress);
  }
  for (const auto& x : in.standing.grid) {
    if (!x.paid) continue;
    const double cost = x.gw * in.p.interconnection[at(x.step)].cost_usd_per_kw / thousand;
    const int wait = x.energised - x.requested;
    pay_constant(Category::grid_connection, x.requested, wait > 0 ? settings.grid_deposit * cost : cost);
    for (int q = x.requested + 1; q <= x.energised; ++q)
      pay_constant(Category::grid_connection, q, (1 - settings.grid_deposit) * cost / wait);
  }
  for (const auto& x : in.standing.expansions) {
    const auto& e = in.p.expansions[at(x.expansion)];
    pay_constant_in_parts(Category::expansions, x.count * e.capex_usd_m / thousand, x.ordered,
                          x.ordered + static_cast<int>(e.lead_quarters), settings.power_deposit,
                          settings.power_progress);
  }
  for (const auto& x : in.standing.cloud) {
    if (!x.paid) continue;
    const double usd = in.p.cloud[at(x.contract)].committed_usd_per_chip_hour * 1e-6;
    for (int t = std::max(0, x.begins); t < std::min(in.N, x.ends); ++t)
      pay_constant(Category::cloud, t, x.chips * usd * in.hours[at(t)]);
    if (x.ends > in.N && holds(Rule::cloud_term))
      pay_constant(Category::cloud, in.N - 1, x.chips * usd * hours_owed * (x.ends - in.N));
  }
}

double Formulation::zone_credit(const PowerTechnology& tech, int t) const {
  double share = 0;
  for (const auto& i : instance.p.incentives)
    if (i.kind == "capex_credit" && i.jurisdiction == "US" && (i.applies_to == tech.id || i.applies_to == "power") &&
        in_window(i, t))
      share += i.probability * i.rate;
  return std::min(share, 1.0);
}

void Formulation::running_spending() {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  const auto K = in.p.power.size(), Y = in.year_start.size();
  for (int t = 0; t < in.N; ++t) {
    const double hours = in.hours[at(t)];
    for (std::size_t c = 0; c < in.p.cloud.size(); ++c) {
      const auto& contract = in.p.cloud[c];
      for (int q = std::max(0, t - static_cast<int>(contract.term_quarters) + 1); q <= t; ++q)
        pay(Category::cloud, t, columns.commit(c, at(q)), contract.committed_usd_per_chip_hour * hours * 1e-6);
      // What is left of a term after the last quarter is paid in it.
      for (int q = 0; t == in.N - 1 && holds(Rule::cloud_term) && q <= t; ++q)
        if (const int left = q + static_cast<int>(contract.term_quarters) - in.N; left > 0)
          pay(Category::cloud, t, columns.commit(c, at(q)),
              contract.committed_usd_per_chip_hour * hours_owed * left * 1e-6);
      pay(Category::cloud, t, columns.burst(c, at(t)), contract.burst_usd_per_chip_hour * hours * 1e-6);
    }
    for (std::size_t s = 0; s < in.sites.size(); ++s) {
      const auto& row = in.p.sites[s];
      pay(Category::operations, t, columns.installed(s, at(t)), settings.operating_usd_per_it_kw_year / thousand / 4);
      pay(Category::property_tax, t, columns.ready(s, at(t)),
          row.property_tax_per_year * row.construction_usd_per_kw / thousand / 4);
      for (std::size_t k = 0; k < K; ++k)
        pay(Category::onsite_fixed, t, columns.onsite_cap(k, s, at(t)),
            in.p.power[k].fixed_usd_per_kw_year / thousand / 4);
    }
    const int served = in.dispatched_by[at(t)] >= 0 ? in.dispatch[at(in.dispatched_by[at(t)])].quarter : t;
    for (std::size_t i = 0; i < in.standing.power.size(); ++i) {
      const auto& x = in.standing.power[i];
      if (x.zone < 0 || !x.paid || x.service > served) continue;
      const auto& tech = in.p.power[at(x.technology)];
      const double yearly = in.recovery(tech.life_years) * tech.capex_usd_per_kw * (1 - zone_credit(tech, x.ordered)) +
                            tech.fixed_usd_per_kw_year;
      pay(Category::zone_power, t, columns.standing_power[i], yearly / thousand / 4);
    }
    for (std::size_t i = 0; i < in.standing.lines.size(); ++i)
      if (const auto& x = in.standing.lines[i]; x.service <= served)
        pay(Category::zone_power, t, columns.standing_line[i],
            in.recovery(40) * in.p.lines[at(x.line)].expansion_usd_per_kw / thousand / 4);
    // Zone plant costs a quarter what it costs the quarter whose dispatch stands for it, where it also saves.
    const int when = in.dispatched_by[at(t)] >= 0 ? in.dispatch[at(in.dispatched_by[at(t)])].quarter : t;
    for (std::size_t y = 0; y < Y; ++y) {
      const int decided = in.year_start[y];
      for (std::size_t k = 0; k < K; ++k) {
        const auto& tech = in.p.power[k];
        if (decided + tech.lead_quarters > when) continue;
        const double yearly = in.recovery(tech.life_years) * tech.capex_usd_per_kw * (1 - zone_credit(tech, decided)) +
                              tech.fixed_usd_per_kw_year;
        for (std::size_t z = 0; z < in.p.zones.size(); ++z)
          pay(Category::zone_power, t, columns.zone_power(k, z, y), yearly / thousand / 4);
      }
      for (std::size_t l = 0; l < in.p.lines.size(); ++l)
        if (decided + in.p.lines[l].lead_quarters <= when)
          pay(Category::zone_power, t, columns.line(l, y),
              in.recovery(40) * in.p.lines[l].expansion_usd_per_kw / thousand / 4);
    }
  }
}

bool Formulation::in_jurisdiction(const Incentive& i, const Site& site) const {
  return (i.jurisdiction == "US" || i.jurisdiction == site.state) &&
         (!i.smallest_it_mw || site.block_mw * static_cast<double>(site.most_blocks) >= *i.smallest_it_mw - 1e-9);
}

bool Formulation::in_window(const Incentive& i, int t) const {
  const Quarter q = instance.p.settings.start + t;
  return i.starts <= q && q <= i.ends;
}

/// What incentive i would pay in quarter t on buildings: on their cost when ready, or on their property tax.
void Formulation::eligible_building(const Incentive& i, int t, std::vector<lp::Term>& terms, double& constant) const {
  const auto& in = instance;
  for (std::size_t s = 0; s < in.sites.size(); ++s) {
    const auto& site = in.sites[s];
    const auto& row = in.p.sites[s];
    if (!in_jurisdiction(i, row)) continue;
    const bool tax = i.kind == "property_tax";
    const double value = i.probability * i.rate * site.block_gw * row.construction_usd_per_kw / thousand *
                         (tax ? row.property_tax_per_year / 4 : 1);
    const auto counts = [&](int start, int ready) {
      return in_window(i, start) && (tax ? ready <= t : ready == t);
    };
    for (int q = 0; q < in.B; ++q)
      if (columns.blocks(s, at(q)) >= 0 && counts(q, q + site.block_quarters))
        terms.push_back({columns.blocks(s, at(q)), value});
    for (const auto& c : in.committed)
      if (c.site == static_cast<int>(s) && counts(c.start, c.ready)) constant += c.blocks * value;
  }
}

/// What incentive i would pay in quarter t on what stands and is paid from the programme's money.
double Formulation::eligible_standing(const Incentive& i, int t) const {
  const auto& in = instance;
  const double share = i.probability * i.rate;
  const bool capex = i.kind == "capex_credit";
  double sum = 0;
  for (const auto& x : in.standing.racks) {
    const auto& site = in.p.sites[at(x.site)];
    if (!x.paid || x.installed != t || !in_jurisdiction(i, site)) continue;
    if (capex && i.applies_to == "compute" && in_window(i, x.ordered)) sum += share * x.usd_b;
    if (i.kind == "sales_tax" && in_window(i, t)) sum += share * site.sales_tax * x.usd_b;
  }
  for (const auto& x : in.standing.power) {
    const auto& tech = in.p.power[at(x.technology)];
    if (!capex || x.site < 0 || !x.paid || x.service != t || !in_jurisdiction(i, in.p.sites[at(x.site)])) continue;
    if ((i.applies_to == "power" || i.applies_to == tech.id) && in_window(i, x.ordered))
      sum += share * x.gw * tech.capex_usd_per_kw / thousand;
  }
  for (const auto& x : in.standing.expansions) {
    const auto& e = in.p.expansions[at(x.expansion)];
    if (capex && i.jurisdiction == "US" && e.place == "us" && x.ordered + e.lead_quarters == t &&
        (i.applies_to == "expansion" || i.applies_to == e.id) && in_window(i, x.ordered))
      sum += share * x.count * e.capex_usd_m / thousand;
  }
  return sum;
}

void Formulation::incentives() {
  const auto& in = instance;
  columns.credit = Grid(in.p.incentives.size(), at(in.N));
  for (std::size_t n = 0; n < in.p.incentives.size(); ++n) {
    const auto& i = in.p.incentives[n];
    const double share = i.probability * i.rate;
    for (int t = 0; t < in.N; ++t) {
      std::vector<lp::Term> terms;
      double constant = 0;
      const bool capex = i.kind == "capex_credit";
      if ((capex && i.applies_to == "building") || (i.kind == "property_tax" && running_funded(t)))
        eligible_building(i, t, terms, constant);
      constant += eligible_standing(i, t);
      for (std::size_t s = 0; s < in.sites.size(); ++s) {
        if (!in_jurisdiction(i, in.p.sites[s])) continue;
        for (std::size_t g = 0; g < in.p.accelerators.size(); ++g) {
          const int racks_here = columns.racks(g, s, at(t));
          const double price = in.rack_price(static_cast<int>(g), t);
          if (racks_here < 0) continue;
          if (capex && i.applies_to == "compute" &&
              in_window(i, t - static_cast<int>(in.p.accelerators[g].order_lead_quarters)))
            terms.push_back({racks_here, share * price});
          if (i.kind == "sales_tax" && in_window(i, t))
            terms.push_back({racks_here, share * in.p.sites[s].sales_tax * price});
        }
        for (std::size_t k = 0; capex && k < in.p.power.size(); ++k) {
          const auto& tech = in.p.power[k];
          const int order = t - static_cast<int>(tech.lead_quarters);
          if ((i.applies_to == "power" || i.applies_to == tech.id) && order >= 0 && order < in.B &&
              in_window(i, order) && columns.onsite(k, s, at(order)) >= 0)
            terms.push_back({columns.onsite(k, s, at(order)), share * tech.capex_usd_per_kw / thousand});
        }
      }
      for (std::size_t x = 0; capex && i.jurisdiction == "US" && x < in.p.expansions.size(); ++x) {
        const auto& e = in.p.expansions[x];
        const int order = t - static_cast<int>(e.lead_quarters);
        if (e.place == "us" && (i.applies_to == "expansion" || i.applies_to == e.id) && order >= 0 && order < in.B &&
            in_window(i, order))
          terms.push_back({columns.expand(x, at(order)), share * e.capex_usd_m / thousand});
      }
      if (terms.empty() && constant <= 0) continue;
      const int c = columns.credit(n, at(t)) = column(0, infinity);
      term(c, 1);
      for (const auto& e : terms) term(e.column, -e.value);
      end(Rule::incentive_eligible, static_cast<int>(n), t, -infinity, constant);
    }
    if (!i.cap_usd_m) continue;
    for (int t = 0; t < in.N; ++t) term(columns.credit(n, at(t)), 1);
    end(Rule::incentive_cap, static_cast<int>(n), -1, -infinity, *i.cap_usd_m / thousand);
  }
}

void Formulation::financing() {
  const auto& in = instance;
  const auto& investors = in.p.investors;
  const auto I = investors.size(), C = static_cast<std::size_t>(Category::count);
  columns.draw = columns.drawn = Grid(I, at(in.N));
  columns.spend = Grid(C, at(in.N));
  double available = 0;
  // Money drawn before the programme: a balance that pays interest and uses up commitments; it was spent before, too.
  std::vector<double> before(I, 0);
  std::vector<std::vector<double>> given(I, std::vector<double>(at(in.N), 0));
  bool any_given = false;
  for (const auto& x : in.standing.draws) {
    (x.quarter < 0 ? before[at(x.investor)] : given[at(x.investor)][at(x.quarter)]) += x.usd_b;
    any_given = any_given || x.quarter >= 0;
  }
  double before_in_all = 0;
  for (const double b : before) before_in_all += b;
  for (int t = 0; t < in.N; ++t) {
    for (std::size_t i = 0; i < I; ++i) {
      const double called = given[i][at(t)];
      if (any_given && t < in.D)
        columns.draw(i, at(t)) = column(called, called);
      else if (t >= in.t_of(investors[i].available_from))
        columns.draw(i, at(t)) = column(0, infinity);
      const int c = columns.drawn(i, at(t)) = column(0, infinity);
      term(c, 1);
      if (t > 0) term(columns.drawn(i, at(t - 1)), -1);
      term(columns.draw(i, at(t)), -1);
      end(Rule::definition, static_cast<int>(i), t, t > 0 ? 0 : before[i], t > 0 ? 0 : before[i]);
    }
    columns.drawn_in_all.push_back(column(0, infinity));
    term(columns.drawn_in_all[at(t)], -1);
    for (std::size_t i = 0; i < I; ++i) term(columns.drawn(i, at(t)), 1);
    end(Rule::definition, -1, t, 0, 0);

    available = 0;
    for (const auto& tranche : in.p.tranches)
      if (in.t_of(tranche.from) <= t) available += tranche.usd_b;
    term(columns.drawn_in_all[at(t)], 1);
    end(Rule::tranches, -1, t, -infinity, available + before_in_all);
    for (std::size_t i = 0; i < I; ++i) {
      if (investors[i].largest_share >= 1) continue;
      term(columns.drawn(i, at(t)), 1);
      term(columns.drawn_in_all[at(t)], -investors[i].largest_share);
      end(Rule::largest_share, static_cast<int>(i), t, -infinity, 0);
    }

    for (std::size_t c = 0; c < C; ++c) {
      auto terms = payments_[c][at(t)];
      if (static_cast<Category>(c) == Category::interest && t == 0)
        for (std::size_t i = 0; i < I; ++i)
          if (investors[i].kind == "debt") payment_constants_[c][0] += before[i] * investors[i].rate_per_year / 4;
      if (static_cast<Category>(c) == Category::interest && t > 0 && t < in.B)
        for (std::size_t i = 0; i < I; ++i)
          if (investors[i].kind == "debt")
            terms.push_back({columns.drawn(i, at(t - 1)), investors[i].rate_per_year / 4});
      if (terms.empty() && payment_constants_[c][at(t)] == 0) continue;
      const int paid = columns.spend(c, at(t)) = column(-infinity, infinity);
      term(paid, 1);
      for (const auto& e : terms) term(e.column, -e.value);
      end(Rule::definition, static_cast<int>(c), t, payment_constants_[c][at(t)], payment_constants_[c][at(t)]);
    }

    // cash(t) = cash(t-1) + draws - funded spending + credits >= 0
    columns.cash.push_back(column(holds(Rule::cash) ? 0 : -infinity, infinity));
    bound_tags.push_back({columns.cash[at(t)], {Rule::cash, -1, t}});
    term(columns.cash[at(t)], 1);
    if (t > 0) term(columns.cash[at(t - 1)], -1);
    for (std::size_t i = 0; i < I; ++i) term(columns.draw(i, at(t)), -1);
    for (std::size_t c = 0; c < C; ++c)
      if (funded(static_cast<Category>(c), t)) term(columns.spend(c, at(t)), 1);
    for (std::size_t n = 0; n < in.p.incentives.size(); ++n) term(columns.credit(n, at(t)), -1);
    end(Rule::definition, -1, t, 0, 0);
  }
  for (std::size_t i = 0; i < I; ++i) {
    term(columns.drawn(i, at(in.N - 1)), 1);
    end(Rule::commitment, static_cast<int>(i), -1, -infinity, investors[i].commitment_usd_b);
  }

  // Money of a layer pays only for that layer's capital.
  const std::array<std::pair<std::string_view, std::vector<Category>>, 3> layers{
      {{"building", {Category::opening, Category::construction, Category::grid_connection}},
       {"power", {Category::onsite_power}},
       {"compute", {Category::racks, Category::sales_tax, Category::expansions}}}};
  for (std::size_t layer = 0; layer < layers.size(); ++layer)
    for (int t = 0; t < in.N; ++t) {
      bool any = false;
      double drawn_before = 0;
      for (std::size_t i = 0; i < I; ++i)
        if (investors[i].layer == layers[layer].first) {
          term(columns.drawn(i, at(t)), 1);
          drawn_before += before[i];
          any = true;
        }
      for (const auto c : layers[layer].second)
        for (int q = 0; any && q <= t; ++q) term(columns.spend(at(c), at(q)), -1);
      if (any)
        end(Rule::layer, static_cast<int>(layer), t, -infinity, drawn_before);
      else
        model.discard_row();
    }
}

}  // namespace stargate::plan
