#include "construction/phases.h"

#include <algorithm>
#include <map>

namespace stargate::construction {

const Table<DatedPhase>& dated_phase_table() {
  using R = DatedPhase;
  static const Table<R> table{
      "dated_phases",
      "phases of campuses with the dates that were seen",
      {field("site", &R::site, "campus").as_key(), field("phase", &R::phase, "what the dates bound").as_key(),
       field("started", &R::started, "first day"),
       field("finished", &R::finished, "last day; empty while it runs").optional(),
       field("seen", &R::seen, "day it was last looked at"),
       field("mw", &R::mw, "facility power that came with it").in("MW").from(0),
       field("basis", &R::basis, "how the dates are known")
           .one_of({"contract", "claim", "reported", "measured", "estimate"}),
       field("source", &R::source, "who says so")}};
  return table;
}

const Table<PromisedDate>& promised_date_table() {
  using R = PromisedDate;
  static const Table<R> table{
      "promised_dates",
      "milestones as promised, and as they stood later",
      {field("site", &R::site, "campus").as_key(), field("milestone", &R::milestone, "what was promised").as_key(),
       field("promised", &R::promised, "date promised"), field("promised_on", &R::promised_on, "when that was said"),
       field("later", &R::later, "date as it stood later"), field("later_on", &R::later_on, "when that was seen"),
       field("later_basis", &R::later_basis, "seen, or promised again").one_of({"measured", "projected"}),
       field("source", &R::source, "who says so")}};
  return table;
}

std::vector<PhaseFit> fit_phases(const std::vector<DatedPhase>& phases) {
  std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> by_phase;
  for (const DatedPhase& p : phases) {
    auto& [finished, running] = by_phase[p.phase];
    (p.finished ? finished : running).push_back(static_cast<double>((p.finished.value_or(p.seen) - p.started).count()));
  }
  std::vector<PhaseFit> fits;
  for (const auto& [phase, days] : by_phase) {
    const auto& [finished, running] = days;
    if (finished.size() < 2) continue;
    const LogNormal fit = fit_log_normal(finished, running);
    fits.push_back({phase, finished.size(), running.size(), fit, fit_test(fit, finished)});
  }
  return fits;
}

Slippage slippage(const std::vector<PromisedDate>& dates) {
  Slippage s{dates.size()};
  if (dates.empty()) return s;
  std::vector<int> slips;
  for (const PromisedDate& d : dates) slips.push_back(d.slip_days());
  std::ranges::sort(slips);
  const std::size_t n = slips.size();
  for (const int slip : slips) {
    s.mean_days += slip / static_cast<double>(n);
    s.share_late += (slip > 0) / static_cast<double>(n);
  }
  s.median_days = (slips[(n - 1) / 2] + slips[n / 2]) / 2.0;
  s.most_days = slips.back();
  return s;
}

}  // namespace stargate::construction
