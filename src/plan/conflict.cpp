#include "plan/conflict.h"

#include <format>
#include <set>

namespace stargate::plan {

namespace {

/// Rows and bounds of one rule for one item (site, investor, target ...), relaxed and restored together.
struct Group {
  Rule rule;
  std::string what;
  std::vector<int> rows;
  std::vector<int> columns;
};

class ConflictFinder {
 public:
  ConflictFinder(const Formulation& f, const PlanOptions& options)
      : f_(f), whole_numbers_(false), options_(options), model_(prepared()), solver_(model_) {}

  std::vector<Conflict> find(Progress& progress) {
    if (feasible()) {  // the relaxation has a solution: only whole numbers make it impossible
      whole_numbers_ = true;
      model_.integer = f_.model.integer;
      solver_ = lp::Solver(model_);
    }
    auto groups = collect();
    std::set<Rule> rules;
    for (const auto& g : groups) rules.insert(g.rule);
    double done = 0;
    for (const Rule rule : rules) {
      progress.update(done++ / static_cast<double>(rules.size()), text_of(rule).words);
      drop_if_still_impossible(groups, [&](const Group& g) { return g.rule == rule; });
      if (options_.stop()) break;
    }
    for (std::size_t i = 0; i < groups.size();) {
      const auto before = groups.size();
      const auto* one = &groups[i];
      drop_if_still_impossible(groups, [&](const Group& g) { return &g == one; });
      if (groups.size() == before) ++i;
      if (options_.stop()) break;
    }
    std::vector<Conflict> conflicts;
    for (const auto& g : groups)
      conflicts.push_back({g.rule, g.what,
                           std::format("{}: {}{}", text_of(g.rule).id, text_of(g.rule).words,
                                       g.what.empty() ? "" : " (" + g.what + ")")});
    return conflicts;
  }

 private:
  /// Only whether there is a solution matters; energy is free.
  lp::Model prepared() const {
    lp::Model m = f_.model;
    std::ranges::fill(m.integer, std::uint8_t{0});
    std::ranges::fill(m.cost, 0.0);
    m.quadratic.clear();
    return m;
  }

  bool feasible() {
    lp::Options o{.method = whole_numbers_ ? lp::Method::choose : lp::Method::simplex,
                  .time_limit_s = 30,
                  .seed = options_.seed,
                  .should_stop = interrupted};
    return solver_.solve(o).status != lp::Status::infeasible;
  }

  std::vector<Group> collect() const {
    std::map<std::pair<Rule, std::string>, Group> groups;
    const auto group = [&](const Tag& tag) -> Group& {
      const auto what = f_.name_of(tag);
      auto& g = groups[{tag.rule, what}];
      g.rule = tag.rule;
      g.what = what;
      return g;
    };
    for (std::size_t r = 0; r < f_.tags.size(); ++r)
      if (f_.tags[r].rule != Rule::definition) group(f_.tags[r]).rows.push_back(static_cast<int>(r));
    for (const auto& [column, tag] : f_.bound_tags) group(tag).columns.push_back(column);
    std::vector<Group> list;
    for (auto& [key, g] : groups) list.push_back(std::move(g));
    return list;
  }

  void set(const Group& g, bool held) {
    for (const int r : g.rows)
      solver_.set_row_bounds(r, held ? model_.row_lower[at(r)] : -lp::infinity,
                             held ? model_.row_upper[at(r)] : lp::infinity);
    for (const int c : g.columns)
      if (g.rule == Rule::cash)
        solver_.set_column_bounds(c, held ? model_.lower[at(c)] : -lp::infinity, lp::infinity);
      else
        solver_.set_column_bounds(c, model_.lower[at(c)], held ? model_.upper[at(c)] : 1e3);
  }

  template <class Chosen>
  void drop_if_still_impossible(std::vector<Group>& groups, Chosen chosen) {
    bool any = false;
    for (const auto& g : groups)
      if (chosen(g)) {
        set(g, false);
        any = true;
      }
    if (!any) return;
    if (!feasible()) {
      std::vector<Group> left;
      for (auto& g : groups)
        if (!chosen(g)) left.push_back(std::move(g));
      groups = std::move(left);
      return;
    }
    for (const auto& g : groups)
      if (chosen(g)) set(g, true);
  }

  const Formulation& f_;
  bool whole_numbers_;
  const PlanOptions& options_;
  lp::Model model_;
  lp::Solver solver_;
};

}  // namespace

std::vector<Conflict> find_conflict(const Formulation& formulation, const PlanOptions& options, Progress& progress) {
  progress.stage("which rules conflict");
  return ConflictFinder(formulation, options).find(progress);
}

}  // namespace stargate::plan
