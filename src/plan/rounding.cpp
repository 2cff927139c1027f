#include "plan/rounding.h"

#include <set>

namespace stargate::plan {

namespace {

double value(const std::vector<double>& x, int column) { return column < 0 ? 0 : x[at(column)]; }

/// Whether a block can still be started at a site that opens in t.
bool block_can_follow(const Formulation& f, std::size_t s, int t) {
  for (int q = t + f.instance.sites[s].opening_quarters; q < f.instance.B; ++q)
    if (const int c = f.columns.blocks(s, at(q)); c >= 0 && f.model.upper[at(c)] > 0) return true;
  return false;
}

}  // namespace

std::vector<Hold> round_openings(const Formulation& f, const std::vector<double>& x) {
  const auto& in = f.instance;
  const auto& open = f.columns.open;
  struct Wish {
    std::size_t site;
    double share;
    int quarter;
  };
  std::vector<Wish> wishes;
  for (std::size_t s = 0; s < in.sites.size(); ++s) {
    double share = 0;
    for (int t = 0; t < in.B; ++t) share += value(x, open(s, at(t)));
    if (share < 0.5) continue;
    double sum = 0;
    int quarter = 0;
    while (quarter < in.B - 1 && (sum += value(x, open(s, at(quarter)))) < 0.5 * share - 1e-9) ++quarter;
    wishes.push_back({s, share, quarter});
  }
  std::ranges::stable_sort(wishes, [](const Wish& a, const Wish& b) {
    return a.quarter != b.quarter ? a.quarter < b.quarter : a.share > b.share;
  });

  // New states within each year's number, first come first served; commitments have entered theirs.
  std::map<int, int> entered_in;     // state -> quarter
  std::map<int, std::int64_t> used;  // calendar year -> new states
  for (const auto& site : in.sites)
    if (site.committed) entered_in.emplace(site.state, -1);
  std::vector<int> opened(in.sites.size(), -1);
  for (const auto& wish : wishes) {
    const int state = in.sites[wish.site].state;
    for (int t = wish.quarter; t < in.B; ++t) {
      if (const int c = open(wish.site, at(t));
          c < 0 || f.model.upper[at(c)] <= 0 || !block_can_follow(f, wish.site, t))
        continue;
      const auto known = entered_in.find(state);
      const bool is_new = known == entered_in.end();
      auto& year = used[in.calendar_year[at(t)]];
      if (is_new && f.holds(Rule::new_states) && year >= in.p.settings.new_states_per_year) continue;
      if (is_new) {
        ++year;
        entered_in.emplace(state, t);
      } else if (known->second > t) {
        continue;
      }
      opened[wish.site] = t;
      break;
    }
  }
  std::vector<Hold> holds;
  for (std::size_t s = 0; s < in.sites.size(); ++s)
    for (int t = 0; t < in.B; ++t)
      if (const int c = open(s, at(t)); c >= 0) holds.push_back({c, opened[s] == t ? 1.0 : 0.0});
  for (std::size_t state = 0; state < in.states.size(); ++state)
    for (int t = 0; t < in.B; ++t)
      if (const int c = f.columns.enter(state, at(t)); c >= 0) {
        const auto known = entered_in.find(static_cast<int>(state));
        holds.push_back({c, known != entered_in.end() && known->second == t ? 1.0 : 0.0});
      }
  return holds;
}

std::vector<Hold> round_blocks(const Formulation& f, const std::vector<double>& x, int until) {
  const auto& in = f.instance;
  const auto& blocks = f.columns.blocks;
  const auto S = in.sites.size(), E = in.p.equipment.size();
  std::vector<double> wanted(S, 0), given(S, 0), room(S, 0);
  for (std::size_t s = 0; s < S; ++s) room[s] = static_cast<double>(in.p.sites[s].most_blocks);
  for (const auto& c : in.committed) room[at(c.site)] -= c.blocks;
  std::vector<Hold> holds;
  std::vector<double> left(E, 0);  // equipment in stock, less what the relaxation orders of it for power
  for (int t = f.first_decision(); t < until; ++t) {
    for (std::size_t e = 0; e < E; ++e) {
      left[e] += f.holds(Rule::equipment) ? in.equipment_supply(static_cast<int>(e), t) : lp::infinity;
      for (std::size_t k = 0; k < in.p.power.size(); ++k)
        if (in.p.power[k].equipment == in.p.equipment[e].id)
          for (std::size_t s = 0; s < S; ++s) left[e] -= value(x, f.columns.onsite(k, s, at(t)));
    }
    std::vector<std::size_t> order;  // who is furthest behind goes first
    for (std::size_t s = 0; s < S; ++s) {
      wanted[s] += value(x, blocks(s, at(t)));
      if (blocks(s, at(t)) >= 0) order.push_back(s);
    }
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return wanted[a] - given[a] > wanted[b] - given[b]; });
    for (const auto s : order) {
      const bool last_chance = t + 1 == in.B || blocks(s, at(t + 1)) < 0;
      double n = std::floor(wanted[s] - given[s] + 0.5 + 1e-9);
      if (last_chance && given[s] + n < 1 && wanted[s] > 0.05) n = 1;
      n = std::clamp(n, 0.0, std::min(room[s] - given[s], f.model.upper[at(blocks(s, at(t)))]));
      double opened = in.sites[s].committed ? 1 : 0;
      for (int q = 0; q <= t - in.sites[s].opening_quarters; ++q) opened += value(x, f.columns.open(s, at(q)));
      if (opened < 0.5) n = 0;
      const auto fits = [&] {
        for (std::size_t e = 0; e < E; ++e)
          if (n * in.sites[s].block_gw * in.p.equipment[e].per_it_mw > left[e] + 1e-9) return false;
        return true;
      };
      while (n > 0 && !fits()) --n;
      for (std::size_t e = 0; e < E; ++e) left[e] -= n * in.sites[s].block_gw * in.p.equipment[e].per_it_mw;
      given[s] += n;
      holds.push_back({blocks(s, at(t)), n});
    }
  }
  for (std::size_t i = 0; i < in.p.expansions.size(); ++i) {
    double wish = 0, done = 0;
    for (int t = f.first_decision(); t < until; ++t) {
      wish += value(x, f.columns.expand(i, at(t)));
      const double n = std::floor(wish - done + 0.5);
      done += n;
      holds.push_back({f.columns.expand(i, at(t)), n});
    }
  }
  return holds;
}

std::vector<Hold> round_spares(const Formulation& f, const std::vector<double>& x) {
  const auto& in = f.instance;
  std::vector<Hold> holds;
  for (std::size_t k = 0; k < in.p.power.size(); ++k)
    for (std::size_t s = 0; s < in.sites.size(); ++s)
      for (int t = 0; t < in.N; ++t) {
        const int on = f.columns.on(k, s, at(t));
        if (on < 0) continue;
        const bool enough =
            value(x, f.columns.onsite_cap(k, s, at(t))) >= in.p.power[k].unit_mw / thousand * (1 + 1e-6);
        holds.push_back({on, enough && value(x, f.columns.counted(k, s, at(t))) > 1e-6 ? 1.0 : 0.0});
      }
  return holds;
}

}  // namespace stargate::plan
