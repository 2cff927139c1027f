#pragma once
#include <optional>
#include <string>
#include <vector>

namespace stargate::capital {

/// An amount at a time in years from the earliest flow.
struct Flow {
  double years = 0;
  double amount = 0;
};

/// Present value at time 0 of all flows at a yearly effective rate > -1.
double present_value(const std::vector<Flow>& flows, double rate);

/// A rate at which the present value is zero. Rates very near -1 all round to -1, so the growth factor 1 + rate is
/// kept as well.
struct Root {
  double rate = 0;
  double growth = 0;
  bool falling = true;   ///< the present value falls with the rate here, as it does for money first paid, then returned
  bool touches = false;  ///< the present value reaches zero without changing sign
};

/// Every root in (-1, infinity) and the one that is given.
struct InternalRate {
  std::vector<Root> roots;      ///< rising
  std::optional<double> given;  ///< nothing if there is no root
  std::string why;              ///< why this one, or why none
};

/// All internal rates of return of the flows. The search is a proof: with u = ln(1 + rate) the value is a sum of
/// exponentials, each monotone in u, so on any interval of u it is bounded from the interval's ends; intervals that
/// cannot hold zero are dropped, intervals on which the slope keeps its sign hold at most one root, the rest are
/// halved. Roots beyond |u| = 700 (growth factors beyond 1e304) are not representable and not sought.
///
/// Where there are several, the one given is the one to which Newton's method goes from 10 % (the start that
/// spreadsheets' XIRR takes), or from received / paid - 1 where that is a loss; where Newton fails, the one that
/// Brent's method finds in (-1, 100), then the first that Newton finds from starts rising from -1. Results can so be
/// compared with pyxirr's. O(flows * log(precision) * roots) for ordinary flows.
InternalRate internal_rate(const std::vector<Flow>& flows);

}  // namespace stargate::capital
