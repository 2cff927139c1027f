#include "impact/economy.h"

#include <algorithm>
#include <format>

#include "base/diagnostics.h"

namespace stargate::impact {

namespace {
const std::vector<std::string> bases{"contract", "claim", "reported", "measured", "estimate"};

template <class R>
Table<R> with_basis(Table<R> table) {
  table.fields.push_back(field("basis", &R::basis, "how it is known").one_of(bases));
  table.fields.push_back(field("source", &R::source, "who says so"));
  return table;
}

Ranged scaled(const Ranged& r, double factor) { return {r.low * factor, r.middle * factor, r.high * factor}; }
Ranged taxed(const Ranged& r, const TaxRate& t) {
  return {r.low * t.rate_low, r.middle * t.rate, r.high * t.rate_high};
}
}  // namespace

const Table<SpendingSector>& spending_sector_table() {
  using R = SpendingSector;
  static const auto table =
      with_basis(Table<R>{"spending_sectors",
                          "which sector a category of spending buys from",
                          {field("category", &R::category, "category of a plan's spending").as_key(),
                           field("sector", &R::sector, "sector of the input-output table").as_key(),
                           field("part", &R::part, "part of the category's spending").range(0, 1),
                           field("domestic", &R::domestic, "share made in the country").range(0, 1),
                           field("domestic_low", &R::domestic_low, "low end").range(0, 1),
                           field("domestic_high", &R::domestic_high, "high end").range(0, 1)}});
  return table;
}

const Table<JobMultiplier>& job_multiplier_table() {
  using R = JobMultiplier;
  static const auto table = with_basis(
      Table<R>{"job_multipliers",
               "job-years per million USD of final demand",
               {field("sector", &R::sector, "sector").as_key(), field("direct", &R::direct, "in the sector").from(0),
                field("supplier", &R::supplier, "in those that supply it").from(0),
                field("induced", &R::induced, "where wages are spent").from(0)}});
  return table;
}

const Table<WaterUse>& water_use_table() {
  using R = WaterUse;
  static const auto table =
      with_basis(Table<R>{"water_use",
                          "water taken per kWh",
                          {field("scope", &R::scope, "what takes it").one_of({"cooling", "generation"}).as_key(),
                           field("kind", &R::kind, "way of cooling, or technology").as_key(),
                           field("l_per_kwh", &R::l_per_kwh, "middle").from(0),
                           field("l_per_kwh_low", &R::l_per_kwh_low, "low end").from(0),
                           field("l_per_kwh_high", &R::l_per_kwh_high, "high end").from(0)}});
  return table;
}

const Table<TaxRate>& tax_rate_table() {
  using R = TaxRate;
  static const auto table = with_basis(
      Table<R>{"tax_rates",
               "average rates of tax",
               {field("id", &R::id, "federal or state_local").as_key().one_of({"federal", "state_local"}),
                field("about", &R::about, "what it is a share of"), field("rate", &R::rate, "middle").range(0, 1),
                field("rate_low", &R::rate_low, "low end").range(0, 1),
                field("rate_high", &R::rate_high, "high end").range(0, 1)}});
  return table;
}

Ranged& Ranged::operator+=(const Ranged& other) {
  low += other.low;
  middle += other.middle;
  high += other.high;
  return *this;
}

Economy& Economy::operator+=(const Economy& other) {
  spending_usd_m += other.spending_usd_m;
  domestic_usd_m += other.domestic_usd_m;
  output_usd_m += other.output_usd_m;
  direct_job_years += other.direct_job_years;
  supplier_job_years += other.supplier_job_years;
  induced_job_years += other.induced_job_years;
  federal_tax_usd_m += other.federal_tax_usd_m;
  state_local_tax_usd_m += other.state_local_tax_usd_m;
  return *this;
}

Multipliers Multipliers::from(std::vector<SpendingSector> sectors, std::vector<JobMultiplier> jobs,
                              std::vector<TaxRate> taxes, InputOutput table) {
  for (const auto& s : sectors) {
    const Place place{spending_sector_table().name + ".csv", s.line, 0};
    if (std::ranges::find(table.sectors, s.sector) == table.sectors.end())
      throw InputError(place, std::format("sector '{}' is not in the input-output table", s.sector),
                       name_hint(s.sector, table.sectors));
    if (std::ranges::find(jobs, s.sector, &JobMultiplier::sector) == jobs.end())
      throw InputError(place, std::format("sector '{}' has no row in job_multipliers", s.sector));
  }
  for (const auto& s : sectors) {
    double parts = 0;
    for (const auto& other : sectors)
      if (other.category == s.category) parts += other.part;
    if (parts > 1 + 1e-9)
      throw InputError({spending_sector_table().name + ".csv", s.line, 0},
                       std::format("the parts of '{}' add up to {}", s.category, parts), "1 at most");
  }
  for (const std::string id : {"federal", "state_local"})
    if (std::ranges::find(taxes, id, &TaxRate::id) == taxes.end())
      throw InputError({tax_rate_table().name + ".csv", 0, 0}, std::format("there is no rate '{}'", id));
  auto output = output_multipliers(total_requirements(table.direct));
  return {std::move(sectors), std::move(jobs), std::move(taxes), std::move(table), std::move(output)};
}

Economy economy(const Multipliers& m, const std::string& category, double usd_m) {
  Economy all;
  all.spending_usd_m = usd_m;
  const auto rate = [&](const std::string& id) { return *std::ranges::find(m.taxes, id, &TaxRate::id); };
  for (const SpendingSector& row : m.sectors) {
    if (row.category != category) continue;
    const auto sector = std::ranges::find(m.table.sectors, row.sector) - m.table.sectors.begin();
    const auto& jobs = *std::ranges::find(m.jobs, row.sector, &JobMultiplier::sector);
    Economy e;
    e.domestic_usd_m = scaled({row.domestic_low, row.domestic, row.domestic_high}, usd_m * row.part);
    e.output_usd_m = scaled(e.domestic_usd_m, m.output[static_cast<std::size_t>(sector)]);
    e.direct_job_years = scaled(e.domestic_usd_m, jobs.direct);
    e.supplier_job_years = scaled(e.domestic_usd_m, jobs.supplier);
    e.induced_job_years = scaled(e.domestic_usd_m, jobs.induced);
    e.federal_tax_usd_m = taxed(e.domestic_usd_m, rate("federal"));
    e.state_local_tax_usd_m = taxed(e.domestic_usd_m, rate("state_local"));
    all += e;
  }
  return all;
}

}  // namespace stargate::impact
