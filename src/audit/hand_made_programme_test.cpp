// The programme of the hand-made case: round figures, so that its plan can be worked out on paper.
#include "audit/hand_made_test.h"

namespace stargate::audit {

namespace {

Quarter q(int t) { return Quarter(2025, 1) + t; }

void money(Programme& p) {
  auto& s = p.settings;
  s.name = "hand-made";
  s.start = q(0);
  s.build_quarters = 4;
  s.tail_quarters = 6;
  s.discount_rate = 0.1;
  s.terminal_years = 1;
  s.objective = "compute";
  s.thrift_pflops_years_per_usd_m = 0.01;
  s.first_state = "TX";
  s.new_states_per_year = 1;
  s.site_limit_mw = 15;
  s.county_limit_mw = 15;
  s.zone_limit_mw = 15;
  s.n_plus_one = true;
  s.it_utilisation = 0.8;
  s.curtailable_share = 0.1;
  s.curtailed_hours_per_year = 2000;
  s.curtailment_price_usd_per_mwh = 500;
  s.hours_per_step = 12;
  s.rack_deposit = 0.2;
  s.power_deposit = 0.25;
  s.power_progress = 0.5;
  s.grid_deposit = 0.2;
  s.operating_usd_per_it_kw_year = 400;
  s.operations_funded = true;
  s.carbon_limit_mt_per_year = 10;
  s.water_limit_gl_per_year = 10;
  p.tranches.resize(2);
  p.tranches[0].from = q(0);
  p.tranches[0].usd_b = 0.1;
  p.tranches[1].from = q(4);
  p.tranches[1].usd_b = 0.1;
  p.targets.resize(1);
  p.targets[0].by = q(9);
  p.targets[0].quantity = "it_mw";
  p.targets[0].at_least = 15;

  Investor equity;
  equity.id = "equity";
  equity.kind = "equity";
  equity.layer = "all";
  equity.commitment_usd_b = 1;
  equity.available_from = q(0);
  Investor bank;
  bank.id = "bank";
  bank.kind = "debt";
  bank.layer = "compute";
  bank.commitment_usd_b = 0.05;
  bank.available_from = q(2);
  bank.rate_per_year = 0.08;
  bank.largest_share = 0.5;
  p.investors = {equity, bank};

  const auto incentive = [&](const char* id, const char* where, const char* kind, const char* to, double rate,
                             double probability) {
    Incentive i;
    i.id = id;
    i.jurisdiction = where;
    i.kind = kind;
    i.applies_to = to;
    i.rate = rate;
    i.probability = probability;
    i.starts = q(-4);
    i.ends = q(20);
    p.incentives.push_back(i);
  };
  incentive("tx_sales", "TX", "sales_tax", "compute", 1, 0.5);
  p.incentives.back().cap_usd_m = 1;
  incentive("tx_property", "TX", "property_tax", "building", 0.5, 1);
  incentive("us_chips", "US", "capex_credit", "expansion", 0.25, 1);
  incentive("us_ccgt", "US", "capex_credit", "ccgt", 0.2, 0.5);
}

void sites(Programme& p) {
  const auto site = [&](const char* id, const char* state, const char* county, const char* zone) -> Site& {
    Site s;
    s.id = id;
    s.state = state;
    s.county = county;
    s.zone = zone;
    s.construction_template = "standard";
    s.block_mw = 10;
    s.most_blocks = 1;
    s.earliest_start = q(0);
    s.choice = "free";
    s.opening_cost_usd_m = 1;
    s.construction_usd_per_kw = 1000;
    s.water_l_per_kwh = 1;
    s.gas_limit_mw = 3;
    return p.sites.emplace_back(s);
  };
  auto& home = site("home", "TX", "Ash", "west");
  home.pue_winter = home.pue_spring = home.pue_autumn = 1.2;
  home.pue_summer = 1.5;
  home.sales_tax = 0.1;
  home.property_tax_per_year = 0.04;
  home.water_limit_ml_per_year = 100;
  auto& away = site("away", "OH", "Birch", "east");
  away.pue_winter = away.pue_spring = away.pue_summer = away.pue_autumn = 1.25;
  away.earliest_start = q(1);
  site("spare", "NM", "Cedar", "east");

  Commitment begun;
  begun.site = "home";
  begun.blocks = 1;
  begun.start = *parse_date("2025-01-01");
  p.commitments.push_back(begun);

  for (const char* scope : {"site", "block"}) {
    Activity a;
    a.construction_template = "standard";
    a.id = a.scope = scope;
    a.weeks_p50 = 13;
    if (a.scope == "block") a.after = {"site:FS+4"};
    p.activities.push_back(a);
  }
  const auto step = [&](const char* where, int number, const char* kind, double mw, double usd_per_kw, int earliest,
                        int lead) {
    Interconnection i;
    i.site = where;
    i.step = number;
    i.kind = kind;
    i.mw = mw;
    i.cost_usd_per_kw = usd_per_kw;
    i.earliest = q(earliest);
    i.lead_quarters = lead;
    i.curtailed_hours_per_year = 1000;
    p.interconnection.push_back(i);
  };
  step("home", 1, "firm", 4, 500, 2, 1);
  step("home", 2, "managed", 4, 250, 0, 1);
  step("away", 1, "firm", 20, 400, 0, 2);
}

void grid(Programme& p) {
  for (const char* id : {"west", "east"}) {
    Zone z;
    z.id = id;
    z.headroom_mw = z.id == "west" ? 4 : 5;
    z.headroom_growth_mw_per_year = z.id == "west" ? 0 : 4;
    z.delivery_usd_per_mwh = 10;
    p.zones.push_back(z);
  }
  for (int season = 1; season <= 4; ++season) {
    RepresentativeDay day;
    day.id = "day" + std::to_string(season);
    day.season = season;
    day.days = 91;
    p.days.push_back(day);
    for (const char* zone : {"west", "east"})
      for (int hour = 0; hour < 24; ++hour) {
        Profile row;
        row.zone = zone;
        row.day = day.id;
        row.hour = hour;
        row.load_mw = row.zone == "west" ? (hour < 12 ? 100 : 120) : (hour < 12 ? 50 : 60);
        row.wind = 0.5;
        p.profiles.push_back(row);
      }
  }
  Line tie;
  tie.id = "tie";
  tie.from_zone = "east";
  tie.to_zone = "west";
  tie.capacity_mw = 10;
  tie.loss = 0.1;
  tie.expansion_usd_per_kw = 100;
  tie.most_expansion_mw = 5;
  tie.lead_quarters = 3;
  p.lines.push_back(tie);

  Fuel gas;
  gas.id = "gas";
  gas.co2_t_per_mmbtu = 0.05;
  p.fuels.push_back(gas);
  FuelPrice price;
  price.fuel = "gas";
  price.usd_per_mmbtu = 4;
  p.fuel_prices.push_back(price);

  const auto unit = [&](const char* id, const char* zone, const char* kind, double mw) -> Fleet& {
    Fleet f;
    f.id = id;
    f.zone = zone;
    f.kind = kind;
    f.capacity_mw = mw;
    return p.fleet.emplace_back(f);
  };
  for (const char* zone : {"west", "east"}) {
    auto& g = unit(zone == std::string("west") ? "gas_west" : "gas_east", zone, "thermal", 300);
    g.fuel = "gas";
    g.heat_rate_mmbtu_per_mwh = 10;
  }
  auto& river = unit("river", "west", "hydro", 20);
  river.available_winter = river.available_spring = river.available_summer = river.available_autumn = 0.5;
  auto& battery = unit("battery", "west", "storage", 10);
  battery.storage_hours = 4.8;
  battery.round_trip = 0.8;
  battery.variable_usd_per_mwh = 2;
  unit("wind", "east", "wind", 10);

  const auto technology = [&](const char* id, const char* scale, int lead) -> PowerTechnology& {
    PowerTechnology k;
    k.id = id;
    k.kind = "thermal";
    k.scale = scale;
    k.fuel = "gas";
    k.capex_usd_per_kw = 1000;
    k.availability = 0.9;
    k.lead_quarters = lead;
    return p.power.emplace_back(k);
  };
  auto& engine = technology("engine", "site", 1);
  engine.equipment = "engine";
  engine.unit_mw = 1;
  engine.fixed_usd_per_kw_year = 20;
  engine.variable_usd_per_mwh = 3;
  engine.heat_rate_mmbtu_per_mwh = 10;
  auto& ccgt = technology("ccgt", "zone", 2);
  ccgt.fixed_usd_per_kw_year = 10;
  ccgt.variable_usd_per_mwh = 1;
  ccgt.heat_rate_mmbtu_per_mwh = 5;
  ccgt.life_years = 1;
  ccgt.zone_limit_mw = 12;

  const auto equipment = [&](const char* id, double per_it_mw, int t, double mw) {
    Equipment e;
    e.id = id;
    e.per_it_mw = per_it_mw;
    p.equipment.push_back(e);
    EquipmentSupply row;
    row.equipment = id;
    row.quarter = q(t);
    row.available_mw = mw;
    p.equipment_supply.push_back(row);
  };
  equipment("transformer", 2, 2, 20);
  equipment("engine", 0, 1, 3);
}

void compute(Programme& p) {
  Accelerator g;
  g.id = "rack";
  g.available_from = q(0);
  g.chips_per_rack = 10;
  g.rack_kw = 100;
  g.rack_usd_m = 1;
  g.price_decline_per_year = 0.75;
  g.bf16_tflops = 100;
  g.h100_equivalent = 2;
  g.order_lead_quarters = 1;
  g.life_quarters = 8;
  p.accelerators.push_back(g);
  for (const auto& [t, world] : {std::pair{2, 100.0}, std::pair{4, 200.0}}) {
    AcceleratorSupply row;
    row.accelerator = "rack";
    row.quarter = q(t);
    row.world_racks = world;
    row.programme_share = 0.5;
    p.accelerator_supply.push_back(row);
  }
  Stage stage;
  stage.id = "memory";
  p.stages.push_back(stage);
  StageCapacity capacity;
  capacity.stage = "memory";
  capacity.quarter = q(0);
  capacity.world_units = 200;
  capacity.programme_share = 0.5;
  p.stage_capacity.push_back(capacity);
  BillOfMaterials need;
  need.accelerator = "rack";
  need.stage = "memory";
  need.units_per_rack = 2;
  p.bill_of_materials.push_back(need);
  Expansion plant;
  plant.id = "plant";
  plant.stage = "memory";
  plant.place = "us";
  plant.capex_usd_m = 8;
  plant.units_per_quarter = 100;
  plant.lead_quarters = 2;
  plant.most = 1;
  p.expansions.push_back(plant);
  for (const auto& [chips, mfu] : {std::pair{100.0, 0.5}, std::pair{10000.0, 0.3}}) {
    Efficiency e;
    e.accelerator = "rack";
    e.precision = "bf16";
    e.cluster_chips = chips;
    e.mfu = mfu;
    e.goodput = 0.8;
    p.efficiency.push_back(e);
  }
  Cloud cloud;
  cloud.id = "cloud";
  cloud.accelerator = "rack";
  cloud.from = q(0);
  cloud.to = q(1);
  cloud.term_quarters = 2;
  cloud.committed_usd_per_chip_hour = 2;
  cloud.burst_usd_per_chip_hour = 3;
  cloud.most_committed_chips = 100;
  cloud.most_burst_chips = 100;
  p.cloud.push_back(cloud);
}

}  // namespace

Programme hand_made_programme() {
  Programme p;
  money(p);
  sites(p);
  grid(p);
  compute(p);
  return p;
}

}  // namespace stargate::audit
