#include "chips/chain.h"

#include <algorithm>
#include <format>
#include <limits>
#include <numeric>

#include "base/diagnostics.h"

namespace stargate::chips {

namespace {
constexpr int weeks_a_quarter = 13;

void check(const Chain& chain) {
  for (const Stage& stage : chain.stages)
    if (static_cast<int>(stage.units_per_quarter.size()) != chain.quarters)
      throw InputError({}, std::format("stage '{}' has capacity for {} quarters, the chain has {}", stage.id,
                                       stage.units_per_quarter.size(), chain.quarters));
  for (std::size_t p = 0; p < chain.parts.size(); ++p) {
    const Part& part = chain.parts[p];
    if (part.stage >= chain.stages.size() || !(part.yield > 0 && part.yield <= 1) || part.units < 0)
      throw InputError(
          {}, std::format("part '{}' has no stage, or a yield of {} or {} units", part.id, part.yield, part.units),
          "a yield is above 0 and at most 1");
    for (const Input& input : part.inputs)
      if (input.part >= p) throw InputError({}, std::format("part '{}' needs a part that stands behind it", part.id));
  }
}

/// Capacity of the stage in week w of the chain; before the first week that of the first quarter.
double week_capacity(const Stage& stage, int week) {
  const auto last = static_cast<int>(stage.units_per_quarter.size()) - 1;
  const int quarter = std::clamp((week + stage.weeks_ahead) / weeks_a_quarter, 0, last);
  return stage.units_per_quarter[static_cast<std::size_t>(quarter)] / weeks_a_quarter;
}

/// Weeks from the first start of anything inside the part to the finished part.
std::vector<int> lead_weeks(const Chain& chain) {
  std::vector<int> lead(chain.parts.size());
  for (std::size_t p = 0; p < chain.parts.size(); ++p) {
    int inside = 0;
    for (const Input& input : chain.parts[p].inputs) inside = std::max(inside, lead[input.part]);
    lead[p] = inside + chain.stages[chain.parts[p].stage].cycle_weeks;
  }
  return lead;
}

void add_loads(const Chain& chain, std::size_t part, double finished, int weeks_before, std::vector<Load>& into) {
  const Part& p = chain.parts[part];
  const double started = finished / p.yield;
  const int begun = weeks_before + chain.stages[p.stage].cycle_weeks;
  into[p.stage].units += started * p.units;
  into[p.stage].weeks_before = std::max(into[p.stage].weeks_before, begun);
  for (const Input& input : p.inputs) add_loads(chain, input.part, started * input.quantity, begun, into);
}

std::vector<Load> mix_loads(const Chain& chain, const std::vector<Input>& mix) {
  std::vector<Load> all(chain.stages.size());
  for (std::size_t s = 0; s < all.size(); ++s) all[s].stage = s;
  for (const Input& product : mix) add_loads(chain, product.part, product.quantity, 0, all);
  return all;
}
}  // namespace

std::vector<Load> loads(const Chain& chain, std::size_t part) { return mix_loads(chain, {{part, 1}}); }

SupplyLimit supply_limit(const Chain& chain, const std::vector<Input>& mix) {
  return supply_limit(chain, std::vector(static_cast<std::size_t>(chain.quarters), mix));
}

SupplyLimit supply_limit(const Chain& chain, const std::vector<std::vector<Input>>& mix_by_quarter) {
  check(chain);
  const auto quarters = static_cast<std::size_t>(chain.quarters);
  SupplyLimit limit{std::vector<double>(quarters), std::vector<std::size_t>(quarters, no_stage),
                    ByQuarter(chain.stages.size(), std::vector<double>(quarters))};
  for (std::size_t q = 0; q < quarters; ++q) {
    limit.parts[q] = std::numeric_limits<double>::infinity();
    for (const Load& load : mix_loads(chain, mix_by_quarter[q])) {
      double capacity = 0;
      for (int w = 0; w < weeks_a_quarter; ++w)
        capacity +=
            week_capacity(chain.stages[load.stage], static_cast<int>(q) * weeks_a_quarter + w - load.weeks_before);
      double& allowed = limit.by_stage[load.stage][q];
      allowed = load.units > 0 ? capacity / load.units : std::numeric_limits<double>::infinity();
      if (allowed < limit.parts[q]) limit.parts[q] = allowed, limit.binding[q] = load.stage;
    }
  }
  return limit;
}

namespace {

/// The state of the chain while weeks go by.
class Simulation {
 public:
  Simulation(const Chain& chain, const ByQuarter& orders)
      : chain_(chain), orders_(orders), parts_(chain.parts.size()), weeks_(chain.quarters * weeks_a_quarter) {
    const auto lead = lead_weeks(chain);
    before_ = lead.empty() ? 0 : std::ranges::max(lead);
    const ByQuarter by_week(parts_, std::vector<double>(static_cast<std::size_t>(before_ + weeks_)));
    wanted_ = arrives_ = by_week;
    open_ = stock_ = owed_ = in_progress_ = std::vector<double>(parts_);
    plan_requirements();
  }

  Flow run() {
    Flow flow;
    const auto quarters = static_cast<std::size_t>(chain_.quarters);
    const ByQuarter of_parts(parts_, std::vector<double>(quarters)),
        of_stages(chain_.stages.size(), std::vector<double>(quarters));
    flow.ordered = flow.shipped = flow.started = flow.finished = flow.in_progress = flow.in_stock = flow.backlog =
        of_parts;
    flow.used = flow.capacity = of_stages;
    flow.binding.assign(quarters, no_stage);
    ByQuarter waiting = of_stages;
    for (int w = -before_; w < weeks_; ++w) step(w, flow, waiting);
    for (std::size_t q = 0; q < quarters; ++q) {
      double most = 1e-6;
      for (std::size_t s = 0; s < chain_.stages.size(); ++s)
        if (waiting[s][q] > most) most = waiting[s][q], flow.binding[q] = s;
    }
    return flow;
  }

 private:
  double& at(ByQuarter& table, std::size_t part, int week) {
    return table[part][static_cast<std::size_t>(week + before_)];
  }
  int cycle(std::size_t part) const { return chain_.stages[chain_.parts[part].stage].cycle_weeks; }

  /// Starts wanted by week, without regard to capacity; users stand behind their inputs, so from the last part back.
  void plan_requirements() {
    for (std::size_t p = parts_; p-- > 0;) {
      const Part& part = chain_.parts[p];
      for (int w = 0; w < weeks_; ++w) {
        const double due = orders_[p][static_cast<std::size_t>(w / weeks_a_quarter)] / weeks_a_quarter;
        if (due > 0) at(wanted_, p, w - cycle(p)) += due / part.yield;
      }
      for (const Input& input : part.inputs)
        for (int w = -before_; w < weeks_; ++w)
          if (const double start = at(wanted_, p, w); start > 0)
            at(wanted_, input.part, std::max(-before_, w - cycle(input.part))) +=
                start * input.quantity / chain_.parts[input.part].yield;
    }
  }

  void step(int w, Flow& flow, ByQuarter& waiting) {
    const bool counted = w >= 0;
    const auto q = static_cast<std::size_t>(std::max(0, w) / weeks_a_quarter);
    for (std::size_t p = 0; p < parts_; ++p) {
      stock_[p] += at(arrives_, p, w);
      in_progress_[p] -= at(arrives_, p, w) / chain_.parts[p].yield;
      open_[p] += at(wanted_, p, w);
      if (counted) flow.finished[p][q] += at(arrives_, p, w);
    }
    start_week(w, flow, waiting);
    if (!counted) return;
    for (std::size_t p = 0; p < parts_; ++p) {
      const double due = orders_[p][q] / weeks_a_quarter;
      owed_[p] += due;
      const double shipped = std::min(owed_[p], stock_[p]);
      stock_[p] -= shipped;
      owed_[p] -= shipped;
      flow.ordered[p][q] += due;
      flow.shipped[p][q] += shipped;
      flow.in_progress[p][q] = in_progress_[p];
      flow.in_stock[p][q] = stock_[p];
      flow.backlog[p][q] = owed_[p];
    }
  }

  void start_week(int w, Flow& flow, ByQuarter& waiting) {
    const bool counted = w >= 0;
    const auto q = static_cast<std::size_t>(std::max(0, w) / weeks_a_quarter);
    // Inputs that several parts want are shared in proportion to what they want, as capacity is.
    std::vector<double> claimed(parts_), load(chain_.stages.size());
    for (std::size_t p = 0; p < parts_; ++p)
      for (const Input& input : chain_.parts[p].inputs) claimed[input.part] += open_[p] * input.quantity;
    std::vector<double> possible(parts_);
    for (std::size_t p = 0; p < parts_; ++p) {
      double share = 1;
      for (const Input& input : chain_.parts[p].inputs)
        if (claimed[input.part] > 0) share = std::min(share, stock_[input.part] / claimed[input.part]);
      possible[p] = open_[p] * share;
      load[chain_.parts[p].stage] += possible[p] * chain_.parts[p].units;
    }
    for (std::size_t s = 0; s < chain_.stages.size() && counted; ++s) {
      const double capacity = week_capacity(chain_.stages[s], w);
      flow.capacity[s][q] += capacity;
      if (load[s] > capacity * (1 + 1e-9)) waiting[s][q] += 1 - capacity / load[s];
    }
    for (std::size_t p = 0; p < parts_; ++p) {
      const Part& part = chain_.parts[p];
      const double capacity = week_capacity(chain_.stages[part.stage], w);
      const double start = possible[p] * (load[part.stage] > capacity ? capacity / load[part.stage] : 1);
      for (const Input& input : part.inputs)
        stock_[input.part] = std::max(0.0, stock_[input.part] - start * input.quantity);
      open_[p] -= start;
      in_progress_[p] += start;
      if (cycle(p) == 0) {
        stock_[p] += start * part.yield;
        in_progress_[p] -= start;
        if (counted) flow.finished[p][q] += start * part.yield;
      } else if (w + cycle(p) < weeks_) {
        at(arrives_, p, w + cycle(p)) += start * part.yield;
      }
      if (!counted) continue;
      flow.started[p][q] += start;
      flow.used[part.stage][q] += start * part.units;
    }
  }

  const Chain& chain_;
  const ByQuarter& orders_;
  std::size_t parts_;
  int weeks_, before_ = 0;
  ByQuarter wanted_, arrives_;
  std::vector<double> open_, stock_, owed_, in_progress_;
};

}  // namespace

Flow simulate(const Chain& chain, const ByQuarter& orders) {
  check(chain);
  if (orders.size() != chain.parts.size() ||
      std::ranges::any_of(orders, [&](const auto& o) { return static_cast<int>(o.size()) != chain.quarters; }))
    throw InputError({}, "orders are wanted for every part and every quarter of the chain");
  return Simulation(chain, orders).run();
}

}  // namespace stargate::chips
