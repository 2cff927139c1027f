#include "report/workbook_read.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <unordered_map>

#include "base/diagnostics.h"
#include "base/text.h"
#include "report/zip.h"

namespace stargate::report {

namespace {

using Values = std::vector<double>;

// What is read of somebody else's workbook. Rows and columns are Excel's own limits.
constexpr std::size_t most_rows = 1'048'576, most_columns = 16'384, most_range_cells = 1'000'000;
constexpr int deepest_formula = 100, longest_chain = 1000;

/// Column and row of a reference such as $AB$12, counted from 0; moves `text` behind it. False where there is none.
bool read_reference(std::string_view& text, std::size_t& row, std::size_t& column) {
  auto rest = text;
  const auto skip_dollar = [&] {
    if (!rest.empty() && rest.front() == '$') rest.remove_prefix(1);
  };
  skip_dollar();
  std::size_t letters = 0, c = 0, r = 0, digits = 0;
  for (; !rest.empty() && rest.front() >= 'A' && rest.front() <= 'Z' && letters < 3; rest.remove_prefix(1), ++letters)
    c = 26 * c + static_cast<std::size_t>(rest.front() - 'A') + 1;
  skip_dollar();
  for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9' && digits < 8; rest.remove_prefix(1), ++digits)
    r = 10 * r + static_cast<std::size_t>(rest.front() - '0');
  if (letters == 0 || digits == 0 || r == 0 || r > most_rows || c > most_columns) return false;
  text = rest;
  row = r - 1, column = c - 1;
  return true;
}

}  // namespace

struct CalculatedWorkbook::Book {
  struct Cell {
    std::string text, formula;
    double number = 0;
    enum class State { ready, waiting, running } state = State::ready;
  };
  struct Sheet {
    std::vector<std::unordered_map<std::size_t, Cell>> rows;  ///< by row, by column
  };

  Zip zip;
  std::string file;
  std::vector<std::pair<std::string, std::string>> parts;  ///< sheet, its file in the archive
  std::vector<std::string> shared_texts;
  std::map<std::string, Sheet, std::less<>> sheets;
  int chain = 0;  ///< formulas that wait for one another

  explicit Book(const std::filesystem::path& path) : zip(path), file(path.string()) {
    pugi::xml_document book, relations;
    parse(book, "xl/workbook.xml");
    parse(relations, "xl/_rels/workbook.xml.rels");
    std::map<std::string, std::string> target;
    for (const auto& r : relations.child("Relationships").children("Relationship"))
      target[r.attribute("Id").value()] = r.attribute("Target").value();
    for (const auto& s : book.child("workbook").child("sheets").children("sheet"))
      parts.emplace_back(s.attribute("name").value(), "xl/" + target[s.attribute("r:id").value()]);
    if (!zip.has("xl/sharedStrings.xml")) return;
    pugi::xml_document texts;
    parse(texts, "xl/sharedStrings.xml");
    for (const auto& item : texts.child("sst").children("si")) shared_texts.push_back(item.child("t").text().get());
  }

  [[noreturn]] void fail(const std::string& why) const { throw InputError({file, 0, 0}, why); }

  void parse(pugi::xml_document& document, const std::string& part) const {
    const std::string text = zip.read(part);
    if (!document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single))
      fail(std::format("'{}' in it is not XML", part));
  }

  Sheet& sheet(std::string_view name) {
    if (const auto known = sheets.find(name); known != sheets.end()) return known->second;
    const auto part = std::ranges::find(parts, name, &std::pair<std::string, std::string>::first);
    if (part == parts.end()) fail(std::format("the workbook has no sheet '{}'", name));
    Sheet& made = sheets[std::string(name)];
    pugi::xml_document document;
    parse(document, part->second);
    for (const auto& row : document.child("worksheet").child("sheetData").children("row"))
      for (const auto& c : row.children("c")) {
        std::string_view at = c.attribute("r").value();
        std::size_t r = 0, column = 0;
        if (!read_reference(at, r, column)) fail(std::format("sheet '{}' has a cell without a place", name));
        if (r >= made.rows.size()) made.rows.resize(r + 1);
        Cell& cell = made.rows[r][column];
        const std::string_view type = c.attribute("t").value();
        if (const auto formula = c.child("f")) {
          cell.formula = formula.text().get();
          cell.state = Cell::State::waiting;
        } else if (type == "s") {
          const auto index = c.child("v").text().as_ullong();
          if (index >= shared_texts.size()) fail(std::format("sheet '{}' names a text that is not there", name));
          cell.text = shared_texts[index];
        } else if (type == "inlineStr") {
          cell.text = c.child("is").child("t").text().get();
        } else {
          cell.number = parse_number(c.child("v").text().get()).value_or(0);
        }
      }
    return made;
  }

  Cell* find(std::string_view name, std::size_t row, std::size_t column) {
    Sheet& s = sheet(name);
    if (row >= s.rows.size()) return nullptr;
    const auto found = s.rows[row].find(column);
    return found == s.rows[row].end() ? nullptr : &found->second;
  }

  double number(std::string_view name, std::size_t row, std::size_t column);
};

namespace {

/// A formula, evaluated as it is read (recursive descent).
class Formula {
 public:
  Formula(CalculatedWorkbook::Book& book, std::string_view sheet, std::string_view text)
      : book_(book), sheet_(sheet), whole_(text), rest_(text) {}

  double value() {
    const double result = comparison();
    if (!rest_.empty()) fail();
    return result;
  }

 private:
  [[noreturn]] void fail() const {
    book_.fail(std::format("the formula '{}' on sheet '{}' is not understood at '{}'", whole_, sheet_, rest_));
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  double comparison() {
    const double left = sum();
    if (take("<>")) return left != sum();
    if (take("<=")) return left <= sum();
    if (take(">=")) return left >= sum();
    if (take("<")) return left < sum();
    if (take(">")) return left > sum();
    if (take("=")) return left == sum();
    return left;
  }

  double sum() {
    double total = product();
    while (true) {
      if (take("+"))
        total += product();
      else if (take("-"))
        total -= product();
      else
        return total;
    }
  }

  double product() {
    double total = power();
    while (true) {
      if (take("*"))
        total *= power();
      else if (take("/"))
        total /= power();
      else
        return total;
    }
  }

  double power() {
    const double base = sign();
    return take("^") ? std::pow(base, sign()) : base;
  }

  double sign() {
    bool negative = false;
    while (!rest_.empty() && (rest_.front() == '-' || rest_.front() == '+')) {
      negative ^= rest_.front() == '-';
      rest_.remove_prefix(1);
    }
    return negative ? -single() : single();
  }

  double single() {
    if (++depth_ > deepest_formula) book_.fail(std::format("a formula on sheet '{}' is nested too deep", sheet_));
    const double value = single_at_depth();
    --depth_;
    return value;
  }

  double single_at_depth() {
    if (take("(")) {
      const double inside = comparison();
      if (!take(")")) fail();
      return inside;
    }
    if (!rest_.empty() && (std::isdigit(static_cast<unsigned char>(rest_.front())) || rest_.front() == '.'))
      return literal();
    for (const std::string_view name : {"SUM(", "ROUND(", "MIN(", "MAX(", "IF("})
      if (take(name)) return function(name);
    const Values cells = reference();
    if (cells.size() != 1) fail();
    return cells.front();
  }

  double literal() {
    std::size_t end = 0;
    while (end < rest_.size() && (std::isdigit(static_cast<unsigned char>(rest_[end])) || rest_[end] == '.')) ++end;
    const auto value = parse_number(rest_.substr(0, end));
    if (!value) fail();
    rest_.remove_prefix(end);
    return *value;
  }

  double function(std::string_view name) {
    Values all;
    while (true) {
      if (const auto cells = range())
        all.insert(all.end(), cells->begin(), cells->end());
      else
        all.push_back(comparison());
      if (take(")")) break;
      if (!take(",")) fail();
    }
    if (name == "SUM(") {
      double total = 0;
      for (const double v : all) total += v;
      return total;
    }
    if (name == "MIN(" && !all.empty()) return *std::ranges::min_element(all);
    if (name == "MAX(" && !all.empty()) return *std::ranges::max_element(all);
    if (name == "IF(" && all.size() == 3) return all[0] != 0 ? all[1] : all[2];
    if (name == "ROUND(" && all.size() == 2) {
      const double scale = std::pow(10.0, all[1]);
      return std::round(all[0] * scale) / scale;
    }
    fail();
  }

  /// A range of cells, or nothing where what stands here is no range; then nothing is taken.
  std::optional<Values> range() {
    const auto before = rest_;
    std::string sheet;
    std::size_t row = 0, column = 0;
    if (!place(sheet, row, column) || rest_.empty() || rest_.front() != ':') {
      rest_ = before;
      return std::nullopt;
    }
    rest_ = before;
    return reference();
  }

  bool place(std::string& sheet, std::size_t& row, std::size_t& column) {
    sheet = sheet_;
    if (take("'")) {
      const auto end = rest_.find("'!");
      if (end == std::string_view::npos) return false;
      sheet = rest_.substr(0, end);
      rest_.remove_prefix(end + 2);
    } else if (const auto end = rest_.find_first_of("!+-*/^(),:<>="); end < rest_.size() && rest_[end] == '!') {
      sheet = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
    }
    return read_reference(rest_, row, column);
  }

  Values reference() {
    std::string sheet;
    std::size_t row = 0, column = 0;
    if (!place(sheet, row, column)) fail();
    std::size_t last_row = row, last_column = column;
    if (take(":") && !read_reference(rest_, last_row, last_column)) fail();
    if (last_row < row || last_column < column ||
        (last_row - row + 1) * (last_column - column + 1) > most_range_cells)
      book_.fail(std::format("the formula '{}' on sheet '{}' takes in too many cells", whole_.substr(0, 80), sheet_));
    Values values;
    for (std::size_t r = row; r <= last_row; ++r)
      for (std::size_t c = column; c <= last_column; ++c) values.push_back(book_.number(sheet, r, c));
    return values;
  }

  CalculatedWorkbook::Book& book_;
  std::string sheet_;
  std::string_view whole_, rest_;
  int depth_ = 0;
};

}  // namespace

double CalculatedWorkbook::Book::number(std::string_view name, std::size_t row, std::size_t column) {
  Cell* cell = find(name, row, column);
  if (!cell) return 0;
  if (cell->state == Cell::State::running)
    fail(std::format("a formula on sheet '{}', row {}, needs its own result", name, row + 1));
  if (cell->state == Cell::State::waiting) {
    if (++chain > longest_chain)
      fail(std::format("formulas on sheet '{}' wait for one another, more than {} in a row", name, longest_chain));
    cell->state = Cell::State::running;
    cell->number = Formula(*this, name, cell->formula).value();
    cell->state = Cell::State::ready;
    --chain;
  }
  return cell->number;
}

CalculatedWorkbook::CalculatedWorkbook(std::filesystem::path file) : book_(std::make_unique<Book>(file)) {}
CalculatedWorkbook::~CalculatedWorkbook() = default;

std::vector<std::string> CalculatedWorkbook::sheets() const {
  std::vector<std::string> names;
  for (const auto& [name, part] : book_->parts) names.push_back(name);
  return names;
}

std::size_t CalculatedWorkbook::rows(const std::string& sheet) { return book_->sheet(sheet).rows.size(); }

std::string CalculatedWorkbook::text(const std::string& sheet, std::size_t row, std::size_t column) {
  const auto* cell = book_->find(sheet, row, column);
  return cell ? cell->text : "";
}

double CalculatedWorkbook::number(const std::string& sheet, std::size_t row, std::size_t column) {
  return book_->number(sheet, row, column);
}

}  // namespace stargate::report
