#include "training/machine.h"

#include "base/diagnostics.h"
#include "base/text.h"
#include "embedded.h"

namespace stargate::training {

std::span<const ParameterSpec> parameter_specs() {
  using P = Parameters;
  static constexpr ParameterSpec specs[] = {
      {"gemm_bf16", "share of dense BF16 peak", &P::gemm_bf16, 0.3, 1.0,
       "large products: clocks under load, instruction issue"},
      {"gemm_fp8", "share of dense FP8 peak", &P::gemm_fp8, 0.2, 1.0, "as above, with scaling of inputs"},
      {"gemm_fp4", "share of dense FP4 peak", &P::gemm_fp4, 0.1, 0.9, "as above"},
      {"gemm_half_size", "elements", &P::gemm_half_size, 0, 1000,
       "tiles at the edges, waves that do not fill the chip"},
      {"attention", "share of BF16 peak", &P::attention, 0.05, 0.8, "softmax between two small products"},
      {"hbm", "share of HBM bandwidth", &P::hbm, 0.3, 0.95, "refresh, read-write turns, short kernels"},
      {"launch_us", "us", &P::launch_us, 0, 60, "interpreter, dispatch and driver for one kernel; near 0 with graphs"},
      {"domain", "share of one direction's scale-up bandwidth", &P::domain, 0.1, 0.95,
       "ring protocol, copies, contention with kernels"},
      {"network", "share of NIC bandwidth", &P::network, 0.05, 0.95, "protocol, adaptive routing, shared rails"},
      {"collective_us", "us", &P::collective_us, 0, 300, "start and synchronisation in a domain"},
      {"network_us", "us", &P::network_us, 0, 2000, "start and synchronisation between domains"},
      {"tp_overlap", "share", &P::tp_overlap, 0, 1, "user-buffer overlap of exchange and product"},
      {"dp_overlap", "share", &P::dp_overlap, 0, 1, "gradient buckets reduced while backward goes on"},
      {"pp_overlap", "share", &P::pp_overlap, 0, 1, "asynchronous sends between stages"},
      {"ep_overlap", "share", &P::ep_overlap, 0, 1, "two half-batches, or all-to-all beside shared expert"},
      {"routing_ns", "ns a token copy", &P::routing_ns, 0, 200,
       "sort, permute, pad, counts exchanged with the host; a copy, layer and pass"},
      {"jitter", "share a doubling of domains", &P::jitter, 0, 0.05, "the slowest of many chips"}};
  return specs;
}

std::span<const Software> software_list() {
  static constexpr Software list[] = {
      // LayerNorm twice (read, write: 8 bytes), bias-dropout-add twice (2 reads, write, mask: 14); inner: bias-GeLU,
      // head
      // transposes, about 4 bytes an element and pass. Loss in FP32, unfused: copy, max, subtract, exponent, sum,
      // gradient.
      {"eager", "Megatron-LM and Megatron-DeepSpeed, 2021 to 2023: unfused attention, host launches each kernel", false,
       22, 40, 22, 4.5, 80, 2, false},
      // Fused norms and residuals, fused loss; FP32 gradient accumulation.
      {"fused", "Megatron-Core with Transformer Engine since 2024: flash attention, fused norms and loss", true, 16, 24,
       14, 4, 20, 4, true}};
  return list;
}

const Software& find_software(std::string_view id) {
  std::vector<std::string> names;
  for (const auto& software : software_list()) {
    if (software.id == id) return software;
    names.emplace_back(software.id);
  }
  throw InputError({}, std::format("no software '{}'", id), name_hint(id, names));
}

const Table<ParameterRow>& parameter_table() {
  using R = ParameterRow;
  static const Table<R> table{
      "training_parameters",
      "What machines reach of their data sheets; written by stargate train calibrate.",
      {field("set", &R::set, "parameter set").as_key(), field("software", &R::software, "eager or fused"),
       field("parameter", &R::parameter, "name").as_key(), field("value", &R::value, "in the parameter's unit"),
       field("fitted", &R::fitted, "moved by the calibration"),
       field("source", &R::source, "fitted to, or who says so")}};
  return table;
}

std::vector<ParameterRow> parameter_rows() {
  Diagnostics diagnostics;
  const Csv csv = parse_csv("training_parameters.csv", embedded_training().at("training_parameters.csv"), diagnostics);
  auto rows = read_table(parameter_table(), csv, diagnostics);
  diagnostics.throw_if_errors();
  return rows;
}

const std::vector<ParameterSet>& parameter_library() {
  static const std::vector<ParameterSet> library = [] {
    Diagnostics diagnostics;
    const std::string file = "training_parameters.csv";
    std::vector<ParameterSet> sets;
    std::vector<std::string> names;
    for (const auto& spec : parameter_specs()) names.emplace_back(spec.name);
    for (const auto& row : parameter_rows()) {
      auto set = std::ranges::find(sets, row.set, &ParameterSet::id);
      if (set == sets.end()) set = sets.insert(sets.end(), {row.set, row.software, {}, {}});
      const auto spec = std::ranges::find(parameter_specs(), row.parameter, &ParameterSpec::name);
      if (spec == parameter_specs().end()) {
        diagnostics.error({file, row.line}, std::format("no parameter '{}'", row.parameter),
                          name_hint(row.parameter, names));
        continue;
      }
      if (row.value < spec->low || row.value > spec->high)
        diagnostics.error({file, row.line}, std::format("{} is {}", row.parameter, row.value),
                          std::format("allowed: {} to {} ({})", spec->low, spec->high, spec->unit));
      set->values.*(spec->member) = row.value;
      if (row.fitted) set->fitted.push_back(row.parameter);
    }
    diagnostics.throw_if_errors();
    return sets;
  }();
  return library;
}

const ParameterSet& find_parameters(std::string_view id) {
  std::vector<std::string> names;
  for (const auto& set : parameter_library()) {
    if (set.id == id) return set;
    names.push_back(set.id);
  }
  throw InputError({}, std::format("no parameter set '{}'", id), name_hint(id, names));
}

Machine make_machine(const System& system, std::string_view parameter_set) {
  const ParameterSet& set =
      find_parameters(parameter_set.empty() ? std::string_view(system.calibration) : parameter_set);
  return {system, find_software(set.software), set.values};
}

Machine find_machine(std::string_view system, std::string_view parameter_set) {
  return make_machine(find_system(system), parameter_set);
}

}  // namespace stargate::training
