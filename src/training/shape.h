#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/record.h"

namespace stargate::training {

/// The shape of a decoder-only transformer: all that step time, memory and FLOPs depend on. Counts are dimensionless;
/// lengths are in tokens. 0 in an optional field means that the model has no such part.
struct ModelShape : Row {
  std::string id;
  std::int64_t layers = 0;
  std::int64_t hidden = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;  ///< = heads: multi-head attention; fewer: grouped-query attention
  std::int64_t head_dim = 0;
  std::int64_t ffn_hidden = 0;  ///< inner width of the dense MLP
  std::int64_t vocab = 0;
  std::int64_t seq_len = 0;  ///< default sequence length of training
  bool gated_mlp = false;    ///< SwiGLU and the like: three matrices in place of two
  bool tied_embeddings = false;

  std::int64_t experts = 0;  ///< routed experts of a mixture-of-experts layer
  std::int64_t experts_per_token = 0;
  std::int64_t expert_ffn_hidden = 0;
  std::int64_t shared_experts = 0;  ///< experts that see every token, each of width expert_ffn_hidden
  std::int64_t dense_layers = 0;    ///< layers that keep a dense MLP in a mixture-of-experts model
  double capacity_factor = 0;       ///< tokens an expert takes at most, over the even share; 0: no token is dropped
  std::int64_t group_limit = 0;     ///< most expert groups (nodes) a token is sent to; 0: no limit
  double imbalance = 1;             ///< tokens of the busiest rank over the even share, before the capacity limit

  std::int64_t q_lora_rank = 0;    ///< multi-head latent attention: rank of the query's down-projection (0: none)
  std::int64_t kv_lora_rank = 0;   ///< > 0: multi-head latent attention
  std::int64_t rope_head_dim = 0;  ///< part of a query head that carries the rotation, in addition to head_dim
  std::int64_t v_head_dim = 0;     ///< width of a value head (0: head_dim)

  std::int64_t window = 0;      ///< sliding window of the local attention layers, in tokens
  std::int64_t full_every = 1;  ///< every n-th layer attends to everything; the others to the window
  std::int64_t mtp_layers = 0;  ///< layers for multi-token prediction, each with the head applied once more
  std::string source;

  bool moe() const { return experts > 0; }
  bool mla() const { return kv_lora_rank > 0; }
  std::int64_t moe_layers() const { return moe() ? layers - dense_layers : 0; }
  std::int64_t qk_head_dim() const { return head_dim + rope_head_dim; }
  std::int64_t value_head_dim() const { return v_head_dim > 0 ? v_head_dim : head_dim; }
};

const Table<ModelShape>& shape_table();

/// The models that travel with the program (data/training/model_shapes.csv).
const std::vector<ModelShape>& shape_library();

/// A model of the library by name (case, '-', '_' and blanks do not count), a path to a CSV with one shape, a path to a
/// Hugging Face config.json, or "frontier:400e9" (dense) and "frontier-moe:2e12" for a generic shape of that many
/// parameters. InputError with the nearest names otherwise.
ModelShape find_shape(std::string_view name);
/// The library's model of that name, or null.
const ModelShape* library_shape(std::string_view name);

/// Reads a Hugging Face config.json: Llama, Mistral, Mixtral, Qwen2/3 (and MoE), DeepSeek V2/V3, GPT-2, GPT-NeoX,
/// GPT-OSS, and any that use the same key names. InputError names the keys that are missing.
ModelShape shape_from_hugging_face(std::string_view json_text, const std::string& file);

/// A dense model of about `parameters` weights: depth and width by the rule width = 128 x depth^(...) that the
/// published models of 1 B to 1,000 B follow; grouped-query attention with 8 key-value heads, gated MLP of 3.5 widths.
ModelShape frontier_shape(double parameters);
/// A mixture of experts of about `parameters` weights in all, 1/16 of the experts active, shape as DeepSeek-V3's.
ModelShape frontier_moe_shape(double parameters);

/// Everything wrong with a shape as text ("heads 30 do not divide by kv_heads 8"); empty if it is sound.
std::vector<std::string> shape_faults(const ModelShape& shape);

/// Weights, by where they live. All are counts of parameters.
struct ParameterCount {
  double attention_layer = 0;  ///< of one layer, norms included
  double dense_mlp_layer = 0;
  double routed_layer = 0;  ///< all routed experts of one layer
  double shared_layer = 0;  ///< shared experts and router of one layer
  double embedding = 0;
  double head = 0;  ///< 0 where tied with the embedding
  double total = 0;
  double active = 0;  ///< that a token meets: experts_per_token of the routed experts
};
ParameterCount count_parameters(const ModelShape& shape);

/// What a "FLOP of training" is: every figure of utilisation names one.
enum class FlopConvention {
  megatron,  ///< 72 B s l h^2 (1 + s/6h + V/12lh): attention as a full square, head counted (Narayanan 2021)
  causal,    ///< the same matrices, attention as the lower triangle (Megatron-Bridge, PaLM's 'model FLOPs' halved)
  six_n,     ///< 6 x active parameters, no attention, embedding not counted
};
/// Model FLOPs for one token of a sequence of `seq_len`, forward and backward, without recomputation.
double flops_per_token(const ModelShape& shape, std::int64_t seq_len, FlopConvention convention);
/// Attention's own part (scores and context) of the above, forward only, one layer on average, full square.
double attention_flops_per_token(const ModelShape& shape, std::int64_t seq_len);

}  // namespace stargate::training
