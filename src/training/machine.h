#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "training/system.h"

namespace stargate::training {

/// What a machine does of what its data sheet says, and what the software hides: few numbers, each physical, fitted to
/// measured runs by `stargate train calibrate` (data/training/training_parameters.csv). Rates are shares of the data sheet's.
struct Parameters {
  double gemm_bf16 = 0.75;      ///< of dense BF16 peak, a large matrix product
  double gemm_fp8 = 0.65;       ///< of dense FP8 peak
  double gemm_fp4 = 0.50;       ///< of dense FP4 peak
  double gemm_half_size = 100;  ///< the size of a dimension at which a product reaches half of that
  double attention = 0.45;      ///< of BF16 peak, attention (scores and context)
  double hbm = 0.80;            ///< of HBM bandwidth, element-wise kernels and optimiser
  double launch_us = 8;         ///< host time to launch one kernel, us
  double domain = 0.70;         ///< of scale-up bandwidth, ring collectives
  double network = 0.70;        ///< of NIC bandwidth, collectives between domains
  double collective_us = 15;    ///< start and synchronisation of one collective in a domain, us
  double network_us = 30;       ///< the same between domains, us
  double tp_overlap = 0;        ///< share of tensor-parallel traffic that may hide behind its matrix products
  double dp_overlap = 0;        ///< share of gradient and weight traffic that may hide behind the last micro-batch
  double pp_overlap = 0;        ///< share of stage-to-stage traffic that hides
  double ep_overlap = 0;        ///< share of expert all-to-all that may hide behind the layer
  double routing_ns = 0;        ///< sorting, permuting, counting of one token copy on its way to an expert and back, ns
  double jitter = 0;            ///< step time lost to the slowest chip, for each doubling of scale-up domains

  bool operator==(const Parameters&) const = default;
};

/// One parameter: name, unit, range and why it is what it is. The calibration may move it within the range only.
struct ParameterSpec {
  std::string_view name, unit;
  double Parameters::*member;
  double low, high;
  std::string_view reason;
};
std::span<const ParameterSpec> parameter_specs();

/// How the training framework computes a layer; facts of the software, not fitted.
struct Software {
  std::string_view id;
  std::string_view about;
  bool flash_attention;    ///< scores never leave the chip and the masked half is skipped
  double forward_kernels;  ///< launched for a dense layer, forward
  double backward_kernels;
  double norm_bytes;      ///< HBM traffic a token and hidden element outside the tensor-parallel part, forward
  double inner_bytes;     ///< the same inside it, an element of attention and MLP width
  double logit_bytes;     ///< HBM traffic a logit, forward and backward
  double gradient_bytes;  ///< of a gradient, as it is held and reduced
  bool dedup_tokens;      ///< a token goes to a scale-up domain once, whatever number of its experts are there
};
/// "eager": Megatron-LM and Megatron-DeepSpeed of 2021-2023; "fused": Megatron-Core and Transformer Engine since.
const Software& find_software(std::string_view id);
std::span<const Software> software_list();

/// A row of data/training/training_parameters.csv.
struct ParameterRow : Row {
  std::string set;
  std::string software;
  std::string parameter;
  double value = 0;
  bool fitted = false;
  std::string source;
};
const Table<ParameterRow>& parameter_table();
/// The file as it stands, row for row.
std::vector<ParameterRow> parameter_rows();

struct ParameterSet {
  std::string id;
  std::string software;
  Parameters values;
  std::vector<std::string> fitted;  ///< names of those that the calibration moves
};
const std::vector<ParameterSet>& parameter_library();
const ParameterSet& find_parameters(std::string_view id);

/// Everything a step's time depends on besides shape and strategy.
struct Machine {
  System system;
  Software software;
  Parameters parameters;
};
/// The system with the parameter set it names (or `parameter_set`, where one is named).
Machine find_machine(std::string_view system, std::string_view parameter_set = {});
Machine make_machine(const System& system, std::string_view parameter_set = {});

}  // namespace stargate::training
