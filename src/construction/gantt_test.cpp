#include "construction/gantt.h"

#include <catch2/catch_all.hpp>

#include "base/csv.h"
#include "base/diagnostics.h"
#include "construction/phases.h"
#include "embedded.h"

using namespace stargate;
using namespace stargate::construction;

namespace {
template <class Record>
std::vector<Record> facts(const Table<Record>& table) {
  const std::string file = table.name + ".csv";
  Diagnostics diagnostics;
  auto rows = read_table(table, parse_csv("data/facts/" + file, embedded_facts().at(file), diagnostics), diagnostics);
  diagnostics.throw_if_errors();
  return rows;
}
}  // namespace

TEST_CASE("a Gantt chart draws each bar once, inside the picture, with its dates, and escapes what it writes") {
  const Date d = *parse_date("2025-02-10");
  const std::vector<GanttBar> bars{
      {"Abilene", "shell <1> & \"roof\"", d, d + std::chrono::days{200}, d + std::chrono::days{260}, d,
       d + std::chrono::days{210}, true},
      {"Abilene", "energised", d + std::chrono::days{200}, d + std::chrono::days{200}, {}, {}, {}, false}};
  const auto svg = gantt_svg("Plan", bars, d + std::chrono::days{30});
  CHECK_THAT(svg, Catch::Matchers::StartsWith("<svg ") && Catch::Matchers::EndsWith("</svg>\n"));
  CHECK_THAT(svg, Catch::Matchers::ContainsSubstring("2025-02-10 to 2025-08-29, critical"));
  CHECK_THAT(svg, Catch::Matchers::ContainsSubstring("&lt;1&gt; &amp;"));
  CHECK_THAT(svg, !Catch::Matchers::ContainsSubstring("<1>"));
  CHECK_THAT(svg, Catch::Matchers::ContainsSubstring("class='t'"));
  CHECK_THAT(gantt_svg("empty", {}), Catch::Matchers::EndsWith("</svg>\n"));
}

TEST_CASE("the dated phases fit: a year and more from clearing to operation, and those still running make it longer") {
  const auto phases = facts(dated_phase_table());
  const auto fits = fit_phases(phases);
  REQUIRE(fits.size() == 2);
  const auto& first = fits[0];
  CHECK(first.phase == "clearing to first operation");
  CHECK(first.finished == 10);
  CHECK(first.running == 6);
  CHECK(!first.test.rejected());
  auto finished_only = phases;
  std::erase_if(finished_only, [](const DatedPhase& p) { return !p.finished; });
  CHECK(fit_phases(finished_only)[0].days.median() < first.days.median());
  CHECK(first.days.median() > 365);
  CHECK(first.days.median() < 3 * 365);
}

TEST_CASE("slippage is what the two dates say") {
  const auto dates = facts(promised_date_table());
  const auto s = slippage(dates);
  CHECK(s.milestones == 7);
  CHECK(s.most_days == 253);
  CHECK(s.median_days == 89);
  CHECK(s.share_late == Catch::Approx(5.0 / 7));
  CHECK(s.mean_days == Catch::Approx((90 + 89 + 52 + 123 + 253) / 7.0));
}
