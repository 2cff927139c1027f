// Hugging Face config.json: each family names the same things a little differently.
#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/json_text.h"
#include "training/shape.h"

namespace stargate::training {
namespace {

/// The first of the keys that stands in the file.
class Config {
 public:
  Config(const nlohmann::json& json, std::string file) : json_(json), file_(std::move(file)) {}

  std::int64_t need(std::initializer_list<const char*> keys) {
    if (const auto value = number(keys)) return *value;
    std::string names;
    for (const char* key : keys) names += (names.empty() ? "" : " or ") + std::string(key);
    diagnostics_.error({file_}, "no " + names, "a whole number of at least 1");
    return 1;
  }
  std::int64_t get(std::initializer_list<const char*> keys, std::int64_t otherwise) {
    return number(keys).value_or(otherwise);
  }
  bool flag(const char* key, bool otherwise) const {
    const auto at = json_.find(key);
    return at != json_.end() && at->is_boolean() ? at->get<bool>() : otherwise;
  }
  std::string text(const char* key) const {
    const auto at = json_.find(key);
    return at != json_.end() && at->is_string() ? at->get<std::string>() : std::string();
  }
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  std::optional<std::int64_t> number(std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      const auto at = json_.find(key);
      if (at == json_.end() || at->is_null()) continue;
      if (at->is_number_integer() && at->get<std::int64_t>() >= 0 && at->get<std::int64_t>() < (std::int64_t{1} << 40))
        return at->get<std::int64_t>();
      diagnostics_.error({file_}, std::string(key) + " is " + at->dump(), "a whole number from 0");
      return 1;
    }
    return std::nullopt;
  }
  const nlohmann::json& json_;
  std::string file_;
  Diagnostics diagnostics_;
};

}  // namespace

ModelShape shape_from_hugging_face(std::string_view json_text, const std::string& file) {
  nlohmann::json json = parse_json(file, json_text);
  if (!json.is_object()) throw InputError({file}, "not a JSON object", "a Hugging Face config.json");
  if (json.contains("text_config") && json["text_config"].is_object()) json = nlohmann::json(json["text_config"]);
  Config config(json, file);
  const std::string type = config.text("model_type");
  const bool gpt = type == "gpt2" || type == "gpt_neox" || type == "opt" || type == "bloom" || type == "falcon" ||
                   type == "gpt_bigcode";

  ModelShape s;
  s.id = config.text("_name_or_path");
  if (s.id.empty()) s.id = type.empty() ? file : type;
  s.layers = config.need({"num_hidden_layers", "n_layer", "num_layers"});
  s.hidden = config.need({"hidden_size", "n_embd", "d_model"});
  s.heads = config.need({"num_attention_heads", "n_head"});
  s.kv_heads = config.get({"num_key_value_heads", "num_kv_heads"}, s.heads);
  s.head_dim = config.get({"head_dim"}, s.heads > 0 ? s.hidden / s.heads : 1);
  s.vocab = config.need({"vocab_size"});
  s.seq_len =
      std::min<std::int64_t>(config.get({"max_position_embeddings", "n_positions", "n_ctx", "seq_length"}, 4096), 8192);
  s.gated_mlp = !gpt;
  s.tied_embeddings = config.flag("tie_word_embeddings", type == "gpt2" || type == "bloom" || type == "opt");
  s.experts = config.get({"n_routed_experts", "num_local_experts", "num_experts"}, 0);
  s.ffn_hidden = gpt || s.moe() ? config.get({"intermediate_size", "n_inner", "ffn_dim"}, 4 * s.hidden)
                                : config.need({"intermediate_size", "n_inner", "ffn_dim"});
  if (s.ffn_hidden == 0) s.ffn_hidden = 4 * s.hidden;
  if (s.moe()) {
    s.experts_per_token = config.need({"num_experts_per_tok", "experts_per_token", "moe_topk"});
    s.expert_ffn_hidden = config.get({"moe_intermediate_size"}, s.ffn_hidden);
    s.shared_experts = config.get({"n_shared_experts"}, 0);
    s.dense_layers = config.get({"first_k_dense_replace"}, 0);
    s.group_limit = config.get({"topk_group"}, 0);
    s.imbalance = 1.1;
  }
  if (config.get({"kv_lora_rank"}, 0) > 0) {
    s.kv_lora_rank = config.need({"kv_lora_rank"});
    s.q_lora_rank = config.get({"q_lora_rank"}, 0);
    s.head_dim = config.need({"qk_nope_head_dim"});
    s.rope_head_dim = config.need({"qk_rope_head_dim"});
    s.v_head_dim = config.need({"v_head_dim"});
    s.kv_heads = s.heads;
  }
  if (type == "gpt_oss") s.window = config.get({"sliding_window"}, 128), s.full_every = 2;
  s.mtp_layers = config.get({"num_nextn_predict_layers"}, 0);
  s.source = file;
  if (!config.diagnostics().has_errors())
    for (const auto& fault : shape_faults(s)) config.diagnostics().error({file}, fault);
  config.diagnostics().throw_if_errors();
  return s;
}

}  // namespace stargate::training
