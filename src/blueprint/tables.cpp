#include "blueprint/plan.h"

namespace stargate {

template <>
const Table<Opening>& plan_table<Opening>() {
  using R = Opening;
  static const Table<R> t{"sites_opened",
                          "When each site is opened.",
                          {field("site", &R::site, "site").as_key(), field("state", &R::state, "its state"),
                           field("quarter", &R::quarter, "quarter in which work begins"),
                           field("committed", &R::committed, "given, not decided")}};
  return t;
}

template <>
const Table<BlockStart>& plan_table<BlockStart>() {
  using R = BlockStart;
  static const Table<R> t{
      "blocks",
      "Buildings: when they are started and when they are ready.",
      {field("site", &R::site, "site"), field("start", &R::start, "quarter of the start"),
       field("ready", &R::ready, "first quarter of use"), field("blocks", &R::blocks, "buildings").from(1),
       field("it_mw", &R::it_mw, "their IT power").in("MW"), field("committed", &R::committed, "given, not decided")}};
  return t;
}

template <>
const Table<RackOrder>& plan_table<RackOrder>() {
  using R = RackOrder;
  static const Table<R> t{
      "racks",
      "Accelerator systems bought.",
      {field("accelerator", &R::accelerator, "system"), field("site", &R::site, "where"),
       field("ordered", &R::ordered, "quarter of the order"), field("installed", &R::installed, "first quarter of use"),
       field("racks", &R::racks, "racks").from(0), field("chips", &R::chips, "accelerators").from(0),
       field("it_mw", &R::it_mw, "IT power").in("MW").from(0),
       field("price_usd_m", &R::price_usd_m, "price of all of them").in("million USD").from(0),
       field("given", &R::given, "it stands or was ordered when decisions begin; not decided").optional()}};
  return t;
}

template <>
const Table<PowerOrder>& plan_table<PowerOrder>() {
  using R = PowerOrder;
  static const Table<R> t{
      "power",
      "Power plant ordered, at a site or in a zone.",
      {field("technology", &R::technology, "technology"), field("place", &R::place, "site or zone"),
       field("ordered", &R::ordered, "quarter of the order"), field("service", &R::service, "first quarter of service"),
       field("mw", &R::mw, "rating").in("MW").from(0),
       field("capex_usd_m", &R::capex_usd_m, "capital cost").in("million USD").from(0),
       field("given", &R::given, "it stands or was ordered when decisions begin; not decided").optional()}};
  return t;
}

template <>
const Table<GridRequest>& plan_table<GridRequest>() {
  using R = GridRequest;
  static const Table<R> t{
      "grid",
      "Grid connections requested.",
      {field("site", &R::site, "site"), field("step", &R::step, "step"), field("kind", &R::kind, "firm or managed"),
       field("requested", &R::requested, "quarter of the request"),
       field("energised", &R::energised, "first quarter of use"), field("mw", &R::mw, "power").in("MW").from(0),
       field("capex_usd_m", &R::capex_usd_m, "cost").in("million USD").from(0),
       field("given", &R::given, "it stands or was ordered when decisions begin; not decided").optional()}};
  return t;
}

template <>
const Table<LineExpansion>& plan_table<LineExpansion>() {
  using R = LineExpansion;
  static const Table<R> t{"line_expansions",
                          "Ties between zones that are made stronger.",
                          {field("line", &R::line, "line"), field("decided", &R::decided, "quarter of the decision"),
                           field("service", &R::service, "first quarter of service"),
                           field("mw", &R::mw, "added capacity").in("MW").from(0),
                           field("given", &R::given, "it stands or was ordered when decisions begin; not decided").optional()}};
  return t;
}

template <>
const Table<SupplyExpansion>& plan_table<SupplyExpansion>() {
  using R = SupplyExpansion;
  static const Table<R> t{
      "supply_expansions",
      "Semiconductor capacity bought.",
      {field("expansion", &R::expansion, "expansion"), field("ordered", &R::ordered, "quarter of the order"),
       field("first_output", &R::first_output, "first quarter of output"),
       field("count", &R::count, "how many").from(0),
       field("capex_usd_m", &R::capex_usd_m, "capital cost").in("million USD").from(0),
       field("given", &R::given, "it stands or was ordered when decisions begin; not decided").optional()}};
  return t;
}

template <>
const Table<CloudUse>& plan_table<CloudUse>() {
  using R = CloudUse;
  static const Table<R> t{
      "cloud",
      "Cloud capacity rented.",
      {field("contract", &R::contract, "contract").as_key(), field("quarter", &R::quarter, "quarter").as_key(),
       field("new_committed_chips", &R::new_committed_chips, "commitments that begin").from(0),
       field("active_committed_chips", &R::active_committed_chips, "commitments that run").from(0),
       field("burst_chips", &R::burst_chips, "by the hour").from(0),
       field("cost_usd_m", &R::cost_usd_m, "cost, and in the last quarter what is owed of terms that go on")
           .in("million USD")
           .from(0),
       field("given_chips", &R::given_chips, "of the commitments that run, those that were agreed before decisions begin")
           .from(0)
           .optional()}};
  return t;
}

template <>
const Table<Draw>& plan_table<Draw>() {
  using R = Draw;
  static const Table<R> t{
      "draws",
      "Money called.",
      {field("investor", &R::investor, "from whom").as_key(), field("quarter", &R::quarter, "when").as_key(),
       field("usd_m", &R::usd_m, "how much").in("million USD").from(0)}};
  return t;
}

template <>
const Table<Spending>& plan_table<Spending>() {
  using R = Spending;
  static const Table<R> t{
      "spending",
      "Money paid, in the quarter in which it is paid.",
      {field("quarter", &R::quarter, "quarter").as_key(),
       field("category", &R::category, "what for")
           .as_key()
           .one_of({"opening", "construction", "grid_connection", "onsite_power", "racks", "sales_tax", "expansions",
                    "cloud", "interest", "operations", "property_tax", "onsite_fixed", "zone_power", "energy_grid",
                    "energy_onsite", "shedding", "incentives"}),
       field("place", &R::place, "site, zone or other place").as_key().optional(),
       field("usd_m", &R::usd_m, "amount").in("million USD"),
       field("funded", &R::funded, "from the programme's money; otherwise paid by customers").as_key()}};
  return t;
}

template <>
const Table<IncentiveUse>& plan_table<IncentiveUse>() {
  using R = IncentiveUse;
  static const Table<R> t{
      "incentives",
      "Government support received.",
      {field("incentive", &R::incentive, "incentive").as_key(), field("quarter", &R::quarter, "when").as_key(),
       field("usd_m", &R::usd_m, "how much, weighted with its probability").in("million USD").from(0)}};
  return t;
}

template <>
const Table<SiteQuarter>& plan_table<SiteQuarter>() {
  using R = SiteQuarter;
  static const Table<R> t{
      "site_quarters",
      "Each site in each quarter.",
      {field("site", &R::site, "site").as_key(), field("quarter", &R::quarter, "quarter").as_key(),
       field("ready_it_mw", &R::ready_it_mw, "IT power of ready buildings").in("MW"),
       field("installed_it_mw", &R::installed_it_mw, "IT power of racks").in("MW"),
       field("facility_peak_mw", &R::facility_peak_mw, "PUE times that").in("MW"),
       field("firm_mw", &R::firm_mw, "firm grid connection").in("MW"),
       field("managed_mw", &R::managed_mw, "managed grid connection").in("MW"),
       field("onsite_mw", &R::onsite_mw, "on-site power in service").in("MW"),
       field("effective_pflops", &R::effective_pflops, "effective compute of its racks").in("PFLOP/s"),
       field("load_gwh", &R::load_gwh, "energy of the facility before shedding").in("GWh"),
       field("grid_gwh", &R::grid_gwh, "from the grid").in("GWh"),
       field("onsite_gwh", &R::onsite_gwh, "made on site").in("GWh"), field("shed_gwh", &R::shed_gwh, "shed").in("GWh"),
       field("water_ml", &R::water_ml, "water").in("million litres")}};
  return t;
}

template <>
const Table<ProgrammeQuarter>& plan_table<ProgrammeQuarter>() {
  using R = ProgrammeQuarter;
  static const Table<R> t{
      "quarters",
      "The programme in each quarter.",
      {field("quarter", &R::quarter, "quarter").as_key(), field("sites", &R::sites, "sites open"),
       field("states", &R::states, "states with an open site"),
       field("it_mw", &R::it_mw, "IT power installed").in("MW"),
       field("facility_mw", &R::facility_mw, "the same times the peak PUE of each site's year").in("MW"),
       field("chips", &R::chips, "accelerators installed"),
       field("h100_equivalents", &R::h100_equivalents, "H100-equivalents installed"),
       field("effective_pflops", &R::effective_pflops, "effective compute, cloud and shedding counted").in("PFLOP/s"),
       field("largest_run_pflops", &R::largest_run_pflops, "effective compute of the largest site: the largest run")
           .in("PFLOP/s"),
       field("cloud_chips", &R::cloud_chips, "accelerators rented"),
       field("spending_usd_m", &R::spending_usd_m, "funded spending less credits").in("million USD"),
       field("draws_usd_m", &R::draws_usd_m, "money called").in("million USD"),
       field("cash_usd_m", &R::cash_usd_m, "left at the end").in("million USD"),
       field("available_usd_m", &R::available_usd_m, "tranches up to now").in("million USD"),
       field("load_gwh", &R::load_gwh, "energy of all facilities").in("GWh"),
       field("co2_kt", &R::co2_kt, "added emissions, on site and of the grid").in("kt"),
       field("baseline_cost_usd_m", &R::baseline_cost_usd_m, "dispatch cost of the grid without the programme")
           .in("million USD"),
       field("history", &R::history, "before decisions begin: what is told here happened, or follows from what did")
           .optional()}};
  return t;
}

template <>
const Table<SiteStep>& plan_table<SiteStep>() {
  using R = SiteStep;
  static const Table<R> t{
      "dispatch_sites",
      "Each site in each step of the representative days.",
      {field("site", &R::site, "site").as_key(), field("quarter", &R::quarter, "quarter").as_key(),
       field("day", &R::day, "representative day").as_key(), field("hour", &R::hour, "first hour of the step").as_key(),
       field("load_mw", &R::load_mw, "facility load before shedding").in("MW"),
       field("grid_mw", &R::grid_mw, "from the grid").in("MW"),
       field("onsite_mw", &R::onsite_mw, "made on site").in("MW"), field("shed_mw", &R::shed_mw, "shed").in("MW")}};
  return t;
}

template <>
const Table<ZoneStep>& plan_table<ZoneStep>() {
  using R = ZoneStep;
  static const Table<R> t{
      "dispatch_zones",
      "Each zone in each step: native + programme = existing + built + onsite + storage + imports + shed + unserved.",
      {field("zone", &R::zone, "zone").as_key(), field("quarter", &R::quarter, "quarter").as_key(),
       field("day", &R::day, "representative day").as_key(), field("hour", &R::hour, "first hour of the step").as_key(),
       field("native_mw", &R::native_mw, "other load").in("MW"),
       field("programme_mw", &R::programme_mw, "load of the programme's facilities before shedding").in("MW"),
       field("onsite_mw", &R::onsite_mw, "made at the programme's sites").in("MW"),
       field("shed_mw", &R::shed_mw, "programme load shed").in("MW"),
       field("existing_mw", &R::existing_mw, "existing plant").in("MW"),
       field("built_mw", &R::built_mw, "new plant of the zone").in("MW"),
       field("storage_mw", &R::storage_mw, "discharge less charge").in("MW"),
       field("imports_mw", &R::imports_mw, "arriving imports less exports").in("MW"),
       field("unserved_mw", &R::unserved_mw, "not served").in("MW"),
       field("price_usd_per_mwh", &R::price_usd_per_mwh, "marginal price of energy, in the money of the objective")}};
  return t;
}

template <>
const Table<SourceStep>& plan_table<SourceStep>() {
  using R = SourceStep;
  static const Table<R> t{
      "dispatch_sources",
      "Output of each source in each step where it is not zero.",
      {field("zone", &R::zone, "zone").as_key(),
       field("source", &R::source, "row of the existing fleet, or technology").as_key(),
       field("kind", &R::kind, "what it is").as_key().one_of({"existing", "built", "onsite", "charge", "discharge"}),
       field("quarter", &R::quarter, "quarter").as_key(), field("day", &R::day, "representative day").as_key(),
       field("hour", &R::hour, "first hour of the step").as_key(), field("mw", &R::mw, "output, or charge").in("MW")}};
  return t;
}

template <>
const Table<FlowStep>& plan_table<FlowStep>() {
  using R = FlowStep;
  static const Table<R> t{
      "dispatch_flows",
      "Flow on each tie in each step where it is not zero.",
      {field("line", &R::line, "line").as_key(), field("quarter", &R::quarter, "quarter").as_key(),
       field("day", &R::day, "representative day").as_key(), field("hour", &R::hour, "first hour of the step").as_key(),
       field("mw", &R::mw, "as it leaves; positive from from_zone to to_zone").in("MW")}};
  return t;
}

template <>
const Table<BaselineZone>& plan_table<BaselineZone>() {
  using R = BaselineZone;
  static const Table<R> t{
      "baseline_zones",
      "Each zone in each step of the grid without the programme; baseline_sources and baseline_flows are its dispatch.",
      {field("zone", &R::zone, "zone").as_key(), field("quarter", &R::quarter, "quarter").as_key(),
       field("day", &R::day, "representative day").as_key(), field("hour", &R::hour, "first hour of the step").as_key(),
       field("unserved_mw", &R::unserved_mw, "not served").in("MW"),
       field("price_usd_per_mwh", &R::price_usd_per_mwh, "marginal price of energy: a dual value of the dispatch")
           .in("USD/MWh")}};
  return t;
}

template <>
const Table<BaselineStore>& plan_table<BaselineStore>() {
  using R = BaselineStore;
  static const Table<R> t{
      "baseline_stores",
      "Each store of the existing fleet in each step of the grid without the programme.",
      {field("zone", &R::zone, "zone").as_key(), field("source", &R::source, "row of the existing fleet").as_key(),
       field("quarter", &R::quarter, "quarter").as_key(), field("day", &R::day, "representative day").as_key(),
       field("hour", &R::hour, "first hour of the step").as_key(),
       field("value_usd_per_mwh", &R::value_usd_per_mwh,
             "of energy in the store at the end of the step: a dual value of the dispatch")
           .in("USD/MWh")}};
  return t;
}

template <>
const Table<Worth>& plan_table<Worth>() {
  using R = Worth;
  static const Table<R> t{
      "worth",
      "What binds, and what one more unit would be worth with whole-number decisions held.",
      {field("rule", &R::rule, "rule of the plan"), field("what", &R::what, "which one of it").optional(),
       field("quarter", &R::quarter, "when").optional(), field("unit", &R::unit, "unit of the limit"),
       field("limit", &R::limit, "the limit"), field("used", &R::used, "what is used of it"),
       field("worth", &R::worth, "change of the objective for one more unit"),
       field("worth_usd_m", &R::worth_usd_m, "the same in money: divided by what one more million USD brings")
           .in("million USD"),
       field("words", &R::words, "the same in words").optional()}};
  return t;
}

template <>
const Table<Alternative>& plan_table<Alternative>() {
  using R = Alternative;
  static const Table<R> t{"alternatives",
                          "The plan solved again with one site taken out or put in.",
                          {field("site", &R::site, "site").as_key(),
                           field("change", &R::change, "without a site that is in, or with one that is not")
                               .as_key()
                               .one_of({"without", "with"}),
                           field("objective", &R::objective, "objective of the changed plan (relaxed)"),
                           field("regret", &R::regret, "loss against the plan, both relaxed"),
                           field("regret_percent", &R::regret_percent, "the same in percent"),
                           field("grade", &R::grade,
                                 "certain: no plan without it is as good; likely: without it the plan loses more than the "
                                 "gap that was asked; interchangeable: less than that, in or out; unlikely: to put it in "
                                 "loses more")
                               .one_of({"certain", "likely", "interchangeable", "unlikely"})
                               .optional(),
                           field("words", &R::words, "the same in words").optional()}};
  return t;
}

}  // namespace stargate
