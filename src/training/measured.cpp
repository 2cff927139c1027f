#include "training/measured.h"

namespace stargate::training {

std::string_view unit_of(Metric metric) {
  switch (metric) {
    case Metric::step_s:
      return "s";
    case Metric::step_ms:
      return "ms";
    case Metric::tokens_per_s:
      return "tok/s";
    case Metric::tokens_per_s_chip:
      return "tok/s/chip";
    case Metric::hardware_tflops_chip:
    case Metric::model_tflops_chip:
      return "TFLOP/s/chip";
    case Metric::mfu:
      return "share";
    case Metric::samples_per_s:
      return "sequences/s";
  }
  return "";
}

namespace {

double in_metric(const MeasuredRow& row, const Strategy& s, double seconds, const System& system) {
  const std::int64_t seq = s.seq_len > 0 ? s.seq_len : row.shape.seq_len;
  const double tokens = static_cast<double>(s.global_batch * seq), chips = static_cast<double>(s.chips());
  // Long-context runs (context parallelism) count the causal triangle, the others Megatron's full square.
  const FlopConvention convention = s.cp > 1 ? FlopConvention::causal : FlopConvention::megatron;
  const auto tflops = [&](double again) {
    return flops_per_token(row.shape, seq, convention) * again * tokens / seconds / chips / 1e12;
  };
  switch (row.metric) {
    case Metric::step_s:
      return seconds;
    case Metric::step_ms:
      return seconds * 1e3;
    case Metric::tokens_per_s:
      return tokens / seconds;
    case Metric::tokens_per_s_chip:
      return tokens / seconds / chips;
    case Metric::samples_per_s:
      return static_cast<double>(s.global_batch) / seconds;
    case Metric::mfu:
      return tflops(1) * 1e12 / system.peak_flops(Precision::bf16);
    case Metric::model_tflops_chip:
      return tflops(1);
    case Metric::hardware_tflops_chip: {
      // 96 B s l h^2 (1 + s/6h + V/16lh): the layers once more, the head not.
      if (s.recompute != Recompute::full) return tflops(1);
      const double head = 6 * static_cast<double>(row.shape.vocab * row.shape.hidden);
      const double model = flops_per_token(row.shape, seq, convention);
      return tflops(((model - head) * 4 / 3 + head) / model);
    }
  }
  return 0;
}

}  // namespace

Candidates candidates_of(const MeasuredRow& row, const Machine& machine) {
  const ParameterCount count = count_parameters(row.shape);
  std::vector<int> batches{row.strategy.micro_batch}, interleavings{row.strategy.vp};
  if (row.search_micro_batch) batches = {1, 2, 4, 8};
  if (row.search_interleaving) {
    // Chunks divide the layers, or the layers with embedding and head counted as one each.
    const auto layers = static_cast<int>(row.shape.layers);
    for (int vp = 2; vp * row.strategy.pp <= layers; ++vp)
      if (layers % (vp * row.strategy.pp) == 0 || (layers + 2) % (vp * row.strategy.pp) == 0)
        interleavings.push_back(vp);
  }
  Candidates fit, none;
  const auto offer = [&](const Strategy& s) {
    if (!possible(row.shape, s)) return false;
    const double bytes = memory_parts(row.shape, count, s, machine).total();
    const bool fits = bytes <= usable_bytes(machine.system);
    Candidates& list = fits ? fit : none;
    list.strategies.push_back(s), list.memory_gb.push_back(bytes / 1e9);
    return fits;
  };
  // Recipes move activations to the host where the link is coherent and wide, or the compiler plans for it.
  constexpr double coherent_link_gb_s = 200;
  const bool moves = machine.system.host_gb_s >= coherent_link_gb_s || machine.software.id == "xla";
  for (const int batch : batches)
    for (const int vp : interleavings) {
      Strategy s = row.strategy;
      s.micro_batch = batch, s.vp = vp;
      // A compiled program moves to the host whatever it plans to, whether the recipe says so or not.
      if (offer(s) || (!row.search_recompute && machine.software.id != "xla")) continue;
      const auto offer_away = [&](const Strategy& at) {
        Strategy away = at;
        for (const double share : {0.25, 0.5, 0.75, 1.0}) {
          away.offload_activations = share;
          if (moves && s.tuning == Tuning::full && offer(away)) return;
        }
      };
      offer_away(s);
      if (!row.search_recompute) continue;
      for (const Recompute recompute : {Recompute::attention, Recompute::activations, Recompute::full}) {
        bool done = false;
        for (const double share : {0.25, 0.5, 0.75, 1.0}) {
          if (done || (recompute == Recompute::attention && share < 1)) continue;
          s.recompute = recompute, s.recompute_share = share;
          done = offer(s);
        }
        if (!done) offer_away(s);
      }
    }
  if (!fit.strategies.empty()) return fit;
  none.fits = false;
  return none;
}

Prediction predict(const MeasuredRow& row, const Machine& machine, const Candidates& candidates) {
  const ParameterCount count = count_parameters(row.shape);
  Prediction best;
  best.strategy = row.strategy, best.fits = candidates.fits;
  double best_s = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < candidates.strategies.size(); ++i) {
    const double seconds = step_parts(row.shape, count, candidates.strategies[i], machine).total();
    if (seconds < best_s)
      best_s = seconds, best.strategy = candidates.strategies[i], best.memory_gb = candidates.memory_gb[i];
  }
  best.value = in_metric(row, best.strategy, best_s, machine.system);
  best.error_ = best.value / row.value - 1;
  return best;
}

Prediction predict(const MeasuredRow& row, const Machine& machine) {
  return predict(row, machine, candidates_of(row, machine));
}

Prediction predict(const MeasuredRow& row) { return predict(row, make_machine(row.machine, row.parameter_set)); }

Accuracy accuracy_of(std::vector<double> errors) {
  Accuracy a;
  a.rows = errors.size();
  if (errors.empty()) return a;
  for (double& e : errors) {
    a.bias += e;
    e = std::abs(e);
    a.mean_absolute += e;
  }
  a.bias /= static_cast<double>(a.rows);
  a.mean_absolute /= static_cast<double>(a.rows);
  std::ranges::sort(errors);
  a.median_absolute = a.rows % 2 ? errors[a.rows / 2] : (errors[a.rows / 2 - 1] + errors[a.rows / 2]) / 2;
  a.worst = errors.back();
  return a;
}

}  // namespace stargate::training
