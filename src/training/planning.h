#pragma once
#include <string>

namespace stargate {
struct Accelerator;
}

namespace stargate::training {

/// What planning knows of an accelerator. Bandwidths as vendors publish them (scale-up: both directions added; NIC:
/// one).
struct PlanningChip {
  std::string id;
  double bf16_tflops = 0;  ///< dense
  double fp8_tflops = 0;   ///< dense; 0: none
  double hbm_gb = 0;
  double hbm_tb_s = 0;
  double domain_chips = 8;
  double scale_up_gb_s = 0;
  double nic_gbit_s = 0;
  double tdp_w = 0;
  double node_chips = 8;                   ///< that fail together
  double failures_per_1000_node_days = 0;  ///< 0: the library's, or 4.5
  std::string parameter_set;               ///< empty: the library's for that name, or "blackwell"
};

/// What the cluster trains.
struct ModelScale {
  double parameters = 0;  ///< > 0: this many; 0: the compute-optimal model of `days` on the whole cluster
  bool mixture_of_experts = false;
  double days = 90;
  double tokens_per_parameter = 20;
  std::string precision;       ///< "bf16" or "fp8"; empty: FP8 where the chip has it, else BF16
  double restart_minutes = 3;  ///< after a failure, with hot spares and restart in place
};

struct TrainingEfficiency {
  double mfu = 0;                ///< model FLOPs (causal attention) over dense peak of the precision used
  double goodput = 0;            ///< share of time and chips that is progress (failures, checkpoints, spares)
  double model_pflops_chip = 0;  ///< model PFLOP/s of a chip while it steps (before goodput)
  double parameters = 0;         ///< of the model taken
  std::string precision;         ///< "bf16" or "fp8"
  std::string strategy;          ///< "tp8 pp4 dp128 ..."
  double usable() const { return model_pflops_chip * goodput; }
};

/// The best strategy's utilisation for one job on `chips` chips, and its goodput. Evaluated at powers of two and
/// interpolated between them in log2(chips), each point once for a process: about a millisecond the first time, then
/// well under a microsecond for each call. Thread-safe; the answer does not depend on the order of calls. Works for any
/// chip, known to the library or not; a chip so small that nothing fits gives 0. InputError where a needed figure is
/// missing.
TrainingEfficiency training_efficiency(const PlanningChip& chip, double chips, const ModelScale& scale = {});

/// The library's figures for an accelerator of that name (data/training/training_systems.csv); InputError if there is
/// none.
PlanningChip planning_chip(const std::string& name);
/// An accelerator of the programme; what its table does not tell (failures, chips of a node) is the library's for that
/// name, or else H100's failures a chip and 4 chips a node where the scale-up domain is a rack, 8 otherwise.
PlanningChip planning_chip(const Accelerator& accelerator);

}  // namespace stargate::training
