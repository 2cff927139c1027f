#include "report/sample_test.h"

#include <numbers>

namespace stargate::report {
namespace {

using namespace std::chrono_literals;

template <class Record>
Record sourced(Record row, std::string basis = "estimate") {
  row.source = "estimate: sample for tests";
  row.as_of = std::chrono::sys_days{2026y / 8 / 1};
  row.basis = std::move(basis);
  return row;
}

struct Place {
  const char *id, *name, *state, *zone;
  double latitude, longitude, block_mw;
  int blocks, first_start;  // first_start < 0: under way before the programme; > 90: not chosen
};

constexpr Place places[] = {
    {"abilene", "Stargate Abilene", "TX", "texas", 32.50, -99.78, 105, 8, -3},
    {"shackelford", "Stargate Shackelford", "TX", "texas", 32.73, -99.35, 140, 10, 2},
    {"milam", "Stargate Milam", "TX", "texas", 30.80, -97.00, 120, 8, 3},
    {"dona_ana", "Stargate Dona Ana", "NM", "southwest", 31.85, -106.72, 150, 8, 4},
    {"lordstown", "Stargate Lordstown", "OH", "pjm", 41.17, -80.86, 90, 5, 3},
    {"saline", "Stargate Saline", "MI", "miso", 42.10, -83.80, 130, 8, 4},
    {"port_washington", "Stargate Port Washington", "WI", "miso", 43.39, -87.90, 120, 8, 4},
    {"cheyenne", "Cheyenne", "WY", "west", 41.14, -104.82, 150, 6, 6},
    {"columbus", "New Albany", "OH", "pjm", 40.08, -82.79, 100, 6, 6},
    {"phoenix", "Phoenix West", "AZ", "southwest", 33.40, -112.60, 120, 6, 7},
    {"memphis", "Memphis", "TN", "southeast", 35.10, -90.10, 110, 4, 8},
    {"anchorage", "Anchorage", "AK", "alaska", 61.22, -149.90, 60, 2, 9},
    {"quincy", "Quincy", "WA", "west", 47.23, -119.85, 80, 4, 99},
    {"richmond", "Richmond", "VA", "pjm", 37.54, -77.44, 100, 6, 99},
};

constexpr int building_quarters = 5, enabling_quarters = 2, build = 16;

void add_sites(Programme& p) {
  for (const auto& place : places) {
    Site site;
    site.id = place.id, site.name = place.name, site.state = place.state, site.zone = place.zone,
    site.county = "Sample";
    site.latitude = place.latitude, site.longitude = place.longitude, site.developer = "Developer",
    site.status = "candidate";
    site.construction_usd_per_kw = 10000, site.opening_cost_usd_m = 400;
    site.block_mw = place.block_mw, site.most_blocks = place.blocks, site.choice = "free", site.cooling = "dry";
    site.earliest_start = p.settings.start;
    site.pue_winter = 1.15, site.pue_spring = 1.18, site.pue_summer = 1.22, site.pue_autumn = 1.16;
    site.construction_jobs_peak_per_mw = 6, site.permanent_jobs_per_mw_contract = 0.05,
    site.permanent_jobs_per_mw_claim = 1.4;
    p.sites.push_back(sourced(site, place.first_start < 5 ? "reported" : "estimate"));
  }
  Commitment commitment;
  commitment.site = "abilene", commitment.blocks = 2, commitment.start = 2024y / 6 / 1;
  commitment.reported_ready = std::chrono::sys_days{2025y / 9 / 30};
  p.commitments.push_back(sourced(commitment, "reported"));
}

void add_grid(Programme& p) {
  const std::tuple<const char*, const char*, double, double> zones[] = {
      {"texas", "ERCOT", 31.5, -98.5},     {"southwest", "Southwest", 33.2, -109.5},
      {"pjm", "PJM", 40.2, -79.0},         {"miso", "MISO", 42.6, -87.0},
      {"west", "Mountain", 42.5, -110.0},  {"southeast", "Southeast", 34.5, -87.5},
      {"alaska", "Railbelt", 62.0, -149.0}};
  for (const auto& [id, name, latitude, longitude] : zones) {
    Zone zone;
    zone.id = id, zone.name = name, zone.latitude = latitude, zone.longitude = longitude, zone.headroom_mw = 3000;
    p.zones.push_back(sourced(zone));
  }
  const std::pair<const char*, const char*> ties[] = {
      {"texas", "southwest"}, {"southwest", "west"}, {"pjm", "miso"}, {"pjm", "southeast"}};
  for (const auto& [from, to] : ties) {
    Line line;
    line.id = std::string(from) + "_" + to, line.from_zone = from, line.to_zone = to, line.capacity_mw = 2500;
    p.lines.push_back(sourced(line));
  }
  for (int season = 1; season <= 4; ++season)
    for (const char* kind : {"typical", "peak"}) {
      RepresentativeDay day;
      day.season = season, day.kind = kind, day.days = kind[0] == 't' ? 85 : 6;
      day.id = std::to_string(season) + kind;
      p.days.push_back(sourced(day));
    }
  for (const auto& [id, name] : {std::pair{"gas", "Natural gas"}, {"coal", "Coal"}, {"uranium", "Uranium"}}) {
    Fuel fuel;
    fuel.id = id, fuel.name = name;
    p.fuels.push_back(sourced(fuel));
  }
  for (const auto& zone : p.zones)
    for (const auto& [kind, fuel] :
         {std::pair{"thermal", "uranium"}, {"thermal", "coal"}, {"thermal", "gas"}, {"wind", ""}, {"solar", ""}}) {
      Fleet fleet;
      fleet.id = zone.id + "_" + (fuel[0] ? fuel : kind), fleet.zone = zone.id, fleet.kind = kind, fleet.fuel = fuel,
      fleet.capacity_mw = 9000;
      p.fleet.push_back(sourced(fleet, "measured"));
    }
  const std::tuple<const char*, const char*, const char*, double> technologies[] = {
      {"turbine", "Gas turbine", "turbines", 2}, {"fuel_cell", "Fuel cell", "", 1}, {"battery", "Battery", "", 1}};
  for (const auto& [id, name, equipment, lead] : technologies) {
    PowerTechnology k;
    k.id = id, k.name = name, k.equipment = equipment, k.kind = id[0] == 'b' ? "storage" : "thermal",
    k.lead_quarters = static_cast<int>(lead) * 3;
    p.power.push_back(sourced(k));
  }
  Equipment turbines, transformers;
  turbines.id = "turbines", turbines.name = "Large gas turbines";
  transformers.id = "transformers", transformers.name = "Power transformers", transformers.per_it_mw = 1.3;
  p.equipment = {sourced(turbines), sourced(transformers)};
  for (int t = 0; t < build; ++t)
    for (const auto& equipment : p.equipment) {
      EquipmentSupply supply;
      supply.equipment = equipment.id, supply.quarter = p.settings.start + t,
      supply.available_mw = equipment.id == "turbines" ? 200 + 20 * t : 900;
      p.equipment_supply.push_back(sourced(supply));
    }
}

void add_compute(Programme& p) {
  const std::tuple<const char*, const char*, const char*, int, double, int, double, double> systems[] = {
      {"gb200", "GB200 NVL72", "nvidia", 0, 132, 72, 2.5, 3.0},
      {"gb300", "GB300 NVL72", "nvidia", 3, 142, 72, 2.9, 3.8},
      {"rubin", "Vera Rubin NVL144", "nvidia", 7, 190, 72, 9.0, 4.6},
      {"mi450", "MI450 Helios", "amd", 7, 180, 72, 8.0, 4.1}};
  for (const auto& [id, name, vendor, from, kw, chips, h100, usd_m] : systems) {
    Accelerator a;
    a.id = id, a.name = name, a.vendor = vendor, a.host = "Grace", a.available_from = p.settings.start + from;
    a.rack_kw = kw, a.chips_per_rack = chips, a.h100_equivalent = h100, a.rack_usd_m = usd_m,
    a.bf16_tflops = 990 * h100, a.fp8_tflops = 1980 * h100;
    a.life_quarters = 20;
    p.accelerators.push_back(sourced(a));
    for (const double size : {1000.0, 100000.0}) {
      Efficiency e;
      e.accelerator = id, e.precision = "fp8", e.cluster_chips = size, e.mfu = size > 5000 ? 0.32 : 0.38,
      e.goodput = 0.92;
      p.efficiency.push_back(sourced(e));
    }
    for (int t = from; t < build; ++t) {
      AcceleratorSupply supply;
      supply.accelerator = id, supply.quarter = p.settings.start + t, supply.world_racks = 30000,
      supply.programme_share = 0.12;
      p.accelerator_supply.push_back(sourced(supply, "projection"));
    }
    BillOfMaterials b;
    b.accelerator = id, b.stage = "packages", b.units_per_rack = chips;
    p.bill_of_materials.push_back(sourced(b));
  }
  Stage stage;
  stage.id = "packages", stage.name = "Advanced packaging", stage.unit = "packages";
  p.stages.push_back(sourced(stage));
  StageCapacity capacity;
  capacity.stage = "packages", capacity.quarter = p.settings.start, capacity.world_units = 2e6,
  capacity.programme_share = 0.15;
  p.stage_capacity.push_back(sourced(capacity));
  Expansion expansion;
  expansion.id = "line", expansion.name = "Packaging line", expansion.stage = "packages", expansion.place = "us",
  expansion.units_per_quarter = 40000;
  expansion.lead_quarters = 6, expansion.ramp_quarters = 3;
  p.expansions.push_back(sourced(expansion));
  Cloud cloud;
  cloud.id = "azure", cloud.provider = "microsoft", cloud.accelerator = "gb200", cloud.from = p.settings.start,
  cloud.to = p.settings.start + 20;
  p.cloud.push_back(sourced(cloud));
  for (const auto& [id, name] : {std::pair{"nvidia", "NVIDIA"}, {"amd", "AMD"}, {"microsoft", "Microsoft"}}) {
    Partner partner;
    partner.id = id, partner.name = name;
    p.partners.push_back(sourced(partner, "reported"));
  }
}

void add_money(Programme& p) {
  for (int t = 0; t < build; ++t) {
    Tranche tranche;
    tranche.from = p.settings.start + t, tranche.usd_b = t == 0 ? 100 : 400.0 / 15;
    p.tranches.push_back(tranche);
  }
  for (const auto& [id, name, usd_b] : {std::tuple{"softbank", "SoftBank", 190.0},
                                        {"openai", "OpenAI", 190.0},
                                        {"oracle", "Oracle", 70.0},
                                        {"mgx", "MGX", 50.0}}) {
    Investor investor;
    investor.id = id, investor.name = name, investor.kind = "equity", investor.role = "investor",
    investor.answers_for = "money", investor.commitment_usd_b = usd_b;
    p.investors.push_back(sourced(investor, "reported"));
  }
  Incentive incentive;
  incentive.id = "tx_sales", incentive.name = "Texas sales tax exemption", incentive.jurisdiction = "TX",
  incentive.kind = "sales_tax", incentive.rate = 1;
  incentive.starts = p.settings.start, incentive.ends = p.settings.start + 20, incentive.probability = 0.9;
  p.incentives.push_back(sourced(incentive, "contract"));
  incentive.id = "unused", incentive.name = "Ohio abatement", incentive.jurisdiction = "OH",
  incentive.kind = "property_tax";
  p.incentives.push_back(sourced(incentive, "contract"));
}

double pue(const Site& site, Quarter q) {
  return std::array{site.pue_winter, site.pue_spring, site.pue_summer,
                    site.pue_autumn}[static_cast<std::size_t>(q.of_year() - 1)];
}

void plan_site(const Programme& p, const Place& place, Plan& plan, std::vector<ProgrammeQuarter>& totals) {
  const Site& site = *std::ranges::find(p.sites, place.id, &Site::id);
  const Quarter start = p.settings.start;
  const bool committed = place.first_start < 0;
  Opening opening;
  opening.site = site.id, opening.state = site.state, opening.committed = committed;
  opening.quarter = start + (committed ? place.first_start : place.first_start - enabling_quarters);
  plan.openings.push_back(opening);
  std::vector<double> ready(static_cast<std::size_t>(p.quarters()));
  for (int b = 0; b < place.blocks; b += 2) {
    BlockStart block;
    block.site = site.id, block.start = start + place.first_start + b, block.ready = block.start + building_quarters;
    block.blocks = std::min(2, place.blocks - b), block.it_mw = static_cast<double>(block.blocks) * place.block_mw,
    block.committed = committed && b == 0;
    if (block.start - start >= build) break;
    plan.blocks.push_back(block);
    for (int t = std::max(0, block.ready - start); t < p.quarters(); ++t)
      ready[static_cast<std::size_t>(t)] += block.it_mw;
    Spending spending;
    spending.quarter = std::max(start, block.start), spending.category = "construction", spending.place = site.id,
    spending.usd_m = block.it_mw * 10.5;
    plan.spending.push_back(spending);
  }
  const double final_mw = ready.back();
  GridRequest grid;
  grid.site = site.id, grid.kind = "firm", grid.requested = opening.quarter,
  grid.energised = start + std::max(1, place.first_start + 4), grid.mw = final_mw * 0.9;
  plan.grid.push_back(grid);
  PowerOrder onsite;
  onsite.technology = site.state == std::string("TX") ? "turbine" : "fuel_cell", onsite.place = site.id,
  onsite.ordered = opening.quarter;
  onsite.service = start + std::max(2, place.first_start + 6), onsite.mw = final_mw * 0.4,
  onsite.capex_usd_m = onsite.mw * 1.4;
  plan.onsite_power.push_back(onsite);

  double installed = 0;
  for (int t = 0; t < p.quarters(); ++t) {
    const auto i = static_cast<std::size_t>(t);
    const auto& system = p.accelerators[t < 4 ? 0 : t < 8 ? 1 : t % 2 ? 3 : 2];
    const double wanted = t > 0 ? ready[i - 1] : ready[i];
    if (wanted > installed && t < build + 5) {
      RackOrder racks;
      racks.accelerator = system.id, racks.site = site.id, racks.ordered = start + std::max(0, t - 1),
      racks.installed = start + t;
      racks.it_mw = wanted - installed, racks.racks = racks.it_mw * 1000 / system.rack_kw;
      racks.chips = racks.racks * static_cast<double>(system.chips_per_rack),
      racks.price_usd_m = racks.racks * system.rack_usd_m;
      plan.racks.push_back(racks);
      installed = wanted;
      Spending spending;
      spending.quarter = racks.installed, spending.category = "racks", spending.place = site.id,
      spending.usd_m = racks.price_usd_m;
      plan.spending.push_back(spending);
      for (std::size_t k = i; k < totals.size(); ++k)
        totals[k].chips += racks.chips, totals[k].h100_equivalents += racks.chips * system.h100_equivalent;
    }
    SiteQuarter q;
    q.site = site.id, q.quarter = start + t, q.ready_it_mw = ready[i], q.installed_it_mw = installed;
    q.facility_peak_mw = installed * pue(site, q.quarter), q.firm_mw = q.quarter >= grid.energised ? grid.mw : 0,
    q.onsite_mw = q.quarter >= onsite.service ? onsite.mw : 0;
    q.effective_pflops = installed * 2700, q.load_gwh = q.facility_peak_mw * 0.8 * q.quarter.hours() / 1000;
    q.onsite_gwh = q.onsite_mw * 0.4 * q.quarter.hours() / 1000, q.grid_gwh = std::max(0.0, q.load_gwh - q.onsite_gwh);
    plan.site_quarters.push_back(q);
    auto& total = totals[i];
    total.it_mw += installed, total.facility_mw += installed * site.pue_summer,
        total.effective_pflops += q.effective_pflops;
    total.largest_run_pflops = std::max(total.largest_run_pflops, q.effective_pflops), total.load_gwh += q.load_gwh,
    total.co2_kt += q.onsite_gwh * 0.4;
    total.sites += q.quarter >= opening.quarter ? 1 : 0;
    Spending running;
    running.quarter = q.quarter, running.category = "operations", running.place = site.id,
    running.usd_m = installed * 0.3 / 4 + 0.01, running.funded = t < build;
    plan.spending.push_back(running);
  }
}

void dispatch(const Programme& p, Plan& plan) {
  std::map<std::pair<std::string, Quarter>, double> load;
  for (const auto& q : plan.site_quarters)
    load[{std::ranges::find(p.sites, q.site, &Site::id)->zone, q.quarter}] += q.facility_peak_mw * 0.8;
  for (const auto& [key, programme_mw] : load)
    for (const auto& day : p.days) {
      if (day.season != key.second.of_year() || programme_mw <= 0) continue;
      for (int hour = 0; hour < 24; hour += static_cast<int>(p.settings.hours_per_step)) {
        const double wave = std::sin((hour - 9) * std::numbers::pi / 12);
        ZoneStep z;
        z.zone = key.first, z.quarter = key.second, z.day = day.id, z.hour = hour;
        z.native_mw = (day.kind == "peak" ? 21000 : 16000) + 3000 * wave, z.programme_mw = programme_mw,
        z.price_usd_per_mwh = 35 + 20 * wave;
        plan.zone_steps.push_back(z);
        double left = z.native_mw + z.programme_mw;
        const auto source = [&](const std::string& name, double mw) {
          SourceStep step;
          step.zone = z.zone, step.quarter = z.quarter, step.day = z.day, step.hour = hour, step.kind = "existing",
          step.source = z.zone + "_" + name, step.mw = mw;
          plan.source_steps.push_back(step);
          left -= mw;
        };
        source("uranium", 5000), source("wind", 2500 - 900 * wave),
            source("solar", std::max(0.0, 5000 * std::sin((hour - 6) * std::numbers::pi / 12)));
        source("coal", 3000), source("gas", std::max(0.0, left));
      }
    }
}

}  // namespace

Programme sample_programme() {
  Programme p;
  p.settings.name = "Sample programme";
  p.settings.first_state = "TX";
  p.digest = "0123456789abcdef";
  add_sites(p), add_grid(p), add_compute(p), add_money(p);
  return p;
}

Plan sample_plan(const Programme& p) {
  Plan plan;
  std::vector<ProgrammeQuarter> totals(static_cast<std::size_t>(p.quarters()));
  for (const auto& place : places)
    if (place.first_start < 90) plan_site(p, place, plan, totals);
  dispatch(p, plan);

  double available = 0, cash = 0;
  for (int t = 0; t < p.quarters(); ++t) {
    auto& total = totals[static_cast<std::size_t>(t)];
    total.quarter = p.settings.start + t;
    for (const auto& s : plan.spending)
      if (s.quarter == total.quarter && s.funded) total.spending_usd_m += s.usd_m;
    for (const auto& tranche : p.tranches)
      if (tranche.from == total.quarter) available += tranche.usd_b * 1000;
    total.draws_usd_m = total.spending_usd_m, total.available_usd_m = available, total.cash_usd_m = cash;
    for (const auto& investor : p.investors) {
      Draw draw;
      draw.investor = investor.id, draw.quarter = total.quarter,
      draw.usd_m = total.draws_usd_m * investor.commitment_usd_b / 500;
      plan.draws.push_back(draw);
    }
    if (t % 3 == 0) {
      Spending credit;
      credit.quarter = total.quarter, credit.category = "incentives", credit.usd_m = -400;
      plan.spending.push_back(credit);
      IncentiveUse use;
      use.incentive = "tx_sales", use.quarter = total.quarter, use.usd_m = 400;
      plan.incentives.push_back(use);
    }
  }
  plan.quarters = totals;
  std::map<std::tuple<Quarter, std::string, std::string, bool>, Spending> spending;
  for (const auto& s : plan.spending) {
    const auto [row, added] = spending.try_emplace({s.quarter, s.category, s.place, s.funded}, s);
    if (!added) row->second.usd_m += s.usd_m;
  }
  plan.spending.clear();
  for (const auto& [key, row] : spending) plan.spending.push_back(row);

  SupplyExpansion expansion;
  expansion.expansion = "line", expansion.ordered = p.settings.start + 1, expansion.first_output = p.settings.start + 7,
  expansion.count = 3, expansion.capex_usd_m = 4200;
  plan.expansions.push_back(expansion);
  PowerOrder storage;
  storage.technology = "battery", storage.place = "texas", storage.ordered = p.settings.start + 4,
  storage.service = p.settings.start + 8, storage.mw = 1800, storage.capex_usd_m = 2100;
  plan.zone_power.push_back(storage);
  LineExpansion line;
  line.line = "texas_southwest", line.decided = p.settings.start, line.service = p.settings.start + 12, line.mw = 1500;
  plan.lines.push_back(line);

  for (int t = 0; t < build; ++t) {
    Worth worth;
    worth.rule = t % 3 == 0   ? "money"
                 : t % 3 == 1 ? "accelerator_supply"
                              : "headroom",
    worth.what = t % 3 == 1   ? "gb300"
                 : t % 3 == 2 ? "texas"
                              : "";
    worth.quarter = p.settings.start + t,
    worth.unit = t % 3 == 0   ? "million USD"
                 : t % 3 == 1 ? "rack"
                              : "MW",
    worth.limit = worth.used = 1000 + 10 * t;
    worth.worth = 1.0 / (t + 1), worth.worth_usd_m = 12.0 / (t + 1);
    worth.words = "One more " + worth.unit + " of " +
                  (t % 3 == 0   ? "money"
                   : t % 3 == 1 ? "GB300 supply"
                                : "headroom in ERCOT") +
                  " in " + to_string(*worth.quarter) + " would be worth " + std::format("{:.1f}", worth.worth_usd_m) +
                  " million USD.";
    plan.worths.push_back(worth);
  }
  for (const auto& [site, change, regret] :
       {std::tuple{"abilene", "without", 2.4}, {"cheyenne", "without", 0.6}, {"quincy", "with", 0.3}}) {
    Alternative alternative;
    alternative.site = site, alternative.change = change, alternative.regret_percent = regret,
    alternative.words = "The plan loses a little.";
    plan.alternatives.push_back(alternative);
  }
  plan.proof = {"done", "compute", "PFLOP/s-years",    81234567, 81734567, 0.0061, 1, 28000,
                31000,  900,       "Sample programme", p.digest, "0.1.0",  "HiGHS"};
  return plan;
}

}  // namespace stargate::report
