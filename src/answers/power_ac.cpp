// stargate power ac: AC power flow of a network, what outages break, and how far load may grow before something does.
#include <cmath>
#include <format>
#include <stdexcept>

#include "answers/commands.h"
#include "base/text.h"
#include "exchange/power_case.h"
#include "powerflow/growth.h"
#include "powerflow/optimal.h"

namespace stargate {

namespace {

using namespace powerflow;

struct AcCommand : Row {
  std::string file, loads, dispatch = "case";
  std::vector<std::string> headroom;
  bool outages = false, reactive_limits = false, flat_start = false;
  double tolerance = 1e-8, power_factor = 1, most_mw = 5000;
  std::int64_t iterations = 20;
};

const Table<AcCommand>& options() {
  using O = AcCommand;
  static const Table<O> t{
      "power ac",
      "AC power flow by Newton's method: voltages and flows, outages of branches, and what new load breaks first.",
      {field("file", &O::file, "MATPOWER case (.m)").as_argument(),
       field("loads", &O::loads, "new loads: a CSV table bus,mw with mvar or power_factor").optional(),
       field("dispatch", &O::dispatch, "generation and voltages as in the case, or at least cost (power opf)").optional().one_of({"case", "optimal"}),
       field("outages", &O::outages, "the loss of each branch too (N-1), of the network and of what grows").optional(),
       field("headroom", &O::headroom, "buses whose headroom is asked for, by AC and by DC; 'all' for every load bus").optional(),
       field("power_factor", &O::power_factor, "of headroom: of the load that grows, lagging").optional().range(0.1, 1),
       field("most_mw", &O::most_mw, "of headroom: most that is looked for").in("MW").optional().range(1e-3, 1e6),
       field("reactive_limits", &O::reactive_limits, "generators beyond their reactive limits give up the voltage, as MATPOWER's pf.enforce_q_lims").optional(),
       field("flat_start", &O::flat_start, "start from voltages of 1 and equal angles").optional(),
       field("tolerance", &O::tolerance, "largest mismatch of a bus, per unit").optional().range(1e-13, 1),
       field("iterations", &O::iterations, "most iterations of Newton").optional().range(1, 1000)}};
  return t;
}

struct FlowRow : Row {
  std::string outcome;
  std::int64_t iterations = 0, rounds = 0, buses = 0, branches = 0, generators = 0, at_limit = 0;
  double mismatch = 0, residual = 0, load_mw = 0, generation_mw = 0, losses_mw = 0;
  double lowest_voltage = 0, highest_voltage = 0, worst_loading = 0;
};
const Table<FlowRow> flow_table{
    "flow",
    "The power flow as a whole.",
    {field("outcome", &FlowRow::outcome, "converged, diverged or singular"), field("iterations", &FlowRow::iterations, "of Newton"),
     field("rounds", &FlowRow::rounds, "solutions with other generators at their limits"), field("bus_count", &FlowRow::buses, "in service"), field("branch_count", &FlowRow::branches, "in service"),
     field("generator_count", &FlowRow::generators, "in service"), field("at_limit", &FlowRow::at_limit, "generators held at a reactive limit"),
     field("mismatch", &FlowRow::mismatch, "largest left by the solver, per unit"), field("residual", &FlowRow::residual, "largest by an independent sum of the flows at each bus, per unit"),
     field("load_mw", &FlowRow::load_mw, "load").in("MW").with_digits(1), field("generation_mw", &FlowRow::generation_mw, "generation").in("MW").with_digits(1),
     field("losses_mw", &FlowRow::losses_mw, "in branches").in("MW").with_digits(2), field("lowest_voltage", &FlowRow::lowest_voltage, "per unit").with_digits(4),
     field("highest_voltage", &FlowRow::highest_voltage, "per unit").with_digits(4), field("worst_loading", &FlowRow::worst_loading, "of a rating").in_percent().with_digits(1)}};

struct BusRow : Row {
  std::string bus, kind;
  double voltage = 0, angle_deg = 0, load_mw = 0, load_mvar = 0, generation_mw = 0, generation_mvar = 0;
};
const Table<BusRow> buses_table{"buses", "Buses.",
                                {field("bus", &BusRow::bus, "number"), field("kind", &BusRow::kind, "pq, pv or slack"), field("voltage", &BusRow::voltage, "per unit").with_digits(4),
                                 field("angle_deg", &BusRow::angle_deg, "angle").in("degrees").with_digits(3), field("load_mw", &BusRow::load_mw, "load").in("MW"),
                                 field("load_mvar", &BusRow::load_mvar, "reactive load").in("Mvar"), field("generation_mw", &BusRow::generation_mw, "generation").in("MW"),
                                 field("generation_mvar", &BusRow::generation_mvar, "reactive generation").in("Mvar")}};

struct BranchRow : Row {
  std::string branch;
  double from_mw = 0, from_mvar = 0, to_mw = 0, to_mvar = 0;
  std::optional<double> loading;
};
const Table<BranchRow> branches_table{"branches", "Branches, the most loaded first.",
                                      {field("branch", &BranchRow::branch, "number and buses"), field("from_mw", &BranchRow::from_mw, "into it at its first bus").in("MW").with_digits(2),
                                       field("from_mvar", &BranchRow::from_mvar, "reactive").in("Mvar").with_digits(2), field("to_mw", &BranchRow::to_mw, "into it at its second bus").in("MW").with_digits(2),
                                       field("to_mvar", &BranchRow::to_mvar, "reactive").in("Mvar").with_digits(2),
                                       field("loading", &BranchRow::loading, "of its rating; empty where it has none").in_percent().with_digits(1)}};

struct BrokenRow : Row {
  std::string outage, words;
  double value = 0, limit = 0;
};
const Table<BrokenRow> broken_table{"broken", "Limits that are broken.",
                                    {field("outage", &BrokenRow::outage, "after the loss of this; empty: with everything there"), field("what", &BrokenRow::words, "what is broken"),
                                     field("value", &BrokenRow::value, "MVA, or voltage per unit").with_digits(4), field("limit", &BrokenRow::limit, "its limit").with_digits(4)}};

struct OutageRow : Row {
  std::string outage, outcome, worst_branch, lowest_bus;
  double cut_off_load_mw = 0, cut_off_generation_mw = 0;
  std::int64_t cut_off_buses = 0, broken = 0;
  std::optional<double> worst_loading, lowest_voltage;
};
const Table<OutageRow> outages_table{
    "outages",
    "The loss of each branch, the worst first.",
    {field("outage", &OutageRow::outage, "what is lost"), field("outcome", &OutageRow::outcome, "of the power flow"),
     field("cut_off_buses", &OutageRow::cut_off_buses, "buses that hung on it alone"), field("cut_off_load_mw", &OutageRow::cut_off_load_mw, "their load").in("MW"),
     field("cut_off_generation_mw", &OutageRow::cut_off_generation_mw, "their generation").in("MW"), field("broken", &OutageRow::broken, "limits that are broken"),
     field("worst_loading", &OutageRow::worst_loading, "of an emergency rating").in_percent().with_digits(1), field("worst_branch", &OutageRow::worst_branch, "there"),
     field("lowest_voltage", &OutageRow::lowest_voltage, "per unit").with_digits(4), field("lowest_bus", &OutageRow::lowest_bus, "there")}};

struct GrowthRow : Row {
  std::string load;
  double ac_mw = 0, dc_mw = 0, wanted_mw = 0;
  std::optional<double> dc_too_high;
  std::string ac_breaks, dc_breaks;
};
const Table<GrowthRow> growth_table{
    "growth",
    "How much of a new load fits before something breaks, by AC and by DC.",
    {field("load", &GrowthRow::load, "bus, or all new loads together"), field("wanted_mw", &GrowthRow::wanted_mw, "as much as is looked for").in("MW").with_digits(1),
     field("ac_mw", &GrowthRow::ac_mw, "fits by AC").in("MW").with_digits(1), field("dc_mw", &GrowthRow::dc_mw, "fits by DC").in("MW").with_digits(1),
     field("dc_too_high", &GrowthRow::dc_too_high, "by which DC is above AC").in_percent().with_digits(1), field("ac_breaks", &GrowthRow::ac_breaks, "first, by AC"),
     field("dc_breaks", &GrowthRow::dc_breaks, "first, by DC")}};

constexpr const char* everything_there = "";

void add_solution(Answer& answer, const Case& c, const Solution& s, const PowerFlow::Injections& injections) {
  std::vector<BusRow> buses;
  for (std::size_t i = 0; i < c.buses.size(); ++i) {
    const auto& b = c.buses[i];
    buses.push_back({{}, b.name, b.kind == BusKind::pq ? "pq" : b.kind == BusKind::pv ? "pv" : "slack", s.voltage[i], s.angle_deg[i], injections.load_mw[i], injections.load_mvar[i]});
  }
  for (std::size_t g = 0; g < c.generators.size(); ++g) {
    buses[c.generators[g].bus].generation_mw += s.p_mw[g];
    buses[c.generators[g].bus].generation_mvar += s.q_mvar[g];
  }
  std::vector<BranchRow> branches;
  for (std::size_t k = 0; k < c.branches.size(); ++k) {
    const auto& f = s.flows[k];
    branches.push_back({{}, c.branches[k].name, f.from_mw, f.from_mvar, f.to_mw, f.to_mvar});
    if (c.branches[k].rate_mva > 0) branches.back().loading = f.largest_mva() / c.branches[k].rate_mva;
  }
  std::ranges::stable_sort(branches, std::greater{}, [](const BranchRow& b) { return b.loading.value_or(-1); });
  answer.add(buses_table, buses, Shown::no);
  answer.add(branches_table, branches, Shown::no);
}

FlowRow summary(const Case& c, const Solution& s, const PowerFlow::Injections& injections) {
  FlowRow row;
  row.outcome = to_string(s.outcome);
  row.iterations = s.iterations, row.rounds = s.rounds;
  row.buses = static_cast<std::int64_t>(c.buses.size()), row.branches = static_cast<std::int64_t>(c.branches.size()), row.generators = static_cast<std::int64_t>(c.generators.size());
  row.at_limit = std::ranges::count_if(s.at_limit, [](signed char at) { return at != 0; });
  row.mismatch = s.mismatch;
  row.residual = residual(c, s, injections);
  for (const double mw : injections.load_mw) row.load_mw += mw;
  for (const double mw : s.p_mw) row.generation_mw += mw;
  for (const auto& f : s.flows) row.losses_mw += f.from_mw + f.to_mw;
  row.lowest_voltage = std::ranges::min(s.voltage), row.highest_voltage = std::ranges::max(s.voltage);
  for (std::size_t k = 0; k < c.branches.size(); ++k)
    if (c.branches[k].rate_mva > 0) row.worst_loading = std::max(row.worst_loading, s.flows[k].largest_mva() / c.branches[k].rate_mva);
  return row;
}

/// The worst first: no solution, then load cut off, then limits broken, then loading.
void add_outages(Answer& answer, const Case& c, std::vector<Contingency> found, std::vector<BrokenRow>& broken) {
  const auto rank = [](const Contingency& x) { return std::tuple(x.outcome == Outcome::converged, -x.cut_off_load_mw, -static_cast<double>(x.broken.size()), -x.worst_loading); };
  std::ranges::stable_sort(found, {}, rank);
  std::vector<OutageRow> rows;
  for (const auto& x : found) {
    OutageRow row{{}, c.branches[x.branch].name, to_string(x.outcome), "", "", x.cut_off_load_mw, x.cut_off_generation_mw, static_cast<std::int64_t>(x.cut_off_buses), static_cast<std::int64_t>(x.broken.size())};
    if (x.worst_branch != none) row.worst_loading = x.worst_loading, row.worst_branch = c.branches[x.worst_branch].name;
    if (x.lowest_bus != none) row.lowest_voltage = x.lowest_voltage, row.lowest_bus = c.buses[x.lowest_bus].name;
    rows.push_back(std::move(row));
    for (const auto& v : x.broken) broken.push_back({{}, c.branches[x.branch].name, words(c, v), v.value, v.limit});
  }
  const auto count = [&](auto&& of) { return std::ranges::count_if(found, of); };
  answer.add(outages_table, rows);
  answer.sentences.push_back(std::format("Of {} outages, {} have no solution, {} cut off load, and {} break a limit.", found.size(), count([](const auto& x) { return x.outcome != Outcome::converged; }),
                                         count([](const auto& x) { return x.cut_off_load_mw > 0; }), count([](const auto& x) { return !x.broken.empty(); })));
}

GrowthRow grow(const Case& c, std::string name, const std::vector<Growth>& growth, double mw, const GrowthOptions& how) {
  const auto ac = ac_limit(c, growth, how), dc = dc_limit(c, growth, how);
  GrowthRow row{{}, std::move(name), ac.growth * mw, dc.growth * mw, how.most * mw};
  if (ac.growth > 0) row.dc_too_high = dc.growth / ac.growth - 1;
  row.ac_breaks = ac.bound ? ac.breaks : "nothing, up to what is looked for";
  row.dc_breaks = dc.bound ? dc.breaks : "nothing, up to what is looked for";
  return row;
}

std::vector<std::size_t> buses_asked(const AcCommand& o, const Case& c) {
  std::vector<std::size_t> buses;
  std::vector<std::string> names;
  for (const auto& b : c.buses) names.push_back(b.name);
  for (const auto& name : o.headroom) {
    if (name == "all") {
      for (std::size_t i = 0; i < c.buses.size(); ++i)
        if (c.buses[i].load_mw > 0) buses.push_back(i);
      continue;
    }
    const auto at = std::ranges::find(names, name);
    if (at == names.end()) throw InputError({"--headroom"}, std::format("there is no bus '{}'", name), name_hint(name, names));
    buses.push_back(static_cast<std::size_t>(at - names.begin()));
  }
  return buses;
}

/// Generation, voltages and angles of the least-cost dispatch in place of the case's.
void dispatch_optimally(exchange::PowerCase& input, const std::string& file, Run& run) {
  run.progress.stage("power: AC optimal power flow");
  if (!input.cost_fault.empty()) throw InputError({file}, input.cost_fault);
  auto& c = input.network;
  OptimalFlow found;
  try {
    found = optimal_flow(c, input.costs, {.should_stop = run.stop});
  } catch (const std::invalid_argument& wrong) {
    throw InputError({file}, wrong.what());
  }
  if (!found.optimal) throw InputError({file}, "no dispatch at least cost: " + found.status, "--dispatch case");
  for (std::size_t g = 0; g < c.generators.size(); ++g) {
    c.generators[g].p_mw = found.flow.p_mw[g];
    c.generators[g].q_mvar = found.flow.q_mvar[g];
    c.generators[g].voltage_set = found.flow.voltage[c.generators[g].bus];
  }
  for (std::size_t i = 0; i < c.buses.size(); ++i) {
    c.buses[i].voltage = found.flow.voltage[i];
    c.buses[i].angle_deg = found.flow.angle_deg[i];
  }
  input.notes.push_back(std::format("dispatched at least cost: {} USD an hour", grouped(found.cost, 2)));
}

Answer power_flow(const AcCommand& o, Run& run) {
  run.progress.stage("power: AC power flow");
  auto input = exchange::read_power_case(o.file);
  if (o.dispatch == "optimal") dispatch_optimally(input, o.file, run);
  const Case& c = input.network;
  NewtonOptions newton{o.tolerance, static_cast<int>(o.iterations), o.flat_start, o.reactive_limits};
  PowerFlow flow(c);
  Answer answer;
  answer.notes = input.notes;
  auto injections = flow.own();
  auto solution = flow.solve(newton);
  std::vector<GrowthRow> growth;
  GrowthOptions how{newton, o.outages, 1, 1e-4, run.threads, run.stop};
  how.newton.flat_start = false;
  if (!o.loads.empty() && solution.converged()) {
    std::vector<Growth> loads;
    double mw = 0;
    for (const auto& load : exchange::read_placed_loads(o.loads, c)) loads.push_back({load.bus, load.mw, load.mvar}), mw += load.mw;
    growth.push_back(grow(c, "the new loads together", loads, mw, how));
    injections = grown(c, loads, 1);
    solution = flow.solve(newton, injections, none, &solution);
    answer.notes.push_back("flows and outages are with the new loads; what generators have left supplies them in proportion");
  }
  const double generous = o.most_mw;
  for (const auto bus : buses_asked(o, c)) {
    if (!solution.converged() || run.stopped()) break;
    run.progress.stage(std::format("power: headroom of bus {}", c.buses[bus].name));
    how.most = generous;
    how.tolerance = std::min(1e-4, 0.05 / generous);  // to a twentieth of a MW
    growth.push_back(grow(c, "bus " + c.buses[bus].name, {{bus, 1, std::tan(std::acos(o.power_factor))}}, 1, how));
  }
  answer.heading = std::format("{}: AC power flow", c.name);
  answer.add_single(flow_table, summary(c, solution, injections));
  std::vector<BrokenRow> broken;
  if (solution.converged()) {
    for (const auto& v : violations(c, solution, false)) broken.push_back({{}, everything_there, words(c, v), v.value, v.limit});
    add_solution(answer, c, solution, injections);
    answer.sentences.push_back(std::format("Converged in {} iterations; flows balance at every bus to {:.0e} per unit. {} limits are broken with everything there.", solution.iterations,
                                           residual(c, solution, injections), broken.size()));
    if (o.outages && !run.stopped()) {
      run.progress.stage("power: outages");
      add_outages(answer, c, contingencies(c, newton, injections, solution, run.threads, run.stop), broken);
    }
  } else {
    answer.termination.ending = Ending::failed;
    answer.termination.has_answer = false;
    answer.termination.detail = std::format("the power flow {} after {} iterations with a mismatch of {:.2g}: there may be no solution, or it starts too far away (--flat-start, --iterations)",
                                            solution.outcome == Outcome::singular ? "became singular" : "did not converge", solution.iterations, solution.mismatch);
  }
  answer.add(growth_table, growth, growth.empty() ? Shown::no : Shown::yes);
  answer.add(broken_table, broken, broken.empty() ? Shown::no : Shown::yes);
  for (const auto& row : growth)
    answer.sentences.push_back(std::format("{}: {} MW fit by AC ({}), {} MW by DC ({}).", row.load, grouped(row.ac_mw, 1), row.ac_breaks, grouped(row.dc_mw, 1), row.dc_breaks));
  if (run.stopped()) answer.termination.ending = Ending::interrupted;
  return answer;
}

}  // namespace

Command power_flow_command() {
  return command(options(),
                 {{"stargate power ac case118.m", "voltages and flows"},
                  {"stargate power ac case118.m --outages --reactive-limits", "and after the loss of each branch"},
                  {"stargate power ac case118.m --headroom 59 --power-factor 0.97", "how much load bus 59 takes, by AC and by DC"}},
                 {table_spec(flow_table, true), table_spec(buses_table), table_spec(branches_table), table_spec(growth_table), table_spec(outages_table), table_spec(broken_table)}, power_flow);
}

}  // namespace stargate
