// Power at sites, plant and lines of zones: what is ordered, when it serves, and whether the peak is covered.
#include <algorithm>
#include <cmath>
#include <format>
#include <tuple>

#include "audit/state.h"

namespace stargate::audit {

namespace {

/// On-site MW that count towards the peak.
double counted(const PowerTechnology& k, double in_service_mw, bool n_plus_one) {
  return n_plus_one ? std::max(0.0, in_service_mw - k.unit_mw) : in_service_mw * k.availability;
}

bool is_multiple(double mw, double unit_mw) {
  const double units = mw / (unit_mw > 0 ? unit_mw : 1);
  return std::abs(units - std::round(units)) < 1e-4;
}

/// What stands is in the plan with the MW that the programme gives it.
void check_standing(const Facts& f, const Plan& plan, Book& book) {
  std::map<std::tuple<std::string, std::string, std::string, int>, std::pair<double, double>> amounts;
  const auto row = [&](const char* table, const std::string& what, const std::string& where, Quarter q, double in_plan,
                       double in_programme) {
    auto& [a, b] = amounts[{table, what, where, f.t(q)}];
    a += in_plan;
    b += in_programme;
  };
  for (const auto& x : f.p.standing_racks) row("racks", x.accelerator, x.site, x.installed, 0, x.racks);
  for (const auto& x : plan.racks)
    if (x.given) row("racks", x.accelerator, x.site, x.installed, x.racks, 0);
  for (const auto& x : f.p.standing_power) row("power", x.technology, x.place, x.service, 0, x.mw);
  for (const auto* list : {&plan.onsite_power, &plan.zone_power})
    for (const auto& x : *list)
      if (x.given) row("power", x.technology, x.place, x.service, x.mw, 0);
  for (const auto& x : f.p.standing_grid) row("grid", x.site, std::to_string(x.step), x.energised, 0, x.mw);
  for (const auto& x : plan.grid)
    if (x.given) row("grid", x.site, std::to_string(x.step), x.energised, x.mw, 0);
  for (const auto& x : f.p.standing_lines) row("lines", x.tie, "", x.service, 0, x.mw);
  for (const auto& x : plan.lines)
    if (x.given) row("lines", x.line, "", x.service, x.mw, 0);
  for (const auto& x : f.p.standing_expansions)
    row("expansions", x.expansion, "", x.ordered, 0, static_cast<double>(x.count));
  for (const auto& x : plan.expansions)
    if (x.given) row("expansions", x.expansion, "", x.ordered, x.count, 0);
  for (const auto& [key, amount] : amounts)
    book.equal("standing.kept", std::format("{}: {} {}", std::get<0>(key), std::get<1>(key), std::get<2>(key)),
               f.p.settings.start + std::get<3>(key), amount.first, amount.second);
}

void check_onsite_orders(const Facts& f, const Plan& plan, Book& book) {
  std::map<std::string, double> gas_mw, given_gas_mw;
  for (const auto& x : plan.onsite_power) {
    const auto& k = f.p.power[static_cast<std::size_t>(f.power.at(x.technology))];
    const auto what = x.technology + " at " + x.place;
    if (!k.fuel.empty() && k.fuel != "uranium") gas_mw[x.place] += x.given ? 0 : x.mw;
    if (x.given) {
      if (!k.fuel.empty() && k.fuel != "uranium") given_gas_mw[x.place] += x.mw;
      continue;
    }
    book.that("whole.units", what, x.ordered, is_multiple(x.mw, k.unit_mw), "is no whole number of units");
    book.at_least("decided.from", what + ": quarters from decisions to the order", x.ordered, f.t(x.ordered) - f.D, 0);
    book.that("site_power.technology", what, x.ordered, k.kind == "thermal" && k.scale != "zone",
              "cannot be built on site");
    book.equal("site_power.service", what + ": quarters from order to service", x.ordered, x.service - x.ordered,
               static_cast<double>(k.lead_quarters));
    book.equal("reads.amount", what + ": capital cost", x.ordered, x.capex_usd_m, x.mw * k.capex_usd_per_kw / 1000);
  }
  for (const auto& site : f.p.sites)
    book.at_most("site_power.gas_limit", site.id, {}, gas_mw[site.id],
                 std::max(0.0, site.gas_limit_mw - given_gas_mw[site.id]));
}

void check_connections(const Facts& f, const Plan& plan, Book& book) {
  std::map<std::pair<std::string, std::int64_t>, double> requested;
  std::map<std::pair<std::string, std::int64_t>, double> given;
  for (const auto& x : plan.grid) (x.given ? given : requested)[{x.site, x.step}] += x.mw;
  for (const auto& step : f.p.interconnection)
    book.at_most("site_power.connection", std::format("{}, step {}", step.site, step.step), {},
                 requested[{step.site, step.step}], std::max(0.0, step.mw - given[{step.site, step.step}]));
  for (const auto& x : plan.grid) {
    const auto& step = *std::ranges::find_if(
        f.p.interconnection, [&](const Interconnection& i) { return i.site == x.site && i.step == x.step; });
    if (x.given) continue;
    book.at_least("decided.from", x.site + ": quarters from decisions to the request", x.requested,
                  f.t(x.requested) - f.D, 0);
    const double all = step.mw - given[{step.site, step.step}];
    book.that("whole.units", x.site + ": connection", x.requested,
              is_multiple(x.mw, step.unit_mw) || std::abs(requested[{x.site, x.step}] - all) < 1e-4,
              "is no whole number of units, nor all that is left of the step");
    const Quarter energised = std::max(x.requested + static_cast<int>(step.lead_quarters), step.earliest);
    const auto what = std::format("{}, step {}", x.site, x.step);
    book.equal("site_power.energised", what + ": quarters from request to energisation", x.requested,
               x.energised - x.requested, energised - x.requested);
    book.equal("reads.amount", what + ": cost", x.requested, x.capex_usd_m, x.mw * step.cost_usd_per_kw / 1000);
  }
}

}  // namespace

void check_site_power(const Facts& f, const Plan& plan, const State& state, Book& book) {
  check_standing(f, plan, book);
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
  const auto first_of_year = [&](Quarter q) { return q.of_year() == 1 || q == f.p.decisions_from(); };
  std::map<std::pair<std::string, std::string>, double> built;
  std::map<std::pair<std::string, std::string>, double> given;
  for (const auto& x : plan.zone_power) {
    if (x.given) {
      given[{x.technology, x.place}] += x.mw;
      continue;
    }
    const auto& k = f.p.power[static_cast<std::size_t>(f.power.at(x.technology))];
    const auto what = x.technology + " in " + x.place;
    book.that("whole.units", what, x.ordered, is_multiple(x.mw, k.unit_mw), "is no whole number of units");
    book.at_least("decided.from", what + ": quarters from decisions to the order", x.ordered, f.t(x.ordered) - f.D, 0);
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
      book.at_most("zones.plant_limit", key.first + " in " + key.second, {}, mw, std::max(0.0, *limit - given[key]));

  std::map<std::string, double> added, given_lines;
  for (const auto& x : plan.lines) {
    if (x.given) {
      given_lines[x.line] += x.mw;
      continue;
    }
    book.at_least("decided.from", x.line + ": quarters from decisions", x.decided, f.t(x.decided) - f.D, 0);
    const auto& l = f.p.lines[static_cast<std::size_t>(f.line.at(x.line))];
    book.that("zones.decided", "line " + x.line, x.decided, first_of_year(x.decided),
              "is not decided in the first quarter of a year");
    book.equal("zones.service", "line " + x.line + ": quarters from decision to service", x.decided,
               x.service - x.decided, static_cast<double>(l.lead_quarters));
    added[x.line] += x.mw;
  }
  for (const auto& l : f.p.lines) {
    const double left = std::max(0.0, l.most_expansion_mw - given_lines[l.id]);
    book.at_most("zones.line_limit", l.id, {}, added[l.id], left);
    book.that("whole.units", l.id, {}, is_multiple(added[l.id], 1) || std::abs(added[l.id] - left) < 1e-4,
              "is no whole number of MW, nor all that is left");
  }

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
      book.at_most("headroom.firm", zone.id, f.quarter(t), firm, std::max(room, state.given_firm_mw[z][i]));
    }
}

}  // namespace stargate::audit
