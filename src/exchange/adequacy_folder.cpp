#include "exchange/adequacy_folder.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <format>
#include <stdexcept>

#include "base/files.h"
#include "base/record.h"
#include "base/text.h"

namespace stargate::exchange {

namespace {

using namespace adequacy;

/// How a thing's outages may be told: one of three pairs, or not at all (it never fails).
struct OutageRow : Row {
  std::optional<double> mttf_hours, mttr_hours, forced_outage_rate, failure_per_step, repair_per_step;
};

template <class Record>
void add_outage_fields(std::vector<Field<Record>>& fields) {
  fields.push_back(field_of<Record>("mttf_hours", &Record::mttf_hours, "mean time to failure; with mttr_hours").from(0).optional());
  fields.push_back(field_of<Record>("mttr_hours", &Record::mttr_hours, "mean time to repair").from(0).optional());
  fields.push_back(field_of<Record>("forced_outage_rate", &Record::forced_outage_rate, "share of time it is out; with mttr_hours").range(0, 1).optional());
  fields.push_back(field_of<Record>("failure_per_step", &Record::failure_per_step, "probability that it fails in a step; with repair_per_step").range(0, 1).optional());
  fields.push_back(field_of<Record>("repair_per_step", &Record::repair_per_step, "probability that it is repaired in a step").range(0, 1).optional());
}

struct UnitRow : OutageRow {
  std::string name, area, category, profile;
  double capacity_mw = 0;
  std::optional<double> count;
};
struct StorageRow : OutageRow {
  std::string name, area, category;
  double discharge_mw = 0, energy_mwh = 0;
  std::optional<double> charge_mw, charge_efficiency, discharge_efficiency, kept_per_step, initial_share, count;
};
struct TieRow : OutageRow {
  std::string name, from, to;
  double forward_mw = 0;
  std::optional<double> backward_mw;
};
struct FlexibleRow : Row {
  std::string name, area, category;
  double load_mw = 0;
  std::optional<double> curtailable_share, hours_a_year, deadline_hours, recovery_mw;
};

const Table<UnitRow>& unit_table() {
  static const Table<UnitRow> table = [] {
    Table<UnitRow> t{"units", "Plant: a row a unit, or so many alike",
                     {field("name", &UnitRow::name, "its own name").as_key(), field("area", &UnitRow::area, "a column of load.csv"),
                      field("category", &UnitRow::category, "shared by like units").optional(),
                      field("capacity_mw", &UnitRow::capacity_mw, "with nothing out").from(0),
                      field("count", &UnitRow::count, "units alike, each with outages of its own (1)").from(1).optional(),
                      field("profile", &UnitRow::profile, "a column of profiles.csv: factor of capacity in each step").optional()}};
    add_outage_fields(t.fields);
    return t;
  }();
  return table;
}
const Table<StorageRow>& storage_table() {
  static const Table<StorageRow> table = [] {
    Table<StorageRow> t{"storage", "Storage",
                        {field("name", &StorageRow::name, "its own name").as_key(), field("area", &StorageRow::area, "a column of load.csv"),
                         field("category", &StorageRow::category, "shared by like storage").optional(),
                         field("discharge_mw", &StorageRow::discharge_mw, "to the grid").from(0),
                         field("charge_mw", &StorageRow::charge_mw, "from the grid (as discharge_mw)").from(0).optional(),
                         field("energy_mwh", &StorageRow::energy_mwh, "when full").from(0),
                         field("charge_efficiency", &StorageRow::charge_efficiency, "(1)").range(1e-6, 1).optional(),
                         field("discharge_efficiency", &StorageRow::discharge_efficiency, "(1)").range(1e-6, 1).optional(),
                         field("kept_per_step", &StorageRow::kept_per_step, "of the energy (1)").range(0, 1).optional(),
                         field("initial_share", &StorageRow::initial_share, "of energy_mwh when a year begins (1)").range(0, 1).optional(),
                         field("count", &StorageRow::count, "storages alike (1)").from(1).optional()}};
    add_outage_fields(t.fields);
    return t;
  }();
  return table;
}
const Table<TieRow>& tie_table() {
  static const Table<TieRow> table = [] {
    Table<TieRow> t{"ties", "Ties between areas",
                    {field("name", &TieRow::name, "its own name").as_key(), field("from", &TieRow::from, "an area"), field("to", &TieRow::to, "an area"),
                     field("forward_mw", &TieRow::forward_mw, "limit from 'from' to 'to'").from(0),
                     field("backward_mw", &TieRow::backward_mw, "limit the other way (as forward_mw)").from(0).optional()}};
    add_outage_fields(t.fields);
    return t;
  }();
  return table;
}
const Table<FlexibleRow>& flexible_table() {
  static const Table<FlexibleRow> table{
      "flexible", "Loads that give way before others are short",
      {field("name", &FlexibleRow::name, "its own name").as_key(), field("area", &FlexibleRow::area, "a column of load.csv"),
       field("category", &FlexibleRow::category, "shared by like loads").optional(),
       field("load_mw", &FlexibleRow::load_mw, "constant; added to the area's load").from(0),
       field("curtailable_share", &FlexibleRow::curtailable_share, "of it, that may be off (0: a firm load)").range(0, 1).optional(),
       field("hours_a_year", &FlexibleRow::hours_a_year, "equivalent full hours that may be off (no limit)").range(0, 8784).optional(),
       field("deadline_hours", &FlexibleRow::deadline_hours, "within which it is made good (0: it need not be)").range(0, 8784).optional(),
       field("recovery_mw", &FlexibleRow::recovery_mw, "power above load_mw at which it is made good (load_mw times curtailable_share)").from(0).optional()}};
  return table;
}

/// NAME.csv or NAME.csv.gz in the folder; empty where neither is there.
std::string file_of(const std::string& folder, const std::string& name) {
  for (const char* end : {".csv", ".csv.gz"})
    if (const auto path = std::filesystem::path(folder) / (name + end); std::filesystem::exists(path)) return path.string();
  return {};
}

class FolderReader {
 public:
  FolderReader(std::string folder, double step_hours) : folder_(std::move(folder)) { s_.step_hours = step_hours; }

  System read() && {
    if (!std::filesystem::is_directory(folder_)) throw InputError({folder_}, "there is no such folder", "load.csv, units.csv and others: docs/adequacy.md");
    s_.name = std::filesystem::path(folder_).lexically_normal().filename().string();
    for (const char* needed : {"load", "units"})
      if (file_of(folder_, needed).empty()) throw InputError({folder_}, std::format("there is no {}.csv", needed), "load.csv and units.csv are needed: docs/adequacy.md");
    read_series();
    read_rows(unit_table(), [&](const UnitRow& row, const std::string& file) { unit(row, file); });
    read_rows(storage_table(), [&](const StorageRow& row, const std::string& file) { storage(row, file); });
    read_rows(tie_table(), [&](const TieRow& row, const std::string& file) { tie(row, file); });
    read_rows(flexible_table(), [&](const FlexibleRow& row, const std::string& file) { s_.flexible.push_back(flexible(row, file, s_.areas, diagnostics_)); });
    diagnostics_.throw_if_errors();
    try {
      check(s_);
    } catch (const std::invalid_argument& wrong) {
      throw InputError({folder_}, wrong.what());
    }
    return std::move(s_);
  }

  static FlexibleLoad flexible(const FlexibleRow& row, const std::string& file, const std::vector<std::string>& areas, Diagnostics& diagnostics) {
    FlexibleLoad f;
    f.name = row.name;
    f.category = row.category;
    f.area = area(row.area, file, row.line, areas, diagnostics);
    f.load_mw = row.load_mw;
    f.curtailable_share = row.curtailable_share.value_or(0);
    f.hours_a_year = row.hours_a_year.value_or(8784);
    f.deadline_hours = row.deadline_hours.value_or(0);
    f.recovery_mw = row.recovery_mw.value_or(f.deadline_hours > 0 ? f.load_mw * f.curtailable_share : 0);
    if (f.deadline_hours > 0 && f.recovery_mw <= 0) diagnostics.error({file, row.line, 1}, std::format("'{}' has a deadline, but nothing that may be off or made good", row.name));
    return f;
  }
  static std::size_t area(const std::string& name, const std::string& file, std::size_t line, const std::vector<std::string>& areas, Diagnostics& diagnostics) {
    const auto at = std::ranges::find(areas, name);
    if (at == areas.end()) {
      diagnostics.error({file, line, 1}, std::format("there is no area '{}'", name), name_hint(name, areas));
      return 0;
    }
    return static_cast<std::size_t>(at - areas.begin());
  }

 private:
  /// Columns of numbers by step; a column named 'year' and the first one, if it holds times or numbers of steps, are none.
  struct Series {
    std::vector<std::string> names;
    std::vector<std::vector<double>> values;
    std::vector<std::size_t> year_begins{0};
  };
  Series series(const std::string& file) {
    const Csv csv = parse_csv(file, read_file(file), diagnostics_);
    diagnostics_.throw_if_errors();
    Series out;
    std::vector<std::size_t> columns;
    std::size_t year = Csv::npos;
    for (std::size_t c = 0; c < csv.header.cells.size(); ++c) {
      const auto name = lower(csv.header.cells[c].text);
      if (name == "year") year = c;
      else if (name != "step" && name != "time" && name != "hour" && name != "timestamp" && name != "date_time") {
        columns.push_back(c);
        out.names.push_back(csv.header.cells[c].text);
      }
    }
    if (columns.empty()) throw InputError({file, csv.header.line, 1}, "there is no column of numbers", "a column an area or profile; 'step', 'time' and 'year' are none");
    if (csv.rows.empty()) throw InputError({file}, "there are no steps", "a row a step");
    out.values.assign(columns.size(), std::vector<double>(csv.rows.size()));
    std::vector<std::string> seen;
    for (std::size_t t = 0; t < csv.rows.size() && diagnostics_.errors() < 20; ++t) {
      const auto& row = csv.rows[t];
      if (year != Csv::npos && (seen.empty() || seen.back() != row.cells[year].text)) {
        if (std::ranges::contains(seen, row.cells[year].text))
          diagnostics_.error(csv.place(row, row.cells[year]), std::format("year {} begins a second time", row.cells[year].text), "all steps of a year stand together");
        if (t > 0) out.year_begins.push_back(t);
        seen.push_back(row.cells[year].text);
      }
      for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto& cell = row.cells[columns[c]];
        const auto value = parse_number(trim(cell.text));
        if (!value) diagnostics_.error(csv.place(row, cell), std::format("'{}' is no number", cell.text));
        else out.values[c][t] = *value;
      }
    }
    diagnostics_.throw_if_errors();
    return out;
  }

  void read_series() {
    const auto file = file_of(folder_, "load");
    auto load = series(file);
    s_.areas = std::move(load.names);
    s_.load_mw = std::move(load.values);
    s_.year_begins = std::move(load.year_begins);
    for (std::size_t a = 0; a < s_.areas.size(); ++a)
      for (std::size_t t = 0; t < s_.steps(); ++t)
        if (s_.load_mw[a][t] < 0) diagnostics_.warning({file, t + 2}, std::format("the load of {} is negative", s_.areas[a]));
    const auto profiles = file_of(folder_, "profiles");
    if (profiles.empty()) return;
    auto p = series(profiles);
    if (p.values.front().size() != s_.steps())
      throw InputError({profiles}, std::format("{} steps, {} has {}", p.values.front().size(), file, s_.steps()), "a row a step in both");
    for (std::size_t c = 0; c < p.names.size(); ++c)
      for (std::size_t t = 0; t < s_.steps(); ++t)
        if (p.values[c][t] < 0) throw InputError({profiles, t + 2}, std::format("a factor of {} in {}", p.values[c][t], p.names[c]), "allowed: 0 or more");
    s_.profile_names = std::move(p.names);
    s_.profiles = std::move(p.values);
  }

  template <class Record, class Take>
  void read_rows(const Table<Record>& table, Take&& take) {
    const auto file = file_of(folder_, table.name);
    if (file.empty()) return;
    for (const auto& row : read_table(table, parse_csv(file, read_file(file), diagnostics_), diagnostics_)) take(row, file);
  }

  Outages outages(const OutageRow& row, const std::string& file) {
    const auto wrong = [&](std::string what) {
      diagnostics_.error({file, row.line, 1}, std::move(what), "allowed: mttf_hours and mttr_hours, forced_outage_rate and mttr_hours, failure_per_step and repair_per_step, or none of them");
      return Outages{};
    };
    const int told = int{row.mttf_hours.has_value()} + int{row.forced_outage_rate.has_value()} + int{row.failure_per_step.has_value()};
    if (told > 1) return wrong("outages are told in two ways");
    if (told == 0) return row.mttr_hours || row.repair_per_step ? wrong("repairs without failures") : Outages{};
    const double h = s_.step_hours;
    Outages o;
    if (row.failure_per_step) {
      if (!row.repair_per_step) return wrong("failures without repairs");
      o = {*row.failure_per_step, *row.repair_per_step};
    } else {
      if (!row.mttr_hours) return wrong("failures without repairs");
      if (*row.mttr_hours < h) return wrong(std::format("a repair takes {} hours, a step {}", *row.mttr_hours, h));
      o.repair = h / *row.mttr_hours;
      if (row.mttf_hours) {
        if (*row.mttf_hours < h) return wrong(std::format("a failure every {} hours, a step of {}", *row.mttf_hours, h));
        o.failure = h / *row.mttf_hours;
      } else {
        if (*row.forced_outage_rate >= 1) return wrong("it is always out");
        o.failure = *row.forced_outage_rate / (1 - *row.forced_outage_rate) * o.repair;
        if (o.failure > 1) return wrong(std::format("an outage rate of {} with repairs of {} hours fails more than once in a step", *row.forced_outage_rate, *row.mttr_hours));
      }
    }
    if (o.failure > 0 && o.repair == 0) return wrong("it fails and is never repaired");
    return o;
  }

  /// Calls make(name) for each of so many alike.
  template <class Make>
  void repeat(const std::optional<double>& count, const std::string& name, const std::string& file, std::size_t line, Make&& make) {
    const double n = count.value_or(1);
    if (n != std::floor(n) || n > 100000) {
      diagnostics_.error({file, line, 1}, std::format("{} units of '{}'", n, name), "allowed: a whole number up to 100,000");
      return;
    }
    if (n == 1) return make(name);
    for (int i = 1; i <= static_cast<int>(n); ++i) make(std::format("{} {}", name, i));
  }

  void unit(const UnitRow& row, const std::string& file) {
    Unit u;
    u.area = area(row.area, file, row.line, s_.areas, diagnostics_);
    u.category = row.category.empty() ? row.name : row.category;
    u.capacity_mw = row.capacity_mw;
    u.outages = outages(row, file);
    if (!row.profile.empty()) {
      const auto at = std::ranges::find(s_.profile_names, row.profile);
      if (at == s_.profile_names.end()) diagnostics_.error({file, row.line, 1}, std::format("there is no profile '{}'", row.profile), name_hint(row.profile, s_.profile_names));
      else u.profile = at - s_.profile_names.begin();
    }
    repeat(row.count, row.name, file, row.line, [&](const std::string& name) {
      u.name = name;
      s_.units.push_back(u);
    });
  }
  void storage(const StorageRow& row, const std::string& file) {
    Storage b;
    b.area = area(row.area, file, row.line, s_.areas, diagnostics_);
    b.category = row.category.empty() ? row.name : row.category;
    b.discharge_mw = row.discharge_mw;
    b.charge_mw = row.charge_mw.value_or(row.discharge_mw);
    b.energy_mwh = row.energy_mwh;
    b.charge_efficiency = row.charge_efficiency.value_or(1);
    b.discharge_efficiency = row.discharge_efficiency.value_or(1);
    b.kept_per_step = row.kept_per_step.value_or(1);
    b.initial_share = row.initial_share.value_or(1);
    b.outages = outages(row, file);
    repeat(row.count, row.name, file, row.line, [&](const std::string& name) {
      b.name = name;
      s_.storages.push_back(b);
    });
  }
  void tie(const TieRow& row, const std::string& file) {
    Tie t;
    t.name = row.name;
    t.from = area(row.from, file, row.line, s_.areas, diagnostics_);
    t.to = area(row.to, file, row.line, s_.areas, diagnostics_);
    if (row.from == row.to) diagnostics_.error({file, row.line, 1}, std::format("tie '{}' ends where it begins", row.name));
    t.forward_mw = row.forward_mw;
    t.backward_mw = row.backward_mw.value_or(row.forward_mw);
    t.outages = outages(row, file);
    s_.ties.push_back(std::move(t));
  }

  std::string folder_;
  System s_;
  Diagnostics diagnostics_;
};

}  // namespace

System read_adequacy_folder(const std::string& folder, double step_hours) { return FolderReader(folder, step_hours).read(); }

std::vector<FlexibleLoad> read_flexible_loads(const std::string& file, const std::vector<std::string>& areas) {
  Diagnostics diagnostics;
  std::vector<FlexibleLoad> loads;
  for (const auto& row : read_table(flexible_table(), parse_csv(file, read_file(file), diagnostics), diagnostics))
    loads.push_back(FolderReader::flexible(row, file, areas, diagnostics));
  if (loads.empty()) diagnostics.error({file}, "there are no loads");
  diagnostics.throw_if_errors();
  return loads;
}

}  // namespace stargate::exchange
