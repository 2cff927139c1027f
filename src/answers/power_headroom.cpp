// stargate power headroom: how much load fits, by a network or by the hourly demand of the past.
#include <cmath>
#include <format>

#include "answers/commands.h"
#include "base/text.h"
#include "energy/decompose.h"
#include "energy/optimise.h"
#include "energy/siting.h"
#include "exchange/demand_history.h"
#include "exchange/read_system.h"
#include "headroom/history.h"

namespace stargate {

namespace {

using headroom::HistoryHeadroom;

struct HeadroomCommand : Row {
  std::string file, history, column, groups, zones, threshold = "season", missing = "refuse";
  std::vector<std::string> limits;
  std::int64_t snapshots = 12, summer_from = 4, summer_to = 10;
  double curtailable = 0.25, hours = 100;
  std::optional<double> voll;
  bool expand = false;
};

const Table<HeadroomCommand>& options() {
  using O = HeadroomCommand;
  static const Table<O> t{
      "power headroom",
      "How much load fits: at each bus of a network before something binds, or under the peaks of past hourly demand.",
      {field("file", &O::file, "network, as for power solve").optional().as_argument(),
       field("expand", &O::expand, "first extend the network's capacity at least cost (to 0.1 %)").optional(),
       field("snapshots", &O::snapshots, "of the network: snapshots of highest load to examine").optional().range(1, 1e9),
       field("curtailable", &O::curtailable, "share of a flexible load that may be off").optional().range(0, 1),
       field("hours", &O::hours, "equivalent full hours a flexible load may be off").optional().from(0),
       field("voll", &O::voll, "generators at this marginal cost or above are load shedding").optional(),
       field("history", &O::history, "hourly demand of the past: a folder of CSV files, one an authority, or a file with a column an authority").optional(),
       field("limits", &O::limits, "of history: curtailed share of the new load's energy, in percent (0.25, 0.5, 1 and 5)").optional(),
       field("column", &O::column, "of history: the column of demand").optional(),
       field("groups", &O::groups, "of history: a CSV table authority,group: sums by region").optional(),
       field("zones", &O::zones, "of history: a CSV table zone,authority,share: headroom by zone").optional(),
       field("threshold", &O::threshold, "of history: demand and load stay below the peak of the season, or of all hours").optional().one_of({"season", "year"}),
       field("summer_from", &O::summer_from, "of history: first month of summer").optional().range(1, 12),
       field("summer_to", &O::summer_to, "of history: last month of summer").optional().range(1, 12),
       field("missing", &O::missing, "of history: hours without a number").optional().one_of({"refuse", "skip"})}};
  return t;
}

struct BusRow : Row {
  std::string bus, binding;
  double firm = 0, flexible = 0;
  std::int64_t worst_snapshot = 0;
};
const Table<BusRow> buses_table{
    "buses",
    "Load that each bus takes, one at a time, in the network's unit of power; empty where nothing binds.",
    {field("bus", &BusRow::bus, "bus"), field("firm", &BusRow::firm, "in every snapshot examined").with_digits(3),
     field("flexible", &BusRow::flexible, "if a share of it may be off for some hours").with_digits(3),
     field("worst_snapshot", &BusRow::worst_snapshot, "the snapshot that sets the firm load"),
     field("binding", &BusRow::binding, "what gives way first")}};

struct HistoryRow : Row, HistoryHeadroom {};

Table<HistoryRow> history_table(std::string name, std::string about) {
  using R = HistoryRow;
  return {std::move(name),
          std::move(about),
          {field_of<R>("authority", &R::authority, "balancing authority, region, or zone"),
           field_of<R>("group", &R::group, "what it belongs to: the region of an authority, the authority of a zone").shown_as("of"),
           field_of<R>("limit", &R::limit, "curtailed share of the new load's energy").in_percent().with_digits(2),
           field_of<R>("headroom_mw", &R::headroom_mw, "largest constant load whose curtailed share is the limit").in("MW").with_digits(0),
           field_of<R>("headroom_of_peak", &R::headroom_of_peak, "over the highest hourly demand").shown_as("of peak").in_percent().with_digits(1),
           field_of<R>("curtailed_hours_per_year", &R::hours, "hours with any curtailment").shown_as("hours a year").with_digits(0),
           field_of<R>("curtailed_mwh_per_year", &R::curtailed_mwh, "energy not served to it").in("MWh").shown_as("MWh a year").with_digits(0),
           field_of<R>("hours_half_left_per_year", &R::hours_half_left, "of the curtailed hours, with half of the load or more served").shown_as("half left").with_digits(0),
           field_of<R>("hours_three_quarters_left_per_year", &R::hours_three_quarters_left, "with three quarters served").shown_as("3/4 left").with_digits(0),
           field_of<R>("hours_nine_tenths_left_per_year", &R::hours_nine_tenths_left, "with nine tenths served").shown_as("9/10 left").with_digits(0),
           field_of<R>("mean_depth", &R::mean_depth, "share of the load that is off, over curtailed hours").shown_as("depth").in_percent().with_digits(0),
           field_of<R>("greatest_depth", &R::greatest_depth, "in any hour").shown_as("deepest").in_percent().with_digits(0),
           field_of<R>("events_per_year", &R::events, "runs of consecutive curtailed hours").shown_as("events").with_digits(0),
           field_of<R>("mean_event_hours", &R::mean_event_hours, "length of a run").shown_as("hours each").with_digits(1),
           field_of<R>("longest_event_hours", &R::longest_event_hours, "the longest run").shown_as("longest"),
           field_of<R>("worst_year", &R::worst_year, "calendar year with the largest curtailed share"),
           field_of<R>("worst_year_share", &R::worst_year_share, "curtailed share of that year").in_percent().with_digits(2)}};
}
const Table<HistoryRow> totals_table = history_table("totals", "All authorities: sums of load and energy, means of hours and events.");
const Table<HistoryRow> groups_table = history_table("groups", "The same by region.");
const Table<HistoryRow> zones_table = history_table("zones", "By zone: its shares of its authorities' headroom.");
const Table<HistoryRow> authorities_table = history_table("authorities", "By authority.");

std::vector<HistoryRow> rows_of(const std::vector<HistoryHeadroom>& headrooms) {
  std::vector<HistoryRow> rows;
  for (const auto& h : headrooms) rows.push_back({{}, h});
  return rows;
}

Answer by_history(const HeadroomCommand& o) {
  if (o.summer_from > o.summer_to) throw InputError({"--summer-from"}, std::format("summer from month {} to {}", o.summer_from, o.summer_to), "the first is not after the last");
  const auto histories = exchange::read_demand_histories({o.history, o.column, o.groups, o.missing == "skip"});
  headroom::HistoryOptions how;
  how.threshold = o.threshold == "year" ? headroom::Threshold::year : headroom::Threshold::season;
  how.summer_from = static_cast<int>(o.summer_from);
  how.summer_to = static_cast<int>(o.summer_to);
  if (!o.limits.empty()) how.limits.clear();
  for (const auto& text : o.limits) {
    const auto percent = parse_number(text);
    if (!percent || !(*percent > 0 && *percent < 100)) throw InputError({"--limits"}, std::format("'{}' is no share in percent", text), "allowed: above 0, below 100");
    if (!std::ranges::contains(how.limits, *percent / 100)) how.limits.push_back(*percent / 100);
  }
  const auto found = headroom::headroom_by_history(histories, how);
  Answer answer;
  answer.heading = std::format("Headroom by history of {} authorities", histories.size());
  answer.notes = found.notes;
  answer.add(totals_table, rows_of(found.totals));
  answer.add(groups_table, rows_of(found.groups), found.groups.empty() ? Shown::no : Shown::yes);
  if (!o.zones.empty()) answer.add(zones_table, rows_of(headroom::headroom_by_zone(found, exchange::read_zone_shares(o.zones, histories))));
  answer.add(authorities_table, rows_of(found.authorities), o.zones.empty() ? Shown::yes : Shown::no);
  for (const auto& t : found.totals)
    answer.sentences.push_back(std::format("{} GW of new load would have fitted under past peaks, had it been off for {} % of its energy: in {} hours a year, in {} of them with half of it or more still served.",
                                           grouped(t.headroom_mw / 1000, 1), shortest(t.limit * 100), grouped(t.hours), grouped(t.hours_half_left)));
  std::int64_t skipped = 0;
  for (const auto& note : found.notes) skipped += note.contains("are missing") ? 1 : 0;
  if (skipped > 0) {
    answer.termination.parts_left_out = true;
    answer.termination.detail = std::format("{} histories have gaps", skipped);
  }
  return answer;
}

/// The system with its capacities at their least-cost size.
energy::System expanded(energy::System system, Run& run) {
  energy::DecomposeOptions parts;
  parts.should_stop = run.stop;
  const auto result = energy::solve_best(system, {}, parts);
  if (!result.has_values()) throw std::runtime_error("the network could not be expanded: " + std::string(lp::to_string(result.status)));
  for (auto& scenario : system.scenarios) energy::fix_capacities(scenario.network, result);
  return system;
}

Answer by_network(const HeadroomCommand& o, Run& run) {
  auto imported = exchange::read_system(o.file);
  if (o.expand) imported.system = expanded(std::move(imported.system), run);
  energy::HeadroomOptions how;
  how.snapshots = static_cast<std::size_t>(o.snapshots);
  how.curtailable_share = o.curtailable;
  how.curtailable_hours = o.hours;
  if (o.voll) how.value_of_lost_load = *o.voll;
  how.threads = run.threads;
  how.on_share = [&](double share) { run.progress.update(share); };
  how.should_stop = run.stop;
  auto map = energy::headroom(imported.system, how);
  std::ranges::stable_sort(map.buses, std::greater{}, &energy::Headroom::firm);
  std::vector<BusRow> rows;
  const auto known = [](double load) { return std::isfinite(load) ? load : std::numeric_limits<double>::quiet_NaN(); };
  for (const auto& h : map.buses) rows.push_back({{}, h.bus, h.binding, known(h.firm), known(h.flexible), static_cast<std::int64_t>(h.worst)});
  Answer answer;
  answer.notes = imported.notes;
  answer.notes.insert(answer.notes.end(), map.notes.begin(), map.notes.end());
  answer.add(buses_table, rows);
  if (run.stopped()) answer.termination.ending = Ending::interrupted;
  return answer;
}

Answer power_headroom(const HeadroomCommand& o, Run& run) {
  if (o.file.empty() == o.history.empty()) throw InputError({"power headroom"}, o.file.empty() ? "nothing to look at" : "a network and a history", "allowed: a network, or --history FOLDER");
  if (!o.history.empty()) {
    run.progress.stage("power: headroom by history");
    return by_history(o);
  }
  for (const auto& [name, given] : {std::pair{"--zones", !o.zones.empty()}, {"--groups", !o.groups.empty()}, {"--limits", !o.limits.empty()}, {"--column", !o.column.empty()}})
    if (given) throw InputError({name}, "it is of --history", "allowed with --history FOLDER");
  run.progress.stage("power: headroom");
  return by_network(o, run);
}

}  // namespace

Command headroom_command() {
  return command(options(),
                 {{"stargate power headroom us26.nc --expand", "what each bus of a network takes"},
                  {"stargate power headroom --history eia930", "what fits under past peaks with little curtailment"}},
                 {table_spec(buses_table), table_spec(totals_table), table_spec(groups_table), table_spec(zones_table), table_spec(authorities_table)}, power_headroom);
}

}  // namespace stargate
