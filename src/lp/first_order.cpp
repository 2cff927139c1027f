#include "lp/first_order.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/workers.h"

namespace stargate::lp {

namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
double norm(const Vector& a) { return std::sqrt(dot(a, a)); }

/// The matrix by rows and by columns, scaled: entry (r, c) is row_scale[r] * a * column_scale[c].
struct ScaledMatrix {
  std::vector<int> row_start, row_column, column_start, column_row;
  Vector row_value, column_value, row_scale, column_scale;

  explicit ScaledMatrix(const Model& m)
      : row_start(m.row_start),
        row_column(m.entry_column),
        row_value(m.entry_value),
        row_scale(static_cast<std::size_t>(m.rows()), 1),
        column_scale(static_cast<std::size_t>(m.columns()), 1) {
    constexpr int ruiz_rounds = 10;
    for (int k = 0; k < ruiz_rounds; ++k) scale([](double largest, double) { return std::sqrt(largest); });
    scale([](double, double sum) { return std::sqrt(sum); });  // Pock and Chambolle with exponent 1
    transpose(m.columns());
  }

  /// Divides rows and columns by a measure of their entries, both taken before either is divided.
  template <class Measure>
  void scale(Measure&& measure) {
    Vector row_largest(row_scale.size(), 0), row_sum(row_scale.size(), 0), column_largest(column_scale.size(), 0),
        column_sum(column_scale.size(), 0);
    each([&](std::size_t r, std::size_t c, double v) {
      row_largest[r] = std::max(row_largest[r], std::abs(v));
      row_sum[r] += std::abs(v);
      column_largest[c] = std::max(column_largest[c], std::abs(v));
      column_sum[c] += std::abs(v);
    });
    const auto factors = [&](const Vector& largest, const Vector& sum) {
      Vector f(largest.size(), 1);
      for (std::size_t i = 0; i < f.size(); ++i)
        if (largest[i] > 0) f[i] = 1 / measure(largest[i], sum[i]);
      return f;
    };
    const Vector rows = factors(row_largest, row_sum), columns = factors(column_largest, column_sum);
    for (std::size_t r = 0; r < row_scale.size(); ++r) {
      row_scale[r] *= rows[r];
      for (auto e = static_cast<std::size_t>(row_start[r]); e < static_cast<std::size_t>(row_start[r + 1]); ++e)
        row_value[e] *= rows[r] * columns[static_cast<std::size_t>(row_column[e])];
    }
    for (std::size_t c = 0; c < column_scale.size(); ++c) column_scale[c] *= columns[c];
  }
  template <class Use>
  void each(Use&& use) const {
    for (std::size_t r = 0; r < row_scale.size(); ++r)
      for (auto e = static_cast<std::size_t>(row_start[r]); e < static_cast<std::size_t>(row_start[r + 1]); ++e)
        use(r, static_cast<std::size_t>(row_column[e]), row_value[e]);
  }
  void transpose(int columns) {
    column_start.assign(static_cast<std::size_t>(columns) + 1, 0);
    for (const int c : row_column) ++column_start[static_cast<std::size_t>(c) + 1];
    for (std::size_t c = 0; c < static_cast<std::size_t>(columns); ++c) column_start[c + 1] += column_start[c];
    column_row.resize(row_column.size());
    column_value.resize(row_column.size());
    auto at = column_start;
    each([&](std::size_t r, std::size_t c, double v) {
      const auto e = static_cast<std::size_t>(at[c]++);
      column_row[e] = static_cast<int>(r);
      column_value[e] = v;
    });
  }

  double row_times(std::size_t r, const Vector& x) const {
    double sum = 0;
    for (auto e = static_cast<std::size_t>(row_start[r]); e < static_cast<std::size_t>(row_start[r + 1]); ++e)
      sum += row_value[e] * x[static_cast<std::size_t>(row_column[e])];
    return sum;
  }
  double column_times(std::size_t c, const Vector& y) const {
    double sum = 0;
    for (auto e = static_cast<std::size_t>(column_start[c]); e < static_cast<std::size_t>(column_start[c + 1]); ++e)
      sum += column_value[e] * y[static_cast<std::size_t>(column_row[e])];
    return sum;
  }
  /// Largest singular value, by power iteration.
  double size() const {
    Vector x(column_scale.size()), y(row_scale.size());
    for (std::size_t c = 0; c < x.size(); ++c) x[c] = 1 + 0.5 * std::sin(static_cast<double>(c));
    double estimate = 1;
    for (int k = 0; k < 60; ++k) {
      const double length = norm(x);
      if (length == 0) return 1;
      for (double& v : x) v /= length;
      for (std::size_t r = 0; r < y.size(); ++r) y[r] = row_times(r, x);
      estimate = norm(y);
      for (std::size_t c = 0; c < x.size(); ++c) x[c] = column_times(c, y);
    }
    return std::max(estimate, 1e-12);
  }
};

/// Ranges of a list whose parts cost about the same work; how many does not depend on the threads, so sums over them do
/// not either.
std::vector<std::size_t> even_ranges(const std::vector<int>& start) {
  constexpr double work_a_part = 100'000, per_item = 8;  // entries; vectors read and written beside them
  const std::size_t count = start.size() - 1;
  const auto work = [&](std::size_t i) { return static_cast<double>(start[i]) + per_item * static_cast<double>(i); };
  const auto parts = std::clamp<std::size_t>(static_cast<std::size_t>(work(count) / work_a_part), 1, 256);
  std::vector<std::size_t> ends{0};
  for (std::size_t i = 0, k = 1; i < count && k < parts; ++i)
    if (work(i) >= work(count) * static_cast<double>(k) / static_cast<double>(parts)) ends.push_back(i), ++k;
  ends.push_back(count);
  return ends;
}

class Halpern {
 public:
  Halpern(const Model& model, const FirstOrderOptions& options)
      : options_(options),
        a_(model),
        n_(a_.column_scale.size()),
        m_(a_.row_scale.size()),
        columns_(even_ranges(a_.column_start)),
        rows_(even_ranges(a_.row_start)),
        team_(columns_.size() + rows_.size() > 8 ? options.threads : 1) {
    const auto scaled = [](const Vector& v, const Vector& by, bool times) {
      Vector out(v.size());
      for (std::size_t i = 0; i < v.size(); ++i) out[i] = times ? v[i] * by[i] : v[i] / by[i];
      return out;
    };
    cost_ = scaled(model.cost, a_.column_scale, true);
    lower_ = scaled(model.lower, a_.column_scale, false);
    upper_ = scaled(model.upper, a_.column_scale, false);
    row_lower_ = scaled(model.row_lower, a_.row_scale, true);
    row_upper_ = scaled(model.row_upper, a_.row_scale, true);
    const auto size_of = [](const Vector& low, const Vector& high) {
      double sum = 0;
      for (std::size_t i = 0; i < low.size(); ++i) {
        const double l = std::isfinite(low[i]) ? std::abs(low[i]) : 0,
                     h = std::isfinite(high[i]) ? std::abs(high[i]) : 0;
        sum += std::max(l, h) * std::max(l, h);
      }
      return std::sqrt(sum);
    };
    // Cost and right-hand sides are brought to length one, so that the primal weight starts near one.
    cost_size_ = 1 + norm(cost_);
    bound_size_ = 1 + size_of(row_lower_, row_upper_);
    for (double& v : cost_) v /= cost_size_;
    for (Vector* v : {&lower_, &upper_, &row_lower_, &row_upper_})
      for (double& e : *v) e /= bound_size_;
    step_ = 0.998 / a_.size();
    true_cost_size_ = norm(model.cost);
    true_bound_size_ = size_of(model.row_lower, model.row_upper);
  }

  FirstOrderPoint run() && {
    const auto began = std::chrono::steady_clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
    x_.assign(n_, 0);
    y_.assign(m_, 0);
    const bool warm = options_.start_value.size() == n_ && options_.start_dual.size() == m_;
    for (std::size_t c = 0; c < n_; ++c) {
      const double from = warm ? options_.start_value[c] / (a_.column_scale[c] * bound_size_) : 0;
      x_[c] = std::min(std::max(from, lower_[c]), upper_[c]);
    }
    for (std::size_t r = 0; warm && r < m_; ++r) y_[r] = options_.start_dual[r] / (a_.row_scale[r] * cost_size_);
    x0_ = x_;
    y0_ = y_;
    tx_ = x_;
    ty_ = y_;
    extrapolated_.resize(n_);
    if (warm) weight_ = options_.start_weight;
    FirstOrderPoint best;
    best.nearness = nearness();
    const bool near_enough = warm && best.nearness.worst() <= options_.tolerance;
    constexpr long long check_every = 100;
    long long since_restart = 0, total = 0;
    double first_error = 0, last_error = infinity;
    for (; !near_enough && total < options_.most_iterations; ++total) {
      const bool check = (total + 1) % check_every == 0;
      if (since_restart > 0 && !check) {
        step<false>(since_restart++);
        continue;
      }
      step<true>(since_restart);
      const double error = fixed_point_error();
      if (since_restart == 0) first_error = error;
      if (check) {
        best.nearness = nearness();
        if (options_.on_pace) options_.on_pace(best.nearness, total + 1);
        const bool stop = seconds() > options_.time_limit_s || (options_.should_stop && options_.should_stop());
        if (best.nearness.worst() <= options_.tolerance || stop) break;
        const bool sufficient = error <= 0.2 * first_error;
        const bool necessary = error <= 0.8 * first_error && error > last_error;
        if (sufficient || necessary || static_cast<double>(since_restart) >= 0.36 * static_cast<double>(total)) {
          restart(best.nearness);
          since_restart = 0;
          last_error = infinity;
          continue;
        }
        last_error = error;
      }
      move(since_restart++);
    }
    best.iterations = total;
    best.weight = weight_;
    best.seconds = seconds();
    best.value.resize(n_);
    best.row_dual.resize(m_);
    for (std::size_t c = 0; c < n_; ++c) best.value[c] = tx_[c] * a_.column_scale[c] * bound_size_;
    for (std::size_t r = 0; r < m_; ++r) best.row_dual[r] = ty_[r] * a_.row_scale[r] * cost_size_;
    return best;
  }

 private:
  template <class Work>
  void each_column(Work&& work) {
    team_.run(columns_.size() - 1, [&](std::size_t part) { work(columns_[part], columns_[part + 1]); });
  }
  template <class Work>
  void each_row(Work&& work) {
    team_.run(rows_.size() - 1, [&](std::size_t part) { work(rows_[part], rows_[part + 1]); });
  }
  /// Sums of work(i) over columns or rows, part by part, so that the threads do not change them.
  template <std::size_t count, class Work>
  std::array<double, count> sum_parts(const std::vector<std::size_t>& ranges, Work&& work) {
    std::vector<std::array<double, count>> sums(ranges.size() - 1);
    team_.run(sums.size(), [&](std::size_t part) {
      std::array<double, count> own{};
      for (std::size_t i = ranges[part]; i < ranges[part + 1]; ++i) work(i, own);
      sums[part] = own;
    });
    std::array<double, count> all{};
    for (const auto& s : sums)
      for (std::size_t k = 0; k < count; ++k) all[k] += s[k];
    return all;
  }

  /// T: a projected step down in x, then one up in y against the extrapolated x; kept in tx, ty if `kept`. Else the
  /// iterate moves at once: z <- (k+1)/(k+2) (2 T(z) - z) + 1/(k+2) z0.
  template <bool kept>
  void step(long long k) {
    const double tau = step_ / weight_, sigma = step_ * weight_;
    const double keep = static_cast<double>(k + 1) / static_cast<double>(k + 2), anchor = 1 / static_cast<double>(k + 2);
    each_column([&](std::size_t begin, std::size_t end) {
      for (std::size_t c = begin; c < end; ++c) {
        const double gradient = cost_[c] - a_.column_times(c, y_);
        const double to = std::min(std::max(x_[c] - tau * gradient, lower_[c]), upper_[c]);
        const double reflected = 2 * to - x_[c];
        extrapolated_[c] = reflected;
        if constexpr (kept) tx_[c] = to;
        else x_[c] = keep * reflected + anchor * x0_[c];
      }
    });
    each_row([&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        const double v = y_[r] / sigma - a_.row_times(r, extrapolated_);
        const double to = sigma * (v + std::min(std::max(-v, row_lower_[r]), row_upper_[r]));
        if constexpr (kept) ty_[r] = to;
        else y_[r] = keep * (2 * to - y_[r]) + anchor * y0_[r];
      }
    });
  }
  void move(long long k) {
    const double keep = static_cast<double>(k + 1) / static_cast<double>(k + 2), anchor = 1 / static_cast<double>(k + 2);
    for (std::size_t c = 0; c < n_; ++c) x_[c] = keep * (2 * tx_[c] - x_[c]) + anchor * x0_[c];
    for (std::size_t r = 0; r < m_; ++r) y_[r] = keep * (2 * ty_[r] - y_[r]) + anchor * y0_[r];
  }

  /// |z - T(z)| in the norm of the iteration: w |dx|^2 / s - 2 dy' A dx + |dy|^2 / (w s).
  double fixed_point_error() {
    const auto [xx] = sum_parts<1>(columns_, [&](std::size_t c, auto& sum) {
      const double dx = tx_[c] - x_[c];
      extrapolated_[c] = dx;  // free until the next step
      sum[0] += dx * dx;
    });
    const auto [yy, xy] = sum_parts<2>(rows_, [&](std::size_t r, auto& sum) {
      const double dy = ty_[r] - y_[r];
      sum[0] += dy * dy;
      sum[1] += dy * a_.row_times(r, extrapolated_);
    });
    return std::sqrt(std::max(weight_ * xx / step_ - 2 * xy + yy / (weight_ * step_), 0.0));
  }

  /// Starts anew from T(z). The weight moves so that primal and dual travel equally far, and towards the side that lags:
  /// distance alone is misled where the primal can wander among equals.
  void restart(const Nearness& near) {
    double dx = 0, dy = 0;
    for (std::size_t c = 0; c < n_; ++c) dx += (tx_[c] - x0_[c]) * (tx_[c] - x0_[c]);
    for (std::size_t r = 0; r < m_; ++r) dy += (ty_[r] - y0_[r]) * (ty_[r] - y0_[r]);
    if (dx > 1e-20 && dy > 1e-20) {
      const double error = std::log(std::sqrt(dy / dx)) - std::log(weight_);
      const double lag = std::clamp(near.primal / std::max(near.dual, 1e-300), 1.0 / 16, 16.0);
      weight_ *= std::exp(0.5 * error) * std::pow(lag, 0.25);
    }
    x_ = x0_ = tx_;
    y_ = y0_ = ty_;
  }

  /// Of T(z), in the terms of the unscaled programme.
  Nearness nearness() {
    const auto [rows, dual_rows] = sum_parts<2>(rows_, [&](std::size_t r, auto& sum) {
      const double activity = a_.row_times(r, tx_);
      const double off =
          (activity - std::min(std::max(activity, row_lower_[r]), row_upper_[r])) * bound_size_ / a_.row_scale[r];
      sum[0] += off * off;
      const double bound = ty_[r] > 0 ? row_lower_[r] : row_upper_[r];
      if (ty_[r] != 0 && std::isfinite(bound)) sum[1] += ty_[r] * bound;
    });
    auto [columns, primal, dual] = sum_parts<3>(columns_, [&](std::size_t c, auto& sum) {
      sum[1] += cost_[c] * tx_[c];
      const double reduced = cost_[c] - a_.column_times(c, ty_);
      const double bound = reduced > 0 ? lower_[c] : upper_[c];
      if (std::isfinite(bound)) {
        sum[2] += reduced * bound;
      } else {
        const double off = reduced * cost_size_ / a_.column_scale[c];
        sum[0] += off * off;
      }
    });
    primal *= cost_size_ * bound_size_;
    dual = (dual + dual_rows) * cost_size_ * bound_size_;
    return {std::sqrt(rows) / (1 + true_bound_size_), std::sqrt(columns) / (1 + true_cost_size_),
            std::abs(primal - dual) / (1 + std::abs(primal) + std::abs(dual))};
  }

  const FirstOrderOptions& options_;
  ScaledMatrix a_;
  std::size_t n_, m_;
  std::vector<std::size_t> columns_, rows_;  ///< ends of parts
  Team team_;
  Vector cost_, lower_, upper_, row_lower_, row_upper_;
  Vector x_, y_, x0_, y0_, tx_, ty_, extrapolated_;
  double cost_size_ = 1, bound_size_ = 1, true_cost_size_ = 0, true_bound_size_ = 0;
  double step_ = 1, weight_ = 1;
};

}  // namespace

FirstOrderPoint solve_first_order(const Model& model, const FirstOrderOptions& options) {
  return Halpern(model, options).run();
}

}  // namespace stargate::lp
