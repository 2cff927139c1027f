// stargate compare, explain: what differs between plans; why a site.
#include "report/compare.h"

#include <cmath>
#include <format>

#include "answers/commands.h"
#include "answers/plan_inputs.h"
#include "report/explain.h"

namespace stargate {

namespace {

// ---- compare -------------------------------------------------------------------------------------------------------

struct CompareOptions : Row {
  std::vector<std::string> plans;
};
const Table<CompareOptions>& compare_options() {
  using O = CompareOptions;
  static const Table<O> t{"compare",
                          "Say what differs between plans, each beside the first, and what was changed in their inputs.",
                          {field("plans", &O::plans, "folders of two or more plans").as_argument()}};
  return t;
}

/// A quantity in the first plan and in the one beside it.
struct Beside : Row {
  std::string plan, kind, name, unit;
  double before = 0, after = 0;
};
const Table<Beside> amounts_table{
    "amounts",
    "Money, power and compute that differ.",
    {field("plan", &Beside::plan, "the plan beside the first"), field("kind", &Beside::kind, "money, power or compute"),
     field("name", &Beside::name, "what"), field("unit", &Beside::unit, "unit"),
     field("before", &Beside::before, "in the first plan"), field("after", &Beside::after, "in this one")}};

struct ObjectiveRow : Row {
  std::string plan, objective_kind, unit;
  double objective = 0, gap = 0;
  std::optional<double> change;
  bool told_apart = false;
};
const Table<ObjectiveRow> objectives_table{
    "plans",
    "The plans and what they reach.",
    {field("plan", &ObjectiveRow::plan, "folder"),
     field("objective_kind", &ObjectiveRow::objective_kind, "what it seeks").shown_as("seeks"),
     field("objective", &ObjectiveRow::objective, "reached, in its unit"),
     field("unit", &ObjectiveRow::unit, "unit of the objective"),
     field("gap", &ObjectiveRow::gap, "from its bound, a share").in_percent().with_digits(2),
     field("change", &ObjectiveRow::change, "from the first plan; unknown where the two do not seek the same"),
     field("told_apart", &ObjectiveRow::told_apart, "the change is larger than what the searches can tell")
         .shown_as("more than the gaps")}};

struct InputRow : Row {
  std::string plan, table, row, column, before, after, change;
};
const Table<InputRow> inputs_table{
    "inputs",
    "What was changed in the programme.",
    {field("plan", &InputRow::plan, "the plan beside the first"), field("table", &InputRow::table, "table"),
     field("row", &InputRow::row, "row"), field("column", &InputRow::column, "column; empty for a whole row"),
     field("before", &InputRow::before, "in the first plan's programme"), field("after", &InputRow::after, "in this one's"),
     field("change", &InputRow::change, "added, removed or changed").one_of({"added", "removed", "changed"})}};

struct SiteRow : Row {
  std::string plan, site, state, change;
  std::optional<Quarter> ready_before, ready_after;
  double it_mw_before = 0, it_mw_after = 0;
};
const Table<SiteRow> sites_table{
    "sites",
    "Sites of the plans.",
    {field("plan", &SiteRow::plan, "the plan beside the first"), field("site", &SiteRow::site, "site"),
     field("state", &SiteRow::state, "its state"),
     field("change", &SiteRow::change, "gained, lost, earlier, later, larger, smaller or same"),
     field("ready_before", &SiteRow::ready_before, "first quarter of use in the first plan"),
     field("ready_after", &SiteRow::ready_after, "and in this one"),
     field("it_mw_before", &SiteRow::it_mw_before, "IT power of its buildings in the first plan").in("MW"),
     field("it_mw_after", &SiteRow::it_mw_after, "and in this one").in("MW")}};

struct YearRow : Row {
  std::string plan, figure;
  std::int64_t year = 0;
  double before = 0, after = 0;
};
const Table<YearRow> years_table{
    "years",
    "The end of each calendar year.",
    {field("plan", &YearRow::plan, "the plan beside the first"), field("year", &YearRow::year, "calendar year"),
     field("figure", &YearRow::figure, "what").one_of(
         {"it_mw", "facility_mw", "effective_pflops", "h100_equivalents", "spent_usd_m"}),
     field("before", &YearRow::before, "in the first plan"), field("after", &YearRow::after, "in this one")}};

struct BindingRow : Row {
  std::string plan, rule, what, unit;
  double worth_usd_m_before = 0, worth_usd_m_after = 0;
};
const Table<BindingRow> binding_table{
    "binding",
    "Worth of one more unit of what binds, over all quarters.",
    {field("plan", &BindingRow::plan, "the plan beside the first"), field("rule", &BindingRow::rule, "rule"),
     field("what", &BindingRow::what, "of what"), field("unit", &BindingRow::unit, "unit"),
     field("worth_usd_m_before", &BindingRow::worth_usd_m_before, "in the first plan").in("million USD"),
     field("worth_usd_m_after", &BindingRow::worth_usd_m_after, "in this one").in("million USD")}};

Answer compare_plans(const CompareOptions& o, Run&) {
  if (o.plans.size() < 2)
    throw InputError({"compare", 0, 0}, std::format("{} plan is named", o.plans.size()), "two or more are compared");
  const auto first = read_plan_inputs(o.plans.front());
  std::vector<ObjectiveRow> objectives{{{}, o.plans.front(), first.plan.proof.objective_kind, first.plan.proof.unit,
                                        first.plan.proof.objective, first.plan.proof.gap, {}, false}};
  std::vector<InputRow> inputs;
  std::vector<SiteRow> sites;
  std::vector<YearRow> years;
  std::vector<Beside> amounts;
  std::vector<BindingRow> binding;
  Answer answer;
  for (std::size_t i = 1; i < o.plans.size(); ++i) {
    const auto& name = o.plans[i];
    const auto other = read_plan_inputs(name);
    const auto c = report::compare(first.programme, first.plan, other.programme, other.plan);
    const auto& proof = other.plan.proof;
    auto& row = objectives.emplace_back(
        ObjectiveRow{{}, name, proof.objective_kind, proof.unit, proof.objective, proof.gap, {}, false});
    answer.page += (i > 1 ? "\n" : "") + report::text(c, o.plans.front(), name);
    if (!c.objective_kind.empty()) {
      row.change = c.objective.change();
      // Each plan's best may be as far above it as its gap says.
      const double untold = c.gap.before * std::abs(c.objective.before) + c.gap.after * std::abs(c.objective.after);
      row.told_apart = std::abs(*row.change) > untold;
      if (!row.told_apart)
        answer.page += "\nThe difference of the objectives lies within what the searches can tell.\n";
    }
    for (const auto& x : c.inputs)
      inputs.push_back({{}, name, x.table, x.row, x.column, x.before, x.after,
                        x.added ? "added" : x.removed ? "removed" : "changed"});
    for (const auto& x : c.sites)
      sites.push_back({{}, name, x.site, x.state, x.change, x.ready_before, x.ready_after, x.it_mw.before, x.it_mw.after});
    for (const auto& y : c.years)
      for (const auto& [figure, pair] :
           {std::pair{"it_mw", y.it_mw}, {"facility_mw", y.facility_mw}, {"effective_pflops", y.effective_pflops},
            {"h100_equivalents", y.h100_equivalents}, {"spent_usd_m", y.spent_usd_m}})
        years.push_back({{}, name, figure, y.year, pair.before, pair.after});
    for (const auto& [kind, list] : {std::pair{"money", &c.money}, {"power", &c.power}, {"compute", &c.compute}})
      for (const auto& x : *list) amounts.push_back({{}, name, kind, x.name, x.unit, x.amount.before, x.amount.after});
    for (const auto& x : c.binding)
      binding.push_back({{}, name, x.rule, x.what, x.unit, x.worth_usd_m.before, x.worth_usd_m.after});
    answer.notes.insert(answer.notes.end(), other.notes.begin(), other.notes.end());
  }
  answer.add(objectives_table, objectives);
  answer.add(inputs_table, inputs);
  answer.add(sites_table, sites);
  answer.add(years_table, years);
  answer.add(amounts_table, amounts);
  answer.add(binding_table, binding);
  if (o.plans.size() > 2) answer.page = text(answer.tables.front()) + "\n" + answer.page;
  return answer;
}

// ---- explain -------------------------------------------------------------------------------------------------------

struct ExplainOptions : Row {
  std::string out, site;
};
const Table<ExplainOptions>& explain_options() {
  using O = ExplainOptions;
  static const Table<O> t{"explain",
                          "Say why a plan takes a site (or does not), why then, and what would change it.",
                          {field("out", &O::out, "folder of the plan").as_argument().as_option("plan"),
                           field("site", &O::site, "id of the site").as_argument()}};
  return t;
}

struct ExplainedRow : Row {
  std::string site, name, county, state, zone, developer, status, bound_by, next_by_screen;
  bool chosen = false, committed = false;
  double it_mw = 0, most_it_mw = 0, topsis = 0, leading_share = 0;
  std::int64_t screen_rank = 0, candidates = 0;
};
const Table<ExplainedRow> explained_table{
    "site",
    "The site and its part in the plan.",
    {field("site", &ExplainedRow::site, "id"), field("name", &ExplainedRow::name, "name"),
     field("county", &ExplainedRow::county, "county"), field("state", &ExplainedRow::state, "state"),
     field("zone", &ExplainedRow::zone, "grid zone"), field("developer", &ExplainedRow::developer, "who builds"),
     field("status", &ExplainedRow::status, "state of building"), field("chosen", &ExplainedRow::chosen, "in the plan"),
     field("committed", &ExplainedRow::committed, "given, not decided"),
     field("it_mw", &ExplainedRow::it_mw, "IT power of its buildings in the plan").in("MW"),
     field("most_it_mw", &ExplainedRow::most_it_mw, "that it could hold").in("MW"),
     field("screen_rank", &ExplainedRow::screen_rank, "rank in the first screen"),
     field("candidates", &ExplainedRow::candidates, "of how many"),
     field("topsis", &ExplainedRow::topsis, "closeness to the ideal in the first screen"),
     field("leading_share", &ExplainedRow::leading_share, "share of sampled weights with it among the first"),
     field("bound_by", &ExplainedRow::bound_by, "why then and not sooner"),
     field("next_by_screen", &ExplainedRow::next_by_screen, "of the sites left out, the best of the first screen")}};

const Table<report::CriterionView>& criteria_table() {
  using R = report::CriterionView;
  static const Table<R> t{
      "criteria",
      "Criteria of the first screen beside the other sites of the plan.",
      {field("id", &R::id, "criterion"), field("unit", &R::unit, "unit"),
       field("more_is_better", &R::more_is_better, "the larger the better"), field("value", &R::value, "of the site"),
       field("median_of_plan", &R::median_of_plan, "median of the plan's sites"),
       field("rank", &R::rank, "among all candidates, by this criterion alone")}};
  return t;
}
const Table<report::SiteCost>& costs_table() {
  using R = report::SiteCost;
  static const Table<R> t{
      "costs",
      "Cost for each MW of IT that the buildings hold; the site itself first.",
      {field("site", &R::site, "site"), field("it_mw", &R::it_mw, "IT power").in("MW"),
       field("building", &R::building, "construction").in("million USD/MW"),
       field("connection", &R::connection, "grid connection").in("million USD/MW"),
       field("onsite_power", &R::onsite_power, "plant on site").in("million USD/MW"),
       field("sales_tax", &R::sales_tax, "sales tax").in("million USD/MW"),
       field("energy_usd_per_mwh", &R::energy_usd_per_mwh, "energy by its load, and delivery").in("USD/MWh")}};
  return t;
}
const Table<report::Milestone>& milestones_table() {
  using R = report::Milestone;
  static const Table<R> t{
      "milestones",
      "What must be there before racks run.",
      {field("name", &R::name, "what"), field("quarter", &R::quarter, "when"), field("why", &R::why, "what it waited for")}};
  return t;
}

struct WorthRow : Row {
  std::string where, rule, what, unit, words;
  std::optional<Quarter> quarter;
  double worth_usd_m = 0;
};
const Table<WorthRow> worths_table{
    "worths",
    "What one more unit of what binds would be worth.",
    {field("where", &WorthRow::where, "here (site, county, zone) or elsewhere").one_of({"here", "elsewhere"}),
     field("rule", &WorthRow::rule, "rule"), field("what", &WorthRow::what, "of what"),
     field("quarter", &WorthRow::quarter, "when; empty for the whole plan"), field("unit", &WorthRow::unit, "unit"),
     field("worth_usd_m", &WorthRow::worth_usd_m, "worth of one more").in("million USD"),
     field("words", &WorthRow::words, "the same as a sentence")}};

struct AlternativeRow : Row {
  std::string which, site, change, words;
  double regret = 0, regret_percent = 0;
};
const Table<AlternativeRow> alternatives_table{
    "alternatives",
    "The plan solved again with one site changed.",
    {field("which", &AlternativeRow::which, "own: with or without this site; next: the best that is left out")
         .one_of({"own", "next"}),
     field("site", &AlternativeRow::site, "site"), field("change", &AlternativeRow::change, "with or without"),
     field("regret", &AlternativeRow::regret, "loss of the objective"),
     field("regret_percent", &AlternativeRow::regret_percent, "the same in percent").in("%"),
     field("words", &AlternativeRow::words, "the same as a sentence")}};

Answer explain_site(const ExplainOptions& o, Run&) {
  const auto inputs = read_plan_inputs(o.out);
  const auto e = report::explain(inputs.programme, inputs.plan, o.site);
  Answer answer;
  answer.notes = inputs.notes;
  answer.page = report::text(e);
  answer.add_single(explained_table,
                    {{}, e.site, e.name, e.county, e.state, e.zone, e.developer, e.status, e.bound_by, e.next_by_screen,
                     e.chosen, e.committed, e.it_mw, e.most_it_mw, e.topsis, e.leading_share, e.screen_rank,
                     e.candidates});
  answer.add(criteria_table(), e.criteria);
  std::vector<report::SiteCost> costs = e.others;
  if (e.cost) costs.insert(costs.begin(), *e.cost);
  answer.add(costs_table(), costs);
  answer.add(milestones_table(), e.milestones);
  std::vector<WorthRow> worths;
  for (const auto& [where, list] : {std::pair{"here", &e.worths}, {"elsewhere", &e.elsewhere}})
    for (const auto& w : *list) worths.push_back({{}, where, w.rule, w.what, w.unit, w.words, w.quarter, w.worth_usd_m});
  answer.add(worths_table, worths);
  std::vector<AlternativeRow> alternatives;
  for (const auto& [which, a] : {std::pair{"own", &e.own}, {"next", &e.next_best}})
    if (*a)
      alternatives.push_back({{}, which, (*a)->site, (*a)->change, (*a)->words, (*a)->regret, (*a)->regret_percent});
  answer.add(alternatives_table, alternatives);
  return answer;
}

}  // namespace

std::vector<Command> compare_commands() {
  return {command(compare_options(),
                  {{"stargate compare out/plan out/mine", "what differs, in a planner's words"},
                   {"stargate compare out/plan out/a out/b --json", "two plans beside the first, for machines"}},
                  {table_spec(objectives_table), table_spec(inputs_table), table_spec(sites_table),
                   table_spec(years_table), table_spec(amounts_table), table_spec(binding_table)},
                  compare_plans),
          command(explain_options(), {{"stargate explain out/plan abilene", "why this site, why then"}},
                  {table_spec(explained_table, true), table_spec(criteria_table()), table_spec(costs_table()),
                   table_spec(milestones_table()), table_spec(worths_table), table_spec(alternatives_table)},
                  explain_site)};
}

}  // namespace stargate
