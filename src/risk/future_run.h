#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "risk/plan_model.h"

namespace stargate::risk {

/// Shares of equal payments from quarter `from` on that was to last `planned` quarters and lasts `late` longer.
template <class Pay>
void spread(double from, double planned, double late, Pay&& pay) {
  const double length = std::max(planned + late, 1e-9);
  for (int q = static_cast<int>(std::floor(from)); q < from + length; ++q) {
    const double part = std::min(q + 1.0, from + length) - std::max<double>(q, from);
    if (part > 1e-12) pay(q, part / length);
  }
}

/// One future while it is worked out: dates, then what stands, then racks and money quarter by quarter.
class FutureRun {
 public:
  FutureRun(const PlanModel& model, const Values& values, const Draws* draws) : m_(model), v_(values), draws_(draws), out_(model.layout_.size()) {}

  std::vector<double> run() {
    dates();
    halls();
    power();
    racks();
    sales();
    returns();
    write();
    return out_;
  }

  /// What later futures are held against.
  BaseFuture base() const { return {site_revenue_, revenue_, running_, investment_}; }

 private:
  using Matrix = std::vector<std::vector<double>>;

  // future_dates.cpp
  void dates();
  double month_day(std::size_t month) const;
  void add_from(std::vector<double>& line, double day, double mw) const;
  double position(double day) const;
  double quarter_position(double day) const;
  void halls();
  double pace() const;
  void power();
  // future_racks.cpp
  double site_pue(std::size_t s) const;
  double eflops(std::size_t s, std::size_t g) const;
  double shippable(std::size_t g, std::size_t t, double planned) const;
  void racks();
  void order(std::size_t t);
  void ship(std::size_t t, double money);
  bool as_planned(std::size_t g) const;
  void place(std::size_t month);
  double put(std::size_t g, std::size_t s, std::size_t month, double racks, std::vector<double>& room);
  void missing(std::size_t month);
  // future_money.cpp
  void pay(int t, double usd_m);
  void fixed_capital();
  void pay_buildings();
  void pay_power();
  double average(const std::vector<double>& line, std::size_t t) const;
  void running_ratios(std::size_t t);
  double running_factor(Category c, std::size_t at) const;
  double running_cost(std::size_t t, std::size_t at, bool only_funded) const;
  double sales_tax(std::size_t t) const;
  double money_left(std::size_t t) const;
  void close_quarter(std::size_t t);
  void sales();
  void returns();
  void worth(const std::vector<double>& cash);
  void cover();
  // future.cpp
  void write();
  void target(std::size_t k);

  const PlanModel& m_;
  const Values& v_;
  const Draws* draws_;
  std::vector<double> out_;
  struct Rebuilt {
    std::size_t replacement;
    double mw, begins, ready, usd_m;
  };
  std::vector<Rebuilt> rebuilt_;
  std::vector<double> ready_, usable_;                    ///< days, by building
  Matrix hall_, power_, onsite_, it_, pflops_;            ///< [site][month]
  Matrix due_, waiting_, arriving_, placed_;              ///< racks: [system][site], [system][month], [system * sites + site][month]
  std::vector<double> live_, h100_, backlog_, price_due_, by_power_;
  double held_by_money_ = 0, eligible_ = 0, support_paid_ = 0;
  std::vector<double> capital_, rack_money_, spent_, support_, running_, investment_;  ///< million USD by quarter
  std::vector<double> load_ratio_, hall_ratio_, onsite_ratio_, revenue_, dscr_;
  Matrix site_revenue_, sales_ratio_;  ///< [site, replacements, shared][quarter], [site, shared][quarter of the whole life]
  std::vector<double> cost_ratio_;
  double construction_mean_ = 1;
};

}  // namespace stargate::risk
