// Racks, semiconductor supply, cloud and equipment: sections Compute and Equipment of docs/formulation.md.
#include "plan/formulation.h"

namespace stargate::plan {

using lp::infinity;

void Formulation::racks() {
  const auto& in = instance;
  const auto& systems = in.p.accelerators;
  const auto S = in.sites.size(), G = systems.size();
  columns.racks = Grid(G, S, at(in.N));
  columns.bought = Grid(G, at(in.N));
  columns.installed = Grid(S, at(in.N));

  for (std::size_t g = 0; g < G; ++g) {
    const int lead = static_cast<int>(systems[g].order_lead_quarters);
    for (int t = 0; t < in.N; ++t) {
      const bool in_window = t >= in.t_of(systems[g].available_from) && t - lead < in.B;
      if (!in_window && holds(Rule::order_window)) continue;
      if (t - lead < first_decision()) continue;
      if (systems[g].sold_by != "rack" && holds(Rule::sold_by_rack)) continue;
      if (in.direct_supply(static_cast<int>(g), t) <= 0 && holds(Rule::direct_supply)) continue;
      for (std::size_t s = 0; s < S; ++s)
        if (in.sites[s].rack_eflops[g] > 0) columns.racks(g, s, at(t)) = column(0, infinity);
    }
  }

  // installed(s,t) = installed(s,t-1) + new - retired, in GW; it stands in ready blocks.
  for (std::size_t s = 0; s < S; ++s)
    for (int t = 0; t < in.N; ++t) {
      const int c = columns.installed(s, at(t)) = column(0, infinity);
      double given = 0;
      term(c, 1);
      if (t > 0) term(columns.installed(s, at(t - 1)), -1);
      for (std::size_t g = 0; g < G; ++g) {
        const double gw = systems[g].rack_kw / 1000;  // per thousand racks
        term(columns.racks(g, s, at(t)), -gw);
        if (const int old = t - static_cast<int>(systems[g].life_quarters); old >= 0)
          term(columns.racks(g, s, at(old)), gw);
        given += gw * (in.standing_racks[g][s][at(t)] - (t > 0 ? in.standing_racks[g][s][at(t - 1)] : 0));
      }
      end(Rule::definition, static_cast<int>(s), t, given, given);
      term(c, 1);
      term(columns.ready(s, at(t)), -1);
      end(Rule::ready_blocks, static_cast<int>(s), t, -infinity, 0);
    }
}

void Formulation::supply() {
  const auto& in = instance;
  const auto& systems = in.p.accelerators;
  const auto S = in.sites.size(), G = systems.size(), X = in.p.expansions.size();

  for (std::size_t g = 0; g < G; ++g)
    for (int t = 0; t < in.N; ++t) {
      const int c = columns.bought(g, at(t)) = column(0, infinity);
      term(c, -1);
      for (std::size_t s = 0; s < S; ++s) term(columns.racks(g, s, at(t)), 1);
      end(Rule::definition, static_cast<int>(g), t, 0, 0);
      if (in.direct_supply(static_cast<int>(g), t) <= 0) continue;
      term(c, 1);
      const double left = in.direct_supply(static_cast<int>(g), t) - in.standing_bought(static_cast<int>(g), t);
      end(Rule::direct_supply, static_cast<int>(g), t, -infinity, std::max(0.0, left));
    }

  columns.expand = Grid(X, at(in.N));
  for (std::size_t x = 0; x < X; ++x) {
    double most = static_cast<double>(in.p.expansions[x].most);
    for (const auto& e : in.standing.expansions)
      if (e.expansion == static_cast<int>(x)) most -= e.count;
    most = std::max(most, 0.0);
    for (int t = first_decision(); t < in.B; ++t)
      columns.expand(x, at(t)) = column(0, holds(Rule::expansion_count) ? most : 1e3, 0, true);
    for (int t = 0; t < in.B; ++t) term(columns.expand(x, at(t)), 1);
    end(Rule::expansion_count, static_cast<int>(x), -1, -infinity, most);
  }

  for (std::size_t e = 0; e < in.p.stages.size(); ++e) {
    std::vector<double> per_rack(G, 0);
    for (const auto& b : in.p.bill_of_materials)
      if (b.stage == in.p.stages[e].id) per_rack[at(index_of(systems, b.accelerator))] += b.units_per_rack;
    for (int t = 0; t < in.N; ++t) {
      for (std::size_t g = 0; g < G; ++g) term(columns.bought(g, at(t)), per_rack[g]);
      for (std::size_t x = 0; x < X; ++x)
        if (in.p.expansions[x].stage == in.p.stages[e].id)
          for (int q = 0; q < std::min(t + 1, in.B); ++q)
            term(columns.expand(x, at(q)), -in.expansion_yield(static_cast<int>(x), q, t));
      double left = in.stage_supply(static_cast<int>(e), t) + in.standing_yield(static_cast<int>(e), t);
      for (std::size_t g = 0; g < G; ++g) left -= per_rack[g] * in.standing_bought(static_cast<int>(g), t);
      end(Rule::stage_supply, static_cast<int>(e), t, -infinity, std::max(0.0, left));
    }
  }
}

void Formulation::cloud() {
  const auto& in = instance;
  const auto C = in.p.cloud.size();
  columns.commit = columns.burst = Grid(C, at(in.N));
  for (std::size_t c = 0; c < C; ++c) {
    const auto& contract = in.p.cloud[c];
    const int from = std::max(first_decision(), in.t_of(contract.from)), to = std::min(in.B - 1, in.t_of(contract.to));
    const int term_quarters = static_cast<int>(contract.term_quarters);
    for (int t = from; t <= to; ++t) {
      columns.commit(c, at(t)) = column(0, infinity);
      columns.burst(c, at(t)) = column(0, holds(Rule::cloud_limit) ? contract.most_burst_chips / thousand : 1e4);
    }
    for (int t = from; t < std::min(in.N, to + term_quarters); ++t) {
      for (int q = std::max(from, t - term_quarters + 1); q <= std::min(t, to); ++q) term(columns.commit(c, at(q)), 1);
      end(Rule::cloud_limit, static_cast<int>(c), t, -infinity,
          std::max(0.0, contract.most_committed_chips / thousand - in.standing_cloud[c][at(t)]));
    }
  }
}

/// What is ordered and not used is kept: stock(t) = stock(t-1) + available - used >= 0.
void Formulation::equipment() {
  const auto& in = instance;
  for (std::size_t e = 0; e < in.p.equipment.size(); ++e) {
    const auto& kind = in.p.equipment[e];
    int before = -1;
    for (int t = first_decision(); t < in.B; ++t) {
      const double available = in.equipment_supply(static_cast<int>(e), t);
      if (available == infinity) continue;
      const int stock = column(0, infinity);
      term(stock, 1);
      term(before, -1);
      before = stock;
      for (std::size_t s = 0; s < in.sites.size(); ++s)
        term(columns.blocks(s, at(t)), in.sites[s].block_gw * kind.per_it_mw);
      for (std::size_t k = 0; k < in.p.power.size(); ++k) {
        if (in.p.power[k].equipment != kind.id) continue;
        for (std::size_t s = 0; s < in.sites.size(); ++s) term(columns.onsite(k, s, at(t)), 1);
        for (std::size_t y = 0; y < in.year_start.size(); ++y)
          if (in.year_start[y] == t)
            for (std::size_t z = 0; z < in.p.zones.size(); ++z) term(columns.zone_power(k, z, y), 1);
      }
      end(Rule::equipment, static_cast<int>(e), t, available, available);
    }
  }
}

}  // namespace stargate::plan
