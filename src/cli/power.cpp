// stargate power: the grid by itself - solve a network.
#include <sys/resource.h>

#include <cmath>
#include <optional>
#include <print>

#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "cli/power_policies.h"
#include "energy/decompose.h"
#include "energy/diagnosis.h"
#include "energy/optimise.h"
#include "energy/reduction.h"
#include "energy/siting.h"
#include "energy/verify.h"
#include "exchange/large_loads.h"
#include "exchange/read_system.h"

namespace stargate::cli {

namespace {

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct SolveArguments {
  std::string file, output, method = "choose";
  bool json = false, relax = false, linearized = false;
  unsigned threads = default_threads();
  std::string stabilisation = "level-set";
  double gap = 0, time_limit_s = 0;
  std::string state;
  std::size_t block = 24;
  energy::LargeLoad load;
  double most_a_bus = energy::unlimited;
  std::vector<std::string> buses, outages;
  std::string loads;
  energy::ClusterOptions clusters{24, 0, true};
  std::size_t segments = 0, snapshots = 0;
  bool unlinked = false, compare = false, told_only = false;
  bool reduces() const { return clusters.periods > 0 || segments > 0; }
};

lp::Method method_of(const std::string& name) {
  if (name == "simplex") return lp::Method::simplex;
  if (name == "ipm") return lp::Method::interior_point;
  return lp::Method::choose;
}

lp::Stabilisation stabilisation_of(const std::string& name) {
  if (name == "none") return lp::Stabilisation::none;
  return name == "box" ? lp::Stabilisation::box : lp::Stabilisation::level_set;
}

Exit exit_of(const energy::Result& result) {
  switch (result.status) {
    case lp::Status::optimal:
    case lp::Status::gap_reached: return Exit::done;
    case lp::Status::infeasible:
    case lp::Status::unbounded: return Exit::infeasible;
    case lp::Status::interrupted: return Exit::interrupted;
    default: return Exit::failed;
  }
}

void print_for_persons(const exchange::ImportedSystem& imported, const energy::Result& result, const energy::Verification& checked,
                       const std::vector<energy::LargeLoad>& loads) {
  TextTable table({"", ""});
  table.row({"status", std::string(lp::to_string(result.status))});
  if (!result.message.empty()) table.row({"the solver says", result.message});
  if (result.has_values()) {
    table.row({"objective", grouped(result.objective, 4)});
    table.row({"constant (capacity that stands)", grouped(result.constant, 4)});
    table.row({"with constant", grouped(result.objective + result.constant, 4)});
    table.row({"proven gap", std::format("{:.2e}", result.gap())});
    table.row({"columns, rows", grouped(static_cast<double>(result.columns)) + ", " + grouped(static_cast<double>(result.rows))});
    table.row({"method", result.method});
    table.row({"build, solve", duration_text(result.build_seconds) + ", " + duration_text(result.solve_seconds)});
    table.row({"largest violation, recomputed", std::format("{:.1e}", checked.largest())});
  }
  std::print("{}", table.text());
  if (result.has_values() && !loads.empty()) {
    TextTable sites({"load", "bus", "placed"});
    for (const auto& load : loads)
      for (const auto& [bus, amount] : energy::placed_by_bus(imported.system, result, load)) sites.row({load.name, bus, grouped(amount, 3)});
    std::print("\n{}", sites.text());
  }
  for (const auto* notes : {&imported.notes, &result.notes})
    for (const auto& note : *notes) std::println("note: {}", note);
}

/// What stands in the way of a solution, for persons and for JSON.
std::vector<std::string> explain(const energy::System& system, const energy::Result& result, const energy::FormulationOptions& formulation) {
  constexpr std::size_t most_columns = 4'000'000;  // beyond, the search costs more than it is worth unasked
  if (result.columns > most_columns) return {};
  if (result.status == lp::Status::infeasible) return energy::why_infeasible(system, {formulation});
  if (result.status == lp::Status::unbounded) return energy::why_unbounded(system, {formulation});
  return {};
}

energy::Reduction reduce(const energy::System& full, const SolveArguments& arguments) {
  if (arguments.segments > 0) return energy::merge(full, energy::segment(full, arguments.segments));
  return energy::represent(full, energy::cluster(full, arguments.clusters), arguments.clusters.period_snapshots, !arguments.unlinked);
}

/// What the reduction lost, for persons.
void print_reduction(const energy::Reduction& reduction, const energy::ReductionError& error) {
  std::println("\n{} of {} snapshots ({}), spread {:.3f}", grouped(static_cast<double>(reduction.system.first().snapshots.size())),
               grouped(static_cast<double>(reduction.stands_for.size())), reduction.segments ? "segments" : "representative periods", reduction.spread);
  TextTable table({"", "all snapshots", "reduced", "error"});
  for (const auto& f : error.figures) table.row({f.name, grouped(f.full, 3), grouped(f.reduced, 3), std::format("{:+.2f} %", 100 * f.error())});
  std::print("{}", table.text());
  if (!std::isnan(error.operated))
    std::println("the reduction tells a cost of {}; its capacities cost {} over all snapshots: told {:+.2f} % of that", grouped(error.told, 4),
                 grouped(error.operated, 4), 100 * error.told_error());
  else if (error.operated_status != lp::Status::failed)
    std::println("over all snapshots these capacities do not meet the load ({})", lp::to_string(error.operated_status));
  if (!std::isnan(error.optimum)) {
    std::print("the optimum over all snapshots is {}", grouped(error.optimum, 4));
    if (!std::isnan(error.operated)) std::print(": these capacities cost {:+.3f} % of it", 100 * error.regret());
    std::println("");
  }
}

nlohmann::json reduction_json(const energy::Reduction& reduction, const energy::ReductionError& error) {
  const auto number = [](double v) { return std::isfinite(v) ? nlohmann::json(v) : nlohmann::json(nullptr); };
  nlohmann::json out{{"method", reduction.segments ? "segments" : "representative periods"},
                     {"linked", energy::is_linked(reduction.system.first())},
                     {"snapshots", reduction.system.first().snapshots.size()},
                     {"of", reduction.stands_for.size()},
                     {"spread", reduction.spread},
                     {"told", number(error.told)},
                     {"operated", number(error.operated)},
                     {"optimum", number(error.optimum)},
                     {"told_error", number(error.told_error())},
                     {"regret", number(error.regret())}};
  for (const auto& f : error.figures) out["figures"][f.name] = {{"full", number(f.full)}, {"reduced", number(f.reduced)}, {"error", number(f.error())}};
  return out;
}

/// The loads of the table, and the one that the command line describes.
std::vector<energy::LargeLoad> loads_of(const SolveArguments& arguments, const energy::Network& network) {
  std::vector<energy::LargeLoad> loads;
  if (!arguments.loads.empty()) loads = exchange::read_large_loads(arguments.loads);
  if (arguments.load.total <= 0) return loads;
  auto& load = loads.emplace_back(arguments.load);
  for (const auto& bus : arguments.buses) load.sites.push_back({bus, arguments.most_a_bus, 0});
  if (arguments.buses.empty())
    for (const auto& bus : network.buses) load.sites.push_back({bus.name, arguments.most_a_bus, 0});
  return loads;
}

void solve(const SolveArguments& arguments) {
  Progress progress(arguments.json);
  progress.stage("power: read");
  const double began = progress.seconds();
  auto imported = exchange::read_system(arguments.file);
  if (!arguments.output.empty()) exchange::check_output(arguments.output);
  if (arguments.snapshots > 0) imported.system = energy::shortened(imported.system, arguments.snapshots);
  const auto loads = loads_of(arguments, imported.system.first());
  imported.system = energy::place_loads(std::move(imported.system), loads);
  const double read_seconds = progress.seconds() - began;
  energy::OptimiseOptions options;
  options.method = method_of(arguments.method);
  if (arguments.gap > 0) options.relative_gap = arguments.gap;
  if (arguments.time_limit_s > 0) options.time_limit_s = arguments.time_limit_s;
  options.formulation.relax_integers = arguments.relax;
  options.formulation.relax_commitment = arguments.linearized;
  options.formulation.outages = arguments.outages;
  options.on_stage = [&](std::string_view stage) { progress.stage(std::format("power: {}", stage)); };
  options.on_pace = [&](const lp::Pace& pace) { progress.update(-1, std::format("{:.8g}", pace.objective)); };
  options.should_stop = interrupted;
  energy::DecomposeOptions parts;
  parts.relative_gap = arguments.gap;
  parts.block_snapshots = arguments.block;
  parts.threads = arguments.threads;
  parts.method = arguments.method == "cuts" ? energy::Decomposition::cuts : energy::Decomposition::prices;
  parts.stabilisation = stabilisation_of(arguments.stabilisation);
  parts.time_limit_s = options.time_limit_s;
  parts.state_file = arguments.state;
  parts.on_stage = options.on_stage;
  parts.on_near = [&](double distance, double wanted) { progress.update(-1, std::format("{:.1e} of {:.0e}", distance, wanted)); };
  parts.on_bounds = [&](double best, double bound) { progress.update(-1, std::format("best {:.8g}, bound {:.8g}", best, bound)); };
  parts.should_stop = interrupted;
  parts.formulation = options.formulation;
  const bool whole = arguments.method == "simplex" || arguments.method == "ipm";
  const bool in_parts = arguments.method == "prices" || arguments.method == "cuts";
  std::optional<energy::Reduction> reduction;
  if (arguments.reduces()) reduction = reduce(imported.system, arguments);
  const energy::System& solved = reduction ? reduction->system : imported.system;
  const auto result = in_parts ? energy::decompose(solved, parts)
                      : whole  ? energy::optimise(solved, options)
                               : energy::solve_best(solved, options, parts);
  energy::Verification checked;
  if (result.has_values()) checked = energy::verify(solved, result);
  const auto reasons = explain(solved, result, options.formulation);
  for (const auto& reason : reasons) std::println(stderr, "{}: {}", lp::to_string(result.status), reason);
  energy::ReductionError lost;
  energy::Result operation;
  if (reduction && result.has_values()) {
    if (!arguments.told_only) progress.stage("power: operate over all snapshots");
    energy::CompareOptions comparing{!arguments.told_only, arguments.compare, options, parts};
    if (comparing.parts.relative_gap <= 0 && imported.system.first().snapshots.size() > 1000) comparing.parts.relative_gap = 1e-3;
    comparing.parts.state_file.clear();  // it is of the reduced problem
    lost = energy::compare(imported.system, *reduction, result, comparing, operation);
  }
  if (result.has_values() && !arguments.output.empty()) {
    progress.stage("power: write");
    // Of a reduction: its capacities and their operation over all snapshots, or what it tells of them.
    if (reduction && !operation.has_values()) {
      std::println(stderr, "note: what is written is what the reduction tells of each snapshot: it does not balance what the reduction averaged");
      operation = energy::expand(imported.system, *reduction, result);
    }
    for (const auto& what : exchange::write_system(arguments.output, imported.system, reduction ? operation : result, arguments.file))
      std::println(stderr, "note: PyPSA's files have no place for {}", what);
  }
  if (arguments.json) {
    nlohmann::json out{{"status", lp::to_string(result.status)},
                       {"objective", result.objective},
                       {"constant", result.constant},
                       {"objective_with_constant", result.objective + result.constant},
                       {"bound", result.bound},
                       {"columns", result.columns},
                       {"rows", result.rows},
                       {"entries", result.entries},
                       {"iterations", result.iterations},
                       {"method", result.method},
                       {"seconds", {{"read", read_seconds}, {"build", result.build_seconds}, {"solve", result.solve_seconds}}},
                       {"peak_mb", peak_mb()},
                       {"notes", imported.notes}};
    for (const auto& note : result.notes) out["notes"].push_back(note);
    if (!reasons.empty()) out["why"] = reasons;
    if (!result.has_values())
      for (const char* none : {"objective", "objective_with_constant", "bound"}) out[none] = nullptr;
    std::map<std::string, double> placed;
    for (const auto& load : loads) {
      const auto own = energy::placed_by_bus(imported.system, result, load);
      for (const auto& [bus, amount] : own) placed[bus] += amount;
      out["loads"][load.name] = own;
    }
    if (!loads.empty()) out["placed"] = placed;
    if (result.has_values())
      out["verified"] = {{"balance", checked.balance}, {"storage", checked.storage}, {"kirchhoff", checked.kirchhoff},
                         {"limits", checked.limits}, {"commitment", checked.commitment}, {"global", checked.global}, {"policy", checked.policy},
                         {"objective_error", checked.objective_error}, {"dual_objective", result.dual_objective}, {"worst", checked.worst}};
    if (result.has_values() && solved.first().policies.any()) out["policies"] = policies_json(solved, result);
    if (reduction && result.has_values()) out["reduction"] = reduction_json(*reduction, lost);
    std::println("{}", out.dump(2));
  } else {
    print_for_persons(imported, result, checked, loads);
    if (result.has_values()) print_policies(solved, result);
    if (reduction && result.has_values()) print_reduction(*reduction, lost);
  }
  if (const Exit code = exit_of(result); code != Exit::done) finish(code);
}

}  // namespace

void add_power(CLI::App& app) {
  auto* power = app.add_subcommand("power", "Solves power networks");
  power->require_subcommand(1);
  auto* command = power->add_subcommand("solve", "Least-cost dispatch and expansion of a network");
  auto arguments = std::make_shared<SolveArguments>();
  command->add_option("file", arguments->file, "PyPSA netCDF (.nc) or CSV folder, MATPOWER case (.m), or GenX folder")->required();
  command->add_option("--snapshots", arguments->snapshots, "solve the first so many snapshots alone, weighing as much as all")->check(CLI::PositiveNumber);
  command->add_option("-o,--output", arguments->output, "write the network with results: NAME.nc or a CSV folder");
  command->add_flag("--json", arguments->json, "print JSON");
  command->add_option("--method", arguments->method, "how to solve")->check(CLI::IsMember({"choose", "simplex", "ipm", "prices", "cuts"}));
  command->add_option("--threads", arguments->threads, "threads that solve blocks")->check(CLI::PositiveNumber);
  command->add_option("--gap", arguments->gap, "relative gap that is enough (0.001); 0: the optimum");
  command->add_option("--block", arguments->block, "snapshots in a block of the decomposition")->check(CLI::PositiveNumber);
  command->add_option("--stabilisation", arguments->stabilisation, "of the cuts' master")->check(CLI::IsMember({"none", "box", "level-set"}));
  command->add_option("--state", arguments->state, "file that keeps the decomposition's point: a later run starts from it");
  command->add_option("--time-limit", arguments->time_limit_s, "seconds");
  command->add_flag("--relax", arguments->relax, "solve the linear relaxation");
  command->add_flag("--linearized-uc", arguments->linearized, "relax unit commitment as PyPSA's linearized_unit_commitment does");
  auto& load = arguments->load;
  command->add_option("--loads", arguments->loads, "large loads that may be placed: a CSV table, a row a connection step (docs/energy.md)");
  command->add_option("--place", load.total, "load to be placed where it costs least, in the network's unit of power");
  command->add_option("--place-most", arguments->most_a_bus, "most of it at one bus");
  command->add_option("--place-at", arguments->buses, "candidate buses (default: all)");
  command->add_option("--place-block", load.block, "placed in whole blocks of this size");
  command->add_option("--curtailable", load.curtailable_share, "share of the placed load that may be off")->check(CLI::Range(0.0, 1.0));
  command->add_option("--curtailable-hours", load.curtailable_hours, "equivalent full hours it may be off over the horizon");
  command->add_option("--curtailment-cost", load.curtailment_cost, "cost of a unit of energy not served to it");
  command->add_option("--outages", arguments->outages, "stay within limits after the loss of each of these branches, or 'all' (N-1)");
  auto* clusters = command->add_option("--clusters", arguments->clusters.periods, "solve on this many representative periods, and the extremes")->check(CLI::PositiveNumber);
  command->add_option("--period", arguments->clusters.period_snapshots, "snapshots in a representative period")->check(CLI::PositiveNumber);
  command->add_flag("--unlinked", arguments->unlinked, "storage cycles within each representative period: no seasons");
  command->add_option("--segments", arguments->segments, "solve on this many segments of consecutive snapshots")->check(CLI::PositiveNumber)->excludes(clusters);
  command->add_flag("--clusters-compare", arguments->compare, "of a reduction: solve the full problem too and tell the gap");
  command->add_flag("--told-only", arguments->told_only, "of a reduction: do not operate its capacities over all snapshots");
  command->callback([arguments] { solve(*arguments); });
}

}  // namespace stargate::cli
