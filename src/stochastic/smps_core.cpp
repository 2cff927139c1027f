// The core file (MPS) and the time file.
#include <algorithm>
#include <cmath>
#include <set>

#include "stochastic/smps_read.h"

namespace stargate::stochastic {

namespace {

auto index(int i) { return static_cast<std::size_t>(i); }

std::vector<std::string> names_of(const std::map<std::string, int>& by_name) {
  std::vector<std::string> names;
  for (const auto& [name, at] : by_name) names.push_back(name);
  return names;
}

class CoreReader {
 public:
  explicit CoreReader(const std::filesystem::path& path) : text_(path) {}

  SmpsCore read() && {
    for (const auto& line : text_.lines) {
      if (line.section) {
        begin(line);
        continue;
      }
      if (section_ == "ROWS") row(line);
      else if (section_ == "COLUMNS") column(line);
      else if (section_ == "RHS") right_hand_side(line);
      else if (section_ == "RANGES") range(line);
      else if (section_ == "BOUNDS") bound(line);
      else if (section_ == "OBJSENSE" || section_ == "OBJECT") sense(line, line.words[0]);
      else text_.refuse(line, "data before any section", "ROWS, COLUMNS, RHS, RANGES, BOUNDS");
    }
    finish();
    return std::move(core_);
  }

 private:
  struct Row {
    char sense = 'N';
    double right_hand_side = 0;
    std::optional<double> range;
    std::vector<lp::Term> terms;
  };

  void begin(const SmpsLine& line) {
    static const std::vector<std::string> known{"NAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "OBJSENSE", "ENDATA"};
    section_ = line.words[0];
    if (section_ == "NAME") {
      if (line.words.size() > 1) core_.programme.name = line.words[1];
    } else if (section_ == "OBJSENSE") {
      if (line.words.size() > 1) sense(line, line.words[1]);
    } else if (!std::ranges::contains(known, section_)) {
      text_.refuse(line, std::format("the section '{}' is not read", section_), name_hint(section_, known));
    }
  }

  void sense(const SmpsLine& line, const std::string& word) {
    const std::string w = lower(word);
    if (w.starts_with("max")) core_.programme.maximise = true;
    else if (!w.starts_with("min")) text_.refuse(line, std::format("'{}' is no sense", word), "MIN or MAX");
  }

  void row(const SmpsLine& line) {
    if (line.words.size() != 2) text_.refuse(line, "a row is a sense and a name", "N, L, G or E");
    const char sense = line.words[0][0];
    if (line.words[0].size() != 1 || std::string("NLGE").find(sense) == std::string::npos)
      text_.refuse(line, std::format("'{}' is no sense of a row", line.words[0]), "N, L, G or E");
    const std::string& name = line.words[1];
    if (sense == 'N') {
      if (core_.objective.empty()) core_.objective = name;
      else free_.insert(name);
      return;
    }
    if (!core_.row.try_emplace(name, static_cast<int>(rows_.size())).second || name == core_.objective)
      text_.refuse(line, std::format("row '{}' stands a second time", name));
    core_.programme.rows.push_back(name);
    rows_.push_back({sense, 0, {}, {}});
  }

  void column(const SmpsLine& line) {
    auto& p = core_.programme;
    if (line.words.size() >= 3 && line.words[1] == "'MARKER'") {
      if (line.words[2] == "'INTORG'") whole_ = true;
      else if (line.words[2] == "'INTEND'") whole_ = false;
      else text_.refuse(line, std::format("the marker {} is not read", line.words[2]), "'INTORG', 'INTEND'");
      return;
    }
    const std::string& name = line.words[0];
    const auto [at, added] = core_.column.try_emplace(name, p.core.columns());
    if (added) {
      p.columns.push_back(name);
      // A whole number without bounds is 0 or 1 in some programs and anything from 0 in others: told as a note.
      p.core.add_column(0, lp::infinity, 0, whole_);
    } else if (at->second != p.core.columns() - 1) {
      text_.refuse(line, std::format("column '{}' goes on after another", name));
    }
    for (const auto& [row_name, value] : pairs(line, 1)) {
      if (row_name == core_.objective) p.core.cost[index(at->second)] += value;
      else if (!free_.contains(row_name)) rows_[index(core_.row_of(text_, line, row_name))].terms.push_back({at->second, value});
    }
  }

  /// Row and value, row and value, from word `first` on; an optional name stands before them.
  std::vector<std::pair<std::string, double>> pairs(const SmpsLine& line, std::size_t first) const {
    std::vector<std::pair<std::string, double>> out;
    if (line.words.size() <= first || (line.words.size() - first) % 2 != 0)
      text_.refuse(line, std::format("{} words", line.words.size()), "a name, then rows and values in turn; names without blanks");
    for (std::size_t k = first; k + 1 < line.words.size(); k += 2)
      out.emplace_back(line.words[k], text_.number(line, line.words[k + 1]));
    return out;
  }
  std::vector<std::pair<std::string, double>> set_pairs(const SmpsLine& line, std::vector<std::string>& sets) const {
    const bool named = line.words.size() % 2 == 1;
    const std::string set = named ? line.words[0] : "";
    if (std::ranges::find(sets, set) == sets.end()) sets.push_back(set);
    if (sets.size() > 1)
      text_.refuse(line, std::format("a second set '{}' behind '{}'", set, sets[0]), "one set of right-hand sides, ranges and bounds");
    return pairs(line, named ? 1 : 0);
  }

  void right_hand_side(const SmpsLine& line) {
    for (const auto& [name, value] : set_pairs(line, core_.right_hand_sides)) {
      if (name == core_.objective) core_.programme.core.offset = -value;
      else if (!free_.contains(name)) rows_[index(core_.row_of(text_, line, name))].right_hand_side = value;
    }
  }
  void range(const SmpsLine& line) {
    for (const auto& [name, value] : set_pairs(line, range_sets_))
      if (!free_.contains(name)) rows_[index(core_.row_of(text_, line, name))].range = value;
  }

  void bound(const SmpsLine& line) {
    static const std::vector<std::string> kinds{"LO", "UP", "FX", "FR", "MI", "PL", "BV", "LI", "UI"};
    const std::string& kind = line.words[0];
    if (!std::ranges::contains(kinds, kind))
      text_.refuse(line, std::format("the bound '{}' is not read", kind), name_hint(kind, kinds));
    const bool valued = kind != "FR" && kind != "MI" && kind != "PL" && kind != "BV";
    const std::size_t full = valued ? 4 : 3;
    const bool named = line.words.size() >= full;
    if (line.words.size() < full - 1 || line.words.size() > 4) text_.refuse(line, "a bound is a kind, a set, a column and a value");
    const std::string set = named ? line.words[1] : "";
    if (std::ranges::find(core_.bound_sets, set) == core_.bound_sets.end()) core_.bound_sets.push_back(set);
    if (core_.bound_sets.size() > 1) text_.refuse(line, std::format("a second set '{}' of bounds", set), "one set");
    auto& m = core_.programme.core;
    const int j = core_.column_of(text_, line, line.words[named ? 2 : 1]);
    bounded_.insert(j);
    double& low = m.lower[index(j)];
    double& high = m.upper[index(j)];
    const double value = valued ? text_.number(line, line.words.back()) : 0;
    if (kind == "LI" || kind == "UI" || kind == "BV") m.integer[index(j)] = 1;
    if (kind == "LO" || kind == "LI") low = value <= -1e30 ? -lp::infinity : value;
    if (kind == "UP" || kind == "UI") {
      high = value >= 1e30 ? lp::infinity : value;
      if (value < 0 && low == 0) {
        low = -lp::infinity;
        note(std::format("{}: {} of {} below 0 without a lower bound: taken as free downwards", line.number, kind, core_.programme.columns[index(j)]));
      }
    }
    if (kind == "FX") low = high = value;
    if (kind == "FR") low = -lp::infinity, high = lp::infinity;
    if (kind == "MI") low = -lp::infinity;
    if (kind == "PL") high = lp::infinity;
    if (kind == "BV") low = 0, high = 1;
  }
  void note(std::string words) { core_.programme.notes.push_back("line " + std::move(words)); }

  void finish() {
    auto& p = core_.programme;
    if (core_.objective.empty()) text_.refuse(text_.lines.back(), "there is no objective", "a row of sense N");
    if (p.columns.empty()) text_.refuse(text_.lines.back(), "there are no columns");
    std::size_t unbounded = 0;
    for (int j = 0; j < p.core.columns(); ++j) {
      unbounded += p.core.integer[index(j)] && !bounded_.contains(j);
      if (p.core.lower[index(j)] > p.core.upper[index(j)])
        text_.refuse(text_.lines.back(), std::format("column '{}' has bounds {} and {}", p.columns[index(j)], p.core.lower[index(j)], p.core.upper[index(j)]));
    }
    if (unbounded > 0)
      p.notes.push_back(std::format("{} whole-number columns have no bounds: taken from 0 up without limit", unbounded));
    if (!free_.empty()) p.notes.push_back(std::format("{} further rows of sense N are left out", free_.size()));
    for (const auto& r : rows_) {
      for (const auto& t : r.terms) p.core.term(t.column, t.value);
      const double b = r.right_hand_side, reach = std::abs(r.range.value_or(0));
      double low = -lp::infinity, high = lp::infinity;
      if (r.sense == 'L') high = b, low = r.range ? b - reach : low;
      if (r.sense == 'G') low = b, high = r.range ? b + reach : high;
      if (r.sense == 'E') {
        low = r.range && *r.range < 0 ? b - reach : b;
        high = r.range && *r.range > 0 ? b + reach : b;
      }
      p.core.end_row(low, high);
      p.right_hand_side.push_back(b);
    }
  }

  SmpsText text_;
  SmpsCore core_;
  std::string section_;
  std::vector<Row> rows_;
  std::set<std::string> free_;
  std::set<int> bounded_;
  std::vector<std::string> range_sets_;
  bool whole_ = false;
};

}  // namespace

int SmpsCore::column_of(const SmpsText& text, const SmpsLine& line, const std::string& name) const {
  if (const auto at = column.find(name); at != column.end()) return at->second;
  text.refuse(line, std::format("there is no column '{}'", name), nearest_name(name, names_of(column)).empty() ? "" : name_hint(name, {nearest_name(name, names_of(column))}));
}
int SmpsCore::row_of(const SmpsText& text, const SmpsLine& line, const std::string& name) const {
  if (const auto at = row.find(name); at != row.end()) return at->second;
  text.refuse(line, std::format("there is no row '{}'", name), nearest_name(name, names_of(row)).empty() ? "" : name_hint(name, {nearest_name(name, names_of(row))}));
}

SmpsCore read_core(const std::filesystem::path& path) { return CoreReader(path).read(); }

void read_time(const std::filesystem::path& path, SmpsCore& core) {
  auto& p = core.programme;
  const SmpsText text(path);
  std::string section;
  bool explicit_names = false;
  std::vector<int> first_column, first_row;  // of each stage, if implicit
  p.column_stage.assign(p.columns.size(), -1);
  p.row_stage.assign(p.rows.size(), -1);
  const auto stage_of = [&](const SmpsLine& line, const std::string& name) {
    const auto at = std::ranges::find(p.stages, name);
    if (at == p.stages.end()) text.refuse(line, std::format("there is no period '{}'", name), name_hint(name, p.stages));
    return static_cast<int>(at - p.stages.begin());
  };
  for (const auto& line : text.lines) {
    if (line.section) {
      section = line.words[0];
      if (section == "PERIODS") explicit_names = line.words.size() > 1 && line.words[1] == "EXPLICIT";
      else if (section != "TIME" && section != "ROWS" && section != "COLUMNS" && section != "ENDATA")
        text.refuse(line, std::format("the section '{}' is not read", section), "TIME, PERIODS, ROWS, COLUMNS");
      continue;
    }
    const auto& w = line.words;
    if (section == "PERIODS") {
      if (std::ranges::contains(p.stages, w.back())) text.refuse(line, std::format("period '{}' stands a second time", w.back()));
      p.stages.push_back(w.back());
      if (explicit_names) continue;
      if (w.size() != 3) text.refuse(line, std::format("{} words", w.size()), "first column, first row, period");
      first_column.push_back(core.column_of(text, line, w[0]));
      first_row.push_back(w[1] == core.objective && first_row.empty() ? 0 : core.row_of(text, line, w[1]));
      if (first_column.size() > 1 && (first_column.back() <= first_column[first_column.size() - 2] || first_row.back() < first_row[first_row.size() - 2]))
        text.refuse(line, std::format("period '{}' begins before the one before it", w[2]), "periods in the order of the core");
    } else if (section == "ROWS" || section == "COLUMNS") {
      if (w.size() != 2) text.refuse(line, "a name and its period");
      if (section == "COLUMNS") p.column_stage[index(core.column_of(text, line, w[0]))] = stage_of(line, w[1]);
      else if (w[0] != core.objective) p.row_stage[index(core.row_of(text, line, w[0]))] = stage_of(line, w[1]);
    } else {
      text.refuse(line, "data before any section", "PERIODS");
    }
  }
  if (p.stages.size() < 2) text.refuse(text.lines.back(), std::format("{} periods", p.stages.size()), "two or more");
  const auto spread = [](const std::vector<int>& first, std::vector<int>& stage) {
    for (std::size_t t = 0; t < first.size(); ++t)
      for (std::size_t i = t == 0 ? 0 : index(first[t]); i < stage.size(); ++i) stage[i] = static_cast<int>(t);
  };
  spread(first_column, p.column_stage);
  spread(first_row, p.row_stage);
  for (std::size_t j = 0; j < p.columns.size(); ++j)
    if (p.column_stage[j] < 0) text.refuse(text.lines.back(), std::format("column '{}' has no period", p.columns[j]));
  for (std::size_t r = 0; r < p.rows.size(); ++r)
    if (p.row_stage[r] < 0) text.refuse(text.lines.back(), std::format("row '{}' has no period", p.rows[r]));
}

}  // namespace stargate::stochastic
