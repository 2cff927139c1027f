// Generic shapes of a given number of parameters.
#include "training/shape.h"

namespace stargate::training {

// Published dense models from 1 B to 1,000 B keep width near 128 times depth to the power of about 1.03; the widths
// below are multiples of 1,024 so that heads divide over scale-up domains.
ModelShape frontier_shape(double parameters) {
  // Weights of a layer: attention 2 h^2 (1 + 1/r), MLP 3 x 3.5 h^2: about 12.7 h^2.
  const double width = std::cbrt(parameters * 128 / 12.7);
  ModelShape s;
  s.hidden = std::max<std::int64_t>(1024, std::llround(width / 1024) * 1024);
  const double h = static_cast<double>(s.hidden);
  s.id = std::format("frontier-{:.0f}B", parameters / 1e9);
  s.head_dim = 128;
  s.heads = s.hidden / 128;
  s.kv_heads = 8;
  s.ffn_hidden = s.hidden * 7 / 2;
  s.vocab = 128256;
  s.seq_len = 8192;
  s.gated_mlp = true;
  const double layer = 2 * h * h + 2 * h * 1024 + 3 * h * static_cast<double>(s.ffn_hidden);
  const double exact = (parameters - 2 * h * static_cast<double>(s.vocab)) / layer;
  s.layers = std::max<std::int64_t>(4, std::llround(exact / 4) * 4);  // a multiple of 4, so that it divides into stages
  s.source =
      "generic: width about 128 x depth, grouped-query attention with 8 key-value heads, gated MLP of 3.5 widths";
  return s;
}

ModelShape frontier_moe_shape(double parameters) {
  // The published large mixtures keep 256 small experts, 8 of them active, one shared; width and depth grow together.
  // Weights of a layer: 257 x 3 x h x 0.286 h: about 220 h^2.
  const double width = std::cbrt(parameters * 118 / 220);
  ModelShape s;
  s.hidden = std::max<std::int64_t>(1024, std::llround(width / 1024) * 1024);
  const double h = static_cast<double>(s.hidden);
  s.id = std::format("frontier-moe-{:.0f}B", parameters / 1e9);
  s.head_dim = 128;
  s.heads = s.hidden / 128;
  s.kv_heads = 8;
  s.ffn_hidden = s.hidden * 5 / 2;
  s.vocab = 128256;
  s.seq_len = 8192;
  s.gated_mlp = true;
  s.experts = 256;
  s.experts_per_token = 8;
  s.expert_ffn_hidden = s.hidden * 2 / 7 / 128 * 128;
  s.shared_experts = 1;
  const double layer = 2 * h * h + 2 * h * 1024 + 257 * 3 * h * static_cast<double>(s.expert_ffn_hidden);
  const double exact = (parameters - 2 * h * static_cast<double>(s.vocab)) / layer;
  s.layers = std::max<std::int64_t>(4, std::llround(exact / 4) * 4);
  s.source =
      "generic: 256 experts of 2/7 width, 8 active and one shared, as the large mixtures published in 2024 and 2025";
  return s;
}

}  // namespace stargate::training
