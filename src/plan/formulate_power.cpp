// Power at the sites and plant of the zones: section Power at a site of docs/formulation.md.
#include "plan/formulation.h"

namespace stargate::plan {

using lp::infinity;

void Formulation::onsite_power() {
  const auto& in = instance;
  const auto K = in.p.power.size(), S = in.sites.size();
  columns.onsite = columns.onsite_cap = columns.counted = columns.on = Grid(K, S, at(in.N));
  for (std::size_t s = 0; s < S; ++s) {
    const double gas_limit = in.p.sites[s].gas_limit_mw / thousand;
    for (std::size_t k = 0; k < K; ++k) {
      const auto& tech = in.p.power[k];
      if (tech.scale == "zone") continue;
      // No more is ever useful than the whole campus' peak and one spare unit; gas within its limit.
      double most = in.sites[s].most_gw * in.sites[s].pue_peak + tech.unit_mw / thousand;
      if (in.burns_gas(tech) && holds(Rule::gas_limit)) most = std::min(most, gas_limit);
      double given = 0;
      int first = first_decision() + static_cast<int>(tech.lead_quarters);  // quarter of the first service
      for (const auto& x : in.standing.power)
        if (x.technology == static_cast<int>(k) && x.site == static_cast<int>(s)) {
          given += x.gw;
          first = std::min(first, std::max(0, x.service));
        }
      most = std::max(most, given);
      if (most <= 0) continue;
      const int lead = static_cast<int>(tech.lead_quarters);
      for (int t = first_decision(); t < in.B && t + lead < in.N; ++t)
        columns.onsite(k, s, at(t)) = column(0, infinity);
      for (int t = first; t < in.N; ++t) {
        const int cap = columns.onsite_cap(k, s, at(t)) = column(0, infinity);
        term(cap, 1);
        if (t > first) term(columns.onsite_cap(k, s, at(t - 1)), -1);
        if (t >= lead) term(columns.onsite(k, s, at(t - lead)), -1);
        double begins = 0;
        for (const auto& x : in.standing.power)
          if (x.technology == static_cast<int>(k) && x.site == static_cast<int>(s) && std::max(0, x.service) == t)
            begins += x.gw;
        end(Rule::definition, static_cast<int>(s), t, begins, begins);

        const int counted = columns.counted(k, s, at(t)) = column(0, infinity);
        if (!in.p.settings.n_plus_one) {
          term(counted, 1);
          term(cap, -tech.availability);
          end(Rule::n_plus_one, static_cast<int>(s), t, -infinity, 0);
          continue;
        }
        // counted <= cap - unit if anything is counted at all.
        const int on = columns.on(k, s, at(t)) = column(0, 1, 0, true);
        term(counted, 1);
        term(cap, -1);
        if (holds(Rule::n_plus_one)) term(on, tech.unit_mw / thousand);
        end(Rule::definition, static_cast<int>(s), t, -infinity, 0);
        term(counted, 1);
        term(on, -most);
        end(Rule::n_plus_one, static_cast<int>(s), t, -infinity, 0);
      }
    }
    for (std::size_t k = 0; k < K; ++k)
      if (in.burns_gas(in.p.power[k]))
        for (int t = 0; t < in.B; ++t) term(columns.onsite(k, s, at(t)), 1);
    double left = gas_limit;
    for (const auto& x : in.standing.power)
      if (x.site == static_cast<int>(s) && in.burns_gas(in.p.power[at(x.technology)])) left -= x.gw;
    end(Rule::gas_limit, static_cast<int>(s), -1, -infinity, std::max(0.0, left));
  }
}

void Formulation::connections() {
  const auto& in = instance;
  const auto I = in.p.interconnection.size(), S = in.sites.size();
  columns.request = Grid(I, at(in.N));
  columns.firm = columns.managed = Grid(S, at(in.N));
  for (std::size_t i = 0; i < I; ++i) {
    const auto& step = in.p.interconnection[i];
    for (int t = first_decision(); t < in.B; ++t)
      if (in.energised(step, t) < in.N) columns.request(i, at(t)) = column(0, infinity);
    for (int t = 0; t < in.B; ++t) term(columns.request(i, at(t)), 1);
    double left = step.mw / thousand;
    for (const auto& x : in.standing.grid)
      if (x.step == static_cast<int>(i)) left -= x.gw;
    end(Rule::grid_step, static_cast<int>(i), -1, -infinity, std::max(0.0, left));
  }
  for (std::size_t s = 0; s < S; ++s)
    for (int t = 0; t < in.N; ++t)
      for (const bool firm : {true, false}) {
        auto& grid = firm ? columns.firm : columns.managed;
        const int c = grid(s, at(t)) = column(0, infinity);
        double begins = 0;
        term(c, 1);
        if (t > 0) term(grid(s, at(t - 1)), -1);
        for (const int i : in.sites[s].steps) {
          const auto& step = in.p.interconnection[at(i)];
          if ((step.kind == "firm") != firm) continue;
          for (int q = 0; q < in.B; ++q)
            if ((holds(Rule::grid_lead) ? in.energised(step, q) : q) == t) term(columns.request(at(i), at(q)), -1);
          for (const auto& x : in.standing.grid)
            if (x.step == i && std::max(0, x.energised) == t) begins += x.gw;
        }
        end(Rule::definition, static_cast<int>(s), t, begins, begins);
      }
}

void Formulation::site_power() {
  const auto& in = instance;
  const auto K = in.p.power.size(), S = in.sites.size();
  const double u = in.p.settings.it_utilisation;
  columns.need = columns.need_restricted = columns.shed_restricted = Grid(S, at(in.N));
  for (std::size_t s = 0; s < S; ++s) {
    const int item = static_cast<int>(s);
    for (int t = 0; t < in.N; ++t) {
      const double pue = in.sites[s].pue[in.season[at(t)]];
      const int it = columns.installed(s, at(t)), firm = columns.firm(s, at(t)), managed = columns.managed(s, at(t));

      term(it, pue);
      term(firm, -1);
      term(managed, -1);
      for (std::size_t k = 0; k < K; ++k) term(columns.counted(k, s, at(t)), -1);
      end(Rule::peak_power, item, t, -infinity, 0);

      // need: what on-site power must give, in open and in restricted hours.
      const int need = columns.need(s, at(t)) = column(0, infinity);
      const int need_r = columns.need_restricted(s, at(t)) = column(0, infinity);
      const int shed_r = columns.shed_restricted(s, at(t)) = column(0, infinity);
      term(need, -1);
      term(it, pue * u);
      term(firm, -1);
      term(managed, -1);
      end(Rule::site_hours, item, t, -infinity, 0);
      term(need_r, -1);
      term(it, pue * u);
      term(firm, -1);
      term(shed_r, -1);
      end(Rule::restricted_hours, item, t, -infinity, 0);
      for (const int which : {need, need_r}) {
        term(which, 1);
        for (std::size_t k = 0; k < K; ++k) term(columns.onsite_cap(k, s, at(t)), -in.p.power[k].availability);
        end(which == need ? Rule::site_hours : Rule::restricted_hours, item, t, -infinity, 0);
      }
      term(shed_r, 1);
      term(it, -in.p.settings.curtailable_share * pue * u);
      end(Rule::restricted_hours, item, t, -infinity, 0);
    }
  }
}

void Formulation::zone_plant() {
  const auto& in = instance;
  const auto K = in.p.power.size(), Z = in.p.zones.size(), L = in.p.lines.size(), Y = in.year_start.size();
  columns.zone_power = Grid(K, Z, Y);
  for (std::size_t k = 0; k < K; ++k) {
    const auto& tech = in.p.power[k];
    if (tech.scale == "site") continue;
    const double most = tech.zone_limit_mw && holds(Rule::zone_build) ? *tech.zone_limit_mw / thousand : infinity;
    for (std::size_t z = 0; z < Z; ++z) {
      double given = 0;
      for (const auto& x : in.standing.power)
        if (x.zone == static_cast<int>(z) && x.technology == static_cast<int>(k)) given += x.gw;
      for (std::size_t y = 0; y < Y; ++y)
        if (in.year_start[y] + tech.lead_quarters < in.N) {
          columns.zone_power(k, z, y) = column(0, infinity);
          term(columns.zone_power(k, z, y), 1);
        }
      if (most < infinity)
        end(Rule::zone_build, static_cast<int>(z), static_cast<int>(k), -infinity, std::max(0.0, most - given));
      else
        model.discard_row();
    }
  }
  for (const auto& x : in.standing.power) columns.standing_power.push_back(x.zone < 0 ? -1 : column(x.gw, x.gw));
  for (const auto& x : in.standing.lines) columns.standing_line.push_back(column(x.gw, x.gw));
  columns.line = Grid(L, Y);
  for (std::size_t l = 0; l < L; ++l) {
    const auto& line = in.p.lines[l];
    if (line.most_expansion_mw <= 0 && holds(Rule::zone_build)) continue;
    for (std::size_t y = 0; y < Y; ++y)
      if (in.year_start[y] + line.lead_quarters < in.N) {
        columns.line(l, y) = column(0, infinity);
        term(columns.line(l, y), 1);
      }
    double left = line.most_expansion_mw / thousand;
    for (const auto& x : in.standing.lines)
      if (x.line == static_cast<int>(l)) left -= x.gw;
    end(Rule::zone_build, static_cast<int>(l), -1, -infinity, std::max(0.0, left));
  }

  // Headroom: firm connections within what the zone can carry and what is built.
  for (std::size_t z = 0; z < Z; ++z)
    for (int t = 0; t < in.N; ++t) {
      for (const int s : in.sites_of_zone[z]) term(columns.firm(at(s), at(t)), 1);
      for (std::size_t y = 0; y < Y; ++y) {
        for (std::size_t k = 0; k < K; ++k)
          if (in.year_start[y] + in.p.power[k].lead_quarters <= t)
            term(columns.zone_power(k, z, y), -in.p.power[k].capacity_credit);
        for (std::size_t l = 0; l < L; ++l)
          if ((in.p.lines[l].from_zone == in.p.zones[z].id || in.p.lines[l].to_zone == in.p.zones[z].id) &&
              in.year_start[y] + in.p.lines[l].lead_quarters <= t)
            term(columns.line(l, y), -1);
      }
      const auto& zone = in.p.zones[z];
      double room = (zone.headroom_mw + zone.headroom_growth_mw_per_year * t / 4) / thousand, given = 0;
      for (const auto& x : in.standing.power)
        if (x.zone == static_cast<int>(z) && x.service <= t) room += in.p.power[at(x.technology)].capacity_credit * x.gw;
      for (const auto& x : in.standing.lines)
        if ((in.p.lines[at(x.line)].from_zone == zone.id || in.p.lines[at(x.line)].to_zone == zone.id) && x.service <= t)
          room += x.gw;
      for (const auto& x : in.standing.grid) {  // what is connected already is not asked again
        const auto& step = in.p.interconnection[at(x.step)];
        const int site_zone = in.sites[at(index_of(in.p.sites, step.site))].zone;
        if (step.kind == "firm" && x.energised <= t && site_zone == static_cast<int>(z)) given += x.gw;
      }
      end(Rule::headroom, static_cast<int>(z), t, -infinity, std::max(room, given));
    }
}

}  // namespace stargate::plan
