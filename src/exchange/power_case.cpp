#include "exchange/power_case.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <stdexcept>

#include "base/files.h"
#include "base/record.h"
#include "exchange/matpower_case.h"

namespace stargate::exchange {

namespace {

using namespace powerflow;

class PowerCaseReader {
 public:
  explicit PowerCaseReader(MatpowerCase file) : file_(std::move(file)) {}

  PowerCase read() && {
    auto& c = out_.network;
    c.name = file_.path;
    c.base_mva = file_.base_mva;
    if (!(c.base_mva > 0) || !std::isfinite(c.base_mva)) throw InputError({file_.path}, "mpc.baseMVA is missing or not positive");
    for (const char* needed : {"bus", "gen", "branch"})
      if (!file_.matrices.contains(needed)) throw InputError({file_.path}, std::format("mpc.{} is missing", needed));
    read_buses();
    read_generators();
    read_branches();
    read_dc_lines();
    settle_kinds();
    for (const auto& [name, rows] : file_.matrices)
      if (!std::ranges::contains(std::array{"bus", "gen", "branch", "gencost", "dcline", "dclinecost", "areas"}, name)) file_.not_understood.push_back("mpc." + name);
    for (const auto& what : file_.not_understood) out_.notes.push_back(what + " was not understood");
    if (const auto away = left_out_; away.first + away.second > 0)
      out_.notes.push_back(std::format("{} generators and {} branches are out of service or at isolated buses", away.first, away.second));
    try {
      check(c);
    } catch (const std::invalid_argument& wrong) {
      throw InputError({file_.path}, wrong.what());
    }
    return std::move(out_);
  }

 private:
  double cell(const MatrixRow& row, std::size_t column, std::string_view name) const {
    if (column >= row.cells.size())
      throw InputError({file_.path, row.line}, std::format("the row has {} columns; column {} ({}) is missing", row.cells.size(), column + 1, name));
    const double value = row.cells[column];
    if (std::isnan(value)) throw InputError({file_.path, row.line}, std::format("column {} ({}) is no number", column + 1, name));
    return value;
  }
  double finite(const MatrixRow& row, std::size_t column, std::string_view name) const {
    const double value = cell(row, column, name);
    if (!std::isfinite(value)) throw InputError({file_.path, row.line}, std::format("column {} ({}) is {}", column + 1, name, value), "a finite number is needed");
    return value;
  }
  long long number(const MatrixRow& row, std::size_t column) const {
    const double value = cell(row, column, "bus");
    if (!(std::abs(value) < 1e15) || value != std::floor(value)) throw InputError({file_.path, row.line}, std::format("bus number {} is not whole", value));
    return static_cast<long long>(value);
  }
  /// The bus of this column, or none if it is isolated; one that is not there is an error.
  std::size_t bus(const MatrixRow& row, std::size_t column) const {
    const auto wanted = number(row, column);
    const auto at = index_.find(wanted);
    if (at != index_.end()) return at->second;
    std::vector<std::string> names;
    for (const auto& [known, i] : index_) names.push_back(std::format("{}", known));
    throw InputError({file_.path, row.line}, std::format("bus {} is not in mpc.bus", wanted), name_hint(std::format("{}", wanted), names));
  }

  void read_buses() {
    for (const auto& row : file_.matrices["bus"]) {
      const auto id = number(row, 0);
      const double type = cell(row, 1, "type");
      if (type != 1 && type != 2 && type != 3 && type != 4)
        throw InputError({file_.path, row.line}, std::format("bus {} is of type {}", id, type), "allowed: 1 (PQ), 2 (PV), 3 (reference), 4 (isolated)");
      if (index_.contains(id)) throw InputError({file_.path, row.line}, std::format("bus {} stands a second time", id));
      if (type == 4) {
        index_[id] = none;
        continue;
      }
      Bus b;
      b.name = std::format("{}", id);
      b.kind = type == 1 ? BusKind::pq : type == 2 ? BusKind::pv : BusKind::slack;
      b.load_mw = finite(row, 2, "Pd");
      b.load_mvar = finite(row, 3, "Qd");
      b.shunt_mw = finite(row, 4, "Gs");
      b.shunt_mvar = finite(row, 5, "Bs");
      b.voltage = finite(row, 7, "Vm");
      b.angle_deg = finite(row, 8, "Va");
      b.base_kv = finite(row, 9, "baseKV");
      b.voltage_max = cell(row, 11, "Vmax");
      b.voltage_min = cell(row, 12, "Vmin");
      if (!(b.voltage > 0)) throw InputError({file_.path, row.line}, std::format("bus {} has a voltage of {}", id, b.voltage), "allowed: above 0");
      if (b.voltage_min > b.voltage_max) throw InputError({file_.path, row.line}, std::format("bus {}: Vmin {} is above Vmax {}", id, b.voltage_min, b.voltage_max));
      index_[id] = out_.network.buses.size();
      out_.network.buses.push_back(std::move(b));
    }
    if (out_.network.buses.empty()) throw InputError({file_.path}, "no bus is connected");
  }

  void read_generators() {
    for (std::size_t i = 0; const auto& row : file_.matrices["gen"]) {
      ++i;
      const auto at = bus(row, 0);
      if (cell(row, 7, "status") <= 0 || at == none) {
        ++left_out_.first;
        continue;
      }
      Generator g;
      g.name = std::format("gen {}", i);
      g.bus = at;
      g.p_mw = finite(row, 1, "Pg");
      g.q_mvar = finite(row, 2, "Qg");
      g.q_max_mvar = cell(row, 3, "Qmax");
      g.q_min_mvar = cell(row, 4, "Qmin");
      g.voltage_set = finite(row, 5, "Vg");
      g.p_max_mw = cell(row, 8, "Pmax");
      g.p_min_mw = cell(row, 9, "Pmin");
      if (g.q_min_mvar > g.q_max_mvar) throw InputError({file_.path, row.line}, std::format("{}: Qmin {} is above Qmax {}", g.name, g.q_min_mvar, g.q_max_mvar));
      if (out_.network.buses[at].kind != BusKind::pq && !(g.voltage_set > 0)) throw InputError({file_.path, row.line}, std::format("{} holds a voltage of {}", g.name, g.voltage_set), "allowed: above 0");
      out_.network.generators.push_back(std::move(g));
      read_cost(i - 1);
    }
    if (file_.matrices["gencost"].empty()) out_.cost_fault = "the case has no mpc.gencost";
  }

  void read_branches() {
    for (std::size_t i = 0; const auto& row : file_.matrices["branch"]) {
      ++i;
      const auto from = bus(row, 0), to = bus(row, 1);
      if (cell(row, 10, "status") <= 0 || from == none || to == none) {
        ++left_out_.second;
        continue;
      }
      Branch b;
      const double tap = finite(row, 8, "ratio"), shift = finite(row, 9, "angle");
      b.name = std::format("{} {} ({}-{})", tap != 0 || shift != 0 ? "transformer" : "line", i, out_.network.buses[from].name, out_.network.buses[to].name);
      b.from = from;
      b.to = to;
      b.r = finite(row, 2, "r");
      b.x = finite(row, 3, "x");
      b.b = finite(row, 4, "b");
      b.ratio = tap == 0 ? 1 : tap;
      b.shift_deg = shift;
      b.rate_mva = rating(row, 5, i);
      b.emergency_mva = row.cells.size() > 7 ? rating(row, 7, i) : 0;
      if (b.emergency_mva == 0) b.emergency_mva = rating(row, 6, i);
      if (b.emergency_mva == 0) b.emergency_mva = b.rate_mva;
      if (row.cells.size() > 12 && (row.cells[11] != 0 || row.cells[12] != 0)) {
        b.angle_min_deg = finite(row, 11, "angmin");
        b.angle_max_deg = finite(row, 12, "angmax");
        if (b.angle_min_deg > b.angle_max_deg) throw InputError({file_.path, row.line}, std::format("{}: angmin {} is above angmax {}", b.name, b.angle_min_deg, b.angle_max_deg));
      }
      if (std::hypot(b.r, b.x) < 1e-12) throw InputError({file_.path, row.line}, std::format("{} has no impedance", b.name), "join its two buses, or give it a small reactance");
      if (from == to) throw InputError({file_.path, row.line}, std::format("{} ends where it begins", b.name));
      out_.network.branches.push_back(std::move(b));
    }
  }
  double rating(const MatrixRow& row, std::size_t column, std::size_t branch) const {
    const double mva = cell(row, column, "rate");
    if (mva < 0) throw InputError({file_.path, row.line}, std::format("branch {} has a rating of {}", branch, mva), "allowed: above 0, or 0 for no limit");
    return std::isfinite(mva) && mva < 1e9 ? mva : 0;
  }

  void read_dc_lines() {
    std::size_t count = 0;
    for (std::size_t i = 0; const auto& row : file_.matrices["dcline"]) {
      ++i;
      const auto from = bus(row, 0), to = bus(row, 1);
      if (cell(row, 2, "status") <= 0 || from == none || to == none) continue;
      ++count;
      const double sent = finite(row, 3, "Pf"), loss0 = row.cells.size() > 15 ? row.cells[15] : 0, loss1 = row.cells.size() > 16 ? row.cells[16] : 0;
      const auto end = [&](std::size_t at, double mw, std::size_t voltage, std::size_t low, const char* which) {
        Generator g{std::format("dc line {} {}", i, which), at, mw, 0, mw, mw, cell(row, low, "Qmin"), cell(row, low + 1, "Qmax"), finite(row, voltage, "V")};
        if (g.q_min_mvar > g.q_max_mvar) throw InputError({file_.path, row.line}, std::format("{}: Qmin is above Qmax", g.name));
        if (out_.network.buses[at].kind == BusKind::pq) out_.network.buses[at].kind = BusKind::pv;
        out_.network.generators.push_back(std::move(g));
        if (!out_.costs.empty()) out_.costs.push_back({});
      };
      end(from, -sent, 7, 11, "from");
      end(to, sent - loss0 - loss1 * sent, 8, 13, "to");
    }
    if (count > 0) out_.notes.push_back(std::format("{} HVDC lines hold their set power, and the voltage at both ends", count));
  }

  /// Buses that hold their voltage have a generator; each island has a slack where one can be.
  void settle_kinds() {
    auto& c = out_.network;
    std::vector<bool> has(c.buses.size(), false);
    for (const auto& g : c.generators) has[g.bus] = true;
    std::string dropped;
    for (std::size_t i = 0; i < c.buses.size(); ++i) {
      if (c.buses[i].kind == BusKind::pq || has[i]) continue;
      if (c.buses[i].kind == BusKind::slack) dropped += (dropped.empty() ? "" : ", ") + c.buses[i].name;
      c.buses[i].kind = BusKind::pq;
    }
    if (dropped.empty()) return;
    // As MATPOWER does: the first bus that holds a voltage takes the place of a slack without generator.
    const auto first = std::ranges::find(c.buses, BusKind::pv, &Bus::kind);
    if (std::ranges::contains(c.buses, BusKind::slack, &Bus::kind) || first == c.buses.end()) return;
    first->kind = BusKind::slack;
    out_.notes.push_back(std::format("slack bus {} has no generator in service: bus {} takes its place", dropped, first->name));
  }

  /// Polynomial costs of the generators in service; nothing where the case has none.
  void read_cost(std::size_t generator) {
    const auto& rows = file_.matrices["gencost"];
    if (rows.empty()) return;
    if (generator >= rows.size()) throw InputError({file_.path, rows.back().line}, std::format("mpc.gencost has {} rows: gen {} has none", rows.size(), generator + 1));
    const auto& row = rows[generator];
    const double kind = cell(row, 0, "model"), count = cell(row, 3, "ncost");
    if (kind != 2) {
      out_.cost_fault = std::format("gen {} has a piecewise linear cost ({}:{}): optimal power flow takes polynomials up to the square", generator + 1, file_.path, row.line);
      out_.costs.push_back({});
      return;
    }
    if (!(count >= 0 && count < 1e3) || count != std::floor(count)) throw InputError({file_.path, row.line}, std::format("a cost of {} coefficients", count), "allowed: a whole number");
    const auto n = static_cast<std::size_t>(count);
    std::vector<double> by_power(std::max<std::size_t>(n, 3), 0);  // coefficient of p^k
    for (std::size_t k = 0; k < n; ++k) by_power[n - 1 - k] = finite(row, 4 + k, "cost");
    for (std::size_t k = 3; k < by_power.size(); ++k)
      if (by_power[k] != 0) out_.cost_fault = std::format("gen {} has a cost of degree {} ({}:{}): optimal power flow takes polynomials up to the square", generator + 1, k, file_.path, row.line);
    out_.costs.push_back({by_power[0], by_power[1], by_power[2]});
  }

  MatpowerCase file_;
  PowerCase out_;
  std::map<long long, std::size_t> index_;
  std::pair<std::size_t, std::size_t> left_out_{0, 0};
};

struct PlacedRow : Row {
  std::string name, bus;
  double mw = 0;
  std::optional<double> mvar, power_factor;
};
const Table<PlacedRow>& placed_table() {
  static const Table<PlacedRow> table{"placed_loads", "New loads at buses",
                                      {field("name", &PlacedRow::name, "its own name").optional(), field("bus", &PlacedRow::bus, "where it is"),
                                       field("mw", &PlacedRow::mw, "its power").from(0), field("mvar", &PlacedRow::mvar, "its reactive power").optional(),
                                       field("power_factor", &PlacedRow::power_factor, "in its stead, lagging (1)").range(0.1, 1).optional()}};
  return table;
}

}  // namespace

PowerCase read_power_case(const std::string& path) { return PowerCaseReader(parse_matpower(path)).read(); }

std::vector<PlacedLoad> read_placed_loads(const std::string& file, const Case& network) {
  Diagnostics diagnostics;
  std::vector<std::string> names;
  for (const auto& b : network.buses) names.push_back(b.name);
  std::vector<PlacedLoad> loads;
  for (const auto& row : read_table(placed_table(), parse_csv(file, read_file(file), diagnostics), diagnostics)) {
    const auto at = std::ranges::find(names, row.bus);
    if (at == names.end()) {
      diagnostics.error({file, row.line, 1}, std::format("there is no bus '{}'", row.bus), name_hint(row.bus, names));
      continue;
    }
    if (row.mvar && row.power_factor) diagnostics.error({file, row.line, 1}, "reactive power is told in two ways", "allowed: mvar or power_factor");
    const double factor = row.power_factor.value_or(1);
    loads.push_back({row.name.empty() ? "load at " + row.bus : row.name, static_cast<std::size_t>(at - names.begin()), row.mw,
                     row.mvar.value_or(row.mw * std::tan(std::acos(factor)))});
  }
  if (loads.empty()) diagnostics.error({file}, "there are no loads");
  diagnostics.throw_if_errors();
  return loads;
}

}  // namespace stargate::exchange
