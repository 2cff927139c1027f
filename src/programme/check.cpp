// Checks between records: what no single cell can tell.
#include <algorithm>
#include <cmath>
#include <format>
#include <set>

#include "base/text.h"
#include "programme/after.h"
#include "programme/load.h"
#include "programme/tables.h"

namespace stargate {

namespace {

class Checker {
 public:
  Checker(const Programme& p, Diagnostics& d) : p_(p), d_(d) {}

  void all() {
    horizon();
    money();
    geography();
    sites();
    standing();
    construction();
    grid();
    power();
    compute();
    policy();
  }

 private:
  template <class Record>
  void error(const Record& row, std::string message, std::string hint = {}) {
    d_.error({file_of<Record>(), row.line, 0}, std::move(message), std::move(hint));
  }
  template <class Record>
  std::string file_of() const {
    constexpr bool in_settings = std::same_as<Record, Settings> || std::same_as<Record, Tranche> ||
                                 std::same_as<Record, Target> || std::same_as<Record, CriterionWeight>;
    const auto name = in_settings ? std::string("programme.toml") : table<Record>().name + ".csv";
    return p_.folder.empty() ? name : p_.folder + "/" + name;
  }
  template <class Record>
  void table_error(std::string message, std::string hint = {}) {
    d_.error({file_of<Record>(), 0, 0}, std::move(message), std::move(hint));
  }

  void horizon() {
    const auto& s = p_.settings;
    if (24 % s.hours_per_step != 0)
      table_error<Settings>(std::format("power.hours_per_step is {}", s.hours_per_step),
                            "allowed: 1, 2, 3, 4, 6, 8, 12, 24");
    if (s.power_deposit + s.power_progress > 1)
      table_error<Settings>("payments.power_deposit and power_progress add up to more than 1");
    if (s.decisions_from && (*s.decisions_from < s.start ||
                             *s.decisions_from - s.start >= static_cast<int>(s.build_quarters)))
      table_error<Settings>(
          std::format("programme.decisions_from is {}", to_string(*s.decisions_from)),
          std::format("allowed: quarters of building, {} to {}", to_string(s.start),
                      to_string(s.start + static_cast<int>(s.build_quarters - 1))));
    for (const auto& target : p_.targets)
      if (target.by < s.start || target.by - s.start >= p_.quarters())
        error(target, std::format("the target's quarter {} is outside the horizon", to_string(target.by)),
              std::format("{} to {}", to_string(s.start), to_string(s.start + (p_.quarters() - 1))));
    if (s.objective == "cost" && p_.targets.empty())
      table_error<Settings>("objective.kind is cost, and there is no [[target]]",
                            "the cheapest plan would be to build nothing");
  }

  void money() {
    if (p_.tranches.empty())
      table_error<Tranche>("there is no [[tranche]]", "money must become available at some time");
    double tranches = 0, commitments = 0;
    for (const auto& t : p_.tranches) tranches += t.usd_b;
    for (const auto& i : p_.investors) commitments += i.commitment_usd_b;
    if (commitments < tranches - 1e-9)
      table_error<Investor>(std::format("investors commit {} billion USD, the tranches are {}", shortest(commitments),
                                        shortest(tranches)),
                            "raise commitments or lower the tranches");
  }

  void geography() {
    const auto& s = p_.settings;
    if (s.first_state.empty()) return;
    const auto open_to = [&](const Site& site) { return site.state == s.first_state && site.choice != "forbidden"; };
    if (std::ranges::none_of(p_.sites, open_to)) {
      std::set<std::string> states;
      for (const auto& site : p_.sites) states.insert(site.state);
      table_error<Settings>(
          std::format("geography.first_state is '{}', where there is no site to choose", s.first_state),
          name_hint(s.first_state, {states.begin(), states.end()}));
    }
  }

  void sites() {
    std::map<std::string, const Site*> by_id;
    for (const auto& site : p_.sites) {
      by_id[site.id] = &site;
      if (site.state.size() != 2) error(site, std::format("state is '{}'", site.state), "two letters, as TX");
    }
    std::map<std::string, std::int64_t> committed;
    for (const auto& c : p_.commitments) {
      const auto& site = *by_id.at(c.site);
      committed[c.site] += c.blocks;
      if (committed[c.site] > site.most_blocks)
        error(c, std::format("{} blocks are committed at {}, which has room for {}", committed[c.site], c.site,
                             site.most_blocks));
      if (site.choice == "forbidden") error(c, std::format("{} is forbidden, and blocks are committed there", c.site));
      if (c.reported_ready && *c.reported_ready < c.start) error(c, "reported_ready is before start");
      if (Quarter(c.start) >= p_.settings.start + static_cast<int>(p_.settings.build_quarters))
        error(c, std::format("start {} is after the building horizon", to_string(c.start)));
    }
    std::map<std::string, int> managed;
    for (const auto& step : p_.interconnection)
      if (step.kind == "managed" && ++managed[step.site] > 1)
        error(step, std::format("{} has a second managed step", step.site), "at most one a site; add their MW up");
  }

  /// What stands was decided before decisions begin, and names what there is.
  void standing() {
    const Quarter decided = p_.decisions_from();
    const auto before = [&](const auto& row, Quarter ordered, const std::string& what) {
      if (ordered >= decided)
        error(row, std::format("{} is ordered in {}, and decisions begin in {}", what, to_string(ordered),
                               to_string(decided)),
              "what stands was ordered before; leave out what the plan is to decide, or state `ordered`");
    };
    const auto row_of = [](const auto& rows, const std::string& id) {
      return std::ranges::find(rows, id, [](const auto& r) { return r.id; });
    };
    for (const auto& r : p_.standing_racks) {
      const auto& system = *row_of(p_.accelerators, r.accelerator);
      before(r, r.ordered.value_or(r.installed - static_cast<int>(system.order_lead_quarters)), r.accelerator);
      if (r.racks != std::floor(r.racks)) error(r, std::format("racks is {}", shortest(r.racks)), "a whole number");
    }
    for (const auto& r : p_.standing_power) {
      const auto& tech = *row_of(p_.power, r.technology);
      before(r, r.ordered.value_or(r.service - static_cast<int>(tech.lead_quarters)), r.technology);
      const bool site = row_of(p_.sites, r.place) != p_.sites.end();
      const bool zone = row_of(p_.zones, r.place) != p_.zones.end();
      if (!site && !zone) {
        std::vector<std::string> names;
        for (const auto& s : p_.sites) names.push_back(s.id);
        for (const auto& z : p_.zones) names.push_back(z.id);
        error(r, std::format("place '{}' is neither a site nor a zone", r.place), name_hint(r.place, names));
      } else if ((site && tech.scale == "zone") || (!site && tech.scale == "site")) {
        error(r, std::format("{} is of scale {}", tech.id, tech.scale), "place must fit it");
      }
    }
    for (const auto& r : p_.standing_grid) {
      const auto step = std::ranges::find_if(
          p_.interconnection, [&](const Interconnection& i) { return i.site == r.site && i.step == r.step; });
      if (step == p_.interconnection.end())
        error(r, std::format("{} has no step {} in interconnection.csv", r.site, r.step));
      else
        before(r, r.requested.value_or(r.energised - static_cast<int>(step->lead_quarters)), r.site);
    }
    for (const auto& r : p_.standing_lines)
      before(r, r.service - static_cast<int>(row_of(p_.lines, r.tie)->lead_quarters), r.tie);
    for (const auto& r : p_.standing_expansions) before(r, r.ordered, r.expansion);
    for (const auto& r : p_.standing_draws) before(r, r.quarter, r.investor);
  }

  void construction() {
    std::map<std::string, std::map<std::string, const Activity*>> templates;
    for (const auto& a : p_.activities) {
      templates[a.construction_template][a.id] = &a;
      if (a.weeks_p10 > a.weeks_p50 || a.weeks_p50 > a.weeks_p90)
        error(a, "weeks_p10, weeks_p50 and weeks_p90 must not fall");
    }
    for (const auto& a : p_.activities)
      for (const auto& text : a.after) {
        const auto& known = templates.at(a.construction_template);
        const auto after = parse_after(text);
        if (!after) {
          error(a, std::format("after holds '{}'", text),
                "write ID, ID:SS, ID:FF, ID:SF or with a lag in weeks ID:FS+4, ID:SS-2");
        } else if (const auto before = known.find(after->activity); before == known.end()) {
          std::vector<std::string> names;
          for (const auto& [id, other] : known) names.push_back(id);
          error(a,
                std::format("after names '{}', which is no activity of template {}", after->activity,
                            a.construction_template),
                name_hint(after->activity, names));
        } else if (a.scope == "site" && before->second->scope == "block") {
          error(a, std::format("a site's activity waits for a block's ('{}')", after->activity),
                "site activities come before blocks");
        }
      }
    for (const auto& [name, activities] : templates) find_circle(name, activities);
    for (const auto& site : p_.sites) {
      const auto known = templates.find(site.construction_template);
      std::vector<std::string> names;
      for (const auto& [id, list] : templates) names.push_back(id);
      if (known == templates.end())
        error(site, std::format("construction_template '{}' has no activities", site.construction_template),
              name_hint(site.construction_template, names));
      else if (std::ranges::none_of(known->second, [](const auto& a) { return a.second->scope == "block"; }))
        error(site, std::format("construction_template '{}' has no activity of a block", site.construction_template));
    }
  }

  /// Depth-first search; a circle is named once, at the activity where it closes.
  void find_circle(const std::string& name, const std::map<std::string, const Activity*>& activities) {
    std::map<std::string, int> state;  // 1 open, 2 done
    const auto visit = [&](auto&& self, const Activity& a) -> bool {
      state[a.id] = 1;
      for (const auto& text : a.after) {
        const auto after = parse_after(text);
        const auto next = after ? activities.find(after->activity) : activities.end();
        if (next == activities.end()) continue;
        if (state[next->first] == 1)
          return error(a, std::format("activities of template {} wait for each other: {} for {}, and back", name, a.id,
                                      next->first)),
                 false;
        if (state[next->first] == 0 && !self(self, *next->second)) return false;
      }
      state[a.id] = 2;
      return true;
    };
    for (const auto& [id, a] : activities)
      if (state[id] == 0 && !visit(visit, *a)) return;
  }

  void grid() {
    for (const auto& l : p_.lines)
      if (l.from_zone == l.to_zone) error(l, std::format("line {} leads from {} to itself", l.id, l.from_zone));
    std::map<std::int64_t, double> days;
    for (const auto& day : p_.days) days[day.season] += day.days;
    for (std::int64_t season = 1; season <= 4; ++season)
      if (days[season] <= 0)
        table_error<RepresentativeDay>(std::format("season {} has no day", season), "each of 1 to 4 needs one");
    std::map<std::pair<std::string, std::string>, int> hours;
    for (const auto& row : p_.profiles) ++hours[{row.zone, row.day}];
    for (const auto& zone : p_.zones)
      for (const auto& day : p_.days)
        if (const int n = hours[{zone.id, day.id}]; n != 24)
          table_error<Profile>(std::format("zone {} has {} hours of day {}", zone.id, n, day.id), "24 are needed");
  }

  void power() {
    std::set<std::pair<std::string, std::string>> priced;
    for (const auto& price : p_.fuel_prices) priced.insert({price.fuel, price.zone});
    const auto has_price = [&](const std::string& fuel, const std::string& zone) {
      return priced.contains({fuel, ""}) || priced.contains({fuel, zone});
    };
    for (const auto& unit : p_.fleet)
      if (!unit.fuel.empty() && !has_price(unit.fuel, unit.zone))
        error(unit, std::format("fuel {} has no price in zone {}", unit.fuel, unit.zone),
              "add a row to fuel_prices.csv; an empty zone means everywhere");
    for (const auto& k : p_.power) {
      if (k.scale != "zone" && k.kind != "thermal")
        error(k, std::format("{} is of kind {} and scale {}", k.id, k.kind, k.scale),
              "on-site power must be of kind thermal; take scale zone");
      if (k.kind == "storage" && k.storage_hours <= 0) error(k, std::format("storage {} has no storage_hours", k.id));
      if (!k.fuel.empty())
        for (const auto& zone : p_.zones)
          if (!has_price(k.fuel, zone.id)) {
            error(k, std::format("fuel {} has no price in zone {}", k.fuel, zone.id));
            break;
          }
    }
  }

  void compute() {
    std::map<std::string, const Accelerator*> by_id;
    for (const auto& g : p_.accelerators) by_id[g.id] = &g;
    for (const auto& e : p_.efficiency) {
      const auto& g = *by_id.at(e.accelerator);
      if ((e.precision == "fp8" && !g.fp8_tflops) || (e.precision == "fp4" && !g.fp4_tflops))
        error(e, std::format("{} has no {} peak in accelerators.csv", g.id, e.precision));
    }
    for (const auto& c : p_.cloud)
      if (c.to < c.from) error(c, std::format("contract {} ends before it begins", c.id));
  }

  void policy() {
    std::set<std::string> names{"compute", "building", "power", "expansion"};
    for (const auto& k : p_.power) names.insert(k.id);
    for (const auto& e : p_.expansions) names.insert(e.id);
    for (const auto& i : p_.incentives) {
      if (i.ends < i.starts) error(i, std::format("incentive {} ends before it starts", i.id));
      if (i.kind == "capex_credit" && !names.contains(i.applies_to))
        error(i, std::format("applies_to is '{}'", i.applies_to),
              name_hint(i.applies_to, {names.begin(), names.end()}));
      if (i.jurisdiction.size() != 2)
        error(i, std::format("jurisdiction is '{}'", i.jurisdiction), "US, or the two letters of a state");
    }
  }

  const Programme& p_;
  Diagnostics& d_;
};

}  // namespace

void check_programme(const Programme& programme, Diagnostics& diagnostics) { Checker(programme, diagnostics).all(); }

}  // namespace stargate
