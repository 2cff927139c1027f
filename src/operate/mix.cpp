#include "operate/mix.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <numbers>

#include "base/diagnostics.h"
#include "base/random.h"
#include "base/text.h"

namespace stargate::operate {

std::vector<MixKind> default_mix() {
  std::vector<MixKind> kinds(4);
  kinds[0] = {.name = "frontier", .tenant = "frontier", .share = 0.45, .gpus_low = 8'192, .gpus_high = 131'072, .median_h = 20 * 24, .sigma = 0.5,
              .estimate_factor = 1.5, .priority = 10, .preemptible = false, .scales = false};
  kinds[1] = {.name = "research", .tenant = "research", .share = 0.25, .gpus_low = 64, .gpus_high = 4096, .median_h = 24, .sigma = 1.2,
              .min_width_share = 0.25, .moldable = true};
  kinds[2] = {.name = "fine-tune", .tenant = "product", .share = 0.05, .gpus_low = 8, .gpus_high = 512, .median_h = 6, .sigma = 1.0};
  kinds[3] = {.name = "inference", .tenant = "product", .share = 0.25, .gpus_low = 64, .gpus_high = 4096, .median_h = 24, .sigma = 0.5,
              .estimate_factor = 1.2, .daily_amplitude = 0.5, .power_share = 0.6, .priority = 5};  // what was served stays served
  return kinds;
}

namespace {

/// Installed slots over time, as steps.
struct Installed {
  std::vector<std::pair<Time, std::int64_t>> steps;
  std::int64_t most = 0;
  double slot_seconds = 0;

  Installed(const Fleet& fleet, Time end) {
    std::vector<std::pair<Time, std::int64_t>> changes;
    for (const Block& b : fleet.blocks) {
      const std::int64_t slots = std::int64_t{b.nodes} * fleet.slots_per_node(b.pool);
      if (b.installed < end) changes.emplace_back(std::max<Time>(0, b.installed), slots);
      if (b.removed < end) changes.emplace_back(b.removed, -slots);
    }
    std::ranges::sort(changes);
    std::int64_t now = 0;
    Time since = 0;
    for (const auto& [time, change] : changes) {
      slot_seconds += static_cast<double>(now) * static_cast<double>(time - since);
      since = time;
      now += change;
      most = std::max(most, now);
      if (!steps.empty() && steps.back().first == time) steps.back().second = now;
      else steps.emplace_back(time, now);
    }
    slot_seconds += static_cast<double>(now) * static_cast<double>(end - since);
  }
  std::int64_t at(Time time) const {
    const auto next = std::ranges::upper_bound(steps, time, {}, &std::pair<Time, std::int64_t>::first);
    return next == steps.begin() ? 0 : std::prev(next)->second;
  }
};

double mean_hours(const MixKind& k) { return k.median_h * std::exp(k.sigma * k.sigma / 2); }
double mean_log_uniform(double low, double high) { return high > low ? (high - low) / std::log(high / low) : low; }

}  // namespace

Workload make_mix(const std::vector<MixKind>& kinds, const Fleet& fleet, const MixOptions& options, std::vector<std::string>* notes) {
  const auto say = [&](std::string text) {
    if (notes != nullptr) notes->push_back(std::move(text));
  };
  const Time end = static_cast<Time>(options.days * 86400);
  const Installed installed(fleet, end);
  std::vector<std::int64_t> largest(fleet.partitions.size(), 0);
  Id per_node = 1;
  for (Id p = 0; p < fleet.pools.size(); ++p) {
    const Id open = fleet.pools[p].nodes - std::min(fleet.pools[p].nodes, fleet.pools[p].spare_nodes);
    const std::int64_t slots = std::int64_t{open} * fleet.slots_per_node(p);
    if (slots > largest[fleet.pools[p].partition]) largest[fleet.pools[p].partition] = slots;
    per_node = std::max(per_node, fleet.slots_per_node(p));
  }
  const Id partition = static_cast<Id>(std::ranges::max_element(largest) - largest.begin());
  const double most = static_cast<double>(largest.empty() ? 0 : largest[partition]);
  if (most < 1 || installed.most == 0) throw InputError({"mix", 0, 0}, "the fleet has no GPU in the time simulated");

  double shares = 0, count = 0, scaling = 0;
  std::vector<std::pair<double, double>> widths;
  for (const MixKind& k : kinds) {
    if (k.share < 0 || k.gpus_low <= 0 || k.gpus_high < k.gpus_low || k.median_h <= 0) throw InputError({"mix", 0, 0}, "kind '" + k.name + "': shares, widths and run times must be positive, and gpus_high at least gpus_low");
    const auto slots = [&](double gpus) { return std::max(1.0, gpus < 1 ? gpus * most : gpus * fleet.slots_per_gpu); };
    const double low = slots(k.gpus_low), high = slots(k.gpus_high);
    // A range is cut at what fits; a width below which no job of the kind goes is kept, and such jobs can never start.
    widths.emplace_back(low, std::max(low, std::min(high, most)));
    if (high > most && low <= most)
      say(std::format("kind '{}': widths end at {} GPUs, the largest pool's schedulable nodes, not at {}", k.name, shortest(std::floor(most / fleet.slots_per_gpu)), shortest(k.gpus_high)));
    shares += k.share;
  }
  if (shares <= 0) throw InputError({"mix", 0, 0}, "the shares of the mix add up to nothing");
  const double work_h = options.load * installed.slot_seconds / 3600;
  const auto expected = [&](std::size_t i) {
    return work_h * kinds[i].share / shares / (mean_log_uniform(widths[i].first, widths[i].second) * mean_hours(kinds[i]));
  };
  for (std::size_t i = 0; i < kinds.size(); ++i) (kinds[i].scales ? scaling : count) += expected(i);
  if (options.jobs > 0 && scaling > options.jobs - count) {
    const double factor = scaling / std::max(1.0, options.jobs - count);
    say(std::format("about {} jobs were asked for: widths of the kinds that scale are {:.3g} times what is described", shortest(options.jobs), factor));
    for (std::size_t i = 0; i < kinds.size(); ++i)
      if (kinds[i].scales) widths[i] = {std::min(most, widths[i].first * factor), std::min(most, widths[i].second * factor)};
  }

  Workload workload;
  workload.has_estimates = true;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const MixKind& k = kinds[i];
    Id tenant = 0;
    while (tenant < workload.tenants.size() && workload.tenants[tenant].name != k.tenant) ++tenant;
    if (tenant == workload.tenants.size()) workload.tenants.push_back({.name = k.tenant});
    const double peak_rate = expected(i) / installed.slot_seconds * static_cast<double>(installed.most) * (1 + k.daily_amplitude);
    if (peak_rate <= 0) continue;
    Random random(options.seed, 1000 + i);
    for (double time = random.exponential(1 / peak_rate); time < static_cast<double>(end); time += random.exponential(1 / peak_rate)) {
      const double hour = std::fmod(time / 3600, 24);
      const double shape = (1 + k.daily_amplitude * std::cos(2 * std::numbers::pi * (hour - 14) / 24)) / (1 + k.daily_amplitude);
      const double there = static_cast<double>(installed.at(static_cast<Time>(time))) / static_cast<double>(installed.most);
      const double keep = random.uniform(), width = random.uniform(), length = random.normal();
      if (keep >= shape * there) continue;
      Job job;
      job.submit = static_cast<Time>(time);
      job.partition = partition;
      job.tenant = tenant;
      job.kind = static_cast<std::uint8_t>(i);
      const double slots = widths[i].first * std::pow(widths[i].second / widths[i].first, width);
      job.gpus = static_cast<Id>(slots >= per_node ? std::floor(slots / per_node) * per_node : std::ceil(slots));
      const auto whole_nodes = [&](double share) { return static_cast<Id>(std::max(1.0, std::round(job.gpus * share / per_node)) * per_node); };
      job.min_gpus = k.min_width_share < 1 && job.gpus > per_node ? std::min(job.gpus, whole_nodes(k.min_width_share)) : job.gpus;
      job.max_gpus = k.max_width_share > 1 ? static_cast<Id>(std::min(most, static_cast<double>(whole_nodes(k.max_width_share)))) : job.gpus;
      job.run_s = std::max<std::int64_t>(60, std::llround(k.median_h * std::exp(k.sigma * length) * 3600));
      job.estimate_s = std::llround(static_cast<double>(job.run_s) * std::max(1.0, k.estimate_factor));
      if (k.deadline_factor > 0) job.deadline = job.submit + std::llround(k.deadline_factor * static_cast<double>(job.run_s));
      job.priority = static_cast<std::int16_t>(k.priority);
      job.preemptible = k.preemptible;
      job.elastic = k.elastic;
      job.moldable = k.moldable;
      job.checkpoints = k.checkpoints;
      job.power_share = static_cast<float>(k.power_share);
      job.scope = k.scope == "rack" ? Scope::rack : k.scope == "pod" ? Scope::pod : Scope::any;
      workload.jobs.push_back(job);
    }
  }
  std::ranges::stable_sort(workload.jobs, {}, &Job::submit);
  for (std::size_t j = 0; j < workload.jobs.size(); ++j) workload.jobs[j].line = static_cast<Id>(j + 1);
  return workload;
}

}  // namespace stargate::operate
