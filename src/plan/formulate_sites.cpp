// Sites, blocks and geography: sections Construction and Geography of docs/formulation.md.
#include "plan/formulation.h"

namespace stargate::plan {

using lp::infinity;

void Formulation::sites() {
  const auto& in = instance;
  const auto S = in.sites.size();
  columns.open = columns.blocks = Grid(S, at(in.N));
  columns.ready = Grid(S, at(in.N));
  for (std::size_t s = 0; s < S; ++s) {
    const auto& site = in.sites[s];
    const auto& row = in.p.sites[s];
    const int item = static_cast<int>(s);
    int committed_blocks = 0;
    for (const auto& c : in.committed)
      if (c.site == item) committed_blocks += c.blocks;

    // A block started in t needs its site opened by t - E'; a committed site is open from its first commitment on.
    const auto not_before = [&](int t, double most) {  // nothing begins before the earliest start
      const bool early = t < site.earliest && holds(Rule::earliest_start);
      const int c = column(0, early ? 0 : most, 0, true);
      bound_tags.push_back({c, {early ? Rule::earliest_start : Rule::starts_per_quarter, item, t}});
      return c;
    };
    if (!site.committed) {
      for (int t = first_decision(); t < in.B; ++t) columns.open(s, at(t)) = not_before(t, 1);
      for (int t = 0; t < in.B; ++t) term(columns.open(s, at(t)), 1);
      end(Rule::site_opens_once, item, -1, -infinity, 1);
    }
    const int first = std::max(first_decision(), site.committed ? site.blocks_from : 0);
    const double per_quarter = holds(Rule::starts_per_quarter) ? static_cast<double>(row.most_starts_per_quarter) : 1e3;
    for (int t = first; t < in.B && t + site.block_quarters < in.N; ++t) {
      const int c = columns.blocks(s, at(t)) = not_before(t, per_quarter);
      if (site.committed) continue;
      term(c, 1);
      for (int q = 0; q <= t - site.opening_quarters; ++q)
        term(columns.open(s, at(q)), -(tight_ ? per_quarter : static_cast<double>(row.most_blocks)));
      end(Rule::blocks_after_opening, item, t, -infinity, 0);
    }
    const auto all_blocks = [&] {
      for (int t = 0; t < in.B; ++t) term(columns.blocks(s, at(t)), 1);
    };
    all_blocks();
    end(Rule::block_room, item, -1, -infinity, static_cast<double>(row.most_blocks) - committed_blocks);
    if (!site.committed) {
      all_blocks();
      for (int t = 0; t < in.B; ++t) term(columns.open(s, at(t)), -1);
      end(Rule::block_of_open_site, item, -1, 0, infinity);
      if (tight_ && holds(Rule::block_room)) {  // the same room again, of a site that opens: helps the relaxation
        all_blocks();
        for (int t = 0; t < in.B; ++t) term(columns.open(s, at(t)), -static_cast<double>(row.most_blocks));
        end(Rule::definition, item, -1, -infinity, 0);
      }
      if (row.choice == "forced") {
        for (int t = 0; t < in.B; ++t) term(columns.open(s, at(t)), 1);
        end(Rule::forced_site, item, -1, 1, infinity);
      }
      if (row.choice == "forbidden") {
        for (int t = 0; t < in.B; ++t) term(columns.open(s, at(t)), 1);
        end(Rule::forbidden_site, item, -1, -infinity, 0);
      }
    }

    // ready(t) = ready(t-1) + blocks that become ready in t, in GW.
    for (int t = 0; t < in.N; ++t) {
      double given = 0;
      for (const auto& c : in.committed)
        if (c.site == item && (c.ready == t || (t == 0 && c.ready < 0))) given += c.blocks;
      const int c = columns.ready(s, at(t)) = column(0, infinity);
      term(c, 1);
      if (t > 0) term(columns.ready(s, at(t - 1)), -1);
      if (const int start = t - site.block_quarters; start >= 0) term(columns.blocks(s, at(start)), -site.block_gw);
      end(Rule::definition, item, t, given * site.block_gw, given * site.block_gw);
    }
  }
}

void Formulation::geography() {
  const auto& in = instance;
  const auto& settings = in.p.settings;
  const auto S = in.sites.size();

  if (!settings.first_state.empty()) {
    int committed_since = in.N;  // first quarter of a commitment in the first state
    for (std::size_t s = 0; s < S; ++s)
      if (in.sites[s].committed && in.p.sites[s].state == settings.first_state)
        committed_since = std::min(committed_since, in.sites[s].open_from);
    for (std::size_t s = 0; s < S; ++s) {
      if (in.p.sites[s].state == settings.first_state || in.sites[s].committed) continue;
      for (int t = 0; t < std::min(in.B, committed_since + 1); ++t) {
        if (columns.open(s, at(t)) < 0) continue;
        term(columns.open(s, at(t)), 1);
        for (std::size_t first = 0; first < S; ++first)
          if (in.p.sites[first].state == settings.first_state)
            for (int q = 0; q < t; ++q) term(columns.open(first, at(q)), -1);
        end(Rule::first_state, static_cast<int>(s), t, -infinity, 0);
      }
    }
  }

  // enter(state, t): a state is entered when its first free site opens.
  columns.enter = Grid(in.states.size(), at(in.N));
  for (std::size_t state = 0; state < in.states.size(); ++state) {
    bool given = false;
    for (const auto& site : in.sites) given = given || (site.committed && site.state == static_cast<int>(state));
    if (given) continue;
    for (int t = first_decision(); t < in.B; ++t) {  // a state is entered by an opening, not before it
      term(columns.enter(state, at(t)) = column(0, 1, 0, true), 1);
      for (std::size_t s = 0; s < S; ++s)
        if (in.sites[s].state == static_cast<int>(state)) term(columns.open(s, at(t)), -1);
      end(Rule::new_states, -1, t, -infinity, 0);
    }
    for (std::size_t s = 0; s < S; ++s) {
      if (in.sites[s].state != static_cast<int>(state)) continue;
      for (int t = 0; t < in.B; ++t) {
        if (columns.open(s, at(t)) < 0) continue;
        term(columns.open(s, at(t)), 1);
        for (int q = 0; q <= t; ++q) term(columns.enter(state, at(q)), -1);
        end(Rule::new_states, static_cast<int>(s), t, -infinity, 0);
      }
    }
  }
  const int years = in.calendar_year[at(in.B - 1)];
  for (int year = 0; year <= years; ++year) {
    for (std::size_t state = 0; state < in.states.size(); ++state)
      for (int t = 0; t < in.B; ++t)
        if (in.calendar_year[at(t)] == year) term(columns.enter(state, at(t)), 1);
    end(Rule::new_states, -1, year, -infinity, static_cast<double>(settings.new_states_per_year));
  }

  const auto limit = [&](Rule rule, int item, double gw, auto belongs) {
    double given = 0;
    for (std::size_t s = 0; s < S; ++s) {
      if (!belongs(in.sites[s], static_cast<int>(s))) continue;
      for (int t = 0; t < in.B; ++t) term(columns.blocks(s, at(t)), in.sites[s].block_gw);
      for (const auto& c : in.committed)
        if (c.site == static_cast<int>(s)) given += c.blocks * in.sites[s].block_gw;
    }
    end(rule, item, -1, -infinity, gw - given);
  };
  for (std::size_t s = 0; s < S; ++s)
    limit(Rule::site_limit, static_cast<int>(s), settings.site_limit_mw / thousand,
          [&](const SiteData&, int i) { return i == static_cast<int>(s); });
  for (std::size_t county = 0; county < in.counties.size(); ++county)
    limit(Rule::county_limit, static_cast<int>(county), settings.county_limit_mw / thousand,
          [&](const SiteData& site, int) { return site.county == static_cast<int>(county); });
  for (std::size_t zone = 0; zone < in.p.zones.size(); ++zone)
    limit(Rule::zone_limit, static_cast<int>(zone), settings.zone_limit_mw / thousand,
          [&](const SiteData& site, int) { return site.zone == static_cast<int>(zone); });
}

}  // namespace stargate::plan
