#pragma once
#include <array>
#include <memory>
#include <vector>

#include "blueprint/plan.h"
#include "capital/finance.h"
#include "capital/finance_input.h"
#include "construction/plan_schedule.h"
#include "programme/programme.h"
#include "risk/outcome.h"
#include "risk/quantity.h"

namespace stargate::risk {

/// Everything that one future draws, as factors (1: as planned) and days (0: as planned).
struct Values {
  bool as_reported = false;           ///< buildings under way stand by their reported day, not by the plan's
  std::vector<int> activity_days;
  std::vector<double> building_slip;  ///< of buildings under way, behind their reported day
  struct Site {
    double construction = 1, grid_cost = 1, permit_days = 0;
    int permit_day = Draws::never, lost_day = Draws::never;
  };
  std::vector<Site> site;
  std::vector<double> grid_days, power_days;  ///< by order
  std::vector<double> power_cost;             ///< by order
  std::vector<double> rack_price, rack_days, rack_supply, stage_yield;
  double goodput = 1, cloud = 1, gas = 1, load = 1, price = 1, decline = 0, running = 1, sold = 1, interest = 1, support = 1;
};

/// Categories of a plan's spending (blueprint/plan.h).
enum class Category : std::size_t {
  opening, construction, grid_connection, onsite_power, racks, sales_tax, expansions, cloud, interest, operations, property_tax,
  onsite_fixed, zone_power, energy_grid, energy_onsite, shedding, incentives, count
};
inline constexpr std::size_t category_count = static_cast<std::size_t>(Category::count);

/// What the plan itself comes to in this model: futures are told as differences from it.
struct BaseFuture {
  std::vector<std::vector<double>> site_revenue;
  std::vector<double> revenue, running, investment;
};

/// A plan with what is uncertain about it: the futures of its decisions under a policy.
///
/// What a director would do: the plan's decisions stand. A building that is late takes the next racks that come; racks whose
/// building is late go to halls with room, and wait otherwise. What overruns leave no money for is put off until there is
/// some. Money that is freed waits. A lost site's unfinished buildings are begun anew at the plan's own next-best sites,
/// if they can be ready within the horizon. Nothing that is early is used before the plan's date: its racks are not there.
class PlanModel {
 public:
  /// InputError if plan and programme do not belong together, or uncertainty.csv is wrong.
  PlanModel(const Programme& programme, const Plan& plan, const std::vector<Uncertainty>& uncertainty);
  ~PlanModel();

  const Layout& layout() const { return layout_; }
  const Streams& streams() const { return uncertain_.streams(); }
  std::size_t activities() const { return activity_.size(); }

  Values planned() const;
  Values drawn(const Draws& draws) const;
  /// The future's row of figures, by layout(). A pure function; several threads at once. O(activities + months * sites * systems).
  std::vector<double> future(const Values& values, const Draws* draws) const;

 private:
  friend class FutureRun;
  void compile_schedule();
  void compile_sites();
  void compile_racks();
  void compile_money(const capital::FinanceResult& finance);
  void compile_uncertainty();
  void compile_layout();

  struct Link {
    std::size_t before;
    construction::LinkType type;
    int lag;
  };
  struct Building {
    std::size_t site, ready;  ///< site; activity of readiness
    double mw;
    int start, planned_ready;
    int reported = Draws::never;
    bool committed;
    double budget_usd_m;
  };
  struct Grid {
    std::size_t site;
    int requested, energised;
    double mw, cost_usd_m;
    int requested_quarter, energised_quarter;
  };
  struct Power {
    std::size_t site, technology;
    int ordered, service;
    double mw, cost_usd_m;
    int ordered_quarter, service_quarter;
  };
  struct Rack {
    std::size_t site, system;
    int ordered, installed;  ///< quarters
    double racks, price_usd_m;
  };
  struct Replacement {
    std::size_t programme_site;
    double most_mw;
    int earliest, wait;  ///< days
    double usd_per_kw, pue, tax;
    std::vector<double> rack_eflops;
  };

  const Programme& p_;
  const Plan& plan_;
  Layout layout_;
  Uncertainties uncertain_;
  std::size_t quarters_ = 0, months_ = 0, systems_ = 0, sites_ = 0;
  std::vector<int> quarter_day_;  ///< first day of each quarter, and of the one behind the last
  std::vector<double> hours_;

  std::vector<std::size_t> order_;          ///< of activities
  std::vector<std::vector<Link>> links_;
  std::vector<int> not_before_, duration_;
  std::vector<const stargate::Activity*> work_;  ///< row of construction.csv that an activity is; null: a date
  std::vector<Building> building_;
  std::vector<std::size_t> programme_site_;  ///< of the programme's table; npos: none
  std::vector<double> pue_;                  ///< at its highest
  std::vector<double> season_pue_[4];        ///< [season][site]
  std::vector<Grid> grid_;
  std::vector<Power> power_;
  std::vector<Rack> rack_;
  std::vector<Replacement> replacement_;
  std::vector<std::vector<double>> power_need_;  ///< [site][month] factor that lets the plan's own racks stand
  std::vector<std::vector<double>> rack_eflops_;      ///< [site][system] EFLOP/s per thousand racks
  std::vector<double> rack_mw_, rack_h100_, rack_life_;
  std::vector<std::vector<double>> direct_;           ///< [system][quarter] racks that can be had
  std::vector<std::vector<double>> stage_supply_, stage_used_, per_rack_;  ///< [stage][quarter], [system][stage]
  std::vector<std::vector<double>> planned_it_;       ///< [site][month]

  std::array<std::vector<double>, category_count> spending_;  ///< [category][quarter] million USD
  std::array<std::vector<std::uint8_t>, category_count> funded_;
  std::vector<double> available_, rack_money_, base_funded_running_, cloud_pflops_, co2_rate_;  ///< by quarter
  std::vector<double> eligible_sum_, support_sum_;  ///< up to each quarter's end
  capital::FinanceInput finance_input_;
  std::vector<double> project_cash_, sales_, costs_;  ///< million USD, quarters of the whole life
  std::vector<std::vector<double>> contract_price_;   ///< [site, shared][quarter] USD per PFLOP/s-hour
  struct Company {
    std::size_t site;
    double lock_up_cover, default_cover;
    std::vector<double> cash, service, interest, sales, costs;  ///< million USD, quarters of the whole life
  };
  std::vector<Company> company_;  ///< those with debt
  std::unique_ptr<BaseFuture> base_;
  const std::vector<double>& spending(Category c) const { return spending_[static_cast<std::size_t>(c)]; }
  double support_at(double eligible) const;
  void compile_companies(const capital::FinanceResult& finance);
  void run_base();

  // what is uncertain
  std::vector<Quantity> activity_, slip_, site_cost_, grid_cost_, grid_days_, power_days_, power_cost_, rack_price_, rack_days_, rack_supply_, stage_yield_;
  std::vector<std::vector<Event>> permit_, loss_;
  Quantity goodput_, cloud_, gas_, load_, price_, decline_, running_, sold_, interest_, support_;
};

}  // namespace stargate::risk
