#include "training/calibrate.h"

namespace stargate::training {
namespace {

/// The parameters that move, scaled to [0, 1] over their ranges.
struct Space {
  std::vector<const ParameterSpec*> axes;

  explicit Space(const std::vector<std::string>& names) {
    for (const auto& spec : parameter_specs())
      if (std::ranges::find(names, spec.name) != names.end()) axes.push_back(&spec);
  }
  std::vector<double> from(const Parameters& p) const {
    std::vector<double> x;
    for (const auto* axis : axes) x.push_back((p.*(axis->member) - axis->low) / (axis->high - axis->low));
    return x;
  }
  Parameters to(const std::vector<double>& x, Parameters p) const {
    for (std::size_t i = 0; i < axes.size(); ++i)
      p.*(axes[i]->member) = axes[i]->low + x[i] * (axes[i]->high - axes[i]->low);
    return p;
  }
};

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

class Residuals {
 public:
  Residuals(const ParameterSet& set, const std::vector<MeasuredRow>& rows) : rows_(rows) {
    std::map<std::string, double> size;
    for (const auto& row : rows) size[row.set] += 1;
    for (const auto& row : rows) {
      machines_.push_back({find_system(row.system), find_software(set.software), set.values});
      weights_.push_back(std::pow(size[row.set], -0.75));
    }
  }
  std::vector<double> at(const Parameters& p) {
    std::vector<double> r;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      machines_[i].parameters = p;
      r.push_back(std::log(predict(rows_[i], machines_[i]).value / rows_[i].value));
    }
    return r;
  }
  /// Sum of distances, smooth near 0.
  double loss(const std::vector<double>& r) const {
    double sum = 0;
    for (std::size_t i = 0; i < r.size(); ++i) sum += weights_[i] * (std::sqrt(r[i] * r[i] + soft * soft) - soft);
    return sum;
  }
  double weight(std::size_t i, double r) const { return weights_[i] / std::sqrt(r * r + soft * soft); }

 private:
  static constexpr double soft = 0.2;
  const std::vector<MeasuredRow>& rows_;
  std::vector<Machine> machines_;
  std::vector<double> weights_;
};

double mean_absolute(const std::vector<double>& logs) {
  double sum = 0;
  for (const double r : logs) sum += std::abs(std::exp(r) - 1);
  return logs.empty() ? 0 : sum / static_cast<double>(logs.size());
}

}  // namespace

bool fitted_row(std::size_t index_in_set) { return index_in_set % 2 == 0; }

Fit calibrate(const ParameterSet& start, const std::vector<MeasuredRow>& rows) {
  Fit fit{start, rows.size(), 0, 0};
  const Space space(start.fitted);
  Residuals residuals(start, rows);
  std::vector<double> x = space.from(start.values);
  std::vector<double> r = residuals.at(start.values);
  fit.before = mean_absolute(r);
  const std::size_t n = x.size();
  double loss = residuals.loss(r), damping = 1e-3;
  for (int iteration = 0; iteration < 60 && n > 0 && !rows.empty(); ++iteration) {
    std::vector<std::vector<double>> jacobian;
    for (std::size_t j = 0; j < n; ++j) {
      std::vector<double> moved = x;
      const double step = moved[j] > 0.5 ? -1e-4 : 1e-4;
      moved[j] += step;
      std::vector<double> column = residuals.at(space.to(moved, start.values));
      for (std::size_t i = 0; i < r.size(); ++i) column[i] = (column[i] - r[i]) / step;
      jacobian.push_back(std::move(column));
    }
    std::vector<std::vector<double>> normal(n, std::vector<double>(n));
    std::vector<double> gradient(n);
    for (std::size_t i = 0; i < r.size(); ++i) {
      const double w = residuals.weight(i, r[i]);
      for (std::size_t j = 0; j < n; ++j) {
        gradient[j] -= w * jacobian[j][i] * r[i];
        for (std::size_t k = 0; k < n; ++k) normal[j][k] += w * jacobian[j][i] * jacobian[k][i];
      }
    }
    bool better = false;
    for (int attempt = 0; attempt < 12 && !better; ++attempt) {
      auto damped = normal;
      for (std::size_t j = 0; j < n; ++j) damped[j][j] = normal[j][j] * (1 + damping) + 1e-9;
      // A parameter at the end of its range that wants to leave it stays; the others move without it.
      std::vector<double> move = gradient;
      for (std::size_t j = 0; j < n; ++j)
        if ((x[j] <= 0 && gradient[j] < 0) || (x[j] >= 1 && gradient[j] > 0)) {
          for (std::size_t k = 0; k < n; ++k) damped[j][k] = damped[k][j] = 0;
          damped[j][j] = 1, move[j] = 0;
        }
      std::vector<double> trial = x;
      if (solve(damped, move)) {
        for (std::size_t j = 0; j < n; ++j) trial[j] = std::clamp(x[j] + move[j], 0.0, 1.0);
        std::vector<double> at = residuals.at(space.to(trial, start.values));
        if (const double now = residuals.loss(at); now < loss) {
          better = true;
          const bool small = loss - now < 1e-7 * loss;
          x = trial, r = std::move(at), loss = now, damping = std::max(1e-9, damping / 5);
          if (small) iteration = 1000;
        }
      }
      if (!better) damping *= 6;
    }
    if (!better) break;
  }
  fit.set.values = space.to(x, start.values);
  fit.after = mean_absolute(r);
  return fit;
}

std::vector<Fit> calibrate_all(const std::vector<MeasuredRow>& rows) {
  std::map<std::string, std::vector<MeasuredRow>> by_set;
  const auto base_of = [](const std::string& id) { return id.substr(0, id.rfind('-')); };
  std::set<std::string> ids;
  for (const auto& row : rows) ids.insert(row.parameter_set);
  for (const auto& row : rows) {
    const std::string base = base_of(row.parameter_set);
    by_set[!row.shape.moe() && ids.contains(base) ? base : row.parameter_set].push_back(row);
  }
  std::vector<Fit> fits;
  for (const auto& [id, part] : by_set) {  // in order of name: a base comes before the sets that start from it
    ParameterSet start = find_parameters(id);
    if (const auto base = std::ranges::find(fits, base_of(id), [](const Fit& f) { return f.set.id; });
        base != fits.end())
      start.values = base->set.values;
    // Always from the same place, so that the same rows give the same figures.
    for (const auto& spec : parameter_specs())
      if (std::ranges::find(start.fitted, spec.name) != start.fitted.end())
        start.values.*(spec.member) = Parameters{}.*(spec.member);
    fits.push_back(calibrate(start, part));
  }
  return fits;
}

std::vector<ModelHoldOut> hold_out_models(const std::vector<MeasuredRow>& rows) {
  std::map<std::string, std::set<std::string>> models;  // of each set
  for (const auto& row : rows)
    if (library_shape(row.shape.id)) models[row.set].insert(row.shape.id);
  std::vector<ModelHoldOut> list;
  for (const auto& [set, names] : models) {
    if (names.size() < 2) continue;
    for (const auto& model : names) {
      std::set<std::string> bases;
      for (const auto& row : rows)
        if (row.set == set) bases.insert(find_system(row.system).calibration);
      std::vector<MeasuredRow> rest, out;
      for (const auto& row : rows) {
        if (row.set == set && row.shape.id == model)
          out.push_back(row);
        else if (bases.contains(find_system(row.system).calibration))
          rest.push_back(row);
      }
      const std::vector<Fit> fits = calibrate_all(rest);
      std::vector<double> errors;
      for (const auto& row : out) {
        // A set of releases of which nothing is left takes its base's values.
        auto fit = std::ranges::find(fits, row.parameter_set, [](const Fit& f) { return f.set.id; });
        if (fit == fits.end())
          fit = std::ranges::find(fits, find_system(row.system).calibration, [](const Fit& f) { return f.set.id; });
        if (fit == fits.end()) continue;
        errors.push_back(
            predict(row, {find_system(row.system), find_software(fit->set.software), fit->set.values}).error());
      }
      list.push_back({set, model, accuracy_of(std::move(errors))});
    }
  }
  return list;
}

}  // namespace stargate::training
