#pragma once
#include "plan/solve.h"

namespace stargate::plan {

/// The most of a quantity that can run by the end of a quarter, everything else put second: a linear program, whole
/// numbers relaxed and energy free, so that no plan has more. `binds` are the limits that hold it there.
struct MostByQuarter {
  Quarter quarter{};
  double most = 0;  ///< in the quantity's unit
  struct Limit {
    std::string rule, what, words;
    std::optional<Quarter> quarter;
    double share = 0;  ///< of the most, by what one more of the limit brings
  };
  std::vector<Limit> binds;  ///< the three that weigh most
};

/// For each quarter from the first of decisions on. O(quarters) linear programs, each from the last one's basis.
std::vector<MostByQuarter> frontier(const Programme& programme, const std::string& quantity, const PlanOptions& options,
                                    Progress& progress);

/// Of each target that cannot be had in the relaxation, and of those that can: 'at most X MW can run by 2027-Q4 (relaxed)'.
std::vector<std::string> what_is_possible(const Formulation& loose, const PlanOptions& options, Progress& progress);

}  // namespace stargate::plan
