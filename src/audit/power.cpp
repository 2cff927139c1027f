// Power at sites, plant and lines of zones: what is ordered, when it serves, and whether the peak is covered.
#include <algorithm>
#include <format>

#include "audit/state.h"

namespace stargate::audit {

namespace {

/// On-site MW that count towards the peak.
double counted(const PowerTechnology& k, double in_service_mw, bool n_plus_one) {
  return n_plus_one ? std::max(0.0, in_service_mw - k.unit_mw) : in_service_mw * k.availability;
}

void check_onsite_orders(const Facts& f, const Plan& plan, Book& book) {
  std::map<std::string, double> gas_mw;
  for (const auto& x : plan.onsite_power) {
    const auto& k = f.p.power[static_cast<std::size_t>(f.power.at(x.technology))];
    const auto what = x.technology + " at " + x.place;
    book.that("site_power.technology", what, x.ordered, k.kind == "thermal" && k.scale != "zone",
              "cannot be built on site");
    book.equal("site_power.service", what + ": quarters from order to service", x.ordered, x.service - x.ordered,
               static_cast<double>(k.lead_quarters));
    book.equal("reads.amount", what + ": capital cost", x.ordered, x.capex_usd_m, x.mw * k.capex_usd_per_kw / 1000);
    if (!k.fuel.empty() && k.fuel != "uranium") gas_mw[x.place] += x.mw;
  }
  for (const auto& site : f.p.sites)
    book.at_most("site_power.gas_limit", site.id, {}, gas_mw[site.id], site.gas_limit_mw);
}

void check_connections(const Facts& f, const Plan& plan, Book& book) {
  std::map<std::pair<std::string, std::int64_t>, double> requested;
  for (const auto& x : plan.grid) requested[{x.site, x.step}] += x.mw;
  for (const auto& step : f.p.interconnection)
    book.at_most("site_power.connection", std::format("{}, step {}", step.site, step.step), {},
                 requested[{step.site, step.step}], step.mw);
  for (const auto& x : plan.grid) {
    const auto& step = *std::ranges::find_if(
        f.p.interconnection, [&](const Interconnection& i) { return i.site == x.site && i.step == x.step; });
    const Quarter energised = std::max(x.requested + static_cast<int>(step.lead_quarters), step.earliest);
    const auto what = std::format("{}, step {}", x.site, x.step);
    book.equal("site_power.energised", what + ": quarters from request to energisation", x.requested,
               x.energised - x.requested, energised - x.requested);
    book.equal("reads.amount", what + ": cost", x.requested, x.capex_usd_m, x.mw * step.cost_usd_per_kw / 1000);
  }
}

}  // namespace

void check_site_power(const Facts& f, const Plan& plan, const State& state, Book& book) {
  check_onsite_orders(f, plan, book);
  check_connections(f, plan, book);
  for (std::size_t s = 0; s < f.p.sites.size(); ++s)
    for (int t = 0; t < f.N; ++t) {
      const auto i = static_cast<std::size_t>(t);
      double supply = state.firm_mw[s][i] + state.managed_mw[s][i];
      for (std::size_t k = 0; k < f.p.power.size(); ++k)
        supply += counted(f.p.power[k], state.onsite_mw[k][s][i], f.p.settings.n_plus_one);
      book.at_most("peak.covered", f.p.sites[s].id, f.quarter(t),
                   f.pue(static_cast<int>(s), f.season(t)) * state.it_mw[s][i], supply);
    }
}

void check_plant(const Facts& f, const Plan& plan, const State& state, Book& book) {
  const auto first_of_year = [&](Quarter q) { return q.of_year() == 1 || q == f.p.settings.start; };
  std::map<std::pair<std::string, std::string>, double> built;
  for (const auto& x : plan.zone_power) {
    const auto& k = f.p.power[static_cast<std::size_t>(f.power.at(x.technology))];
    const auto what = x.technology + " in " + x.place;
    book.that("zones.technology", what, x.ordered, k.scale != "site", "cannot be built in a zone");
    book.that("zones.decided", what, x.ordered, first_of_year(x.ordered),
              "is not decided in the first quarter of a year");
    book.equal("zones.service", what + ": quarters from decision to service", x.ordered, x.service - x.ordered,
               static_cast<double>(k.lead_quarters));
    book.equal("reads.amount", what + ": capital cost", x.ordered, x.capex_usd_m, x.mw * k.capex_usd_per_kw / 1000);
    built[{x.technology, x.place}] += x.mw;
  }
  for (const auto& [key, mw] : built)
    if (const auto limit = f.p.power[static_cast<std::size_t>(f.power.at(key.first))].zone_limit_mw)
      book.at_most("zones.plant_limit", key.first + " in " + key.second, {}, mw, *limit);

  std::map<std::string, double> added;
  for (const auto& x : plan.lines) {
    const auto& l = f.p.lines[static_cast<std::size_t>(f.line.at(x.line))];
    book.that("zones.decided", "line " + x.line, x.decided, first_of_year(x.decided),
              "is not decided in the first quarter of a year");
    book.equal("zones.service", "line " + x.line + ": quarters from decision to service", x.decided,
               x.service - x.decided, static_cast<double>(l.lead_quarters));
    added[x.line] += x.mw;
  }
  for (const auto& l : f.p.lines) book.at_most("zones.line_limit", l.id, {}, added[l.id], l.most_expansion_mw);

  for (std::size_t z = 0; z < f.p.zones.size(); ++z)
    for (int t = 0; t < f.N; ++t) {
      const auto i = static_cast<std::size_t>(t);
      const auto& zone = f.p.zones[z];
      double firm = 0, room = zone.headroom_mw + zone.headroom_growth_mw_per_year * t / 4;
      for (std::size_t s = 0; s < f.p.sites.size(); ++s)
        if (f.zone_of[s] == static_cast<int>(z)) firm += state.firm_mw[s][i];
      for (std::size_t k = 0; k < f.p.power.size(); ++k) room += f.p.power[k].capacity_credit * state.zone_mw[k][z][i];
      for (std::size_t l = 0; l < f.p.lines.size(); ++l)
        if (f.p.lines[l].from_zone == zone.id || f.p.lines[l].to_zone == zone.id) room += state.line_mw[l][i];
      book.at_most("headroom.firm", zone.id, f.quarter(t), firm, room);
    }
}

}  // namespace stargate::audit
