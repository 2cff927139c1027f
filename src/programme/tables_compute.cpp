#include "programme/tables.h"

namespace stargate {

template <>
const Table<Accelerator>& table<Accelerator>() {
  using R = Accelerator;
  static const Table<R> t = with_source(Table<R>{
      "accelerators",
      "Accelerator systems, bought by the rack.",
      {field("id", &R::id, "short name").as_key(),
       field("name", &R::name, "full name"),
       field("vendor", &R::vendor, "who makes the accelerator").id_of("partners"),
       field("host", &R::host, "instruction set of the host processors").one_of({"arm", "x86"}),
       field("host_vendor", &R::host_vendor, "whose host processors").id_of("partners"),
       field("available_from", &R::available_from, "first quarter of delivery"),
       field("chips_per_rack", &R::chips_per_rack, "accelerators a rack").range(1, 2000),
       field("rack_kw", &R::rack_kw, "IT power a rack with its share of network and storage").in("kW").from(1),
       field("rack_usd_m", &R::rack_usd_m,
             "price a rack with its share of network and storage, in the first quarter of delivery")
           .in("million USD")
           .from(0),
       field("rack_usd_m_low", &R::rack_usd_m_low, "low end of the sources").from(0).optional(),
       field("rack_usd_m_high", &R::rack_usd_m_high, "high end of the sources").from(0).optional(),
       field("price_decline_per_year", &R::price_decline_per_year, "share by which the price falls a year from then")
           .range(0, 1),
       field("bf16_tflops", &R::bf16_tflops, "dense peak per accelerator").in("TFLOP/s").from(1),
       field("fp8_tflops", &R::fp8_tflops, "dense peak; empty: none").in("TFLOP/s").from(1).optional(),
       field("fp4_tflops", &R::fp4_tflops, "dense peak; empty: none").in("TFLOP/s").from(1).optional(),
       field("hbm_gb", &R::hbm_gb, "memory per accelerator").in("GB").from(1),
       field("hbm_tb_per_s", &R::hbm_tb_per_s, "memory bandwidth per accelerator").in("TB/s").from(0),
       field("scale_up_chips", &R::scale_up_chips, "accelerators in one scale-up domain").range(1, 100000),
       field("scale_up_gb_per_s", &R::scale_up_gb_per_s, "scale-up bandwidth per accelerator, both directions")
           .in("GB/s")
           .from(0),
       field("nic_gbit_per_s", &R::nic_gbit_per_s, "scale-out bandwidth per accelerator").in("Gbit/s").from(0),
       field("chip_w", &R::chip_w, "power of one accelerator").in("W").from(0),
       field("h100_equivalent", &R::h100_equivalent, "H100s that one accelerator counts for").from(0),
       field("order_lead_quarters", &R::order_lead_quarters, "quarters from order to installation").range(0, 12),
       field("life_quarters", &R::life_quarters, "quarters from installation to retirement").range(1, 80),
       field("sold_by", &R::sold_by,
             "rack: it can be bought; cloud: only its owner runs it, and it comes by a cloud contract; empty: rack")
           .one_of({"rack", "cloud"})
           .optional(),
       field("order_racks", &R::order_racks, "racks that an order comes in multiples of; empty: 1")
           .range(1, 10000)
           .optional()}});
  return t;
}

template <>
const Table<AcceleratorSupply>& table<AcceleratorSupply>() {
  using R = AcceleratorSupply;
  static const Table<R> t = with_source(
      Table<R>{"accelerator_supply",
               "Racks of each system that reach customers in a quarter, and the programme's share; a quarter without a "
               "row has none.",
               {field("accelerator", &R::accelerator, "system").as_key().id_of("accelerators"),
                field("quarter", &R::quarter, "quarter of installation").as_key(),
                field("world_racks", &R::world_racks, "racks for all customers").from(0),
                field("programme_share", &R::programme_share, "share that the programme can have").range(0, 1)}});
  return t;
}

template <>
const Table<Stage>& table<Stage>() {
  using R = Stage;
  static const Table<R> t =
      with_source(Table<R>{"stages",
                           "Stages of semiconductor manufacturing that accelerators share.",
                           {field("id", &R::id, "short name").as_key(), field("name", &R::name, "full name"),
                            field("unit", &R::unit, "what is counted")}});
  return t;
}

template <>
const Table<StageCapacity>& table<StageCapacity>() {
  using R = StageCapacity;
  static const Table<R> t = with_source(
      Table<R>{"stage_capacity",
               "What each stage puts out in a quarter, and the programme's share; a quarter without a row takes the "
               "last one before it.",
               {field("stage", &R::stage, "stage").as_key().id_of("stages"),
                field("quarter", &R::quarter, "quarter of installation that the output ends in").as_key(),
                field("world_units", &R::world_units, "output for all customers, in the stage's unit").from(0),
                field("programme_share", &R::programme_share, "share that the programme can have").range(0, 1)}});
  return t;
}

template <>
const Table<BillOfMaterials>& table<BillOfMaterials>() {
  using R = BillOfMaterials;
  static const Table<R> t =
      with_source(Table<R>{"bill_of_materials",
                           "What a rack takes of each stage, yield losses included.",
                           {field("accelerator", &R::accelerator, "system").as_key().id_of("accelerators"),
                            field("stage", &R::stage, "stage").as_key().id_of("stages"),
                            field("units_per_rack", &R::units_per_rack, "units of the stage a rack").from(0)}});
  return t;
}

template <>
const Table<Expansion>& table<Expansion>() {
  using R = Expansion;
  static const Table<R> t = with_source(Table<R>{
      "supply_expansions",
      "Semiconductor capacity that can be bought; it yields to the programme, years later.",
      {field("id", &R::id, "short name").as_key(), field("name", &R::name, "full name"),
       field("stage", &R::stage, "stage that it widens").id_of("stages"),
       field("place", &R::place, "where").one_of({"us", "overseas"}),
       field("capex_usd_m", &R::capex_usd_m, "capital cost of one").in("million USD").from(0),
       field("units_per_quarter", &R::units_per_quarter, "added output at full ramp, in the stage's unit").from(0),
       field("lead_quarters", &R::lead_quarters, "quarters from order to first output, qualification included")
           .range(0, 60),
       field("ramp_quarters", &R::ramp_quarters, "quarters from first to full output").range(0, 20),
       field("most", &R::most, "how many can be bought").range(0, 100)}});
  return t;
}

template <>
const Table<Efficiency>& table<Efficiency>() {
  using R = Efficiency;
  static const Table<R> t = with_source(
      Table<R>{"training_efficiency",
               "Model FLOP utilisation and goodput by cluster size; sizes between are interpolated in their logarithm.",
               {field("accelerator", &R::accelerator, "system").as_key().id_of("accelerators"),
                field("cluster_chips", &R::cluster_chips, "accelerators that train together").as_key().from(1),
                field("precision", &R::precision, "precision of training, whose peak the utilisation is of")
                    .one_of({"bf16", "fp8", "fp4"}),
                field("mfu", &R::mfu, "model FLOPs over peak while training runs").range(0, 1),
                field("goodput", &R::goodput, "share of time that training makes progress").range(0, 1)}});
  return t;
}

template <>
const Table<Cloud>& table<Cloud>() {
  using R = Cloud;
  static const Table<R> t = with_source(Table<R>{
      "cloud_contracts",
      "Existing cloud that can be rented: committed for a term, or by the hour.",
      {field("id", &R::id, "short name").as_key(), field("provider", &R::provider, "whose cloud").id_of("partners"),
       field("accelerator", &R::accelerator, "system").id_of("accelerators"), field("from", &R::from, "first quarter"),
       field("to", &R::to, "last quarter"),
       field("committed_usd_per_chip_hour", &R::committed_usd_per_chip_hour, "price of committed capacity").from(0),
       field("burst_usd_per_chip_hour", &R::burst_usd_per_chip_hour, "price by the hour").from(0),
       field("term_quarters", &R::term_quarters, "quarters that a commitment lasts").range(1, 40),
       field("most_committed_chips", &R::most_committed_chips, "most that can be committed at a time").from(0),
       field("most_burst_chips", &R::most_burst_chips, "most by the hour").from(0),
       field("node_chips", &R::node_chips, "accelerators of one node, the least that can be rented; empty: 1")
           .range(1, 100000)
           .optional()}});
  return t;
}

}  // namespace stargate
