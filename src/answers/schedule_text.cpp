#include <algorithm>
#include <cmath>
#include <format>

#include "answers/schedule_case.h"
#include "base/text.h"
#include "base/text_table.h"
#include "construction/phases.h"
#include "programme/facts.h"

namespace stargate {

namespace con = construction;

namespace {

std::string blocks_text(const ScheduleCase& s) {
  TextTable table({"building", "start", "plan: ready", "schedule", "late", "levelled", "P10", "P50", "P90", "on time",
                   "week costs"});
  for (std::size_t b = 0; b < s.blocks.size(); ++b) {
    const auto& block = s.blocks[b];
    const con::Instant finish = s.cpm.dates[block.ready].finish;
    const auto at = [&](double share) {
      return s.risk.watched.empty() ? std::string("-") : day_text(con::percentile_of(s.risk.watched[b], share));
    };
    table.row({block.id, to_string(block.start), to_string(block.planned_ready), day_text(finish),
               std::format("{} d", std::max(0, con::days_late(block, con::day_of(finish)))),
               s.levelled ? day_text(s.levelled->finishes[block.ready]) : "-", at(0.1), at(0.5), at(0.9),
               std::format("{:.0f} %", 100 * s.on_time_share(b)),
               std::format("{:.1f} M", s.week_costs[b].usd() / 1e6)});
  }
  return table.text();
}

std::string path_text(const ScheduleCase& s) {
  TextTable table({"critical path", "work", "starts", "ends", "days"});
  for (const std::size_t i : s.shown_path()) {
    const auto& d = s.cpm.dates[i];
    table.row({s.network.activities[i].id, s.network.tasks[i].name, s.first(i, d.start), s.last(i, d.start, d.finish),
               shortest(std::round(10 * s.days(i, worked(s.network.activities[i].calendar, d.start, d.finish))) / 10)});
  }
  return table.text();
}

std::string activities_text(const ScheduleCase& s) {
  TextTable table({"activity", "name", "start", "finish", "late finish", "total float", "free float", "critical"});
  const auto number = [&](std::size_t i, con::Minutes m) { return shortest(std::round(10 * s.days(i, m)) / 10); };
  for (std::size_t i = 0; i < s.network.activities.size(); ++i) {
    const auto& d = s.cpm.dates[i];
    const bool done = s.network.activities[i].done();
    table.row({s.network.activities[i].id, s.network.tasks[i].name, s.first(i, d.start), s.last(i, d.start, d.finish),
               done ? "done" : s.last(i, d.late_start, d.late_finish), done ? "" : number(i, d.total_float),
               done ? "" : number(i, d.free_float), d.critical ? "yes" : ""});
  }
  return table.text();
}

std::string commitments_text(const ScheduleCase& s) {
  TextTable table({"begun before the plan", "started", "schedule", "reported", "reported later by"});
  bool any = false;
  for (const auto& block : s.blocks) {
    if (!block.reported_ready) continue;
    any = true;
    table.row({block.id, to_string(block.start), to_string(block.expected_ready), to_string(*block.reported_ready),
               std::format("{} d", (*block.reported_ready - block.expected_ready).count())});
  }
  return any ? table.text() + "\n" : "";
}

std::string facts_text() {
  TextTable fits(
      {"what was seen", "finished", "still running", "median days", "P10", "P90", "Kolmogorov-Smirnov", "5 % bound"});
  for (const auto& f : con::fit_phases(read_facts(con::dated_phase_table())))
    fits.row({f.phase, std::to_string(f.finished), std::to_string(f.running), std::format("{:.0f}", f.days.median()),
              std::format("{:.0f}", f.days.quantile(0.1)), std::format("{:.0f}", f.days.quantile(0.9)),
              std::format("{:.3f}", f.test.distance), std::format("{:.3f}", f.test.bound_5_percent)});
  TextTable slips({"slippage", "promised", "later", "days", "basis"});
  const auto dates = read_facts(con::promised_date_table());
  for (const auto& d : dates)
    slips.row({d.site + ", " + d.milestone, to_string(d.promised), to_string(d.later), std::to_string(d.slip_days()),
               d.later_basis});
  const auto all = con::slippage(dates);
  return fits.text() + "\n" + slips.text() +
         std::format(
             "Of {} milestones {:.0f} % moved later within eight months, by {:.0f} days in the middle and {} at "
             "most.\n",
             all.milestones, 100 * all.share_late, all.median_days, all.most_days);
}

std::string earned_text(const ScheduleCase& s) {
  if (!s.earned) return "";
  const auto& e = *s.earned;
  const auto ratio = [](const std::optional<double>& r) { return r ? std::format("{:.3f}", *r) : std::string("none"); };
  const auto money = [](double usd) { return grouped(usd / 1e6, 1) + " M"; };
  TextTable table({"earned value on " + to_string(*s.on_day), "", "what it is"});
  table.row({"planned value", money(e.planned_value_usd), "budget of the work planned by now"});
  table.row({"earned value", money(e.earned_value_usd), "budget of the work done"});
  table.row({"actual cost", money(e.actual_cost_usd), "spent"});
  table.row({"SPI, CPI", ratio(e.schedule_performance) + ", " + ratio(e.cost_performance),
             "earned over planned, over spent"});
  table.row({"estimate at completion", e.estimate_at_completion_usd ? money(*e.estimate_at_completion_usd) : "none",
             "budget over CPI"});
  table.row({"SPI(t)", ratio(e.schedule_performance_time), "earned schedule over days gone"});
  table.row({"finish now", day_text(s.forecast->finish - 1), "critical path with the work that is left"});
  return table.text() + "\n";
}

std::string levelled_text(const ScheduleCase& s) {
  if (!s.levelled) return "not levelled";
  const auto& l = *s.levelled;
  return std::format("levelled {}{}, rule: {}", day_text(l.finish - 1), l.shortest() ? ", which is the shortest" : "",
                     con::name_of(l.rule));
}

}  // namespace

std::string schedule_page(const ScheduleCase& s) {
  if (s.network.activities.empty()) return s.network.name + ": no activities\n";
  std::string text = std::format("{}: {} activities, finish {} ({})", s.network.name, s.network.activities.size(),
                                 day_text(s.cpm.finish - 1), levelled_text(s));
  if (!s.blocks.empty()) {
    const std::size_t b = s.last_block();
    text += std::format("; last building {}, {}", s.blocks[b].id, day_text(s.cpm.dates[s.blocks[b].ready].finish));
    if (!s.risk.watched.empty()) {
      const auto at = [&](double share) { return day_text(con::percentile_of(s.risk.watched[b], share)); };
      text += std::format(" (P10 {}, P50 {}, P90 {})", at(0.1), at(0.5), at(0.9));
    }
  }
  text += "\n\n" + earned_text(s);
  if (s.blocks.empty()) return text + activities_text(s) + "\n" + path_text(s);
  const PlanAgreement a = agreement(s);
  text += blocks_text(s) + "\n" +
          std::format(
              "Plan and schedule agree on {} of {} buildings (ready no later than the first day of the plan's quarter; "
              "latest by {} days).\n"
              "Shared equipment and crews move {} buildings.\n\n",
              a.agree, s.blocks.size(), a.latest_days, a.moved);
  return text + path_text(s) + "\n" + commitments_text(s) + facts_text();
}

std::string dcma_page(const std::vector<con::DcmaCheck>& checks) {
  TextTable table({"", "DCMA", "found", "of", "limit", "", "what is counted"});
  for (const auto& c : checks)
    table.row({std::to_string(c.number), c.name, shortest(std::round(100 * c.found) / 100), shortest(std::round(c.of)),
               c.limit,
               !c.applies ? "does not apply"
               : c.passed ? "passed"
                          : "FAILED",
               c.what + (c.justified > 0 ? std::format("; {} more with a reason", c.justified) : "")});
  std::string page = table.text() + "\n";
  for (const auto& c : checks) {
    if (!c.applies || c.passed || c.activities.empty()) continue;
    page += c.name + ": ";
    for (std::size_t k = 0; k < c.activities.size() && k < 8; ++k) page += (k ? ", " : "") + c.activities[k];
    page += c.activities.size() > 8 ? std::format(" and {} more\n", c.activities.size() - 8) : "\n";
  }
  const auto failed = std::ranges::count_if(checks, [](const auto& c) { return c.applies && !c.passed; });
  return page + std::format("{} of 14 points are passed or do not apply.\n", 14 - failed);
}

}  // namespace stargate
