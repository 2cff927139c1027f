#pragma once
#include <optional>
#include <string>
#include <vector>

#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::report {

/// A criterion of the first screen beside the other sites of the plan.
struct CriterionView {
  std::string id, unit;
  bool more_is_better = false;
  double value = 0, median_of_plan = 0;
  std::int64_t rank = 0;  ///< among all candidates by this criterion alone
};

/// Cost of a site in the plan for each MW of IT that its blocks hold, million USD.
struct SiteCost {
  std::string site;
  double it_mw = 0;
  double building = 0, connection = 0, onsite_power = 0, sales_tax = 0;
  double energy_usd_per_mwh = 0;  ///< price of its zone in the dispatch, by its load, and delivery
  double total() const { return building + connection + onsite_power + sales_tax; }
};

/// One thing that must be there before racks run.
struct Milestone {
  std::string name;
  Quarter quarter{};
  std::string why;  ///< what it waited for
};

struct Explanation {
  std::string site, name, county, state, zone, developer, status;
  bool chosen = false, committed = false;
  double it_mw = 0, most_it_mw = 0;
  int screen_rank = 0, candidates = 0;
  double topsis = 0, leading_share = 0;
  std::size_t leading = 0;
  std::vector<CriterionView> criteria;
  std::optional<SiteCost> cost;  ///< its own
  std::vector<SiteCost> others;  ///< the other sites of the plan, cheapest first
  std::vector<Milestone>
      milestones;                  ///< in order; what the plan decided, or for a site left out what would be possible
  std::string bound_by;            ///< why then and not sooner
  std::vector<Worth> worths;       ///< what binds here (site, county, zone), worth most first
  std::vector<Worth> elsewhere;    ///< what binds the whole plan, worth most first
  std::optional<Alternative> own;  ///< the plan without it, or with it
  std::string next_by_screen;      ///< of the sites left out, the best of the first screen
  int next_by_screen_rank = 0;
  std::optional<Alternative> next_best;  ///< of the sites left out, the one that would cost least to put in
};

/// InputError with the nearest name if the site is not in the programme.
Explanation explain(const Programme& programme, const Plan& plan, const std::string& site);

std::string text(const Explanation& explanation);

}  // namespace stargate::report
