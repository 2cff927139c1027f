// stargate power adequacy: how often and by how much load is not served, before and after new loads, and what plant is worth.
#include <map>
#include <print>

#include "adequacy/assess.h"
#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/plan_inputs.h"
#include "cli/power_commands.h"
#include "exchange/adequacy_folder.h"
#include "programme/programme.h"

namespace stargate::cli {

namespace {

using namespace adequacy;
using nlohmann::json;

struct AdequacyArguments {
  std::string folder, loads, plan, programme, quarter, method = "choose", metric = "eue", at, output, steps;
  std::vector<std::string> credit;
  double step_hours = 1;
  bool as_json = false, copper = false, firm_capacity = false;
  AssessOptions assess;
};

/// The plan's sites in a quarter as loads: what the utility may curtail gives way, for as long as the connection says.
std::vector<FlexibleLoad> plan_loads(const AdequacyArguments& a, const std::vector<std::string>& areas) {
  const auto inputs = read_plan_inputs(a.plan, a.programme);
  Quarter quarter{};
  if (!a.quarter.empty()) {
    const auto read = parse_quarter(a.quarter);
    if (!read) throw InputError({"--quarter"}, std::format("'{}' is no quarter", a.quarter), "allowed: 2029-Q4");
    quarter = *read;
  } else {
    for (const auto& row : inputs.plan.site_quarters) quarter = std::max(quarter, row.quarter);
  }
  std::map<std::string, double> hours;
  for (const auto& step : inputs.programme.interconnection)
    if (step.kind == "managed") hours[step.site] = step.curtailed_hours_per_year;
  std::vector<FlexibleLoad> loads;
  for (const auto& row : inputs.plan.site_quarters) {
    if (row.quarter != quarter || row.facility_peak_mw <= 0) continue;
    const auto site = std::ranges::find(inputs.programme.sites, row.site, &Site::id);
    if (site == inputs.programme.sites.end()) throw InputError({a.plan}, std::format("site '{}' of the plan is not in the programme", row.site));
    const auto area = std::ranges::find(areas, site->zone);
    if (area == areas.end()) throw InputError({a.folder}, std::format("there is no area '{}', in which site '{}' lies", site->zone, row.site), name_hint(site->zone, areas));
    FlexibleLoad load;
    load.name = "site " + row.site;
    load.category = "plan";
    load.area = static_cast<std::size_t>(area - areas.begin());
    // What stands behind the meter serves the site first.
    load.load_mw = std::max(0.0, row.facility_peak_mw - row.onsite_mw);
    load.curtailable_share = load.load_mw > 0 ? std::min(1.0, row.managed_mw / load.load_mw) : 0;
    load.hours_a_year = hours.contains(row.site) ? hours[row.site] * load.curtailable_share : 0;
    if (load.load_mw > 0) loads.push_back(std::move(load));
  }
  if (loads.empty()) throw InputError({a.plan}, std::format("the plan has no load from the grid in {}", cell_text(quarter)));
  return loads;
}

json json_of(const Estimate& e, bool exact) {
  return exact ? json{{"mean", e.mean}} : json{{"mean", e.mean}, {"low_95", e.low}, {"high_95", e.high}};
}
json json_of(const Metrics& m, bool exact) {
  return {{"lolh_hours", json_of(m.lolh, exact)}, {"lole_days", json_of(m.lole_days, exact)}, {"eue_mwh", json_of(m.eue_mwh, exact)}};
}
json json_of(const Answer& a) {
  json out = json_of(a.system, a.exact);
  out["method"] = a.method;
  out["exact"] = a.exact;
  out["load_mwh"] = a.load_mwh;
  out["neue_ppm"] = a.neue_ppm;
  out["notes"] = a.notes;
  for (const auto& area : a.areas) out["areas"][area.area] = json_of(area, a.exact);
  for (const auto& e : a.eue_by_weather_year) out["eue_mwh_by_weather_year"].push_back(json_of(e, a.exact));
  if (a.exact) return out;
  out["samples"] = a.samples;
  out["finished"] = a.finished;
  out["days_with_shortfall"] = json_of(a.days_with_shortfall, false);
  out["events"] = json_of(a.events, false);
  out["mean_event_hours"] = a.mean_event_hours;
  out["mean_event_mwh"] = a.mean_event_mwh;
  out["share_of_years_with_shortfall"] = a.share_of_years;
  out["eue_mwh_of_a_year"] = {{"p90", a.eue_p90_mwh}, {"p99", a.eue_p99_mwh}, {"cvar95", a.eue_cvar95_mwh}, {"worst", a.eue_worst_mwh}};
  for (const auto& f : a.flexible)
    out["flexible"][f.name] = {{"off_mwh", f.off_mwh}, {"made_good_mwh", f.made_good_mwh}, {"lost_mwh", f.lost_mwh}, {"hours", f.hours}, {"share_of_years_budget_spent", f.budget_spent_share}};
  return out;
}

std::string told(const Estimate& e, bool exact, int digits) {
  return exact ? grouped(e.mean, digits) : std::format("{} ({} to {})", grouped(e.mean, digits), grouped(e.low, digits), grouped(e.high, digits));
}

void print_answer(std::string_view title, const Answer& a) {
  std::println("{}: {}{}", title, a.method, a.exact ? ", exact" : std::format(", {} years, 95 % intervals", grouped(static_cast<double>(a.samples))));
  TextTable table({"area", "LOLH, hours a year", "LOLE, days a year", "EUE, MWh a year"});
  const auto row = [&](const std::string& name, const Metrics& m) {
    table.row({name, told(m.lolh, a.exact, 4), told(m.lole_days, a.exact, 4), told(m.eue_mwh, a.exact, 1)});
  };
  row("system", a.system);
  if (a.areas.size() > 1)
    for (const auto& area : a.areas) row(area.area, area);
  std::print("{}", table.text());
  std::println("energy not served: {} millionths of {} GWh a year", grouped(a.neue_ppm, 2), grouped(a.load_mwh / 1000, 1));
  if (!a.exact && a.events.mean > 0) {
    std::println("{} events a year of {} hours and {} MWh; {} % of years have one; a year's energy: P90 {}, P99 {}, mean of the worst twentieth {}, worst {} MWh",
                 grouped(a.events.mean, 3), grouped(a.mean_event_hours, 1), grouped(a.mean_event_mwh), grouped(a.share_of_years * 100, 1), grouped(a.eue_p90_mwh),
                 grouped(a.eue_p99_mwh), grouped(a.eue_cvar95_mwh), grouped(a.eue_worst_mwh));
  }
  if (!a.flexible.empty()) {
    TextTable loads({"load that gives way", "off, MWh a year", "hours a year", "made good, MWh", "lost, MWh", "years its budget is spent, %"});
    for (const auto& f : a.flexible)
      loads.row({f.name, grouped(f.off_mwh, 1), grouped(f.hours, 2), grouped(f.made_good_mwh, 1), grouped(f.lost_mwh, 1), grouped(f.budget_spent_share * 100, 1)});
    std::print("{}", loads.text());
  }
  for (const auto& note : a.notes) std::println("note: {}", note);
}

void write_steps(const std::string& path, const System& system, const Answer& answer) {
  CsvWriter csv({"year", "step", "lolp", "eue_mwh"});
  for (std::size_t y = 0; y < system.years(); ++y)
    for (std::size_t t = system.year_begins[y]; t < system.year_end(y); ++t) csv << y + 1 << t - system.year_begins[y] + 1 << answer.lolp[t] << answer.eue_by_step[t];
  write_file(path, csv.text());
}

void write_areas(const std::string& path, const std::vector<std::pair<std::string, const Answer*>>& answers) {
  CsvWriter csv({"case", "area", "lolh_hours", "lolh_low", "lolh_high", "lole_days", "lole_low", "lole_high", "eue_mwh", "eue_low", "eue_high"});
  for (const auto& [name, answer] : answers) {
    const auto row = [&](const std::string& area, const Metrics& m) {
      csv << name << area;
      for (const auto& e : {m.lolh, m.lole_days, m.eue_mwh}) csv << e.mean << e.low << e.high;
    };
    row("system", answer->system);
    for (const auto& area : answer->areas) row(area.area, area);
  }
  write_file(path, csv.text());
}

void adequacy_command(AdequacyArguments a) {
  Progress progress(a.as_json);
  progress.stage("power: adequacy");
  System before = exchange::read_adequacy_folder(a.folder, a.step_hours);
  std::vector<FlexibleLoad> loads;
  if (!a.loads.empty()) loads = exchange::read_flexible_loads(a.loads, before.areas);
  if (!a.plan.empty())
    for (auto& load : plan_loads(a, before.areas)) loads.push_back(std::move(load));
  System after = before;
  after.flexible.insert(after.flexible.end(), loads.begin(), loads.end());
  std::size_t at = all_areas;
  if (!a.at.empty()) {
    const auto found = std::ranges::find(before.areas, a.at);
    if (found == before.areas.end()) throw InputError({"--at"}, std::format("there is no area '{}'", a.at), name_hint(a.at, before.areas));
    at = a.copper ? 0 : static_cast<std::size_t>(found - before.areas.begin());
  }
  if (a.copper) before = copper_plate(std::move(before)), after = copper_plate(std::move(after));
  a.assess.method = a.method == "exact" ? Method::exact : a.method == "simulate" ? Method::simulate : Method::choose;
  a.assess.exact.by_step = a.assess.simulation.by_step = !a.steps.empty();
  a.assess.simulation.should_stop = interrupted;
  a.assess.simulation.on_share = [&](double share) { progress.update(share); };
  try {
    const auto first = assess(before, a.assess).answer;
    std::optional<Answer> second;
    if (!loads.empty()) second = assess(after, a.assess).answer;
    std::optional<Credit> credit;
    if (!a.credit.empty() && !interrupted()) {
      progress.stage("power: capacity credit");
      CreditOptions options{a.firm_capacity ? CreditKind::efc : CreditKind::elcc, a.metric == "lolh" ? RiskMetric::lolh : RiskMetric::eue, at, 1e-4, a.assess};
      credit = capacity_credit(after, a.credit, options);
    }
    if (!a.steps.empty()) write_steps(a.steps, after, second ? *second : first);
    if (!a.output.empty()) {
      std::vector<std::pair<std::string, const Answer*>> answers{{"as it stands", &first}};
      if (second) answers.emplace_back("with the loads", &*second);
      write_areas(a.output, answers);
    }
    if (a.as_json) {
      json out{{"as_it_stands", json_of(first)}};
      if (second) out["with_loads"] = json_of(*second);
      if (credit)
        out["credit"] = {{"kind", a.firm_capacity ? "efc" : "elcc"}, {"metric", a.metric}, {"mw", json_of(credit->mw, credit->with.exact)}, {"nameplate_mw", credit->nameplate_mw},
                         {"share", credit->share}, {"risk_without", credit->risk_without}, {"risk_with", credit->risk_with}, {"notes", credit->notes}};
      std::println("{}", out.dump(2));
    } else {
      print_answer("as it stands", first);
      if (second) print_answer("\nwith the loads", *second);
      if (credit) {
        std::println("\n{} of {} MW: {} MW, {} % of it ({} {} without, {} with)", a.firm_capacity ? "equivalent firm capacity" : "load-carrying capability", grouped(credit->nameplate_mw, 1),
                     told(credit->mw, credit->with.exact, 1), grouped(credit->share * 100, 1), a.metric == "lolh" ? "LOLH" : "EUE", grouped(credit->risk_without, 3), grouped(credit->risk_with, 3));
        for (const auto& note : credit->notes) std::println("note: {}", note);
      }
    }
    if (interrupted() || !first.finished || (second && !second->finished)) finish(Exit::interrupted);
  } catch (const std::invalid_argument& wrong) {
    if (interrupted()) finish(Exit::interrupted);
    throw InputError({a.folder}, wrong.what());
  }
}

}  // namespace

void add_power_adequacy(CLI::App& power) {
  auto* command = power.add_subcommand("adequacy", "How often and by how much load is not served, and what plant is worth");
  auto a = std::make_shared<AdequacyArguments>();
  a->assess.simulation.threads = default_threads();
  command->add_option("folder", a->folder, "load.csv, units.csv and, where there are any, profiles, storage, ties, flexible (docs/adequacy.md)")->required();
  command->add_option("--loads", a->loads, "new loads, of the columns of flexible.csv: told before and after");
  auto* plan = command->add_option("--plan", a->plan, "a plan whose sites are new loads in the areas called as their zones");
  command->add_option("--programme", a->programme, "of --plan: the programme it was made from (the default one)")->needs(plan);
  command->add_option("--quarter", a->quarter, "of --plan: loads of this quarter (the last)")->needs(plan);
  command->add_option("--method", a->method, "exact, simulate, or exact where it can be had")->check(CLI::IsMember({"choose", "exact", "simulate"}));
  command->add_option("--samples", a->assess.simulation.samples, "years to simulate")->check(CLI::Range(2, 100000000));
  command->add_option("--seed", a->assess.simulation.seed, "of the random numbers");
  command->add_option("--threads", a->assess.simulation.threads, "threads; the answer does not depend on them")->check(CLI::Range(1, 1024));
  command->add_option("--step-hours", a->step_hours, "length of a step")->check(CLI::Range(0.01, 24.0));
  command->add_flag("--copper-plate", a->copper, "all areas as one");
  command->add_option("--credit", a->credit, "capacity credit of resources: names or categories");
  command->add_flag("--firm-capacity", a->firm_capacity, "of --credit: equivalent firm capacity, not load-carrying capability");
  command->add_option("--metric", a->metric, "of --credit: the risk that is made equal")->check(CLI::IsMember({"eue", "lolh"}));
  command->add_option("--at", a->at, "of --credit: the area that takes the load (all, by their highest loads)");
  command->add_option("--steps", a->steps, "write probability and energy of each step as CSV");
  command->add_option("-o,--output", a->output, "write the metrics of system and areas as CSV");
  command->add_flag("--json", a->as_json, "print JSON");
  command->callback([a] { adequacy_command(*a); });
}

}  // namespace stargate::cli
