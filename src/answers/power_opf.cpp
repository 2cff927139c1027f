// stargate power opf: least-cost generation under AC power flow.
#include <cmath>
#include <format>
#include <stdexcept>

#include "answers/commands.h"
#include "base/text.h"
#include "exchange/power_case.h"
#include "powerflow/contingency.h"
#include "powerflow/optimal.h"

namespace stargate {

namespace {

using namespace powerflow;

struct OpfCommand : Row {
  std::string file;
  double tolerance = 1e-8;
  std::int64_t iterations = 500;
};
const Table<OpfCommand>& options() {
  using O = OpfCommand;
  static const Table<O> t{"power opf",
                          "Least cost of generation under AC power flow, with the limits of generators, voltages, branches and angles (Ipopt).",
                          {field("file", &O::file, "MATPOWER case (.m) with polynomial costs").as_argument(), field("tolerance", &O::tolerance, "of Ipopt").optional().range(1e-12, 1e-2),
                           field("iterations", &O::iterations, "most iterations of Ipopt").optional().range(1, 1e6)}};
  return t;
}

struct CostRow : Row {
  std::string status;
  double cost = 0, residual = 0, losses_mw = 0, worst_excess = 0;
  std::int64_t iterations = 0, buses = 0, branches = 0, generators = 0;
};
const Table<CostRow> cost_table{"optimum", "The optimum as a whole.",
                                {field("status", &CostRow::status, "how it ended"), field("cost", &CostRow::cost, "of generation").in("USD/h").with_digits(2),
                                 field("iterations", &CostRow::iterations, "of the interior point"), field("bus_count", &CostRow::buses, "in service"), field("branch_count", &CostRow::branches, "in service"),
                                 field("generator_count", &CostRow::generators, "in service"),
                                 field("residual", &CostRow::residual, "largest imbalance of a bus, per unit, by an independent sum of flows"),
                                 field("worst_excess", &CostRow::worst_excess, "largest excess over a limit: share of a rating, or voltage"),
                                 field("losses_mw", &CostRow::losses_mw, "in branches").in("MW").with_digits(2)}};

struct BusRow : Row {
  std::string bus;
  double voltage = 0, angle_deg = 0, price = 0;
};
const Table<BusRow> buses_table{"buses", "Buses.",
                                {field("bus", &BusRow::bus, "number"), field("voltage", &BusRow::voltage, "per unit").with_digits(4), field("angle_deg", &BusRow::angle_deg, "angle").in("degrees").with_digits(3),
                                 field("price", &BusRow::price, "of one more MW here").in("USD/MWh").with_digits(3)}};
struct GeneratorRow : Row {
  std::string generator, bus;
  double p_mw = 0, q_mvar = 0;
};
const Table<GeneratorRow> generators_table{"generators", "Generators.",
                                           {field("generator", &GeneratorRow::generator, "row of the case"), field("bus", &GeneratorRow::bus, "where it is"),
                                            field("p_mw", &GeneratorRow::p_mw, "power").in("MW").with_digits(3), field("q_mvar", &GeneratorRow::q_mvar, "reactive power").in("Mvar").with_digits(3)}};

Answer power_opf(const OpfCommand& o, Run& run) {
  run.progress.stage("power: AC optimal power flow");
  const auto input = exchange::read_power_case(o.file);
  const Case& c = input.network;
  if (!input.cost_fault.empty()) throw InputError({o.file}, input.cost_fault);
  OptimalOptions how{o.tolerance, static_cast<int>(o.iterations), run.stop, [&](int, double cost) { run.progress.update(-1, std::format("{:.6g}", cost)); }};
  const auto found = [&] {
    try {
      return optimal_flow(c, input.costs, how);
    } catch (const std::invalid_argument& wrong) {
      throw InputError({o.file}, wrong.what());
    }
  }();
  Answer answer;
  answer.heading = std::format("{}: AC optimal power flow", c.name);
  answer.notes = input.notes;
  CostRow row{{}, found.status, found.cost};
  row.iterations = found.iterations;
  row.buses = static_cast<std::int64_t>(c.buses.size()), row.branches = static_cast<std::int64_t>(c.branches.size()), row.generators = static_cast<std::int64_t>(c.generators.size());
  PowerFlow::Injections injections;
  for (const auto& b : c.buses) injections.load_mw.push_back(b.load_mw), injections.load_mvar.push_back(b.load_mvar);
  if (!found.flow.voltage.empty()) {
    row.residual = residual(c, found.flow, injections);
    for (const auto& f : found.flow.flows) row.losses_mw += f.from_mw + f.to_mw;
    for (const auto& v : violations(c, found.flow, false)) row.worst_excess = std::max(row.worst_excess, v.excess());
  }
  if (!found.optimal) row.cost = std::numeric_limits<double>::quiet_NaN();
  answer.add_single(cost_table, row);
  if (found.optimal) {
    std::vector<BusRow> buses;
    for (std::size_t i = 0; i < c.buses.size(); ++i) buses.push_back({{}, c.buses[i].name, found.flow.voltage[i], found.flow.angle_deg[i], found.price[i]});
    std::vector<GeneratorRow> generators;
    for (std::size_t g = 0; g < c.generators.size(); ++g) generators.push_back({{}, c.generators[g].name, c.buses[c.generators[g].bus].name, found.flow.p_mw[g], found.flow.q_mvar[g]});
    answer.add(buses_table, buses, Shown::no);
    answer.add(generators_table, generators, Shown::no);
    answer.sentences.push_back(std::format("{} USD an hour: a local optimum, since the problem is not convex.", grouped(found.cost, 2)));
    answer.termination.objective = found.cost;
  } else {
    answer.termination.has_answer = false;
    answer.termination.detail = found.status;
    answer.termination.ending = run.stopped() ? Ending::interrupted : found.status.starts_with("infeasible") ? Ending::infeasible : found.status.contains("iterations") ? Ending::work_limit : Ending::failed;
  }
  return answer;
}

}  // namespace

Command optimal_flow_command() {
  return command(options(), {{"stargate power opf pglib_opf_case118_ieee.m", "least cost under AC power flow"}},
                 {table_spec(cost_table, true), table_spec(buses_table), table_spec(generators_table)}, power_opf);
}

}  // namespace stargate
