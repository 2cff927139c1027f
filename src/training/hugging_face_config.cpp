#include "training/hugging_face_config.h"

#include "base/json_text.h"
#include "base/text.h"

namespace stargate::training {
namespace {
using nlohmann::json;

/// Words in a key that tell of the model's layers.
constexpr std::string_view structural[] = {
    "expert",  "moe",      "mamba",     "ssm",     "state_size", "lora",     "layer_type", "layers",  "pattern",
    "interleave", "layer_freq", "layer_step", "layer_period", "sparse_step", "shared",  "window",  "chunk",      "cross_att",
    "mtp",     "nextn",    "per_layer", "altup",   "laurel",     "linear_",  "attn_type",  "block",   "ffn",
    "intermediate", "head_dim", "heads",     "kv_",     "embed_proj", "parallel", "decoder",    "encoder", "cla_",
    "use_cla", "residual_mlp", "index_",  "latent",  "no_rope_l",  "skip",     "conv_",      "memory",  "zero_expert"};
/// Keys with such a word that change no weight and no product.
constexpr std::string_view harmless[] = {
    "router_",         "n_group",        "moe_capacity",   "expert_capacity",  "moe_aux",        "moe_loss",
    "moe_jitter",      "moe_router",     "moe_gate_",      "moe_drop",         "moe_token",      "moe_norm",
    "moe_eval",        "moe_train",      "moe_use_",       "moe_normalize",    "moe_implementation", "moe_layer_recompute",
    "use_cache",       "kv_cache",       "is_encoder",     "is_decoder",       "max_window_layers", "no_rope_layer",
    "initializer",     "dropout",        "_dropout",       "attention_chunk",  "chunk_size",     "mamba_chunk",
    "time_step",       "mamba_act",      "residual_in_fp32", "mamba_ssm_cache", "mamba_hidden_act", "use_mamba_kernels",
    "mamba_inner_layernorms", "fuse_",   "use_fused",      "tensor_parallel",  "pipeline_parallel", "ep_size",
    "moe_intermediate_size_list",        "output_hidden",  "rescale_layer",    "use_moe_",       "cross_attention_hidden",
    "add_cross_attention", "chunk_size_feed_forward", "tie_encoder_decoder",   "decoder_start", "num_experts_per_group",
    "log_expert",      "mlp_layer_types_checked", "expert_bias", "expert_bias_update", "moe_dynamic", "rms_norm",
    "rope_",           "layernorm",      "layer_norm",     "layers_to_transform", "use_parallel_residual", "parallel_attn",
    "mamba_dt_",       "mamba_proj_bias", "mamba_conv_bias", "use_conv_bias",  "mlp_bias",       "use_long_conv"};

bool contains_any(std::string_view key, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view w) { return key.contains(w); });
}

bool inactive(const json& value) {
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) ||
         (value.is_number() && value.get<double>() == 0) || ((value.is_array() || value.is_object()) && value.empty()) ||
         (value.is_string() && value.get<std::string>().empty());
}

}  // namespace

HuggingFaceConfig::HuggingFaceConfig(std::string_view json_text, std::string file) : file_(std::move(file)) {
  json_ = parse_json(file_, json_text);
  if (!json_.is_object()) throw InputError({file_}, "not a JSON object", "a Hugging Face config.json");
  for (const char* inner : {"text_config", "llm_config", "language_config"}) {
    if (!json_.contains(inner) || !json_[inner].is_object()) continue;
    std::string parts;
    for (const auto& [key, value] : json_.items())
      if (key != inner && key.ends_with("_config") && value.is_object() && key != "quantization_config")
        parts += (parts.empty() ? "" : ", ") + key.substr(0, key.size() - 7);
    if (!parts.empty()) note("left out beside the text model: " + parts);
    json whole = std::move(json_);
    json_ = std::move(whole[inner]);
    for (const char* key : {"tie_word_embeddings", "model_type", "vocab_size"})  // may stand outside only
      if (!json_.contains(key) && whole.contains(key)) json_[key] = whole[key];
    break;
  }
}

void HuggingFaceConfig::note(std::string text) { notes_ += (notes_.empty() ? "" : "; ") + std::move(text); }

void HuggingFaceConfig::error(const char* key, const std::string& what, const std::string& hint) {
  diagnostics_.error({file_}, std::string(key) + " " + what, hint);
}

bool HuggingFaceConfig::has(const char* key) const {
  const auto at = json_.find(key);
  return at != json_.end() && !at->is_null();
}

const json* HuggingFaceConfig::find(Keys keys, std::string& name) {
  const json* found = nullptr;
  for (const char* key : keys) {
    asked_.insert(key);
    const auto at = json_.find(key);
    if (found || at == json_.end() || at->is_null()) continue;
    found = &*at, name = key;
  }
  return found;
}

std::optional<std::int64_t> HuggingFaceConfig::whole(const json& value) const {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  if (value.is_number_integer()) {
    const bool in_range = value.is_number_unsigned() ? value.get<std::uint64_t>() <= std::uint64_t{most}
                                                     : value.get<std::int64_t>() >= 0;
    return in_range ? std::optional(value.get<std::int64_t>()) : std::nullopt;
  }
  if (value.is_number_float()) {  // 5632.0 is written by some
    const double number = value.get<double>();
    if (number >= 0 && number <= static_cast<double>(most) && number == std::floor(number))
      return static_cast<std::int64_t>(number);
    return std::nullopt;
  }
  if (!value.is_array() || value.empty()) return std::nullopt;
  const auto first = whole(value[0]);
  for (const auto& item : value)
    if (whole(item) != first) return std::nullopt;
  return first;
}

std::int64_t HuggingFaceConfig::get(Keys keys, std::int64_t otherwise) {
  std::string name;
  const json* value = find(keys, name);
  if (!value) return otherwise;
  if (const auto number = whole(*value)) return *number;
  std::string shown = value->dump();
  if (shown.size() > 60) shown = shown.substr(0, 60) + "...";
  error(name.c_str(), "is " + shown, value->is_array() ? "one whole number, the same for each layer" : "a whole number from 0 to 2^40");
  return std::max<std::int64_t>(1, otherwise);
}

std::int64_t HuggingFaceConfig::need(Keys keys) {
  std::string name;
  if (!find(keys, name)) {
    std::string names;
    for (const char* key : keys) names += (names.empty() ? "" : " or ") + std::string(key);
    diagnostics_.error({file_}, "no " + names, "a whole number of at least 1");
    return 1;
  }
  const std::int64_t value = get(keys, 1);
  if (value >= 1) return value;
  error(name.c_str(), "is 0", "a whole number of at least 1");
  return 1;
}

double HuggingFaceConfig::real(const char* key, double otherwise) {
  std::string name;
  const json* value = find({key}, name);
  if (!value) return otherwise;
  if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
  error(key, "is " + value->dump(), "a number");
  return otherwise;
}

std::optional<bool> HuggingFaceConfig::flag_if(Keys keys) {
  std::string name;
  const json* value = find(keys, name);
  if (!value) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_number_integer() && (*value == 0 || *value == 1)) return *value == 1;
  error(name.c_str(), "is " + value->dump(), "true or false");
  return std::nullopt;
}

bool HuggingFaceConfig::flag(Keys keys, bool otherwise) { return flag_if(keys).value_or(otherwise); }

std::string HuggingFaceConfig::text(Keys keys, std::string otherwise) {
  std::string name;
  const json* value = find(keys, name);
  if (!value) return otherwise;
  if (value->is_string()) return value->get<std::string>();
  error(name.c_str(), "is " + value->dump(), "text");
  return otherwise;
}

std::vector<std::int64_t> HuggingFaceConfig::numbers(const char* key) {
  std::string name;
  const json* value = find({key}, name);
  std::vector<std::int64_t> list;
  if (!value) return list;
  if (!value->is_array()) error(key, "is " + value->dump(), "a list of whole numbers");
  else
    for (const auto& item : *value) {
      const auto number = whole(item);
      if (!number) {
        error(key, "holds " + item.dump(), "whole numbers");
        return {};
      }
      list.push_back(*number);
    }
  return list;
}

std::vector<std::string> HuggingFaceConfig::texts(const char* key) {
  std::string name;
  const json* value = find({key}, name);
  std::vector<std::string> list;
  if (!value) return list;
  if (!value->is_array()) error(key, "is " + value->dump(), "a list of names");
  else
    for (const auto& item : *value) {
      if (!item.is_string()) {
        error(key, "holds " + item.dump(), "names");
        return {};
      }
      list.push_back(item.get<std::string>());
    }
  return list;
}

void HuggingFaceConfig::open(const char* key) {
  asked_.insert(key);
  const auto at = json_.find(key);
  if (at == json_.end() || !at->is_object()) return;
  const json inner = *at;
  for (const auto& [name, value] : inner.items())
    if (name != "model_type" && !json_.contains(name)) json_[name] = value;
}

void HuggingFaceConfig::ignore(Keys keys) {
  for (const char* key : keys) asked_.insert(key);
}

void HuggingFaceConfig::unknown_structure(std::string_view family) {
  for (const auto& [key, value] : json_.items()) {
    const std::string plain = lower(key);
    if (asked_.contains(key) || inactive(value) || !contains_any(plain, structural) || contains_any(plain, harmless))
      continue;
    error(key.c_str(), std::format("changes the layers in a way that is not known for model_type '{}'", family),
          "take the key out if it does not, or give the shape as a .csv (stargate train init model)");
  }
}

}  // namespace stargate::training
