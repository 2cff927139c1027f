#pragma once
#include <bitset>
#include <string>
#include <vector>

#include "lp/model.h"
#include "plan/instance.h"
#include "plan/rules.h"

namespace stargate::plan {

/// Which row (or bound) of which rule: item is a site, zone, accelerator ...: what `Formulation::name_of` says; t a
/// quarter.
struct Tag {
  Rule rule;
  int item, t;
};

using Rules = std::bitset<static_cast<std::size_t>(Rule::count)>;

/// A row without entries that holds by itself.
inline bool is_vacuous(const lp::Model& model, double lowest, double highest) {
  return model.entries() == static_cast<std::size_t>(model.row_start.back()) && lowest <= 0 && highest >= 0;
}

/// A grid of columns by two or three indices; -1 where there is none.
class Grid {
 public:
  Grid() = default;
  Grid(std::size_t a, std::size_t b, std::size_t c = 1) : b_(b), c_(c), column_(a * b * c, -1) {}
  int& operator()(std::size_t i, std::size_t j, std::size_t k = 0) { return column_[(i * b_ + j) * c_ + k]; }
  int operator()(std::size_t i, std::size_t j, std::size_t k = 0) const { return column_[(i * b_ + j) * c_ + k]; }
  bool empty() const { return column_.empty(); }

 private:
  std::size_t b_ = 0, c_ = 0;
  std::vector<int> column_;
};

struct QuarterDispatch;

enum class Category {
  opening,
  construction,
  grid_connection,
  onsite_power,
  racks,
  sales_tax,
  expansions,  // capital
  cloud,
  interest,  // interest: up to the end of building
  operations,
  property_tax,
  onsite_fixed,
  zone_power,
  energy_grid,
  energy_onsite,
  shedding,  // running
  count
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Category::count)> category_names{
    "opening",    "construction", "grid_connection", "onsite_power", "racks",        "sales_tax",
    "expansions", "cloud",        "interest",        "operations",   "property_tax", "onsite_fixed",
    "zone_power", "energy_grid",  "energy_onsite",   "shedding"};
constexpr std::size_t at(Category c) { return static_cast<std::size_t>(c); }
constexpr bool is_capital(Category c) { return c <= Category::expansions; }
constexpr bool is_running(Category c) { return c >= Category::operations; }

inline constexpr double hours_owed = 2190;  ///< of a quarter after the horizon

struct Columns {
  Grid open, blocks;                            ///< [site][t]
  Grid enter;                                   ///< [state][t]
  Grid ready, installed;                        ///< [site][t] GW of IT
  Grid racks;                                   ///< [accelerator][site][t] thousand, installed in t
  Grid halls;                                   ///< [accelerator][site][t] blocks of one system; monolith only
  Grid bought;                                  ///< [accelerator][t]
  Grid onsite, onsite_cap, counted, on;         ///< [technology][site][t]
  Grid request;                                 ///< [row of interconnection][t]
  Grid firm, managed;                           ///< [site][t] energised
  Grid need, need_restricted, shed_restricted;  ///< [site][t]
  Grid zone_power;                              ///< [technology][zone][year]
  Grid line;                                    ///< [line][year]
  std::vector<int> standing_power;              ///< [row of Standing::power] of a zone: held at its GW; else -1
  std::vector<int> standing_line;               ///< [row of Standing::lines] held at its GW
  Grid expand;                                  ///< [expansion][t]
  Grid commit, burst;                           ///< [contract][t]
  Grid draw, drawn;                             ///< [investor][t]; drawn: up to and with t
  std::vector<int> drawn_in_all, cash;          ///< [t]
  Grid credit;                                  ///< [incentive][t]
  Grid spend;                                   ///< [category][t]
  Grid shed_gwh;                            ///< [zone][dispatched quarter] energy that may be shed at the grid's call
  std::vector<int> grid_cost, onsite_cost;  ///< [dispatched quarter] billion USD
  std::vector<int> allowance;               ///< [dispatched quarter] Mt of carbon that the dispatch may emit, baseline
                                            ///< and all; empty without a limit
};

/// Dispatch cost and emissions without the programme, by dispatched quarter.
struct Baseline {
  std::vector<double> cost_usd_b, co2_mt;
  std::vector<std::vector<double>> value, row_dual;  ///< of the quarter's network
};

/// The formulation of docs/formulation.md as a model (minimised: maximising kinds are negated). It holds every
/// decision; what a quarter's energy costs stands in grid_cost and onsite_cost, which append_dispatch() ties to the
/// networks of quarter_dispatch.h (the monolith), or cuts from operations.h bound from below (the decomposition).
class Formulation {
 public:
  /// `dropped`: rules that are left out, for tests. `tight`: rows may take in other rules to help the relaxation;
  /// without, each row states its own rule only, as finding conflicts needs it.
  explicit Formulation(const Instance& instance, Rules dropped = {}, bool tight = true);
  /// Adds the limit on carbon, which is on what is added to the baseline, if the programme has one.
  void limit_carbon(const Baseline& baseline);
  /// Adds the dispatch of every quarter behind the decisions, quarter by quarter: its columns; its rows, those of a
  /// rule that is left out without bounds; a row for each column that is decided; two that name its cost.
  void append_dispatch(const std::vector<QuarterDispatch>& quarters, const Baseline& baseline);

  lp::Model model;
  Columns columns;
  std::vector<Tag> tags;                                   ///< one a row
  std::vector<std::pair<int, Tag>> bound_tags;             ///< rules that are column bounds: column and tag
  const std::vector<QuarterDispatch>* quarters = nullptr;  ///< what was appended; not owned
  std::vector<int> first_column, first_row;                ///< [dispatched quarter] where it was appended
  std::vector<std::vector<lp::Term>> shed_gw;              ///< [dispatched quarter] average GW shed
  double objective_sign = 1;                               ///< objective of the programme = sign * model objective

  const Instance& instance;

  /// What is counted of a quantity (it_mw, h100_equivalents, effective_pflops) at the end of t, in thousands: terms, and
  /// what stands.
  double count_of(const std::string& quantity, int t, std::vector<lp::Term>& terms) const;

  /// First quarter in which something may be decided.
  int first_decision() const { return holds(Rule::decided) ? instance.D : 0; }
  /// Thousand racks of g that run at s in t, given ones and those of the point.
  double running(std::size_t g, std::size_t s, int t, const std::vector<double>& value) const;
  /// Calls visit(column) for the racks of g at s that run in t.
  template <class Visit>
  void each_running(std::size_t g, std::size_t s, int t, Visit&& visit) const {
    for (int q = std::max(0, t - static_cast<int>(instance.p.accelerators[g].life_quarters) + 1); q <= t; ++q)
      if (const int c = columns.racks(g, s, at(q)); c >= 0) visit(c);
  }
  /// Objective of the programme at a point. Clusters smaller than the programme's own, where they are less efficient,
  /// count at the size that they have; the model takes all racks at the programme's size, so that it is never below.
  double objective_of(const std::vector<double>& value) const;
  /// Whole halls of each system, as decisions of the model: behind everything else, for the monolith.
  void append_halls();

  bool holds(Rule rule) const { return !dropped_[static_cast<std::size_t>(rule)]; }
  /// What one more billion USD of a dispatched quarter's energy costs the (minimised) objective, in each quarter that
  /// it stands for: the duals of the rows that name its spending.
  double worth_of_energy_money(std::size_t dispatched, const std::vector<double>& row_dual) const;
  /// The name of a tag's item: a site's id, a zone, an accelerator.
  std::string name_of(const Tag& tag) const;
  /// Whether running cost of quarter t is paid from the programme's money.
  bool running_funded(int t) const { return t < instance.B && instance.p.settings.operations_funded; }
  bool funded(Category c, int t) const {
    return is_running(c) ? running_funded(t) : c != Category::interest || t < instance.B;
  }

 private:
  void term(int column, double value) {
    if (column >= 0) model.term(column, value);
  }
  /// Ends a row under a rule; a dropped rule's row is taken back. Returns the row or -1.
  int end(Rule rule, int item, int t, double lowest, double highest);
  int column(double lowest, double highest, double cost = 0, bool whole = false) {
    return model.add_column(lowest, highest, cost, whole);
  }

  void sites();
  void geography();
  void racks();
  void supply();
  void cloud();
  void onsite_power();
  void connections();
  void site_power();
  void equipment();
  void zone_plant();
  void energy();
  void capital_spending();
  void running_spending();
  void incentives();
  void financing();
  void limits();
  void targets();
  void objective();

  // What a column costs in a quarter is collected here and becomes one spending row a category and quarter.
  void pay(Category c, int t, int column, double usd_b);
  void pay_constant(Category c, int t, double usd_b);
  void pay_in_parts(Category c, int column, double usd_b, int order, int service, double deposit, double progress);
  void pay_constant_in_parts(Category c, double usd_b, int order, int service, double deposit, double progress);
  void pay_committed(const CommittedBlocks& c, double usd_b);
  void standing_spending();
  double eligible_standing(const Incentive& i, int t) const;
  double zone_credit(const PowerTechnology& tech, int t) const;
  void eligible_building(const Incentive& i, int t, std::vector<lp::Term>& terms, double& constant) const;
  bool in_jurisdiction(const Incentive& i, const Site& site) const;
  bool in_window(const Incentive& i, int t) const;
  double compute_weight(int t, bool rented = false) const;

  Rules dropped_;
  bool tight_;
  std::vector<std::vector<std::vector<lp::Term>>> payments_;  ///< [category][t]
  std::vector<std::vector<double>> payment_constants_;
};

}  // namespace stargate::plan
