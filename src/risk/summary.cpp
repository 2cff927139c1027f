#include "risk/summary.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

#include "base/text.h"

namespace stargate::risk {

namespace {

std::vector<double> quantiles(const FutureSet& set, const Layout& layout, Line line, double share) {
  std::vector<double> out;
  for (std::size_t t = 0; t < layout.quarters; ++t) out.push_back(quantile_of(column(set, layout.line(line, t)), share));
  return out;
}

/// Words for what a target wants.
std::string target_words(const TargetPoint& t) {
  const char* unit = t.quantity == "it_mw" ? "MW of IT" : t.quantity == "h100_equivalents" ? "H100-equivalents" : t.quantity == "largest_run_pflops" ? "PFLOP/s in one run" : "PFLOP/s";
  return std::format("{} {} by the end of {}", grouped(t.at_least), unit, to_string(t.by));
}

}  // namespace

std::string odds(double share) {
  if (share >= 0.995) return "nearly sure (over 199 in 200)";
  if (share < 0.005) return "hardly at all (under 1 in 200)";
  if (share >= 0.945) return std::format("{:.0f} in 100", 100 * share);
  if (share < 0.05) return std::format("1 in {:.0f}", 1 / share);
  return std::format("{:.0f} in 10", 10 * share);
}

void summarise(const PlanModel& model, const Plan& plan, Summary& s) {
  s.layout = model.layout();
  s.name = plan.proof.programme;
  s.planned = model.future(model.planned(), nullptr);
  const auto& l = s.layout;
  for (std::size_t f = 0; f < figure_count; ++f) s.spreads.push_back({static_cast<Figure>(f), s.planned[f], spread_of(s.set, f)});
  for (std::size_t k = 0; k < l.targets.size(); ++k) {
    const auto& t = l.targets[k];
    s.targets.push_back({t, s.planned[l.target_value(k)], chance_of(s.set, l.target_value(k), [&](double v) { return v >= t.at_least * (1 - 1e-6); }),
                         spread_of(s.set, l.target_value(k)), spread_of(s.set, l.target_day(k))});
  }
  s.no_covenant_broken = chance_of(s.set, l.figure(Figure::covenants_broken), [](double v) { return v == 0; });
  s.no_lock_up = chance_of(s.set, l.figure(Figure::lock_ups), [](double v) { return v == 0; });
  const double spent = s.planned[l.figure(Figure::capital_usd_b)];
  s.cost_within_plan = chance_of(s.set, l.figure(Figure::capital_usd_b), [&](double v) { return v <= spent * (1 + 1e-9); });
  for (std::size_t i = 0; i < l.sites.size(); ++i) {
    Summary::SiteSpread site{.site = l.sites[i]};
    std::vector<double> last(s.set.row.size(), -1);
    for (std::size_t b = 0; b < l.buildings.size(); ++b) {
      if (l.buildings[b].site != l.sites[i]) continue;
      site.planned_last = std::max<double>(site.planned_last, l.buildings[b].planned_day);
      for (std::size_t n = 0; n < last.size(); ++n) last[n] = std::max(last[n], s.set.row[n][l.building_day(b)]);
    }
    site.p10 = quantile_of(last, 0.1), site.p50 = quantile_of(last, 0.5), site.p90 = quantile_of(last, 0.9);
    site.on_time = static_cast<double>(std::ranges::count_if(last, [&](double d) { return d <= site.planned_last; })) / static_cast<double>(last.size());
    const auto end = l.site_mw(i, l.quarters - 1);
    const auto mw = spread_of(s.set, end);
    site.planned_mw = s.planned[end], site.mw_p10 = mw.p10, site.mw_p50 = mw.p50, site.mw_p90 = mw.p90;
    s.sites.push_back(site);
  }
  for (std::size_t k = 0; k < line_count; ++k) {
    const auto line = static_cast<Line>(k);
    Summary::LineSpread spread{line, {}, {}, {}, {}, {}, {}};
    for (std::size_t t = 0; t < l.quarters; ++t) spread.planned.push_back(s.planned[l.line(line, t)]);
    spread.p10 = quantiles(s.set, l, line, 0.1), spread.p25 = quantiles(s.set, l, line, 0.25), spread.p50 = quantiles(s.set, l, line, 0.5);
    spread.p75 = quantiles(s.set, l, line, 0.75), spread.p90 = quantiles(s.set, l, line, 0.9);
    s.lines.push_back(std::move(spread));
  }
  s.worst_compute = worst_causes(l, s.set, Figure::compute);
  s.worst_value = worst_causes(l, s.set, Figure::npv_usd_b);
  const auto& compute = s.spreads[l.figure(Figure::compute)];
  s.sentence = std::format("Of {} futures of this plan, ", grouped(static_cast<double>(s.set.row.size())));
  for (std::size_t k = 0; k < s.targets.size(); ++k)
    s.sentence += std::format("{}{} reach {}", k == 0 ? "" : k + 1 == s.targets.size() ? " and " : ", ", odds(s.targets[k].chance.share), target_words(s.targets[k].target));
  if (s.targets.empty()) s.sentence += "half make";
  else s.sentence += "; half make";
  s.sentence += std::format(" {:.0f} % of the plan's compute or more, nine in ten {:.0f} % or more; no covenant is broken in {}.", 100 * compute.spread.p50 / std::max(1e-9, compute.planned),
                            100 * compute.spread.p10 / std::max(1e-9, compute.planned), odds(s.no_covenant_broken.share));
}

}  // namespace stargate::risk
