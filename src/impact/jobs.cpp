#include "impact/jobs.h"

#include <algorithm>
#include <map>

namespace stargate::impact {

namespace {
constexpr double rise = 1.0 / 3, fall = 1.0 / 5;
}

double crew_share(double t) {
  if (t < 0 || t > 1) return 0;
  return std::min({1.0, t / rise, (1 - t) / fall});
}

double crew_area() { return 1 - rise / 2 - fall / 2; }

std::vector<JobsQuarter> jobs(const std::vector<Works>& works, Quarter first, int quarters) {
  std::map<std::string, std::vector<Works>> by_state;
  for (const Works& w : works) by_state[w.state].push_back(w);
  std::vector<JobsQuarter> out;
  for (const auto& [state, list] : by_state)
    for (int t = 0; t < quarters; ++t) {
      JobsQuarter q{state, first + t};
      for (Date day = q.quarter.first_day(); day <= q.quarter.last_day(); day += std::chrono::days{1}) {
        double crew = 0;
        for (const Works& w : list) {
          const double span = static_cast<double>((w.ready - w.start).count());
          if (day < w.start || day >= w.ready || span <= 0) continue;
          crew +=
              w.it_mw * w.peak_jobs_per_it_mw * crew_share((static_cast<double>((day - w.start).count()) + 0.5) / span);
        }
        q.construction += crew / q.quarter.days();
        q.construction_peak = std::max(q.construction_peak, crew);
      }
      for (const Works& w : list) {
        if (w.ready > q.quarter.last_day()) continue;
        q.permanent_contract += w.facility_mw * w.permanent_per_mw_contract;
        q.permanent_claim += w.facility_mw * w.permanent_per_mw_claim;
      }
      out.push_back(std::move(q));
    }
  return out;
}

}  // namespace stargate::impact
