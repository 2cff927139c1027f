#include "audit/ledger.h"

#include <algorithm>
#include <cmath>

namespace stargate::audit {

namespace {

double capital_recovery(double rate, double years) {
  return rate == 0 ? 1 / years : rate / (1 - std::pow(1 + rate, -years));
}

}  // namespace

const std::vector<std::string>& Ledger::categories() {
  static const std::vector<std::string> all{
      "opening",    "construction", "grid_connection", "onsite_power", "racks",        "sales_tax",
      "expansions", "cloud",        "interest",        "operations",   "property_tax", "onsite_fixed",
      "zone_power", "energy_grid",  "energy_onsite",   "shedding",     "incentives"};
  return all;
}

const std::vector<std::string>& Ledger::categories_of_sites() {
  static const std::vector<std::string> all{"opening",   "construction", "grid_connection", "onsite_power", "racks",
                                            "sales_tax", "operations",   "property_tax",    "onsite_fixed"};
  return all;
}

const std::vector<std::pair<std::string, std::vector<std::string>>>& Ledger::layers() {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> all{
      {"building", {"opening", "construction", "grid_connection"}},
      {"power", {"onsite_power"}},
      {"compute", {"racks", "sales_tax", "expansions"}}};
  return all;
}

Ledger::Ledger(const Facts& facts, const Plan& plan, const State& state, const Energy& energy) : f_(facts) {
  const std::size_t n = at(f_.N);
  for (const auto& category : categories())
    rows_[category] = {std::vector<double>(n), std::vector<double>(n), table2(f_.p.sites.size(), n)};
  eligible_ = table2(f_.p.incentives.size(), n);
  credits_.resize(n);

  buildings(plan);
  racks(state);
  power(plan);
  supply(plan);
  standing();
  running(plan, state, energy);
  for (const auto& x : plan.incentives) credits_[at(f_.t(x.quarter))] += x.usd_m;
}

void Ledger::add(const std::string& category, int s, int t, double usd_m) {
  if (t < 0 || t >= f_.N) return;  // what fell due before the programme is paid
  auto& rows = rows_.at(category);
  const std::size_t i = at(t);
  rows.total[i] += usd_m;
  rows.size[i] += std::abs(usd_m);
  if (s >= 0) rows.sites[at(s)][i] += usd_m;
}

bool Ledger::is_funded(const std::string& category, int t) const {
  static const std::vector<std::string> always{"opening",         "construction", "racks", "sales_tax", "onsite_power",
                                               "grid_connection", "expansions",   "cloud", "incentives"};
  if (std::ranges::contains(always, category)) return true;
  if (category == "interest") return t < f_.B;
  return t < f_.B && f_.p.settings.operations_funded;
}

double Ledger::funded(int t) const {
  double usd_m = -credits_[at(t)];
  for (const auto& [category, rows] : rows_)
    if (is_funded(category, t)) usd_m += rows.total[at(t)];
  return usd_m;
}

double Ledger::unfunded(int t) const {
  double usd_m = 0;
  for (const auto& [category, rows] : rows_)
    if (!is_funded(category, t)) usd_m += rows.total[at(t)];
  return usd_m;
}

void Ledger::earn(const char* kind, const std::vector<std::string>& names, int s, Quarter start, int t, double usd_m) {
  if (t < 0 || t >= f_.N) return;
  for (std::size_t i = 0; i < f_.p.incentives.size(); ++i) {
    const auto& x = f_.p.incentives[i];
    if (x.kind != kind || start < x.starts || start > x.ends) continue;
    if (x.kind == "capex_credit" && !std::ranges::contains(names, x.applies_to)) continue;
    if (x.jurisdiction != "US" && (s < 0 || f_.p.sites[at(s)].state != x.jurisdiction)) continue;
    if (x.smallest_it_mw && s >= 0) {
      const auto& site = f_.p.sites[at(s)];
      if (site.block_mw * static_cast<double>(site.most_blocks) < *x.smallest_it_mw) continue;
    }
    eligible_[i][at(t)] += x.probability * x.rate * usd_m;
  }
}

// ---- capital -------------------------------------------------------------------------------------------------------

void Ledger::buildings(const Plan& plan) {
  for (const auto& o : plan.openings) {
    const int s = f_.site.at(o.site);
    add("opening", s, f_.t(f_.committed_open[at(s)].value_or(o.quarter)), f_.p.sites[at(s)].opening_cost_usd_m);
  }
  for (const auto& c : f_.p.commitments)
    block(f_.site.at(c.site), Quarter(c.start), f_.ready(c), static_cast<double>(c.blocks), c.paid_share);
  for (const auto& b : plan.blocks)
    if (!b.committed) {
      const int s = f_.site.at(b.site);
      block(s, b.start, b.start + f_.block_quarters(s), static_cast<double>(b.blocks));
    }
}

/// Construction in equal parts from the start to the quarter before ready, and the property tax from ready on.
void Ledger::block(int s, Quarter start, Quarter ready, double count, std::optional<double> paid_share) {
  const auto& site = f_.p.sites[at(s)];
  const double cost = count * site.block_mw * site.construction_usd_per_kw / 1000;
  const int first = paid_share ? std::max(0, f_.t(start)) : f_.t(start);
  const int parts = std::max(1, f_.t(ready) - first);
  const double due = cost * (1 - paid_share.value_or(0));
  for (int i = 0; i < parts; ++i) add("construction", s, first + i, due / parts);
  earn("capex_credit", {"building"}, s, start, f_.t(ready), cost);
  const double tax = site.property_tax_per_year * cost / 4;
  for (int t = std::max(0, f_.t(ready)); t < f_.N; ++t) {
    add("property_tax", s, t, tax);
    if (is_funded("property_tax", t)) earn("property_tax", {}, s, start, t, tax);
  }
}

void Ledger::racks(const State& state) {
  const double deposit = f_.p.settings.rack_deposit;
  for (std::size_t g = 0; g < f_.p.accelerators.size(); ++g)
    for (std::size_t s = 0; s < f_.p.sites.size(); ++s)
      for (int t = 0; t < f_.N; ++t) {
        const double count = state.installed[g][s][at(t)];
        if (count == 0) continue;
        const int site = static_cast<int>(s), ordered = t - static_cast<int>(f_.p.accelerators[g].order_lead_quarters);
        const double price = count * f_.rack_price(static_cast<int>(g), t), tax = f_.p.sites[s].sales_tax * price;
        add("racks", site, ordered, deposit * price);
        add("racks", site, t, (1 - deposit) * price);
        add("sales_tax", site, t, tax);
        earn("capex_credit", {"compute"}, site, f_.quarter(ordered), t, price);
        earn("sales_tax", {}, site, f_.quarter(t), t, tax);
      }
}

/// Deposit at the order, progress in the quarters between, the rest in the quarter of service.
void Ledger::milestones(const std::string& category, int s, int order, int service, double usd_m) {
  const auto& settings = f_.p.settings;
  const int between = service - order - 1;
  const double progress = between > 0 ? settings.power_progress : 0;
  add(category, s, order, settings.power_deposit * usd_m);
  for (int i = 1; i <= between; ++i) add(category, s, order + i, progress / between * usd_m);
  add(category, s, service, (1 - settings.power_deposit - progress) * usd_m);
}

void Ledger::power(const Plan& plan) {
  for (const auto& x : plan.onsite_power) {
    if (x.given) continue;
    const auto& k = f_.p.power[at(f_.power.at(x.technology))];
    const int s = f_.site.at(x.place), t = f_.t(x.ordered), service = t + static_cast<int>(k.lead_quarters);
    const double cost = x.mw * k.capex_usd_per_kw / 1000;
    milestones("onsite_power", s, t, service, cost);
    earn("capex_credit", {"power", k.id}, s, x.ordered, service, cost);
  }
  for (const auto& x : plan.grid) {
    if (x.given) continue;
    const auto& step = *std::ranges::find_if(
        f_.p.interconnection, [&](const Interconnection& i) { return i.site == x.site && i.step == x.step; });
    const int s = f_.site.at(x.site), t = f_.t(x.requested);
    const int parts = std::max(t + static_cast<int>(step.lead_quarters), f_.t(step.earliest)) - t;
    const double cost = x.mw * step.cost_usd_per_kw / 1000, deposit = parts > 0 ? f_.p.settings.grid_deposit : 1;
    add("grid_connection", s, t, deposit * cost);
    for (int i = 1; i <= parts; ++i) add("grid_connection", s, t + i, (1 - deposit) / parts * cost);
  }
}

void Ledger::supply(const Plan& plan) {
  for (const auto& x : plan.expansions) {
    if (x.given) continue;
    const auto& e = f_.p.expansions[at(f_.expansion.at(x.expansion))];
    const int t = f_.t(x.ordered), service = t + static_cast<int>(e.lead_quarters);
    const double cost = x.count * e.capex_usd_m;
    milestones("expansions", -1, t, service, cost);
    if (e.place == "us") earn("capex_credit", {"expansion", e.id}, -1, x.ordered, service, cost);
  }
}

/// What stands and is paid from the programme's money, in the same parts.
void Ledger::standing() {
  const auto& settings = f_.p.settings;
  for (const auto& x : f_.p.standing_racks) {
    if (x.paid_by != "programme") continue;
    const int g = f_.accelerator.at(x.accelerator), s = f_.site.at(x.site), t = f_.t(x.installed);
    const int ordered = f_.t(x.ordered.value_or(
        x.installed - static_cast<int>(f_.p.accelerators[at(g)].order_lead_quarters)));
    const double price = x.price_usd_m.value_or(x.racks * f_.rack_price(g, t)), tax = f_.p.sites[at(s)].sales_tax * price;
    add("racks", s, ordered, settings.rack_deposit * price);
    add("racks", s, t, (1 - settings.rack_deposit) * price);
    add("sales_tax", s, t, tax);
    earn("capex_credit", {"compute"}, s, f_.quarter(ordered), t, price);
    earn("sales_tax", {}, s, x.installed, t, tax);
  }
  for (const auto& x : f_.p.standing_power) {
    if (x.paid_by != "programme" || !f_.site.contains(x.place)) continue;
    const auto& k = f_.p.power[at(f_.power.at(x.technology))];
    const int s = f_.site.at(x.place), service = f_.t(x.service);
    const Quarter ordered = x.ordered.value_or(x.service - static_cast<int>(k.lead_quarters));
    const double cost = x.mw * k.capex_usd_per_kw / 1000;
    milestones("onsite_power", s, f_.t(ordered), service, cost);
    earn("capex_credit", {"power", k.id}, s, ordered, service, cost);
  }
  for (const auto& x : f_.p.standing_grid) {
    if (x.paid_by != "programme") continue;
    const auto& step = *std::ranges::find_if(
        f_.p.interconnection, [&](const Interconnection& i) { return i.site == x.site && i.step == x.step; });
    const int s = f_.site.at(x.site), energised = f_.t(x.energised);
    const int t = f_.t(x.requested.value_or(x.energised - static_cast<int>(step.lead_quarters)));
    const int parts = energised - t;
    const double cost = x.mw * step.cost_usd_per_kw / 1000, deposit = parts > 0 ? settings.grid_deposit : 1;
    add("grid_connection", s, t, deposit * cost);
    for (int i = 1; i <= parts; ++i) add("grid_connection", s, t + i, (1 - deposit) / parts * cost);
  }
  for (const auto& x : f_.p.standing_expansions) {
    const auto& e = f_.p.expansions[at(f_.expansion.at(x.expansion))];
    const int t = f_.t(x.ordered), service = t + static_cast<int>(e.lead_quarters);
    const double cost = static_cast<double>(x.count) * e.capex_usd_m;
    milestones("expansions", -1, t, service, cost);
    if (e.place == "us") earn("capex_credit", {"expansion", e.id}, -1, x.ordered, service, cost);
  }
}

// ---- running -------------------------------------------------------------------------------------------------------

/// Share of the capital cost of zone plant that federal credits leave.
double Ledger::recovered_capex(const PowerTechnology& k, Quarter decided) const {
  double left = 1;
  for (const auto& x : f_.p.incentives)
    if (x.kind == "capex_credit" && x.jurisdiction == "US" && (x.applies_to == "power" || x.applies_to == k.id) &&
        decided >= x.starts && decided <= x.ends)
      left -= x.probability * x.rate;
  return std::max(0.0, left);
}

void Ledger::running(const Plan& plan, const State& state, const Energy& energy) {
  const auto& settings = f_.p.settings;
  for (int t = 0; t < f_.N; ++t) {
    for (std::size_t s = 0; s < f_.p.sites.size(); ++s) {
      const int site = static_cast<int>(s);
      add("operations", site, t, settings.operating_usd_per_it_kw_year * state.it_mw[s][at(t)] / 1000 / 4);
      for (std::size_t k = 0; k < f_.p.power.size(); ++k)
        add("onsite_fixed", site, t, f_.p.power[k].fixed_usd_per_kw_year * state.onsite_mw[k][s][at(t)] / 1000 / 4);
    }
    for (std::size_t c = 0; c < f_.p.cloud.size(); ++c) add("cloud", -1, t, cloud_cost(f_, plan, state, c, t));
    // Zone plant costs a tail quarter what it costs in the quarter whose dispatch stands for it.
    const int as = energy.dispatched[at(t)] ? f_.dispatched_as(t) : t;
    for (std::size_t l = 0; l < f_.p.lines.size(); ++l)
      add("zone_power", -1, t,
          capital_recovery(settings.discount_rate, 40) * f_.p.lines[l].expansion_usd_per_kw * state.line_mw[l][at(as)] /
              1000 / 4);
    const auto zone_plant = [&](const PowerTechnology& k, double mw, Quarter ordered, int service) {
      if (service > as) return;
      const double usd_per_kw_year =
          capital_recovery(settings.discount_rate, k.life_years) * k.capex_usd_per_kw * recovered_capex(k, ordered) +
          k.fixed_usd_per_kw_year;
      add("zone_power", -1, t, usd_per_kw_year * mw / 1000 / 4);
    };
    for (const auto& x : plan.zone_power) {
      if (x.given) continue;
      const auto& k = f_.p.power[at(f_.power.at(x.technology))];
      zone_plant(k, x.mw, x.ordered, f_.t(x.ordered) + static_cast<int>(k.lead_quarters));
    }
    for (const auto& x : f_.p.standing_power) {
      if (x.paid_by != "programme" || f_.site.contains(x.place)) continue;
      const auto& k = f_.p.power[at(f_.power.at(x.technology))];
      zone_plant(k, x.mw, x.ordered.value_or(x.service - static_cast<int>(k.lead_quarters)), f_.t(x.service));
    }
    add("energy_onsite", -1, t, energy.onsite_cost[at(t)]);
    add("shedding", -1, t, settings.curtailment_price_usd_per_mwh * energy.shed_mwh[at(t)] / 1e6);
  }
  std::vector<double> baseline(at(f_.N));
  for (const auto& row : plan.quarters) baseline[at(f_.t(row.quarter))] = row.baseline_cost_usd_m;
  for (int t = 0; t < f_.N; ++t) {
    if (!energy.dispatched[at(t)]) continue;
    add("energy_grid", -1, t, energy.zone_cost[at(t)]);
    add("energy_grid", -1, t, -baseline[at(f_.dispatched_as(t))]);
    add("energy_grid", -1, t, energy.delivery_cost[at(t)]);
  }
  for (const auto& x : f_.p.standing_draws) {  // a balance from before the programme
    const auto& investor = f_.p.investors[at(f_.investor.at(x.investor))];
    if (f_.t(x.quarter) >= 0 || investor.kind != "debt") continue;
    for (int t = 0; t < f_.B; ++t) add("interest", -1, t, investor.rate_per_year / 4 * x.usd_m);
  }
  for (const auto& x : plan.draws) {
    const auto& investor = f_.p.investors[at(f_.investor.at(x.investor))];
    if (investor.kind != "debt") continue;
    for (int t = f_.t(x.quarter) + 1; t < f_.B; ++t) add("interest", -1, t, investor.rate_per_year / 4 * x.usd_m);
  }
}

}  // namespace stargate::audit
