#pragma once
#include "training/machine.h"
#include "training/strategy.h"

namespace stargate::training {

/// Where the time of a chip goes; seconds. `total()` adds them up and nothing else is ever added.
struct TimeParts {
  double gemm = 0;       ///< matrix products with weights
  double attention = 0;  ///< scores and context
  double memory = 0;     ///< element-wise kernels, bound by HBM
  double launch = 0;     ///< waiting for the host to launch kernels
  double tp = 0;         ///< exposed tensor- and sequence-parallel traffic
  double cp = 0;         ///< exposed context-parallel traffic
  double ep = 0;         ///< exposed expert traffic and token routing
  double fsdp = 0;       ///< exposed gathering of sharded weights and scattering of their gradients, each micro-batch

  double total() const { return gemm + attention + memory + launch + tp + cp + ep + fsdp; }
  TimeParts& operator+=(const TimeParts& o) {
    gemm += o.gemm, attention += o.attention, memory += o.memory, launch += o.launch;
    tp += o.tp, cp += o.cp, ep += o.ep, fsdp += o.fsdp;
    return *this;
  }
  friend TimeParts operator*(double k, TimeParts p) {
    p.gemm *= k, p.attention *= k, p.memory *= k, p.launch *= k, p.tp *= k, p.cp *= k, p.ep *= k, p.fsdp *= k;
    return p;
  }
};

/// One micro-batch through one layer (or the head, or the embedding) on one chip.
struct PassCost {
  TimeParts forward, recompute, backward;
  double weight_gradient_s = 0;  ///< part of backward that zero-bubble schedules may put off
  TimeParts all() const {
    TimeParts sum = forward;
    sum += recompute;
    return sum += backward;
  }
};

/// Seconds of one product (m x k) (k x n) on one chip: the slower of arithmetic at
///   peak x gemm x m/(m+m0) x n/(n+n0) x k/(k+k0),   m0 = n0 = k0 = gemm_half_size,
/// and of moving the three matrices through HBM.
double gemm_s(const Machine& machine, Precision precision, double m, double n, double k);

/// A dense or mixture-of-experts layer. The chip does the tp-th part of each product; a pass takes the longer of the
/// chip's time and the host's launches.
PassCost layer_cost(const ModelShape& shape, bool moe_layer, const Strategy& strategy, const Machine& machine);
PassCost head_cost(const ModelShape& shape, const Strategy& strategy, const Machine& machine);
PassCost embedding_cost(const ModelShape& shape, const Strategy& strategy, const Machine& machine);

}  // namespace stargate::training
