#include "plan/whole.h"

namespace stargate::plan {

namespace {

constexpr double tiny = 1e-7;          // of a thousand
constexpr double own_weight = 0.2;      // of what the point puts at a site itself, beside what is without a hall anywhere
constexpr double large_unit_mw = 50;   // units of which a site has few: the nearest number, not the next

double value(const std::vector<double>& x, int column) { return column < 0 ? 0 : x[at(column)]; }

double unit_gw(double unit_mw) { return (unit_mw > 0 ? unit_mw : 1) / thousand; }

double whole_up(double gw, double unit) { return std::ceil(gw / unit - 1e-6) * unit; }
double whole_down(double gw, double unit) { return std::floor(gw / unit + 1e-6) * unit; }

/// Orders in time rounded so that their running total is that of the point, rounded: `total` says how.
template <class Total>
void round_in_time(const std::vector<double>& x, const std::vector<int>& columns, std::vector<Hold>& holds,
                   Total total) {
  double wanted = 0, given = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] < 0) continue;
    wanted += x[at(columns[i])];
    const double next = std::max(given, total(wanted, given, i));
    holds.push_back({columns[i], next - given});
    given = next;
  }
}

}  // namespace

Halls no_halls(const Instance& in) {
  return Halls(in.p.accelerators.size(), std::vector(in.sites.size(), std::vector<int>(at(in.N), 0)));
}

void assign_halls(const Formulation& f, const std::vector<double>& x, int from, int until, Halls& halls) {
  const auto& in = f.instance;
  const auto G = in.p.accelerators.size(), S = in.sites.size();
  // GW of the point: of a system at a site, and of a system everywhere less the halls that it has.
  std::vector<std::vector<std::vector<double>>> wanted(G, std::vector(S, std::vector<double>(at(in.N), 0)));
  std::vector<std::vector<double>> unhoused(G, std::vector<double>(at(in.N), 0));
  for (std::size_t g = 0; g < G; ++g)
    for (std::size_t s = 0; s < S; ++s)
      for (int t = 0; t < in.N; ++t) {
        wanted[g][s][at(t)] = f.running(g, s, t, x) * in.p.accelerators[g].rack_kw / 1000;
        unhoused[g][at(t)] += wanted[g][s][at(t)];
      }
  for (int t = from; t < std::min(until, in.N); ++t) {
    auto left_over = unhoused;
    std::vector<std::vector<int>> now(S, std::vector<int>(G, 0));
    std::vector<std::size_t> free;  // a site for each hall that is free, the largest halls first
    const auto house = [&](std::size_t g, std::size_t s) {
      ++now[s][g];
      for (int q = t; q < in.N; ++q) left_over[g][at(q)] -= in.sites[s].block_gw;
    };
    for (std::size_t s = 0; s < S; ++s) {
      int left = static_cast<int>(std::floor(value(x, f.columns.ready(s, at(t))) / in.sites[s].block_gw + 1e-6));
      for (std::size_t g = 0; g < G; ++g) {  // what stands, and what was given, while its racks run
        const double stands = in.standing_racks[g][s][at(t)] * in.p.accelerators[g].rack_kw / 1000;
        int n = static_cast<int>(std::ceil(stands / in.sites[s].block_gw - 1e-6));
        if (t > 0 && wanted[g][s][at(t)] > tiny) n = std::max(n, halls[g][s][at(t - 1)]);
        for (; n > 0; --n, --left) house(g, s);
      }
      for (; left > 0; --left) free.push_back(s);
    }
    std::ranges::stable_sort(free, std::greater{}, [&](std::size_t s) { return in.sites[s].block_gw; });
    for (const auto s : free) {
      const double block = in.sites[s].block_gw;
      std::size_t best = G;
      double most = tiny;
      for (std::size_t g = 0; g < G; ++g) {
        double use = 0;  // compute of this hall with g, over the quarters to come: of all that is still without a hall
        for (int q = t; q < in.N; ++q) {
          const double own = std::clamp(wanted[g][s][at(q)] - block * now[s][g], 0.0, block);
          use += in.discount[at(q)] * (std::clamp(left_over[g][at(q)], 0.0, block) + own_weight * own) *
                 in.sites[s].rack_eflops[g] / in.p.accelerators[g].rack_kw;
        }
        if (use > most * (1 + 1e-9)) most = use, best = g;
      }
      if (best < G) house(best, s);
    }
    for (std::size_t g = 0; g < G; ++g)
      for (std::size_t s = 0; s < S; ++s) halls[g][s][at(t)] = now[s][g];
  }
}

std::vector<Hold> round_plant(const Formulation& f, const std::vector<double>& x, bool all) {
  const auto& in = f.instance;
  const auto& c = f.columns;
  std::vector<Hold> holds;
  // Equipment that is left for plant, by quarter of the order, after the blocks of the point.
  std::vector<std::vector<double>> left(in.p.equipment.size(), std::vector<double>(at(in.B), lp::infinity));
  for (std::size_t e = 0; e < in.p.equipment.size(); ++e) {
    double stock = 0;
    for (int t = f.first_decision(); t < in.B && f.holds(Rule::equipment); ++t) {
      stock += in.equipment_supply(static_cast<int>(e), t);
      for (std::size_t s = 0; s < in.sites.size(); ++s)
        stock -= value(x, c.blocks(s, at(t))) * in.sites[s].block_gw * in.p.equipment[e].per_it_mw;
      left[e][at(t)] = stock;
    }
  }
  const auto take = [&](std::vector<double>& stock, int t, double gw) {
    for (int q = t; q < in.B; ++q) stock[at(q)] -= gw;
  };
  const auto room = [&](const std::vector<double>& stock, int t) {
    double least = lp::infinity;
    for (int q = t; q < in.B; ++q) least = std::min(least, stock[at(q)]);
    return least;
  };
  const auto rounded = [&](double gw, double unit_mw) {
    const double unit = unit_gw(unit_mw);
    return unit_mw >= large_unit_mw ? std::floor(gw / unit + 0.5 + 1e-9) * unit : whole_up(gw < tiny ? 0 : gw, unit);
  };

  for (std::size_t k = 0; k < in.p.power.size(); ++k) {
    const auto& tech = in.p.power[k];
    if (!all && tech.unit_mw < large_unit_mw) continue;
    const double unit = unit_gw(tech.unit_mw);
    std::vector<double> free_stock(at(in.B), lp::infinity);
    auto* stock = &free_stock;
    for (std::size_t e = 0; e < in.p.equipment.size(); ++e)
      if (in.p.equipment[e].id == tech.equipment) stock = &left[e];
    for (std::size_t s = 0; s < in.sites.size(); ++s) {
      std::vector<int> columns;
      for (int t = 0; t < in.B; ++t) columns.push_back(c.onsite(k, s, at(t)));
      double most = lp::infinity;
      if (in.burns_gas(tech) && f.holds(Rule::gas_limit)) {
        most = in.p.sites[s].gas_limit_mw / thousand;
        for (const auto& g : in.standing.power)
          if (g.site == static_cast<int>(s) && in.burns_gas(in.p.power[at(g.technology)])) most -= g.gw;
        for (std::size_t other = 0; other < in.p.power.size(); ++other)  // those before are rounded already
          if (other != k && in.burns_gas(in.p.power[other]))
            for (int t = 0; t < in.B; ++t) {
              const int column = c.onsite(other, s, at(t));
              const auto held = std::ranges::find(holds, column, &Hold::column);
              most -= held != holds.end() ? held->value : value(x, column);
            }
      }
      round_in_time(x, columns, holds, [&](double wanted, double given, std::size_t t) {
        double total = std::min(rounded(wanted, tech.unit_mw), whole_down(std::max(0.0, most), unit));
        total = std::min(total, given + whole_down(std::max(0.0, room(*stock, static_cast<int>(t))), unit));
        total = std::max(total, given);
        take(*stock, static_cast<int>(t), total - given);
        return total;
      });
    }
    for (std::size_t z = 0; z < in.p.zones.size(); ++z) {
      std::vector<int> columns;
      for (std::size_t y = 0; y < in.year_start.size(); ++y) columns.push_back(c.zone_power(k, z, y));
      double most = tech.zone_limit_mw ? *tech.zone_limit_mw / thousand : lp::infinity;
      for (const auto& g : in.standing.power)
        if (g.zone == static_cast<int>(z) && g.technology == static_cast<int>(k)) most -= g.gw;
      round_in_time(x, columns, holds, [&](double wanted, double given, std::size_t y) {
        double total = std::min(rounded(wanted, tech.unit_mw), whole_down(std::max(0.0, most), unit));
        total = std::min(total, given + whole_down(std::max(0.0, room(*stock, in.year_start[y])), unit));
        total = std::max(total, given);
        take(*stock, in.year_start[y], total - given);
        return total;
      });
    }
  }
  if (!all) return holds;
  for (std::size_t i = 0; i < in.p.interconnection.size(); ++i) {
    const auto& step = in.p.interconnection[i];
    std::vector<int> columns;
    for (int t = 0; t < in.B; ++t) columns.push_back(c.request(i, at(t)));
    double most = step.mw / thousand;
    for (const auto& g : in.standing.grid)
      if (g.step == static_cast<int>(i)) most -= g.gw;
    round_in_time(x, columns, holds, [&](double wanted, double, std::size_t) {
      return std::min(wanted < tiny ? 0 : whole_up(wanted, unit_gw(step.unit_mw)), std::max(0.0, most));
    });
  }
  for (std::size_t l = 0; l < in.p.lines.size(); ++l) {
    std::vector<int> columns;
    for (std::size_t y = 0; y < in.year_start.size(); ++y) columns.push_back(c.line(l, y));
    double most = in.p.lines[l].most_expansion_mw / thousand;
    for (const auto& g : in.standing.lines)
      if (g.line == static_cast<int>(l)) most -= g.gw;
    round_in_time(x, columns, holds, [&](double wanted, double, std::size_t) {
      return std::min(wanted < tiny ? 0 : whole_up(wanted, 1 / thousand), std::max(0.0, most));
    });
  }
  return holds;
}

std::vector<Hold> round_cloud(const Formulation& f, const std::vector<double>& x) {
  const auto& in = f.instance;
  std::vector<Hold> holds;
  for (std::size_t k = 0; k < in.p.cloud.size(); ++k) {
    const double node = static_cast<double>(in.p.cloud[k].node_chips) / thousand;
    for (int t = 0; t < in.N; ++t)
      for (const int c : {f.columns.commit(k, at(t)), f.columns.burst(k, at(t))})
        if (c >= 0) holds.push_back({c, std::floor(x[at(c)] / node + 1e-4) * node});
  }
  return holds;
}

std::vector<Hold> round_racks(const Formulation& f, const std::vector<double>& x) {
  const auto& in = f.instance;
  std::vector<Hold> holds;
  for (std::size_t g = 0; g < in.p.accelerators.size(); ++g) {
    const double order = static_cast<double>(in.p.accelerators[g].order_racks) / thousand;
    for (std::size_t s = 0; s < in.sites.size(); ++s)
      for (int t = 0; t < in.N; ++t)
        if (const int c = f.columns.racks(g, s, at(t)); c >= 0)
          holds.push_back({c, std::floor(value(x, c) / order + 1e-4) * order});
  }
  return holds;
}

bool is_whole(const Formulation& f, const std::vector<double>& x) {
  const auto off = [&](const std::vector<Hold>& holds) {
    return std::ranges::any_of(holds, [&](const Hold& h) { return std::abs(h.value - x[at(h.column)]) > 1e-6; });
  };
  return !off(round_racks(f, x)) && !off(round_cloud(f, x)) && !off(round_plant(f, x, true));
}

}  // namespace stargate::plan
