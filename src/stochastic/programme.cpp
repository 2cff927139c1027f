#include "stochastic/programme.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <map>
#include <stdexcept>
#include <tuple>

namespace stargate::stochastic {

namespace {

auto index(int i) { return static_cast<std::size_t>(i); }

using Key = std::tuple<Change::Part, int, int>;
Key key_of(const Change& c) { return {c.part, c.row, c.column}; }

int stage_of(const StochasticProgramme& p, const Change& c) {
  const int by_row = c.row >= 0 ? p.row_stage[index(c.row)] : 0, by_column = c.column >= 0 ? p.column_stage[index(c.column)] : 0;
  return c.part == Change::Part::right_hand_side || c.part == Change::Part::coefficient ? by_row : by_column;
}

/// The changes of a path and of those it comes from, by stage.
std::map<Key, Change> changes_of(const StochasticProgramme& p, std::size_t path) {
  std::vector<std::size_t> line;
  for (int at = static_cast<int>(path); at >= 0; at = p.paths[index(at)].parent) line.push_back(index(at));
  std::map<Key, Change> all;
  for (std::size_t i = line.size(); i-- > 0;)
    for (const auto& c : p.paths[line[i]].changes) all[key_of(c)] = c;
  return all;
}

Tree tree_of_paths(const StochasticProgramme& p) {
  Tree tree;
  const int last = p.stage_count() - 1;
  std::vector<int> trunk(index(last + 1), -1);  // what paths from the root have in common
  std::vector<std::vector<int>> node(p.paths.size(), std::vector<int>(index(last + 1), -1));
  for (std::size_t s = 0; s < p.paths.size(); ++s) {
    const auto& path = p.paths[s];
    const auto changes = changes_of(p, s);
    for (int t = 0; t <= last; ++t) {
      const bool shared = t < path.branches;
      int& at = shared && path.parent < 0 ? trunk[index(t)] : node[s][index(t)];
      if (shared && path.parent >= 0) at = node[index(path.parent)][index(t)];
      if (at < 0) {
        Node n{t > 0 ? node[s][index(t - 1)] : -1, t, 0, {}};
        for (const auto& [key, change] : changes)
          if (!shared && stage_of(p, change) == t) n.changes.push_back(change);
        at = static_cast<int>(tree.nodes.size());
        tree.nodes.push_back(std::move(n));
      }
      node[s][index(t)] = at;
      tree.nodes[index(at)].probability += path.probability;
    }
  }
  tree.scenarios = p.paths.size();
  return tree;
}

/// Outcomes of independent blocks of one stage, multiplied out.
std::vector<Outcome> product(const StochasticProgramme& p, int stage) {
  std::vector<Outcome> all{{1, {}}};
  for (const auto& block : p.blocks) {
    if (block.stage != stage) continue;
    std::vector<Outcome> next;
    next.reserve(all.size() * block.outcomes.size());
    for (const auto& before : all)
      for (const auto& o : block.outcomes) {
        Outcome both = before;
        both.probability *= o.probability;
        both.changes.insert(both.changes.end(), o.changes.begin(), o.changes.end());
        next.push_back(std::move(both));
      }
    all = std::move(next);
  }
  return all;
}

Tree tree_of_blocks(const StochasticProgramme& p) {
  Tree tree;
  tree.nodes.push_back({});
  std::vector<int> ends{0};
  for (int t = 1; t < p.stage_count(); ++t) {
    const auto outcomes = product(p, t);
    std::vector<int> next;
    for (const int from : ends)
      for (const auto& o : outcomes) {
        next.push_back(static_cast<int>(tree.nodes.size()));
        tree.nodes.push_back({from, t, tree.nodes[index(from)].probability * o.probability, o.changes});
      }
    ends = std::move(next);
  }
  tree.scenarios = ends.size();
  return tree;
}

double core_value(const StochasticProgramme& p, const Change& c) {
  const auto& m = p.core;
  switch (c.part) {
    case Change::Part::cost: return m.cost[index(c.column)];
    case Change::Part::right_hand_side: return p.right_hand_side[index(c.row)];
    case Change::Part::lower: return m.lower[index(c.column)];
    case Change::Part::upper: return m.upper[index(c.column)];
    case Change::Part::coefficient: break;
  }
  const auto columns = m.row_columns(c.row);
  for (std::size_t k = 0; k < columns.size(); ++k)
    if (columns[k] == c.column) return m.row_values(c.row)[k];
  return 0;
}

}  // namespace

double scenario_count(const StochasticProgramme& p) {
  if (!p.paths.empty()) return static_cast<double>(p.paths.size());
  double all = 1, of_stage = 1;
  for (int t = 1; t < p.stage_count(); ++t) {
    of_stage = 1;
    for (const auto& b : p.blocks)
      if (b.stage == t) of_stage *= b.continuous ? std::numeric_limits<double>::infinity() : static_cast<double>(b.outcomes.size());
    all *= of_stage;
  }
  return all;
}

Tree whole_tree(const StochasticProgramme& p, std::size_t most) {
  const double count = scenario_count(p);
  if (!(count <= static_cast<double>(most))) throw std::length_error(std::format("{:.3g} scenarios", count));
  return p.paths.empty() ? tree_of_blocks(p) : tree_of_paths(p);
}

Tree sampled_tree(const StochasticProgramme& p, const Sampler& sampler, std::size_t first, std::size_t count) {
  if (p.stage_count() != 2) throw std::logic_error("scenarios are drawn for two stages only");
  Tree tree;
  tree.nodes.push_back({});
  tree.scenarios = count;
  const auto chosen = [](const auto& list, double u) {
    double below = 0;
    for (std::size_t k = 0; k + 1 < list.size(); ++k)
      if ((below += list[k].probability) > u) return k;
    return list.size() - 1;
  };
  for (std::size_t s = 0; s < count; ++s) {
    Node node{0, 1, 1.0 / static_cast<double>(count), {}};
    if (!p.paths.empty()) {
      for (const auto& [key, change] : changes_of(p, chosen(p.paths, sampler.at(first + s, 0)))) node.changes.push_back(change);
    } else {
      for (std::size_t b = 0; b < p.blocks.size(); ++b) {
        const auto& block = p.blocks[b];
        const double u = sampler.at(first + s, b);
        if (block.continuous) {
          node.changes.push_back(block.target);
          node.changes.back().value = block.distribution.quantile(u);
        } else {
          const auto& o = block.outcomes[chosen(block.outcomes, u)];
          node.changes.insert(node.changes.end(), o.changes.begin(), o.changes.end());
        }
      }
    }
    tree.nodes.push_back(std::move(node));
  }
  return tree;
}

Tree mean_tree(const StochasticProgramme& p) {
  std::map<Key, Change> mean;
  const auto add = [&](const Change& c, double probability) {
    auto [at, added] = mean.try_emplace(key_of(c), c);
    if (added) at->second.value = 0;
    at->second.value += probability * c.value;
  };
  for (const auto& block : p.blocks) {
    if (block.continuous) {
      mean[key_of(block.target)] = block.target;
      mean[key_of(block.target)].value = block.distribution.mean();
    }
    for (const auto& o : block.outcomes)
      for (const auto& c : o.changes) add(c, o.probability);
  }
  // A path that does not tell a datum has the core's.
  std::vector<std::map<Key, Change>> of_path;
  for (std::size_t s = 0; s < p.paths.size(); ++s) of_path.push_back(changes_of(p, s));
  for (const auto& one : of_path)
    for (const auto& [key, change] : one) mean.try_emplace(key, change);
  if (!p.paths.empty())
    for (auto& [key, change] : mean) {
      change.value = 0;
      for (std::size_t s = 0; s < p.paths.size(); ++s) {
        const auto at = of_path[s].find(key);
        change.value += p.paths[s].probability * (at == of_path[s].end() ? core_value(p, change) : at->second.value);
      }
    }
  Tree tree;
  tree.scenarios = 1;
  for (int t = 0; t < p.stage_count(); ++t) {
    tree.nodes.push_back({t - 1, t, 1, {}});
    for (const auto& [key, change] : mean)
      if (stage_of(p, change) == t) tree.nodes.back().changes.push_back(change);
  }
  return tree;
}

ExtensiveForm extensive_form(const StochasticProgramme& p, const Tree& tree) {
  const double sign = p.maximise ? -1 : 1;
  ExtensiveForm form;
  form.column.assign(tree.nodes.size(), std::vector<int>(p.columns.size(), -1));
  form.row.assign(tree.nodes.size(), std::vector<int>(p.rows.size(), -1));
  form.model.offset = sign * p.core.offset;
  std::vector<std::vector<int>> columns_of(index(p.stage_count())), rows_of(index(p.stage_count()));
  for (std::size_t j = 0; j < p.columns.size(); ++j) columns_of[index(p.column_stage[j])].push_back(static_cast<int>(j));
  for (std::size_t r = 0; r < p.rows.size(); ++r) rows_of[index(p.row_stage[r])].push_back(static_cast<int>(r));

  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    const Node& node = tree.nodes[n];
    auto& own = form.column[n];
    for (const int j : columns_of[index(node.stage)]) {
      double cost = p.core.cost[index(j)], low = p.core.lower[index(j)], high = p.core.upper[index(j)];
      for (const auto& c : node.changes) {
        if (c.column != j) continue;
        if (c.part == Change::Part::cost) cost = c.value;
        if (c.part == Change::Part::lower) low = c.value;
        if (c.part == Change::Part::upper) high = c.value;
      }
      own[index(j)] = form.model.add_column(low, high, sign * node.probability * cost, p.core.integer[index(j)] != 0);
    }
  }
  std::vector<double> shift(p.rows.size());
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    const Node& node = tree.nodes[n];
    std::map<std::pair<int, int>, double> coefficient;
    for (const auto& c : node.changes) {
      if (c.part == Change::Part::right_hand_side) shift[index(c.row)] = c.value - p.right_hand_side[index(c.row)];
      if (c.part == Change::Part::coefficient) coefficient[{c.row, c.column}] = c.value;
    }
    for (const int r : rows_of[index(node.stage)]) {
      const auto put = [&](int j, double value) {
        int at = static_cast<int>(n);  // the node on the way to the root that has the column
        while (at >= 0 && form.column[index(at)][index(j)] < 0) at = tree.nodes[index(at)].parent;
        form.model.term(form.column[index(at)][index(j)], value);
      };
      const auto columns = p.core.row_columns(r);
      const auto values = p.core.row_values(r);
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const auto changed = coefficient.find({r, columns[k]});
        put(columns[k], changed == coefficient.end() ? values[k] : changed->second);
        if (changed != coefficient.end()) coefficient.erase(changed);
      }
      for (auto at = coefficient.lower_bound({r, 0}); at != coefficient.end() && at->first.first == r; ++at)
        put(at->first.second, at->second);
      form.row[n][index(r)] = form.model.end_row(p.core.row_lower[index(r)] + shift[index(r)],
                                                 p.core.row_upper[index(r)] + shift[index(r)]);
    }
    for (const auto& c : node.changes)
      if (c.part == Change::Part::right_hand_side) shift[index(c.row)] = 0;
  }
  return form;
}

void check_stages(const StochasticProgramme& p, const std::string& file) {
  Diagnostics d;
  for (int r = 0; r < p.core.rows(); ++r)
    for (const int j : p.core.row_columns(r))
      if (p.column_stage[index(j)] > p.row_stage[index(r)])
        d.error({file}, std::format("row '{}' of stage '{}' holds column '{}' of the later stage '{}'", p.rows[index(r)],
                                    p.stages[index(p.row_stage[index(r)])], p.columns[index(j)],
                                    p.stages[index(p.column_stage[index(j)])]),
                "a row holds columns of its own and earlier stages");
  const auto check = [&](const Change& c, const std::string& where) {
    if (stage_of(p, c) == 0)
      d.error({file}, std::format("{} changes data of the first stage ({}{}{})", where, c.row >= 0 ? p.rows[index(c.row)] : "",
                                  c.row >= 0 && c.column >= 0 ? ", " : "", c.column >= 0 ? p.columns[index(c.column)] : ""),
              "what is decided first is decided before chance");
    const int row_stage = c.row >= 0 ? p.row_stage[index(c.row)] : 0, column_stage = c.column >= 0 ? p.column_stage[index(c.column)] : 0;
    if (c.part == Change::Part::coefficient && column_stage > row_stage)
      d.error({file}, std::format("{} puts column '{}' into row '{}' of an earlier stage", where, p.columns[index(c.column)], p.rows[index(c.row)]));
  };
  for (const auto& b : p.blocks) {
    if (b.continuous) check(b.target, "'" + b.name + "'");
    for (const auto& o : b.outcomes)
      for (const auto& c : o.changes) check(c, "'" + b.name + "'");
  }
  for (const auto& s : p.paths)
    for (const auto& c : s.changes) check(c, "scenario '" + s.name + "'");
  d.throw_if_errors();
}

}  // namespace stargate::stochastic
