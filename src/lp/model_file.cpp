#include "lp/model_file.h"

#include <cctype>
#include <cmath>
#include <filesystem>
#include <format>
#include <fstream>
#include <unordered_set>

#include "base/diagnostics.h"
#include "base/text.h"

namespace stargate::lp {

namespace {

constexpr std::size_t longest_name = 200;

std::vector<std::string> fit_names(const std::vector<std::string>& given, std::size_t count, char letter) {
  std::vector<std::string> names;
  names.reserve(count);
  std::unordered_set<std::string> taken;
  for (std::size_t k = 0; k < count; ++k) {
    std::string name = k < given.size() ? given[k].substr(0, longest_name) : std::string();
    for (char& c : name)
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.') c = '_';
    // Digits, points and an 'e' at the front would read as a number.
    if (name.empty()) name = std::format("{}{}", letter, k);
    else if (!std::isalpha(static_cast<unsigned char>(name.front())) || name.front() == 'e' || name.front() == 'E') name = std::format("{}_{}", letter, name);
    if (!taken.insert(name).second) {
      name += std::format(".{}", k);
      taken.insert(name);
    }
    names.push_back(std::move(name));
  }
  return names;
}

class ModelWriter {
 public:
  ModelWriter(const Model& model, const ModelNames& names, std::ostream& out)
      : model_(model), out_(out), columns_(fit_names(names.columns, model.cost.size(), 'x')),
        rows_(fit_names(names.rows, static_cast<std::size_t>(model.rows()), 'r')) {}

  void lp() {
    out_ << "\\ minimise\nMinimize\n obj:";
    width_ = 0;
    for (std::size_t j = 0; j < columns_.size(); ++j) term(model_.cost[j], columns_[j]);
    bool quadratic = false;
    for (std::size_t j = 0; j < model_.quadratic.size(); ++j) {
      if (model_.quadratic[j] == 0) continue;
      if (!quadratic) out_ << "\n + [";
      quadratic = true;
      term(model_.quadratic[j], columns_[j] + " ^2");
    }
    if (quadratic) out_ << " ] / 2";
    if (model_.offset != 0) out_ << (model_.offset < 0 ? " - " : " + ") << shortest(std::abs(model_.offset));
    out_ << "\nSubject To\n";
    for (int r = 0; r < model_.rows(); ++r) {
      const double low = model_.row_lower[static_cast<std::size_t>(r)], high = model_.row_upper[static_cast<std::size_t>(r)];
      const std::string& name = rows_[static_cast<std::size_t>(r)];
      if (low == high) lp_row(name, r, "=", low);
      else {
        if (std::isfinite(low)) lp_row(std::isfinite(high) ? name + ".low" : name, r, ">=", low);
        if (std::isfinite(high)) lp_row(std::isfinite(low) ? name + ".high" : name, r, "<=", high);
      }
    }
    out_ << "Bounds\n";
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const double low = model_.lower[j], high = model_.upper[j];
      if (low == 0 && high == infinity) continue;
      if (low == high) out_ << ' ' << columns_[j] << " = " << shortest(low) << '\n';
      else if (!std::isfinite(low) && !std::isfinite(high)) out_ << ' ' << columns_[j] << " free\n";
      else out_ << ' ' << bound(low) << " <= " << columns_[j] << " <= " << bound(high) << '\n';
    }
    if (model_.has_integers()) {
      out_ << "General\n";
      for (std::size_t j = 0; j < model_.integer.size(); ++j)
        if (model_.integer[j]) out_ << ' ' << columns_[j] << '\n';
    }
    out_ << "End\n";
  }

  void mps() {
    out_ << "NAME stargate\nROWS\n N obj\n";
    const auto kind = [&](std::size_t r) {
      const double low = model_.row_lower[r], high = model_.row_upper[r];
      return low == high ? 'E' : std::isfinite(high) ? 'L' : std::isfinite(low) ? 'G' : 'N';
    };
    for (std::size_t r = 0; r < rows_.size(); ++r) out_ << ' ' << kind(r) << ' ' << rows_[r] << '\n';
    // Columns by columns, from rows by rows.
    std::vector<int> start(columns_.size() + 1, 0);
    for (const int c : model_.entry_column) ++start[static_cast<std::size_t>(c) + 1];
    for (std::size_t j = 0; j < columns_.size(); ++j) start[j + 1] += start[j];
    std::vector<int> next(start.begin(), start.end() - 1), row(model_.entries());
    std::vector<double> value(model_.entries());
    for (int r = 0; r < model_.rows(); ++r) {
      const auto in = model_.row_columns(r);
      const auto by = model_.row_values(r);
      for (std::size_t k = 0; k < in.size(); ++k) {
        const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(in[k])]++);
        row[at] = r;
        value[at] = by[k];
      }
    }
    out_ << "COLUMNS\n";
    bool whole = false;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const bool integer = !model_.integer.empty() && model_.integer[j];
      if (integer != whole) out_ << std::format(" MARKER MARKER{} 'MARKER' '{}'\n", j, integer ? "INTORG" : "INTEND");
      whole = integer;
      if (model_.cost[j] != 0 || start[j] == start[j + 1]) out_ << ' ' << columns_[j] << " obj " << shortest(model_.cost[j]) << '\n';
      for (auto k = static_cast<std::size_t>(start[j]); k < static_cast<std::size_t>(start[j + 1]); ++k)
        out_ << ' ' << columns_[j] << ' ' << rows_[static_cast<std::size_t>(row[k])] << ' ' << shortest(value[k]) << '\n';
    }
    if (whole) out_ << " MARKER MARKEREND 'MARKER' 'INTEND'\n";
    out_ << "RHS\n";
    if (model_.offset != 0) out_ << " rhs obj " << shortest(-model_.offset) << '\n';
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const char k = kind(r);
      const double side = k == 'G' ? model_.row_lower[r] : model_.row_upper[r];
      if (k != 'N' && side != 0) out_ << " rhs " << rows_[r] << ' ' << shortest(side) << '\n';
    }
    bool ranges = false;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if (kind(r) != 'L' || !std::isfinite(model_.row_lower[r])) continue;
      if (!ranges) out_ << "RANGES\n";
      ranges = true;
      out_ << " rng " << rows_[r] << ' ' << shortest(model_.row_upper[r] - model_.row_lower[r]) << '\n';
    }
    out_ << "BOUNDS\n";
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const double low = model_.lower[j], high = model_.upper[j];
      const bool integer = !model_.integer.empty() && model_.integer[j];
      const auto put = [&](const char* what, double at) { out_ << ' ' << what << " bnd " << columns_[j] << ' ' << shortest(at) << '\n'; };
      if (low == high) put("FX", low);
      else if (!std::isfinite(low) && !std::isfinite(high)) out_ << " FR bnd " << columns_[j] << '\n';
      else {
        if (!std::isfinite(low)) out_ << " MI bnd " << columns_[j] << '\n';
        else if (low != 0 || (integer && !std::isfinite(high))) put("LO", low);
        if (std::isfinite(high)) put("UP", high);
        else if (integer) out_ << " PL bnd " << columns_[j] << '\n';
      }
    }
    bool quadratic = false;
    for (std::size_t j = 0; j < model_.quadratic.size(); ++j) {
      if (model_.quadratic[j] == 0) continue;
      if (!quadratic) out_ << "QUADOBJ\n";
      quadratic = true;
      out_ << ' ' << columns_[j] << ' ' << columns_[j] << ' ' << shortest(model_.quadratic[j]) << '\n';
    }
    out_ << "ENDATA\n";
  }

 private:
  void term(double factor, const std::string& name) {
    if (factor == 0) return;
    if (++width_ % 8 == 0) out_ << "\n  ";
    out_ << (factor < 0 ? " - " : " + ") << shortest(std::abs(factor)) << ' ' << name;
  }
  void lp_row(const std::string& name, int r, const char* sense, double side) {
    out_ << ' ' << name << ':';
    width_ = 0;
    const auto in = model_.row_columns(r);
    const auto by = model_.row_values(r);
    for (std::size_t k = 0; k < in.size(); ++k) term(by[k], columns_[static_cast<std::size_t>(in[k])]);
    if (in.empty()) out_ << " 0 " << (columns_.empty() ? "x" : columns_.front());
    out_ << ' ' << sense << ' ' << shortest(side) << '\n';
  }
  static std::string bound(double v) { return v == infinity ? "+inf" : v == -infinity ? "-inf" : shortest(v); }

  const Model& model_;
  std::ostream& out_;
  std::vector<std::string> columns_, rows_;
  std::size_t width_ = 0;
};

}  // namespace

void write_model(const Model& model, const ModelNames& names, const std::string& path) {
  const auto ending = std::filesystem::path(path).extension();
  if (ending != ".lp" && ending != ".mps") throw InputError({path}, "a programme is written to a file of another kind", "allowed: NAME.lp, NAME.mps");
  const std::string part = path + ".part";
  {
    std::ofstream out(part, std::ios::binary);
    ModelWriter writer(model, names, out);
    if (ending == ".lp") writer.lp();
    else writer.mps();
    out.flush();
    if (!out) throw InputError({path}, "cannot write the file");
  }
  std::error_code error;
  std::filesystem::rename(part, path, error);
  if (error) throw InputError({path}, std::format("cannot rename into place: {}", error.message()));
}

}  // namespace stargate::lp
