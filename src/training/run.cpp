#include "training/run.h"

#include "base/diagnostics.h"
#include "base/progress.h"
#include "training/search.h"

namespace stargate::training {
namespace {

constexpr double lowest_clock = 0.4;

struct Split {
  double arithmetic, memory, traffic, waiting;  ///< seconds at full clock
};
Split split_of(const StepParts& p) {
  return {p.gemm + p.attention + p.recompute + p.head, p.memory + p.optimizer, p.tp + p.cp + p.ep + p.pp + p.dp,
          p.bubble + p.launch + p.jitter};
}

StepPower at_clock(const Split& split, const System& system, double clock) {
  StepPower power;
  power.clock = clock;
  const double arithmetic = split.arithmetic / clock;
  power.step_s = arithmetic + split.memory + split.traffic + split.waiting;
  const double busy = arithmetic + 0.75 * split.memory + 0.45 * split.traffic + 0.25 * split.waiting;
  const double idle = system.idle_share * system.tdp_w, dynamic = (system.tdp_w - idle) * clock * clock * clock;
  power.chip_w = idle + dynamic * busy / power.step_s;
  power.chip_wh_step = power.chip_w * power.step_s / 3600;
  return power;
}

/// The most chips of those given that are 8 to 15 times a power of two: at least 8/9 of them.
std::int64_t divisible_chips(std::int64_t chips) {
  std::int64_t power = 1;
  while (chips / power > 15) power *= 2;
  return chips / power * power;
}

}  // namespace

StepPower step_power(const Step& step, const System& system, std::optional<double> cap_w) {
  const Split split = split_of(step.parts);
  const StepPower full = at_clock(split, system, 1);
  if (!cap_w || full.chip_w <= *cap_w) return full;
  const StepPower least = at_clock(split, system, lowest_clock);
  if (least.chip_w > *cap_w)
    throw InputError({}, std::format("a cap of {:.0f} W a chip cannot be held by {}", *cap_w, system.id),
                     std::format("at least {:.0f} W, at {:.0f} % of the clock", least.chip_w, 100 * lowest_clock));
  double low = lowest_clock, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (at_clock(split, system, middle).chip_w <= *cap_w ? low : high) = middle;
  }
  return at_clock(split, system, low);
}

RunCost run_cost(const ModelShape& shape, const Strategy& s, const System& system, const Step& step,
                 const StepPower& power, const Goodput& g, const RunOptions& options) {
  RunCost cost;
  cost.tokens = options.tokens;
  cost.steps = std::ceil(options.tokens / step.tokens);
  cost.days_without_failures = cost.steps * power.step_s / 86400;
  const double progress = g.ettr * (1 - g.spare_wait);
  cost.days = cost.days_without_failures / progress;
  const double chips = static_cast<double>(s.chips());
  cost.chip_hours = cost.days_without_failures * 24 * chips / g.goodput;
  // Hosts, network and fans draw what is left of the all-in power, whatever the chip does.
  const double beside_w = std::max(0.0, system.all_in_kw * 1000 - system.tdp_w);
  cost.it_mwh = cost.days * 24 * chips * (power.chip_w + beside_w) / 1e6;
  cost.facility_mwh = cost.it_mwh * options.pue;
  const double rent = options.usd_per_chip_hour > 0 ? options.usd_per_chip_hour : system.usd_per_chip_hour;
  cost.usd = cost.chip_hours * rent + cost.facility_mwh * options.usd_per_mwh;
  const std::int64_t seq = s.seq_len > 0 ? s.seq_len : shape.seq_len;
  cost.model_flops = options.tokens * flops_per_token(shape, seq, FlopConvention::causal);
  cost.kwh_per_zettaflop = cost.facility_mwh * 1e3 / (cost.model_flops / 1e21);
  cost.tokens_per_usd = options.tokens / cost.usd;
  cost.tokens_per_kwh = options.tokens / (cost.facility_mwh * 1e3);
  return cost;
}

LargestRun largest_run(const Machine& machine, const LargestRunOptions& o) {
  const double days = static_cast<double>((o.by - o.from).count());
  if (!(days > 0)) throw InputError({}, "the run ends before it begins", "--by after --from");
  const std::int64_t chips = divisible_chips(o.chips);
  const auto trial = [&](double parameters) -> std::optional<LargestRun> {
    LargestRun run;
    run.shape = o.mixture_of_experts ? frontier_moe_shape(parameters) : frontier_shape(parameters);
    const ParameterCount count = count_parameters(run.shape);
    run.parameters = count.total, run.active_parameters = count.active;
    run.tokens = o.tokens_per_parameter * count.active;
    run.flops = run.tokens * flops_per_token(run.shape, run.shape.seq_len, FlopConvention::causal);
    SearchSpace space;
    space.chips = run.chips = chips;
    // A batch of 0.292 C^0.327 tokens still learns as fast (DeepSeek LLM 2024): a power of two of sequences, times the
    // odd part of the chips, so that data parallelism divides it.
    std::int64_t odd = chips;
    while (odd % 2 == 0) odd /= 2;
    const double sequences = 0.292 * std::pow(run.flops, 0.3271) / static_cast<double>(run.shape.seq_len);
    space.global_batch = odd << std::max(4L, std::lround(std::log2(sequences / static_cast<double>(odd))));
    space.most_pp = 64, space.most_vp = 8, space.most_cp = 8, space.most_micro_batch = 2;
    space.most_tp = static_cast<int>(std::min(machine.system.domain_chips, 64.0));
    space.zero = {1, 3};
    space.precisions = {o.precision};
    space.schedules = {Schedule::one_f_one_b};
    SearchOptions options;
    options.keep = 1;
    options.pareto = false;
    const SearchResult found = search(run.shape, machine, space, options);
    if (found.best.empty()) return std::nullopt;
    run.strategy = found.best.front().strategy;
    const Step step = evaluate(run.shape, run.strategy, machine);
    run.mfu = step.mfu;
    const Goodput g = goodput(machine.system, static_cast<double>(chips), count.total, o.resilience);
    run.goodput = g.goodput;
    run.days = run.tokens / step.tokens * step.seconds / 86400 / (g.ettr * (1 - g.spare_wait));
    return run;
  };
  // From the largest down in steps of 2 %, beginning where even the peak rate would be too slow; the first that ends in time.
  const double peak = machine.system.peak_flops(o.precision) * static_cast<double>(chips) * days * 86400;
  const double active = o.mixture_of_experts ? 0.03 : 0.9;  // at least this share of the weights meets a token
  double parameters = std::min(1e14, std::sqrt(peak / (6 * o.tokens_per_parameter)) / active);
  std::optional<LargestRun> best;
  for (; parameters >= 1e9 && !interrupted(); parameters /= 1.02)
    if (auto run = trial(parameters); run && run->days <= days) {
      best = std::move(run);
      break;
    }
  if (!best)
    throw InputError({},
                     std::format("no model of 1 B parameters or more can be trained on {} x {} in {:.0f} days", o.chips,
                                 machine.system.id, days),
                     "more chips, more days, or a number of chips with small divisors");
  return *best;
}

MultiSite multi_site(double site_step_s, double parameters, int sites, const Wan& wan, int inner_steps,
                     double bytes_per_parameter, double overlap) {
  MultiSite m;
  m.wan_bytes_s = wan.gbit_s * 1e9 / 8 * wan.efficiency;
  constexpr double segment_bytes = 8900;  // jumbo frames
  if (wan.loss > 0 && wan.round_trip_ms > 0) {
    const double one = 1.22 * segment_bytes / (wan.round_trip_ms * 1e-3 * std::sqrt(wan.loss));
    m.wan_bytes_s = std::min(m.wan_bytes_s, one * wan.streams);
  }
  if (sites > 1) {
    const double bytes = parameters * bytes_per_parameter;
    m.exchange_s = 2.0 * (sites - 1) / sites * bytes / m.wan_bytes_s + 2 * (sites - 1) * wan.round_trip_ms * 1e-3 / 2;
  }
  const double period = site_step_s * inner_steps;
  m.hidden_s = std::min(overlap * m.exchange_s, period);
  m.step_s = (period + m.exchange_s - m.hidden_s) / inner_steps;
  m.efficiency = site_step_s / m.step_s;
  return m;
}

}  // namespace stargate::training
