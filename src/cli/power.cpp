// stargate power: the grid by itself - solve a network.
#include <sys/resource.h>

#include <print>

#include "base/text.h"
#include "base/text_table.h"
#include "cli/commands.h"
#include "energy/decompose.h"
#include "energy/optimise.h"
#include "energy/verify.h"
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
  int threads = 1;
  double gap = 0, time_limit_s = 0;
  std::string state;
  std::size_t block = 24;
};

lp::Method method_of(const std::string& name) {
  if (name == "simplex") return lp::Method::simplex;
  if (name == "ipm") return lp::Method::interior_point;
  return lp::Method::choose;
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

void solve(const SolveArguments& arguments) {
  Progress progress(arguments.json);
  progress.stage("power: read");
  const double began = progress.seconds();
  const auto imported = exchange::read_system(arguments.file);
  const double read_seconds = progress.seconds() - began;
  energy::OptimiseOptions options;
  options.method = method_of(arguments.method);
  options.threads = arguments.threads;
  if (arguments.gap > 0) options.relative_gap = arguments.gap;
  if (arguments.time_limit_s > 0) options.time_limit_s = arguments.time_limit_s;
  options.formulation.relax_integers = arguments.relax;
  options.formulation.relax_commitment = arguments.linearized;
  options.on_stage = [&](std::string_view stage) { progress.stage(std::format("power: {}", stage)); };
  options.on_pace = [&](const lp::Pace& pace) { progress.update(-1, std::format("{:.8g}", pace.objective)); };
  options.should_stop = interrupted;
  energy::DecomposeOptions parts;
  parts.relative_gap = arguments.gap;
  parts.block_snapshots = arguments.block;
  parts.threads = static_cast<unsigned>(arguments.threads);
  parts.time_limit_s = options.time_limit_s;
  parts.state_file = arguments.state;
  parts.on_stage = options.on_stage;
  parts.on_bounds = [&](double best, double bound) { progress.update(-1, std::format("best {:.8g}, bound {:.8g}", best, bound)); };
  parts.should_stop = interrupted;
  const bool whole = arguments.method == "simplex" || arguments.method == "ipm" || arguments.relax || arguments.linearized;
  const auto result = arguments.method == "decompose" ? energy::decompose(imported.system, parts)
                      : whole                          ? energy::optimise(imported.system, options)
                                                       : energy::solve_best(imported.system, options, parts);
  if (result.has_values() && !arguments.output.empty()) {
    progress.stage("power: write");
    for (const auto& what : exchange::write_system(arguments.output, imported.system, result, arguments.file))
      std::println(stderr, "note: PyPSA's files have no place for {}", what);
  }
  energy::Verification checked;
  if (result.has_values()) checked = energy::verify(imported.system, result);
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
    if (result.has_values())
      out["verified"] = {{"balance", checked.balance}, {"storage", checked.storage}, {"kirchhoff", checked.kirchhoff},
                         {"limits", checked.limits}, {"commitment", checked.commitment}, {"global", checked.global},
                         {"objective_error", checked.objective_error}, {"dual_objective", result.dual_objective}, {"worst", checked.worst}};
    std::println("{}", out.dump(2));
  } else {
    std::println("status {}   objective {}   constant {}", lp::to_string(result.status), shortest(result.objective), shortest(result.constant));
  }
  if (const Exit code = exit_of(result); code != Exit::done) finish(code);
}

}  // namespace

void add_power(CLI::App& app) {
  auto* power = app.add_subcommand("power", "Solves power networks");
  power->require_subcommand(1);
  auto* command = power->add_subcommand("solve", "Least-cost dispatch and expansion of a network");
  auto arguments = std::make_shared<SolveArguments>();
  command->add_option("file", arguments->file, "PyPSA netCDF (.nc) or CSV folder, or MATPOWER case (.m)")->required();
  command->add_option("-o,--output", arguments->output, "write the network with results: NAME.nc or a CSV folder");
  command->add_flag("--json", arguments->json, "print JSON");
  command->add_option("--method", arguments->method, "how to solve")->check(CLI::IsMember({"choose", "simplex", "ipm", "decompose"}));
  command->add_option("--threads", arguments->threads, "threads of the solver")->check(CLI::PositiveNumber);
  command->add_option("--gap", arguments->gap, "relative gap that is enough (0.001): lets large linear problems be decomposed; 0: exact");
  command->add_option("--block", arguments->block, "snapshots in a block of the decomposition")->check(CLI::PositiveNumber);
  command->add_option("--state", arguments->state, "file that keeps the decomposition's point: a later run starts from it");
  command->add_option("--time-limit", arguments->time_limit_s, "seconds");
  command->add_flag("--relax", arguments->relax, "solve the linear relaxation");
  command->add_flag("--linearized-uc", arguments->linearized, "relax unit commitment as PyPSA's linearized_unit_commitment does");
  command->callback([arguments] { solve(*arguments); });
}

}  // namespace stargate::cli
