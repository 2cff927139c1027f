#include "programme/uncertainty.h"

namespace stargate {

template <>
const Table<Uncertainty>& table<Uncertainty>() {
  using R = Uncertainty;
  static const Table<R> t = with_source(Table<R>{
      "uncertainty",
      "How far figures of the other tables may turn out otherwise, for stargate risk; the table may be left out.",
      {field("table", &R::in_table, "which table, as its file is named without .csv; 'programme' and 'finance' for settings and terms").as_key(),
       field("row", &R::row, "id of the row; 'state:TX' or 'template:greenfield' for all of a kind; '*' for all").as_key(),
       field("column", &R::column, "which figure (docs/risk.md lists those that have an effect)").as_key(),
       field("kind", &R::kind, "form of the distribution").one_of({"lognormal", "triangular", "event", "reference_class", "empirical"}),
       field("measure", &R::measure, "what the points are: the figure itself, a factor on it, days that are added")
           .one_of({"value", "factor", "days"}),
       field("p10", &R::p10, "one in ten is lower; of an event: when it happens").optional(),
       field("p50", &R::p50, "the middle").optional(),
       field("p90", &R::p90, "one in ten is higher").optional(),
       field("probability", &R::probability, "of an event").range(0, 1).optional(),
       field("window_from", &R::window_from, "first day on which an event can happen").optional(),
       field("window_to", &R::window_to, "last day on which an event can happen").optional(),
       field("reference_class", &R::reference_class, "class of projects whose overruns it shares (data/facts/reference_classes.csv)").optional(),
       field("sample", &R::sample, "values seen, for an empirical distribution").optional(),
       field("factor", &R::factor, "common cause that it shares with others").optional(),
       field("loading", &R::loading, "how strongly: correlation with the cause, -1 to 1").range(-1, 1)}});
  return t;
}

std::vector<Uncertainty> parse_uncertainty(const ProgrammeFiles& files, const std::string& shown_as, Diagnostics& diagnostics) {
  const std::string name = table<Uncertainty>().name + ".csv";
  const auto file = files.find(name);
  if (file == files.end()) return {};
  return read_table(table<Uncertainty>(), parse_csv(shown_as.empty() ? name : shown_as + "/" + name, file->second, diagnostics), diagnostics);
}

std::vector<Uncertainty> load_uncertainty(const std::filesystem::path& folder) {
  Diagnostics diagnostics;
  auto rows = parse_uncertainty(read_programme_files(folder), folder.empty() ? "default programme" : folder.string(), diagnostics);
  diagnostics.throw_if_errors();
  return rows;
}

}  // namespace stargate
