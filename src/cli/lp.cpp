// stargate lp: linear and stochastic programmes in other people's formats.
#include <print>

#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "stochastic/smps.h"
#include "stochastic/solve.h"

namespace stargate::cli {

namespace {

namespace st = stochastic;
using nlohmann::json;

struct SmpsOptions {
  std::string folder, outcomes, method = "choose", sampler = "latin";
  st::SolveOptions solve;
  bool as_json = false, quiet = false;
  unsigned threads = 0;
};

std::string number(double value) { return std::isfinite(value) ? std::format("{:.10g}", value) : value > 0 ? "infinity" : "-infinity"; }
std::string number(const std::optional<double>& value) { return value ? number(*value) : "-"; }

std::string text_of(const st::StochasticProgramme& p, const st::SolveOptions& o, const st::SolveResult& r) {
  std::string text = std::format("{}: {} stages, {} columns, {} rows, {}; {}", p.name.empty() ? "programme" : p.name, p.stage_count(), p.columns.size(),
                                 p.rows.size(), p.maximise ? "to be maximised" : "to be minimised",
                                 r.sampled ? std::format("{:.3g} scenarios, {} problems of {} drawn", st::scenario_count(p), o.batches, r.scenarios)
                                           : std::format("{} scenarios", r.scenarios));
  text += std::format(". {}.\n\n", r.form);
  for (const auto& note : p.notes) text += "note: " + note + "\n";
  if (!r.expectation) return text + std::format("{}{}{}\n", lp::to_string(r.status), r.message.empty() ? "" : ": ", r.message);
  TextTable table({"", "value", "95 % low", "95 % high", "what it is"});
  const auto row = [&](const char* name, const std::optional<double>& v, const std::optional<st::Interval>& i, const std::string& about) {
    table.row({name, number(v), i ? number(i->low) : "", i ? number(i->high) : "", about});
  };
  if (o.cvar_weight > 0) row("objective", r.objective, r.objective_interval, std::format("expectation + {} CVaR({})", shortest(o.cvar_weight), shortest(o.cvar_alpha)));
  row("RP", r.expectation, o.cvar_weight > 0 ? std::nullopt : r.objective_interval, "expectation of the decision below");
  row("bound", r.bound, r.bound_interval, r.sampled ? "mean of the drawn problems' optima" : "no decision is better");
  row("EV", r.mean_value, {}, "the programme of mean data");
  row("EEV", r.of_mean_decision, {}, r.mean_decision_note.empty() ? "expectation of its decision" : r.mean_decision_note);
  row("VSS", r.value_of_stochastic_solution, r.vss_interval, "what knowing the chances is worth");
  row("WS", r.wait_and_see, {}, "mean of each scenario's own best");
  row("EVPI", r.value_of_perfect_information, r.evpi_interval, "what knowing the outcome would be worth");
  row("CVaR", r.cvar, {}, std::format("mean of the worst {} %", shortest(std::round(1e6 * (1 - o.cvar_alpha)) / 1e4)));
  row("worst", r.worst, {}, r.sampled ? "of the fresh scenarios" : "of all scenarios");
  text += table.text() + "\n";
  TextTable decision({"decided first", "value"});
  std::size_t zeros = 0;
  for (std::size_t j = 0; j < p.columns.size(); ++j) {
    if (p.column_stage[j] != 0) continue;
    if (std::abs(r.first[j]) < 1e-9) ++zeros;
    else decision.row({p.columns[j], number(r.first[j])});
  }
  text += decision.text();
  if (zeros > 0) text += std::format("and {} at 0\n", zeros);
  text += r.sampled ? std::format("\nWith 95 % confidence no decision is better by more than {} (Mak, Morton and Wood).\n", number(r.gap_upper))
                    : std::format("\n{}: {} away from the bound at most.\n", lp::to_string(r.status), number(std::abs(r.objective - r.bound)));
  return text;
}

json json_of(const st::StochasticProgramme& p, const st::SolveOptions& o, const st::SolveResult& r) {
  const auto finite = [](double v) { return std::isfinite(v) ? json(v) : json(nullptr); };
  const auto value = [&](const std::optional<double>& v) { return v ? finite(*v) : json(nullptr); };
  const auto interval = [](const std::optional<st::Interval>& i) { return i ? json{i->low, i->high} : json(nullptr); };
  json out{{"name", p.name},
           {"sense", p.maximise ? "maximise" : "minimise"},
           {"status", lp::to_string(r.status)},
           {"message", r.message},
           {"form", r.form},
           {"scenarios", r.scenarios},
           {"sampled", r.sampled},
           {"objective", finite(r.objective)},
           {"objective_interval", interval(r.objective_interval)},
           {"bound", finite(r.bound)},
           {"bound_interval", interval(r.bound_interval)},
           {"RP", value(r.expectation)},
           {"EV", value(r.mean_value)},
           {"EEV", value(r.of_mean_decision)},
           {"EEV_note", r.mean_decision_note},
           {"VSS", value(r.value_of_stochastic_solution)},
           {"VSS_interval", interval(r.vss_interval)},
           {"WS", value(r.wait_and_see)},
           {"EVPI", value(r.value_of_perfect_information)},
           {"EVPI_interval", interval(r.evpi_interval)},
           {"CVaR", value(r.cvar)},
           {"CVaR_alpha", o.cvar_alpha},
           {"worst", value(r.worst)},
           {"rounds", r.rounds},
           {"subproblems", r.subproblems},
           {"notes", p.notes},
           {"first", json::object()}};
  if (r.sampled) {
    out["scenarios_of_programme"] = finite(st::scenario_count(p));
    out["gap_upper"] = r.gap_upper;
  }
  for (std::size_t j = 0; j < p.columns.size() && !r.first.empty(); ++j)
    if (p.column_stage[j] == 0) out["first"][p.columns[j]] = r.first[j];
  return out;
}

void smps(SmpsOptions& options) {
  auto& o = options.solve;
  Progress progress(options.quiet || options.as_json);
  progress.stage("lp smps: reading");
  const auto programme = st::read_smps(st::find_smps(options.folder, options.outcomes));
  o.form = options.method == "choose" ? st::Form::choose : options.method == "extensive" ? st::Form::extensive : st::Form::l_shaped;
  o.sampling = st::sampling_of(options.sampler);
  o.threads = options.threads > 0 ? options.threads : default_threads();
  o.should_stop = interrupted;
  o.on_stage = [&](const std::string& words) { progress.stage("lp smps: " + words); };
  const auto result = st::solve(programme, o);
  if (options.as_json) std::println("{}", json_of(programme, o, result).dump(1));
  else std::print("{}", text_of(programme, o, result));
  switch (result.status) {
    case lp::Status::optimal:
    case lp::Status::gap_reached: return;
    case lp::Status::infeasible: finish(Exit::infeasible);
    case lp::Status::interrupted: finish(Exit::interrupted);
    case lp::Status::time_limit: finish(static_cast<Exit>(5));  // the best that was found
    default: finish(Exit::failed);
  }
}

}  // namespace

void add_lp(CLI::App& app) {
  auto* lp = app.add_subcommand("lp", "Linear and stochastic programmes in other people's formats");
  lp->require_subcommand(1);
  auto* command = lp->add_subcommand("smps", "The best first decision of a stochastic programme in SMPS form: RP, EV, EEV, VSS, WS, EVPI, CVaR");
  auto options = std::make_shared<SmpsOptions>();
  auto& o = options->solve;
  command->add_option("DIR", options->folder, "folder with the core, the time and the outcome file")->required();
  command->add_option("--outcomes", options->outcomes, "which file of outcomes, where the folder has several");
  command->add_option("--method", options->method, "extensive form or L-shaped method")->check(CLI::IsMember({"choose", "extensive", "l-shaped"}))->capture_default_str();
  command->add_option("--gap", o.relative_gap, "relative gap to the bound that ends the search")->check(CLI::Range(0.0, 1.0))->capture_default_str();
  command->add_option("--cvar", o.cvar_alpha, "level of CVaR: the mean of the worst 1 - ALPHA")->check(CLI::Range(0.0, 0.999999));
  command->add_option("--weight", o.cvar_weight, "minimise expectation + WEIGHT times CVaR")->check(CLI::NonNegativeNumber);
  command->add_option("--chance", o.chance, "scenarios of this probability together need not keep their rows")->check(CLI::Range(0.0, 0.999999));
  command->add_option("--groups", o.groups, "cuts a round of the L-shaped method; 0: chosen")->check(CLI::NonNegativeNumber);
  command->add_option("--most-scenarios", o.most_scenarios, "with more scenarios than that they are drawn")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--batches", o.batches, "problems of drawn scenarios")->check(CLI::Range(2, 1000))->capture_default_str();
  command->add_option("--sample", o.batch_scenarios, "scenarios of each such problem")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--fresh", o.fresh_scenarios, "fresh scenarios that value the decision")->check(CLI::Range(2, 100000000))->capture_default_str();
  command->add_option("--sampler", options->sampler, "random, latin or sobol")->check(CLI::IsMember({"random", "latin", "sobol"}))->capture_default_str();
  command->add_option("--seed", o.seed, "of the draws")->capture_default_str();
  command->add_flag("!--no-values", o.values, "leave EV, EEV, VSS, WS and EVPI out");
  command->add_option("--time-limit", o.time_limit_s, "seconds for each problem: an emergency brake")->check(CLI::PositiveNumber);
  command->add_option("--threads", options->threads, "0: all cores")->capture_default_str();
  command->add_flag("--json", options->as_json, "for a program to read");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->callback([options] { smps(*options); });
}

}  // namespace stargate::cli
