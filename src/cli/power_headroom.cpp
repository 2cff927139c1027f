// stargate power headroom --history: how much load authorities take by what their demand has been, hour by hour.
#include <print>

#include "base/files.h"
#include "base/record.h"
#include "base/text.h"
#include "base/text_table.h"
#include "cli/power_commands.h"
#include "exchange/demand_history.h"

namespace stargate::cli {

using headroom::HistoryHeadroom;

struct HistoryArguments {
  exchange::HistoryFiles files;
  std::string zones, missing = "refuse", threshold = "season";
  std::vector<double> percents{0.25, 0.5, 1, 5};
  int summer_from = 4, summer_to = 10;
};

namespace {

struct HistoryRow : Row, HistoryHeadroom {};

const Table<HistoryRow>& history_table() {
  static const Table<HistoryRow> table{
      "headroom_history",
      "Load that fits under the peaks of the past, by authority and curtailed share",
      {field_of<HistoryRow>("authority", &HistoryRow::authority, "balancing authority or region, or with --zones the zone"),
       field_of<HistoryRow>("group", &HistoryRow::group, "region of the authority, or with --zones the authority the zone lies in"),
       field_of<HistoryRow>("limit", &HistoryRow::limit, "curtailed share of the new load's energy"),
       field_of<HistoryRow>("headroom_mw", &HistoryRow::headroom_mw, "largest constant load whose curtailed share is the limit"),
       field_of<HistoryRow>("headroom_of_peak", &HistoryRow::headroom_of_peak, "over the highest hourly demand"),
       field_of<HistoryRow>("curtailed_mwh_per_year", &HistoryRow::curtailed_mwh, "energy not served to it"),
       field_of<HistoryRow>("curtailed_hours_per_year", &HistoryRow::hours, "hours with any curtailment"),
       field_of<HistoryRow>("hours_half_left_per_year", &HistoryRow::hours_half_left, "of them, with half of the load or more served"),
       field_of<HistoryRow>("hours_three_quarters_left_per_year", &HistoryRow::hours_three_quarters_left, "with three quarters served"),
       field_of<HistoryRow>("hours_nine_tenths_left_per_year", &HistoryRow::hours_nine_tenths_left, "with nine tenths served"),
       field_of<HistoryRow>("mean_depth", &HistoryRow::mean_depth, "share of the load that is off, over curtailed hours"),
       field_of<HistoryRow>("greatest_depth", &HistoryRow::greatest_depth, "in any hour"),
       field_of<HistoryRow>("events_per_year", &HistoryRow::events, "runs of consecutive curtailed hours"),
       field_of<HistoryRow>("mean_event_hours", &HistoryRow::mean_event_hours, "length of a run"),
       field_of<HistoryRow>("longest_event_hours", &HistoryRow::longest_event_hours, "the longest run"),
       field_of<HistoryRow>("worst_year", &HistoryRow::worst_year, "calendar year with the largest curtailed share"),
       field_of<HistoryRow>("worst_year_share", &HistoryRow::worst_year_share, "curtailed share of that year")}};
  return table;
}

std::vector<HistoryRow> rows_of(const std::vector<HistoryHeadroom>& headrooms) {
  std::vector<HistoryRow> rows;
  for (const auto& h : headrooms) rows.push_back({{}, h});
  return rows;
}

nlohmann::json json_of(const std::vector<HistoryHeadroom>& headrooms) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& row : rows_of(headrooms)) {
    nlohmann::json one;
    for (const auto& f : history_table().fields)
      std::visit([&]<class T>(T HistoryRow::* member) {
        if constexpr (std::same_as<T, std::string> || std::same_as<T, double> || std::same_as<T, std::int64_t>) one[f.name] = row.*member;
      }, f.member);
    out.push_back(std::move(one));
  }
  return out;
}

void print_table(const char* first, const std::vector<HistoryHeadroom>& rows) {
  TextTable table({first, "off, %", "GW", "of peak", "hours a year", "half left", "3/4 left", "9/10 left", "events a year", "hours an event", "longest"});
  for (const auto& h : rows)
    table.row({h.authority, shortest(h.limit * 100), grouped(h.headroom_mw / 1000, 2), grouped(h.headroom_of_peak, 3), grouped(h.hours),
               grouped(h.hours_half_left), grouped(h.hours_three_quarters_left), grouped(h.hours_nine_tenths_left), grouped(h.events),
               grouped(h.mean_event_hours, 1), std::format("{}", h.longest_event_hours)});
  std::print("{}", table.text());
}

}  // namespace

std::shared_ptr<HistoryArguments> add_history_headroom(CLI::App& command) {
  auto a = std::make_shared<HistoryArguments>();
  auto* history = command.add_option("--history", a->files.path, "hourly demand of the past: a folder of CSV files, one an authority, or a file with a column an authority");
  command.add_option("--limits", a->percents, "of --history: curtailed shares of the new load's energy, in percent")->needs(history)->check(CLI::Range(1e-6, 99.9));
  command.add_option("--column", a->files.column, "of --history: the column of demand")->needs(history);
  command.add_option("--groups", a->files.groups, "of --history: a CSV table authority,group")->needs(history);
  command.add_option("--zones", a->zones, "of --history: a CSV table zone,authority,share: tells headroom by zone")->needs(history);
  command.add_option("--threshold", a->threshold, "of --history: demand and load stay below the peak of the season, or of all hours")->needs(history)->check(CLI::IsMember({"season", "year"}));
  command.add_option("--summer-from", a->summer_from, "of --history: first month of summer")->needs(history)->check(CLI::Range(1, 12));
  command.add_option("--summer-to", a->summer_to, "of --history: last month of summer")->needs(history)->check(CLI::Range(1, 12));
  command.add_option("--missing", a->missing, "of --history: hours without a number")->needs(history)->check(CLI::IsMember({"refuse", "skip"}));
  return a;
}

bool history_headroom(const HistoryArguments& a, bool as_json, const std::string& output) {
  if (a.files.path.empty()) return false;
  if (a.summer_from > a.summer_to) throw InputError({"--summer-from"}, std::format("summer from month {} to {}", a.summer_from, a.summer_to), "the first is not after the last");
  auto files = a.files;
  files.skip_missing = a.missing == "skip";
  const auto histories = exchange::read_demand_histories(files);
  headroom::HistoryOptions options;
  options.threshold = a.threshold == "year" ? headroom::Threshold::year : headroom::Threshold::season;
  options.summer_from = a.summer_from;
  options.summer_to = a.summer_to;
  options.limits.clear();
  for (const double percent : a.percents)
    if (!std::ranges::contains(options.limits, percent / 100)) options.limits.push_back(percent / 100);
  const auto answer = headroom::headroom_by_history(histories, options);
  std::vector<HistoryHeadroom> zones;
  if (!a.zones.empty()) zones = headroom::headroom_by_zone(answer, exchange::read_zone_shares(a.zones, histories));
  if (!output.empty()) {
    auto rows = a.zones.empty() ? answer.authorities : zones;
    if (a.zones.empty()) rows.insert(rows.end(), answer.totals.begin(), answer.totals.end());
    write_file(output, write_table(history_table(), rows_of(rows)));
  }
  if (as_json) {
    nlohmann::json out{{"authorities", json_of(answer.authorities)}, {"groups", json_of(answer.groups)}, {"totals", json_of(answer.totals)}, {"notes", answer.notes}};
    if (!a.zones.empty()) out["zones"] = json_of(zones);
    std::println("{}", out.dump(2));
    return true;
  }
  print_table("all authorities", answer.totals);
  for (const auto& total : answer.totals)
    if (total.limit == answer.totals.front().limit)
      std::println("\n{} GW of new load would have fitted under past peaks had it been off for {} % of its energy: {} hours a year, {} of them with half of it or more still served.\n",
                   grouped(total.headroom_mw / 1000, 1), shortest(total.limit * 100), grouped(total.hours), grouped(total.hours_half_left));
  if (!answer.groups.empty()) print_table("region", answer.groups);
  print_table(a.zones.empty() ? "authority" : "zone", a.zones.empty() ? answer.authorities : zones);
  for (const auto& note : answer.notes) std::println("note: {}", note);
  return true;
}

}  // namespace stargate::cli
