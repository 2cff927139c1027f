// The file of outcomes: INDEP, BLOCKS and SCENARIOS.
#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "stochastic/smps.h"
#include "stochastic/smps_read.h"

namespace stargate::stochastic {

namespace {

using Key = std::tuple<Change::Part, int, int>;

/// Probabilities that are taken as 1 together (rounded decimals), and those that are exactly so.
constexpr double rounding_allowed = 1e-4, exact = 1e-9;

class OutcomeReader {
 public:
  OutcomeReader(const std::filesystem::path& path, SmpsCore& core) : text_(path), core_(core), p_(core.programme) {}

  void read() {
    for (const auto& line : text_.lines) {
      if (line.section) {
        end_section();
        begin(line);
        continue;
      }
      block_end_ = last_;
      last_ = &line;
      if (section_ == "INDEP") independent(line);
      else if (section_ == "BLOCKS") block(line);
      else if (section_ == "SCENARIOS") scenario(line);
      else text_.refuse(line, "data before any section", "INDEP, BLOCKS, SCENARIOS");
    }
    end_section();
    if (p_.blocks.empty() && p_.paths.empty()) text_.refuse(text_.lines.back(), "nothing is uncertain", "INDEP, BLOCKS or SCENARIOS");
    if (!p_.blocks.empty() && !p_.paths.empty())
      text_.refuse(text_.lines.back(), "both scenarios and independent data", "either SCENARIOS, or INDEP and BLOCKS");
  }

 private:
  enum class Mode { replace, add, multiply };

  void begin(const SmpsLine& line) {
    static const std::vector<std::string> known{"STOCH", "INDEP", "BLOCKS", "SCENARIOS", "ENDATA"};
    section_ = line.words[0];
    if (!std::ranges::contains(known, section_)) text_.refuse(line, std::format("the section '{}' is not read", section_), name_hint(section_, known));
    kind_ = "DISCRETE";
    mode_ = Mode::replace;
    if (section_ == "STOCH" || section_ == "ENDATA") return;
    for (std::size_t k = 1; k < line.words.size(); ++k) {
      const auto& w = line.words[k];
      if (w == "REPLACE") mode_ = Mode::replace;
      else if (w == "ADD") mode_ = Mode::add;
      else if (w == "MULTIPLY") mode_ = Mode::multiply;
      else kind_ = w;
    }
    static const std::vector<std::string> kinds{"DISCRETE", "UNIFORM", "NORMAL"};
    const bool allowed = kind_ == "DISCRETE" || (section_ == "INDEP" && std::ranges::contains(kinds, kind_));
    if (!allowed) text_.refuse(line, std::format("{} of the kind '{}' is not read", section_, kind_), section_ == "INDEP" ? name_hint(kind_, kinds) : "DISCRETE");
  }

  int stage_of(const SmpsLine& line, const std::string& name) const {
    const auto at = std::ranges::find(p_.stages, name);
    if (at == p_.stages.end()) text_.refuse(line, std::format("there is no period '{}'", name), name_hint(name, p_.stages));
    return static_cast<int>(at - p_.stages.begin());
  }

  /// The datum that a column's and a row's name stand for, with its value by the section's mode.
  Change change(const SmpsLine& line, const std::string& column, const std::string& row, double value) const {
    Change c;
    const bool of_right_hand_side = !core_.column.contains(column) && (column == "RHS" || std::ranges::contains(core_.right_hand_sides, column));
    if (of_right_hand_side) {
      if (row == core_.objective) text_.refuse(line, "the objective's constant is uncertain", "it changes no decision; leave it out");
      c = {Change::Part::right_hand_side, core_.row_of(text_, line, row), -1, value};
    } else {
      const int j = core_.column_of(text_, line, column);
      if (row == core_.objective) c = {Change::Part::cost, -1, j, value};
      else c = {Change::Part::coefficient, core_.row_of(text_, line, row), j, value};
    }
    return by_mode(c);
  }
  Change by_mode(Change c) const {
    if (mode_ == Mode::replace) return c;
    const double before = in_core(c);
    c.value = mode_ == Mode::add ? before + c.value : before * c.value;
    return c;
  }
  double in_core(const Change& c) const {
    const auto at = [](int i) { return static_cast<std::size_t>(i); };
    if (c.part == Change::Part::cost) return p_.core.cost[at(c.column)];
    if (c.part == Change::Part::right_hand_side) return p_.right_hand_side[at(c.row)];
    if (c.part == Change::Part::lower) return p_.core.lower[at(c.column)];
    if (c.part == Change::Part::upper) return p_.core.upper[at(c.column)];
    const auto columns = p_.core.row_columns(c.row);
    for (std::size_t k = 0; k < columns.size(); ++k)
      if (columns[k] == c.column) return p_.core.row_values(c.row)[k];
    return 0;
  }
  /// A bound's change: " UP BND X value".
  bool is_bound(const SmpsLine& line) const {
    const auto& w = line.words;
    return w.size() >= 4 && (w[0] == "UP" || w[0] == "LO" || w[0] == "FX") && !core_.column.contains(w[0]);
  }
  std::vector<Change> bound_change(const SmpsLine& line, double value) const {
    const int j = core_.column_of(text_, line, line.words[2]);
    std::vector<Change> out;
    if (line.words[0] != "UP") out.push_back(by_mode({Change::Part::lower, -1, j, value}));
    if (line.words[0] != "LO") out.push_back(by_mode({Change::Part::upper, -1, j, value}));
    return out;
  }
  int natural_stage(const Change& c) const {
    const bool by_row = c.part == Change::Part::right_hand_side || c.part == Change::Part::coefficient;
    return by_row ? p_.row_stage[static_cast<std::size_t>(c.row)] : p_.column_stage[static_cast<std::size_t>(c.column)];
  }

  // ---- INDEP: column, row, value, (period,) probability ------------------------------------------------------------

  void independent(const SmpsLine& line) {
    const auto& w = line.words;
    const bool of_bound = is_bound(line);
    const std::size_t least = of_bound ? 5 : 4;
    if (w.size() != least && w.size() != least + 1)
      text_.refuse(line, std::format("{} words", w.size()), kind_ == "DISCRETE" ? "column, row, value, period (or none), probability"
                                                                              : "column, row, first parameter, period (or none), second parameter");
    const double value = text_.number(line, w[least - 2]), last = text_.number(line, w.back());
    if (w.size() == least + 1) (void)stage_of(line, w[least - 1]);
    std::vector<Change> changes = of_bound ? bound_change(line, value) : std::vector{change(line, w[0], w[1], value)};
    const std::string name = of_bound ? w[0] + " " + w[2] : w[0] + " " + w[1];
    if (open_.empty() || open_ != name || kind_ != "DISCRETE") {
      close_block();
      for (const auto& c : changes) claim(line, c, name);
      p_.blocks.push_back({name, natural_stage(changes[0]), {}, kind_ != "DISCRETE", changes[0], Distribution::fixed(0)});
      open_ = name;
    }
    if (kind_ == "DISCRETE") {
      p_.blocks.back().outcomes.push_back({probability(line, last), std::move(changes)});
      return;
    }
    auto& b = p_.blocks.back();
    if (changes.size() != 1 || mode_ != Mode::replace) text_.refuse(line, "a continuous datum is a single value that is replaced");
    if (kind_ == "UNIFORM" && !(value <= last)) text_.refuse(line, std::format("a range from {} to {}", value, last), "low <= high");
    if (kind_ == "NORMAL" && !(last >= 0)) text_.refuse(line, std::format("a variance of {}", last), "0 or more");
    b.distribution = kind_ == "UNIFORM" ? Distribution::uniform(value, last) : Distribution::normal(value, std::sqrt(last));
    open_.clear();
  }

  double probability(const SmpsLine& line, double value) const {
    if (!(value >= 0 && value <= 1)) text_.refuse(line, std::format("a probability of {}", value), "0 to 1");
    return value;
  }

  /// No datum is decided twice.
  void claim(const SmpsLine& line, const Change& c, const std::string& by) {
    const auto [at, added] = claimed_.try_emplace(Key{c.part, c.row, c.column}, by);
    if (!added) text_.refuse(line, std::format("'{}' changes what '{}' has changed", by, at->second), at->second == by ? "outcomes of a datum stand together" : "");
  }

  /// Probabilities of the block that ends here must be 1 together.
  void close_block() {
    if (!open_.empty() && !p_.blocks.empty()) {
      auto& outcomes = p_.blocks.back().outcomes;
      double sum = 0;
      for (const auto& o : outcomes) sum += o.probability;
      check_sum(sum, std::format("'{}'", open_), block_end_);
      for (auto& o : outcomes) o.probability /= sum;
    }
    open_.clear();
  }
  void check_sum(double sum, const std::string& whose, const SmpsLine* line) {
    const SmpsLine& place = line ? *line : *last_;
    if (!(std::abs(sum - 1) <= rounding_allowed))
      text_.refuse(place, std::format("the probabilities of {} add up to {:.10g}", whose, sum), "1; a missing or a mistyped outcome?");
    if (std::abs(sum - 1) > exact)
      p_.notes.push_back(std::format("{}:{}: the probabilities of {} add up to {:.10g}; each is divided by that", text_.file(), place.number, whose, sum));
  }

  // ---- BLOCKS: " BL name period probability", then what it changes --------------------------------------------------

  void block(const SmpsLine& line) {
    const auto& w = line.words;
    if (w[0] == "BL") {
      if (w.size() != 4) text_.refuse(line, "a block is BL, a name, a period and a probability");
      const int stage = stage_of(line, w[2]);
      if (open_ != w[1]) {
        close_block();
        for (const auto& b : p_.blocks)
          if (b.name == w[1]) text_.refuse(line, std::format("block '{}' goes on after another", w[1]));
        p_.blocks.push_back({w[1], stage, {}, false, {}, Distribution::fixed(0)});
        open_ = w[1];
      }
      p_.blocks.back().outcomes.push_back({probability(line, text_.number(line, w[3])), {}});
      if (p_.blocks.back().outcomes.size() > 1)  // what is not told again is as in the first outcome
        p_.blocks.back().outcomes.back().changes = p_.blocks.back().outcomes.front().changes;
      return;
    }
    if (open_.empty()) text_.refuse(line, "an outcome before its block", "BL name period probability");
    auto& outcomes = p_.blocks.back().outcomes;
    for (const auto& c : changes_of(line)) {
      if (outcomes.size() == 1) claim(line, c, open_);
      put(line, outcomes.back().changes, c, outcomes.size() == 1);
    }
  }

  std::vector<Change> changes_of(const SmpsLine& line) const {
    const auto& w = line.words;
    if (is_bound(line)) return bound_change(line, text_.number(line, w[3]));
    if (w.size() != 3 && w.size() != 5) text_.refuse(line, std::format("{} words", w.size()), "column, then rows and values in turn");
    std::vector<Change> out;
    for (std::size_t k = 1; k + 1 < w.size(); k += 2) out.push_back(change(line, w[0], w[k], text_.number(line, w[k + 1])));
    return out;
  }
  void put(const SmpsLine& line, std::vector<Change>& changes, const Change& c, bool may_add) const {
    for (auto& known : changes)
      if (known.part == c.part && known.row == c.row && known.column == c.column) {
        known.value = c.value;
        return;
      }
    if (!may_add) text_.refuse(line, "a datum that the block's first outcome does not have", "list it in the first outcome, too");
    changes.push_back(c);
  }

  // ---- SCENARIOS: " SC name parent probability period", then what it changes ----------------------------------------

  void scenario(const SmpsLine& line) {
    const auto& w = line.words;
    if (w[0] == "SC") {
      if (w.size() != 5) text_.refuse(line, "a scenario is SC, a name, a parent, a probability and a period");
      ScenarioPath path;
      path.name = w[1];
      if (path_of_.contains(w[1])) text_.refuse(line, std::format("scenario '{}' stands a second time", w[1]));
      if (w[2] != "ROOT" && w[2] != "'ROOT'") {
        const auto at = path_of_.find(w[2]);
        if (at == path_of_.end()) text_.refuse(line, std::format("there is no scenario '{}' before this one", w[2]), "'ROOT' or one that stands above");
        path.parent = at->second;
      }
      path.probability = probability(line, text_.number(line, w[3]));
      path.branches = std::max(1, stage_of(line, w[4]));  // what is decided first is the same in all
      path_of_[w[1]] = static_cast<int>(p_.paths.size());
      p_.paths.push_back(std::move(path));
      return;
    }
    if (p_.paths.empty()) text_.refuse(line, "an outcome before its scenario", "SC name parent probability period");
    auto& path = p_.paths.back();
    for (const auto& c : changes_of(line)) {
      if (natural_stage(c) < path.branches)
        text_.refuse(line, std::format("scenario '{}' changes data of a period before it branches", path.name), "data of its own periods");
      put(line, path.changes, c, true);
    }
  }

  void end_section() {
    block_end_ = last_;
    close_block();
    if (section_ != "SCENARIOS" || p_.paths.empty()) return;
    double sum = 0;
    for (const auto& path : p_.paths) sum += path.probability;
    check_sum(sum, "the scenarios", last_);
    for (auto& path : p_.paths) path.probability /= sum;
  }

  SmpsText text_;
  SmpsCore& core_;
  StochasticProgramme& p_;
  std::string section_, kind_, open_;
  Mode mode_ = Mode::replace;
  std::map<Key, std::string> claimed_;
  std::map<std::string, int> path_of_;
  const SmpsLine* last_ = nullptr;
  const SmpsLine* block_end_ = nullptr;
};

}  // namespace

void read_outcomes(const std::filesystem::path& path, SmpsCore& core) { OutcomeReader(path, core).read(); }

SmpsFiles find_smps(const std::filesystem::path& folder, const std::string& stochastic) {
  if (!std::filesystem::is_directory(folder)) throw InputError({folder.string()}, "there is no such folder", "a folder with a core, a time and a file of outcomes");
  const auto find = [&](const std::vector<std::string>& endings, const char* what) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      auto name = entry.path().filename();
      if (lower(name.extension().string()) == ".gz") name = name.stem();
      if (std::ranges::contains(endings, lower(name.extension().string()))) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    std::string all;
    for (const auto& f : found) all += (all.empty() ? "" : ", ") + f.filename().string();
    if (found.empty()) throw InputError({folder.string()}, std::format("there is no {} file", what), "an ending of " + endings[0]);
    if (found.size() > 1) throw InputError({folder.string()}, std::format("{} {} files: {}", found.size(), what, all), "one, or --outcomes FILE for the file of outcomes");
    return found[0];
  };
  SmpsFiles files{find({".cor", ".core", ".mps"}, "core"), find({".tim", ".time"}, "time"), {}};
  files.stochastic = stochastic.empty() ? find({".sto", ".stoch", ".stc"}, "outcome") : folder / stochastic;
  return files;
}

StochasticProgramme read_smps(const SmpsFiles& files) {
  SmpsCore core = read_core(files.core);
  read_time(files.time, core);
  read_outcomes(files.stochastic, core);
  check_stages(core.programme, files.stochastic.string());
  return std::move(core.programme);
}

}  // namespace stargate::stochastic
