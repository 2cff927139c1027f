#include "chips/programme_supply.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <map>

#include "base/diagnostics.h"
#include "chips/expansion.h"

namespace stargate::chips {

namespace {
constexpr double none = std::numeric_limits<double>::infinity();

template <class Record>
std::size_t index_of(const std::vector<Record>& rows, const std::string& id, std::string_view what) {
  const auto at = std::ranges::find(rows, id, &Record::id);
  if (at == rows.end())
    throw InputError({}, std::format("{} '{}' is not in the programme", what, id),
                     "is it the plan of another programme?");
  return static_cast<std::size_t>(at - rows.begin());
}

double units_per_rack(const Programme& p, std::size_t system, std::size_t stage) {
  double units = 0;
  for (const BillOfMaterials& b : p.bill_of_materials)
    if (b.accelerator == p.accelerators[system].id && b.stage == p.stages[stage].id) units += b.units_per_rack;
  return units;
}

/// World output times share; a quarter without a row takes the last one before it.
ByQuarter shared_capacity(const Programme& p) {
  ByQuarter out(p.stages.size(), std::vector<double>(static_cast<std::size_t>(p.quarters()), none));
  for (std::size_t e = 0; e < p.stages.size(); ++e) {
    std::map<Quarter, double> rows;
    for (const StageCapacity& c : p.stage_capacity)
      if (c.stage == p.stages[e].id) rows[c.quarter] = c.world_units * c.programme_share;
    if (rows.empty()) continue;  // a stage whose capacity nobody states does not bind
    for (int t = 0; t < p.quarters(); ++t) {
      const auto behind = rows.upper_bound(p.quarter(t));
      out[e][static_cast<std::size_t>(t)] = behind == rows.begin() ? 0 : std::prev(behind)->second;
    }
  }
  return out;
}

ExpansionOption option_of(const Expansion& e) {
  return {e.id,
          e.units_per_quarter,
          e.capex_usd_m,
          1,
          static_cast<int>(e.lead_quarters),
          0,
          static_cast<int>(e.ramp_quarters)};
}
}  // namespace

const Table<StageCycle>& stage_cycle_table() {
  using R = StageCycle;
  static const Table<R> table{
      "stage_cycles",
      "how long stages take",
      {field("stage", &R::stage, "stage").as_key(),
       field("cycle_weeks", &R::cycle_weeks, "from start to finished").range(0, 104),
       field("feeds", &R::feeds, "stage that takes what it makes; empty: delivered").optional(),
       field("basis", &R::basis, "how it is known").one_of({"contract", "claim", "reported", "measured", "estimate"}),
       field("source", &R::source, "who says so")}};
  return table;
}

ProgrammeSupply programme_supply(const Programme& p, const Plan* plan) {
  const auto quarters = static_cast<std::size_t>(p.quarters());
  const std::size_t systems = p.accelerators.size(), stages = p.stages.size();
  const ByQuarter by_system(systems, std::vector<double>(quarters)), by_stage(stages, std::vector<double>(quarters));
  ProgrammeSupply s{shared_capacity(p), by_system, by_system, {}, by_stage, by_system};
  const auto t_of = [&](Quarter q) { return q - p.settings.start; };
  if (plan)
    for (const SupplyExpansion& bought : plan->expansions) {
      const Expansion& e = p.expansions[index_of(p.expansions, bought.expansion, "the expansion")];
      const auto added = added_capacity(option_of(e), t_of(bought.ordered), bought.count, p.quarters());
      for (std::size_t t = 0; t < quarters; ++t) s.capacity[index_of(p.stages, e.stage, "the stage")][t] += added[t];
    }
  for (const AcceleratorSupply& row : p.accelerator_supply)
    if (const int t = t_of(row.quarter); t >= 0 && t < p.quarters())
      s.direct[index_of(p.accelerators, row.accelerator, "the system")][static_cast<std::size_t>(t)] =
          row.world_racks * row.programme_share;

  s.binding.assign(systems, std::vector<std::string>(quarters));
  for (std::size_t g = 0; g < systems; ++g)
    for (std::size_t t = 0; t < quarters; ++t) {
      const bool there = p.quarter(static_cast<int>(t)) >= p.accelerators[g].available_from;
      s.possible[g][t] = there ? s.direct[g][t] : 0;
      s.binding[g][t] = there ? "direct" : "not yet";
      for (std::size_t e = 0; e < stages && there; ++e)
        if (const double per_rack = units_per_rack(p, g, e);
            per_rack > 0 && s.capacity[e][t] / per_rack < s.possible[g][t])
          s.possible[g][t] = s.capacity[e][t] / per_rack, s.binding[g][t] = p.stages[e].id;
    }
  if (!plan) return s;
  for (const RackOrder& order : plan->racks) {
    const std::size_t g = index_of(p.accelerators, order.accelerator, "the system");
    const int t = t_of(order.installed);
    if (t < 0 || t >= p.quarters()) continue;
    s.racks[g][static_cast<std::size_t>(t)] += order.racks;
    for (std::size_t e = 0; e < stages; ++e)
      s.needed[e][static_cast<std::size_t>(t)] += order.racks * units_per_rack(p, g, e);
  }
  return s;
}

std::vector<Relief> reliefs(const Programme& p, const ProgrammeSupply& s, const Plan& plan) {
  std::vector<Relief> out;
  // What the sites make, what the racks cost, and what a PFLOP/s sells from a quarter to the end of the plan.
  const auto quarters = static_cast<std::size_t>(p.quarters());
  std::vector<double> pflops(quarters), price_usd_m(quarters), usd_m_per_pflops(quarters + 1);
  const auto place = [&](Quarter q) { return static_cast<std::size_t>(q - p.settings.start); };
  for (const SiteQuarter& row : plan.site_quarters)
    if (place(row.quarter) < quarters) pflops[place(row.quarter)] += row.effective_pflops;
  for (const RackOrder& order : plan.racks)
    if (place(order.installed) < quarters) price_usd_m[place(order.installed)] += order.price_usd_m;
  for (std::size_t t = quarters; t-- > 0;)
    usd_m_per_pflops[t] = usd_m_per_pflops[t + 1] +
                          1e-6 * p.quarter(static_cast<int>(t)).hours() * p.settings.compute_price_usd_per_pflop_hour *
                              std::pow(1 - p.settings.compute_price_decline, static_cast<double>(t) / 4);
  for (std::size_t t = 0; t < static_cast<std::size_t>(p.quarters()); ++t) {
    double racks = 0, it_mw = 0;
    for (std::size_t g = 0; g < p.accelerators.size(); ++g) {
      racks += s.racks[g][t];
      it_mw += s.racks[g][t] * p.accelerators[g].rack_kw / 1000;
    }
    if (racks <= 0) continue;
    // How far the plan's mix could grow before each limit is reached.
    std::vector<std::pair<double, std::string>> room;
    for (std::size_t e = 0; e < p.stages.size(); ++e)
      if (s.needed[e][t] > 0) room.emplace_back(s.capacity[e][t] / s.needed[e][t], p.stages[e].id);
    for (std::size_t g = 0; g < p.accelerators.size(); ++g)
      if (s.racks[g][t] > 0)
        room.emplace_back(s.direct[g][t] / s.racks[g][t], "direct supply of " + p.accelerators[g].id);
    std::ranges::sort(room);
    Relief r{.quarter = p.quarter(static_cast<int>(t)), .binding = room.front().second};
    r.sales_usd_m_per_rack = std::max(0.0, pflops[t] - (t > 0 ? pflops[t - 1] : 0)) / racks * usd_m_per_pflops[t];
    r.price_usd_m_per_rack = price_usd_m[t] / racks;
    r.used_share = room.front().first > 0 ? 1 / room.front().first : none;
    const double next = room.size() > 1 ? room[1].first : none;
    r.next = room.size() > 1 ? room[1].second : "";
    r.more_racks = std::isfinite(next) ? racks * (next - room.front().first) : 0;
    r.more_it_mw = r.more_racks * it_mw / racks;
    const auto stage = std::ranges::find(p.stages, r.binding, &stargate::Stage::id);
    if (stage != p.stages.end()) {
      const double units = s.needed[static_cast<std::size_t>(stage - p.stages.begin())][t] / racks;
      const Expansion* best = nullptr;
      const auto price = [&](const Expansion& e) { return e.capex_usd_m / (e.units_per_quarter / units); };
      for (const Expansion& e : p.expansions)
        if (e.stage == r.binding && e.units_per_quarter > 0 && (!best || price(e) < price(*best))) best = &e;
      if (best) {
        r.expansion = best->id;
        r.arrives = p.settings.start + static_cast<int>(best->lead_quarters);
        r.usd_m_per_rack_a_quarter = price(*best);
      }
    }
    out.push_back(std::move(r));
  }
  return out;
}

std::vector<ExpansionWorth> expansion_worths(const Programme& p, const Plan& plan) {
  std::vector<ExpansionWorth> out;
  for (const Expansion& e : p.expansions) {
    ExpansionWorth w{.expansion = e.id, .stage = e.stage, .place = e.place, .capex_usd_m = e.capex_usd_m};
    w.arrives = p.settings.start + static_cast<int>(e.lead_quarters);
    const auto added = added_capacity(option_of(e), 0, 1, p.quarters());
    for (const Worth& worth : plan.worths) {
      if (worth.rule != "stage_supply" || worth.what != e.stage || !worth.quarter) continue;
      const int t = *worth.quarter - p.settings.start;
      if (t < 0 || t >= p.quarters()) continue;
      const double usd_m = added[static_cast<std::size_t>(t)] * worth.worth_usd_m / 1000;  // per thousand units
      w.worth_usd_m += usd_m;
      w.quarters += usd_m > 0;
    }
    for (const SupplyExpansion& bought : plan.expansions)
      if (bought.expansion == e.id) w.bought += bought.count;
    out.push_back(std::move(w));
  }
  std::ranges::stable_sort(out, std::greater{}, [](const ExpansionWorth& w) {
    return w.capex_usd_m > 0 ? w.worth_usd_m / w.capex_usd_m : w.worth_usd_m;
  });
  return out;
}

PlanChain plan_chain(const Programme& p, const ProgrammeSupply& s, const std::vector<StageCycle>& cycles) {
  const auto quarters = static_cast<std::size_t>(p.quarters());
  PlanChain out;
  out.chain.first = p.settings.start;
  out.chain.quarters = p.quarters();
  const auto cycle_of = [&](const std::string& id) {
    const auto at = std::ranges::find(cycles, id, &StageCycle::stage);
    return at == cycles.end() ? StageCycle{} : *at;
  };
  // Stages in the order of the flow: those that feed others first. Weeks from a stage's start to delivery.
  std::vector<std::size_t> order(p.stages.size());
  std::vector<int> lead(p.stages.size());
  for (std::size_t e = 0; e < p.stages.size(); ++e) {
    order[e] = e;
    std::string at = p.stages[e].id;
    for (std::size_t steps = 0; !at.empty() && steps <= p.stages.size(); ++steps) {
      const StageCycle cycle = cycle_of(at);
      lead[e] += static_cast<int>(cycle.cycle_weeks);
      at = cycle.feeds;
    }
  }
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t e) { return lead[e]; });
  for (std::size_t e = 0; e < p.stages.size(); ++e) {
    Stage stage{p.stages[e].id, p.stages[e].name, p.stages[e].unit, static_cast<int>(cycle_of(p.stages[e].id).cycle_weeks), s.capacity[e]};
    stage.weeks_ahead = lead[e];  // capacity stands in the quarter of installation
    out.chain.stages.push_back(std::move(stage));
  }
  const std::size_t delivery = out.chain.stages.size();
  out.chain.stages.push_back({"delivery", "delivery", "racks", 0, std::vector<double>(quarters)});
  for (std::size_t g = 0; g < p.accelerators.size(); ++g) {
    out.final_part.push_back(no_stage);
    if (std::ranges::all_of(s.racks[g], [](double r) { return r <= 0; })) continue;
    std::map<std::string, std::vector<Input>> waiting;  // by the stage that takes them; "" is delivery
    for (const std::size_t e : order) {
      const double units = units_per_rack(p, g, e);
      if (units <= 0) continue;
      const std::string& id = p.stages[e].id;
      out.chain.parts.push_back({p.accelerators[g].id + " " + id, e, units, 1, waiting[id]});
      waiting[cycle_of(id).feeds].push_back({out.chain.parts.size() - 1, 1});
    }
    out.final_part.back() = out.chain.parts.size();
    out.chain.parts.push_back({p.accelerators[g].id, delivery, 0, 1, waiting[""]});
  }
  out.orders.assign(out.chain.parts.size(), std::vector<double>(quarters));
  for (std::size_t g = 0; g < p.accelerators.size(); ++g)
    if (out.final_part[g] != no_stage) out.orders[out.final_part[g]] = s.racks[g];
  return out;
}

namespace {
void add_to(std::vector<double>& total, const std::vector<double>& line) {
  total.resize(std::max(total.size(), line.size()));
  for (std::size_t t = 0; t < line.size(); ++t) total[t] += line[t];
}
}  // namespace

std::vector<double> planned_racks(const ProgrammeSupply& supply) {
  std::vector<double> total;
  for (const auto& racks : supply.racks) add_to(total, racks);
  return total;
}

std::vector<double> shipped_racks(const PlanChain& chain, const Flow& flow) {
  std::vector<double> total(static_cast<std::size_t>(chain.chain.quarters));
  for (const std::size_t part : chain.final_part)
    if (part != no_stage) add_to(total, flow.shipped[part]);
  return total;
}

}  // namespace stargate::chips
