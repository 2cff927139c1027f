// stargate chips: from wafer starts to racks, for a programme or a plan, and against what was shipped.
#include <filesystem>
#include <numeric>
#include <print>

#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "chips/history.h"
#include "chips/programme_supply.h"
#include "chips/yield.h"
#include "cli/commands.h"
#include "cli/plan_inputs.h"
#include "programme/facts.h"
#include "programme/load.h"

namespace stargate::cli {

namespace {

using namespace chips;
using nlohmann::json;

struct Options {
  std::string folder, programme, output, facts;
  std::optional<double> die_mm2;
  double defects_per_cm2 = 0.1, wafer_mm = 300, edge_mm = 0, clustering = 3;
  bool as_json = false;
};

/// Everything the command answers, worked out once.
struct Answer {
  Programme programme;
  std::optional<Plan> plan;
  ProgrammeSupply supply;
  std::vector<Relief> reliefs;
  std::vector<ExpansionWorth> expansions;
  std::optional<PlanChain> chain;
  Flow flow;
  std::vector<Package> packages;
  std::vector<Reproduced> history;
  std::vector<std::string> history_stages;
  std::vector<OwnerTotal> owners;
  Quarter owners_through{};
};

Answer make_answer(const Options& o) {
  Answer a;
  if (std::filesystem::exists(std::filesystem::path(o.folder) / "plan.json")) {
    auto inputs = read_plan_inputs(o.folder, o.programme);
    a.plan = std::move(inputs.first);
    a.programme = std::move(inputs.second);
  } else {
    a.programme = load_programme(o.folder);
  }
  a.supply = programme_supply(a.programme, a.plan ? &*a.plan : nullptr);
  if (a.plan) {
    a.reliefs = reliefs(a.programme, a.supply, *a.plan);
    a.expansions = expansion_worths(a.programme, *a.plan);
    a.chain = plan_chain(a.programme, a.supply, read_facts(stage_cycle_table(), o.facts));
    a.flow = simulate(a.chain->chain, a.chain->orders);
  }
  a.packages = read_facts(package_table(), o.facts);
  const auto stages = read_facts(stage_history_table(), o.facts);
  a.history = reproduce(read_facts(shipment_table(), o.facts), a.packages, stages);
  for (const auto& s : history_chain(a.packages, stages).stages) a.history_stages.push_back(s.id);
  const auto units = read_facts(owner_units_table(), o.facts);
  for (const auto& u : units) a.owners_through = std::max(a.owners_through, u.quarter);
  a.owners = owner_totals(units, read_facts(chip_model_table(), o.facts), a.owners_through);
  return a;
}

double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

// ---- one die -------------------------------------------------------------------------------------------------------

void answer_die(const Options& o) {
  const double gross = gross_dies(*o.die_mm2, o.wafer_mm, o.edge_mm);
  json out{{"die_mm2", *o.die_mm2}, {"defects_per_cm2", o.defects_per_cm2}, {"gross_dies", gross}};
  TextTable table({"yield model", "yield", "dies without a defect"});
  for (const auto model : {YieldModel::poisson, YieldModel::murphy, YieldModel::negative_binomial, YieldModel::seeds}) {
    const double y = die_yield(model, *o.die_mm2, o.defects_per_cm2, o.clustering);
    out["yield"][std::string(name_of(model))] = y;
    table.row({std::string(name_of(model)), std::format("{:.4f}", y), std::format("{:.2f}", gross * y)});
  }
  if (o.as_json)
    std::println("{}", out.dump(2));
  else
    std::print("{} mm2 on a wafer of {} mm at {} defects a cm2: {:.2f} gross dies\n\n{}", shortest(*o.die_mm2),
               shortest(o.wafer_mm), shortest(o.defects_per_cm2), gross, table.text());
}

// ---- what a person reads -------------------------------------------------------------------------------------------

std::string dies_text(const Answer& a) {
  TextTable table({"package", "die mm2", "gross dies", "yield", "sold dies", "logic wafers a 1,000",
                   "interposer wafers a 1,000", "memory GB"});
  for (const auto& p : a.packages) {
    const double gross = gross_dies(p.die_mm2),
                 yield = die_yield(parse_yield_model(p.yield_model), p.die_mm2, p.defects_per_cm2);
    table.row({p.chip, std::format("{} x {}", shortest(p.dies), shortest(p.die_mm2)), std::format("{:.1f}", gross),
               std::format("{:.3f}", yield), std::format("{:.1f}", good_dies(gross, yield, p.salvage)),
               std::format("{:.1f}", 1000 * wafers_per_package(p)),
               std::format("{:.1f}", 1000 / p.packages_per_wafer / p.package_yield), shortest(p.memory_gb)});
  }
  return table.text();
}

std::string history_text(const Answer& a) {
  TextTable table({"quarter", "published: low", "middle", "high", "from capacities", "over middle", "inside", "binds",
                   "on their way"});
  std::size_t inside = 0;
  for (const auto& r : a.history) {
    inside += r.within();
    table.row({to_string(r.quarter), grouped(r.units_p05), grouped(r.units), grouped(r.units_p95), grouped(r.shipped),
               std::format("{:+.0f} %", 100 * (r.shipped / r.units - 1)), r.within() ? "yes" : "no",
               r.binding == no_stage ? "-" : a.history_stages[r.binding], grouped(r.in_progress)});
  }
  return table.text() +
         std::format("NVIDIA's accelerators out of stage capacities: {} of {} quarters inside the published range.\n",
                     inside, a.history.size());
}

std::string owners_text(const Answer& a) {
  TextTable table({"maker", "owner", "units", "H100 equivalents", "low", "high"});
  for (const auto& o : a.owners)
    table.row(
        {o.manufacturer, o.owner, grouped(o.units), grouped(o.h100e), grouped(o.h100e_p05), grouped(o.h100e_p95)});
  return std::format("Accelerators by owner, all added through {}:\n", to_string(a.owners_through)) + table.text();
}

std::string systems_text(const Answer& a) {
  const auto& p = a.programme;
  std::vector<std::string> header{"racks a quarter if alone"};
  std::vector<std::size_t> shown;
  for (int t = 3; t < p.quarters(); t += 4)
    shown.push_back(static_cast<std::size_t>(t)), header.push_back(to_string(p.quarter(t)));
  TextTable table(header);
  for (std::size_t g = 0; g < p.accelerators.size(); ++g) {
    std::vector<std::string> cells{p.accelerators[g].id};
    for (const std::size_t t : shown)
      cells.push_back(a.supply.binding[g][t] == "not yet"
                          ? "not yet"
                          : std::format("{} ({})", grouped(a.supply.possible[g][t]), a.supply.binding[g][t]));
    table.row(cells);
  }
  return table.text();
}

std::string stages_text(const Answer& a) {
  const auto& p = a.programme;
  const auto planned = planned_racks(a.supply), shipped = shipped_racks(*a.chain, a.flow);
  std::vector<std::string> header{"quarter", "racks", "shipped"};
  for (const auto& s : p.stages) header.push_back(s.id + " used");
  header.insert(header.end(),
                {"binds", "more racks", "then", "a rack sells", "and costs", "relieved by", "from", "M USD a rack"});
  TextTable table(header);
  for (const auto& r : a.reliefs) {
    const auto t = static_cast<std::size_t>(r.quarter - p.settings.start);
    std::vector<std::string> cells{to_string(r.quarter), grouped(planned[t]), grouped(shipped[t])};
    for (std::size_t e = 0; e < p.stages.size(); ++e)
      cells.push_back(a.supply.capacity[e][t] > 0
                          ? std::format("{:.0f} %", 100 * a.supply.needed[e][t] / a.supply.capacity[e][t])
                          : "none");
    cells.insert(cells.end(),
                 {std::format("{} ({:.0f} %)", r.binding, 100 * r.used_share), grouped(r.more_racks), r.next,
                  std::format("{:.1f} M", r.sales_usd_m_per_rack), std::format("{:.1f} M", r.price_usd_m_per_rack),
                  r.expansion.empty() ? "-" : r.expansion, r.arrives ? to_string(*r.arrives) : "-",
                  r.expansion.empty() ? "-" : std::format("{:.2f}", r.usd_m_per_rack_a_quarter)});
    table.row(cells);
  }
  const double all = sum(planned), made = sum(shipped);
  return table.text() +
         std::format("Plan: {} racks; the chain ships {} of them ({:.2f} %) in the plan's quarters or later.\n",
                     grouped(all), grouped(made), all > 0 ? 100 * made / all : 100);
}

std::string progress_text(const Answer& a) {
  const auto& chain = a.chain->chain;
  std::vector<std::string> header{"at the end of"};
  for (std::size_t s = 0; s + 1 < chain.stages.size(); ++s) header.push_back(chain.stages[s].id + " in progress");
  TextTable table(header);
  for (int t = 3; t < a.programme.quarters(); t += 4) {
    std::vector<std::string> cells{to_string(a.programme.quarter(t))};
    for (std::size_t s = 0; s + 1 < chain.stages.size(); ++s) {
      double units = 0;
      for (std::size_t p = 0; p < chain.parts.size(); ++p)
        if (chain.parts[p].stage == s)
          units += a.flow.in_progress[p][static_cast<std::size_t>(t)] * chain.parts[p].units;
      cells.push_back(grouped(units) + " " + chain.stages[s].unit);
    }
    table.row(cells);
  }
  return table.text();
}

std::string expansions_text(const Answer& a) {
  if (a.expansions.empty()) return "";
  TextTable table({"one more, ordered now", "stage", "where", "first output", "bought", "capital M USD", "worth M USD",
                   "worth over capital", "quarters"});
  for (const auto& w : a.expansions)
    table.row({w.expansion, w.stage, w.place, to_string(w.arrives), grouped(w.bought, 0), grouped(w.capex_usd_m, 0),
               grouped(w.worth_usd_m, 0),
               w.capex_usd_m > 0 ? std::format("{:.2f}", w.worth_usd_m / w.capex_usd_m) : "-",
               std::to_string(w.quarters)});
  return table.text() + "\n";
}

std::string worths_text(const Answer& a) {
  TextTable table({"what one more is worth", "quarter", "limit", "used", "M USD a unit"});
  bool any = false;
  for (const Worth& w : a.plan->worths)
    if (w.rule == "stage_supply" || w.rule == "direct_supply") {
      table.row({w.what, w.quarter ? to_string(*w.quarter) : "", grouped(w.limit, 3) + " " + w.unit, grouped(w.used, 3),
                 grouped(w.worth_usd_m, 3)});
      any = true;
    }
  return any ? table.text() + "\n" : "";
}

std::string answer_text(const Answer& a) {
  std::string text;
  if (a.plan) text += stages_text(a) + "\n" + expansions_text(a) + progress_text(a) + "\n" + worths_text(a);
  return text + systems_text(a) + "\n" + dies_text(a) + "\n" + history_text(a) + "\n" + owners_text(a);
}

// ---- what a machine reads ------------------------------------------------------------------------------------------

json answer_json(const Answer& a) {
  const auto& p = a.programme;
  json out;
  for (std::size_t g = 0; g < p.accelerators.size(); ++g)
    for (std::size_t t = 0; t < static_cast<std::size_t>(p.quarters()); ++t)
      out["systems"].push_back({{"accelerator", p.accelerators[g].id},
                                {"quarter", to_string(p.quarter(static_cast<int>(t)))},
                                {"direct_racks", a.supply.direct[g][t]},
                                {"possible_racks", a.supply.possible[g][t]},
                                {"binding", a.supply.binding[g][t]},
                                {"planned_racks", a.supply.racks[g][t]}});
  for (std::size_t e = 0; e < p.stages.size(); ++e)
    for (std::size_t t = 0; t < static_cast<std::size_t>(p.quarters()); ++t)
      out["stages"].push_back({{"stage", p.stages[e].id},
                               {"quarter", to_string(p.quarter(static_cast<int>(t)))},
                               {"capacity_units", a.supply.capacity[e][t]},
                               {"needed_units", a.supply.needed[e][t]}});
  for (const auto& r : a.history)
    out["history"].push_back({{"quarter", to_string(r.quarter)},
                              {"published_p05", r.units_p05},
                              {"published", r.units},
                              {"published_p95", r.units_p95},
                              {"limit", r.limit},
                              {"shipped", r.shipped},
                              {"within", r.within()},
                              {"in_progress", r.in_progress},
                              {"binding", r.binding == no_stage ? "" : a.history_stages[r.binding]}});
  for (const auto& o : a.owners)
    out["owners"].push_back({{"manufacturer", o.manufacturer},
                             {"owner", o.owner},
                             {"through", to_string(a.owners_through)},
                             {"units", o.units},
                             {"h100e", o.h100e},
                             {"h100e_p05", o.h100e_p05},
                             {"h100e_p95", o.h100e_p95}});
  for (const auto& k : a.packages) {
    const double yield = die_yield(parse_yield_model(k.yield_model), k.die_mm2, k.defects_per_cm2);
    out["packages"].push_back({{"chip", k.chip},
                               {"gross_dies", gross_dies(k.die_mm2)},
                               {"yield", yield},
                               {"sold_dies", good_dies(gross_dies(k.die_mm2), yield, k.salvage)},
                               {"wafers_per_package", wafers_per_package(k)}});
  }
  if (!a.plan) return out;
  const auto planned = planned_racks(a.supply), shipped = shipped_racks(*a.chain, a.flow);
  out["plan"] = {{"racks", sum(planned)},
                 {"shipped_racks", sum(shipped)},
                 {"racks_by_quarter", planned},
                 {"shipped_by_quarter", shipped}};
  for (const auto& w : a.expansions)
    out["expansions"].push_back({{"expansion", w.expansion},
                                 {"stage", w.stage},
                                 {"place", w.place},
                                 {"first_output", to_string(w.arrives)},
                                 {"bought", w.bought},
                                 {"capital_usd_m", w.capex_usd_m},
                                 {"worth_usd_m", w.worth_usd_m},
                                 {"quarters", w.quarters}});
  for (const auto& r : a.reliefs)
    out["relief"].push_back({{"quarter", to_string(r.quarter)},
                             {"binding", r.binding},
                             {"used_share", r.used_share},
                             {"more_racks", r.more_racks},
                             {"more_it_mw", r.more_it_mw},
                             {"next", r.next},
                             {"expansion", r.expansion},
                             {"arrives", r.arrives ? json(to_string(*r.arrives)) : json()},
                             {"usd_m_per_rack_a_quarter", r.usd_m_per_rack_a_quarter},
                             {"sales_usd_m_per_rack", r.sales_usd_m_per_rack},
                             {"price_usd_m_per_rack", r.price_usd_m_per_rack}});
  return out;
}

void write_tables(const std::filesystem::path& folder, const Answer& a) {
  const auto& p = a.programme;
  CsvWriter stages({"stage", "quarter", "capacity_units", "needed_units"});
  for (std::size_t e = 0; e < p.stages.size(); ++e)
    for (std::size_t t = 0; t < static_cast<std::size_t>(p.quarters()); ++t)
      stages << p.stages[e].id << to_string(p.quarter(static_cast<int>(t))) << a.supply.capacity[e][t]
             << a.supply.needed[e][t];
  CsvWriter systems({"accelerator", "quarter", "direct_racks", "possible_racks", "binding", "planned_racks"});
  for (std::size_t g = 0; g < p.accelerators.size(); ++g)
    for (std::size_t t = 0; t < static_cast<std::size_t>(p.quarters()); ++t)
      systems << p.accelerators[g].id << to_string(p.quarter(static_cast<int>(t))) << a.supply.direct[g][t]
              << a.supply.possible[g][t] << a.supply.binding[g][t] << a.supply.racks[g][t];
  CsvWriter history({"quarter", "units_p05", "units", "units_p95", "shipped", "within"});
  for (const auto& r : a.history)
    history << to_string(r.quarter) << r.units_p05 << r.units << r.units_p95 << r.shipped
            << (r.within() ? "true" : "false");
  CsvWriter owners({"manufacturer", "owner", "units", "h100e_p05", "h100e", "h100e_p95"});
  for (const auto& o : a.owners)
    owners << o.manufacturer << o.owner << o.units << o.h100e_p05 << o.h100e << o.h100e_p95;
  write_file(folder / "chip_stages.csv", stages.text());
  write_file(folder / "chip_systems.csv", systems.text());
  write_file(folder / "chip_history.csv", history.text());
  write_file(folder / "chip_owners.csv", owners.text());
  write_file(folder / "chips.json", answer_json(a).dump(2) + "\n");
}

}  // namespace

void add_chips(CLI::App& app) {
  auto* command = app.add_subcommand(
      "chips", "Semiconductor supply: yield, stages, what binds and what relieves it, shipments, owners");
  auto o = std::make_shared<Options>();
  command->add_option("dir", o->folder, "folder of a programme or of a plan; the default programme without it");
  command->add_option("--programme", o->programme, "folder of the plan's programme, if not the copy in the plan");
  command->add_option("--facts", o->facts,
                      "folder whose chip_*.csv and stage_*.csv take the place of the built-in facts");
  command->add_option("-o,--output", o->output, "folder for chip_*.csv and chips.json");
  command->add_option("--die", o->die_mm2, "only the yield of a die of this area, mm2")->check(CLI::PositiveNumber);
  command->add_option("--defects", o->defects_per_cm2, "defects a cm2")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--wafer", o->wafer_mm, "wafer diameter, mm")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--edge", o->edge_mm, "edge exclusion, mm")->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_option("--clustering", o->clustering, "of the negative binomial")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--json", o->as_json, "for machines");
  command->callback([o] {
    if (o->die_mm2) return answer_die(*o);
    const Answer a = make_answer(*o);
    if (!o->output.empty()) write_tables(o->output, a);
    std::print("{}", o->as_json ? answer_json(a).dump(2) + "\n" : answer_text(a));
  });
}

}  // namespace stargate::cli
