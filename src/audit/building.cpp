// Construction, geography and equipment.
#include <algorithm>
#include <format>
#include <set>

#include "audit/state.h"

namespace stargate::audit {

namespace {

struct Count {
  std::int64_t plan = 0, programme = 0;
};

/// Commitments stand in the plan as the programme gives them.
void check_commitments(const Facts& f, const Plan& plan, Book& book) {
  std::map<std::tuple<std::string, Quarter, Quarter>, Count> counts;
  for (const auto& c : f.p.commitments)
    if (c.blocks > 0) counts[{c.site, Quarter(c.start), f.ready(c)}].programme += c.blocks;
  for (const auto& b : plan.blocks)
    if (b.committed) counts[{b.site, b.start, b.ready}].plan += b.blocks;
  for (const auto& [key, count] : counts)
    book.equal("construction.commitment", std::format("{}, ready {}", std::get<0>(key), to_string(std::get<2>(key))),
               std::get<1>(key), static_cast<double>(count.plan), static_cast<double>(count.programme));
}

void check_openings(const Facts& f, const Plan& plan, const State& state, Book& book) {
  std::map<std::string, int> times;
  for (const auto& o : plan.openings) {
    const auto s = static_cast<std::size_t>(f.site.at(o.site));
    const auto& site = f.p.sites[s];
    ++times[o.site];
    book.that("reads.amount", o.site + ": state", o.quarter, o.state == site.state, "is not the site's state");
    book.that("construction.commitment", o.site + ": opening", o.quarter,
              o.committed == f.committed_open[s].has_value(),
              "is committed in the plan or in the programme, not in both");
    if (const auto given = f.committed_open[s]; given && o.committed)
      book.equal("construction.commitment", o.site + ": quarters from the committed opening", o.quarter,
                 o.quarter - *given, 0);
    if (!o.committed)
      book.at_least("decided.from", o.site + ": quarters from decisions to the opening", o.quarter,
                    f.t(o.quarter) - f.D, 0);
    if (!o.committed)
      book.at_least("construction.earliest_start", o.site + ": quarters after earliest_start", o.quarter,
                    o.quarter - site.earliest_start, 0);
  }
  for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
    const auto& site = f.p.sites[s];
    book.at_most("construction.once", site.id, {}, times[site.id], 1);
    const bool opens = state.opened[s].has_value();
    if (f.committed_open[s])
      book.that("construction.commitment", site.id, {}, times[site.id] > 0,
                "is committed, and not among the sites opened");
    if (opens && !f.committed_open[s]) book.at_least("construction.has_block", site.id, {}, state.blocks[s], 1);
    if (!opens)
      book.at_most("construction.site_ready", site.id + ": blocks without an opening", {}, state.blocks[s], 0);
    const bool as_chosen = site.choice == "forced"      ? opens
                           : site.choice == "forbidden" ? !opens && state.blocks[s] == 0
                                                        : true;
    book.that("construction.choice", site.id, {}, as_chosen,
              "is " + site.choice + (opens ? " and opens" : " and does not open"));
  }
}

}  // namespace

void check_construction(const Facts& f, const Plan& plan, const State& state, Book& book) {
  check_commitments(f, plan, book);
  check_openings(f, plan, state, book);
  for (const auto& b : plan.blocks) {
    const int s = f.site.at(b.site);
    const auto i = static_cast<std::size_t>(s);
    const auto& site = f.p.sites[i];
    book.equal("reads.amount", b.site + ": MW of blocks", b.start, b.it_mw,
               static_cast<double>(b.blocks) * site.block_mw);
    if (b.committed) continue;
    book.equal("construction.ready", b.site + ": quarters from start to ready", b.start, b.ready - b.start,
               f.block_quarters(s));
    book.at_most("construction.ready", b.site + ": quarters of the horizon gone when ready", b.start,
                 f.t(b.start) + f.block_quarters(s), f.N - 1);
    book.at_least("construction.earliest_start", b.site + ": quarters after earliest_start", b.start,
                  b.start - site.earliest_start, 0);
    book.at_least("decided.from", b.site + ": quarters from decisions to the start", b.start, f.t(b.start) - f.D, 0);
    if (const auto opened = state.opened[i]) {
      const Quarter from = f.committed_blocks_from[i].value_or(*opened + f.site_quarters(s));
      book.at_least("construction.site_ready", b.site + ": quarters from the site's readiness to block start", b.start,
                    b.start - from, 0);
    }
  }
  for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
    const auto& site = f.p.sites[s];
    book.at_most("construction.most_blocks", site.id, {}, state.blocks[s], static_cast<double>(site.most_blocks));
    for (int t = 0; t < f.B; ++t)
      book.at_most("construction.most_starts", site.id, f.quarter(t), state.free_starts[s][static_cast<std::size_t>(t)],
                   static_cast<double>(site.most_starts_per_quarter));
  }
}

void check_geography(const Facts& f, const State& state, Book& book) {
  const auto& settings = f.p.settings;
  std::optional<Quarter> first;
  std::map<std::string, Quarter> entered;  // by free openings
  std::set<std::string> given;
  for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
    const auto& site = f.p.sites[s];
    if (!state.opened[s]) continue;
    if (site.state == settings.first_state && (!first || *state.opened[s] < *first)) first = state.opened[s];
    if (f.committed_open[s]) {
      given.insert(site.state);
    } else {
      const auto [at, fresh] = entered.emplace(site.state, *state.opened[s]);
      if (!fresh) at->second = std::min(at->second, *state.opened[s]);
    }
  }
  if (!settings.first_state.empty())
    for (std::size_t s = 0; s < f.p.sites.size(); ++s)
      if (state.opened[s] && !f.committed_open[s] && f.p.sites[s].state != settings.first_state)
        book.that("geography.first_state", f.p.sites[s].id, state.opened[s], first && *first < *state.opened[s],
                  "opens before a site in " + settings.first_state);

  std::map<int, int> new_states;
  for (int t = 0; t < f.B; ++t) new_states[f.quarter(t).year()];
  for (const auto& [name, quarter] : entered)
    if (!given.contains(name)) ++new_states[quarter.year()];
  for (const auto& [year, count] : new_states)
    book.at_most("geography.new_states", std::format("states entered in {}", year), {}, count,
                 static_cast<double>(settings.new_states_per_year));

  std::map<std::string, double> county, zone;
  for (std::size_t s = 0; s < f.p.sites.size(); ++s) {
    const auto& site = f.p.sites[s];
    const double mw = site.block_mw * state.blocks[s];
    book.at_most("geography.site_limit", site.id, {}, mw, settings.site_limit_mw);
    county[site.county + ", " + site.state] += mw;
    zone[site.zone] += mw;
  }
  for (const auto& [name, mw] : county) book.at_most("geography.county_limit", name, {}, mw, settings.county_limit_mw);
  for (const auto& [name, mw] : zone) book.at_most("geography.zone_limit", name, {}, mw, settings.zone_limit_mw);
}

void check_equipment(const Facts& f, const Plan& plan, const State& state, Book& book) {
  std::map<std::string, std::map<Quarter, double>> supply;
  for (const auto& row : f.p.equipment_supply) supply[row.equipment][row.quarter] += row.available_mw;
  std::map<std::string, std::map<Quarter, double>> ordered;
  const auto order = [&](const PowerOrder& x) {
    const auto& k = f.p.power[static_cast<std::size_t>(f.power.at(x.technology))];
    if (!k.equipment.empty() && !x.given) ordered[k.equipment][x.ordered] += x.mw;
  };
  std::ranges::for_each(plan.onsite_power, order);
  std::ranges::for_each(plan.zone_power, order);
  for (const auto& item : f.p.equipment) {
    const auto rows = supply.find(item.id);
    if (rows == supply.end()) continue;
    double used = 0, available = 0;  // up to the quarter: what is not used is kept
    for (int t = f.D; t < f.B; ++t) {  // what was there before decisions begin is gone
      const Quarter q = f.quarter(t);
      used += ordered[item.id][q];
      for (std::size_t s = 0; s < f.p.sites.size(); ++s)
        used += state.free_starts[s][static_cast<std::size_t>(t)] * f.p.sites[s].block_mw * item.per_it_mw;
      const auto row = rows->second.find(q);
      if (row != rows->second.end()) available += row->second;
      book.at_most("equipment.supply", item.id, q, used, available);
    }
  }
}

}  // namespace stargate::audit
