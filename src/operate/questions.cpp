#include "operate/questions.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <format>

#include "base/csv.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "operate/chart.h"
#include "operate/never.h"
#include "operate/power.h"
#include "operate/site_power.h"

namespace stargate::operate {

namespace {

struct Shown {
  std::string measure, name, unit;
  double scale;
  int digits;
};
const std::vector<Shown>& shown() {
  static const std::vector<Shown> all{{"productive_gpu_hours", "productive GPU-hours", "GPU-h", 1, 0},
                                      {"effective_pflops", "delivered", "PFLOP/s", 1, 1},
                                      {"goodput", "goodput", "%", 100, 3},
                                      {"mean_wait_s", "mean wait", "h", 1 / 3600.0, 3},
                                      {"p95_wait_s", "95 % wait", "h", 1 / 3600.0, 3},
                                      {"curtailed_gpu_hours", "curtailed", "GPU-h", 1, 0},
                                      {"lost_gpu_hours", "lost", "GPU-h", 1, 0},
                                      {"facility_mwh", "facility energy", "MWh", 1, 1},
                                      {"productive_gpu_hours_per_mwh", "goodput per MWh", "GPU-h/MWh", 1, 4},
                                      {"stranded_mwh", "stranded", "MWh", 1, 1},
                                      {"energy_usd", "energy", "USD", 1, 0},
                                      {"total_usd", "cost", "USD", 1, 0},
                                      {"hours_over_limit", "over a limit", "h", 1, 2},
                                      {"never_start_jobs", "jobs that never start", "", 1, 0},
                                      {"unfinished_jobs", "jobs not done", "", 1, 1}};
  return all;
}
constexpr const char* money = "cost less payments";

std::string verdict(double low, double high) {
  if (low == 0 && high == 0) return "the same";
  return low > 0 ? "more" : high < 0 ? "less" : "undecided";
}

/// Temperatures by the hour for the time of the run, whatever they were given as.
std::vector<double>& temperatures(SweepCase& c, Id site) {
  const std::size_t hours = static_cast<std::size_t>(c.scenario.horizon.value_or(86400 * 365) / 3600) + 2;
  if (c.scenario.signals.size() < c.fleet.sites.size()) c.scenario.signals.resize(c.fleet.sites.size());
  SiteSignals& s = c.scenario.signals[site];
  if (s.temperature_c.empty()) s.temperature_c.assign(hours, c.fleet.sites[site].temperature_c);
  while (s.temperature_c.size() < hours) s.temperature_c.push_back(s.temperature_c.back());
  return s.temperature_c;
}

Time end_of(const SweepCase& c) {
  if (c.scenario.horizon) return *c.scenario.horizon;
  return c.workload.jobs.empty() ? 0 : c.workload.jobs.back().submit + c.workload.jobs.back().run_s;
}

/// Starts of `calls` spans of whole hours at the dearest prices of the site, no two closer than a day.
std::vector<Time> dearest(const SweepCase& c, Id site, std::int64_t calls, std::int64_t hours) {
  const SitePower power(c.fleet, c.scenario);
  const Time from = (c.scenario.measure_from + 3599) / 3600, until = end_of(c) / 3600 - hours;
  std::vector<std::pair<double, Time>> spans;
  double low = 1e300, high = -1e300;
  for (Time h = from; h <= until; ++h) {
    double sum = 0;
    for (Time k = 0; k < hours; k += std::max<Time>(1, hours / 24)) sum += power.hour_at(site, (h + k) * 3600).price;
    low = std::min(low, sum), high = std::max(high, sum);
    spans.emplace_back(-sum, h);
  }
  std::vector<Time> starts;
  if (spans.empty()) return starts;
  if (high - low < 1e-9 * std::max(1.0, std::abs(high))) {
    for (std::int64_t k = 0; k < calls; ++k) {
      const Time day = (from + (until - from) * (2 * k + 1) / (2 * calls)) / 24;
      starts.push_back(std::clamp(day * 24 + 17, from, until) * 3600);
    }
  } else {
    std::ranges::sort(spans);
    for (const auto& [price, h] : spans) {
      if (static_cast<std::int64_t>(starts.size()) == calls) break;
      if (std::ranges::all_of(starts, [&](Time s) { return std::abs(s / 3600 - h) >= hours + 24; })) starts.push_back(h * 3600);
    }
  }
  std::ranges::sort(starts);
  return starts;
}

/// Units of an extent, each with its pool; and the name of what it is in.
struct Unit {
  Id pool, unit;
  std::string name;
  Id nodes;
};
std::vector<Unit> units_of(const Fleet& fleet, Extent extent, const std::string& of) {
  std::vector<Unit> all;
  const auto add = [&](Id pool, Id unit, const std::string& name) {
    if (!of.empty() && name != of) return;
    Id nodes = 0;
    for (const NodeRange& range : nodes_of(fleet, extent, pool, unit)) nodes += range.count;
    if (nodes > 0) all.push_back({pool, unit, name, nodes});
  };
  std::vector<std::string> names;
  if (extent == Extent::hall || extent == Extent::feed || extent == Extent::site) {
    const auto each = [&](const auto& list) {
      for (Id i = 0; i < list.size(); ++i) names.push_back(list[i].name), add(none, i, list[i].name);
    };
    if (extent == Extent::hall) each(fleet.halls);
    else if (extent == Extent::feed) each(fleet.feeds);
    else each(fleet.sites);
  } else {
    for (Id p = 0; p < fleet.pools.size(); ++p) {
      names.push_back(fleet.pools[p].name);
      for (Id u = 0; u < units(fleet, extent, p); ++u) add(p, u, fleet.pools[p].name);
    }
  }
  if (all.empty()) throw InputError({"--of", 0, 0}, "'" + of + "' is not in the fleet", name_hint(of, names));
  return all;
}

}  // namespace

QuestionAnswer answer(const Question& question, std::size_t seeds, unsigned threads, const std::function<void(double)>& progress,
                      const std::function<bool()>& stop) {
  const std::size_t n = question.variants.size();
  std::vector<std::vector<Result>> runs(n, std::vector<Result>(seeds));
  std::atomic<std::size_t> finished{0};
  parallel_for(n * seeds, threads, [&](std::size_t i) {
    runs[i / seeds][i % seeds] = run_case(question.variants[i / seeds].run, i % seeds, stop);
    if (progress) progress(static_cast<double>(++finished) / static_cast<double>(n * seeds));
  });
  QuestionAnswer out;
  const bool pays = std::ranges::any_of(question.variants, [](const Variant& v) { return v.payment_usd != 0; });
  for (std::size_t v = 0; v < n; ++v) {
    const auto compare = [&](const std::string& name, const std::string& unit, auto&& value) {
      std::vector<double> values, differences;
      for (std::size_t s = 0; s < seeds; ++s) {
        values.push_back(value(v, runs[v][s]));
        differences.push_back(values.back() - value(0, runs[0][s]));
      }
      const Band mean = confidence_band(values), band = confidence_band(differences);
      out.rows.push_back({question.variants[v].name, name, unit, mean.mean, band.mean, band.low, band.high, v == 0 ? "" : verdict(band.low, band.high)});
    };
    for (const Shown& s : shown()) compare(s.name, s.unit, [&](std::size_t, const Result& r) { return s.scale * measure_of(r, s.measure); });
    if (pays) compare(money, "USD", [&](std::size_t which, const Result& r) { return r.total_usd - question.variants[which].payment_usd; });
  }
  const auto row = [&](std::size_t v, const std::string& name) -> const Compared& {
    return *std::ranges::find_if(out.rows, [&](const Compared& c) { return c.variant == question.variants[v].name && c.measure == name; });
  };
  const std::string first = shown()[0].name;
  if (question.best) {
    std::size_t best = 0;
    for (std::size_t v = 1; v < n; ++v)
      if (row(v, first).mean > row(best, first).mean) best = v;
    out.best = question.variants[best].name;
    out.sentence = std::format("Most work is done with {}: {} productive GPU-hours", out.best, grouped(row(best, first).mean));
    std::vector<std::string> near;     // paired against the best
    for (std::size_t v = 0; v < n; ++v) {
      if (v == best) continue;
      std::vector<double> differences;
      for (std::size_t s = 0; s < seeds; ++s) differences.push_back(runs[best][s].gpu_hours(Use::productive) - runs[v][s].gpu_hours(Use::productive));
      if (confidence_band(differences).low <= 0) near.push_back(question.variants[v].name);
    }
    if (near.empty()) out.sentence += "; it is better than each of the others.";
    else {
      out.sentence += "; the runs do not tell it apart from ";
      for (std::size_t i = 0; i < near.size(); ++i) out.sentence += (i > 0 ? ", " : "") + near[i];
      out.sentence += ".";
    }
    return out;
  }
  for (std::size_t v = 1; v < n; ++v) {
    const Compared &work = row(v, first), &wait = row(v, "mean wait"), &cost = row(v, pays ? money : "cost"), &flops = row(v, "delivered");
    const auto change = [](const Compared& c, int digits) {
      if (c.verdict == "the same") return std::string("does not change");
      if (c.verdict == "undecided") return std::format("is undecided ({} to {} {})", grouped(c.low, digits), grouped(c.high, digits), c.unit);
      return std::format("is {} {} {} ({} to {})", grouped(std::abs(c.difference), digits), c.unit, c.verdict, grouped(c.low, digits), grouped(c.high, digits));
    };
    if (v > 1) out.sentence += "\n";
    out.sentence += std::format("{}: productive work {}", question.variants[v].name, change(work, 0));
    if (work.verdict != "the same" && row(0, first).mean > 0) out.sentence += std::format(", {:+.3f} %", 100 * work.difference / row(0, first).mean);
    if (flops.mean > 0) out.sentence += std::format("; the rate delivered {}", change(flops, 1));
    out.sentence += std::format("; mean wait {}; {} {}", change(wait, 3), pays ? "cost less payments" : "cost", change(cost, 0));
    out.sentence += ".";
  }
  return out;
}

Question ask_spares(const SweepCase& base, std::vector<Id> counts) {
  Question q{.asks = "how many hot spares each pool should have", .variants = {}, .notes = {}, .best = true};
  double rate = 0;                     // nodes down of the largest pool, by Little's law
  Id largest = 0;
  for (Id p = 0; p < base.fleet.pools.size(); ++p)
    if (base.fleet.pools[p].nodes > base.fleet.pools[largest].nodes) largest = p;
  const Pool& pool = base.fleet.pools[largest];
  for (const FailureClass& f : base.scenario.failures)
    if (f.extent <= Extent::rack) rate += f.per_unit_hour * units(base.fleet, f.extent, largest) * f.repair_h * (f.extent == Extent::rack ? pool.nodes_per_rack : 1);
  if (counts.empty()) {
    const double spread = std::sqrt(rate);
    for (const double x : {0.0, rate / 2, rate, rate + spread, rate + 2 * spread, rate + 4 * spread}) counts.push_back(static_cast<Id>(std::min<double>(pool.nodes, std::ceil(x))));
    counts.push_back(pool.spare_nodes);
  }
  std::ranges::sort(counts);
  const auto repeated = std::ranges::unique(counts);
  counts.erase(repeated.begin(), repeated.end());
  q.notes.push_back(std::format("about {:.1f} nodes of pool '{}' are down at a time by the failure classes", rate, pool.name));
  for (const Id count : counts) {
    Variant v{.name = std::format("{} spare{}", count, count == 1 ? "" : "s"), .run = base};
    for (Pool& p : v.run.fleet.pools) p.spare_nodes = std::min(p.nodes, count);
    q.variants.push_back(std::move(v));
  }
  return q;
}

Question ask_checkpoints(const SweepCase& base, std::vector<double> intervals_s) {
  Question q{.asks = "how often to checkpoint", .variants = {}, .notes = {}, .best = true};
  Id widest = 0, partition = 0;
  for (const Job& job : base.workload.jobs)
    if (job.gpus > widest) widest = job.gpus, partition = job.partition;
  Id pool = 0;
  while (pool + 1 < base.fleet.pools.size() && base.fleet.pools[pool].partition != partition) ++pool;
  const double gpus = static_cast<double>(widest) / base.fleet.slots_per_gpu;
  const double rate = failure_rates(base.scenario.failures, base.fleet, pool).of_job(gpus);
  if (rate <= 0) throw InputError({"operate checkpoints", 0, 0}, "nothing fails, so no checkpoint is worth its time", "name failures: --failures llama3");
  Checkpointing daly = base.scenario.checkpointing;
  daly.rule = CheckpointRule::young_daly;
  const CheckpointPlan plan = plan_checkpoints(daly, gpus, rate);
  q.notes.push_back(std::format("the widest job, on {} GPUs, fails every {:.2f} hours; Daly's interval for it is {:.0f} s with {:.1f} s to write", shortest(gpus), 1 / rate, plan.interval_s, plan.write_s));
  if (plan.write_s <= 0) q.notes.push_back("writing a checkpoint takes no time here, so the shortest interval is best; --checkpoint-write-s says how long it takes");
  if (intervals_s.empty())
    for (const double factor : {0.25, 0.5, 1.0, 2.0, 4.0}) intervals_s.push_back(std::max(1.0, std::round(plan.interval_s * factor)));
  std::ranges::sort(intervals_s);
  for (const double interval : intervals_s) {
    if (!(interval >= 1 && interval <= 1e9)) throw InputError({"--intervals", 0, 0}, shortest(interval) + " s is no interval between checkpoints", "allowed: 1 to 1e9");
    Variant v{.name = std::format("every {} s", shortest(interval)), .run = base};
    v.run.scenario.checkpointing.rule = CheckpointRule::fixed;
    v.run.scenario.checkpointing.interval_s = interval;
    q.variants.push_back(std::move(v));
  }
  Variant by_rule{.name = "by Young and Daly, for each job", .run = base};
  by_rule.run.scenario.checkpointing.rule = CheckpointRule::young_daly;
  q.variants.push_back(std::move(by_rule));
  return q;
}

Question ask_cap(const SweepCase& given, const CapTerms& terms) {
  if (!(terms.share > 0 && terms.share <= 1)) throw InputError({"--share", 0, 0}, shortest(terms.share) + " is no share of the load", "allowed: above 0 to 1");
  if (!(terms.hours >= 1 && terms.hours <= 8766) || terms.calls < 1) throw InputError({"--hours", 0, 0}, "a call lasts 1 to 8,766 whole hours, and there is at least one");
  SweepCase base = given;
  base.scenario.power.on = true;
  const Result as_is = run_case(base, 0);
  Question q{.asks = "", .variants = {{.name = "as it is", .run = base}}, .notes = {}};
  Variant capped{.name = "", .run = base};
  double mw = 0;
  const auto hours = static_cast<std::int64_t>(std::ceil(terms.hours));
  for (Id site = 0; site < base.fleet.sites.size(); ++site) {
    const double peak = as_is.sites[site].peak_facility_mw, limit = (1 - terms.share) * peak;
    if (peak <= 0) continue;
    mw += peak - limit;
    if (terms.above_usd_per_mwh) {
      const SitePower power(base.fleet, base.scenario);
      Time since = -1;
      for (Time h = base.scenario.measure_from / 3600; h <= end_of(base) / 3600; ++h) {
        const bool dear = h < end_of(base) / 3600 && power.hour_at(site, h * 3600).price > *terms.above_usd_per_mwh;
        if (dear && since < 0) since = h * 3600;
        if (!dear && since >= 0) {
          capped.run.scenario.targets.push_back({.start = since, .end = h * 3600, .limit_mw = limit, .feeds = {}, .site = site, .best_effort = true});
          since = -1;
        }
      }
    } else {
      for (const Time start : dearest(base, site, terms.calls, hours))
        capped.run.scenario.targets.push_back({.start = start, .end = start + hours * 3600, .limit_mw = limit, .feeds = {}, .site = site});
    }
  }
  std::size_t spans = capped.run.scenario.targets.size() - base.scenario.targets.size();
  const double measured_days = static_cast<double>(end_of(base) - base.scenario.measure_from) / 86400;
  double called_hours = 0;
  for (std::size_t t = base.scenario.targets.size(); t < capped.run.scenario.targets.size(); ++t) {
    const LoadTarget& target = capped.run.scenario.targets[t];
    called_hours += static_cast<double>(target.end - target.start) / 3600 * (as_is.sites[target.site].peak_facility_mw - target.limit_mw);
  }
  capped.payment_usd = terms.capacity_usd_per_mw_year * mw * measured_days / 365 + terms.energy_usd_per_mwh * called_hours;
  const std::string size = shortest(100 * terms.share) + " %";
  if (terms.above_usd_per_mwh) {
    q.asks = std::format("what giving up {} of the peak load costs whenever a MWh is above {} USD", size, shortest(*terms.above_usd_per_mwh));
    capped.name = std::format("{} less above {} USD/MWh", size, shortest(*terms.above_usd_per_mwh));
  } else if (terms.calls == 1) {
    q.asks = std::format("what a cap of {} for {} hours costs", size, hours);
    capped.name = std::format("{} less for {} h", size, hours);
  } else {
    q.asks = std::format("what {} calls of {} hours for {} of the peak load earn and cost", terms.calls, hours, size);
    capped.name = std::format("{} calls of {} h, {} less", terms.calls, hours, size);
  }
  q.notes.push_back(std::format("{} of what the sites drew at their peaks is {} MW at the meter, in {} span{} of limits", size, grouped(mw, 2), spans, spans == 1 ? "" : "s"));
  if (spans == 0) q.notes.push_back("no hour is dear enough, or the time simulated is shorter than a call: nothing is capped");
  if (capped.payment_usd > 0) q.notes.push_back(std::format("payments: {} USD over the {} days measured", grouped(capped.payment_usd), grouped(measured_days, 1)));
  q.notes.push_back(std::format("a productive GPU-hour costs {} USD as it is", grouped(as_is.usd_per_productive_gpu_hour, 3)));
  q.variants.push_back(std::move(capped));
  return q;
}

Question ask_outage(const SweepCase& base, const OutageTerms& terms) {
  if (!(terms.hours > 0 && terms.hours <= 1e5)) throw InputError({"--hours", 0, 0}, "an outage lasts above 0 to 100,000 hours");
  auto all = units_of(base.fleet, terms.extent, terms.of);
  const std::string& what = extent_names()[static_cast<std::size_t>(terms.extent)];
  const Time from = base.scenario.measure_from, until = end_of(base), length = std::max<Time>(1, static_cast<Time>(terms.hours * 3600));
  Question q{.asks = "", .variants = {{.name = "as it is", .run = base}}, .notes = {}};
  Variant v{.name = "", .run = base};
  const auto outage = [&](const Unit& u, Time at) {
    v.run.scenario.outages.push_back({.extent = terms.extent, .pool = u.pool, .unit = u.unit, .at = at, .until = at + length, .drain_s = static_cast<Time>(terms.drain_h * 3600),
                                      .planned = terms.planned, .name = what + " of " + u.name});
  };
  if (terms.every_days > 0) {
    const Time step = static_cast<Time>(terms.every_days * 86400);
    std::size_t n = 0;
    for (Time at = from + step; at + length <= until; at += step) outage(all[n++ % all.size()], at);
    q.asks = std::format("what maintenance of a {} for {} hours every {} days costs", what, shortest(terms.hours), shortest(terms.every_days));
    v.name = std::format("a {} every {} days for {} h", what, shortest(terms.every_days), shortest(terms.hours));
    q.notes.push_back(std::format("{} windows on {} {}s, drained for {} h before", n, std::min(n, all.size()), what, shortest(terms.drain_h)));
  } else {
    const Unit& largest = *std::ranges::max_element(all, {}, &Unit::nodes);
    const Time at = terms.at_day >= 0 ? from + static_cast<Time>(terms.at_day * 86400) : from + (until - from) / 2;
    if (at >= until) throw InputError({"--at-day", 0, 0}, "the outage would begin after the time simulated");
    outage(largest, at);
    q.asks = std::format("what {} a {} for {} hours costs", terms.planned ? "taking out" : "losing", what, shortest(terms.hours));
    v.name = std::format("{} {} for {} h", terms.planned ? "without" : "losing", what, shortest(terms.hours));
    q.notes.push_back(std::format("{} of {}: {} nodes, on day {} of the time measured", what, largest.name, largest.nodes, (at - from) / 86400));
  }
  q.variants.push_back(std::move(v));
  return q;
}

Question ask_heat(const SweepCase& given, double degrees_c, double days) {
  if (!(degrees_c > 0 && degrees_c <= 30) || !(days >= 0.5 && days <= 366)) throw InputError({"--by", 0, 0}, "a hot spell is 0 to 30 C hotter and lasts half a day to a year");
  SweepCase base = given;
  base.scenario.power.on = true;
  Question q{.asks = std::format("what {} days {} C hotter cost", shortest(days), shortest(degrees_c)), .variants = {{.name = "as it is", .run = base}}, .notes = {}};
  Variant v{.name = std::format("{} C hotter for {} days", shortest(degrees_c), shortest(days)), .run = base};
  for (Id site = 0; site < base.fleet.sites.size(); ++site) {
    auto& t = temperatures(v.run, site);
    const std::size_t span = std::max<std::size_t>(1, static_cast<std::size_t>(days * 24)), from = static_cast<std::size_t>(base.scenario.measure_from / 3600);
    const std::size_t last = std::min(t.size(), static_cast<std::size_t>(end_of(base) / 3600) + 1);
    double best = -1e300, sum = 0;
    std::size_t start = from;
    for (std::size_t h = from; h < last; ++h) {
      sum += t[h];
      if (h >= from + span) sum -= t[h - span];
      if (h + 1 >= from + span && sum > best) best = sum, start = h + 1 - span;
    }
    double hottest = -1e300;
    for (std::size_t h = start; h < std::min(last, start + span); ++h) hottest = std::max(hottest, t[h] += degrees_c);
    q.notes.push_back(std::format("{}: from day {} of the run, up to {:.1f} C", base.fleet.sites[site].name, start / 24, hottest));
  }
  q.variants.push_back(std::move(v));
  return q;
}

Question ask_burst(const SweepCase& base, Id gpus, double usd_per_gpu_hour, double delay_usd_per_gpu_hour) {
  if (gpus == 0 || !(usd_per_gpu_hour >= 0) || !(delay_usd_per_gpu_hour > 0))
    throw InputError({"operate burst", 0, 0}, "bursting needs GPUs at a cloud, their price, and what an hour's waiting costs (above 0)");
  Question q{.asks = std::format("what bursting to {} cloud GPUs at {} USD an hour brings", gpus, shortest(usd_per_gpu_hour)), .variants = {}, .notes = {}};
  Variant without{.name = "without a cloud", .run = base}, with{.name = std::format("up to {} GPUs at {} USD", gpus, shortest(usd_per_gpu_hour)), .run = base};
  without.run.scenario.cloud.burst_gpus = 0;
  with.run.scenario.cloud.burst_gpus = gpus;
  with.run.scenario.cloud.burst_usd_per_gpu_hour = usd_per_gpu_hour;
  with.run.scenario.cloud.delay_usd_per_gpu_hour = delay_usd_per_gpu_hour;
  q.notes.push_back(std::format("a job leaves once its waiting has cost as much as the cloud would, at {} USD a GPU-hour of waiting", shortest(delay_usd_per_gpu_hour)));
  q.variants = {std::move(without), std::move(with)};
  return q;
}

Question ask_compare(const std::string& a, SweepCase first, const std::string& b, SweepCase second) {
  Question q{.asks = "how " + b + " differs from " + a, .variants = {}, .notes = {}};
  q.variants.push_back({.name = a, .run = std::move(first)});
  q.variants.push_back({.name = b == a ? b + " (second)" : b, .run = std::move(second)});
  return q;
}

std::string question_text(const Question& question, const QuestionAnswer& answer, std::size_t seeds) {
  std::string text = std::format("{} ({} runs each with the same random numbers)\n\n", question.asks, seeds);
  for (const std::string& note : question.notes) text += "- " + note + "\n";
  if (!question.notes.empty()) text += "\n";
  TextTable table({"way", "measure", "unit", "mean", "difference", "95 % low", "95 % high", ""});
  std::string last;
  for (const Compared& c : answer.rows) {
    if (c.mean == 0 && c.difference == 0 && c.low == 0) continue;
    const auto at = std::ranges::find(shown(), c.measure, &Shown::name);
    const int digits = at == shown().end() ? 0 : at->digits;
    const bool first = c.variant == question.variants.front().name;
    table.row({c.variant == last ? "" : c.variant, c.measure, c.unit, grouped(c.mean, digits), first ? "" : grouped(c.difference, digits), first ? "" : grouped(c.low, digits),
               first ? "" : grouped(c.high, digits), c.verdict});
    last = c.variant;
  }
  return text + table.text() + "\n" + answer.sentence + "\n";
}

std::string question_csv(const QuestionAnswer& answer) {
  CsvWriter csv({"variant", "measure", "unit", "mean", "difference", "low", "high", "verdict"});
  for (const Compared& c : answer.rows) csv << c.variant << c.measure << c.unit << c.mean << c.difference << c.low << c.high << c.verdict;
  return csv.text();
}

std::string question_svg(const Question& question, const QuestionAnswer& answer) {
  std::vector<Interval> rows;
  for (const Compared& c : answer.rows)
    if (c.measure == shown()[0].name && c.variant != question.variants.front().name) rows.push_back({c.variant, c.difference, c.low, c.high});
  return intervals({.title = "Productive GPU-hours beside '" + question.variants.front().name + "', 95 %", .x_label = "GPU-hours", .y_label = ""}, rows);
}

}  // namespace stargate::operate
