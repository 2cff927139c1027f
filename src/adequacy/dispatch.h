#pragma once
#include <deque>
#include <vector>

#include "adequacy/system.h"
#include "adequacy/transport.h"

namespace stargate::adequacy {

/// The state of storage and flexible loads over one simulated year, and the steps' balance.
class Dispatch {
 public:
  struct FlexibleYear {
    double off_mwh = 0, made_good_mwh = 0, lost_mwh = 0, hours = 0;
    bool spent = false;
  };

  explicit Dispatch(const System& system);
  void begin_year();
  /// One step: `margin` is capacity less load of each area; on return `short_mw` is what is not served.
  void step(std::size_t t, const std::vector<double>& margin, const std::vector<bool>& tie_up, const std::vector<bool>& storage_up,
            std::vector<double>& short_mw);
  /// Nothing to do in a step where no area is short: all storage full, nothing owed.
  bool idle() const { return idle_; }
  /// What is still owed is lost.
  void end_year();
  const std::vector<FlexibleYear>& flexible() const { return year_; }

 private:
  struct Owed {
    std::size_t last_step;
    double mwh;
  };
  double hours_to_empty(std::size_t b) const;
  void discharge(const std::vector<bool>& up);
  void give_way(std::size_t t);
  void make_good(std::size_t t);
  void charge(const std::vector<bool>& up);
  /// Shares out what an area gave or took among its members in this order, up to what each can.
  template <class Member>
  void allot(const std::vector<std::size_t>& order, const std::vector<double>& can, std::vector<double> by_area, Member&& member);

  const System& s_;
  Transport transport_;
  std::vector<double> supply_, need_, offer_, energy_, can_, spent_;
  std::vector<bool> discharged_, off_;
  std::vector<std::deque<Owed>> owed_;
  std::vector<FlexibleYear> year_;
  std::vector<std::size_t> order_;
  bool idle_ = false;
};

}  // namespace stargate::adequacy
