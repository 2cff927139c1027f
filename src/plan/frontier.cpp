#include "plan/frontier.h"

#include <format>

#include "base/text.h"

namespace stargate::plan {

namespace {

/// A relaxed formulation whose objective is changed from one quantity to the next.
class Most {
 public:
  Most(const Formulation& f, const PlanOptions& options) : f_(f), options_(options), model_(prepared()), solver_(model_) {}

  /// std::nullopt if the relaxation has no solution at all.
  std::optional<MostByQuarter> of(const std::string& quantity, int t) {
    for (const auto& e : terms_) solver_.set_cost(e.column, 0);
    terms_.clear();
    const double given = f_.count_of(quantity, t, terms_);
    std::map<int, double> cost;
    for (const auto& e : terms_) cost[e.column] -= e.value;
    for (const auto& [column, c] : cost) solver_.set_cost(column, c);
    const auto solution = solver_.solve({.method = lp::Method::simplex, .seed = options_.seed, .should_stop = interrupted});
    if (solution.status != lp::Status::optimal) return std::nullopt;
    MostByQuarter out;
    out.quarter = f_.instance.p.quarter(t);
    double most = given;
    for (const auto& [column, c] : cost) most -= c * solution.value[at(column)];
    out.most = most * thousand;
    out.binds = binds(solution, most);
    return out;
  }

 private:
  lp::Model prepared() const {
    lp::Model m = f_.model;
    std::ranges::fill(m.integer, std::uint8_t{0});
    std::ranges::fill(m.cost, 0.0);
    m.offset = 0;
    for (std::size_t r = 0; r < f_.tags.size(); ++r)
      if (f_.tags[r].rule == Rule::target) m.row_lower[r] = -lp::infinity;
    return m;
  }

  /// Rows with a price, by what they contribute to the optimum (dual times limit; these add up to it).
  std::vector<MostByQuarter::Limit> binds(const lp::Solution& solution, double most) const {
    std::map<std::pair<Rule, std::string>, MostByQuarter::Limit> groups;
    for (std::size_t r = 0; r < f_.tags.size(); ++r) {
      const auto& tag = f_.tags[r];
      const double dual = solution.row_dual[r];
      const double limit = dual < 0 ? model_.row_upper[r] : model_.row_lower[r];
      if (tag.rule == Rule::definition || std::abs(dual) < 1e-9 || !std::isfinite(limit)) continue;
      const auto what = f_.name_of(tag);
      auto& g = groups[{tag.rule, what}];
      g.rule = text_of(tag.rule).id;
      g.words = text_of(tag.rule).words;
      g.what = what;
      g.share += std::abs(dual * limit) / std::max(1e-9, std::abs(most));
    }
    // Column bounds that hold: starts of a quarter.
    for (const auto& [column, tag] : f_.bound_tags) {
      const double reduced = solution.reduced_cost[at(column)];
      const double limit = reduced < 0 ? model_.upper[at(column)] : model_.lower[at(column)];
      if (std::abs(reduced) < 1e-9 || !std::isfinite(limit) || limit == 0) continue;
      const auto what = f_.name_of(tag);
      auto& g = groups[{tag.rule, what}];
      g.rule = text_of(tag.rule).id;
      g.words = text_of(tag.rule).words;
      g.what = what;
      g.share += std::abs(reduced * limit) / std::max(1e-9, std::abs(most));
    }
    std::vector<MostByQuarter::Limit> list;
    for (auto& [key, g] : groups)
      if (g.share > 1e-3) list.push_back(std::move(g));
    std::ranges::stable_sort(list, std::greater{}, &MostByQuarter::Limit::share);
    if (list.size() > 3) list.resize(3);
    return list;
  }

  const Formulation& f_;
  const PlanOptions& options_;
  lp::Model model_;
  lp::Solver solver_;
  std::vector<lp::Term> terms_;
};

std::string unit_of(const std::string& quantity) {
  return quantity == "it_mw" ? "MW of IT" : quantity == "h100_equivalents" ? "H100-equivalents" : "effective PFLOP/s";
}

}  // namespace

std::vector<MostByQuarter> frontier(const Programme& programme, const std::string& quantity, const PlanOptions& options,
                                    Progress& progress) {
  progress.stage("the most by each quarter");
  const Instance instance(programme);
  const Formulation formulation(instance, options.dropped, false);
  Most most(formulation, options);
  std::vector<MostByQuarter> rows;
  for (int t = instance.D; t < instance.N && !interrupted(); ++t) {
    progress.update(static_cast<double>(t) / instance.N, to_string(programme.quarter(t)));
    if (auto row = most.of(quantity, t)) rows.push_back(std::move(*row));
  }
  return rows;
}

std::vector<std::string> what_is_possible(const Formulation& loose, const PlanOptions& options, Progress& progress) {
  std::vector<std::string> words;
  if (loose.instance.p.targets.empty()) return words;
  progress.stage("how much of each target can be had");
  Most most(loose, options);
  for (const auto& target : loose.instance.p.targets) {
    const auto row = most.of(target.quantity, loose.instance.t_of(target.by));
    if (!row) continue;
    std::string text = std::format("at most {} {} can run by {} (relaxed); asked: {}", grouped(std::floor(row->most)),
                                   unit_of(target.quantity), to_string(target.by), grouped(target.at_least));
    for (std::size_t i = 0; i < row->binds.size(); ++i)
      text += std::format("{}{}{}", i == 0 ? "; what holds it: " : ", ", row->binds[i].words,
                          row->binds[i].what.empty() ? "" : " (" + row->binds[i].what + ")");
    words.push_back(std::move(text));
  }
  return words;
}

}  // namespace stargate::plan
