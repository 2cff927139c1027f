// Racks, stages of semiconductor supply, cloud.
#include <algorithm>
#include <cmath>
#include <format>

#include "audit/state.h"

namespace stargate::audit {

namespace {

void check_racks(const Facts& f, const Plan& plan, const State& state, Book& book) {
  for (const auto& x : plan.racks) {
    const int g = f.accelerator.at(x.accelerator);
    const auto& a = f.p.accelerators[static_cast<std::size_t>(g)];
    const auto what = x.accelerator + " at " + x.site;
    const double orders = x.racks / static_cast<double>(a.order_racks);
    if (!x.given) book.equal("whole.racks", what + ": orders", x.installed, orders, std::round(orders));
    if (x.given) {
      book.equal("reads.amount", what + ": chips", x.installed, x.chips,
                 x.racks * static_cast<double>(a.chips_per_rack));
      continue;
    }
    book.that("racks.sold", what, x.ordered, a.sold_by == "rack", "is not sold by the rack");
    book.at_least("decided.from", what + ": quarters from decisions to the order", x.ordered, f.t(x.ordered) - f.D, 0);
    book.at_least("racks.available", what + ": quarters after available_from", x.installed,
                  x.installed - a.available_from, 0);
    book.equal("racks.order", what + ": quarters from order to installation", x.installed, x.installed - x.ordered,
               static_cast<double>(a.order_lead_quarters));
    const Quarter order = x.installed - static_cast<int>(a.order_lead_quarters);
    book.that("racks.order", what + ": order quarter", order, f.t(order) >= 0 && f.t(order) < f.B,
              "is outside the building quarters");
    book.equal("reads.amount", what + ": chips", x.installed, x.chips, x.racks * static_cast<double>(a.chips_per_rack));
    book.equal("reads.amount", what + ": IT MW", x.installed, x.it_mw, x.racks * a.rack_kw / 1000);
    book.equal("reads.amount", what + ": price", x.installed, x.price_usd_m,
               x.racks * f.rack_price(g, f.t(x.installed)));
  }
  std::map<std::pair<std::string, Quarter>, double> supply;
  for (const auto& row : f.p.accelerator_supply)
    supply[{row.accelerator, row.quarter}] += row.world_racks * row.programme_share;
  for (std::size_t t = 0; t < static_cast<std::size_t>(f.N); ++t) {
    const Quarter q = f.quarter(static_cast<int>(t));
    for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
      const double block = f.p.sites[s].block_mw;
      book.at_most("racks.it_power", f.p.sites[s].id, q, state.it_mw[s][t], block * state.ready_blocks[s][t]);
      double halls = 0;
      for (std::size_t g = 0; g < f.p.accelerators.size(); ++g)
        halls += std::ceil(state.racks[g][s][t] * f.p.accelerators[g].rack_kw / 1000 / block - 1e-6);
      book.at_most("racks.halls", f.p.sites[s].id + ": halls of one system each", q, halls, state.ready_blocks[s][t]);
    }
    for (std::size_t g = 0; g < f.p.accelerators.size(); ++g) {
      double installed = 0;
      for (const auto& site : state.installed[g]) installed += site[t];
      const auto row = supply.find({f.p.accelerators[g].id, q});
      const double all = row == supply.end() ? 0 : row->second;
      book.at_most("racks.supply", f.p.accelerators[g].id, q, installed, std::max(0.0, all - state.given_installed[g][t]));
    }
  }
}

/// Output of what was ordered, in the stage's unit.
double yield_of(const Expansion& e, double count, int q, int t) {
  const int k = t - q - static_cast<int>(e.lead_quarters);
  return k < 0 ? 0
               : count * e.units_per_quarter *
                     std::min(1.0, (k + 1.0) / (static_cast<double>(e.ramp_quarters) + 1));
}

double given_yield(const Facts& f, const std::string& stage, int t) {
  double total = 0;
  for (const auto& x : f.p.standing_expansions) {
    const auto& e = f.p.expansions[static_cast<std::size_t>(f.expansion.at(x.expansion))];
    if (e.stage == stage) total += yield_of(e, static_cast<double>(x.count), f.t(x.ordered), t);
  }
  return total;
}

double yield(const Facts& f, const State& state, const std::string& stage, int t) {
  double total = 0;
  for (std::size_t x = 0; x < f.p.expansions.size(); ++x) {
    const auto& e = f.p.expansions[x];
    if (e.stage != stage) continue;
    for (int q = 0; q < f.B; ++q) {
      total += yield_of(e, state.expansions[x][static_cast<std::size_t>(q)], q, t);
    }
  }
  return total;
}

void check_stages(const Facts& f, const Plan& plan, const State& state, Book& book) {
  for (const auto& stage : f.p.stages) {
    std::map<Quarter, double> rows;
    for (const auto& row : f.p.stage_capacity)
      if (row.stage == stage.id) rows[row.quarter] = row.world_units * row.programme_share;
    for (int t = 0; t < f.N; ++t) {
      double used = 0, given = 0;
      for (const auto& need : f.p.bill_of_materials) {
        if (need.stage != stage.id) continue;
        const auto g = static_cast<std::size_t>(f.accelerator.at(need.accelerator));
        given += need.units_per_rack * state.given_installed[g][static_cast<std::size_t>(t)];
        for (const auto& site : state.installed[g]) used += need.units_per_rack * site[static_cast<std::size_t>(t)];
      }
      const auto after = rows.upper_bound(f.quarter(t));
      const double capacity = after == rows.begin() ? 0 : std::prev(after)->second;
      const double left = std::max(0.0, capacity + given_yield(f, stage.id, t) - given);
      book.at_most("stages.capacity", stage.id, f.quarter(t), used, left + yield(f, state, stage.id, t));
    }
  }
  std::vector<double> bought(f.p.expansions.size());
  for (const auto& x : plan.expansions) {
    const auto i = static_cast<std::size_t>(f.expansion.at(x.expansion));
    const auto& e = f.p.expansions[i];
    bought[i] += x.count;
    book.equal("stages.whole", x.expansion, x.ordered, x.count, std::round(x.count));
    if (!x.given)
      book.at_least("decided.from", x.expansion + ": quarters from decisions to the order", x.ordered,
                    f.t(x.ordered) - f.D, 0);
    book.equal("stages.output", x.expansion + ": quarters from order to first output", x.ordered,
               x.first_output - x.ordered, static_cast<double>(e.lead_quarters));
    book.equal("reads.amount", x.expansion + ": capital cost", x.ordered, x.capex_usd_m, x.count * e.capex_usd_m);
  }
  for (std::size_t i = 0; i < bought.size(); ++i)
    book.at_most("stages.most", f.p.expansions[i].id, {}, bought[i], static_cast<double>(f.p.expansions[i].most));
}

void check_cloud(const Facts& f, const Plan& plan, const State& state, Book& book) {
  for (const auto& x : plan.cloud) {
    const auto i = static_cast<std::size_t>(f.cloud.at(x.contract));
    const auto& c = f.p.cloud[i];
    const auto t = static_cast<std::size_t>(f.t(x.quarter));
    const bool open = x.quarter >= c.from && x.quarter <= c.to && f.t(x.quarter) < f.B;
    const double node = static_cast<double>(c.node_chips);
    for (const double chips : {x.new_committed_chips, x.burst_chips})
      book.equal("whole.nodes", x.contract, x.quarter, chips / node, std::round(chips / node));
    book.that("decided.from", x.contract, x.quarter,
              f.t(x.quarter) >= f.D || x.new_committed_chips + x.burst_chips <= 0, "is rented before decisions begin");
    book.equal("standing.kept", x.contract + ": given chips", x.quarter, x.given_chips, state.given_chips[i][t]);
    book.at_most("cloud.window", x.contract + ": chips outside the contract's window", x.quarter,
                 open ? 0 : x.new_committed_chips + x.burst_chips, 0);
    book.equal("reads.amount", x.contract + ": active commitments", x.quarter, x.active_committed_chips,
               state.committed_chips[i][t]);
    book.equal("reads.amount", x.contract + ": cost", x.quarter, x.cost_usd_m,
               cloud_cost(f, plan, state, i, f.t(x.quarter)));
  }
  for (std::size_t i = 0; i < f.p.cloud.size(); ++i)
    for (int t = 0; t < f.N; ++t) {
      const auto& c = f.p.cloud[i];
      const auto ti = static_cast<std::size_t>(t);
      book.at_most("cloud.committed", c.id, f.quarter(t), state.committed_chips[i][ti] - state.given_chips[i][ti],
                   std::max(0.0, c.most_committed_chips - state.given_chips[i][ti]));
      book.at_most("cloud.burst", c.id, f.quarter(t), state.burst_chips[i][static_cast<std::size_t>(t)],
                   c.most_burst_chips);
    }
}

}  // namespace

void check_compute(const Facts& f, const Plan& plan, const State& state, Book& book) {
  check_racks(f, plan, state, book);
  check_stages(f, plan, state, book);
  check_cloud(f, plan, state, book);
}

}  // namespace stargate::audit
