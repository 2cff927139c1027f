#include "exchange/matpower.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <format>
#include <map>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/text.h"
#include "energy/curves.h"

namespace stargate::exchange {

using namespace energy;

namespace {

struct MatrixRow {
  std::size_t line;
  std::vector<double> cells;
};
struct CaseFile {
  std::string path;
  double base_mva = 0;
  std::map<std::string, std::vector<MatrixRow>> matrices;
  std::vector<std::string> not_understood;
};

/// Reads the assignments 'mpc.NAME = [ rows ];' and 'mpc.NAME = number;'. Cells of text are passed over.
class CaseParser {
 public:
  CaseParser(std::string path, std::string_view text) : text_(text) { case_.path = std::move(path); }

  CaseFile parse() && {
    if (text_.size() >= 4 && text_.find('\0') != std::string_view::npos) fail("it holds bytes of no text", "is it a MATPOWER case?");
    for (std::string_view line; next(line);)
      while (!line.empty()) line = statement(line);
    if (!assigned_)
      throw InputError({case_.path}, "it assigns nothing to 'mpc.NAME': it is no MATPOWER case of version 2", "savecase of MATPOWER writes one");
    return std::move(case_);
  }

 private:
  [[noreturn]] void fail(std::string what, std::string hint = {}) const {
    throw InputError({case_.path, line_}, std::move(what), std::move(hint));
  }
  /// Reads one statement of a line; returns what stands after it.
  std::string_view statement(std::string_view line) {
    const auto after = [&](std::size_t end) { return end >= line.size() ? std::string_view{} : trim(line.substr(end + 1)); };
    if (!line.starts_with("mpc.")) return after(line.find(';'));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) fail(std::format("'{}' is no assignment", line));
    const std::string name(trim(line.substr(4, equals - 4)));
    auto value = trim(line.substr(equals + 1));
    assigned_ = true;
    if (name.find_first_of("({") != std::string::npos)
      fail(std::format("'mpc.{}': a part of a matrix is assigned", name), "allowed: mpc.NAME = [ rows ]; write the case out with savecase");
    if (value.starts_with('[')) {
      if (!case_.matrices.emplace(name, std::vector<MatrixRow>{}).second) fail(std::format("mpc.{} is assigned a second time", name));
      auto rest = value.substr(1);
      case_.matrices[name] = matrix(rest);
      rest = trim(rest);
      if (!rest.empty() && !rest.starts_with(';') && !rest.starts_with(','))
        fail(std::format("'{}' after the end of a matrix", rest), "allowed: a matrix of numbers by itself");
      return rest.empty() ? rest : trim(rest.substr(1));
    }
    if (value.starts_with('{')) {
      if (name != "bus_name") case_.not_understood.push_back("mpc." + name);
      while (value.find('}') == std::string_view::npos)
        if (!next(value)) fail("the file ends within a list of text", "is it whole?");
      value = value.substr(value.find('}') + 1);
      return value.empty() ? value : trim(value.substr(1));
    }
    // Text may hold what ends a statement.
    const auto quote = value.empty() ? '\0' : value.front();
    const auto closing = quote == '\'' || quote == '"' ? value.find(quote, 1) : 0;
    if (closing == std::string_view::npos) fail("a quote is opened here and never closed");
    const auto end = value.find(';', closing);
    if (name == "baseMVA") case_.base_mva = number(trim(value.substr(0, end)));
    else if (const auto text = trim(value.substr(0, end)); name == "version" && text != "'2'" && text != "\"2\"")
      fail(std::format("the case is of version {}", text), "allowed: '2'");
    else if (name != "version") case_.not_understood.push_back("mpc." + name);
    return end == std::string_view::npos ? std::string_view{} : trim(value.substr(end + 1));
  }

  /// The next line without comment and outer spaces; false at the end. Blocks between %{ and %} are comments too.
  bool next(std::string_view& line) {
    for (int within = 0; at_ < text_.size();) {
      const auto end = std::min(text_.find('\n', at_), text_.size());
      line = trim(text_.substr(at_, end - at_));
      at_ = end + 1;
      ++line_;
      if (line == "%{") ++within;
      else if (line == "%}" && within > 0) --within;
      else if (within == 0) {
        bool quoted = false;
        for (std::size_t k = 0; k < line.size(); ++k) {
          quoted = quoted != (line[k] == '\'');
          if (line[k] == '%' && !quoted) return line = trim(line.substr(0, k)), true;
        }
        return true;
      }
    }
    return false;
  }
  double number(std::string_view token) const {
    if (token.starts_with('+')) token.remove_prefix(1);
    const auto word = lower(token);
    if (word == "inf") return unlimited;
    if (word == "-inf") return -unlimited;
    double value = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (error != std::errc{} || end != token.data() + token.size() || std::isnan(value)) fail(std::format("'{}' is no number", token));
    return value;
  }
  /// Rows up to the closing bracket; `rest` is what stands after it on its line.
  std::vector<MatrixRow> matrix(std::string_view& rest) {
    std::vector<MatrixRow> rows;
    MatrixRow row{line_, {}};
    const auto end_row = [&] {
      if (!row.cells.empty()) rows.push_back(std::move(row));
      row = {line_, {}};
    };
    for (;;) {
      const auto closing = rest.find(']');
      const bool last = closing != std::string_view::npos;
      const auto beyond = last ? rest.substr(closing + 1) : std::string_view{};
      rest = rest.substr(0, closing);
      const bool continued = rest.ends_with("...");
      if (continued) rest.remove_suffix(3);
      for (std::size_t at = 0; at < rest.size();) {
        const auto stop = std::min(rest.find_first_of(" \t,;\r", at), rest.size());
        if (stop > at) row.cells.push_back(number(rest.substr(at, stop - at)));
        if (stop < rest.size() && rest[stop] == ';') end_row();
        at = stop + 1;
      }
      if (!continued) end_row();
      if (last) {
        rest = beyond;
        return rows;
      }
      if (!next(rest)) fail("the file ends within a matrix", "is it whole?");
      if (row.cells.empty()) row.line = line_;
    }
  }

  CaseFile case_;
  bool assigned_ = false;
  std::string_view text_;
  std::size_t at_ = 0, line_ = 0;
};

class CaseReader {
 public:
  CaseReader(CaseFile file, BranchModel model) : case_(std::move(file)), model_(model) {}

  ImportedSystem read() && {
    net_.name = case_.path;
    net_.snapshots.push_back({"now"});
    net_.angle_limits_count = true;
    net_.carriers.push_back({"AC"});
    if (!(case_.base_mva > 0)) throw InputError({case_.path}, "mpc.baseMVA is missing or not positive");
    for (const char* needed : {"bus", "gen", "branch"})
      if (!case_.matrices.contains(needed)) throw InputError({case_.path}, std::format("mpc.{} is missing", needed));
    read_buses();
    read_generators();
    read_branches();
    read_dc_lines();
    for (const auto& [name, rows] : case_.matrices)
      if (!std::ranges::contains(std::array{"bus", "gen", "branch", "gencost", "dcline", "dclinecost", "areas"}, name))
        case_.not_understood.push_back("mpc." + name);
    ImportedSystem out{deterministic(std::move(net_)), std::move(notes_)};
    // What bears on a linear optimal power flow; the rest are names, drawings, or set points of other studies.
    static constexpr std::array<std::string_view, 15> counts{"mpc.A", "mpc.l", "mpc.u", "mpc.N", "mpc.H", "mpc.Cw", "mpc.fparm", "mpc.reserves", "mpc.if",
                                                             "mpc.softlims", "mpc.storage", "mpc.switch", "mpc.ne_branch", "mpc.load", "mpc.shunt"};
    for (const auto& what : case_.not_understood)
      (std::ranges::contains(counts, what) ? out.left_out : out.notes).push_back(what + " was not understood");
    check(out.system, case_.path, [&](std::string_view, const std::string& name) {
      const auto at = lines_.find(name);
      return Place{case_.path, at == lines_.end() ? 0 : at->second};
    });
    return out;
  }

 private:
  double cell(const MatrixRow& row, std::size_t column, std::string_view name) const {
    if (column >= row.cells.size())
      throw InputError({case_.path, row.line}, std::format("the row has {} columns; column {} ({}) is missing", row.cells.size(), column + 1, name));
    return row.cells[column];
  }
  std::string bus_name(const MatrixRow& row, std::size_t column) const {
    const double number = cell(row, column, "bus");
    if (!(std::abs(number) < 1e15) || number != std::floor(number)) throw InputError({case_.path, row.line}, std::format("bus number {} is not whole", number));
    return std::format("{}", static_cast<long long>(number));
  }
  /// Is it a bus that is connected? One that is not there at all is an error.
  bool connected(const MatrixRow& row, std::size_t column) const {
    const std::string name = bus_name(row, column);
    if (isolated_.contains(name)) return !isolated_.at(name);
    std::vector<std::string> names;
    for (const auto& [bus, isolated] : isolated_) names.push_back(bus);
    const auto nearest = nearest_name(name, names);
    throw InputError({case_.path, row.line}, std::format("bus {} is not in mpc.bus", name), nearest.empty() ? "" : std::format("did you mean {}?", nearest));
  }

  void read_buses() {
    for (const auto& row : case_.matrices["bus"]) {
      const std::string name = bus_name(row, 0);
      const double type = cell(row, 1, "type");
      if (type != 1 && type != 2 && type != 3 && type != 4)
        throw InputError({case_.path, row.line}, std::format("bus {} is of type {}", name, type), "allowed: 1 (PQ), 2 (PV), 3 (reference), 4 (isolated)");
      const bool isolated = type == 4;
      if (!isolated_.emplace(name, isolated).second) throw InputError({case_.path, row.line}, std::format("bus {} stands a second time", name));
      if (isolated) continue;
      Bus bus;
      bus.name = name;
      bus.v_nom = cell(row, 9, "baseKV") > 0 ? cell(row, 9, "baseKV") : 1;
      bus.shunt_mw = cell(row, 4, "Gs");
      net_.buses.push_back(std::move(bus));
      lines_[name] = lines_["load " + name] = row.line;
      if (const double demand = cell(row, 2, "Pd"); demand != 0) net_.loads.push_back({"load " + name, name, "AC", true, -1, demand});
    }
  }

  void read_generators() {
    const auto& rows = case_.matrices["gen"];
    const auto& costs = case_.matrices["gencost"];
    if (!costs.empty() && costs.size() < rows.size())
      throw InputError({case_.path, costs.back().line}, std::format("mpc.gencost has {} rows for {} generators", costs.size(), rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& row = rows[i];
      if (cell(row, 7, "status") <= 0 || !connected(row, 0)) continue;
      Generator g;
      g.name = std::format("gen {}", i + 1);
      lines_[g.name] = row.line;
      g.bus = bus_name(row, 0);
      const double high = cell(row, 8, "Pmax"), low = cell(row, 9, "Pmin");
      if (!std::isfinite(high) || !std::isfinite(low))
        throw InputError({case_.path, row.line}, std::format("the limits of {} are {} and {}", g.name, low, high), "finite numbers are needed");
      g.nominal = std::max({std::abs(high), std::abs(low), 1e-9});
      g.p_max_pu = high / g.nominal;
      g.p_min_pu = low / g.nominal;
      if (!costs.empty()) read_cost(costs[i], g);
      net_.generators.push_back(std::move(g));
    }
    if (costs.size() > rows.size()) notes_.push_back(std::format("mpc.gencost: {} costs of reactive power, of which a linear power flow has none", costs.size() - rows.size()));
  }

  void read_cost(const MatrixRow& row, Dispatchable& d) {
    const double kind = cell(row, 0, "model");
    const double count = cell(row, 3, "ncost");
    if (!(count >= 0 && count < 1e6) || count != std::floor(count))
      throw InputError({case_.path, row.line}, std::format("a cost of {} points or coefficients", count), "allowed: a whole number");
    const auto n = static_cast<std::size_t>(count);
    if (kind == 1) {
      std::vector<CostPoint> points;
      for (std::size_t k = 0; k < n; ++k) points.push_back({cell(row, 4 + 2 * k, "p"), cell(row, 5 + 2 * k, "cost")});
      if (points.size() < 2) throw InputError({case_.path, row.line}, "a piecewise cost needs two points at least");
      for (std::size_t k = 1; k < points.size(); ++k)
        if (!(points[k].power_mw > points[k - 1].power_mw))
          throw InputError({case_.path, row.line}, std::format("the cost of {}: its powers do not rise from point {} on", d.name, k), "each point lies right of the one before");
      if (shape_of(points) == Shape::other)
        notes_.push_back(std::format("line {}: the cost of {} is not convex: whole numbers tell its pieces apart", row.line, d.name));
      d.cost_curve = std::move(points);
      return;
    }
    if (kind != 2) throw InputError({case_.path, row.line}, std::format("cost model {} is not known", kind), "allowed: 1 (piecewise linear), 2 (polynomial)");
    std::vector<double> by_power(std::max<std::size_t>(n, 3), 0);  // coefficient of p^k
    for (std::size_t k = 0; k < n; ++k) by_power[n - 1 - k] = cell(row, 4 + k, "cost");
    for (std::size_t k = 3; k < by_power.size(); ++k)
      if (by_power[k] != 0) throw InputError({case_.path, row.line}, std::format("a cost of degree {} is not modelled", k), "allowed: up to quadratic");
    d.marginal_cost = by_power[1];
    d.marginal_cost_quadratic = by_power[2];
    net_.fixed_cost += by_power[0];
  }

  void read_branches() {
    for (std::size_t i = 0; const auto& row : case_.matrices["branch"]) {
      ++i;
      if (cell(row, 10, "status") <= 0 || !connected(row, 0) || !connected(row, 1)) continue;
      Branch b;
      b.bus0 = bus_name(row, 0);
      b.bus1 = bus_name(row, 1);
      b.carrier = "AC";
      const double r = cell(row, 2, "r"), x = cell(row, 3, "x"), rate = cell(row, 5, "rateA");
      const double tap = cell(row, 8, "ratio"), shift = cell(row, 9, "angle");
      const bool plain = model_ == BranchModel::power_models;
      // Reactance per unit of 1 MVA.
      const double reactance = (plain && x != 0 ? (r * r + x * x) / x : x) / case_.base_mva;
      angle_limits(row, b);
      if (!plain) {
        b.tap_ratio = tap == 0 ? 1 : tap;
        b.phase_shift = shift;
      }
      if (rate < 0) throw InputError({case_.path, row.line}, std::format("branch {} has a rating of {}", i, rate), "allowed: above 0, or 0 for no limit");
      const bool limited = rate > 0 && std::isfinite(rate);
      b.nominal = limited ? rate : case_.base_mva;
      if (!limited) b.s_max_pu = unlimited;
      const bool transformer = tap != 0 || shift != 0;
      b.name = std::format("{} {}", transformer ? "transformer" : "line", i);
      lines_[b.name] = row.line;
      if (transformer) {
        b.x = reactance * b.nominal;
        net_.transformers.push_back(std::move(b));
      } else {
        const double v = std::ranges::find(net_.buses, b.bus0, &Bus::name)->v_nom;
        b.x = reactance * v * v;
        net_.lines.push_back(std::move(b));
      }
    }
  }

  void angle_limits(const MatrixRow& row, Branch& b) const {
    if (row.cells.size() < 13) return;
    const double low = row.cells[11], high = row.cells[12];
    if (model_ == BranchModel::power_models) {  // PowerModels narrows missing limits to 60 degrees
      constexpr double widest = 1.0472 * 180 / 3.14159265358979323846;
      const bool none = low == 0 && high == 0;
      b.v_ang_min = none || low <= -90 ? -widest : low;
      b.v_ang_max = none || high >= 90 ? widest : high;
    } else if (low != 0 || high != 0) {
      if (low > -360) b.v_ang_min = low;
      if (high < 360) b.v_ang_max = high;
    }
  }

  /// HVDC: what leaves bus 0 arrives at bus 1 less loss0 + loss1 * p.
  void read_dc_lines() {
    const auto& costs = case_.matrices["dclinecost"];
    for (std::size_t i = 0; const auto& row : case_.matrices["dcline"]) {
      ++i;
      if (cell(row, 2, "status") <= 0 || !connected(row, 0) || !connected(row, 1)) continue;
      Link l;
      l.name = std::format("dc line {}", i);
      lines_[l.name] = row.line;
      l.nominal = 1;
      l.p_min_pu = cell(row, 9, "Pmin");
      l.p_max_pu = cell(row, 10, "Pmax");
      const double loss0 = row.cells.size() > 15 ? row.cells[15] : 0, loss1 = row.cells.size() > 16 ? row.cells[16] : 0;
      l.ports = {{bus_name(row, 0), -1.0}, {bus_name(row, 1), 1 - loss1}};
      std::ranges::find(net_.buses, l.ports[1].bus, &Bus::name)->shunt_mw += loss0;
      if (i <= costs.size()) read_cost(costs[i - 1], l);
      net_.links.push_back(std::move(l));
    }
  }

  CaseFile case_;
  BranchModel model_;
  Network net_;
  std::vector<std::string> notes_;
  std::map<std::string, bool> isolated_;
  std::map<std::string, std::size_t> lines_;  ///< of each component
};

}  // namespace

ImportedSystem read_matpower(const std::string& path, BranchModel model) {
  constexpr std::size_t most_bytes = std::size_t{1} << 28;  // the largest public cases are under 32 MB
  const std::string text = read_file(path, most_bytes);
  return CaseReader(CaseParser(path, text).parse(), model).read();
}

}  // namespace stargate::exchange
