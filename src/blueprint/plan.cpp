#include "blueprint/plan.h"

#include <format>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "base/json_text.h"

namespace stargate {
namespace fs = std::filesystem;

namespace {

/// plan.json's proof part, one line a value: name and member.
template <class P, class Visit>
void for_each_proof(P& p, Visit&& visit) {
  visit("status", p.status);
  visit("objective_kind", p.objective_kind);
  visit("objective_unit", p.unit);
  visit("objective", p.objective);
  visit("bound", p.bound);
  visit("gap", p.gap);
  visit("seed", p.seed);
  visit("columns", p.columns);
  visit("rows", p.rows);
  visit("integers", p.integers);
  visit("programme", p.programme);
  visit("digest", p.digest);
  visit("version", p.version);
  visit("solver", p.solver);
  visit("gap_asked", p.gap_asked);
  visit("ended_by", p.ended_by);
  visit("rounds", p.rounds);
  visit("lp_iterations", p.lp_iterations);
  visit("nodes", p.nodes);
}

void read_proof(const fs::path& path, Proof& proof, Diagnostics& diagnostics) {
  const auto refuse = [&](std::string what) {
    diagnostics.error({path.string(), 0, 0}, std::move(what), "plan.json must be what stargate plan wrote");
  };
  nlohmann::json json;
  try {
    json = parse_json(path.string(), read_file(path));
  } catch (const InputError& error) {
    for (const auto& d : error.diagnostics()) diagnostics.error(d.place, d.message, d.hint);
    return;
  }
  if (!json.is_object()) return refuse("it is no JSON object");
  for_each_proof(proof, [&](const char* name, auto& value) {
    if (!json.contains(name) || json[name].is_null()) return;
    try {
      json.at(name).get_to(value);
    } catch (const nlohmann::json::exception&) {
      refuse(std::format("'{}' is not what it should be: found {}", name, json[name].dump().substr(0, 80)));
    }
  });
}

}  // namespace

nlohmann::json summary(const Plan& plan) {
  nlohmann::json json;
  for_each_proof(plan.proof, [&](const char* name, const auto& value) { json[name] = value; });

  const auto first = std::ranges::min_element(plan.openings, {}, &Opening::quarter);
  json["first_site"] = first == plan.openings.end() ? "" : first->site;
  json["first_site_state"] = first == plan.openings.end() ? "" : first->state;
  std::set<std::string> states;
  for (const auto& o : plan.openings) states.insert(o.state);
  json["states"] = states;
  json["sites"] = plan.openings.size();

  double spend = 0;
  for (const auto& s : plan.spending)
    if (s.funded) spend += s.usd_m;
  json["spend_usd"] = spend * 1e6;

  // Capacity when everything that was ordered is in place: the quarter of the most installed IT power.
  const auto most = std::ranges::max_element(plan.quarters, {}, &ProgrammeQuarter::it_mw);
  const ProgrammeQuarter none;
  const auto& full = most == plan.quarters.end() ? none : *most;
  json["it_mw"] = full.it_mw;
  json["facility_mw"] = full.facility_mw;
  json["chips"] = full.chips;
  json["h100_equivalents"] = full.h100_equivalents;
  json["effective_pflops"] = full.effective_pflops;
  json["largest_run_pflops"] = full.largest_run_pflops;
  json["full_capacity_quarter"] = most == plan.quarters.end() ? "" : to_string(full.quarter);
  return json;
}

std::vector<std::pair<std::string, std::string>> plan_files(const Plan& plan) {
  std::vector<std::pair<std::string, std::string>> files;
  for_each_plan_table(plan, [&](const std::string& name, const auto& table, const auto& rows) {
    files.emplace_back(name + ".csv", write_table(table, rows));
  });
  files.emplace_back("plan.json", summary(plan).dump(2) + "\n");
  return files;
}

void write_plan(const Plan& plan, const fs::path& folder) {
  for (const auto& [name, bytes] : plan_files(plan)) write_file(folder / name, bytes);
}

Plan read_plan(const fs::path& folder) {
  if (!fs::exists(folder / "plan.json"))
    throw InputError({folder.string(), 0, 0}, "this is not a plan: it has no plan.json", "stargate plan -o writes one");
  Plan plan;
  Diagnostics diagnostics;
  for_each_plan_table(plan, [&](const std::string& name, const auto& table, auto& rows) {
    const auto path = folder / (name + ".csv");
    if (name.starts_with("baseline_") && !fs::exists(path)) return;  // then nothing proves the cost of the grid's baseline
    const auto csv = parse_csv(path.string(), read_file(path), diagnostics);
    rows = read_table(table, csv, diagnostics);
  });
  read_proof(folder / "plan.json", plan.proof, diagnostics);
  diagnostics.throw_if_errors();
  return plan;
}

std::optional<Proof> proof_in(const fs::path& folder) {
  Proof proof;
  Diagnostics diagnostics;
  if (!fs::exists(folder / "plan.json")) return std::nullopt;
  read_proof(folder / "plan.json", proof, diagnostics);
  return diagnostics.has_errors() ? std::nullopt : std::optional(proof);
}

}  // namespace stargate
