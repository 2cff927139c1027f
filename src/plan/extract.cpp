#include "plan/extract.h"

#include "plan/extract_baseline.h"
#include "plan/extract_dispatch.h"
#include "plan/quarter_dispatch.h"

namespace stargate::plan {

namespace {

constexpr double least = 1e-6;  // of a thousand MW, racks or million USD

class Extractor {
 public:
  Extractor(const Formulation& f, const Baseline& b, const std::vector<double>& x)
      : f_(f), c_(f.columns), in_(f.instance), p_(in_.p), b_(b), x_(x) {}

  Plan decisions() {
    sites();
    racks();
    power();
    cloud();
    money();
    return std::move(plan_);
  }

  void quarters(Plan& plan) {
    std::vector<double> chips(at(in_.N)), h100(at(in_.N)), largest_run(at(in_.N));
    std::vector<std::vector<double>> eflops(in_.sites.size(), std::vector<double>(at(in_.N)));
    for (std::size_t g = 0; g < p_.accelerators.size(); ++g)
      for (std::size_t s = 0; s < in_.sites.size(); ++s)
        for (int t = 0; t < in_.N; ++t) {
          const double racks = f_.running(g, s, t, x_);
          if (racks <= least) continue;
          const double n = racks * static_cast<double>(p_.accelerators[g].chips_per_rack);
          chips[at(t)] += n;
          h100[at(t)] += n * p_.accelerators[g].h100_equivalent;
          eflops[s][at(t)] += in_.run_eflops(static_cast<int>(g), static_cast<int>(s), racks);
          largest_run[at(t)] =
              std::max(largest_run[at(t)], in_.largest_run_eflops(static_cast<int>(g), racks));
        }
    site_quarters(plan, eflops);
    double available = 0;
    for (int t = 0; t < in_.N; ++t) {
      ProgrammeQuarter row;
      row.quarter = p_.quarter(t);
      row.history = t < in_.D;
      std::set<std::string> states;
      for (const auto& o : plan.openings)
        if (o.quarter <= row.quarter) {
          ++row.sites;
          states.insert(o.state);
        }
      row.states = static_cast<std::int64_t>(states.size());
      for (std::size_t s = 0; s < in_.sites.size(); ++s) {
        const double it = value(c_.installed(s, at(t)));
        row.it_mw += it * thousand;
        row.facility_mw += it * in_.sites[s].pue_peak * thousand;
        row.effective_pflops += eflops[s][at(t)] * thousand;
        row.load_gwh += it * in_.sites[s].pue[in_.season[at(t)]] * p_.settings.it_utilisation * in_.hours[at(t)];
      }
      row.largest_run_pflops = largest_run[at(t)] * thousand;
      row.chips = chips[at(t)] * thousand;
      row.h100_equivalents = h100[at(t)] * thousand;
      for (std::size_t c = 0; c < p_.cloud.size(); ++c) {
        const double committed = active_commitment(c, t), burst = value(c_.burst(c, at(t)));
        row.cloud_chips += (committed + burst) * thousand;
        row.effective_pflops += (committed * in_.cloud_eflops[c] + burst * in_.burst_eflops[c]) * thousand;
      }
      if (const int d = in_.dispatched_by[at(t)]; d >= 0) {
        double shed = 0;
        for (const auto& e : f_.shed_gw[at(d)]) shed += e.value * value(e.column);
        row.effective_pflops -= shed / p_.settings.it_utilisation * in_.best_eflops_per_gw[at(t)] * thousand;
        double co2 = -b_.co2_mt[at(d)];
        for (const auto& e : (*f_.quarters)[at(d)].emission) co2 += e.value * value(f_.first_column[at(d)] + e.column);
        row.co2_kt = co2 * thousand;
        row.baseline_cost_usd_m = b_.cost_usd_b[at(d)] * thousand;
      }
      for (std::size_t c = 0; c < category_names.size(); ++c)
        if (f_.funded(static_cast<Category>(c), t)) row.spending_usd_m += value(c_.spend(c, at(t))) * thousand;
      for (std::size_t n = 0; n < p_.incentives.size(); ++n)
        row.spending_usd_m -= value(c_.credit(n, at(t))) * thousand;
      for (std::size_t i = 0; i < p_.investors.size(); ++i) row.draws_usd_m += value(c_.draw(i, at(t))) * thousand;
      row.cash_usd_m = value(c_.cash[at(t)]) * thousand;
      available = 0;
      for (const auto& tranche : p_.tranches)
        if (in_.t_of(tranche.from) <= t) available += tranche.usd_b * thousand;
      row.available_usd_m = available;
      plan.quarters.push_back(row);
    }
  }

 private:
  double value(int column) const { return column < 0 ? 0 : x_[at(column)]; }
  Quarter q(int t) const { return p_.quarter(t); }

  void sites() {
    for (std::size_t s = 0; s < in_.sites.size(); ++s) {
      const auto& site = in_.sites[s];
      const auto& row = p_.sites[s];
      Opening opening;
      opening.site = row.id;
      opening.state = row.state;
      if (site.committed) {
        opening.quarter = q(site.open_from);
        opening.committed = true;
        plan_.openings.push_back(opening);
      }
      const auto start_blocks = [&](int start, int ready, double n, bool committed) {
        BlockStart b;
        b.site = row.id;
        b.start = q(start);
        b.ready = q(ready);
        b.blocks = std::lround(n);
        b.it_mw = static_cast<double>(b.blocks) * row.block_mw;
        b.committed = committed;
        plan_.blocks.push_back(b);
      };
      for (const auto& c : in_.committed)
        if (c.site == static_cast<int>(s)) start_blocks(c.start, c.ready, c.blocks, true);
      for (int t = 0; t < in_.B; ++t) {
        if (value(c_.open(s, at(t))) > 0.5) {
          opening.quarter = q(t);
          plan_.openings.push_back(opening);
        }
        if (const double n = value(c_.blocks(s, at(t))); n > 0.5) start_blocks(t, t + site.block_quarters, n, false);
      }
    }
    std::ranges::stable_sort(plan_.openings, {}, &Opening::quarter);
  }

  void racks() {
    for (std::size_t g = 0; g < p_.accelerators.size(); ++g)
      for (std::size_t s = 0; s < in_.sites.size(); ++s)
        for (int t = 0; t < in_.N; ++t) {
          const double n = value(c_.racks(g, s, at(t)));
          if (n <= least) continue;
          const auto& a = p_.accelerators[g];
          RackOrder r;
          r.accelerator = a.id;
          r.site = p_.sites[s].id;
          r.ordered = q(t - static_cast<int>(a.order_lead_quarters));
          r.installed = q(t);
          r.racks = n * thousand;
          r.chips = r.racks * static_cast<double>(a.chips_per_rack);
          r.it_mw = r.racks * a.rack_kw / 1000;
          r.price_usd_m = r.racks * in_.rack_price(static_cast<int>(g), t);
          plan_.racks.push_back(r);
        }
    for (const auto& x : in_.standing.racks) {
      if (x.racks <= 0) continue;
      const auto& a = p_.accelerators[at(x.accelerator)];
      RackOrder r;
      r.accelerator = a.id;
      r.site = p_.sites[at(x.site)].id;
      r.ordered = q(x.ordered);
      r.installed = q(x.installed);
      r.racks = x.racks * thousand;
      r.chips = r.racks * static_cast<double>(a.chips_per_rack);
      r.it_mw = r.racks * a.rack_kw / 1000;
      r.price_usd_m = x.paid ? x.usd_b * thousand : 0;
      r.given = true;
      plan_.racks.push_back(r);
    }
  }

  void power() {
    const auto order = [&](const PowerTechnology& tech, const std::string& place, int t, double gw) {
      PowerOrder o;
      o.technology = tech.id;
      o.place = place;
      o.ordered = q(t);
      o.service = q(t + static_cast<int>(tech.lead_quarters));
      o.mw = gw * thousand;
      o.capex_usd_m = gw * tech.capex_usd_per_kw;  // GW * USD/kW = million USD
      return o;
    };
    for (std::size_t k = 0; k < p_.power.size(); ++k) {
      for (std::size_t s = 0; s < in_.sites.size(); ++s)
        for (int t = 0; t < in_.B; ++t)
          if (const double gw = value(c_.onsite(k, s, at(t))); gw > least)
            plan_.onsite_power.push_back(order(p_.power[k], p_.sites[s].id, t, gw));
      for (std::size_t z = 0; z < p_.zones.size(); ++z)
        for (std::size_t y = 0; y < in_.year_start.size(); ++y)
          if (const double gw = value(c_.zone_power(k, z, y)); gw > least)
            plan_.zone_power.push_back(order(p_.power[k], p_.zones[z].id, in_.year_start[y], gw));
    }
    for (const auto& x : in_.standing.power) {
      if (x.gw <= 0) continue;
      const auto& tech = p_.power[at(x.technology)];
      auto o = order(tech, x.site >= 0 ? p_.sites[at(x.site)].id : p_.zones[at(x.zone)].id, 0, x.gw);
      o.ordered = q(x.ordered);
      o.service = q(x.service);
      o.capex_usd_m = x.paid ? o.capex_usd_m : 0;
      o.given = true;
      (x.site >= 0 ? plan_.onsite_power : plan_.zone_power).push_back(o);
    }
    for (const auto& x : in_.standing.grid) {
      if (x.gw <= 0) continue;
      const auto& step = p_.interconnection[at(x.step)];
      GridRequest r;
      r.site = step.site;
      r.kind = step.kind;
      r.step = step.step;
      r.requested = q(x.requested);
      r.energised = q(x.energised);
      r.mw = x.gw * thousand;
      r.capex_usd_m = x.paid ? x.gw * step.cost_usd_per_kw : 0;
      r.given = true;
      plan_.grid.push_back(r);
    }
    for (const auto& x : in_.standing.lines) {
      LineExpansion e;
      e.line = p_.lines[at(x.line)].id;
      e.service = q(x.service);
      e.decided = q(x.service - static_cast<int>(p_.lines[at(x.line)].lead_quarters));
      e.mw = x.gw * thousand;
      e.given = true;
      plan_.lines.push_back(e);
    }
    for (const auto& x : in_.standing.expansions) {
      SupplyExpansion e;
      const auto& row = p_.expansions[at(x.expansion)];
      e.expansion = row.id;
      e.ordered = q(x.ordered);
      e.first_output = q(x.ordered + static_cast<int>(row.lead_quarters));
      e.count = x.count;
      e.capex_usd_m = x.count * row.capex_usd_m;
      e.given = true;
      plan_.expansions.push_back(e);
    }
    for (std::size_t i = 0; i < p_.interconnection.size(); ++i)
      for (int t = 0; t < in_.B; ++t)
        if (const double gw = value(c_.request(i, at(t))); gw > least) {
          const auto& step = p_.interconnection[i];
          GridRequest r;
          r.site = step.site;
          r.kind = step.kind;
          r.step = step.step;
          r.requested = q(t);
          r.energised = q(in_.energised(step, t));
          r.mw = gw * thousand;
          r.capex_usd_m = gw * step.cost_usd_per_kw;
          plan_.grid.push_back(r);
        }
    for (std::size_t l = 0; l < p_.lines.size(); ++l)
      for (std::size_t y = 0; y < in_.year_start.size(); ++y)
        if (const double gw = value(c_.line(l, y)); gw > least) {
          LineExpansion e;
          e.line = p_.lines[l].id;
          e.decided = q(in_.year_start[y]);
          e.service = q(in_.year_start[y] + static_cast<int>(p_.lines[l].lead_quarters));
          e.mw = gw * thousand;
          plan_.lines.push_back(e);
        }
    for (std::size_t x = 0; x < p_.expansions.size(); ++x)
      for (int t = 0; t < in_.B; ++t)
        if (const double n = std::round(value(c_.expand(x, at(t)))); n > 0) {
          SupplyExpansion e;
          e.expansion = p_.expansions[x].id;
          e.ordered = q(t);
          e.first_output = q(t + static_cast<int>(p_.expansions[x].lead_quarters));
          e.count = n;
          e.capex_usd_m = n * p_.expansions[x].capex_usd_m;
          plan_.expansions.push_back(e);
        }
  }

  double active_commitment(std::size_t c, int t) const {
    double active = in_.standing_cloud[c][at(t)];
    for (int s = std::max(0, t - static_cast<int>(p_.cloud[c].term_quarters) + 1); s <= t; ++s)
      active += value(c_.commit(c, at(s)));
    return active;
  }

  /// Billion USD: what runs and is paid from the programme's money, and in the last quarter what is owed after it.
  double cloud_cost(std::size_t c, int t, double active, double burst) const {
    const auto& row = p_.cloud[c];
    double paid = active * in_.hours[at(t)];
    for (const auto& x : in_.standing.cloud) {
      if (x.contract != static_cast<int>(c)) continue;
      if (!x.paid && x.begins <= t && t < x.ends) paid -= x.chips * in_.hours[at(t)];
      if (x.paid && t == in_.N - 1 && x.ends > in_.N) paid += x.chips * hours_owed * (x.ends - in_.N);
    }
    for (int q = 0; t == in_.N - 1 && q <= t; ++q)
      if (const int left = q + static_cast<int>(row.term_quarters) - in_.N; left > 0)
        paid += value(c_.commit(c, at(q))) * hours_owed * left;
    return (paid * row.committed_usd_per_chip_hour + burst * in_.hours[at(t)] * row.burst_usd_per_chip_hour) * 1e-6;
  }

  void cloud() {
    for (std::size_t c = 0; c < p_.cloud.size(); ++c)
      for (int t = 0; t < in_.N; ++t) {
        const double active = active_commitment(c, t), burst = value(c_.burst(c, at(t)));
        if (active + burst <= least) continue;
        CloudUse u;
        u.contract = p_.cloud[c].id;
        u.quarter = q(t);
        u.new_committed_chips = value(c_.commit(c, at(t))) * thousand;
        u.active_committed_chips = active * thousand;
        u.burst_chips = burst * thousand;
        u.given_chips = in_.standing_cloud[c][at(t)] * thousand;
        u.cost_usd_m = cloud_cost(c, t, active, burst) * thousand;
        plan_.cloud.push_back(u);
      }
  }

  void money() {
    for (std::size_t i = 0; i < p_.investors.size(); ++i)
      for (int t = 0; t < in_.N; ++t)
        if (const double usd = value(c_.draw(i, at(t))); usd > least) {
          Draw d;
          d.investor = p_.investors[i].id;
          d.quarter = q(t);
          d.usd_m = usd * thousand;
          plan_.draws.push_back(d);
        }
    for (int t = 0; t < in_.N; ++t) {
      for (std::size_t c = 0; c < category_names.size(); ++c) {
        const double usd = value(c_.spend(c, at(t))) * thousand;
        if (std::abs(usd) < 1e-6) continue;
        Spending s;
        s.quarter = q(t);
        s.category = category_names[c];
        s.usd_m = usd;
        s.funded = f_.funded(static_cast<Category>(c), t);
        plan_.spending.push_back(s);
      }
      double credits = 0;
      for (std::size_t n = 0; n < p_.incentives.size(); ++n)
        if (const double usd = value(c_.credit(n, at(t))) * thousand; usd > 1e-6) {
          IncentiveUse u;
          u.incentive = p_.incentives[n].id;
          u.quarter = q(t);
          u.usd_m = usd;
          plan_.incentives.push_back(u);
          credits += usd;
        }
      if (credits <= 0) continue;
      Spending s;
      s.quarter = q(t);
      s.category = "incentives";
      s.usd_m = -credits;
      plan_.spending.push_back(s);
    }
  }

  void site_quarters(Plan& plan, const std::vector<std::vector<double>>& eflops) {
    const auto totals = sum_site_energy(in_, plan.site_steps);
    for (std::size_t s = 0; s < in_.sites.size(); ++s)
      for (int t = 0; t < in_.N; ++t) {
        SiteQuarter r;
        r.site = p_.sites[s].id;
        r.quarter = q(t);
        r.ready_it_mw = value(c_.ready(s, at(t))) * thousand;
        r.installed_it_mw = value(c_.installed(s, at(t))) * thousand;
        const double pue = in_.sites[s].pue[in_.season[at(t)]];
        r.facility_peak_mw = r.installed_it_mw * pue;
        r.firm_mw = value(c_.firm(s, at(t))) * thousand;
        r.managed_mw = value(c_.managed(s, at(t))) * thousand;
        for (std::size_t k = 0; k < p_.power.size(); ++k) r.onsite_mw += value(c_.onsite_cap(k, s, at(t))) * thousand;
        r.effective_pflops = eflops[s][at(t)] * thousand;
        r.load_gwh = r.facility_peak_mw * p_.settings.it_utilisation * in_.hours[at(t)] / thousand;
        r.water_ml =
            r.installed_it_mw * p_.settings.it_utilisation * in_.hours[at(t)] / thousand * p_.sites[s].water_l_per_kwh;
        if (const int d = in_.dispatched_by[at(t)]; d >= 0) {
          const auto& e = totals[s][at(d)];
          r.grid_gwh = e.grid;
          r.onsite_gwh = e.onsite;
          r.shed_gwh = e.shed;
        }
        if (r.ready_it_mw + r.firm_mw + r.managed_mw + r.onsite_mw > 1e-3) plan.site_quarters.push_back(r);
      }
  }

  const Formulation& f_;
  const Columns& c_;
  const Instance& in_;
  const Programme& p_;
  const Baseline& b_;
  const std::vector<double>& x_;
  Plan plan_;
};

}  // namespace

Plan extract_plan(const Formulation& f, const Baseline& baseline, const std::vector<double>& value,
                  const std::vector<double>& row_dual) {
  Extractor extractor(f, baseline, value);
  Plan plan = extractor.decisions();
  extract_dispatch(f, value, row_dual, plan);
  extract_baseline(f, baseline, plan);
  extractor.quarters(plan);
  return plan;
}

}  // namespace stargate::plan
