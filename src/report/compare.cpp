#include "report/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "programme/tables.h"

namespace stargate::report {

namespace {

bool differs(const Pair& x, double share) {
  return std::abs(x.change()) > std::max(1e-6, share * std::max(std::abs(x.before), std::abs(x.after)));
}

// ---- inputs --------------------------------------------------------------------------------------------------------

using Cells = std::vector<std::pair<std::string, std::string>>;      // column, text
using Tables = std::map<std::string, std::map<std::string, Cells>>;  // table, key, cells

template <class Record>
Cells cells_of(const Table<Record>& table, const Record& row) {
  Cells cells;
  for (const auto& f : table.fields)
    cells.emplace_back(f.name, std::visit([&](auto member) { return cell_text(row.*member); }, f.member));
  return cells;
}

/// A row is known by its key columns, else by its id, else by its number.
template <class Record>
void add_rows(Tables& tables, const Table<Record>& table, const std::vector<Record>& rows) {
  auto& out = tables[table.name];
  for (const auto& row : rows) {
    auto cells = cells_of(table, row);
    std::string key, id;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (table.fields[i].key) key += (key.empty() ? "" : ", ") + cells[i].second;
      if (cells[i].first == "id") id = cells[i].second;
    }
    if (key.empty()) key = id;
    if (key.empty()) key = "row " + std::to_string(out.size() + 1);
    out[key] = std::move(cells);
  }
}

Tables tables_of(const Programme& p) {
  Tables tables;
  tables["programme.toml"][""] = cells_of(table<Settings>(), p.settings);
  const auto add = [&](const auto& t, const auto& rows) { add_rows(tables, t, rows); };
  for_each_list(p, add);
  for_each_table(p, add);
  return tables;
}

std::vector<InputChange> input_changes(const Programme& a, const Programme& b) {
  std::vector<InputChange> changes;
  const auto before = tables_of(a), after = tables_of(b);
  for (const auto& [name, rows] : before) {
    const auto& others = after.at(name);
    for (const auto& [key, cells] : rows) {
      const auto other = others.find(key);
      if (other == others.end()) {
        changes.push_back({.table = name, .row = key, .removed = true});
        continue;
      }
      for (std::size_t i = 0; i < cells.size(); ++i)
        if (cells[i].second != other->second[i].second)
          changes.push_back({name, key, cells[i].first, cells[i].second, other->second[i].second});
    }
    for (const auto& [key, cells] : others)
      if (!rows.contains(key)) changes.push_back({.table = name, .row = key, .added = true});
  }
  return changes;
}

// ---- sites ---------------------------------------------------------------------------------------------------------

struct SiteUse {
  std::string state;
  std::optional<Quarter> ready;
  double it_mw = 0;
};

std::map<std::string, SiteUse> sites_of(const Plan& plan) {
  std::map<std::string, SiteUse> sites;
  for (const auto& o : plan.openings) sites[o.site].state = o.state;
  std::map<std::string, Quarter> first_rack;
  for (const auto& r : plan.racks)
    if (r.racks > 0) {
      const auto [at, fresh] = first_rack.emplace(r.site, r.installed);
      if (!fresh) at->second = std::min(at->second, r.installed);
    }
  for (const auto& b : plan.blocks) {
    auto& site = sites[b.site];
    site.it_mw += b.it_mw;
    if (!site.ready || b.ready < *site.ready) site.ready = b.ready;
  }
  for (const auto& [site, quarter] : first_rack) sites[site].ready = quarter;
  return sites;
}

std::vector<SiteChange> site_changes(const Plan& a, const Plan& b, double share) {
  const auto before = sites_of(a), after = sites_of(b);
  std::set<std::string> names;
  for (const auto& [name, use] : before) names.insert(name);
  for (const auto& [name, use] : after) names.insert(name);
  std::vector<SiteChange> changes;
  for (const auto& name : names) {
    const auto x = before.find(name), y = after.find(name);
    SiteChange change{.site = name};
    if (x != before.end())
      change.state = x->second.state, change.ready_before = x->second.ready, change.it_mw.before = x->second.it_mw;
    if (y != after.end())
      change.state = y->second.state, change.ready_after = y->second.ready, change.it_mw.after = y->second.it_mw;
    if (x == before.end())
      change.change = "gained";
    else if (y == after.end())
      change.change = "lost";
    else if (change.ready_after < change.ready_before)
      change.change = "earlier";
    else if (change.ready_before < change.ready_after)
      change.change = "later";
    else if (differs(change.it_mw, share))
      change.change = change.it_mw.change() > 0 ? "larger" : "smaller";
    else
      change.change = "same";
    changes.push_back(change);
  }
  return changes;
}

// ---- years, money, power, compute ----------------------------------------------------------------------------------

std::vector<YearChange> year_changes(const Plan& a, const Plan& b) {
  std::map<int, YearChange> years;
  const auto add = [&](const Plan& plan, double Pair::*side) {
    std::map<int, Quarter> last;
    for (const auto& q : plan.quarters) {
      auto& year = years[q.quarter.year()];
      year.spent_usd_m.*side += q.spending_usd_m;
      if (const auto seen = last.find(q.quarter.year()); seen != last.end() && q.quarter < seen->second) continue;
      last[q.quarter.year()] = q.quarter;
      year.it_mw.*side = q.it_mw;
      year.facility_mw.*side = q.facility_mw;
      year.effective_pflops.*side = q.effective_pflops;
      year.h100_equivalents.*side = q.h100_equivalents;
    }
  };
  add(a, &Pair::before);
  add(b, &Pair::after);
  std::vector<YearChange> out;
  for (auto& [year, change] : years) {
    change.year = year;
    out.push_back(change);
  }
  return out;
}

/// Amounts by name in both plans; `measure(plan, add)` calls add(name, amount).
template <class Measure>
std::vector<NamedChange> named_changes(const Plan& a, const Plan& b, const std::string& unit, double share,
                                       Measure&& measure) {
  std::map<std::string, Pair> amounts;
  measure(a, [&](const std::string& name, double amount) { amounts[name].before += amount; });
  measure(b, [&](const std::string& name, double amount) { amounts[name].after += amount; });
  std::vector<NamedChange> changes;
  for (const auto& [name, amount] : amounts)
    if (differs(amount, share)) changes.push_back({name, unit, amount});
  std::ranges::stable_sort(changes, std::greater{}, [](const auto& x) { return std::abs(x.amount.change()); });
  return changes;
}

void append(std::vector<NamedChange>& to, std::vector<NamedChange> more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<BindingChange> binding_changes(const Plan& a, const Plan& b, double share) {
  std::map<std::tuple<std::string, std::string, std::string>, Pair> worth;
  for (const auto& w : a.worths) worth[{w.rule, w.what, w.unit}].before += w.worth_usd_m;
  for (const auto& w : b.worths) worth[{w.rule, w.what, w.unit}].after += w.worth_usd_m;
  std::vector<BindingChange> changes;
  for (const auto& [key, amount] : worth)
    if (differs(amount, share)) changes.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), amount});
  std::ranges::stable_sort(changes, std::greater{}, [](const auto& x) { return std::abs(x.worth_usd_m.change()); });
  return changes;
}

}  // namespace

Comparison compare(const Programme& programme_a, const Plan& a, const Programme& programme_b, const Plan& b,
                   double share) {
  Comparison out;
  if (a.proof.objective_kind == b.proof.objective_kind)
    out.objective_kind = b.proof.objective_kind, out.unit = b.proof.unit;
  out.objective = {a.proof.objective, b.proof.objective};
  out.gap = {a.proof.gap, b.proof.gap};
  out.inputs = input_changes(programme_a, programme_b);
  out.sites = site_changes(a, b, share);
  out.years = year_changes(a, b);

  out.money = named_changes(a, b, "million USD", share, [](const Plan& plan, auto add) {
    for (const auto& s : plan.spending) add(s.category + (s.funded ? "" : " (paid by customers)"), s.usd_m);
    for (const auto& d : plan.draws) add("called from " + d.investor, d.usd_m);
  });
  out.power = named_changes(a, b, "MW", share, [](const Plan& plan, auto add) {
    for (const auto& x : plan.grid) add("grid connections, " + x.kind, x.mw);
    for (const auto& x : plan.onsite_power) add(x.technology + " on site", x.mw);
    for (const auto& x : plan.zone_power) add(x.technology + " in zone " + x.place, x.mw);
    for (const auto& x : plan.lines) add("line " + x.line, x.mw);
  });
  append(out.power, named_changes(a, b, "GWh", share, [](const Plan& plan, auto add) {
           for (const auto& x : plan.site_quarters)
             add("energy from the grid", x.grid_gwh), add("energy made on site", x.onsite_gwh),
                 add("load shed", x.shed_gwh);
         }));
  out.compute = named_changes(a, b, "racks", share, [](const Plan& plan, auto add) {
    for (const auto& x : plan.racks) add(x.accelerator, x.racks);
  });
  append(out.compute, named_changes(a, b, "", share, [](const Plan& plan, auto add) {
           for (const auto& x : plan.expansions) add("supply expansion " + x.expansion, x.count);
         }));
  append(out.compute, named_changes(a, b, "chip-quarters", share, [](const Plan& plan, auto add) {
           for (const auto& x : plan.cloud) add("cloud " + x.contract, x.active_committed_chips + x.burst_chips);
         }));
  out.binding = binding_changes(a, b, share);
  return out;
}

}  // namespace stargate::report
