#include "training/compare.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/text_table.h"

namespace stargate::training {
using nlohmann::json;

std::vector<std::int64_t> nearest_chip_counts(const ModelShape& shape, const Machine& machine, const SearchSpace& space, int each) {
  std::vector<std::int64_t> found;
  for (const int direction : {-1, 1}) {
    int here = 0;
    for (std::int64_t away = 1; away <= std::max<std::int64_t>(64, space.chips / 4) && here < each; ++away) {
      SearchSpace trial = space;
      trial.chips = space.chips + direction * away;
      if (trial.chips < 1) break;
      if (!any_strategy(shape, machine, trial)) continue;
      found.push_back(trial.chips);
      ++here;
    }
  }
  std::ranges::sort(found);
  return found;
}

ComparedCluster compare_cluster(const ModelShape& shape, const Machine& machine, std::int64_t chips, SearchSpace space,
                                const CompareOptions& options) {
  ComparedCluster c;
  c.system = machine.system.id, c.chips = chips;
  space.chips = chips;
  std::erase_if(space.precisions, [&](Precision p) { return !(machine.system.peak_flops(p) > 0); });
  if (space.precisions.empty()) space.precisions = {Precision::bf16};
  SearchOptions search_options;
  search_options.keep = 1, search_options.pareto = false;
  const SearchResult result = search(shape, machine, space, search_options);
  if (result.best.empty()) {
    c.nearest_miss_gb = result.nearest_miss_bytes / 1e9;
    if (result.strategies == 0) c.usable_chips = nearest_chip_counts(shape, machine, space, 1);
    return c;
  }
  c.found = true;
  c.strategy = result.best.front().strategy;
  const Step step = evaluate(shape, c.strategy, machine);
  const StepPower power = step_power(step, machine.system, {});
  const Goodput g = goodput(machine.system, static_cast<double>(chips), count_parameters(shape).total, options.resilience);
  RunOptions run;
  run.tokens = options.tokens, run.usd_per_mwh = options.usd_per_mwh, run.pue = options.pue;
  const RunCost cost = run_cost(shape, c.strategy, machine.system, step, power, g, run);
  c.interval = step_interval(shape, machine.system);
  c.step_s = step.seconds, c.mfu = step.mfu, c.goodput = g.goodput, c.days = cost.days, c.usd = cost.usd;
  c.facility_mwh = cost.facility_mwh, c.tonnes_co2 = cost.facility_mwh * options.kg_per_mwh / 1000;
  return c;
}

std::string compare_text(const std::vector<ComparedCluster>& clusters, const CompareOptions& options) {
  TextTable table({"cluster", "strategy", "step s", "MFU", "goodput", "days", "90 % interval", "M USD", "GWh", "t CO2"});
  for (const auto& c : clusters) {
    const std::string name = std::format("{} x {}", grouped(static_cast<double>(c.chips)), c.system);
    if (!c.found) {
      std::string why = std::format("nothing fits: {:.1f} GB too much", c.nearest_miss_gb);
      if (c.nearest_miss_gb == 0) {
        why = "no strategy divides model, batch and chips";
        for (const std::int64_t n : c.usable_chips) why += std::format("; {} would", grouped(static_cast<double>(n)));
      }
      table.row({name, why, "", "", "", "", "", "", "", ""});
      continue;
    }
    table.row({name, to_string(c.strategy), std::format("{:.3f}", c.step_s), std::format("{:.1f} % of {}", 100 * c.mfu, to_string(c.strategy.precision)),
               std::format("{:.1f} %", 100 * c.goodput), std::format("{:.1f}", c.days),
               c.interval.rows > 0 ? std::format("{:.1f} to {:.1f}", c.days * c.interval.low, c.days * c.interval.high) : "not known",
               std::format("{:.2f}", c.usd / 1e6), std::format("{:.1f}", c.facility_mwh / 1e3), grouped(c.tonnes_co2)});
  }
  return table.text() + std::format("{:.3g} tokens; PUE {}; {} kg CO2 a MWh\n", options.tokens, options.pue, options.kg_per_mwh);
}

json to_json(const std::vector<ComparedCluster>& clusters) {
  json list = json::array();
  for (const auto& c : clusters) {
    json row = {{"system", c.system}, {"chips", c.chips}, {"found", c.found}};
    if (c.found)
      row.update({{"strategy", to_string(c.strategy)}, {"precision", to_string(c.strategy.precision)}, {"step_s", c.step_s},
                  {"mfu", c.mfu}, {"goodput", c.goodput}, {"days", c.days}, {"usd", c.usd}, {"facility_mwh", c.facility_mwh},
                  {"tonnes_co2", c.tonnes_co2}, {"interval", to_json(c.interval, c.step_s)}});
    else
      row.update({{"missing_gb", c.nearest_miss_gb}, {"nearest_chip_counts", c.usable_chips}});
    list.push_back(std::move(row));
  }
  return list;
}

std::string interval_text(const Interval& i, double seconds) {
  if (i.rows == 0) return "no interval: nothing like it was measured\n";
  return std::format("90 % interval of the step: {} to {} ms (from {} rows that had no part in the fit: {})\n",
                     grouped(seconds * i.low * 1e3, 1), grouped(seconds * i.high * 1e3, 1), i.rows, i.basis);
}

json to_json(const Interval& i, double seconds) {
  if (i.rows == 0) return nullptr;
  return {{"share", 0.9}, {"step_s_low", seconds * i.low}, {"step_s_high", seconds * i.high}, {"factor_low", i.low},
          {"factor_high", i.high}, {"rows", i.rows}, {"basis", i.basis}};
}

}  // namespace stargate::training
