// Hugging Face config.json: each family names the same things a little differently. What a key means, and what holds
// where it is missing, is the family's class's; a key that tells of layers and is not understood is refused by name.
#include "base/text.h"
#include "training/hugging_face_config.h"
#include "training/shape.h"

namespace stargate::training {
namespace {

using Config = HuggingFaceConfig;

/// Biases of products that a family has by default.
enum class Bias { none, qkv, all };

struct FamilyDefaults {
  std::string_view types;  ///< model_type, separated by blanks
  bool gated;              ///< MLP of three matrices
  bool tied;               ///< tie_word_embeddings where the config says nothing
  Bias bias = Bias::none;
};

// Of the classes in transformers; the base class ties embeddings unless the family says otherwise.
constexpr FamilyDefaults families[] = {
    {"llama mistral mixtral yi internlm2 internlm3 baichuan aquila xverse smollm3 helium exaone4 granite granitemoe "
     "granitemoeshared seed_oss olmo olmo2 olmo3 olmoe stablelm orion mimo ministral llama4_text llama4 phi3 phimoe "
     "deepseek deepseek_v2 deepseek_v3 kimi_k2 glm glm4 glm4_moe dots1 qwen3 qwen3_moe qwen3_next minimax_text_01 minimax "
     "minimax_m1 minimax_m2 jamba dbrx gpt_oss bailing_moe arctic granitemoehybrid bamba",
     true, false},
    {"qwen2 qwen2_moe internlm qwen qwen2_5 qwen2_vl_text", true, false, Bias::qkv},
    {"chatglm", true, false, Bias::qkv},
    {"gemma gemma2 gemma3_text gemma3 cohere cohere2 minicpm ernie4_5 ernie4_5_moe exaone hunyuan_v1_dense grok-1 grok1",
     true, true},
    {"hunyuan hunyuan_v1_moe", true, true},
    {"nemotron arcee persimmon apertus nemotron_h", false, false},
    {"starcoder2 gpt2 gpt_neo gpt_bigcode opt bloom xglm biogpt", false, true, Bias::all},
    {"gpt_neox gptj codegen phi", false, false, Bias::all},
    {"mpt falcon", false, true},
    {"mamba falcon_mamba", true, true},
    {"mamba2", true, false}};

bool is_one_of(std::string_view type, std::string_view list) {
  for (const auto& name : split(list, ' '))
    if (type == name) return true;
  return false;
}

const FamilyDefaults* defaults_of(std::string_view type) {
  for (const auto& family : families)
    if (is_one_of(type, family.types)) return &family;
  return nullptr;
}

[[noreturn]] void refuse_family(const Config& config, const std::string& type) {
  std::vector<std::string> names;
  for (const auto& family : families)
    for (const auto& name : split(family.types, ' ')) names.emplace_back(name);
  if (type.empty())
    throw InputError({config.file()}, "no model_type", "the family's name, such as llama, qwen3_moe, deepseek_v3");
  throw InputError({config.file()}, std::format("model_type '{}' is not a family whose layers are known", type),
                   name_hint(type, names) + "; if its layers are one of those, say so in model_type; or give the shape as a "
                                            ".csv (stargate train init model)");
}

/// A state-space or linear-attention mixer: `in` outputs of the input projection, `inner` width that the output
/// projection leads back to `hidden`, `beside` all other weights.
void set_state(ModelShape& s, std::int64_t in, std::int64_t inner, std::int64_t size, std::int64_t beside) {
  s.state_parameters = s.hidden * in + inner * s.hidden + beside;
  s.state_width = inner, s.state_size = size;
}

void set_mamba1(ModelShape& s, Config& c, std::int64_t inner, std::int64_t state, std::int64_t kernel, std::int64_t rank) {
  set_state(s, 2 * inner, inner, state, inner * (rank + 2 * state) + inner * (rank + 1) + inner * (kernel + 1 + state + 1));
  (void)c;
}

void set_mamba2(ModelShape& s, std::int64_t heads, std::int64_t head_dim, std::int64_t state, std::int64_t groups,
                std::int64_t kernel) {
  const std::int64_t inner = heads * head_dim, mixed = inner + 2 * groups * state;
  set_state(s, inner + mixed + heads, inner, state, mixed * (kernel + 1) + 3 * heads + inner);
}

/// Attention layers among `layer_types`, by what they are called.
void read_layer_types(ModelShape& s, Config& c, std::string_view type) {
  const auto types = c.texts("layer_types");
  if (types.empty()) return;
  if (static_cast<std::int64_t>(types.size()) != s.layers) {
    c.error("layer_types", std::format("names {} layers, num_hidden_layers {}", types.size(), s.layers));
    return;
  }
  s.window_layers = s.state_layers = 0;
  for (const auto& t : types) {
    if (t == "sliding_attention" || t == "chunked_attention" || t == "local_attention") ++s.window_layers;
    else if ((t == "linear_attention" && (type == "qwen3_next" || type.starts_with("minimax"))) || t == "mamba")
      ++s.state_layers;
    else if (t != "full_attention" && t != "attention" && t != "global_attention") {
      c.error("layer_types", std::format("holds '{}', which is not known for model_type '{}'", t, type));
      return;
    }
  }
  s.full_every = 1;
}

// --- attention and its windows -----------------------------------------------------------------------------------------

void read_attention(ModelShape& s, Config& c, std::string_view type) {
  s.heads = c.need({"num_attention_heads", "n_head", "n_heads", "num_heads"});
  s.kv_heads = c.get({"num_key_value_heads", "num_kv_heads", "n_kv_heads", "kv_n_heads", "multi_query_group_num",
                      "num_attention_groups"},
                     s.heads);
  if (type == "falcon") {
    const bool new_kind = c.flag({"new_decoder_architecture"}, false), single = c.flag({"multi_query"}, true);
    if (!new_kind) s.kv_heads = single ? 1 : s.heads;
    c.ignore({"parallel_attn", "alibi"});
  } else if (type == "gpt_bigcode") {
    if (c.flag({"multi_query"}, true)) s.kv_heads = 1;
  } else if (type == "chatglm" && !c.flag({"multi_query_attention"}, true)) {
    s.kv_heads = s.heads;
  } else if (type == "chatglm" && !c.has("multi_query_group_num")) {
    c.error("multi_query_group_num", "is missing beside multi_query_attention");
  }
  const std::int64_t even = s.heads > 0 ? s.hidden / s.heads : 1;
  s.head_dim = c.get({"head_dim", "kv_channels", "attention_head_dim"}, type == "gemma" ? 256 : even);
  if (s.head_dim == even && s.heads > 0 && even * s.heads != s.hidden && !c.has("head_dim"))
    c.error("head_dim", std::format("is missing, and hidden_size {} does not divide by {} heads", s.hidden, s.heads));
  if (c.get({"kv_lora_rank"}, 0) > 0) {
    s.kv_lora_rank = c.need({"kv_lora_rank"});
    s.q_lora_rank = c.get({"q_lora_rank"}, 0);
    s.head_dim = c.need({"qk_nope_head_dim"});
    s.rope_head_dim = c.need({"qk_rope_head_dim"});
    s.v_head_dim = c.need({"v_head_dim"});
    s.kv_heads = s.heads;
    c.ignore({"qk_head_dim"});
  } else {
    c.ignore({"q_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"});
  }
  // Windows. Most classes read sliding_window for every layer; some for some; Qwen only where it is switched on.
  const std::int64_t window = c.get({"sliding_window", "attention_chunk_size", "sliding_window_size"}, 0);
  c.ignore({"use_sliding_window", "max_window_layers", "no_rope_layers", "attention_chunk_size", "sliding_window"});
  const std::int64_t every = c.get({"sliding_window_pattern", "_sliding_window_pattern", "global_attn_every_n_layers"}, 0);
  if (is_one_of(type, "mistral mixtral phi3 phimoe starcoder2 ministral")) {
    s.window = window, s.window_layers = window > 0 ? s.layers : 0;
  } else if (is_one_of(type, "gpt_oss gemma2")) {
    s.window = window > 0 ? window : type == "gpt_oss" ? 128 : 4096, s.full_every = 2;
  } else if (is_one_of(type, "gemma3 gemma3_text")) {
    s.window = window > 0 ? window : 4096, s.full_every = every > 0 ? every : 6;
  } else if (is_one_of(type, "cohere2 olmo3 exaone4") && window > 0) {
    s.window = window, s.full_every = every > 0 ? every : 4;
  } else if (is_one_of(type, "llama4 llama4_text")) {
    s.window = window > 0 ? window : 8192, s.full_every = c.get({"no_rope_layer_interval"}, 4);
  } else if (is_one_of(type, "qwen2 qwen2_moe qwen3 qwen3_moe") && window > 0) {
    Config& q = c;
    if (q.flag({"use_sliding_window"}, false)) {
      const std::int64_t full = q.get({"max_window_layers"}, 28);
      s.window = window, s.window_layers = std::max<std::int64_t>(0, s.layers - full);
    }
  } else if (every > 1) {
    c.error("sliding_window_pattern", std::format("is {}, which is not known for model_type '{}'", every, type));
  }
  read_layer_types(s, c, type);
}

// --- experts -----------------------------------------------------------------------------------------------------------

/// Dense layers of a mixture: the first so many, one in so many, or a list.
void read_dense_layers(ModelShape& s, Config& c, std::string_view type) {
  s.dense_layers = c.get({"first_k_dense_replace"}, 0);
  const std::int64_t step = c.get({"moe_layer_freq"}, 1);
  if (step > 1) s.dense_layers = s.layers - (s.layers - s.dense_layers + step - 1) / step;
  if (const std::int64_t sparse = c.get({"decoder_sparse_step"}, 1); sparse > 1)
    s.dense_layers = s.layers - s.layers / sparse;
  const auto only = c.numbers("mlp_only_layers");
  for (const std::int64_t layer : only)
    if (const std::int64_t sparse = c.get({"decoder_sparse_step"}, 1); (layer + 1) % std::max<std::int64_t>(1, sparse) == 0)
      ++s.dense_layers;
  if (is_one_of(type, "llama4 llama4_text")) {
    const auto moe = c.numbers("moe_layers");
    const std::int64_t every = c.get({"interleave_moe_layer_step"}, 1);
    s.dense_layers = !moe.empty() ? s.layers - static_cast<std::int64_t>(moe.size())
                     : every > 0  ? s.layers - s.layers / every
                                  : s.layers;
  }
  if (type == "jamba") {
    const std::int64_t period = c.get({"expert_layer_period"}, 2), offset = c.get({"expert_layer_offset"}, 1);
    std::int64_t moe = 0;
    for (std::int64_t i = 0; i < s.layers; ++i) moe += period > 0 && i % period == offset;
    s.dense_layers = s.layers - moe;
  }
  if (type == "ernie4_5_moe") {
    const std::int64_t first = c.get({"moe_layer_start_index"}, 1), every = std::max<std::int64_t>(1, c.get({"moe_layer_interval"}, 1));
    std::int64_t last = c.has("moe_layer_end_index") ? c.get({"moe_layer_end_index"}, s.layers - 1) : s.layers - 1;
    c.ignore({"moe_layer_end_index"});
    last = std::min(last, s.layers - 1);
    std::int64_t moe = 0;
    for (std::int64_t i = first; i <= last; ++i) moe += (i + 1) % every == 0;
    s.dense_layers = s.layers - moe;
  }
}

void read_experts(ModelShape& s, Config& c, std::string_view type) {
  s.experts = c.get({"n_routed_experts", "num_local_experts", "num_experts", "moe_num_experts"},
                    is_one_of(type, "mixtral") ? 8 : 0);
  if (s.experts <= 1 && !is_one_of(type, "llama4 llama4_text")) {
    s.experts = 0;
    c.ignore({"num_experts_per_tok", "moe_topk", "moe_top_k", "moe_k", "moe_intermediate_size", "num_shared_expert",
              "n_shared_experts", "first_k_dense_replace", "moe_layer_freq", "decoder_sparse_step", "num_shared_experts"});
    return;
  }
  s.experts_per_token = c.need({"num_experts_per_tok", "experts_per_token", "moe_topk", "moe_top_k", "moe_k",
                                "num_selected_experts", "num_experts_per_token", "top_k_experts"});
  s.expert_ffn_hidden = c.get({"moe_intermediate_size", "expert_ffn_hidden_size"}, s.ffn_hidden);
  if (s.expert_ffn_hidden == 0) s.expert_ffn_hidden = s.ffn_hidden;
  s.shared_experts = c.get({"n_shared_experts", "num_shared_expert", "num_shared_experts", "moe_num_shared_experts"}, 0);
  s.shared_ffn_hidden = c.get({"shared_expert_intermediate_size", "shared_intermediate_size", "moe_shared_expert_intermediate_size",
                               "moe_shared_expert_overlap_size"}, 0);
  if (is_one_of(type, "minimax minimax_text_01 minimax_m1 minimax_m2")) s.shared_ffn_hidden = 0, s.shared_experts = 0;
  if (s.shared_ffn_hidden > 0 && s.shared_experts == 0) s.shared_experts = 1;
  if (is_one_of(type, "llama4 llama4_text")) {
    s.shared_experts = 1, s.shared_ffn_hidden = s.expert_ffn_hidden;
    s.ffn_hidden = c.get({"intermediate_size_mlp"}, 16384);
  }
  if (is_one_of(type, "deepseek_v2 deepseek_v3 kimi_k2 dots1 glm4_moe")) {
    s.group_limit = c.get({"topk_group"}, 0);
    if (c.get({"n_group"}, 2) <= 1) s.group_limit = 0;
  }
  c.ignore({"topk_group", "n_group"});
  s.expert_latent = c.get({"moe_latent_size"}, 0);
  s.imbalance = 1.1;
  read_dense_layers(s, c, type);
  if (type == "hunyuan" && !c.flag({"use_mixed_mlp_moe"}, true)) s.shared_experts = 0;
  if (type == "arctic") {  // a dense MLP stands beside the experts of every layer
    if (c.flag({"use_residual", "parallel_attn_mlp_res"}, true)) s.shared_experts = 1, s.shared_ffn_hidden = s.hidden;
    c.ignore({"use_residual", "parallel_attn_mlp_res", "moe_train_capacity_factor"});
    s.dense_layers = 0;
  }
}

// --- layers that are neither -------------------------------------------------------------------------------------------

/// Nemotron-H: one block a letter.
void read_pattern(ModelShape& s, Config& c) {
  const std::string pattern = c.text({"hybrid_override_pattern", "hybrid_layer_pattern"});
  c.ignore({"layers_block_type"});
  if (pattern.empty()) {
    c.error("hybrid_override_pattern", "is missing: which blocks are Mamba, attention, MLP is not told");
    return;
  }
  std::int64_t mamba = 0, attention = 0, mlp = 0, experts = 0;
  for (const char letter : pattern) switch (letter) {
      case 'M': ++mamba; break;
      case '*': ++attention; break;
      case '-': ++mlp; break;
      case 'E': ++experts; break;
      default:
        c.error("hybrid_override_pattern", std::format("holds '{}'", letter), "M (Mamba-2), * (attention), - (MLP), E (experts)");
        return;
    }
  if (static_cast<std::int64_t>(pattern.size()) != s.layers) {
    // The pattern is what the class builds; the number beside it must agree or one of the two is a slip.
    c.error("hybrid_override_pattern", std::format("tells {} blocks, num_hidden_layers {}", pattern.size(), s.layers));
    return;
  }
  s.state_layers = mamba, s.mlp_only_layers = mlp + experts, s.mixer_only_layers = mamba + attention;
  if (experts > 0) s.dense_layers = mlp;
  else s.experts = 0, s.experts_per_token = s.shared_experts = s.shared_ffn_hidden = 0;
  if (experts > 0 && s.experts == 0) c.error("n_routed_experts", "is missing, and the pattern has experts");
  set_mamba2(s, c.need({"mamba_num_heads"}), c.need({"mamba_head_dim"}), c.need({"ssm_state_size"}), c.need({"n_groups", "mamba_n_groups"}),
             c.get({"conv_kernel"}, 4));
  c.ignore({"expand", "mamba_expand"});
}

void read_mixers(ModelShape& s, Config& c, std::string_view type) {
  const auto kept = [&] { return s.state_layers > 0; };
  if (type == "nemotron_h") {
    read_pattern(s, c);
  } else if (type == "jamba") {
    const std::int64_t period = c.get({"attn_layer_period"}, 8), offset = c.get({"attn_layer_offset"}, 4);
    std::int64_t attention = 0;
    for (std::int64_t i = 0; i < s.layers; ++i) attention += period > 0 && i % period == offset;
    s.state_layers = s.layers - attention;
    const std::int64_t rank = c.get({"mamba_dt_rank"}, (s.hidden + 15) / 16);
    set_mamba1(s, c, c.get({"mamba_expand"}, 2) * s.hidden, c.get({"mamba_d_state"}, 16), c.get({"mamba_d_conv"}, 4), rank);
  } else if (type == "granitemoehybrid" || type == "bamba") {
    if (type == "bamba") {
      const auto attention = c.numbers("attn_layer_indices");
      s.state_layers = s.layers - static_cast<std::int64_t>(attention.size());
    }
    if (kept())
      set_mamba2(s, c.need({"mamba_n_heads"}), c.has("mamba_d_head") && c.text({"mamba_d_head_kind"}).empty()
                                                   ? c.get({"mamba_d_head"}, 64)
                                                   : c.get({"mamba_expand"}, 2) * s.hidden / std::max<std::int64_t>(1, c.need({"mamba_n_heads"})),
                 c.need({"mamba_d_state"}), c.get({"mamba_n_groups"}, 1), c.get({"mamba_d_conv"}, 4));
    c.ignore({"mamba_expand", "mamba_d_head", "mamba_n_heads", "mamba_d_state", "mamba_n_groups", "mamba_d_conv"});
  } else if (type == "qwen3_next") {
    if (!c.has("layer_types")) s.state_layers = s.layers - s.layers / std::max<std::int64_t>(1, c.get({"full_attention_interval"}, 4));
    c.ignore({"full_attention_interval"});
    const std::int64_t key = c.need({"linear_num_key_heads"}) * c.need({"linear_key_head_dim"});
    const std::int64_t heads = c.need({"linear_num_value_heads"}), value = heads * c.need({"linear_value_head_dim"});
    set_state(s, 2 * key + 2 * value + 2 * heads, value, c.need({"linear_key_head_dim"}),
              (2 * key + value) * c.get({"linear_conv_kernel_dim"}, 4));
    s.attention_gate = true;
    s.extra_parameters += s.layers * s.hidden;  // the shared expert's own gate
  } else if (is_one_of(type, "minimax minimax_text_01 minimax_m1 minimax_m2")) {
    const auto kinds = c.numbers("attn_type_list");
    if (!kinds.empty() && static_cast<std::int64_t>(kinds.size()) != s.layers)
      c.error("attn_type_list", std::format("names {} layers, num_hidden_layers {}", kinds.size(), s.layers));
    if (!kinds.empty()) s.state_layers = std::ranges::count(kinds, 0);
    else if (!c.has("layer_types") && type != "minimax_m2") c.error("attn_type_list", "is missing: which layers are linear attention is not told");
    const std::int64_t width = s.heads * s.head_dim;
    if (kept()) set_state(s, 4 * width, width, s.head_dim, width);
  } else if (type == "mamba" || type == "falcon_mamba") {
    s.heads = s.kv_heads = 1, s.head_dim = s.hidden;
    s.state_layers = s.mixer_only_layers = s.layers;
    const std::int64_t inner = c.get({"intermediate_size", "d_inner"}, c.get({"expand"}, 2) * s.hidden);
    set_mamba1(s, c, inner, c.get({"state_size"}, 16), c.get({"conv_kernel"}, 4), c.get({"time_step_rank"}, (s.hidden + 15) / 16));
  } else if (type == "mamba2") {
    s.kv_heads = s.heads, s.state_layers = s.mixer_only_layers = s.layers;
    if (!c.has("n_groups")) c.error("n_groups", "is missing: the class takes 8, the published models of this kind have 1");
    if (!c.has("tie_word_embeddings"))
      c.error("tie_word_embeddings", "is missing: the class takes false, the published models of this kind are tied");
    set_mamba2(s, s.heads, s.head_dim, c.need({"state_size"}), c.get({"n_groups"}, 8), c.get({"conv_kernel"}, 4));
    c.ignore({"expand"});
  }
  if (kept() && s.attention_layers() > 0)
    c.note(std::format("{} of {} layers are state-space or linear attention, not softmax attention", s.state_layers, s.layers));
}

// --- weights beside the matrices ---------------------------------------------------------------------------------------

void read_extras(ModelShape& s, Config& c, std::string_view type, Bias bias) {
  const bool qkv = c.flag({"attention_bias", "qkv_bias", "add_qkv_bias", "use_qkv_bias", "attn_bias"}, bias != Bias::none) && !c.flag({"no_bias"}, false);
  const bool all = c.flag({"bias", "use_bias", "add_bias_linear", "mlp_bias", "use_mlp_bias"}, bias == Bias::all) && !c.flag({"no_bias"}, false);
  const std::int64_t width = s.heads * s.qk_head_dim(), kv = s.kv_heads * s.qk_head_dim();
  std::int64_t layer = 0;
  if (qkv || all) layer += width + 2 * kv;
  if (all) layer += s.hidden + s.ffn_hidden * (s.gated_mlp ? 2 : 1) + s.hidden;
  s.extra_parameters += layer * s.attention_layers() + s.hidden;
  if (is_one_of(type, "gpt2 gpt_bigcode gpt_neo biogpt")) s.extra_parameters += c.get({"n_positions", "max_position_embeddings"}, 1024) * s.hidden;
  if (type == "gpt_oss") s.extra_parameters += s.layers * s.experts * (2 * s.expert_ffn_hidden + s.hidden);
  if (type == "opt") {
    s.extra_parameters += (c.get({"max_position_embeddings"}, 2048) + 2) * s.hidden;
    if (const std::int64_t narrow = c.get({"word_embed_proj_dim"}, s.hidden); narrow != s.hidden)
      s.extra_parameters += 2 * narrow * s.hidden - s.vocab * (s.hidden - narrow);
  }
  if (const std::int64_t share = c.flag({"use_cla"}, false) ? c.get({"cla_share_factor"}, 1) : 1; share > 1) {
    s.extra_parameters -= s.layers * (share - 1) / share * 2 * kv * s.hidden;
    c.note(std::format("keys and values are shared by {} layers; their products are counted in each", share));
  }
  c.ignore({"cla_share_factor", "word_embed_proj_dim"});
}

}  // namespace

ModelShape shape_from_hugging_face(std::string_view json_text, const std::string& file) {
  Config c(json_text, file);
  const std::string type = c.text({"model_type"});
  const FamilyDefaults* family = defaults_of(type);
  if (!family) refuse_family(c, type);
  if (c.flag({"is_encoder_decoder"}, false)) c.error("is_encoder_decoder", "is true: decoder-only models are read");
  c.open("attn_config"), c.open("ffn_config"), c.open("ssm_cfg");

  ModelShape s;
  s.id = c.text({"_name_or_path"});
  if (s.id.empty()) s.id = type;
  s.source = file;
  s.gated_mlp = family->gated;
  s.layers = c.need({"num_hidden_layers", "n_layer", "n_layers", "num_layers"});
  s.hidden = c.need({"hidden_size", "n_embd", "d_model", "n_embed"});
  s.vocab = c.need(type == "chatglm" ? Config::Keys{"padded_vocab_size", "vocab_size"} : Config::Keys{"vocab_size", "padded_vocab_size"});
  const std::int64_t positions = c.get({"max_position_embeddings", "n_positions", "n_ctx", "seq_length", "max_seq_len", "max_sequence_length", "model_max_length"}, 0);
  s.seq_len = positions > 0 ? std::min<std::int64_t>(positions, 8192) : 4096;
  if (positions != s.seq_len)
    c.note(std::format("sequence of {} tokens taken{}", s.seq_len, positions > 0 ? std::format(" (the config's limit is {})", positions) : ""));
  s.tied_embeddings = c.flag({"tie_word_embeddings"}, family->tied);
  if (!c.has("tie_word_embeddings"))
    c.note(std::format("tie_word_embeddings not told: {}, as the class has it", family->tied ? "true" : "false"));

  const bool state_only = is_one_of(type, "mamba falcon_mamba mamba2");
  if (!state_only || type == "mamba2") read_attention(s, c, type);
  const bool four_wide = is_one_of(type, "gpt2 gpt_neo gpt_bigcode gptj codegen bloom falcon mpt");
  if (!state_only) {
    if (four_wide)
      s.ffn_hidden = c.get({"n_inner", "ffn_hidden_size", "intermediate_size", "ffn_dim"}, type == "mpt" ? c.get({"expansion_ratio"}, 4) * s.hidden : 4 * s.hidden);
    else if (type == "hunyuan_v1_moe" || type == "hunyuan")
      s.ffn_hidden = c.need({"intermediate_size"});
    else
      s.ffn_hidden = c.need({"intermediate_size", "ffn_hidden_size", "ffn_dim", "n_inner"});
    if (s.ffn_hidden == 0) s.ffn_hidden = 4 * s.hidden;
    if (type == "qwen") s.ffn_hidden /= 2;  // the class halves it for the gate
    read_experts(s, c, type);
  } else {
    s.mixer_only_layers = s.layers;
  }
  read_mixers(s, c, type);
  s.mtp_layers = c.get({"num_nextn_predict_layers", "num_mtp_modules", "mtp_num_hidden_layers", "num_mtp_layers"}, 0);
  if (c.has("use_mtp") && !c.flag({"use_mtp"}, false)) s.mtp_layers = 0;
  c.ignore({"mtp_transformer_layers", "mtp_loss_scaling_factor", "hidden_act", "num_mtp_modules"});
  read_extras(s, c, type, family->bias);
  c.unknown_structure(type);
  s.notes = c.notes();
  if (!c.diagnostics().has_errors())
    for (const auto& fault : shape_faults(s)) c.diagnostics().error({file}, fault);
  c.diagnostics().throw_if_errors();
  return s;
}

}  // namespace stargate::training
