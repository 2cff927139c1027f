#include "programme/tables.h"

namespace stargate {

template <>
const Table<Zone>& table<Zone>() {
  using R = Zone;
  static const Table<R> t = with_source(Table<R>{
      "zones",
      "Zones of the grid: within one, power flows freely.",
      {field("id", &R::id, "short name").as_key(), field("name", &R::name, "where it is"),
       field("region", &R::region, "market or interconnection"),
       field("states", &R::states, "states it covers, wholly or in part"),
       field("latitude", &R::latitude, "degrees north of its middle").range(-90, 90),
       field("longitude", &R::longitude, "degrees east of its middle").range(-180, 180),
       field("reserve_margin", &R::reserve_margin, "firm capacity above peak load that planners require").range(0, 1),
       field("load_growth_per_year", &R::load_growth_per_year, "growth of the other load from the profile's year")
           .range(-0.2, 0.5),
       field("headroom_mw", &R::headroom_mw,
             "new firm load that can be connected in the first quarter without new plant")
           .in("MW")
           .from(0),
       field("headroom_growth_mw_per_year", &R::headroom_growth_mw_per_year, "how much that grows a year")
           .in("MW/year")
           .from(0),
       field("delivery_usd_per_mwh", &R::delivery_usd_per_mwh, "transmission, losses and charges on top of energy")
           .from(0)}});
  return t;
}

template <>
const Table<Line>& table<Line>() {
  using R = Line;
  static const Table<R> t = with_source(
      Table<R>{"lines",
               "Ties between zones, usable in both directions.",
               {field("id", &R::id, "short name").as_key(), field("from_zone", &R::from_zone, "zone").id_of("zones"),
                field("to_zone", &R::to_zone, "zone").id_of("zones"),
                field("capacity_mw", &R::capacity_mw, "transfer limit in either direction").in("MW").from(0),
                field("loss", &R::loss, "share lost on the way").range(0, 0.5),
                field("expansion_usd_per_kw", &R::expansion_usd_per_kw, "capital cost of more").from(0),
                field("most_expansion_mw", &R::most_expansion_mw, "most that can be added").in("MW").from(0),
                field("lead_quarters", &R::lead_quarters, "quarters from decision to service").range(0, 80)}});
  return t;
}

template <>
const Table<RepresentativeDay>& table<RepresentativeDay>() {
  using R = RepresentativeDay;
  static const Table<R> t = with_source(
      Table<R>{"representative_days",
               "Days that stand for a quarter of that season; the days of one season add up to about 91.",
               {field("id", &R::id, "short name").as_key(),
                field("season", &R::season, "1 winter (January to March) to 4 autumn").range(1, 4),
                field("kind", &R::kind, "typical, or the day of the highest load").one_of({"typical", "peak"}),
                field("days", &R::days, "days of a quarter that it stands for").range(0, 92)}});
  return t;
}

template <>
const Table<Profile>& table<Profile>() {
  using R = Profile;
  static const Table<R> t{"profiles",
                          "Load and the capacity factors of new wind and sun by zone and hour of each representative "
                          "day; their sources stand with the days.",
                          {field("zone", &R::zone, "zone").as_key().id_of("zones"),
                           field("day", &R::day, "representative day").as_key().id_of("representative_days"),
                           field("hour", &R::hour, "hour of the day, one clock for all zones").as_key().range(0, 23),
                           field("load_mw", &R::load_mw, "load without the programme").in("MW").from(0),
                           field("wind", &R::wind, "capacity factor of wind").range(0, 1),
                           field("solar", &R::solar, "capacity factor of solar").range(0, 1)}};
  return t;
}

template <>
const Table<Fleet>& table<Fleet>() {
  using R = Fleet;
  static const Table<R> t = with_source(Table<R>{
      "existing_fleet",
      "Existing generation and storage by zone and technology.",
      {field("id", &R::id, "short name").as_key(), field("zone", &R::zone, "zone").id_of("zones"),
       field("technology", &R::technology, "what it is"),
       field("kind", &R::kind, "how it is dispatched").one_of({"thermal", "wind", "solar", "hydro", "storage"}),
       field("fuel", &R::fuel, "fuel; empty where none is burnt").id_of("fuels").optional(),
       field("capacity_mw", &R::capacity_mw, "net capacity").in("MW").from(0),
       field("heat_rate_mmbtu_per_mwh", &R::heat_rate_mmbtu_per_mwh, "fuel per MWh").range(0, 30),
       field("variable_usd_per_mwh", &R::variable_usd_per_mwh, "running cost without fuel").from(-100),
       field("available_winter", &R::available_winter,
             "share that can run (hydro: energy over the day), January to March")
           .range(0, 1),
       field("available_spring", &R::available_spring, "April to June").range(0, 1),
       field("available_summer", &R::available_summer, "July to September").range(0, 1),
       field("available_autumn", &R::available_autumn, "October to December").range(0, 1),
       field("storage_hours", &R::storage_hours, "storage: hours at full power").range(0, 1000),
       field("round_trip", &R::round_trip, "storage: energy out over energy in").range(0.01, 1),
       field("capacity_credit", &R::capacity_credit, "share that counts as firm").range(0, 1)}});
  return t;
}

template <>
const Table<Fuel>& table<Fuel>() {
  using R = Fuel;
  static const Table<R> t = with_source(
      Table<R>{"fuels",
               "Fuels and what burning them emits.",
               {field("id", &R::id, "short name").as_key(), field("name", &R::name, "full name"),
                field("co2_t_per_mmbtu", &R::co2_t_per_mmbtu, "tonnes of CO2 per million Btu").range(0, 0.2)}});
  return t;
}

template <>
const Table<FuelPrice>& table<FuelPrice>() {
  using R = FuelPrice;
  static const Table<R> t = with_source(
      Table<R>{"fuel_prices",
               "Fuel prices by zone and year; years between are interpolated, years outside take the nearest.",
               {field("fuel", &R::fuel, "fuel").as_key().id_of("fuels"),
                field("zone", &R::zone, "zone; empty: everywhere that has no price of its own")
                    .as_key()
                    .id_of("zones")
                    .optional(),
                field("year", &R::year, "calendar year").as_key().range(2000, 2100),
                field("usd_per_mmbtu", &R::usd_per_mmbtu, "price").from(0)}});
  return t;
}

template <>
const Table<PowerTechnology>& table<PowerTechnology>() {
  using R = PowerTechnology;
  static const Table<R> t = with_source(Table<R>{
      "power_technologies",
      "Power that can be built, at sites or in zones.",
      {field("id", &R::id, "short name").as_key(),
       field("name", &R::name, "full name"),
       field("kind", &R::kind, "how it is dispatched").one_of({"thermal", "wind", "solar", "storage"}),
       field("scale", &R::scale, "where it can be built").one_of({"site", "zone", "both"}),
       field("fuel", &R::fuel, "fuel; empty where none is burnt").id_of("fuels").optional(),
       field("equipment", &R::equipment, "long-lead equipment that limits it; empty: none")
           .id_of("equipment")
           .optional(),
       field("capex_usd_per_kw", &R::capex_usd_per_kw, "overnight capital cost").from(0),
       field("capex_usd_per_kw_low", &R::capex_usd_per_kw_low, "low end of the sources").from(0).optional(),
       field("capex_usd_per_kw_high", &R::capex_usd_per_kw_high, "high end of the sources").from(0).optional(),
       field("fixed_usd_per_kw_year", &R::fixed_usd_per_kw_year, "fixed operation and maintenance").from(0),
       field("variable_usd_per_mwh", &R::variable_usd_per_mwh, "variable operation and maintenance without fuel")
           .from(0),
       field("heat_rate_mmbtu_per_mwh", &R::heat_rate_mmbtu_per_mwh, "fuel per MWh").range(0, 30),
       field("lead_quarters", &R::lead_quarters, "quarters from order to service").range(0, 80),
       field("life_years", &R::life_years, "economic life").range(1, 100),
       field("availability", &R::availability, "share of the year it can run").range(0, 1),
       field("capacity_credit", &R::capacity_credit, "share that counts as firm in a zone").range(0, 1),
       field("unit_mw", &R::unit_mw, "size of one unit, for N+1 on site").in("MW").from(0),
       field("storage_hours", &R::storage_hours, "storage: hours at full power").range(0, 1000),
       field("round_trip", &R::round_trip, "storage: energy out over energy in").range(0.01, 1),
       field("zone_limit_mw", &R::zone_limit_mw, "most that can be built in one zone; empty: no limit")
           .in("MW")
           .from(0)
           .optional()}});
  return t;
}

template <>
const Table<Equipment>& table<Equipment>() {
  using R = Equipment;
  static const Table<R> t = with_source(Table<R>{
      "equipment",
      "Long-lead equipment with a backlog.",
      {field("id", &R::id, "short name").as_key(), field("name", &R::name, "full name"),
       field("per_it_mw", &R::per_it_mw,
             "rating that a block needs per MW of IT when it is started; 0 for what only power technologies use")
           .in("MW/MW")
           .range(0, 10)}});
  return t;
}

template <>
const Table<EquipmentSupply>& table<EquipmentSupply>() {
  using R = EquipmentSupply;
  static const Table<R> t =
      with_source(Table<R>{"equipment_supply",
                           "What the programme can order of it in each quarter, over all sites, for that quarter or "
                           "later ones; a quarter without a row has none.",
                           {field("equipment", &R::equipment, "equipment").as_key().id_of("equipment"),
                            field("quarter", &R::quarter, "quarter of the order").as_key(),
                            field("available_mw", &R::available_mw, "rating that can be ordered").in("MW").from(0)}});
  return t;
}

}  // namespace stargate
