#include "training/calibrate.h"

namespace stargate::training {
namespace {

/// Solves A x = b (symmetric, positive definite, small) by Cholesky; false if A is not.
bool solve(std::vector<std::vector<double>> a, std::vector<double>& b) {
  const std::size_t n = b.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    if (a[j][j] <= 0) return false;
    a[j][j] = std::sqrt(a[j][j]);
    for (std::size_t i = j + 1; i < n; ++i) {
      for (std::size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] /= a[j][j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return true;
}

/// One value that moves: a parameter, in one set or in all that share it, scaled to [0, 1] over its range.
struct Axis {
  const ParameterSpec* spec;
  std::string shared;
  std::vector<std::size_t> sets;
  double start = 0;

  double value(double x) const { return spec->low + x * (spec->high - spec->low); }
};

class Problem {
 public:
  Problem(const std::vector<MeasuredRow>& rows, const std::vector<ParameterSet>& library) : rows_(rows) {
    std::map<std::string, double> size;
    for (const auto& row : rows) size[row.set] += 1;
    for (const auto& row : rows) {
      auto at = std::ranges::find(sets, row.parameter_set, &ParameterSet::id);
      if (at == sets.end()) {
        const auto known = std::ranges::find(library, row.parameter_set, &ParameterSet::id);
        at = sets.insert(sets.end(), known != library.end() ? *known : find_parameters(row.parameter_set));
      }
      set_of_.push_back(static_cast<std::size_t>(at - sets.begin()));
      machines_.push_back({row.machine, find_software(at->software), at->values});
      candidates_.push_back(candidates_of(row, machines_.back()));
      weights_.push_back(std::pow(size[row.set], -0.75));
    }
    for (std::size_t k = 0; k < sets.size(); ++k)
      for (const auto& spec : parameter_specs()) {
        if (std::ranges::find(sets[k].fitted, spec.name) == sets[k].fitted.end()) continue;
        const auto word = sets[k].shared.find(std::string(spec.name));
        const std::string shared = word == sets[k].shared.end() ? std::string() : word->second;
        auto axis = std::ranges::find_if(axes, [&](const Axis& a) { return a.spec == &spec && !shared.empty() && a.shared == shared; });
        if (axis == axes.end()) {
          const double start = (Parameters{}.*(spec.member) - spec.low) / (spec.high - spec.low);
          axis = axes.insert(axes.end(), {&spec, shared, {}, start});
        }
        axis->sets.push_back(k);
      }
  }

  void move_to(const std::vector<double>& x) {
    for (std::size_t j = 0; j < axes.size(); ++j) put(axes[j], axes[j].value(x[j]));
  }
  void put(const Axis& axis, double value) {
    for (const std::size_t k : axis.sets) sets[k].values.*(axis.spec->member) = value;
  }
  double residual(std::size_t i) {
    machines_[i].parameters = sets[set_of_[i]].values;
    return speed_log_error(rows_[i], predict(rows_[i], machines_[i], candidates_[i]));
  }
  std::vector<double> residuals() {
    std::vector<double> r;
    for (std::size_t i = 0; i < rows_.size(); ++i) r.push_back(residual(i));
    return r;
  }
  bool touches(const Axis& axis, std::size_t i) const { return std::ranges::find(axis.sets, set_of_[i]) != axis.sets.end(); }
  /// Sum of distances, smooth near 0, and the pull of the beginning.
  double loss(const std::vector<double>& r, const std::vector<double>& x) const {
    double sum = 0;
    for (std::size_t i = 0; i < r.size(); ++i) sum += weights_[i] * (std::sqrt(r[i] * r[i] + soft * soft) - soft);
    for (std::size_t j = 0; j < x.size(); ++j) sum += 0.5 * pull * (x[j] - axes[j].start) * (x[j] - axes[j].start);
    return sum;
  }
  double weight(std::size_t i, double r) const { return weights_[i] / std::sqrt(r * r + soft * soft); }
  std::size_t set_of(std::size_t i) const { return set_of_[i]; }

  static constexpr double soft = 0.2, pull = 0.02;
  std::vector<ParameterSet> sets;
  std::vector<Axis> axes;

 private:
  const std::vector<MeasuredRow>& rows_;
  std::vector<std::size_t> set_of_;
  std::vector<Machine> machines_;
  std::vector<Candidates> candidates_;
  std::vector<double> weights_;
};

/// One step of Levenberg-Marquardt from x; false if no damping makes the loss smaller.
bool improve(Problem& problem, std::vector<double>& x, std::vector<double>& r, double& loss, double& damping) {
  const std::size_t n = x.size();
  std::vector<std::vector<double>> jacobian(n, std::vector<double>(r.size())), normal(n, std::vector<double>(n));
  std::vector<double> gradient(n);
  for (std::size_t j = 0; j < n; ++j) {
    const Axis& axis = problem.axes[j];
    const double step = x[j] > 0.5 ? -1e-4 : 1e-4;
    problem.put(axis, axis.value(x[j] + step));
    for (std::size_t i = 0; i < r.size(); ++i)
      if (problem.touches(axis, i)) jacobian[j][i] = (problem.residual(i) - r[i]) / step;
    problem.put(axis, axis.value(x[j]));
    gradient[j] = -Problem::pull * (x[j] - axis.start);
    normal[j][j] = Problem::pull;
  }
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double w = problem.weight(i, r[i]);
    for (std::size_t j = 0; j < n; ++j) {
      if (jacobian[j][i] == 0) continue;
      gradient[j] -= w * jacobian[j][i] * r[i];
      for (std::size_t k = 0; k < n; ++k) normal[j][k] += w * jacobian[j][i] * jacobian[k][i];
    }
  }
  for (int attempt = 0; attempt < 12; ++attempt, damping *= 6) {
    auto damped = normal;
    for (std::size_t j = 0; j < n; ++j) damped[j][j] = normal[j][j] * (1 + damping) + 1e-9;
    // A parameter at the end of its range that wants to leave it stays; the others move without it.
    std::vector<double> move = gradient;
    for (std::size_t j = 0; j < n; ++j)
      if ((x[j] <= 0 && gradient[j] < 0) || (x[j] >= 1 && gradient[j] > 0)) {
        for (std::size_t k = 0; k < n; ++k) damped[j][k] = damped[k][j] = 0;
        damped[j][j] = 1, move[j] = 0;
      }
    if (!solve(damped, move)) continue;
    std::vector<double> trial = x;
    for (std::size_t j = 0; j < n; ++j) trial[j] = std::clamp(x[j] + move[j], 0.0, 1.0);
    problem.move_to(trial);
    std::vector<double> at = problem.residuals();
    if (const double now = problem.loss(at, trial); now < loss) {
      const bool enough = loss - now < 1e-6 * loss;
      x = trial, r = std::move(at), loss = now, damping = std::max(1e-9, damping / 5);
      return !enough;
    }
  }
  problem.move_to(x);
  return false;
}

std::string base_of(const std::string& id) {
  const auto dash = id.rfind('-');
  const bool release = dash != std::string::npos && dash + 1 < id.size() && std::isdigit(static_cast<unsigned char>(id[dash + 1]));
  return release ? id.substr(0, dash) : id;
}

double mean_absolute(const Problem& problem, const std::vector<double>& logs, std::size_t set, std::size_t& rows) {
  double sum = 0;
  rows = 0;
  for (std::size_t i = 0; i < logs.size(); ++i)
    if (problem.set_of(i) == set) sum += std::abs(std::exp(logs[i]) - 1), ++rows;
  return rows == 0 ? 0 : sum / static_cast<double>(rows);
}

}  // namespace

double speed_log_error(const MeasuredRow& row, const Prediction& prediction) {
  const double log = std::log(prediction.value / row.value);
  return row.metric == Metric::step_s || row.metric == Metric::step_ms ? -log : log;
}

std::vector<Fit> calibrate(const std::vector<MeasuredRow>& rows, const std::vector<ParameterSet>& library) {
  Problem problem(rows, library);
  std::vector<Fit> fits;
  const std::vector<double> before = problem.residuals();
  for (std::size_t k = 0; k < problem.sets.size(); ++k) {
    Fit fit{problem.sets[k], 0, 0, 0};
    fit.before = mean_absolute(problem, before, k, fit.rows);
    fits.push_back(std::move(fit));
  }
  std::vector<double> x;
  for (const auto& axis : problem.axes) x.push_back(axis.start);
  problem.move_to(x);
  std::vector<double> r = problem.residuals();
  double loss = problem.loss(r, x), damping = 1e-3;
  for (int iteration = 0; iteration < 60 && !x.empty() && improve(problem, x, r, loss, damping); ++iteration) {}
  problem.move_to(x);
  r = problem.residuals();
  for (std::size_t k = 0; k < fits.size(); ++k) {
    fits[k].set.values = problem.sets[k].values;
    fits[k].after = mean_absolute(problem, r, k, fits[k].rows);
  }
  return fits;
}

ParameterSet parameters_for(const MeasuredRow& row, const std::vector<Fit>& fits) {
  const auto find = [&](const std::string& id) {
    return std::ranges::find(fits, id, [](const Fit& f) { return f.set.id; });
  };
  if (const auto fit = find(row.parameter_set); fit != fits.end()) return fit->set;
  // Of a set without rows the shared values are known all the same.
  ParameterSet set = find_parameters(row.parameter_set);
  bool known = false;
  for (const auto& spec : parameter_specs()) {
    const auto word = set.shared.find(std::string(spec.name));
    if (word == set.shared.end()) continue;
    for (const auto& fit : fits)
      if (const auto there = fit.set.shared.find(std::string(spec.name)); there != fit.set.shared.end() && there->second == word->second) {
        set.values.*(spec.member) = fit.set.values.*(spec.member);
        known = true;
      }
  }
  if (known) return set;
  if (const auto fit = find(base_of(row.parameter_set)); fit != fits.end()) return fit->set;
  return set;
}

namespace {
/// Whether the fits hold the row's set, the set it goes back to, or one that shares a parameter with it.
bool speaks_of(const MeasuredRow& row, const std::vector<Fit>& fits) {
  const ParameterSet set = find_parameters(row.parameter_set);
  for (const auto& fit : fits) {
    if (fit.set.id == set.id || fit.set.id == base_of(set.id)) return true;
    for (const auto& [parameter, word] : set.shared)
      if (const auto there = fit.set.shared.find(parameter); there != fit.set.shared.end() && there->second == word) return true;
  }
  return false;
}
}  // namespace

std::string_view to_string(Family family) {
  return family == Family::machine ? "machine" : family == Family::model ? "model" : "precision";
}

std::string family_of(const MeasuredRow& row, Family family) {
  switch (family) {
    case Family::machine:
      return row.system;
    case Family::model:
      return library_shape(row.shape.id) ? row.shape.id : std::format("others of width {}", row.shape.hidden);
    case Family::precision:
      return std::string(to_string(row.strategy.precision));
  }
  return {};
}

std::string class_of(const ModelShape& shape) { return shape.moe() ? "mixture of experts" : "dense"; }

std::vector<FamilyHoldOut> hold_out_families(const std::vector<MeasuredRow>& rows) {
  std::vector<FamilyHoldOut> list;
  for (const Family family : {Family::machine, Family::model, Family::precision}) {
    std::map<std::string, std::vector<std::size_t>> values;
    for (std::size_t i = 0; i < rows.size(); ++i) values[family_of(rows[i], family)].push_back(i);
    for (const auto& [value, members] : values) {
      // Rows of other software say nothing of these and are not fitted anew.
      std::set<std::string> softwares;
      for (const std::size_t i : members) softwares.insert(find_parameters(rows[i].parameter_set).software);
      std::vector<MeasuredRow> rest;
      for (const auto& row : rows)
        if (family_of(row, family) != value && softwares.contains(find_parameters(row.parameter_set).software))
          rest.push_back(row);
      const std::vector<Fit> fits = calibrate(rest);
      FamilyHoldOut out{family, value, {}};
      for (const std::size_t i : members) {
        if (!speaks_of(rows[i], fits)) continue;
        const ParameterSet set = parameters_for(rows[i], fits);
        out.rows.push_back({i, speed_log_error(rows[i], predict(rows[i], {rows[i].machine, find_software(set.software), set.values}))});
      }
      if (!out.rows.empty()) list.push_back(std::move(out));
    }
  }
  return list;
}

}  // namespace stargate::training
