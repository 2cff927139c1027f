#pragma once
#include <string>
#include <vector>

#include "risk/futures.h"

namespace stargate::risk {

/// What a director asks of the futures of a plan, worked out.
struct Summary {
  FutureSet set;
  std::vector<Figure> figures;                ///< whose drivers were asked for
  std::vector<std::vector<Driver>> drivers;   ///< of each
  std::size_t told = 0;                       ///< rows of uncertainty.csv

  // made by summarise()
  Layout layout;
  std::string name;
  std::vector<double> planned;                ///< the plan's own future
  struct FigureSpread {
    Figure figure;
    double planned;
    Spread spread;
  };
  std::vector<FigureSpread> spreads;
  struct TargetOdds {
    TargetPoint target;
    double planned;
    Chance chance;
    Spread value, day;
  };
  std::vector<TargetOdds> targets;
  Chance no_covenant_broken, no_lock_up, cost_within_plan;
  struct SiteSpread {
    std::string site;
    double planned_last = 0, p10 = 0, p50 = 0, p90 = 0, on_time = 0;  ///< days of its last building; share of futures
    double planned_mw = 0, mw_p10 = 0, mw_p50 = 0, mw_p90 = 0;        ///< at the end of the horizon
  };
  std::vector<SiteSpread> sites;
  struct LineSpread {
    Line line;
    std::vector<double> planned, p10, p25, p50, p75, p90;
  };
  std::vector<LineSpread> lines;
  std::vector<WorstCause> worst_compute, worst_value;
  std::string sentence;                       ///< how sure, in odds
};

/// Fills in everything behind the futures and drivers.
void summarise(const PlanModel& model, const Plan& plan, Summary& summary);

/// Pictures with a sentence each, as a part of a page (HTML without head), and as a page of its own.
std::string page_part(const Summary& summary);
std::string page_of(const Summary& summary);

/// "7 in 10", "1 in 50", "nearly sure": odds as people read them.
std::string odds(double share);

}  // namespace stargate::risk
