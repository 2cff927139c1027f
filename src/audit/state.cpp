#include "audit/state.h"

#include <algorithm>

namespace stargate::audit {

namespace {

/// Reads rows one by one: which ids and quarters a row may have.
class Reader {
 public:
  Reader(const Facts& f, Book& book) : f_(f), book_(book) {}

  bool known(const Index& index, const std::string& id, std::string_view table) {
    const bool found = index.contains(id);
    book_.that("reads.unknown", std::string(table) + ": '" + id + "'", {}, found, "is not in the programme");
    return found;
  }
  bool within(Quarter q, int end, std::string_view what) {
    const bool inside = f_.t(q) >= 0 && f_.t(q) < end;
    book_.that("reads.horizon", what, q, inside, "lies outside the quarters that it may have");
    return inside;
  }
  bool not_negative(double value, std::string_view what) {
    book_.at_least("reads.sign", what, {}, value, 0);
    return std::isfinite(value);
  }
  /// The rows that `keep` accepts; it is asked once for each row.
  template <class Record, class Keep>
  void filter(std::vector<Record>& rows, Keep&& keep) {
    std::erase_if(rows, [&](const Record& row) { return !keep(row); });
  }

 private:
  const Facts& f_;
  Book& book_;
};

}  // namespace

Plan readable(const Facts& f, const Plan& plan, Book& book) {
  Plan out = plan;
  Reader r(f, book);
  r.filter(out.openings, [&](const Opening& o) {
    return r.known(f.site, o.site, "sites_opened") && (o.committed || r.within(o.quarter, f.B, "opening of " + o.site));
  });
  r.filter(out.blocks, [&](const BlockStart& b) {
    return r.known(f.site, b.site, "blocks") && r.not_negative(static_cast<double>(b.blocks), "blocks at " + b.site) &&
           (b.committed || r.within(b.start, f.B, "block start at " + b.site));
  });
  r.filter(out.racks, [&](const RackOrder& x) {
    return r.known(f.accelerator, x.accelerator, "racks") && r.known(f.site, x.site, "racks") &&
           r.not_negative(x.racks, "racks at " + x.site) &&
           (x.given || r.within(x.installed, f.N, x.accelerator + " installed at " + x.site));
  });
  r.filter(out.onsite_power, [&](const PowerOrder& x) {
    return r.known(f.power, x.technology, "onsite_power") && r.known(f.site, x.place, "onsite_power") &&
           r.not_negative(x.mw, "on-site power at " + x.place) &&
           (x.given || r.within(x.ordered, f.B, x.technology + " ordered at " + x.place));
  });
  r.filter(out.zone_power, [&](const PowerOrder& x) {
    return r.known(f.power, x.technology, "zone_power") && r.known(f.zone, x.place, "zone_power") &&
           r.not_negative(x.mw, "plant in " + x.place) &&
           (x.given || r.within(x.ordered, f.B, x.technology + " ordered in " + x.place));
  });
  r.filter(out.grid, [&](const GridRequest& x) {
    const bool step_known = std::ranges::any_of(f.p.interconnection, [&](const Interconnection& i) {
      return i.site == x.site && i.step == x.step && i.kind == x.kind;
    });
    book.that("reads.unknown", "grid: " + x.site + ", step " + std::to_string(x.step) + " (" + x.kind + ")", {},
              step_known, "is not in the programme");
    return step_known && r.not_negative(x.mw, "grid at " + x.site) &&
           (x.given || r.within(x.requested, f.B, "grid request of " + x.site));
  });
  r.filter(out.lines, [&](const LineExpansion& x) {
    return r.known(f.line, x.line, "line_expansions") && r.not_negative(x.mw, "line " + x.line) &&
           (x.given || r.within(x.decided, f.B, "expansion of line " + x.line));
  });
  r.filter(out.expansions, [&](const SupplyExpansion& x) {
    return r.known(f.expansion, x.expansion, "supply_expansions") &&
           r.not_negative(x.count, "expansion " + x.expansion) &&
           (x.given || r.within(x.ordered, f.B, "order of " + x.expansion));
  });
  r.filter(out.cloud, [&](const CloudUse& x) {
    return r.known(f.cloud, x.contract, "cloud") && r.not_negative(x.new_committed_chips, "cloud " + x.contract) &&
           r.not_negative(x.burst_chips, "cloud " + x.contract) && r.within(x.quarter, f.N, "cloud " + x.contract);
  });
  r.filter(out.draws, [&](const Draw& x) {
    return r.known(f.investor, x.investor, "draws") && r.not_negative(x.usd_m, "draws from " + x.investor) &&
           r.within(x.quarter, f.N, "draw from " + x.investor);
  });
  r.filter(out.spending, [&](const Spending& x) { return r.within(x.quarter, f.N, "spending on " + x.category); });
  r.filter(out.incentives, [&](const IncentiveUse& x) {
    return r.known(f.incentive, x.incentive, "incentives") && r.not_negative(x.usd_m, "incentive " + x.incentive) &&
           r.within(x.quarter, f.N, "incentive " + x.incentive);
  });
  r.filter(out.site_quarters, [&](const SiteQuarter& x) {
    return r.known(f.site, x.site, "site_quarters") && r.within(x.quarter, f.N, "site_quarters of " + x.site);
  });
  r.filter(out.quarters, [&](const ProgrammeQuarter& x) { return r.within(x.quarter, f.N, "quarters"); });

  const auto step = [&](const auto& row, std::string_view table) {
    if (!r.known(f.day, row.day, table) || !r.within(row.quarter, f.N, table)) return false;
    const int d = f.day.at(row.day);
    const bool ok = f.p.days[static_cast<std::size_t>(d)].season == f.season(f.t(row.quarter)) &&
                    f.position(d, static_cast<int>(row.hour)) >= 0;
    book.that("reads.unknown", std::string(table) + ": " + row.day + ", hour " + std::to_string(row.hour), row.quarter,
              ok, "is no step of that quarter");
    return ok;
  };
  r.filter(out.site_steps,
           [&](const SiteStep& x) { return r.known(f.site, x.site, "dispatch_sites") && step(x, "dispatch_sites"); });
  r.filter(out.zone_steps,
           [&](const ZoneStep& x) { return r.known(f.zone, x.zone, "dispatch_zones") && step(x, "dispatch_zones"); });
  r.filter(out.flow_steps,
           [&](const FlowStep& x) { return r.known(f.line, x.line, "dispatch_flows") && step(x, "dispatch_flows"); });
  r.filter(out.baseline_zones,
           [&](const BaselineZone& x) { return r.known(f.zone, x.zone, "baseline_zones") && step(x, "baseline_zones"); });
  r.filter(out.baseline_flows,
           [&](const FlowStep& x) { return r.known(f.line, x.line, "baseline_flows") && step(x, "baseline_flows"); });
  const auto of_fleet = [&](const auto& x, std::string_view table) {
    const auto unit = f.fleet.find(x.source);
    const bool there = unit != f.fleet.end() && f.p.fleet[static_cast<std::size_t>(unit->second)].zone == x.zone;
    book.that("reads.unknown", std::string(table) + ": " + x.source + " in " + x.zone, {}, there,
              "is not in the existing fleet");
    return there && step(x, table);
  };
  r.filter(out.baseline_stores, [&](const BaselineStore& x) { return of_fleet(x, "baseline_stores"); });
  r.filter(out.baseline_sources, [&](const SourceStep& x) {
    const bool may = x.kind == "existing" || x.kind == "charge" || x.kind == "discharge";
    book.that("reads.unknown", "baseline_sources: " + x.source + " (" + x.kind + ")", {}, may,
              "is of a kind that only the programme builds");
    return may && of_fleet(x, "baseline_sources");
  });
  r.filter(out.source_steps, [&](const SourceStep& x) {
    if (!r.known(f.zone, x.zone, "dispatch_sources") || !step(x, "dispatch_sources")) return false;
    const auto unit = f.fleet.find(x.source);
    const bool existing = unit != f.fleet.end() && f.p.fleet[static_cast<std::size_t>(unit->second)].zone == x.zone;
    const bool built = f.power.contains(x.source);
    const bool storage = x.kind == "charge" || x.kind == "discharge";
    const bool ok = storage ? existing || built : x.kind == "existing" ? existing : built;
    book.that("reads.unknown", "dispatch_sources: " + x.source + " (" + x.kind + ") in " + x.zone, {}, ok,
              "is not in the programme");
    return ok;
  });
  return out;
}

namespace {
template <class T>
std::size_t at(T i) {
  return static_cast<std::size_t>(i);
}
/// Adds `amount` to every quarter from t on.
void from_on(std::vector<double>& row, int t, double amount) {
  for (std::size_t i = at(std::max(t, 0)); i < row.size(); ++i) row[i] += amount;
}
}  // namespace

State::State(const Facts& f, const Plan& plan) {
  const std::size_t S = f.p.sites.size(), G = f.p.accelerators.size(), K = f.p.power.size(), n = at(f.N);
  ready_blocks = free_starts = it_mw = firm_mw = managed_mw = load_mw = table2(S, n);
  blocks.resize(S);
  installed = racks = table3(G, S, n);
  onsite_mw = table3(K, S, n);
  zone_mw = table3(K, f.p.zones.size(), n);
  line_mw = table2(f.p.lines.size(), n);
  expansions = table2(f.p.expansions.size(), n);
  committed_chips = burst_chips = given_chips = table2(f.p.cloud.size(), n);
  given_installed = table2(G, n);
  given_firm_mw = table2(f.p.zones.size(), n);
  opened = f.committed_open;

  for (const auto& o : plan.openings) {
    auto& first = opened[at(f.site.at(o.site))];
    if (!o.committed && (!first || o.quarter < *first)) first = o.quarter;
  }
  for (const auto& c : f.p.commitments) {
    const auto s = at(f.site.at(c.site));
    blocks[s] += static_cast<double>(c.blocks);
    from_on(ready_blocks[s], f.t(f.ready(c)), static_cast<double>(c.blocks));
  }
  for (const auto& b : plan.blocks) {
    if (b.committed) continue;
    const int s = f.site.at(b.site), t = f.t(b.start);
    const auto count = static_cast<double>(b.blocks);
    blocks[at(s)] += count;
    free_starts[at(s)][at(t)] += count;
    from_on(ready_blocks[at(s)], t + f.block_quarters(s), count);
  }
  // What stands is read from the programme, not from the plan.
  for (const auto& x : f.p.standing_racks) {
    const auto g = at(f.accelerator.at(x.accelerator)), s = at(f.site.at(x.site));
    const int t = f.t(x.installed), end = std::min(f.N, t + static_cast<int>(f.p.accelerators[g].life_quarters));
    if (t >= 0 && t < f.N) given_installed[g][at(t)] += x.racks;
    for (int u = std::max(0, t); u < end; ++u) racks[g][s][at(u)] += x.racks;
  }
  for (const auto& x : f.p.standing_power) {
    const auto k = at(f.power.at(x.technology));
    if (f.site.contains(x.place))
      from_on(onsite_mw[k][at(f.site.at(x.place))], f.t(x.service), x.mw);
    else
      from_on(zone_mw[k][at(f.zone.at(x.place))], f.t(x.service), x.mw);
  }
  for (const auto& x : f.p.standing_lines) from_on(line_mw[at(f.line.at(x.tie))], f.t(x.service), x.mw);
  for (const auto& x : f.p.standing_grid) {
    const auto s = at(f.site.at(x.site));
    const bool firm = std::ranges::any_of(f.p.interconnection, [&](const Interconnection& i) {
      return i.site == x.site && i.step == x.step && i.kind == "firm";
    });
    from_on((firm ? firm_mw : managed_mw)[s], f.t(x.energised), x.mw);
    if (firm) from_on(given_firm_mw[at(f.zone_of[s])], f.t(x.energised), x.mw);
  }
  for (const auto& x : f.p.standing_cloud) {
    const auto c = at(f.cloud.at(x.contract));
    const int t = f.t(x.begins), length = static_cast<int>(x.lasts(f.p.cloud[c].term_quarters));
    for (int u = std::max(0, t); u < std::min(f.N, t + length); ++u) {
      given_chips[c][at(u)] += x.chips;
      committed_chips[c][at(u)] += x.chips;
    }
  }
  for (const auto& x : plan.racks) {
    if (x.given) continue;
    const auto g = at(f.accelerator.at(x.accelerator)), s = at(f.site.at(x.site));
    const int t = f.t(x.installed);
    installed[g][s][at(t)] += x.racks;
    const int end = std::min(f.N, t + static_cast<int>(f.p.accelerators[g].life_quarters));
    for (int u = t; u < end; ++u) racks[g][s][at(u)] += x.racks;
  }
  for (std::size_t s = 0; s < S; ++s)
    for (std::size_t t = 0; t < n; ++t) {
      for (std::size_t g = 0; g < G; ++g) it_mw[s][t] += racks[g][s][t] * f.p.accelerators[g].rack_kw / 1000;
      load_mw[s][t] =
          f.pue(static_cast<int>(s), f.season(static_cast<int>(t))) * f.p.settings.it_utilisation * it_mw[s][t];
    }
  for (const auto& x : plan.grid) {
    if (x.given) continue;
    const auto connection = std::ranges::find_if(
        f.p.interconnection, [&](const Interconnection& i) { return i.site == x.site && i.step == x.step; });
    const int energised =
        std::max(f.t(x.requested) + static_cast<int>(connection->lead_quarters), f.t(connection->earliest));
    from_on((x.kind == "firm" ? firm_mw : managed_mw)[at(f.site.at(x.site))], energised, x.mw);
  }
  for (const auto& x : plan.onsite_power) {
    if (x.given) continue;
    const auto k = at(f.power.at(x.technology));
    from_on(onsite_mw[k][at(f.site.at(x.place))], f.t(x.ordered) + static_cast<int>(f.p.power[k].lead_quarters), x.mw);
  }
  for (const auto& x : plan.zone_power) {
    if (x.given) continue;
    const auto k = at(f.power.at(x.technology));
    from_on(zone_mw[k][at(f.zone.at(x.place))], f.t(x.ordered) + static_cast<int>(f.p.power[k].lead_quarters), x.mw);
  }
  for (const auto& x : plan.lines) {
    if (x.given) continue;
    const auto l = at(f.line.at(x.line));
    from_on(line_mw[l], f.t(x.decided) + static_cast<int>(f.p.lines[l].lead_quarters), x.mw);
  }
  for (const auto& x : plan.expansions)
    if (!x.given) expansions[at(f.expansion.at(x.expansion))][at(f.t(x.ordered))] += x.count;
  for (const auto& x : plan.cloud) {
    const auto c = at(f.cloud.at(x.contract));
    const int t = f.t(x.quarter);
    burst_chips[c][at(t)] += x.burst_chips;
    const int end = std::min(f.N, t + static_cast<int>(f.p.cloud[c].term_quarters));
    for (int u = t; u < end; ++u) committed_chips[c][at(u)] += x.new_committed_chips;
  }
}

Energy::Energy(const Facts& f) {
  const std::size_t n = at(f.N);
  site_grid_mwh = site_onsite_mwh = site_shed_mwh = table2(f.p.sites.size(), n);
  zone_cost = onsite_cost = delivery_cost = shed_mwh = co2_kt = std::vector<double>(n);
  dispatched.resize(n);
}

double cloud_cost(const Facts& f, const Plan& plan, const State& state, std::size_t contract, int t) {
  constexpr double hours_of_a_quarter = 2190;
  const auto& c = f.p.cloud[contract];
  double chip_hours = state.committed_chips[contract][at(t)] * f.hours(t);
  for (const auto& x : f.p.standing_cloud) {
    if (x.contract != c.id) continue;
    const int begins = f.t(x.begins), ends = begins + static_cast<int>(x.lasts(c.term_quarters));
    if (x.paid_by != "programme") {
      if (begins <= t && t < ends) chip_hours -= x.chips * f.hours(t);
    } else if (t == f.N - 1 && ends > f.N) {
      chip_hours += x.chips * hours_of_a_quarter * (ends - f.N);
    }
  }
  if (t == f.N - 1)
    for (const auto& x : plan.cloud) {
      if (x.contract != c.id) continue;
      const int left = f.t(x.quarter) + static_cast<int>(c.term_quarters) - f.N;
      chip_hours += x.new_committed_chips * hours_of_a_quarter * std::max(0, left);
    }
  return (chip_hours * c.committed_usd_per_chip_hour +
          state.burst_chips[contract][at(t)] * f.hours(t) * c.burst_usd_per_chip_hour) /
         1e6;
}

double rented_compute(const Facts& f, const State& state, int t) {
  double total = 0;
  for (std::size_t c = 0; c < f.p.cloud.size(); ++c)
    total += f.e_committed[c] * state.committed_chips[c][at(t)] + f.e_burst[c] * state.burst_chips[c][at(t)];
  return total;
}

double effective_compute(const Facts& f, const State& state, const Energy& energy, int t) {
  double total = 0;
  for (std::size_t g = 0; g < f.e.size(); ++g)
    for (std::size_t s = 0; s < f.e[g].size(); ++s)
      total += f.run_pflops(static_cast<int>(g), static_cast<int>(s), state.racks[g][s][at(t)]);
  total += rented_compute(f, state, t);
  const double shed_mw = energy.shed_mwh[at(t)] / f.hours(t);
  if (shed_mw > 0) total -= shed_mw / f.p.settings.it_utilisation * f.best_pflops_per_mw(t);
  return total;
}

}  // namespace stargate::audit
