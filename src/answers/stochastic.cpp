// stargate lp smps: stochastic programmes in SMPS form.
#include <cmath>
#include <format>

#include "answers/commands.h"
#include "base/text.h"
#include "stochastic/smps.h"
#include "stochastic/solve.h"

namespace stargate {

namespace {

namespace st = stochastic;

struct Options : Row {
  std::string folder, outcomes, method = "choose", sampler = "latin";
  double gap = 1e-6, cvar = 0, weight = 0, chance = 0;
  std::int64_t groups = 0, most_scenarios = 20000, batches = 10, sample = 200, fresh = 5000, seed = 1;
  bool no_values = false;
  std::optional<double> time_limit;
};

const Table<Options>& options() {
  using O = Options;
  static const Table<O> t{
      "lp smps",
      "The best first decision of a stochastic programme in SMPS form, and what it is worth: RP, EV, EEV, VSS, WS, EVPI, CVaR. With too many scenarios, or continuous "
      "data, they are drawn, and the answer has intervals.",
      {field("folder", &O::folder, "folder with the core, the time and the outcome file").as_argument().as_option("dir"),
       field("outcomes", &O::outcomes, "which file of outcomes, where the folder has several").optional(),
       field("method", &O::method, "extensive form or L-shaped method").one_of({"choose", "extensive", "l-shaped"}).optional(),
       field("gap", &O::gap, "relative gap to the bound that ends the search").optional().range(0, 1),
       field("cvar", &O::cvar, "level of CVaR: the mean of the worst 1 - level").optional().range(0, 0.999999),
       field("weight", &O::weight, "minimise expectation + weight times CVaR").optional().from(0),
       field("chance", &O::chance, "scenarios of this probability together need not keep their rows").optional().range(0, 0.999999),
       field("groups", &O::groups, "cuts a round of the L-shaped method; 0: chosen").optional().from(0),
       field("most_scenarios", &O::most_scenarios, "with more scenarios than that they are drawn").optional().from(1),
       field("batches", &O::batches, "problems of drawn scenarios").optional().range(2, 1000),
       field("sample", &O::sample, "scenarios of each such problem").optional().from(1),
       field("fresh", &O::fresh, "fresh scenarios that value the decision").optional().from(2),
       field("sampler", &O::sampler, "of the draws").one_of({"random", "latin", "sobol"}).optional(),
       field("seed", &O::seed, "of the draws").optional().from(0),
       field("no_values", &O::no_values, "leave EV, EEV, VSS, WS and EVPI out").optional(),
       field("time_limit", &O::time_limit, "seconds for each problem: an emergency brake").optional().from(0)}};
  return t;
}

struct Measure : Row {
  std::string name;
  std::optional<double> value, low, high;
  std::string about;
};
const Table<Measure> measures{"measures",
                              "What the decision is worth. Low and high: 95 % interval where scenarios were drawn.",
                              {field("name", &Measure::name, "RP, EV, EEV, VSS, WS, EVPI ..."), field("value", &Measure::value, "in the objective's unit").with_digits(6),
                               field("low", &Measure::low, "95 % interval, low").with_digits(4), field("high", &Measure::high, "95 % interval, high").with_digits(4),
                               field("about", &Measure::about, "what it is")}};

struct Decision : Row {
  std::string column;
  double value = 0;
};
const Table<Decision> decisions{"first",
                                "What is decided first; columns that are 0 are shown in JSON and CSV alone.",
                                {field("column", &Decision::column, "name in the core file"), field("value", &Decision::value, "its value").with_digits(6)}};
const Table<Decision> all_decisions{"first_stage", "Every column of the first stage.", decisions.fields};

struct Problem : Row {
  std::string programme, sense, form;
  std::int64_t stages = 0, columns = 0, rows = 0, scenarios = 0, rounds = 0, subproblems = 0;
  std::optional<double> scenarios_of_programme;
  bool sampled = false;
  std::optional<double> gap_upper;
};
const Table<Problem> problems{"problem",
                              "What was solved, and how.",
                              {field("programme", &Problem::programme, "its name"), field("sense", &Problem::sense, "minimise or maximise"),
                               field("form", &Problem::form, "extensive form or L-shaped"), field("stages", &Problem::stages, "stages"),
                               field("columns", &Problem::columns, "of the core"), field("rows", &Problem::rows, "of the core"),
                               field("scenarios", &Problem::scenarios, "in each problem that was solved"),
                               field("scenarios_of_programme", &Problem::scenarios_of_programme, "that there are; nothing: without end"),
                               field("sampled", &Problem::sampled, "scenarios were drawn"), field("rounds", &Problem::rounds, "of the L-shaped method"),
                               field("subproblems", &Problem::subproblems, "second stages solved"),
                               field("gap_upper", &Problem::gap_upper, "drawn: with 95 % confidence no decision is better by more")}};

std::optional<double> finite(double v) { return std::isfinite(v) ? std::optional(v) : std::nullopt; }

std::vector<Measure> rows_of(const st::SolveOptions& o, const st::SolveResult& r) {
  std::vector<Measure> rows;
  const auto add = [&](const char* name, const std::optional<double>& v, const std::optional<st::Interval>& i, std::string about) {
    Measure m;
    m.name = name;
    m.value = v;
    if (i) m.low = i->low, m.high = i->high;
    m.about = std::move(about);
    rows.push_back(std::move(m));
  };
  if (o.cvar_weight > 0)
    add("objective", r.objective, r.objective_interval, std::format("expectation + {} CVaR({})", shortest(o.cvar_weight), shortest(o.cvar_alpha)));
  add("RP", r.expectation, o.cvar_weight > 0 ? std::nullopt : r.objective_interval, "expectation of the decision below");
  add("bound", finite(r.bound), r.bound_interval, r.sampled ? "mean of the drawn problems' optima" : "no decision is better");
  add("CVaR", r.cvar, {}, std::format("mean of the worst {} %", shortest(std::round(1e6 * (1 - o.cvar_alpha)) / 1e4)));
  add("worst", r.worst, {}, r.sampled ? "of the fresh scenarios" : "of all scenarios");
  if (!o.values) return rows;
  add("EV", r.mean_value, {}, "the programme of mean data");
  add("EEV", r.of_mean_decision, {}, r.mean_decision_note.empty() ? "expectation of its decision" : r.mean_decision_note);
  add("VSS", r.value_of_stochastic_solution, r.vss_interval, "what knowing the chances is worth");
  add("WS", r.wait_and_see, {}, "mean of each scenario's own best");
  add("EVPI", r.value_of_perfect_information, r.evpi_interval, "what knowing the outcome would be worth");
  return rows;
}

Termination termination_of(const st::SolveOptions& o, const st::SolveResult& r) {
  Termination t;
  t.has_answer = r.expectation.has_value();
  t.objective = t.has_answer ? std::optional(r.objective) : std::nullopt;
  t.bound = finite(r.bound);
  t.gap_asked = o.relative_gap;
  t.detail = r.message;
  switch (r.status) {
    case lp::Status::optimal: t.ending = Ending::optimal; break;
    case lp::Status::gap_reached: t.ending = r.sampled ? Ending::complete : Ending::within_gap; break;
    case lp::Status::infeasible: t.ending = Ending::infeasible; break;
    case lp::Status::unbounded: t.ending = Ending::unbounded; break;
    case lp::Status::interrupted: t.ending = Ending::interrupted; break;
    case lp::Status::time_limit: t.ending = Ending::time_limit, t.limit = std::format("--time-limit {} seconds", shortest(o.time_limit_s)); break;
    case lp::Status::failed: t.ending = Ending::failed; break;
  }
  if (r.sampled) t.bound.reset(), t.gap_asked.reset();  // an estimate proves nothing
  return t;
}

Answer smps(const Options& o, Run& run) {
  run.progress.stage("lp smps: reading");
  const auto programme = st::read_smps(st::find_smps(o.folder, o.outcomes));
  st::SolveOptions s;
  s.form = o.method == "choose" ? st::Form::choose : o.method == "extensive" ? st::Form::extensive : st::Form::l_shaped;
  s.relative_gap = o.gap;
  s.most_scenarios = static_cast<std::size_t>(o.most_scenarios);
  s.batches = static_cast<std::size_t>(o.batches);
  s.batch_scenarios = static_cast<std::size_t>(o.sample);
  s.fresh_scenarios = static_cast<std::size_t>(o.fresh);
  s.sampling = st::sampling_of(o.sampler);
  s.seed = static_cast<std::uint64_t>(o.seed);
  s.cvar_alpha = o.cvar, s.cvar_weight = o.weight, s.chance = o.chance;
  s.groups = static_cast<int>(o.groups);
  s.values = !o.no_values;
  s.threads = run.threads;
  s.time_limit_s = o.time_limit.value_or(lp::infinity);
  s.should_stop = [&run] { return run.stopped(); };
  s.on_stage = [&run](const std::string& words) { run.progress.stage("lp smps: " + words); };
  const auto r = st::solve(programme, s);

  Answer answer;
  const double count = st::scenario_count(programme);
  answer.heading = std::format("{}: {} stages, {} columns, {} rows, {}; {}. {}.", programme.name.empty() ? "programme" : programme.name, programme.stage_count(),
                               programme.columns.size(), programme.rows.size(), programme.maximise ? "to be maximised" : "to be minimised",
                               r.sampled ? std::format("{:.3g} scenarios, {} problems of {} drawn", count, s.batches, r.scenarios) : std::format("{} scenarios", r.scenarios), r.form);
  answer.notes = programme.notes;
  Problem p;
  p.programme = programme.name, p.sense = programme.maximise ? "maximise" : "minimise", p.form = r.form;
  p.stages = programme.stage_count();
  p.columns = static_cast<std::int64_t>(programme.columns.size()), p.rows = static_cast<std::int64_t>(programme.rows.size());
  p.scenarios = static_cast<std::int64_t>(r.scenarios), p.scenarios_of_programme = finite(count), p.sampled = r.sampled;
  p.rounds = r.rounds, p.subproblems = r.subproblems;
  if (r.sampled && r.expectation) p.gap_upper = r.gap_upper;
  answer.add_single(problems, p, Shown::no);
  answer.add(measures, r.expectation ? rows_of(s, r) : std::vector<Measure>{});
  std::vector<Decision> all, some;
  for (std::size_t j = 0; j < programme.columns.size() && !r.first.empty(); ++j)
    if (programme.column_stage[j] == 0) {
      all.push_back({{}, programme.columns[j], r.first[j]});
      if (std::abs(r.first[j]) > 1e-9) some.push_back(all.back());
    }
  answer.add(decisions, some);
  answer.add(all_decisions, all, Shown::no);
  if (r.sampled && r.expectation) answer.sentences.push_back(std::format("With 95 % confidence no decision is better by more than {:.6g} (Mak, Morton and Wood, 1999).", r.gap_upper));
  answer.termination = termination_of(s, r);
  return answer;
}

}  // namespace

std::vector<Command> stochastic_commands() {
  return {command(options(),
                  {{"stargate lp smps cases/stochastic/farmer", "the farmer of Birge and Louveaux"},
                   {"stargate lp smps cases/stochastic/farmer --cvar 0.8 --weight 5", "with an eye on the worst fifth of the years"}},
                  {table_spec(problems, true), table_spec(measures), table_spec(decisions), table_spec(all_decisions)}, smps)};
}

}  // namespace stargate
