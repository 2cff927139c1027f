#include "chips/history.h"

#include <algorithm>
#include <format>
#include <map>

#include "base/diagnostics.h"
#include "chips/yield.h"

namespace stargate::chips {

namespace {
// Cycle times, weeks: logic about 13-16 (fab and probe), stacked memory about 20 with its fab, of which stacking and
// test 8 stand here, packaging 6, boards and system test 4. Estimates from vendors' lead times of 2023-2024.
constexpr int logic_weeks = 14, memory_weeks = 8, packaging_weeks = 6, board_weeks = 4;
}  // namespace

std::vector<OwnerTotal> owner_totals(const std::vector<OwnerUnits>& units, const std::vector<ChipModel>& models,
                                     Quarter through) {
  std::vector<OwnerTotal> totals;
  for (const OwnerUnits& row : units) {
    if (row.quarter > through) continue;
    const auto model = std::ranges::find_if(
        models, [&](const ChipModel& m) { return m.manufacturer == row.manufacturer && m.chip == row.chip; });
    if (model == models.end())
      throw InputError({owner_units_table().name + ".csv", row.line, 0},
                       std::format("the peak of '{} {}' is not known", row.manufacturer, row.chip),
                       "a row of chip_models.csv");
    auto total = std::ranges::find_if(
        totals, [&](const OwnerTotal& t) { return t.manufacturer == row.manufacturer && t.owner == row.owner; });
    if (total == totals.end()) total = totals.insert(totals.end(), {row.manufacturer, row.owner});
    const double h100e = model->tops_8bit / h100_tops_8bit;
    total->units += row.units;
    total->h100e_p05 += row.units_p05 * h100e;
    total->h100e += row.units * h100e;
    total->h100e_p95 += row.units_p95 * h100e;
  }
  std::ranges::stable_sort(totals, std::greater{}, &OwnerTotal::h100e);
  return totals;
}

double wafers_per_package(const Package& package) {
  const double yield = die_yield(parse_yield_model(package.yield_model), package.die_mm2, package.defects_per_cm2);
  return package.dies / good_dies(gross_dies(package.die_mm2), yield, package.salvage);
}

Chain history_chain(const std::vector<Package>& packages, const std::vector<StageHistory>& history) {
  Chain chain;
  if (history.empty()) throw InputError({}, "no stage has a history");
  const auto [first, last] = std::ranges::minmax(history, {}, &StageHistory::quarter);
  chain.first = first.quarter;
  chain.quarters = last.quarter - first.quarter + 1;
  const auto stage_of = [&](const std::string& id) {
    const auto at = std::ranges::find(chain.stages, id, &Stage::id);
    if (at == chain.stages.end()) throw InputError({}, std::format("stage '{}' has no history", id));
    return static_cast<std::size_t>(at - chain.stages.begin());
  };
  for (const StageHistory& row : history) {
    auto at = std::ranges::find(chain.stages, row.stage, &Stage::id);
    if (at == chain.stages.end()) {
      const int weeks = row.stage == "packaging" ? packaging_weeks : row.stage == "memory" ? memory_weeks : logic_weeks;
      at = chain.stages.insert(chain.stages.end(), {row.stage, row.stage, row.unit, weeks,
                                                    std::vector<double>(static_cast<std::size_t>(chain.quarters))});
    }
    at->units_per_quarter[static_cast<std::size_t>(row.quarter - chain.first)] = 3 * row.per_month * row.share;
  }
  const std::size_t boards = chain.stages.size();
  chain.stages.push_back({"boards", "test and boards", "boards", board_weeks,
                          std::vector<double>(static_cast<std::size_t>(chain.quarters))});
  std::vector<Part> last_parts;
  const std::size_t n = packages.size();
  for (const Package& p : packages)
    chain.parts.push_back({p.chip + " logic", stage_of(p.node), wafers_per_package(p), 1, {}});
  for (const Package& p : packages) chain.parts.push_back({p.chip + " memory", stage_of("memory"), p.memory_gb, 1, {}});
  for (std::size_t i = 0; i < n; ++i)
    chain.parts.push_back({packages[i].chip + " package",
                           stage_of("packaging"),
                           1 / packages[i].packages_per_wafer,
                           packages[i].package_yield,
                           {{i, 1}, {n + i, 1}}});
  for (std::size_t i = 0; i < n; ++i) chain.parts.push_back({packages[i].chip, boards, 0, 1, {{2 * n + i, 1}}});
  return chain;
}

std::vector<Reproduced> reproduce(const std::vector<Shipment>& shipments, const std::vector<Package>& packages,
                                  const std::vector<StageHistory>& stages) {
  const Chain chain = history_chain(packages, stages);
  const auto quarters = static_cast<std::size_t>(chain.quarters);
  const std::size_t first_product = chain.parts.size() - packages.size();
  std::vector<Reproduced> out(quarters);
  std::vector<std::vector<Input>> mix(quarters);
  for (std::size_t q = 0; q < quarters; ++q) out[q].quarter = chain.first + static_cast<int>(q);
  for (const Shipment& s : shipments) {
    const auto at = std::ranges::find(packages, s.chip, &Package::chip);
    if (at == packages.end())
      throw InputError({shipment_table().name + ".csv", s.line, 0}, std::format("'{}' has no package", s.chip),
                       "a row of chip_packages.csv");
    if (s.quarter < chain.first || s.quarter - chain.first >= chain.quarters) continue;
    const auto q = static_cast<std::size_t>(s.quarter - chain.first);
    out[q].units_p05 += s.units_p05;
    out[q].units += s.units;
    out[q].units_p95 += s.units_p95;
    mix[q].push_back({first_product + static_cast<std::size_t>(at - packages.begin()), s.units});
  }
  for (std::size_t q = 0; q < quarters; ++q)
    for (Input& part : mix[q]) part.quantity /= out[q].units;
  // Before and behind what is published the split is that of the nearest quarter, so that work in progress is whole.
  for (std::size_t q = 1; q < quarters; ++q)
    if (mix[q].empty()) mix[q] = mix[q - 1];
  for (std::size_t q = quarters - 1; q-- > 0;)
    if (mix[q].empty()) mix[q] = mix[q + 1];

  const SupplyLimit limit = supply_limit(chain, mix);
  ByQuarter orders(chain.parts.size(), std::vector<double>(quarters));
  for (std::size_t q = 0; q < quarters; ++q)
    for (const Input& part : mix[q]) orders[part.part][q] = limit.parts[q] * part.quantity;
  const Flow flow = simulate(chain, orders);
  for (std::size_t q = 0; q < quarters; ++q) {
    out[q].limit = limit.parts[q];
    out[q].binding = limit.binding[q];
    for (std::size_t p = first_product; p < chain.parts.size(); ++p) {
      out[q].shipped += flow.shipped[p][q];
      out[q].in_progress += flow.in_progress[p][q] + flow.in_progress[p - packages.size()][q];
    }
  }
  std::erase_if(out, [](const Reproduced& r) { return r.units == 0; });
  return out;
}

}  // namespace stargate::chips
