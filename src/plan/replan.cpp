#include "plan/replan.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/files.h"
#include "base/text.h"
#include "programme/tables.h"

namespace stargate::plan {
namespace fs = std::filesystem;

namespace {

// ---- the past of a plan, as tables of what stands ----------------------------------------------------------------

constexpr const char* from_plan = "decision of the plan that was in force";

template <class Record>
Record sourced(Date as_of) {
  Record r;
  r.source = from_plan;
  r.as_of = as_of;
  r.basis = "contract";
  return r;
}

/// Adds what the plan decided before `on` to what stands.
void freeze(Programme& p, const Plan& plan, Quarter on) {
  const Date day = on.first_day();
  for (const auto& o : plan.openings) {
    if (o.committed || o.quarter >= on) continue;
    auto r = sourced<Commitment>(day);
    r.site = o.site;
    r.start = o.quarter.first_day();
    r.lot = "opening";
    p.commitments.push_back(r);
  }
  for (const auto& b : plan.blocks) {
    if (b.committed || b.start >= on) continue;
    auto r = sourced<Commitment>(day);
    r.site = b.site;
    r.blocks = b.blocks;
    r.start = b.start.first_day();
    r.reported_ready = b.ready.first_day();
    p.commitments.push_back(r);
  }
  for (const auto& x : plan.racks) {
    if (x.given || x.ordered >= on) continue;
    auto r = sourced<StandingRacks>(day);
    r.accelerator = x.accelerator;
    r.site = x.site;
    r.installed = x.installed;
    r.ordered = x.ordered;
    r.racks = x.racks;
    r.price_usd_m = x.price_usd_m;
    p.standing_racks.push_back(r);
  }
  for (const auto* orders : {&plan.onsite_power, &plan.zone_power})
    for (const auto& x : *orders) {
      if (x.given || x.ordered >= on) continue;
      auto r = sourced<StandingPower>(day);
      r.technology = x.technology;
      r.place = x.place;
      r.service = x.service;
      r.ordered = x.ordered;
      r.mw = x.mw;
      p.standing_power.push_back(r);
    }
  for (const auto& x : plan.grid) {
    if (x.given || x.requested >= on) continue;
    auto r = sourced<StandingGrid>(day);
    r.site = x.site;
    r.step = x.step;
    r.energised = x.energised;
    r.requested = x.requested;
    r.mw = x.mw;
    p.standing_grid.push_back(r);
  }
  for (const auto& x : plan.lines) {
    if (x.given || x.decided >= on) continue;
    auto r = sourced<StandingLine>(day);
    r.tie = x.line;
    r.service = x.service;
    r.mw = x.mw;
    p.standing_lines.push_back(r);
  }
  for (const auto& x : plan.expansions) {
    if (x.given || x.ordered >= on) continue;
    auto r = sourced<StandingExpansion>(day);
    r.expansion = x.expansion;
    r.ordered = x.ordered;
    r.count = std::llround(x.count);
    p.standing_expansions.push_back(r);
  }
  for (const auto& x : plan.cloud) {
    if (x.new_committed_chips <= 0 || x.quarter >= on) continue;
    auto r = sourced<StandingCloud>(day);
    r.contract = x.contract;
    r.begins = x.quarter;
    r.chips = x.new_committed_chips;
    p.standing_cloud.push_back(r);
  }
  if (!p.standing_draws.empty())  // those of the plan are all of the time before
    std::erase_if(p.standing_draws, [&](const StandingDraw& d) { return d.quarter >= p.settings.start; });
  for (const auto& x : plan.draws) {
    if (x.quarter >= on) continue;
    auto r = sourced<StandingDraw>(day);
    r.investor = x.investor;
    r.quarter = x.quarter;
    r.usd_m = x.usd_m;
    p.standing_draws.push_back(r);
  }
}

/// programme.toml with decisions from `on`: one line changed or added, the rest as it stands.
std::string with_decisions_from(const std::string& toml, Quarter on) {
  const std::string line = std::format("decisions_from = \"{}\"", to_string(on));
  std::string out;
  bool in_section = false, done = false;
  for (std::size_t at = 0; at < toml.size();) {
    const auto end = std::min(toml.find('\n', at), toml.size());
    const std::string text = toml.substr(at, end - at);
    at = end + 1;
    if (text.starts_with("[")) in_section = text.starts_with("[programme]");
    if (in_section && text.starts_with("decisions_from")) {
      out += line + "\n";
      done = true;
      continue;
    }
    out += text + "\n";
  }
  if (done) return out;
  const auto section = out.find("[programme]");
  const auto after = out.find('\n', section);
  return out.substr(0, after + 1) + line + "\n" + out.substr(after + 1);
}

// ---- tables over tables ----------------------------------------------------------------------------------------------

std::string cell(const Csv& csv, const CsvRow& row, const std::string& column) {
  const auto i = csv.column(column);
  return i == Csv::npos ? "" : row.cells[i].text;
}

template <class Record>
std::string key_of(const Table<Record>& table, const Csv& csv, const CsvRow& row) {
  std::string key;
  for (const auto& f : table.fields)
    if (f.key) key += (key.empty() ? "" : " ") + cell(csv, row, f.name);
  return key;
}

/// The column whose zero takes a row away, if the table has one.
template <class Record>
std::string amount_of(const Table<Record>& table) {
  for (const auto& f : table.fields)
    if (f.name == "racks" || f.name == "mw" || f.name == "chips" || f.name == "count" || f.name == "usd_m") return f.name;
  return {};
}

bool is_source(const std::string& column) { return column == "source" || column == "as_of" || column == "basis"; }

std::string kind_of_fact(const std::string& table, const std::string& column) {
  if (column.find("usd") != std::string::npos || column.find("price") != std::string::npos || table == "fuel_prices")
    return "price";
  if (table == "commitments" || table.starts_with("standing_") || table == "construction") return "slip";
  if (table == "interconnection" || table == "zones" || table == "lines" || table == "existing_fleet") return "power";
  if (table == "sites") return "permit";
  if (table == "incentives") return "law";
  if (table == "investors") return "money";
  if (table == "accelerator_supply" || table == "stage_capacity" || table == "equipment_supply" ||
      table == "accelerators" || table == "power_technologies" || table == "cloud_contracts")
    return "supply";
  return "other";
}

template <class Record>
std::string merge(const Table<Record>& table, const Csv& base, const Csv& news, std::vector<ChangedFact>& changed) {
  std::map<std::string, const CsvRow*> replaces;
  for (const auto& row : news.rows) replaces[key_of(table, news, row)] = &row;
  const auto amount = amount_of(table);
  const auto gone = [&](const CsvRow& row) {
    if (amount.empty()) return false;
    const auto text = cell(news, row, amount);
    return !text.empty() && text.find_first_not_of("0.") == std::string::npos;
  };
  CsvWriter out(table.header());
  const auto write = [&](const Csv& csv, const CsvRow& row) {
    for (const auto& f : table.fields) out << std::string_view(cell(csv, row, f.name));
  };
  std::map<std::string, bool> used;
  for (const auto& row : base.rows) {
    const auto key = key_of(table, base, row);
    const auto found = replaces.find(key);
    if (found == replaces.end()) {
      write(base, row);
      continue;
    }
    used[key] = true;
    if (gone(*found->second)) {
      changed.push_back({table.name, key, "", "a row", "none", kind_of_fact(table.name, "")});
      continue;
    }
    for (const auto& f : table.fields) {
      const auto before = cell(base, row, f.name), after = cell(news, *found->second, f.name);
      if (!is_source(f.name) && before != after)
        changed.push_back({table.name, key, f.name, before, after, kind_of_fact(table.name, f.name)});
    }
    write(news, *found->second);
  }
  for (const auto& row : news.rows) {
    const auto key = key_of(table, news, row);
    if (used.contains(key) || gone(row)) continue;
    changed.push_back({table.name, key, "", "none", "a row", kind_of_fact(table.name, "")});
    write(news, row);
  }
  return out.text();
}


}  // namespace

ProgrammeFiles read_actuals(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw InputError({folder.string(), 0, 0}, "this is not a folder", "a folder of CSV files");
  std::vector<std::string> names;
  Programme shape;
  for_each_table(shape, [&](const auto& table, const auto&) { names.push_back(table.name + ".csv"); });
  ProgrammeFiles files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("README")) continue;
    if (std::ranges::find(names, name) == names.end())
      throw InputError({entry.path().string(), 0, 0}, "this is no table of a programme", name_hint(name, names));
    files[name] = read_file(entry.path());
  }
  return files;
}

Rebased rebase(const ProgrammeFiles& files, const Plan& plan, const ProgrammeFiles& actuals, const std::string& actuals_as,
               Quarter on) {
  Diagnostics diagnostics;
  auto programme = parse_programme(files, "", diagnostics);
  diagnostics.throw_if_errors();
  if (on < programme.decisions_from())
    throw InputError({"--on", 0, 0}, std::format("{} is before the plan's own decisions", to_string(on)),
                     std::format("they begin in {}", to_string(programme.decisions_from())));
  if (on - programme.settings.start >= static_cast<int>(programme.settings.build_quarters))
    throw InputError({"--on", 0, 0}, std::format("{} is after the building horizon", to_string(on)));
  const bool later = on > programme.decisions_from();
  if (later) freeze(programme, plan, on);

  Rebased out;
  out.files = files;
  for_each_table(programme, [&](const auto& table, const auto& rows) {
    const auto name = table.name + ".csv";
    const bool frozen = later && (table.name == "commitments" || table.name.starts_with("standing_"));
    if (frozen && !rows.empty()) out.files[name] = write_table(table, rows);
    const auto news = actuals.find(name);
    if (news == actuals.end()) return;
    const auto shown = actuals_as + "/" + name;
    const auto csv = parse_csv(shown, news->second, diagnostics);
    read_table(table, csv, diagnostics);  // for its diagnostics
    if (diagnostics.has_errors()) return;
    const auto had = out.files.find(name);
    const auto base = parse_csv(name, had == out.files.end() ? write_table(table, rows) : had->second, diagnostics);
    auto& changed = out.changed;
    const auto before = changed.size();
    auto merged = merge(table, base, csv, changed);
    if (changed.size() > before) out.files[name] = std::move(merged);
  });
  diagnostics.throw_if_errors();
  if (later) out.files["programme.toml"] = with_decisions_from(out.files.at("programme.toml"), on);
  return out;
}

// ---- what moved, and why ------------------------------------------------------------------------------------------------

namespace {

/// Amounts of a plan from a quarter on, by what and where.
using Amounts = std::map<std::pair<std::string, std::string>, double>;

Amounts amounts_of(const Programme& p, const Plan& plan, Quarter on) {
  Amounts a;
  for (const auto& o : plan.openings)
    if (!o.committed && o.quarter >= on) a[{"site opened", o.site}] += 1;
  for (const auto& b : plan.blocks)
    if (b.start >= on) a[{"MW of blocks started", b.site}] += b.it_mw;
  for (const auto& x : plan.racks)
    if (x.ordered >= on) a[{"MW of " + x.accelerator + " ordered", x.site}] += x.it_mw;
  for (const auto& x : plan.onsite_power)
    if (x.ordered >= on) a[{"MW of " + x.technology + " ordered", x.place}] += x.mw;
  for (const auto& x : plan.zone_power)
    if (x.ordered >= on) a[{"MW of " + x.technology + " in the zone", x.place}] += x.mw;
  for (const auto& x : plan.grid)
    if (x.requested >= on) a[{"MW of connection requested", x.site}] += x.mw;
  for (const auto& x : plan.cloud)
    if (x.quarter >= on) a[{"chips rented", x.contract}] += x.new_committed_chips;
  for (const auto& x : plan.draws)
    if (x.quarter >= on) a[{"million USD called", x.investor}] += x.usd_m;
  // First use and size of each site, given ones too: what slips shows here.
  for (const auto& q : plan.site_quarters) {
    if (q.quarter.of_year() != 4 || q.quarter < on) continue;
    a[{std::format("MW of IT at the end of {}", q.quarter.year()), q.site}] += q.installed_it_mw;
  }
  for (const auto& q : plan.quarters)
    if (q.quarter >= on && q.quarter.of_year() == 4)
      a[{std::format("MW of IT at the end of {}", q.quarter.year()), p.settings.name}] += q.it_mw;
  return a;
}

std::string words_of(const ChangedFact& f) {
  if (f.column.empty()) return std::format("{}: {} {} ({})", f.kind, f.table, f.key, f.after == "none" ? "gone" : "new");
  return std::format("{}: {} {} {} {} -> {}", f.kind, f.table, f.key, f.column, f.before.empty() ? "none" : f.before,
                     f.after.empty() ? "none" : f.after);
}

}  // namespace

std::vector<Move> moves_between(const Programme& programme, const Plan& before, const Plan& after,
                                const std::vector<ChangedFact>& changed, Quarter on) {
  auto was = amounts_of(programme, before, on), is = amounts_of(programme, after, on);
  for (const auto& [key, v] : is) was.try_emplace(key, 0);
  std::vector<Move> moves;
  for (const auto& [key, old] : was) {
    const double now = is.contains(key) ? is.at(key) : 0;
    if (std::abs(now - old) <= 1e-3 * std::max(1.0, std::abs(old))) continue;
    Move m;
    m.what = key.first;
    m.place = key.second;
    m.before = shortest(std::round(old * 10) / 10);
    m.after = shortest(std::round(now * 10) / 10);
    m.delta = now - old;
    std::string own, other;
    int others = 0;
    for (const auto& f : changed) {
      const bool concerns = f.key.find(m.place) != std::string::npos || m.what.find(f.key) != std::string::npos;
      auto& list = concerns ? own : other;
      if (!concerns && ++others > 3) continue;
      list += (list.empty() ? "" : "; ") + words_of(f);
    }
    m.why = !own.empty() ? own : other.empty() ? "another plan within the gap" : "follows from " + other;
    moves.push_back(std::move(m));
  }
  std::ranges::stable_sort(moves, std::greater{}, [](const Move& m) { return std::abs(m.delta); });
  return moves;
}

std::string moves_csv(const std::vector<Move>& moves) {
  CsvWriter csv({"what", "place", "before", "after", "change", "why"});
  for (const auto& m : moves) csv << m.what << m.place << m.before << m.after << m.delta << m.why;
  return csv.text();
}

std::string facts_csv(const std::vector<ChangedFact>& facts) {
  CsvWriter csv({"kind", "table", "row", "column", "before", "after"});
  for (const auto& f : facts) csv << f.kind << f.table << f.key << f.column << f.before << f.after;
  return csv.text();
}

}  // namespace stargate::plan
