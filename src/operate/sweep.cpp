#include "operate/sweep.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/csv.h"
#include "base/text.h"
#include "base/workers.h"
#include "operate/chart.h"

namespace stargate::operate {

namespace {

struct Measure {
  std::string name;
  double (*of)(const Result&);
};
const std::vector<Measure>& measures() {
  static const std::vector<Measure> all{
      {"goodput", [](const Result& r) { return r.goodput; }},
      {"ettr", [](const Result& r) { return r.ettr; }},
      {"utilisation", [](const Result& r) { return r.utilisation; }},
      {"mean_wait_s", [](const Result& r) { return r.all.mean_wait_s; }},
      {"mean_bounded_slowdown", [](const Result& r) { return r.all.mean_bounded_slowdown; }},
      {"mean_jct_s", [](const Result& r) { return r.all.mean_jct_s; }},
      {"productive_gpu_hours", [](const Result& r) { return r.gpu_hours(Use::productive); }},
      {"lost_gpu_hours", [](const Result& r) { return r.gpu_hours(Use::lost); }},
      {"curtailed_gpu_hours", [](const Result& r) { return r.gpu_hours(Use::curtailed); }},
      {"facility_mwh", [](const Result& r) { return r.energy.facility_mwh; }},
      {"effective_pflops", [](const Result& r) { return r.delivery.delivered_pflops(); }},
      {"p95_wait_s", [](const Result& r) { return r.all.p95_wait_s; }},
      {"energy_usd", [](const Result& r) { return r.energy.energy_usd; }},
      {"productive_gpu_hours_per_mwh", [](const Result& r) { return r.goodput_gpu_hours_per_mwh; }},
      {"stranded_mwh", [](const Result& r) { return r.energy.stranded_mwh; }},
      {"total_usd", [](const Result& r) { return r.total_usd; }},
      {"usd_per_productive_gpu_hour", [](const Result& r) { return r.usd_per_productive_gpu_hour; }},
      {"hours_over_limit", [](const Result& r) { return static_cast<double>(r.energy.over_s) / 3600; }},
      {"never_start_jobs", [](const Result& r) { return static_cast<double>(r.never_start); }},
      {"unfinished_jobs", [](const Result& r) { return static_cast<double>(r.unfinished); }},
      {"late_jobs", [](const Result& r) { return static_cast<double>(r.counters.late); }},
  };
  return all;
}

/// Quantile of Student's t by its series in 1 / degrees (Cornish-Fisher; within 0.5 % from three degrees on), exact for one and two.
double student_t(double level, double degrees) {
  const double p = 0.5 + level / 2;
  if (degrees == 1) return std::tan(3.14159265358979323846 * (p - 0.5));
  if (degrees == 2) return (2 * p - 1) * std::sqrt(2 / (1 - (2 * p - 1) * (2 * p - 1)));
  double z = 1.5;  // the normal quantile, by Newton's rule
  for (int i = 0; i < 50; ++i) z -= (0.5 * std::erfc(-z / std::sqrt(2.0)) - p) / (std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846));
  const double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees * degrees) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees * degrees * degrees);
}

double number_of(const Sweep& sweep, const std::string& text) {
  const auto value = parse_number(text);
  if (!value || *value < 0) throw InputError({"--over " + sweep.parameter, 0, 0}, "'" + text + "' is no value for it", "allowed: a number from 0");
  return *value;
}

}  // namespace

double measure_of(const Result& result, const std::string& name) {
  for (const Measure& m : measures())
    if (m.name == name) return m.of(result);
  throw std::logic_error("no measure " + name);
}

Result run_case(const SweepCase& base, std::size_t seed, const std::function<bool()>& stop) {
  SweepCase c = base;
  c.scenario.seed += seed;
  c.mix_options.seed += seed;
  c.scenario.record_events = c.scenario.record_intervals = false;
  if (!c.fixed_workload) c.workload = make_mix(c.mix, c.fleet, c.mix_options), c.workload.unix_start = c.mix_unix_start;
  Engine engine(c.fleet, c.workload, c.scenario);
  if (!engine.run([&](const Engine&) { return !stop || !stop(); })) throw Stopped();
  return summarise(engine, c.fleet, c.workload, c.scenario);
}

namespace {

void apply(SweepCase& c, const Sweep& sweep, const std::string& text) {
  if (sweep.parameter == "policy") {
    c.scenario.policy = text;
    make_policy(text);
    return;
  }
  const double value = number_of(sweep, text);
  const auto from = [&](double least) {
    if (value < least) throw InputError({"--over " + sweep.parameter, 0, 0}, "'" + text + "' is no value for it", "allowed: a number from " + shortest(least));
  };
  if (sweep.parameter == "checkpoint-interval") from(1);
  if (sweep.parameter == "load") from(1e-6);
  if (sweep.parameter == "chip-cap") from(1);
  if (sweep.parameter == "checkpoint-interval") c.scenario.checkpointing.rule = CheckpointRule::fixed, c.scenario.checkpointing.interval_s = value;
  else if (sweep.parameter == "checkpoint-write") c.scenario.checkpointing.write_s = value, c.scenario.checkpointing.gb_per_gpu = 0;
  else if (sweep.parameter == "restart") c.scenario.checkpointing.restart_s = value;
  else if (sweep.parameter == "spares")
    for (Pool& pool : c.fleet.pools) pool.spare_nodes = std::min(pool.nodes, static_cast<Id>(value));
  else if (sweep.parameter == "cap") {
    c.scenario.power.on = true;
    for (Site& site : c.fleet.sites) site.grid_mw = value;
    for (SiteSignals& signals : c.scenario.signals) signals.limit_mw.clear();
  } else if (sweep.parameter == "chip-cap") c.scenario.power.on = true, c.scenario.power.chip_cap_w = value;
  else if (sweep.parameter == "failure-factor")
    for (FailureClass& f : c.scenario.failures) f.per_unit_hour *= value;
  else if (sweep.parameter == "load") c.mix_options.load = value;
}

}  // namespace

const std::vector<std::string>& sweep_parameters() {
  static const std::vector<std::string> all{"checkpoint-interval", "checkpoint-write", "restart", "spares", "cap", "chip-cap", "failure-factor", "load", "policy"};
  return all;
}

const std::vector<std::string>& sweep_measures() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const Measure& m : measures()) names.push_back(m.name);
    return names;
  }();
  return all;
}

Sweep parse_sweep(const std::string& text) {
  const std::size_t equals = text.find('=');
  Sweep sweep{text.substr(0, equals), {}};
  if (std::ranges::find(sweep_parameters(), sweep.parameter) == sweep_parameters().end())
    throw InputError({"--over", 0, 0}, "'" + sweep.parameter + "' is no parameter to sweep", name_hint(sweep.parameter, sweep_parameters()));
  if (equals == text.npos || equals + 1 == text.size()) throw InputError({"--over", 0, 0}, "no values for " + sweep.parameter, "write " + sweep.parameter + "=A,B,C or " + sweep.parameter + "=LOW:HIGH:COUNT");
  const std::string values = text.substr(equals + 1);
  if (const auto span = split(values, ':'); span.size() == 3) {
    const double low = number_of(sweep, std::string(span[0])), high = number_of(sweep, std::string(span[1])), count = number_of(sweep, std::string(span[2]));
    if (count < 2 || count > 1000 || count != std::floor(count)) throw InputError({"--over", 0, 0}, "'" + std::string(span[2]) + "' is no count of values", "allowed: 2 to 1000");
    for (int i = 0; i < count; ++i) sweep.values.push_back(shortest(low + (high - low) * i / (count - 1)));
  } else {
    for (const auto value : split(values, ',')) sweep.values.emplace_back(trim(value));
  }
  if (sweep.parameter != "policy") std::ranges::sort(sweep.values, {}, [&](const std::string& value) { return number_of(sweep, value); });
  return sweep;
}

Band confidence_band(const std::vector<double>& values, double level) {
  Band band;
  const double n = static_cast<double>(values.size());
  if (values.empty()) return band;
  for (const double v : values) band.mean += v / n;
  band.low = band.high = band.mean;
  if (values.size() < 2) return band;
  double squares = 0;
  for (const double v : values) squares += (v - band.mean) * (v - band.mean);
  const double half = student_t(level, n - 1) * std::sqrt(squares / (n - 1) / n);
  band.low -= half;
  band.high += half;
  return band;
}

std::vector<SweepPoint> run_sweep(const SweepCase& base, const std::vector<Sweep>& sweeps, std::size_t seeds, unsigned threads, const std::function<void(double)>& progress,
                                  const std::function<bool()>& stop) {
  std::vector<SweepPoint> points{{}};
  for (const Sweep& sweep : sweeps) {
    std::vector<SweepPoint> more;
    for (const SweepPoint& point : points)
      for (const std::string& value : sweep.values) {
        more.push_back(point);
        more.back().values.push_back(value);
      }
    points = std::move(more);
  }
  for (SweepPoint& point : points) point.runs.resize(seeds);
  std::atomic<std::size_t> finished{0};
  parallel_for(points.size() * seeds, threads, [&](std::size_t i) {
    SweepPoint& point = points[i / seeds];
    SweepCase c = base;
    for (std::size_t s = 0; s < sweeps.size(); ++s) apply(c, sweeps[s], point.values[s]);
    point.runs[i % seeds] = run_case(c, i % seeds, stop);
    if (progress) progress(static_cast<double>(++finished) / static_cast<double>(points.size() * seeds));
  });
  for (SweepPoint& point : points)
    for (const Measure& measure : measures()) {
      std::vector<double> values;
      for (const Result& run : point.runs) values.push_back(measure.of(run));
      point.measures.push_back(confidence_band(values));
    }
  return points;
}

std::string sweep_csv(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points) {
  std::vector<std::string> header;
  for (const Sweep& sweep : sweeps) header.push_back(sweep.parameter);
  for (const Measure& m : measures())
    for (const char* part : {"", "_low", "_high"}) header.push_back(m.name + part);
  CsvWriter csv(header);
  for (const SweepPoint& point : points) {
    for (const std::string& value : point.values) csv << value;
    for (const Band& band : point.measures) csv << band.mean << band.low << band.high;
  }
  return csv.text();
}

std::string sweep_svg(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points, const std::string& measure) {
  const auto at = std::ranges::find(sweep_measures(), measure);
  if (at == sweep_measures().end()) throw InputError({"--measure", 0, 0}, "'" + measure + "' is no measure", name_hint(measure, sweep_measures()));
  const std::size_t m = static_cast<std::size_t>(at - sweep_measures().begin());
  const std::size_t inner = sweeps.size() > 1 ? sweeps[1].values.size() : 1;
  std::vector<double> x;
  for (std::size_t i = 0; i < sweeps[0].values.size(); ++i) x.push_back(parse_number(sweeps[0].values[i]).value_or(static_cast<double>(i)));
  std::vector<Series> series(inner);
  for (std::size_t p = 0; p < points.size(); ++p) {
    Series& s = series[p % inner];
    s.name = inner > 1 ? sweeps[1].parameter + " " + points[p].values[1] : measure;
    const Band& band = points[p].measures[m];
    s.y.push_back(band.mean), s.low.push_back(std::max(0.0, band.low)), s.high.push_back(band.high);
  }
  const bool wide = x.front() > 0 && x.back() / x.front() > 20;
  return lines({.title = measure + " by " + sweeps[0].parameter + " (mean and 95 % band)", .x_label = sweeps[0].parameter, .y_label = measure, .log_x = wide}, x, series);
}

}  // namespace stargate::operate
