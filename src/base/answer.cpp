#include "base/answer.h"

#include <algorithm>
#include <format>

#include "base/csv.h"
#include "base/text.h"
#include "base/text_table.h"

namespace stargate {

namespace {

using Json = nlohmann::json;

/// "it_mw" -> "IT MW"; abbreviations as the field writes them.
std::string words_of(const FieldSpec& field) {
  if (!field.label.empty()) return field.label;
  static const std::map<std::string, std::string, std::less<>> written{
      {"it", "IT"},     {"mw", "MW"},     {"mwh", "MWh"},   {"gw", "GW"},   {"gwh", "GWh"},   {"kw", "kW"},
      {"kwh", "kWh"},   {"usd", "USD"},   {"m", "M"},       {"b", "B"},     {"gb", "GB"},     {"tb", "TB"},
      {"pflops", "PFLOP/s"}, {"tflops", "TFLOP/s"}, {"mfu", "MFU"}, {"dscr", "DSCR"}, {"irr", "IRR"}, {"h100e", "H100e"},
      {"co2", "CO2"},   {"id", "id"},     {"p05", "P5"},    {"p10", "P10"}, {"p50", "P50"},   {"p90", "P90"},
      {"p95", "P95"},   {"per", "/"},     {"percent", "%"}, {"ml", "ML"},   {"s", "s"},       {"kt", "kt"}};
  std::string out;
  for (const auto word : split(field.name, '_')) {
    const auto known = written.find(word);
    out += (out.empty() ? "" : " ") + (known == written.end() ? std::string(word) : known->second);
  }
  return out;
}

std::string shown_number(const FieldSpec& field, double value) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "no limit" : "-no limit";
  const double v = field.percent ? 100 * value : value;
  const double size = std::abs(v);
  std::string text;
  if (field.digits >= 0)
    text = grouped(v, field.digits);
  else if (size == 0 || size >= 1000)
    text = grouped(v);
  else if (size >= 10)
    text = grouped(v, 1);
  else if (size >= 0.1)
    text = grouped(v, 2);
  else
    text = std::format("{:.3g}", v);
  return field.percent ? text + " %" : text;
}

std::string shown_cell(const ColumnSpec& spec, const ColumnValues& values, std::size_t row) {
  return std::visit(
      [&]<class T>(const std::vector<T>& v) -> std::string {
        if constexpr (std::same_as<T, double>)
          return shown_number(spec, v[row]);
        else if constexpr (std::same_as<T, std::int64_t>)
          // Years and the like are names, not amounts: short whole numbers stand as they are.
          return v[row] > -10'000 && v[row] < 10'000 ? std::to_string(v[row]) : grouped(static_cast<double>(v[row]));
        else if constexpr (std::same_as<T, std::uint8_t>)
          return v[row] ? "yes" : "no";
        else
          return v[row];
      },
      values);
}

Json json_cell(const ColumnValues& values, std::size_t row) {
  return std::visit(
      [&]<class T>(const std::vector<T>& v) -> Json {
        if constexpr (std::same_as<T, double>)
          return std::isfinite(v[row]) ? Json(v[row]) : Json(nullptr);
        else if constexpr (std::same_as<T, std::uint8_t>)
          return v[row] != 0;
        else
          return v[row];
      },
      values);
}

Json json_row(const AnswerTable& table, std::size_t row) {
  Json out = Json::object();
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    out[table.spec.columns[c].name] = json_cell(table.columns[c], row);
  return out;
}

}  // namespace

const ColumnValues& AnswerTable::column(std::string_view name) const {
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (spec.columns[c].name == name) return columns[c];
  throw std::out_of_range(std::format("table {} has no column {}", spec.name, name));
}

const AnswerTable& Answer::table(std::string_view name) const {
  for (const auto& t : tables)
    if (t.spec.name == name) return t;
  throw std::out_of_range(std::format("the answer has no table {}", name));
}

std::string text(const AnswerTable& table, std::size_t most_rows) {
  if (table.spec.single) {  // one row reads better as a list
    TextTable list({"figure", "value", "unit"});
    for (std::size_t c = 0; c < table.columns.size() && table.rows > 0; ++c)
      list.row({words_of(table.spec.columns[c]), shown_cell(table.spec.columns[c], table.columns[c], 0),
                table.spec.columns[c].unit});
    return list.text();
  }
  std::vector<std::string> header;
  for (const auto& c : table.spec.columns) header.push_back(words_of(c));
  TextTable rows(header);
  const std::size_t shown = std::min(table.rows, most_rows);
  for (std::size_t r = 0; r < shown; ++r) {
    std::vector<std::string> cells;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      cells.push_back(shown_cell(table.spec.columns[c], table.columns[c], r));
    rows.row(std::move(cells));
  }
  auto out = rows.text();
  if (shown < table.rows)
    out += std::format("and {} more rows of {} (--json or -o FOLDER has all)\n", table.rows - shown, table.spec.name);
  return out;
}

std::string text(const Answer& answer, std::size_t most_rows) {
  std::string out;
  const auto paragraph = [&](const std::string& part) {
    if (part.empty()) return;
    out += (out.empty() ? "" : "\n") + part + (part.ends_with('\n') ? "" : "\n");
  };
  if (answer.page.empty()) {
    paragraph(answer.heading);
    for (const auto& table : answer.tables)
      if (table.shown && table.rows > 0) paragraph(text(table, most_rows));
    std::string said;
    for (const auto& sentence : answer.sentences) said += sentence + "\n";
    paragraph(said);
  } else {
    paragraph(answer.page);
  }
  std::string notes;
  for (const auto& note : answer.notes) notes += "note: " + note + "\n";
  paragraph(notes);
  if (answer.termination.ending != Ending::complete) paragraph(answer.termination.sentence());
  return out;
}

std::string csv(const AnswerTable& table) {
  std::vector<std::string> header;
  for (const auto& c : table.spec.columns) header.push_back(c.name);
  CsvWriter out(header);
  for (std::size_t r = 0; r < table.rows; ++r)
    for (const auto& column : table.columns)
      std::visit(
          [&]<class T>(const std::vector<T>& v) {
            if constexpr (std::same_as<T, double>)
              std::isnan(v[r]) ? out << std::string_view() : out << v[r];
            else if constexpr (std::same_as<T, std::int64_t>)
              out << static_cast<long long>(v[r]);
            else if constexpr (std::same_as<T, std::uint8_t>)
              out << std::string_view(v[r] ? "true" : "false");
            else
              out << std::string_view(v[r]);
          },
          column);
  return out.text();
}

Json to_json(const AnswerTable& table) {
  Json rows = Json::array();
  for (std::size_t r = 0; r < table.rows; ++r) rows.push_back(json_row(table, r));
  return rows;
}

Json to_json(const Termination& t) {
  const auto number = [](const std::optional<double>& v) { return v && std::isfinite(*v) ? Json(*v) : Json(nullptr); };
  return {{"reason", to_string(t.ending)},   {"limit", t.limit},
          {"objective", number(t.objective)}, {"bound", number(t.bound)},
          {"gap", number(t.gap())},           {"gap_asked", number(t.gap_asked)},
          {"parts_left_out", t.parts_left_out}, {"sentence", t.sentence()},
          {"exit_code", static_cast<int>(t.exit_code())}};
}

Json to_json(const Answer& answer) {
  Json out = Json::object();
  for (const auto& table : answer.tables)
    if (table.spec.single && table.rows > 0)
      out.update(json_row(table, 0));
    else
      out[table.spec.name] = to_json(table);
  out["notes"] = answer.notes;
  out["termination"] = to_json(answer.termination);
  return out;
}

std::vector<std::pair<std::string, std::string>> answer_files(const Answer& answer) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& table : answer.tables) files.emplace_back(table.spec.name + ".csv", csv(table));
  files.emplace_back("answer.json", to_json(answer).dump(2) + "\n");
  files.insert(files.end(), answer.files.begin(), answer.files.end());
  return files;
}

}  // namespace stargate
