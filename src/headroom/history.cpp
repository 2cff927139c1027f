#include "headroom/history.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>
#include <map>
#include <stdexcept>

#include "base/text.h"

namespace stargate::headroom {

namespace {

constexpr double hours_a_year = 8766;

/// What is left to the threshold in each hour, MW.
std::vector<double> slack_of(const DemandHistory& history, const HistoryOptions& options) {
  const auto season = [&](std::int64_t hour) -> std::size_t {
    if (options.threshold == Threshold::year) return 0;
    const int month = year_month(hour).month;
    return month >= options.summer_from && month <= options.summer_to ? 1 : 0;
  };
  double highest[2] = {0, 0};
  for (std::size_t h = 0; h < history.hours.size(); ++h) {
    double& most = highest[season(history.hours[h])];
    most = std::max(most, history.demand_mw[h]);
  }
  std::vector<double> slack(history.hours.size());
  for (std::size_t h = 0; h < slack.size(); ++h) slack[h] = highest[season(history.hours[h])] - history.demand_mw[h];
  return slack;
}

/// The largest L >= 0 with sum max(0, L - slack) = limit * L * n; `rising` is the slack in rising order.
double largest_load(const std::vector<double>& rising, double limit) {
  const double allowed = limit * static_cast<double>(rising.size());
  double sum = 0;
  for (std::size_t i = 0; i < rising.size(); ++i) {
    sum += rising[i];
    const double above = static_cast<double>(i + 1) - allowed;  // the curtailed share grows with L once this is positive
    if (above <= 0) continue;
    const double load = sum / above;
    if (i + 1 == rising.size() || load <= rising[i + 1]) return load;
  }
  return 0;
}

HistoryHeadroom describe(const DemandHistory& history, const std::vector<double>& slack, double limit, double load) {
  HistoryHeadroom out{history.name, history.group, limit, load};
  const double years = static_cast<double>(slack.size()) / hours_a_year;
  out.headroom_of_peak = load / std::max(std::ranges::max(history.demand_mw), 1e-300);
  std::map<int, std::pair<double, double>> by_year;  // curtailed energy, energy
  std::int64_t run = 0;
  double depths = 0, events = 0, curtailed_hours = 0;
  for (std::size_t h = 0; h < slack.size(); ++h) {
    const double off = std::max(0.0, load - slack[h]);
    auto& [curtailed, energy] = by_year[year_month(history.hours[h]).year];
    curtailed += off;
    energy += load;
    if (!(off > 1e-9 * load)) {
      run = 0;
      continue;
    }
    const bool follows = run > 0 && history.hours[h] == history.hours[h - 1] + 1;
    run = follows ? run + 1 : 1;
    events += follows ? 0 : 1;
    out.longest_event_hours = std::max(out.longest_event_hours, run);
    const double depth = off / load, left = 1 - depth;
    curtailed_hours += 1;
    depths += depth;
    out.curtailed_mwh += off / years;
    out.greatest_depth = std::max(out.greatest_depth, depth);
    out.hours_half_left += left >= 0.5 ? 1 / years : 0;
    out.hours_three_quarters_left += left >= 0.75 ? 1 / years : 0;
    out.hours_nine_tenths_left += left >= 0.9 ? 1 / years : 0;
  }
  out.hours = curtailed_hours / years;
  out.events = events / years;
  if (curtailed_hours > 0) {
    out.mean_depth = depths / curtailed_hours;
    out.mean_event_hours = curtailed_hours / events;
  }
  for (const auto& [year, sums] : by_year)
    if (const double share = sums.second > 0 ? sums.first / sums.second : 0; share > out.worst_year_share) {
      out.worst_year = year;
      out.worst_year_share = share;
    }
  return out;
}

/// Sums of megawatts and of energy, means of hours, depth and events with the weights given.
HistoryHeadroom together(std::string name, std::string group, const std::vector<HistoryHeadroom>& parts,
                         const std::vector<double>& shares, bool by_headroom) {
  HistoryHeadroom out;
  out.authority = std::move(name);
  out.group = std::move(group);
  double peak = 0, weights = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& p = parts[i];
    const double headroom = shares[i] * p.headroom_mw, weight = by_headroom ? headroom : 1.0;
    out.limit = p.limit;
    out.headroom_mw += headroom;
    out.curtailed_mwh += shares[i] * p.curtailed_mwh;
    if (p.headroom_of_peak > 0) peak += headroom / p.headroom_of_peak;
    weights += weight;
    for (auto member : {&HistoryHeadroom::hours, &HistoryHeadroom::hours_half_left, &HistoryHeadroom::hours_three_quarters_left,
                        &HistoryHeadroom::hours_nine_tenths_left, &HistoryHeadroom::mean_depth, &HistoryHeadroom::events,
                        &HistoryHeadroom::mean_event_hours})
      out.*member += weight * p.*member;
    out.greatest_depth = std::max(out.greatest_depth, p.greatest_depth);
    out.longest_event_hours = std::max(out.longest_event_hours, p.longest_event_hours);
    if (p.worst_year_share > out.worst_year_share) {
      out.worst_year = p.worst_year;
      out.worst_year_share = p.worst_year_share;
    }
  }
  if (weights > 0)
    for (auto member : {&HistoryHeadroom::hours, &HistoryHeadroom::hours_half_left, &HistoryHeadroom::hours_three_quarters_left,
                        &HistoryHeadroom::hours_nine_tenths_left, &HistoryHeadroom::mean_depth, &HistoryHeadroom::events,
                        &HistoryHeadroom::mean_event_hours})
      out.*member /= weights;
  if (peak > 0) out.headroom_of_peak = out.headroom_mw / peak;
  return out;
}

void doubt(const DemandHistory& history, std::vector<std::string>& notes) {
  const auto& demand = history.demand_mw;
  std::int64_t missing = 0, zeros = 0;
  for (std::size_t h = 1; h < demand.size(); ++h) missing += history.hours[h] - history.hours[h - 1] - 1;
  for (const double d : demand) zeros += d == 0 ? 1 : 0;
  if (missing > 0) notes.push_back(std::format("{}: {} hours are missing between the first and the last; shares and hours are of those that are there", history.name, missing));
  if (zeros > 0) notes.push_back(std::format("{}: demand is 0 in {} hours: faults of a meter?", history.name, zeros));
  // A spike sets the threshold of every hour: it is told by name.
  std::vector<double> falling = demand;
  const auto nth = static_cast<std::ptrdiff_t>(demand.size() / 1000);
  std::ranges::nth_element(falling, falling.begin() + nth, std::greater{});
  const auto peak = std::ranges::max_element(demand);
  if (*peak > 1.5 * falling[static_cast<std::size_t>(nth)])
    notes.push_back(std::format("{}: the peak of {} MW is {:.1f} times the demand exceeded in a thousandth of the hours: is it a fault of a meter? The threshold hangs on it",
                                history.name, grouped(*peak), *peak / falling[static_cast<std::size_t>(nth)]));
  const double years = static_cast<double>(demand.size()) / hours_a_year;
  if (years < 0.99) notes.push_back(std::format("{}: {:.2f} years of demand: a season may be missing", history.name, years));
}

}  // namespace

YearMonth year_month(std::int64_t hour) {
  const std::chrono::sys_days day{std::chrono::days{hour >= 0 ? hour / 24 : (hour - 23) / 24}};
  const std::chrono::year_month_day date{day};
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month()))};
}

HistoryAnswer headroom_by_history(const std::vector<DemandHistory>& histories, const HistoryOptions& options) {
  if (histories.empty()) throw std::invalid_argument("no histories");
  if (options.limits.empty()) throw std::invalid_argument("no limits");
  for (const double limit : options.limits)
    if (!(limit > 0 && limit < 1)) throw std::invalid_argument(std::format("a limit of {}", limit));
  HistoryAnswer answer;
  for (const auto& history : histories) {
    if (history.hours.empty() || history.hours.size() != history.demand_mw.size())
      throw std::invalid_argument(history.name + ": hours and demand differ in number");
    doubt(history, answer.notes);
    const auto slack = slack_of(history, options);
    auto rising = slack;
    std::ranges::sort(rising);
    for (const double limit : options.limits)
      answer.authorities.push_back(describe(history, slack, limit, largest_load(rising, limit)));
  }
  std::vector<std::string> groups;
  for (const auto& history : histories)
    if (!history.group.empty() && !std::ranges::contains(groups, history.group)) groups.push_back(history.group);
  const auto sum = [&](const std::string& name, bool all, double limit) {
    std::vector<HistoryHeadroom> parts;
    for (const auto& a : answer.authorities)
      if (a.limit == limit && (all || a.group == name)) parts.push_back(a);
    return together(name, all ? "" : name, parts, std::vector<double>(parts.size(), 1), false);
  };
  for (const auto& group : groups)
    for (const double limit : options.limits) answer.groups.push_back(sum(group, false, limit));
  for (const double limit : options.limits) answer.totals.push_back(sum("total", true, limit));
  return answer;
}

std::vector<HistoryHeadroom> headroom_by_zone(const HistoryAnswer& answer, const std::vector<ZoneShare>& shares) {
  std::vector<std::string> zones;
  for (const auto& s : shares) {
    if (!std::ranges::contains(zones, s.zone)) zones.push_back(s.zone);
    if (!std::ranges::contains(answer.authorities, s.authority, &HistoryHeadroom::authority))
      throw std::invalid_argument("no history of " + s.authority);
  }
  std::vector<HistoryHeadroom> out;
  for (const auto& zone : zones)
    for (const auto& total : answer.totals) {
      std::vector<HistoryHeadroom> parts;
      std::vector<double> weights;
      for (const auto& s : shares)
        for (const auto& a : answer.authorities)
          if (s.zone == zone && a.authority == s.authority && a.limit == total.limit) {
            parts.push_back(a);
            weights.push_back(s.share);
          }
      out.push_back(together(zone, parts.size() == 1 ? parts.front().authority : "several", parts, weights, true));
    }
  return out;
}

}  // namespace stargate::headroom
