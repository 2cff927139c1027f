#include "programme/tables.h"

namespace stargate {

template <>
const Table<Investor>& table<Investor>() {
  using R = Investor;
  static const Table<R> t = with_source(Table<R>{
      "investors",
      "Who provides money, and who answers for what. Together they must cover the tranches.",
      {field("id", &R::id, "short name").as_key(), field("name", &R::name, "full name"),
       field("kind", &R::kind, "where it stands in the order of payment")
           .one_of({"equity", "preferred", "debt", "offtake"}),
       field("role", &R::role, "what it does in the programme").one_of({"finance", "operations", "investor", "lender"}),
       field("answers_for", &R::answers_for, "its responsibility, in words"),
       field("layer", &R::layer, "what it finances").one_of({"all", "building", "power", "compute"}),
       field("commitment_usd_b", &R::commitment_usd_b, "most that can be drawn").in("billion USD").from(0),
       field("available_from", &R::available_from, "first quarter in which it can be drawn"),
       field("rate_per_year", &R::rate_per_year, "interest or preferred return on what is drawn").range(0, 1),
       field("largest_share", &R::largest_share, "most of all money drawn up to any quarter that may come from here")
           .range(0, 1)}});
  return t;
}

template <>
const Table<Partner>& table<Partner>() {
  using R = Partner;
  static const Table<R> t = with_source(Table<R>{
      "partners",
      "Technology partners and vendors; accelerators, hosts and clouds refer to them.",
      {field("id", &R::id, "short name").as_key(), field("name", &R::name, "full name"),
       field("roles", &R::roles, "what it brings")
           .one_of({"accelerator", "host", "cloud", "operations", "network", "construction", "memory", "foundry"}),
       field("about", &R::about, "its part in the programme, in words")}});
  return t;
}

template <>
const Table<Incentive>& table<Incentive>() {
  using R = Incentive;
  static const Table<R> t = with_source(Table<R>{
      "incentives",
      "Government support: what it lowers, when, and up to how much.",
      {field("id", &R::id, "short name").as_key(), field("name", &R::name, "full name"),
       field("jurisdiction", &R::jurisdiction, "US, or the two letters of a state"),
       field("kind", &R::kind,
             "capex_credit: a share of capital cost comes back on delivery; sales_tax: a share of the site's sales "
             "tax on equipment is waived; property_tax: a share of yearly property tax is waived")
           .one_of({"capex_credit", "sales_tax", "property_tax"}),
       field("applies_to", &R::applies_to,
             "compute, building, power, expansion, or the id of one power technology or expansion"),
       field("rate", &R::rate, "share of the cost that is credited or waived").range(0, 1),
       field("starts", &R::starts, "first quarter in which an order or start is eligible"),
       field("ends", &R::ends, "last quarter in which an order or start is eligible"),
       field("cap_usd_m", &R::cap_usd_m, "most that is paid in all; empty: no cap")
           .in("million USD")
           .from(0)
           .optional(),
       field("smallest_it_mw", &R::smallest_it_mw, "IT power a site must be able to reach to be eligible; empty: any")
           .in("MW")
           .from(0)
           .optional(),
       field("probability", &R::probability, "chance that it is granted and kept; the plan counts this share")
           .range(0, 1),
       field("claw_back", &R::claw_back, "what has to be paid back, and when").optional()}});
  return t;
}

template <>
const Table<Site>& table<Site>() {
  using R = Site;
  static const Table<R> t = with_source(Table<R>{
      "sites",
      "Candidate campuses. A campus is built in blocks (buildings) of equal IT power.",
      {field("id", &R::id, "short name").as_key(),
       field("name", &R::name, "name of the campus"),
       field("state", &R::state, "two letters"),
       field("county", &R::county, "county, without the word"),
       field("latitude", &R::latitude, "degrees north").range(18, 72),
       field("longitude", &R::longitude, "degrees east (negative in the United States)").range(-180, 180),
       field("zone", &R::zone, "grid zone").id_of("zones"),
       field("developer", &R::developer, "who builds or would build"),
       field("status", &R::status, "how far it is").one_of({"operating", "construction", "announced", "candidate"}),
       field("construction_template", &R::construction_template, "which set of construction activities applies"),
       field("block_mw", &R::block_mw, "IT power of one block").in("MW").from(1),
       field("most_blocks", &R::most_blocks, "blocks the site has room for").range(1, 200),
       field("most_starts_per_quarter", &R::most_starts_per_quarter, "blocks that can be started in one quarter")
           .range(1, 50),
       field("earliest_start", &R::earliest_start, "first quarter in which work can begin"),
       field("choice", &R::choice, "whether the plan is free to take it").one_of({"free", "forced", "forbidden"}),
       field("opening_cost_usd_m", &R::opening_cost_usd_m, "land, civil works and the site's own substation")
           .in("million USD")
           .from(0),
       field("construction_usd_per_kw", &R::construction_usd_per_kw,
             "shell, mechanical and electrical plant per kW of IT")
           .from(0),
       field("construction_usd_per_kw_low", &R::construction_usd_per_kw_low, "low end of the sources")
           .from(0)
           .optional(),
       field("construction_usd_per_kw_high", &R::construction_usd_per_kw_high, "high end of the sources")
           .from(0)
           .optional(),
       field("cooling", &R::cooling, "how heat leaves").one_of({"dry", "adiabatic", "tower", "liquid_dry"}),
       field("pue_winter", &R::pue_winter, "facility power over IT power, January to March").range(1, 3),
       field("pue_spring", &R::pue_spring, "April to June").range(1, 3),
       field("pue_summer", &R::pue_summer, "July to September").range(1, 3),
       field("pue_autumn", &R::pue_autumn, "October to December").range(1, 3),
       field("water_l_per_kwh", &R::water_l_per_kwh, "water taken per kWh of IT energy").range(0, 10),
       field("water_limit_ml_per_year", &R::water_limit_ml_per_year, "most water a year; empty: no limit known")
           .in("million litres")
           .from(0)
           .optional(),
       field("gas_limit_mw", &R::gas_limit_mw, "on-site gas-fired power that pipeline and air permit allow")
           .in("MW")
           .from(0),
       field("risk_index", &R::risk_index, "FEMA National Risk Index of the county, 0 (low) to 100").range(0, 100),
       field("sales_tax", &R::sales_tax, "state and local sales tax on equipment, before exemptions").range(0, 0.2),
       field("property_tax_per_year", &R::property_tax_per_year,
             "yearly tax as a share of building cost, before abatement")
           .range(0, 0.1),
       field("construction_jobs_peak_per_mw", &R::construction_jobs_peak_per_mw,
             "construction jobs at the peak per MW of IT under way")
           .from(0),
       field("permanent_jobs_per_mw_contract", &R::permanent_jobs_per_mw_contract,
             "permanent jobs per facility MW that contracts bind")
           .from(0),
       field("permanent_jobs_per_mw_claim", &R::permanent_jobs_per_mw_claim,
             "permanent jobs per facility MW that are claimed")
           .from(0),
       field("existing_datacenters_50km", &R::existing_datacenters_50km,
             "data centres within 50 km today: labour, fibre, and rivals for power")
           .from(0)}});
  return t;
}

template <>
const Table<Interconnection>& table<Interconnection>() {
  using R = Interconnection;
  static const Table<R> t = with_source(Table<R>{
      "interconnection",
      "What grid connection a site can have, in steps.",
      {field("site", &R::site, "site").as_key().id_of("sites"),
       field("step", &R::step, "number of the step").as_key().range(1, 20),
       field("kind", &R::kind, "firm, or managed: connected earlier, shed in the hours of highest net load")
           .one_of({"firm", "managed"}),
       field("mw", &R::mw, "power of the step").in("MW").from(0),
       field("cost_usd_per_kw", &R::cost_usd_per_kw, "connection and the network upgrades charged to the load").from(0),
       field("earliest", &R::earliest, "first quarter in which it can be energised, whenever it is asked for"),
       field("lead_quarters", &R::lead_quarters,
             "study, agreement and construction: quarters from request to energisation")
           .range(0, 60),
       field("curtailed_hours_per_year", &R::curtailed_hours_per_year,
             "with managed: hours a year in which it may not be used")
           .range(0, 8760),
       field("unit_mw", &R::unit_mw, "MW that a request comes in multiples of, beside the whole step; empty: 1")
           .in("MW")
           .range(0.001, 1e5)
           .optional()}});
  return t;
}

template <>
const Table<Commitment>& table<Commitment>() {
  using R = Commitment;
  static const Table<R> t = with_source(Table<R>{
      "commitments",
      "Blocks that stand or are under way: the plan keeps them, with the start that is known. What fell due before the "
      "programme's first quarter is paid.",
      {field("site", &R::site, "site").as_key().id_of("sites"),
       field("start", &R::start, "day on which construction of these blocks began").as_key(),
       field("blocks", &R::blocks, "number of blocks; 0: the site is opened on that day and no block begun")
           .range(0, 100),
       field("reported_ready", &R::reported_ready, "day on which they were, or are reported to be, in operation")
           .optional(),
       field("ready_by", &R::ready_by,
             "report: ready on the day that is reported, where there is one; path: by the critical path of the "
             "template, and `source` argues why; empty: report")
           .one_of({"report", "path"})
           .optional(),
       field("lot", &R::lot, "which of the blocks that began on that day").as_key().optional(),
       field("paid_share", &R::paid_share,
             "share of their cost paid before the programme's first quarter; empty: what fell due before it")
           .range(0, 1)
           .optional(),
       field("reported_capex_usd_b", &R::reported_capex_usd_b,
             "reported capital cost with compute; never used by the plan")
           .in("billion USD")
           .from(0)
           .optional()}});
  return t;
}

namespace {
template <class R>
Field<R> paid_by() {
  return field("paid_by", &R::paid_by,
               "whose money pays what falls due from the programme's first quarter on; empty: programme")
      .one_of({"programme", "others"})
      .optional();
}
}  // namespace

template <>
const Table<StandingRacks>& table<StandingRacks>() {
  using R = StandingRacks;
  static const Table<R> t = with_source(Table<R>{
      "standing_racks",
      "Racks that run, or are ordered, when decisions begin.",
      {field("accelerator", &R::accelerator, "system").as_key().id_of("accelerators"),
       field("site", &R::site, "where").as_key().id_of("sites"),
       field("installed", &R::installed, "first quarter of use; may be before the programme").as_key(),
       field("racks", &R::racks, "racks").from(0),
       field("ordered", &R::ordered, "quarter of the order; empty: the lead time before").optional(),
       field("price_usd_m", &R::price_usd_m, "price of all of them; empty: by accelerators.csv")
           .in("million USD")
           .from(0)
           .optional(),
       paid_by<R>()}});
  return t;
}

template <>
const Table<StandingPower>& table<StandingPower>() {
  using R = StandingPower;
  static const Table<R> t = with_source(Table<R>{
      "standing_power",
      "Power plant that serves, or is ordered, when decisions begin.",
      {field("technology", &R::technology, "technology").as_key().id_of("power_technologies"),
       field("place", &R::place, "site or zone").as_key(),
       field("service", &R::service, "first quarter of service; may be before the programme").as_key(),
       field("mw", &R::mw, "rating").in("MW").from(0),
       field("ordered", &R::ordered, "quarter of the order; empty: the lead time before").optional(),
       paid_by<R>()}});
  return t;
}

template <>
const Table<StandingLine>& table<StandingLine>() {
  using R = StandingLine;
  static const Table<R> t = with_source(
      Table<R>{"standing_lines",
               "Ties between zones that the programme has made stronger, or has ordered, when decisions begin.",
               {field("line", &R::tie, "line").as_key().id_of("lines"),
                field("service", &R::service, "first quarter of service; may be before the programme").as_key(),
                field("mw", &R::mw, "added capacity").in("MW").from(0)}});
  return t;
}

template <>
const Table<StandingGrid>& table<StandingGrid>() {
  using R = StandingGrid;
  static const Table<R> t = with_source(Table<R>{
      "standing_grid",
      "Grid connections that are energised, or agreed, when decisions begin; they use up their step.",
      {field("site", &R::site, "site").as_key().id_of("sites"),
       field("step", &R::step, "step of interconnection.csv").as_key().range(1, 20),
       field("energised", &R::energised, "first quarter of use; may be before the programme").as_key(),
       field("mw", &R::mw, "power").in("MW").from(0),
       field("requested", &R::requested, "quarter of the request; empty: the lead time before").optional(),
       paid_by<R>()}});
  return t;
}

template <>
const Table<StandingCloud>& table<StandingCloud>() {
  using R = StandingCloud;
  static const Table<R> t = with_source(Table<R>{
      "standing_cloud",
      "Cloud contracts whose term has begun, or is agreed, when decisions begin.",
      {field("contract", &R::contract, "contract").as_key().id_of("cloud_contracts"),
       field("begins", &R::begins, "first quarter; may be before the programme").as_key(),
       field("chips", &R::chips, "accelerators").from(0),
       field("quarters", &R::quarters, "quarters that it lasts; empty or 0: the contract's term").range(0, 80).optional(),
       paid_by<R>()}});
  return t;
}

template <>
const Table<StandingExpansion>& table<StandingExpansion>() {
  using R = StandingExpansion;
  static const Table<R> t = with_source(
      Table<R>{"standing_expansions",
               "Semiconductor capacity that is ordered when decisions begin.",
               {field("expansion", &R::expansion, "expansion").as_key().id_of("supply_expansions"),
                field("ordered", &R::ordered, "quarter of the order").as_key(),
                field("count", &R::count, "how many").range(0, 1000)}});
  return t;
}

template <>
const Table<StandingDraw>& table<StandingDraw>() {
  using R = StandingDraw;
  static const Table<R> t = with_source(Table<R>{
      "standing_draws",
      "Money that was called before decisions begin. Without any row, what the given spending needs is called at least "
      "cost.",
      {field("investor", &R::investor, "from whom").as_key().id_of("investors"),
       field("quarter", &R::quarter, "when; may be before the programme").as_key(),
       field("usd_m", &R::usd_m, "how much").in("million USD").from(0)}});
  return t;
}

template <>
const Table<Activity>& table<Activity>() {
  using R = Activity;
  static const Table<R> t = with_source(Table<R>{
      "construction",
      "Construction activities: a site's are done once and come before its blocks; a block's are done for each block.",
      {field("construction_template", &R::construction_template, "set of activities, named by sites").as_key(),
       field("id", &R::id, "short name").as_key(), field("name", &R::name, "what is done"),
       field("scope", &R::scope, "done once for the site, or for each block").one_of({"site", "block"}),
       field("after", &R::after,
             "activities it waits for, as ID, ID:SS, ID:FF or ID:SF, with a lag in weeks as ID:FS+4; separated by ;")
           .optional(),
       field("weeks_p10", &R::weeks_p10, "duration that one in ten beats").in("weeks").range(0, 1000),
       field("weeks_p50", &R::weeks_p50, "middle duration").in("weeks").range(0, 1000),
       field("weeks_p90", &R::weeks_p90, "duration that nine in ten beat").in("weeks").range(0, 1000),
       field("equipment", &R::equipment, "long-lead equipment whose delivery this is").id_of("equipment").optional()}});
  return t;
}

}  // namespace stargate
