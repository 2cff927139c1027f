#include "chips/history.h"

namespace stargate::chips {

namespace {
const std::vector<std::string> bases{"contract", "claim", "reported", "measured", "estimate"};

template <class R>
Table<R> with_basis(Table<R> table) {
  table.fields.push_back(field("basis", &R::basis, "how it is known").one_of(bases));
  table.fields.push_back(field("source", &R::source, "who says so"));
  return table;
}
}  // namespace

const Table<ChipModel>& chip_model_table() {
  using R = ChipModel;
  static const auto table = with_basis(Table<R>{"chip_models",
                                                "dense 8-bit peak of accelerators",
                                                {field("manufacturer", &R::manufacturer, "who makes it").as_key(),
                                                 field("chip", &R::chip, "accelerator").as_key(),
                                                 field("tops_8bit", &R::tops_8bit, "dense peak").in("TOP/s").from(0)}});
  return table;
}

const Table<OwnerUnits>& owner_units_table() {
  using R = OwnerUnits;
  static const auto table = with_basis(
      Table<R>{"chip_owners",
               "accelerators added by owner and quarter",
               {field("manufacturer", &R::manufacturer, "who makes it").as_key(),
                field("owner", &R::owner, "who has it").as_key(), field("chip", &R::chip, "accelerator").as_key(),
                field("quarter", &R::quarter, "when it was added").as_key(),
                field("units_p05", &R::units_p05, "low end").from(0), field("units", &R::units, "median").from(0),
                field("units_p95", &R::units_p95, "high end").from(0)}});
  return table;
}

const Table<Shipment>& shipment_table() {
  using R = Shipment;
  static const auto table = with_basis(
      Table<R>{"chip_shipments",
               "accelerators shipped by quarter",
               {field("quarter", &R::quarter, "when").as_key(), field("chip", &R::chip, "accelerator").as_key(),
                field("units_p05", &R::units_p05, "low end").from(0), field("units", &R::units, "median").from(0),
                field("units_p95", &R::units_p95, "high end").from(0)}});
  return table;
}

const Table<Package>& package_table() {
  using R = Package;
  static const auto table = with_basis(Table<R>{
      "chip_packages",
      "what one package takes",
      {field("chip", &R::chip, "accelerator").as_key(), field("node", &R::node, "stage of its logic wafers"),
       field("die_mm2", &R::die_mm2, "area of one die").in("mm2").from(1),
       field("dies", &R::dies, "logic dies").from(1),
       field("defects_per_cm2", &R::defects_per_cm2, "defect density").in("1/cm2").from(0),
       field("yield_model", &R::yield_model, "yield model").one_of({"poisson", "murphy", "negative_binomial", "seeds"}),
       field("salvage", &R::salvage, "share of dies with a defect that are sold").range(0, 1),
       field("packages_per_wafer", &R::packages_per_wafer, "packages an interposer wafer").from(1),
       field("package_yield", &R::package_yield, "packages that come out good").range(0.01, 1),
       field("memory_gb", &R::memory_gb, "stacked memory").in("GB").from(0)}});
  return table;
}

const Table<StageHistory>& stage_history_table() {
  using R = StageHistory;
  static const auto table = with_basis(Table<R>{
      "stage_history",
      "what the world could start a month, and one customer's share",
      {field("stage", &R::stage, "stage").as_key(), field("unit", &R::unit, "what is counted"),
       field("quarter", &R::quarter, "when").as_key(), field("per_month", &R::per_month, "starts a month").from(0),
       field("per_month_low", &R::per_month_low, "low end").from(0),
       field("per_month_high", &R::per_month_high, "high end").from(0),
       field("share", &R::share, "the customer's share").range(0, 1),
       field("share_low", &R::share_low, "low end").range(0, 1),
       field("share_high", &R::share_high, "high end").range(0, 1)}});
  return table;
}

}  // namespace stargate::chips
