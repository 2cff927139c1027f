#include "risk/futures.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <format>
#include <numeric>

#include "base/sha256.h"
#include "base/state_file.h"
#include "base/workers.h"
#include "stochastic/sensitivity.h"

namespace stargate::risk {

namespace {

using stochastic::Sampler;

/// Futures of one file of a store: enough to be worth a file, few enough to be done again.
constexpr std::size_t part_size = 200;
constexpr StateFormat format{"futures", 1};

std::string digest_of_run(const FutureOptions& o, const Layout& layout) {
  const bool depends_on_count = o.sampling == stochastic::Sampling::latin_hypercube;
  return sha256(std::format("{} {} {} {} {} {}", o.digest, o.seed, static_cast<int>(o.sampling), o.replicates, layout.size(), depends_on_count ? o.count : 0));
}

std::filesystem::path part_file(const std::filesystem::path& store, std::size_t part) { return store / std::format("futures_{:06}.state", part); }

/// A part that is there, or nothing: a damaged one is made again, one of another run is refused.
std::vector<std::vector<double>> read_part(const FutureOptions& o, const Layout& layout, std::size_t part) {
  const auto file = part_file(o.store, part);
  std::vector<std::vector<double>> rows;
  if (o.store.empty() || !std::filesystem::exists(file)) return rows;
  read_state_of(file, format, digest_of_run(o, layout), rows);
  for (const auto& r : rows)
    if (r.size() != layout.size()) return {};
  return rows;
}

}  // namespace

FutureSet run_futures(const PlanModel& model, const FutureOptions& options) {
  FutureSet set;
  set.replicates = options.replicates;
  const auto& layout = model.layout();
  const Sampler sampler(options.sampling, options.seed, options.count, options.replicates);
  const std::size_t parts = (options.count + part_size - 1) / part_size;
  const auto size_of = [&](std::size_t part) { return std::min(options.count, (part + 1) * part_size) - part * part_size; };
  std::vector<std::vector<std::vector<double>>> rows(parts);  // [part][future of it]

  // A part: what the store has of it, the rest anew; kept if there is a store. Stopped: nothing.
  const auto make = [&](std::size_t part) {
    auto mine = read_part(options, layout, part);
    const std::size_t had = mine.size(), known = std::min(had, size_of(part));
    mine.resize(std::max(had, size_of(part)));
    std::vector<std::uint8_t> made(mine.size(), 0);
    parallel_for(size_of(part) - known, options.threads, [&](std::size_t i) {
      if (options.should_stop && options.should_stop()) return;
      const std::size_t n = known + i;
      const Draws draws(model.streams(), sampler, part * part_size + n);
      mine[n] = model.future(model.drawn(draws), &draws);
      made[n] = 1;
    });
    std::size_t good = known;
    while (good < size_of(part) && made[good]) ++good;
    mine.resize(std::max(good, std::min(had, good == known ? had : good)));
    if (!options.store.empty() && good > had) write_state_of(part_file(options.store, part), format, digest_of_run(options, layout), mine);
    mine.resize(good);
    return std::pair{std::move(mine), known};
  };
  const auto work = [&](std::size_t part) {
    const auto [mine, known] = make(part);
    std::vector<double> flat;
    for (const auto& r : mine) flat.insert(flat.end(), r.begin(), r.end());
    if (mine.size() < size_of(part)) return std::vector<double>{};
    flat.push_back(static_cast<double>(known));
    return flat;
  };
  std::size_t done = 0;
  const auto take = [&](std::size_t part, std::vector<double> flat) {
    set.taken += static_cast<std::size_t>(flat.back());
    for (std::size_t n = 0; n < size_of(part); ++n)
      rows[part].emplace_back(flat.begin() + static_cast<std::ptrdiff_t>(n * layout.size()), flat.begin() + static_cast<std::ptrdiff_t>((n + 1) * layout.size()));
    if (options.on_progress) options.on_progress(static_cast<double>(++done) / static_cast<double>(parts));
  };
  if (options.ranks) {
    options.ranks->share(parts, work, take);
  } else {
    for (std::size_t part = 0; part < parts; ++part) {
      auto flat = work(part);
      if (flat.empty()) break;
      take(part, std::move(flat));
    }
  }
  for (auto& part : rows) {
    if (part.empty()) {
      set.whole = false;
      break;
    }
    for (auto& r : part) set.row.push_back(std::move(r));
  }
  return set;
}

std::vector<double> column(const FutureSet& set, std::size_t place) {
  std::vector<double> out;
  out.reserve(set.row.size());
  for (const auto& r : set.row) out.push_back(r[place]);
  return out;
}

double quantile_of(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double at = share * static_cast<double>(values.size() - 1);
  const auto i = static_cast<std::size_t>(at);
  const double next = values[std::min(i + 1, values.size() - 1)];
  // Between a day and never there is nothing.
  if (next >= far_day || values[i] >= far_day) return at - static_cast<double>(i) > 0.5 ? next : values[i];
  return values[i] + (at - static_cast<double>(i)) * (next - values[i]);
}

Spread spread_of(const FutureSet& set, std::size_t place) {
  const auto values = column(set, place);
  const auto mean = stochastic::estimate_mean(values, std::min(set.replicates, values.size()));
  return {quantile_of(values, 0.1), quantile_of(values, 0.5), quantile_of(values, 0.9), mean.mean, mean.low, mean.high};
}

Chance chance_of(const FutureSet& set, std::size_t place, const std::function<bool(double)>& holds) {
  std::vector<double> values;
  for (const auto& r : set.row) values.push_back(holds(r[place]) ? 1 : 0);
  const auto e = stochastic::estimate_mean(values, std::min(set.replicates, values.size()));
  // Where all sets agree their spread tells nothing: Wilson's interval for independent draws then.
  const double n = static_cast<double>(values.size()), z = 1.96, z2 = z * z;
  const double middle = (e.mean + z2 / (2 * n)) / (1 + z2 / n), reach = z / (1 + z2 / n) * std::sqrt(e.mean * (1 - e.mean) / n + z2 / (4 * n * n));
  const bool spread = e.standard_error > 0 && std::isfinite(e.standard_error);
  return {e.mean, std::clamp(spread ? e.low : middle - reach, 0.0, 1.0), std::clamp(spread ? e.high : middle + reach, 0.0, 1.0)};
}

std::vector<std::vector<Driver>> drivers(const PlanModel& model, const std::vector<Figure>& figures, std::size_t points, const FutureOptions& options) {
  const auto& streams = model.streams();
  const std::size_t groups = streams.groups.size();
  const Sampler a(options.sampling, options.seed, points), b(options.sampling, options.seed ^ 0x9e3779b97f4a7c15ULL, points);
  // [figure][matrix: A, B, then A with each group from B][point]
  std::vector<std::vector<std::vector<double>>> value(figures.size(), std::vector<std::vector<double>>(groups + 2, std::vector<double>(points)));
  constexpr std::size_t unit = 16;  // points of a part
  const std::size_t parts = (points + unit - 1) / unit, width = figures.size() * (groups + 2);
  const auto work = [&](std::size_t part) {
    const std::size_t first = part * unit, count = std::min(points, first + unit) - first;
    std::vector<double> flat(count * width);
    std::atomic<bool> stopped{false};
    parallel_for(count, options.threads, [&](std::size_t i) {
      for (std::size_t k = 0; k < groups + 2 && !stopped; ++k) {
        if (options.should_stop && options.should_stop()) stopped = true;
        const Draws draws(streams, k == 1 ? b : a, first + i, k >= 2 ? &b : nullptr, static_cast<int>(k) - 2);
        const auto row = model.future(model.drawn(draws), &draws);
        for (std::size_t f = 0; f < figures.size(); ++f) flat[i * width + f * (groups + 2) + k] = row[model.layout().figure(figures[f])];
      }
    });
    return stopped ? std::vector<double>{} : flat;
  };
  std::size_t taken = 0;
  const auto take = [&](std::size_t part, std::vector<double> flat) {
    ++taken;
    for (std::size_t i = 0; i * width < flat.size(); ++i)
      for (std::size_t f = 0; f < figures.size(); ++f)
        for (std::size_t k = 0; k < groups + 2; ++k) value[f][k][part * unit + i] = flat[i * width + f * (groups + 2) + k];
    if (options.on_progress) options.on_progress(static_cast<double>(taken) / static_cast<double>(parts));
  };
  if (options.ranks) {
    options.ranks->share(parts, work, take);
  } else {
    for (std::size_t part = 0; part < parts; ++part) {
      auto flat = work(part);
      if (flat.empty()) break;
      take(part, std::move(flat));
    }
  }
  std::vector<std::vector<Driver>> out;
  if (taken < parts) return out;
  for (std::size_t f = 0; f < figures.size(); ++f) {
    const std::vector<std::vector<double>> mixed(value[f].begin() + 2, value[f].end());
    const auto indices = stochastic::sobol_indices(value[f][0], value[f][1], mixed, 200, options.seed);
    std::vector<Driver> list;
    for (std::size_t g = 0; g < groups; ++g)
      list.push_back({streams.groups[g], indices.first[g].value, indices.first[g].low, indices.first[g].high, indices.total[g].value, indices.total[g].low,
                      indices.total[g].high});
    std::ranges::stable_sort(list, std::greater{}, &Driver::total);
    out.push_back(std::move(list));
  }
  return out;
}

std::vector<WorstCause> worst_causes(const Layout& layout, const FutureSet& set, Figure figure) {
  const auto values = column(set, layout.figure(figure));
  const bool more_is_better = name_of(figure).more_is_better;
  const double edge = quantile_of(values, more_is_better ? 0.1 : 0.9);
  std::vector<double> worst;
  for (const double v : values) worst.push_back((more_is_better ? v <= edge : v >= edge) ? 1 : 0);
  const double count = std::accumulate(worst.begin(), worst.end(), 0.0);
  std::vector<WorstCause> out;
  for (std::size_t f = 0; f < layout.causes.size(); ++f) {
    const auto cause = column(set, layout.cause(f));
    double sum = 0;
    for (std::size_t n = 0; n < cause.size(); ++n) sum += worst[n] * cause[n];
    out.push_back({layout.causes[f], count > 0 ? sum / count : 0, stochastic::given_data_index(cause, worst, 0).value});
  }
  std::ranges::stable_sort(out, std::greater{}, [](const WorstCause& c) { return std::abs(c.mean); });
  return out;
}

}  // namespace stargate::risk
