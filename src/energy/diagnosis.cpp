#include "energy/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <format>

#include "lp/solver.h"

namespace stargate::energy {

namespace {

std::string singular(List list) {
  switch (list) {
    case List::generators: return "generator";
    case List::lines: return "line";
    case List::transformers: return "transformer";
    case List::links: return "link";
    case List::storage_units: return "storage unit";
    case List::stores: return "store";
    case List::storage_energy: return "energy of storage unit";
    case List::storage_charge: return "charging power of storage unit";
  }
  return "";
}

/// Columns and rows in the network's terms.
class Names {
 public:
  Names(const System& system, const Formulation& f) : system_(system), f_(f) {}

  std::string snapshot(const Network& net, std::size_t t) const {
    const auto& label = net.snapshots[t].label;
    return label.empty() || label == std::to_string(t) ? std::format("snapshot {}", t) : std::format("snapshot {} ({})", t, label);
  }
  std::string scenario(std::size_t s) const { return system_.scenarios.size() > 1 ? std::format(", scenario '{}'", system_.scenarios[s].name) : ""; }

  /// "capacity of generator 'x'", "generator 'x', snapshot 3", or nothing.
  std::string column(int column) const {
    for (const List list : all_lists) {
      const auto l = static_cast<std::size_t>(list);
      for (const auto* columns : {&f_.layout.capacity[l], &f_.layout.modules[l]})
        if (const auto at = std::ranges::find(*columns, column); at != columns->end())
          return std::format("capacity of {}", member(list, static_cast<std::size_t>(at - columns->begin())));
    }
    for (std::size_t s = 0; s < system_.scenarios.size(); ++s) {
      const Network& net = system_.scenarios[s].network;
      const auto& ops = f_.layout.operation[s];
      const auto in = [&](const Block& block, List list, std::size_t rows, const std::vector<std::size_t>* members) -> std::string {
        if (!block.is_there() || block.members == 0 || column < block.first) return {};
        const auto place = static_cast<std::size_t>(column - block.first);
        if (place >= rows * block.members) return {};
        const std::size_t i = place % block.members;
        std::string text = member(list, members ? (*members)[i] : i);
        if (rows == net.snapshots.size()) text += ", " + snapshot(net, place / block.members);
        return text + scenario(s);
      };
      const std::size_t n = net.snapshots.size();
      std::string text;
      for (const List list : all_lists)
        if (text.empty()) text = in(ops.flow[static_cast<std::size_t>(list)], list, n, nullptr);
      for (const Block* b : {&ops.charge, &ops.state_of_charge, &ops.spill})
        if (text.empty()) text = in(*b, List::storage_units, n, nullptr);
      if (text.empty()) text = in(ops.energy, List::stores, n, nullptr);
      for (const auto* b : {&ops.generators.status, &ops.generators.start_up, &ops.generators.shut_down})
        if (text.empty()) text = in(*b, List::generators, n, &ops.generators.members);
      for (const auto* b : {&ops.links.status, &ops.links.start_up, &ops.links.shut_down})
        if (text.empty()) text = in(*b, List::links, n, &ops.links.members);
      for (const auto& [levels, list] : {std::pair{&ops.linked_units, List::storage_units}, {&ops.linked_stores, List::stores}}) {
        if (text.empty()) text = in(levels->start, list, net.chronology.size(), nullptr);
        for (const Block* b : {&levels->lowest, &levels->highest})
          if (text.empty() && b->is_there()) text = in(*b, list, static_cast<std::size_t>(net.snapshots.back().run) + 1, nullptr);
      }
      if (!text.empty()) return text;
    }
    return {};
  }

  /// The bus whose balance a row is.
  bool is_balance(int row, std::size_t& s, std::size_t& t, std::size_t& b) const {
    for (s = 0; s < system_.scenarios.size(); ++s) {
      const Network& net = system_.scenarios[s].network;
      const int first = f_.layout.balance[s];
      if (row < first || static_cast<std::size_t>(row - first) >= net.snapshots.size() * net.buses.size()) continue;
      t = static_cast<std::size_t>(row - first) / net.buses.size();
      b = static_cast<std::size_t>(row - first) % net.buses.size();
      return true;
    }
    return false;
  }
  /// The requirement (energy/policy.h) that a row states, or nothing.
  std::string requirement(int row) const {
    const Policies& rules = system_.first().policies;
    const std::size_t periods = std::max<std::size_t>(system_.first().periods.size(), 1);
    const auto among = [&](const std::vector<int>& rows, const auto& named, std::string_view kind) -> std::string {
      const auto at = std::ranges::find(rows, row);
      if (at == rows.end()) return {};
      return std::format("{} '{}'", kind, named[static_cast<std::size_t>(at - rows.begin()) / periods].name);
    };
    std::string text = among(f_.layout.requirement_row, rules.capacity_requirements, "capacity requirement");
    for (std::size_t s = 0; text.empty() && s < system_.scenarios.size(); ++s) {
      const Network& net = system_.scenarios[s].network;
      const PolicyLayout& layout = f_.layout.operation[s].policy;
      const auto hourly = [&](int first, const auto& named, std::string_view kind) -> std::string {
        const auto place = static_cast<std::size_t>(row - first);
        if (first < 0 || row < first || place >= named.size() * net.snapshots.size()) return {};
        return std::format("{} '{}', {}{}", kind, named[place % named.size()].name, snapshot(net, place / named.size()), scenario(s));
      };
      text = hourly(layout.margin_row, rules.reserve_margins, "reserve margin");
      if (text.empty()) text = hourly(layout.reserve_row, rules.operating_reserves, "operating reserve");
      if (text.empty()) text = among(layout.share_row, rules.energy_shares, "energy share");
      if (text.empty()) text = among(layout.cap_row, rules.emission_caps, "emission cap");
    }
    return text;
  }
  std::string row(int row) const {
    std::size_t s = 0, t = 0, b = 0;
    if (is_balance(row, s, t, b)) {
      const Network& net = system_.scenarios[s].network;
      return std::format("balance of bus '{}', {}{}", net.buses[b].name, snapshot(net, t), scenario(s));
    }
    for (s = 0; s < system_.scenarios.size(); ++s) {
      const auto& rows = f_.layout.global_constraint[s];
      if (const auto at = std::ranges::find(rows, row); at != rows.end())
        return std::format("global constraint '{}'{}", system_.scenarios[s].network.global_constraints[static_cast<std::size_t>(at - rows.begin())].name, scenario(s));
    }
    if (const auto name = requirement(row); !name.empty()) return name;
    for (const int c : f_.model.row_columns(row))
      if (const auto name = column(c); !name.empty()) return "a limit of " + name;
    return "a limit";
  }

 private:
  std::string member(List list, std::size_t i) const { return std::format("{} '{}'", singular(list), capacity_of(system_.first(), list, i).name); }
  const System& system_;
  const Formulation& f_;
};

/// The rows of the model, each of those in `elastic` with what is missing (+) and what is too much (-) at a cost of one.
struct Elastic {
  lp::Model model;
  std::vector<int> row;  ///< of each elastic pair of columns
  int first = 0;
};

Elastic elastic(const lp::Model& from, const std::vector<char>& stretches) {
  Elastic e;
  for (std::size_t j = 0; j < from.cost.size(); ++j) e.model.add_column(from.lower[j], from.upper[j]);
  e.first = e.model.columns();
  for (int r = 0; r < from.rows(); ++r)
    if (stretches[static_cast<std::size_t>(r)]) {
      e.row.push_back(r);
      e.model.add_column(0, lp::infinity, 1);
      e.model.add_column(0, lp::infinity, 1);
    }
  for (int r = 0, k = e.first; r < from.rows(); ++r) {
    const auto columns = from.row_columns(r);
    const auto values = from.row_values(r);
    for (std::size_t i = 0; i < columns.size(); ++i) e.model.term(columns[i], values[i]);
    if (stretches[static_cast<std::size_t>(r)]) {
      e.model.term(k++, 1);
      e.model.term(k++, -1);
    }
    e.model.end_row(from.row_lower[static_cast<std::size_t>(r)], from.row_upper[static_cast<std::size_t>(r)]);
  }
  return e;
}

Formulation relaxed(const System& system, const DiagnosisOptions& options) {
  FormulationOptions formulation = options.formulation;
  formulation.relax_integers = true;
  return formulate(system, formulation);
}

lp::Options solver(const DiagnosisOptions& options) {
  lp::Options o;
  o.time_limit_s = options.time_limit_s;
  return o;
}

}  // namespace

std::vector<std::string> why_infeasible(const System& system, const DiagnosisOptions& options) {
  const Formulation f = relaxed(system, options);
  const Names names(system, f);
  std::vector<std::string> found;
  for (int j = 0; j < f.model.columns() && found.size() < options.most; ++j)
    if (const double low = f.model.lower[static_cast<std::size_t>(j)], high = f.model.upper[static_cast<std::size_t>(j)]; low > high + 1e-9)
      found.push_back(std::format("{}: at least {:.6g} and at most {:.6g} are asked of it", names.column(j), low, high));
  if (!found.empty()) return found;

  std::vector<char> stretches(static_cast<std::size_t>(f.model.rows()), 0);
  std::size_t s = 0, t = 0, b = 0;
  for (int r = 0; r < f.model.rows(); ++r) stretches[static_cast<std::size_t>(r)] = names.is_balance(r, s, t, b);
  bool only_balances = true;
  Elastic e = elastic(f.model, stretches);
  lp::Solution solution = lp::solve(e.model, solver(options));
  if (solution.status == lp::Status::infeasible) {  // limits are at odds with one another
    only_balances = false;
    e = elastic(f.model, std::vector<char>(stretches.size(), 1));
    solution = lp::solve(e.model, solver(options));
  }
  if (!solution.has_values()) return {"what stands in the way was not found in the time given"};
  struct Gap {
    double amount;
    int row;
  };
  std::vector<Gap> gaps;
  double missing = 0, over = 0;
  for (std::size_t k = 0; k < e.row.size(); ++k) {
    const auto column = static_cast<std::size_t>(e.first) + 2 * k;
    const double amount = solution.value[column] - solution.value[column + 1];
    if (std::abs(amount) < 1e-6) continue;
    (amount > 0 ? missing : over) += std::abs(amount);
    gaps.push_back({amount, e.row[k]});
  }
  if (gaps.empty())
    return {"with units that may be on in part everything can be met: whole numbers (minimum output, minimum times, modules) stand in the way"};
  std::ranges::stable_sort(gaps, std::greater{}, [](const Gap& g) { return std::abs(g.amount); });
  for (const auto& gap : gaps) {
    if (found.size() == options.most) break;
    if (names.is_balance(gap.row, s, t, b)) {
      const Network& net = system.scenarios[s].network;
      double load = 0;
      for (const auto& l : net.loads)
        if (l.active && l.bus == net.buses[b].name) load -= l.sign * l.p_set[t];
      found.push_back(std::format("bus '{}', {}{}: {:.6g} of power {} (its load is {:.6g})", net.buses[b].name, names.snapshot(net, t), names.scenario(s),
                                  std::abs(gap.amount), gap.amount > 0 ? "are missing" : "are too much and cannot be got rid of", load));
    } else {
      found.push_back(std::format("{} is broken by {:.6g}", names.row(gap.row), std::abs(gap.amount)));
    }
  }
  if (only_balances && gaps.size() > 1)
    found.push_back(std::format("in all, {} balances of a bus in a snapshot cannot be met: {:.6g} of power are missing, {:.6g} too much", gaps.size(), missing, over));
  return found;
}

std::vector<std::string> why_unbounded(const System& system, const DiagnosisOptions& options) {
  constexpr double far = 1e7;
  Formulation f = relaxed(system, options);
  for (std::size_t j = 0; j < f.model.cost.size(); ++j) {
    f.model.lower[j] = std::max(f.model.lower[j], -far);
    f.model.upper[j] = std::min(f.model.upper[j], far);
  }
  f.model.quadratic.clear();
  const lp::Solution solution = lp::solve(f.model, solver(options));
  if (!solution.has_values()) return {"what grows without end was not found in the time given"};
  struct Earner {
    double cost;
    int column;
  };
  std::vector<Earner> earners;
  for (std::size_t j = 0; j < f.model.cost.size(); ++j)
    if (std::abs(solution.value[j]) > 0.99 * far) earners.push_back({f.model.cost[j] * solution.value[j], static_cast<int>(j)});
  std::ranges::stable_sort(earners, {}, &Earner::cost);
  const Names names(system, f);
  std::vector<std::string> found;
  for (const auto& earner : earners) {
    if (found.size() == options.most) break;
    if (const auto name = names.column(earner.column); !name.empty())
      found.push_back(std::format("{}: nothing limits it{}", name, earner.cost < 0 ? ", and it lowers the cost without end" : ""));
  }
  if (found.empty()) found.push_back("what grows without end was not found: look for negative costs without a limit");
  return found;
}

}  // namespace stargate::energy
