// The plan of the hand-made case. Money in million USD.
//
// home (TX, committed on 2025-01-01): 91 days after its start is 2 April, so it is ready in 2025-Q3 (t = 2).
// away (OH): opens in t = 1, its block starts in t = 2 and is ready in t = 3.
// 50 racks (5 MW) at home from t = 2, 100 racks (10 MW) away from t = 4; they live longer than the horizon.
// Load: home 1.2 * 0.8 * 5 = 4.8 MW (summer 1.5: 6 MW), away 1.25 * 0.8 * 10 = 10 MW.
// Quarters 2, 3 and 6 to 9 are dispatched; 8 and 9 stand for 4 and 5 as well. In t = 8 (winter) the second step of the
// day is restricted at home: 4 MW firm, 0.5 MW from engines, 0.3 MW shed.
#include <cmath>

#include "audit/hand_made_test.h"

namespace stargate::audit {

namespace {

constexpr int N = 10;
constexpr int B = 4;
Quarter q(int t) { return Quarter(2025, 1) + t; }
double hours(int t) { return q(t).hours(); }
bool is_dispatched(int t) { return t == 2 || t == 3 || t >= 6; }
/// The quarter whose dispatch stands for t.
int as(int t) { return t == 4 || t == 5 ? t + 4 : t; }
double home_it(int t) { return t >= 2 ? 5 : 0; }
double away_it(int t) { return t >= 4 ? 10 : 0; }
double home_pue(int t) { return q(t).of_year() == 3 ? 1.5 : 1.2; }
double home_load(int t) { return home_pue(t) * 0.8 * home_it(t); }
double away_load(int t) { return 1.25 * 0.8 * away_it(t); }
bool restricted(int t, int step) { return q(t).of_year() == 1 && step == 1; }

struct Step {
  double home_grid, onsite, shed, gas_west, gas_east, ccgt;
};
/// West: load + 5 charging = river 10 + discharge 4 + tie 9 + engines + shed + gas. East: load + 10 leaving = wind 5 +
/// ccgt 9 + gas.
Step step_of(int t, int step) {
  Step x{};
  x.onsite = restricted(t, step) ? 0.5 : 0;
  x.shed = restricted(t, step) ? 0.3 : 0;
  x.home_grid = home_load(t) - x.onsite - x.shed;
  x.ccgt = 9;
  const double storage = step == 0 ? -5 : 4;
  x.gas_west = (step == 0 ? 100 : 120) + home_load(t) - x.onsite - x.shed - 10 - storage - 9;
  x.gas_east = (step == 0 ? 50 : 60) + away_load(t) + 10 - 5 - x.ccgt;
  return x;
}

void decisions(Plan& p) {
  p.openings.resize(2);
  p.openings[0].site = "home";
  p.openings[0].state = "TX";
  p.openings[0].quarter = q(0);
  p.openings[0].committed = true;
  p.openings[1].site = "away";
  p.openings[1].state = "OH";
  p.openings[1].quarter = q(1);

  p.blocks.resize(2);
  p.blocks[0].site = "home";
  p.blocks[0].start = q(0);
  p.blocks[0].ready = q(2);
  p.blocks[0].committed = true;
  p.blocks[1].site = "away";
  p.blocks[1].start = q(2);
  p.blocks[1].ready = q(3);
  for (auto& b : p.blocks) b.blocks = 1, b.it_mw = 10;

  // Price: 1 * 0.25^(t/4): 0.5 in t = 2, 0.25 in t = 4.
  p.racks.resize(2);
  for (auto& r : p.racks) r.accelerator = "rack";
  p.racks[0].site = "home";
  p.racks[0].ordered = q(1);
  p.racks[0].installed = q(2);
  p.racks[0].racks = 50;
  p.racks[0].chips = 500;
  p.racks[0].it_mw = 5;
  p.racks[0].price_usd_m = 25;
  p.racks[1].site = "away";
  p.racks[1].ordered = q(3);
  p.racks[1].installed = q(4);
  p.racks[1].racks = 100;
  p.racks[1].chips = 1000;
  p.racks[1].it_mw = 10;
  p.racks[1].price_usd_m = 25;

  PowerOrder engine;
  engine.technology = "engine";
  engine.place = "home";
  engine.ordered = q(1);
  engine.service = q(2);
  engine.mw = 3;
  engine.capex_usd_m = 3;
  p.onsite_power = {engine};
  PowerOrder ccgt;
  ccgt.technology = "ccgt";
  ccgt.place = "east";
  ccgt.ordered = q(0);
  ccgt.service = q(2);
  ccgt.mw = 10;
  ccgt.capex_usd_m = 10;
  p.zone_power = {ccgt};

  const auto request = [&](const char* site, int step, const char* kind, int energised, double mw, double cost) {
    GridRequest r;
    r.site = site;
    r.step = step;
    r.kind = kind;
    r.requested = q(1);
    r.energised = q(energised);
    r.mw = mw;
    r.capex_usd_m = cost;
    p.grid.push_back(r);
  };
  request("home", 1, "firm", 2, 4, 2);
  request("home", 2, "managed", 2, 4, 1);
  request("away", 1, "firm", 3, 15, 6);

  LineExpansion tie;
  tie.line = "tie";
  tie.decided = q(0);
  tie.service = q(3);
  tie.mw = 5;
  p.lines = {tie};
  SupplyExpansion plant;
  plant.expansion = "plant";
  plant.ordered = q(1);
  plant.first_output = q(3);
  plant.count = 1;
  plant.capex_usd_m = 8;
  p.expansions = {plant};
  for (int t = 0; t < 2; ++t) {
    CloudUse use;
    use.contract = "cloud";
    use.quarter = q(t);
    use.new_committed_chips = t == 0 ? 100 : 0;
    use.active_committed_chips = 100;
    use.burst_chips = t == 1 ? 100 : 0;
    use.cost_usd_m = t == 0 ? 100 * 2 * 2160 / 1e6 : (100 * 2 + 100 * 3) * 2184 / 1e6;
    p.cloud.push_back(use);
  }
}

void dispatch(Plan& p) {
  for (int t = 0; t < N; ++t)
    for (int step = 0; is_dispatched(t) && step < 2; ++step) {
      const Step x = step_of(t, step);
      const std::string day = "day" + std::to_string(q(t).of_year());
      const auto stamp = [&](auto& row) { row.quarter = q(t), row.day = day, row.hour = 12 * step; };
      SiteStep home, away;
      stamp(home), stamp(away);
      home.site = "home";
      home.load_mw = home_load(t);
      home.grid_mw = x.home_grid;
      home.onsite_mw = x.onsite;
      home.shed_mw = x.shed;
      p.site_steps.push_back(home);
      away.site = "away";
      away.load_mw = away.grid_mw = away_load(t);
      p.site_steps.push_back(away);

      ZoneStep west, east;
      stamp(west), stamp(east);
      west.zone = "west";
      west.native_mw = step == 0 ? 100 : 120;
      west.programme_mw = home_load(t);
      west.onsite_mw = x.onsite;
      west.shed_mw = x.shed;
      west.existing_mw = 10 + x.gas_west;
      west.storage_mw = step == 0 ? -5 : 4;
      west.imports_mw = 9;
      p.zone_steps.push_back(west);
      east.zone = "east";
      east.native_mw = step == 0 ? 50 : 60;
      east.programme_mw = away_load(t);
      east.existing_mw = 5 + x.gas_east;
      east.built_mw = x.ccgt;
      east.imports_mw = -10;
      p.zone_steps.push_back(east);

      const auto source = [&](const char* zone, const char* id, const char* kind, double mw) {
        SourceStep s;
        stamp(s);
        s.zone = zone;
        s.source = id;
        s.kind = kind;
        s.mw = mw;
        if (mw != 0) p.source_steps.push_back(s);
      };
      source("west", "gas_west", "existing", x.gas_west);
      source("west", "river", "existing", 10);
      source("west", "battery", "charge", step == 0 ? -5 : 0);
      source("west", "battery", "discharge", step == 1 ? 4 : 0);
      source("west", "engine", "onsite", x.onsite);
      source("east", "gas_east", "existing", x.gas_east);
      source("east", "wind", "existing", 5);
      source("east", "ccgt", "built", x.ccgt);
      // Without the programme: each zone on its own, gas at 40 USD/MWh last in both.
      for (const char* zone : {"west", "east"}) {
        BaselineZone b;
        stamp(b);
        b.zone = zone;
        b.price_usd_per_mwh = 40;
        p.baseline_zones.push_back(b);
      }
      BaselineStore store;
      stamp(store);
      store.zone = "west";
      store.source = "battery";
      store.value_usd_per_mwh = 40;
      p.baseline_stores.push_back(store);
      const auto without = [&](const char* zone, const char* id, double mw) {
        source(zone, id, "existing", mw);
        p.baseline_sources.push_back(p.source_steps.back());
        p.source_steps.pop_back();
      };
      without("west", "gas_west", west.native_mw - 10);
      without("west", "river", 10);
      without("east", "gas_east", east.native_mw - 5);
      without("east", "wind", 5);
      FlowStep flow;
      stamp(flow);
      flow.line = "tie";
      flow.mw = 10;
      p.flow_steps.push_back(flow);
    }
}

/// Energy of quarter t, of the dispatch that stands for it.
struct Energy {
  double grid_cost = 0, onsite_cost = 0, delivery = 0, baseline = 0, shed_mwh = 0, co2_kt = 0;
  double home_grid = 0, home_onsite = 0, away_grid = 0;  // MWh
};
Energy energy_of(int quarter) {
  Energy e;
  const int t = as(quarter);
  if (!is_dispatched(t)) return e;
  for (int step = 0; step < 2; ++step) {
    const Step x = step_of(t, step);
    const double h = hours(t) / 2;  // each step is half of the quarter
    // Gas 10 * 4 = 40 USD/MWh, ccgt 5 * 4 + 1 = 21, battery 2 on discharge, engines 10 * 4 + 3 = 43, 0.01 on the tie.
    e.grid_cost += h * (40 * (x.gas_west + x.gas_east) + 21 * x.ccgt + (step == 1 ? 2 * 4 : 0) + 0.01 * 10) / 1e6;
    e.onsite_cost += h * 43 * x.onsite / 1e6;
    e.delivery += h * 10 * (x.home_grid + away_load(t)) / 1e6;
    e.shed_mwh += h * x.shed;
    e.co2_kt += h * (0.5 * (x.gas_west + x.gas_east + x.onsite) + 0.25 * x.ccgt) / 1e3;
    e.home_grid += h * x.home_grid;
    e.home_onsite += h * x.onsite;
    e.away_grid += h * away_load(t);
  }
  // Without the programme: 110 + 55 MW less river 10 and wind 5, all from gas.
  e.baseline = hours(t) * 150 * 40 / 1e6;
  e.co2_kt -= hours(t) * 150 * 0.5 / 1e3;
  return e;
}

using Amounts = std::array<double, N>;

void money(Plan& p) {
  std::map<std::string, Amounts> paid;
  for (const char* name : {"opening", "construction", "grid_connection", "onsite_power", "racks", "sales_tax",
                           "expansions", "cloud", "interest", "operations", "property_tax", "onsite_fixed",
                           "zone_power", "energy_grid", "energy_onsite", "shedding", "incentives"})
    paid[name].fill(0);
  const std::set<std::string> running{"operations",  "property_tax",  "onsite_fixed", "zone_power",
                                      "energy_grid", "energy_onsite", "shedding"};
  paid["opening"][0] = paid["opening"][1] = 1;
  paid["construction"][0] = paid["construction"][1] = 5;  // home: two quarters
  paid["construction"][2] = 10;                           // away: one
  // Connections: a fifth at the request, the rest up to the quarter of energisation.
  paid["grid_connection"][1] = 0.4 + 0.2 + 1.2;
  paid["grid_connection"][2] = 1.6 + 0.8 + 2.4;
  paid["grid_connection"][3] = 2.4;
  paid["onsite_power"][1] = 0.75;  // a quarter of 3
  paid["onsite_power"][2] = 2.25;
  paid["racks"][1] = 5;  // a fifth of 25
  paid["racks"][2] = 20;
  paid["racks"][3] = 5;
  paid["racks"][4] = 20;
  paid["sales_tax"][2] = 2.5;
  paid["expansions"][1] = 2;
  paid["expansions"][2] = 4;
  paid["expansions"][3] = 2;
  paid["cloud"][0] = p.cloud[0].cost_usd_m;
  paid["cloud"][1] = p.cloud[1].cost_usd_m;
  paid["interest"][3] = 0.02 * 10;
  const double tie = 0.1 / (1 - std::pow(1.1, -40)) * 100 * 5 / 1000 / 4;
  for (int t = 2; t < N; ++t) {
    const Energy e = energy_of(t);
    paid["operations"][t] = 0.1 * (home_it(t) + away_it(t));  // 400 / 1000 / 4 a MW
    paid["property_tax"][t] = 0.1;                            // 10 * 0.04 / 4
    paid["onsite_fixed"][t] = 0.015;                          // 3 * 20 / 1000 / 4
    paid["zone_power"][t] = 2.5 + (t >= 3 ? tie : 0);         // 10 MW * (1.1 * 1000 * 0.9 + 10) / 1000 / 4
    paid["energy_grid"][t] = e.grid_cost - e.baseline + e.delivery;
    paid["energy_onsite"][t] = e.onsite_cost;
    paid["shedding"][t] = e.shed_mwh * 500 / 1e6;
  }
  // Sales tax: half of 2.5, but not above 1. Property tax: half of 0.1 while it is funded. Chips: a quarter of 8 in t
  // = 3.
  const auto credit = [&](const char* id, int t, double usd_m) {
    IncentiveUse use;
    use.incentive = id;
    use.quarter = q(t);
    use.usd_m = usd_m;
    p.incentives.push_back(use);
    paid["incentives"][t] -= usd_m;
  };
  credit("tx_sales", 2, 1);
  credit("tx_property", 2, 0.05);
  credit("tx_property", 3, 0.05);
  credit("us_chips", 3, 2);

  Amounts funded{}, unfunded{};
  for (const auto& [category, amounts] : paid)
    for (int t = 0; t < N; ++t) {
      if (amounts[t] == 0) continue;
      Spending s;
      s.quarter = q(t);
      s.category = category;
      s.usd_m = amounts[t];
      s.funded = !running.contains(category) || t < B;
      (s.funded ? funded : unfunded)[t] += amounts[t];
      if (category == "racks") s.place = t <= 2 ? "home" : "away";
      p.spending.push_back(s);
    }
  // The bank gives 10 in t = 2, equity what is missing: cash is 0 at the end of every quarter.
  double cost = 0, pflops_years = 0, drawn = 0;
  for (int t = 0; t < N; ++t) {
    const double bank = t == 2 ? 10 : 0;
    for (const auto& [who, usd_m] : {std::pair{"equity", funded[t] - bank}, std::pair{"bank", bank}}) {
      Draw d;
      d.investor = who;
      d.quarter = q(t);
      d.usd_m = usd_m;
      if (usd_m != 0) p.draws.push_back(d);
    }
    drawn += funded[t];
    const Energy e = energy_of(t);
    ProgrammeQuarter x;
    x.quarter = q(t);
    x.sites = x.states = t >= 1 ? 2 : 1;
    x.it_mw = home_it(t) + away_it(t);
    x.facility_mw = 1.5 * home_it(t) + 1.25 * away_it(t);
    x.chips = 100 * x.it_mw;
    x.h100_equivalents = 2 * x.chips;
    // A rack: 10 chips * 100 TFLOP/s * 0.4 (a campus of 1,000 chips is midway in logarithms) * 0.8 = 0.32 PFLOP/s; a
    // chip of the cloud in 100: 0.04. What is shed: 3.2 PFLOP/s a MW of racks, 0.8 of which is drawn.
    const double cloud = t == 0 ? 100 : t == 1 ? 200 : 0;
    x.effective_pflops = 3.2 * x.it_mw + 0.04 * cloud - e.shed_mwh / hours(t) / 0.8 * 3.2;
    // All chips that stand at one site in one run, at that size: MFU falls by 0.1 a decade from 0.5 at 100 chips.
    const auto run = [](double mw) {
      const double chips = 100 * mw, decades = std::log10(std::max(chips, 100.0) / 100);
      return chips * 0.1 * (0.5 - 0.1 * decades) * 0.8;
    };
    x.largest_run_pflops = std::max(run(home_it(t)), run(away_it(t)));
    x.cloud_chips = cloud;
    x.spending_usd_m = funded[t];
    x.draws_usd_m = funded[t];
    x.available_usd_m = t < 4 ? 100 : 200;
    x.load_gwh = (home_load(t) + away_load(t)) * hours(t) / 1000;
    x.co2_kt = e.co2_kt;
    x.baseline_cost_usd_m = e.baseline;
    p.quarters.push_back(x);

    const double discount = std::pow(1.1, -(t + 0.5) / 4);
    const double terminal = t == N - 1 ? (1 - 1 / 1.1) / 0.1 : 0;
    pflops_years += discount * x.effective_pflops * (hours(t) / 8760 + terminal);
    cost += discount * (funded[t] + unfunded[t]);
  }
  p.proof.status = "done";
  p.proof.objective_kind = "compute";
  p.proof.objective = pflops_years - 0.01 * cost;
  p.proof.gap = 0.01;
  p.proof.bound = p.proof.objective * 1.01;
}

void site_quarters(Plan& p) {
  for (int t = 1; t < N; ++t) {
    const Energy e = energy_of(t);
    SiteQuarter home;
    home.site = "home";
    home.quarter = q(t);
    home.ready_it_mw = t >= 2 ? 10 : 0;
    home.installed_it_mw = home_it(t);
    home.facility_peak_mw = home_pue(t) * home_it(t);
    home.firm_mw = home.managed_mw = t >= 2 ? 4 : 0;
    home.onsite_mw = t >= 2 ? 3 : 0;
    home.effective_pflops = 3.2 * home_it(t);
    home.load_gwh = home_load(t) * hours(t) / 1000;
    home.grid_gwh = e.home_grid / 1000;
    home.onsite_gwh = e.home_onsite / 1000;
    home.shed_gwh = e.shed_mwh / 1000;
    home.water_ml = 0.8 * home_it(t) * hours(t) / 1000;
    p.site_quarters.push_back(home);
    SiteQuarter away;
    away.site = "away";
    away.quarter = q(t);
    away.ready_it_mw = t >= 3 ? 10 : 0;
    away.installed_it_mw = away_it(t);
    away.facility_peak_mw = 1.25 * away_it(t);
    away.firm_mw = t >= 3 ? 15 : 0;
    away.effective_pflops = 3.2 * away_it(t);
    away.load_gwh = away_load(t) * hours(t) / 1000;
    away.grid_gwh = e.away_grid / 1000;
    away.water_ml = 0.8 * away_it(t) * hours(t) / 1000;
    p.site_quarters.push_back(away);
  }
}

}  // namespace

Plan hand_made_plan() {
  Plan p;
  decisions(p);
  dispatch(p);
  money(p);
  site_quarters(p);
  return p;
}

}  // namespace stargate::audit
