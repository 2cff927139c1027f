#include "adequacy/simulate.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>

#include "adequacy/dispatch.h"
#include "adequacy/outages.h"
#include "base/workers.h"

namespace stargate::adequacy {

namespace {

constexpr double z95 = 1.959963984540054;

/// Sums over one area's or the system's year.
struct AreaYear {
  double hours = 0, peak_days = 0, eue_mwh = 0;
};

/// What a block of years came to; blocks are the same for any number of threads and are added up in their order.
struct Block {
  std::vector<YearSample> years;
  std::vector<std::vector<AreaYear>> areas;  ///< [area][year]
  std::vector<Dispatch::FlexibleYear> flexible;
  std::vector<std::int64_t> budgets_spent, flexible_years;
  std::vector<std::int64_t> short_steps;  ///< by step
  std::vector<double> short_mwh;
};

class Simulator {
 public:
  Simulator(const System& system, const SimulationOptions& options)
      : s_(system), options_(options), remembers_(!system.storages.empty() || std::ranges::any_of(system.flexible, [](const auto& f) { return f.curtailable_share > 0; })) {
    const std::size_t areas = s_.areas.size();
    margin_ = s_.load_mw;
    std::vector<double> total(s_.steps(), 0);
    for (std::size_t a = 0; a < areas; ++a) {
      for (std::size_t t = 0; t < s_.steps(); ++t) total[t] += s_.load_mw[a][t];
      peak_.push_back(marks(daily_peaks(s_, s_.load_mw[a])));
      for (double& mw : margin_[a]) mw = -mw;
    }
    system_peak_ = marks(daily_peaks(s_, total));
    for (const auto& u : s_.units)
      for (std::size_t t = 0; t < s_.steps(); ++t) margin_[u.area][t] += s_.capacity(u, t);
    for (const auto& f : s_.flexible)
      for (double& mw : margin_[f.area]) mw -= f.load_mw;
  }

  Block block(std::int64_t first, std::int64_t last) const {
    Block out;
    out.areas.resize(s_.areas.size());
    out.flexible.resize(s_.flexible.size());
    out.budgets_spent.assign(s_.flexible.size(), 0);
    if (options_.by_step) {
      out.short_steps.assign(s_.steps(), 0);
      out.short_mwh.assign(s_.steps(), 0);
    }
    Year year(*this);
    for (std::int64_t i = first; i < last; ++i) year.run(i, out);
    return out;
  }

 private:
  std::vector<bool> marks(const std::vector<std::size_t>& steps) const {
    std::vector<bool> out(s_.steps(), false);
    for (const auto t : steps) out[t] = true;
    return out;
  }

  /// The working space of one thread.
  class Year {
   public:
    explicit Year(const Simulator& simulator)
        : sim_(simulator), s_(simulator.s_), dispatch_(s_), margin_(s_.areas.size()), now_(s_.areas.size()), short_(now_),
          tie_out_(s_.ties.size()), storage_out_(s_.storages.size()), tie_up_(s_.ties.size(), true), storage_up_(s_.storages.size(), true) {}

    void run(std::int64_t sample, Block& block) {
      const auto w = static_cast<std::size_t>(sample) % s_.years();
      begin_ = s_.year_begins[w];
      end_ = s_.year_end(w);
      draw(static_cast<std::uint64_t>(sample));
      sum_ = {};
      of_area_.assign(s_.areas.size(), {});
      last_short_ = last_day_ = static_cast<std::size_t>(-1);
      if (sim_.remembers_) dispatch_.begin_year();
      for (std::size_t t = begin_; t < end_; ++t) {
        bool any = false;
        for (const auto& margin : margin_) any |= margin[t - begin_] < -negligible_mw;
        if (!any && (!sim_.remembers_ || dispatch_.idle())) continue;
        step(t, block);
      }
      block.years.push_back(sum_);
      for (std::size_t a = 0; a < of_area_.size(); ++a) block.areas[a].push_back(of_area_[a]);
      if (!sim_.remembers_) return;
      dispatch_.end_year();
      for (std::size_t f = 0; f < s_.flexible.size(); ++f) {
        const auto& from = dispatch_.flexible()[f];
        auto& to = block.flexible[f];
        to.off_mwh += from.off_mwh;
        to.made_good_mwh += from.made_good_mwh;
        to.lost_mwh += from.lost_mwh;
        to.hours += from.hours;
        block.budgets_spent[f] += from.spent ? 1 : 0;
      }
    }

   private:
    /// Margins of this year: those with everything there, less what is out.
    void draw(std::uint64_t sample) {
      const std::size_t steps = end_ - begin_;
      change_.assign(s_.areas.size(), std::vector<double>());
      for (std::size_t a = 0; a < s_.areas.size(); ++a) change_[a].assign(steps + 1, 0);
      for (const auto& u : s_.units)
        sample_outages(u.outages, random_of(sim_.options_.seed, u.name, sample), begin_, end_, [&](std::size_t from, std::size_t to) {
          auto& change = change_[u.area];
          if (u.profile < 0) {
            change[from - begin_] -= u.capacity_mw;
            change[to - begin_] += u.capacity_mw;
            return;
          }
          for (std::size_t t = from; t < to; ++t) {
            change[t - begin_] -= s_.capacity(u, t);
            change[t + 1 - begin_] += s_.capacity(u, t);
          }
        });
      for (std::size_t a = 0; a < s_.areas.size(); ++a) {
        margin_[a].resize(steps);
        double out = 0;
        for (std::size_t t = 0; t < steps; ++t) {
          out += change_[a][t];
          margin_[a][t] = sim_.margin_[a][begin_ + t] + out;
        }
      }
      const auto draw_all = [&](const auto& list, auto& runs) {
        for (std::size_t i = 0; i < list.size(); ++i) {
          runs[i].assign(list[i].outages.never() ? 0 : steps, false);
          sample_outages(list[i].outages, random_of(sim_.options_.seed, list[i].name, sample), begin_, end_, [&](std::size_t from, std::size_t to) {
            std::fill(runs[i].begin() + static_cast<std::ptrdiff_t>(from - begin_), runs[i].begin() + static_cast<std::ptrdiff_t>(to - begin_), true);
          });
        }
      };
      draw_all(s_.ties, tie_out_);
      draw_all(s_.storages, storage_out_);
    }

    void step(std::size_t t, Block& block) {
      for (std::size_t a = 0; a < now_.size(); ++a) now_[a] = margin_[a][t - begin_];
      for (std::size_t i = 0; i < tie_up_.size(); ++i) tie_up_[i] = tie_out_[i].empty() || !tie_out_[i][t - begin_];
      for (std::size_t i = 0; i < storage_up_.size(); ++i) storage_up_[i] = storage_out_[i].empty() || !storage_out_[i][t - begin_];
      dispatch_.step(t, now_, tie_up_, storage_up_, short_);
      const double h = s_.step_hours;
      double mw = 0;
      for (std::size_t a = 0; a < short_.size(); ++a) {
        if (short_[a] <= negligible_mw) continue;
        mw += short_[a];
        of_area_[a].hours += h;
        of_area_[a].eue_mwh += short_[a] * h;
        if (sim_.peak_[a][t]) of_area_[a].peak_days += 1;
      }
      if (mw <= 0) return;
      sum_.hours += h;
      sum_.eue_mwh += mw * h;
      if (sim_.system_peak_[t]) sum_.peak_days += 1;
      if (last_short_ == static_cast<std::size_t>(-1) || last_short_ + 1 != t) sum_.events += 1;
      last_short_ = t;
      if (const std::size_t day = (t - begin_) / s_.steps_a_day(); day != last_day_) {
        sum_.days += 1;
        last_day_ = day;
      }
      if (sim_.options_.by_step) {
        block.short_steps[t] += 1;
        block.short_mwh[t] += mw * h;
      }
    }

    const Simulator& sim_;
    const System& s_;
    Dispatch dispatch_;
    std::size_t begin_ = 0, end_ = 0, last_short_ = 0, last_day_ = 0;
    std::vector<std::vector<double>> margin_, change_;
    std::vector<double> now_, short_;
    std::vector<std::vector<bool>> tie_out_, storage_out_;
    std::vector<bool> tie_up_, storage_up_;
    YearSample sum_;
    std::vector<AreaYear> of_area_;
  };

  const System& s_;
  const SimulationOptions& options_;
  bool remembers_;
  std::vector<std::vector<double>> margin_;  ///< [area][step], with everything there
  std::vector<std::vector<bool>> peak_;
  std::vector<bool> system_peak_;
};

/// Mean and its interval over samples that take the weather years in turn: the variance is that within weather years,
/// since each has its fixed share.
Estimate estimate(const std::vector<double>& values, std::size_t strata) {
  const double n = static_cast<double>(values.size());
  Estimate out;
  out.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double variance = 0;
  const bool stratified = values.size() >= 2 * strata;
  const std::size_t groups = stratified ? strata : 1;
  for (std::size_t g = 0; g < groups; ++g) {
    double sum = 0, squares = 0, count = 0;
    for (std::size_t i = g; i < values.size(); i += groups) sum += values[i], count += 1;
    if (count < 2) continue;
    for (std::size_t i = g; i < values.size(); i += groups) squares += (values[i] - sum / count) * (values[i] - sum / count);
    variance += count / n * (count / n) * squares / (count - 1) / count;
  }
  const double half = z95 * std::sqrt(variance);
  out.low = std::max(0.0, out.mean - half);
  out.high = out.mean + half;
  return out;
}

double quantile(std::vector<double> values, double share) {
  const auto at = static_cast<std::size_t>(std::min(std::ceil(share * static_cast<double>(values.size())), static_cast<double>(values.size()))) - 1;
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
  return values[at];
}

/// Mean of the worst 1 - share of the values, the one at the border with the part of it that belongs there.
double tail_mean(std::vector<double> values, double share) {
  std::ranges::sort(values, std::greater{});
  const double count = (1 - share) * static_cast<double>(values.size());
  double left = count, sum = 0;
  for (std::size_t i = 0; i < values.size() && left > 1e-12; ++i) {
    const double part = std::min(1.0, left);
    sum += part * values[i];
    left -= part;
  }
  return sum / count;
}

template <class Part>
std::vector<double> column(const std::vector<YearSample>& years, Part part) {
  std::vector<double> out;
  for (const auto& y : years) out.push_back(y.*part);
  return out;
}

void sum_up(const System& s, const std::vector<Block>& blocks, const SimulationOptions& options, Simulation& out) {
  auto& a = out.answer;
  const std::size_t strata = s.years();
  for (const auto& block : blocks) out.years.insert(out.years.end(), block.years.begin(), block.years.end());
  a.samples = static_cast<std::int64_t>(out.years.size());
  const double n = static_cast<double>(a.samples);
  a.system = {estimate(column(out.years, &YearSample::hours), strata), estimate(column(out.years, &YearSample::peak_days), strata),
              estimate(column(out.years, &YearSample::eue_mwh), strata)};
  a.days_with_shortfall = estimate(column(out.years, &YearSample::days), strata);
  a.events = estimate(column(out.years, &YearSample::events), strata);
  if (a.events.mean > 0) {
    a.mean_event_hours = a.system.lolh.mean / a.events.mean;
    a.mean_event_mwh = a.system.eue_mwh.mean / a.events.mean;
  }
  const auto eue = column(out.years, &YearSample::eue_mwh);
  a.share_of_years = static_cast<double>(std::ranges::count_if(eue, [](double e) { return e > 0; })) / n;
  a.eue_p90_mwh = quantile(eue, 0.9);
  a.eue_p99_mwh = quantile(eue, 0.99);
  a.eue_cvar95_mwh = tail_mean(eue, 0.95);
  a.eue_worst_mwh = std::ranges::max(eue);
  for (std::size_t area = 0; area < s.areas.size(); ++area) {
    std::vector<double> hours, days, energy;
    for (const auto& block : blocks)
      for (const auto& y : block.areas[area]) hours.push_back(y.hours), days.push_back(y.peak_days), energy.push_back(y.eue_mwh);
    a.areas.push_back({{estimate(hours, strata), estimate(days, strata), estimate(energy, strata)}, s.areas[area]});
  }
  for (std::size_t w = 0; w < strata; ++w) {
    std::vector<double> own;
    for (std::size_t i = w; i < eue.size(); i += strata) own.push_back(eue[i]);
    if (!own.empty()) a.eue_by_weather_year.push_back(estimate(own, 1));
  }
  double demand = 0;
  for (const auto& load : s.load_mw) demand += std::accumulate(load.begin(), load.end(), 0.0);
  for (const auto& f : s.flexible) demand += f.load_mw * static_cast<double>(s.steps());
  a.load_mwh = demand * s.step_hours / static_cast<double>(s.years());
  a.neue_ppm = a.load_mwh > 0 ? a.system.eue_mwh.mean / a.load_mwh * 1e6 : 0;
  for (std::size_t f = 0; f < s.flexible.size(); ++f) {
    FlexibleMetrics m{s.flexible[f].name};
    for (const auto& block : blocks) {
      m.off_mwh += block.flexible[f].off_mwh / n;
      m.made_good_mwh += block.flexible[f].made_good_mwh / n;
      m.lost_mwh += block.flexible[f].lost_mwh / n;
      m.hours += block.flexible[f].hours / n;
      m.budget_spent_share += static_cast<double>(block.budgets_spent[f]) / n;
    }
    a.flexible.push_back(m);
  }
  if (options.by_step) {
    a.lolp.assign(s.steps(), 0);
    a.eue_by_step.assign(s.steps(), 0);
    // Each step is in one weather year, which comes up in every strata-th sample.
    for (std::size_t w = 0; w < strata; ++w) {
      const double times = std::max(1.0, std::floor((n - static_cast<double>(w) + static_cast<double>(strata) - 1) / static_cast<double>(strata)));
      for (std::size_t t = s.year_begins[w]; t < s.year_end(w); ++t)
        for (const auto& block : blocks) {
          a.lolp[t] += static_cast<double>(block.short_steps[t]) / times;
          a.eue_by_step[t] += block.short_mwh[t] / times;
        }
    }
  }
  if (a.share_of_years == 0) a.notes.push_back(std::format("no shortfall in {} simulated years: the chance of a year with one is below {:.2g} (95 %)", a.samples, 3 / n));
}

}  // namespace

Simulation simulate(const System& system, const SimulationOptions& options) {
  check(system);
  const auto samples = std::max<std::int64_t>(options.samples, static_cast<std::int64_t>(system.years()));
  constexpr std::int64_t block_years = 20;
  const auto blocks = static_cast<std::size_t>((samples + block_years - 1) / block_years);
  const Simulator simulator(system, options);
  std::vector<Block> done;
  // Round by round, so that a stop comes between rounds and leaves the first so many years.
  const std::size_t round = std::max<std::size_t>(4, std::size_t{4} * options.threads);
  while (done.size() < blocks && !(options.should_stop && !done.empty() && options.should_stop())) {
    const std::size_t first = done.size(), count = std::min(round, blocks - first);
    done.resize(first + count);
    parallel_for(count, options.threads, [&](std::size_t i) {
      const auto from = static_cast<std::int64_t>(first + i) * block_years;
      done[first + i] = simulator.block(from, std::min(from + block_years, samples));
    });
    if (options.on_share) options.on_share(static_cast<double>(done.size()) / static_cast<double>(blocks));
  }
  Simulation out;
  out.answer.method = "sequential Monte Carlo";
  out.answer.finished = done.size() == blocks;
  sum_up(system, done, options, out);
  return out;
}

}  // namespace stargate::adequacy
