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
#include "energy/alternatives.h"
#include "energy/decompose.h"
#include "energy/diagnosis.h"
#include "energy/names.h"
#include "energy/optimise.h"
#include "energy/pathway.h"
#include "energy/reduction.h"
#include "energy/rolling.h"
#include "energy/siting.h"
#include "energy/verify.h"
#include "exchange/large_loads.h"
#include "exchange/own_rows.h"
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
  bool strict = false, myopic = false, only_write = false;
  std::string rows, programme_file;
  double cvar = 0, omega = -1;
  int loss_tangents = 0;
  std::vector<double> loss_secants;
  bool secants = false;
  std::size_t rolling = 0, overlap = 0;
  double mga = -1;
  std::vector<std::string> mga_of;
  bool mga_largest = false;
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

Exit exit_of(const energy::Result& result, bool parts_left_out) {
  switch (result.status) {
    case lp::Status::optimal:
    case lp::Status::gap_reached: return parts_left_out ? Exit::parts_left_out : Exit::done;
    case lp::Status::infeasible:
    case lp::Status::unbounded: return Exit::infeasible;
    case lp::Status::interrupted: return Exit::interrupted;
    case lp::Status::time_limit: return Exit::gap_not_met;
    default: return result.has_values() ? Exit::gap_not_met : Exit::failed;
  }
}

/// "optimal", and whether it is of all that was asked.
std::string status_of(const energy::Result& result, bool parts_left_out) {
  return std::string(lp::to_string(result.status)) + (parts_left_out ? ", with parts left out" : "");
}

void print_for_persons(const exchange::ImportedSystem& imported, const energy::Result& result, const energy::Verification& checked,
                       const std::vector<energy::LargeLoad>& loads, const std::vector<std::string>& left_out) {
  TextTable table({"", ""});
  table.row({"status", status_of(result, !left_out.empty())});
  if (!result.message.empty()) table.row({"the solver says", result.message});
  if (result.has_values()) {
    table.row({"objective", grouped(result.objective, 4)});
    table.row({"constant (capacity that stands)", grouped(result.constant, 4)});
    table.row({"with constant", grouped(result.objective + result.constant, 4)});
    table.row({"proven gap", std::isfinite(result.bound) ? std::format("{:.2e}", result.gap()) : "none"});
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
  for (const auto& what : left_out) std::println("left out: {}", what);
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

/// What is aimed at by --mga-of: LIST or LIST:CARRIER.
std::vector<energy::Aim> aims_of(const std::vector<std::string>& given) {
  std::vector<energy::Aim> aims;
  for (const auto& text : given) {
    const auto colon = text.find(':');
    energy::Aim aim;
    const std::string list = text.substr(0, colon);
    if (colon != std::string::npos) aim.carrier = text.substr(colon + 1);
    const auto at = std::ranges::find(energy::all_lists, list, energy::list_name);
    if (at == energy::all_lists.end())
      throw InputError({}, std::format("--mga-of '{}': there is no such list", text), "allowed: generators, lines, transformers, links, storage_units, stores, each with or without :CARRIER");
    aim.list = *at;
    aims.push_back(aim);
  }
  if (aims.empty()) aims.emplace_back();
  return aims;
}

/// With --strict what is left out is refused, all of it in one go.
void refuse(const std::string& file, const std::vector<std::string>& left_out) {
  Diagnostics diagnostics;
  for (const auto& what : left_out) diagnostics.error({file}, "left out: " + what, "without --strict the rest is solved, and the status says so");
  diagnostics.throw_if_errors();
}

energy::FormulationOptions formulation_of(const SolveArguments& arguments) {
  energy::FormulationOptions options;
  options.relax_integers = arguments.relax;
  options.relax_commitment = arguments.linearized;
  options.outages = arguments.outages;
  if (arguments.loss_tangents > 0) {
    options.losses.by = energy::BranchLosses::By::tangents;
    options.losses.tangents = arguments.loss_tangents;
  } else if (arguments.secants || !arguments.loss_secants.empty()) {
    options.losses.by = energy::BranchLosses::By::secants;
    if (arguments.loss_secants.size() > 0) options.losses.atol = arguments.loss_secants[0];
    if (arguments.loss_secants.size() > 1) options.losses.rtol = arguments.loss_secants[1];
  }
  return options;
}

void solve(const SolveArguments& arguments) {
  Progress progress(arguments.json);
  progress.stage("power: read");
  const double began = progress.seconds();
  auto imported = exchange::read_system(arguments.file);
  if (!arguments.output.empty()) exchange::check_output(arguments.output);
  if (arguments.strict) refuse(arguments.file, imported.left_out);
  if (!arguments.rows.empty()) {
    for (auto& scenario : imported.system.scenarios) {
      auto rows = exchange::read_own_rows(arguments.rows, scenario.network);
      std::ranges::move(rows, std::back_inserter(scenario.network.policies.rows));
    }
    energy::check(imported.system, arguments.file);
  }
  if (arguments.cvar > 0 || arguments.omega >= 0) {
    if (!(arguments.cvar > 0 && arguments.cvar < 1) || !(arguments.omega >= 0 && arguments.omega <= 1))
      throw InputError({}, "a preference on risk is told by both --cvar and --omega", "allowed: --cvar above 0 and below 1, --omega from 0 to 1");
    if (imported.system.scenarios.size() < 2) throw InputError({arguments.file}, "--cvar weighs scenarios, and there is one");
    imported.system.cvar_alpha = arguments.cvar;
    imported.system.cvar_weight = arguments.omega;
  }
  if (arguments.snapshots > 0) imported.system = energy::shortened(imported.system, arguments.snapshots);
  const auto loads = loads_of(arguments, imported.system.first());
  imported.system = energy::place_loads(std::move(imported.system), loads);
  const double read_seconds = progress.seconds() - began;
  energy::OptimiseOptions options;
  options.method = method_of(arguments.method);
  if (arguments.gap > 0) options.relative_gap = arguments.gap;
  if (arguments.time_limit_s > 0) options.time_limit_s = arguments.time_limit_s;
  options.formulation = formulation_of(arguments);
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
  if (!arguments.programme_file.empty()) {
    progress.stage("power: write the programme");
    const auto f = energy::formulate(solved, options.formulation);
    if (arguments.strict) refuse(arguments.file, f.left_out);
    lp::write_model(f.model, energy::programme_names(solved, f), arguments.programme_file);
    if (arguments.only_write) return;
  }
  energy::Alternative alternative;
  const auto run = [&]() -> energy::Result {
    if (arguments.rolling > 0) return energy::solve_rolling(solved, {arguments.rolling, arguments.overlap, options});
    if (arguments.myopic) return energy::solve_myopic(solved, options);
    if (arguments.mga >= 0) {
      alternative = energy::alternative(solved, {arguments.mga, aims_of(arguments.mga_of), arguments.mga_largest, options});
      return alternative.result;
    }
    return in_parts ? energy::decompose(solved, parts) : whole ? energy::optimise(solved, options) : energy::solve_best(solved, options, parts);
  };
  const auto result = run();
  std::vector<std::string> left_out = imported.left_out;
  left_out.insert(left_out.end(), result.left_out.begin(), result.left_out.end());
  if (arguments.strict) refuse(arguments.file, left_out);
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
    nlohmann::json out{{"status", status_of(result, !left_out.empty())},
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
    out["left_out"] = left_out;
    if (!std::isfinite(result.bound)) out["bound"] = nullptr;
    if (!std::isfinite(result.dual_objective)) out["dual_objective"] = nullptr;
    if (arguments.mga >= 0 && alternative.optimum.has_values())
      out["alternative"] = {{"least_cost", alternative.optimum.objective + alternative.optimum.constant}, {"aim", alternative.aim}};
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
    print_for_persons(imported, result, checked, loads, left_out);
    if (arguments.mga >= 0 && result.has_values())
      std::println("the least cost is {}; {} capacity aimed at: {}", grouped(alternative.optimum.objective + alternative.optimum.constant, 4),
                   arguments.mga_largest ? "largest" : "smallest", grouped(alternative.aim, 4));
    if (result.has_values()) print_policies(solved, result);
    if (reduction && result.has_values()) print_reduction(*reduction, lost);
  }
  if (const Exit code = exit_of(result, !left_out.empty()); code != Exit::done) finish(code);
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
  command->add_flag("--strict", arguments->strict, "refuse what would be left out of the answer (exit 2) instead of saying so (exit 6)");
  command->add_option("--rows", arguments->rows, "rows of your own: a CSV table, a line a term (docs/energy.md)");
  command->add_option("--write-lp", arguments->programme_file, "write the programme for another solver: NAME.lp or NAME.mps");
  command->add_flag("--only-write", arguments->only_write, "with --write-lp: write it and solve nothing");
  auto* cvar = command->add_option("--cvar", arguments->cvar, "of scenarios: weigh the mean of the worst share 1 - ALPHA of operating costs");
  command->add_option("--omega", arguments->omega, "weight of that mean, from 0 to 1")->needs(cvar);
  auto* tangents = command->add_option("--loss-tangents", arguments->loss_tangents, "losses of lines and transformers by so many tangents a side")->check(CLI::PositiveNumber);
  command->add_flag("--losses", arguments->secants, "losses of lines and transformers by secants")->excludes(tangents);
  command->add_option("--loss-secants", arguments->loss_secants, "... with these errors: MW, share (1 0.1)")->expected(1, 2)->excludes(tangents);
  auto* rolling = command->add_option("--rolling-horizon", arguments->rolling, "decide operation in windows of so many snapshots, blind to what follows")->check(CLI::PositiveNumber);
  command->add_option("--overlap", arguments->overlap, "snapshots that windows share")->needs(rolling);
  auto* myopic = command->add_flag("--myopic", arguments->myopic, "decide investment periods one after the other, blind to those that follow")->excludes(rolling);
  auto* mga = command->add_option("--mga", arguments->mga, "the smallest capacity within this share of the least cost: an alternative near the optimum")
                  ->check(CLI::NonNegativeNumber)->excludes(rolling)->excludes(myopic);
  command->add_option("--mga-of", arguments->mga_of, "of which capacity: LIST or LIST:CARRIER (generators)")->needs(mga);
  command->add_flag("--mga-largest", arguments->mga_largest, "the largest instead")->needs(mga);
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
