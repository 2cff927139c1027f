// What a shape holds and costs: layers by kind, weights, FLOPs; and what is wrong with it.
#include "training/shape.h"

namespace stargate::training {
namespace {

double number(std::int64_t n) { return static_cast<double>(n); }

constexpr double most_parameters = 1e14;

}  // namespace

std::vector<std::string> shape_faults(const ModelShape& s) {
  std::vector<std::string> faults;
  const auto fault = [&]<class... A>(std::format_string<A...> text, A&&... args) {
    faults.push_back(std::format(text, std::forward<A>(args)...));
  };
  const auto within = [&](std::string_view what, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most) fault("{} is {}; allowed: {} to {}", what, value, least, most);
  };
  constexpr std::int64_t wide = 10'000'000, deep = 10'000;
  within("layers", s.layers, 1, deep), within("hidden", s.hidden, 1, wide), within("heads", s.heads, 1, wide);
  within("kv_heads", s.kv_heads, 1, wide), within("head_dim", s.head_dim, 1, wide);
  within("vocab", s.vocab, 1, 100 * wide), within("seq_len", s.seq_len, 1, 100 * wide);
  within("ffn_hidden", s.ffn_hidden, 0, 100 * wide), within("experts", s.experts, 0, wide);
  within("expert_ffn_hidden", s.expert_ffn_hidden, 0, 100 * wide), within("shared_experts", s.shared_experts, 0, deep);
  within("q_lora_rank", s.q_lora_rank, 0, wide), within("kv_lora_rank", s.kv_lora_rank, 0, wide);
  within("rope_head_dim", s.rope_head_dim, 0, wide), within("v_head_dim", s.v_head_dim, 0, wide);
  within("mtp_layers", s.mtp_layers, 0, deep), within("dense_layers", s.dense_layers, 0, s.layers);
  within("state_layers", s.state_layers, 0, s.layers), within("mlp_only_layers", s.mlp_only_layers, 0, s.layers);
  within("mixer_only_layers", s.mixer_only_layers, 0, s.layers);
  within("full_every", s.full_every, 1, deep), within("window", s.window, 0, 100 * wide);
  if (!faults.empty()) return faults;
  if (s.heads % s.kv_heads != 0) fault("{} heads do not divide by {} kv_heads", s.heads, s.kv_heads);
  if (s.state_layers + s.mlp_only_layers > s.layers)
    fault("state_layers {} and mlp_only_layers {} are more than the {} layers", s.state_layers, s.mlp_only_layers,
          s.layers);
  else
    within("window_layers", s.window_layers, 0, s.attention_layers());
  if (s.mixer_only_layers + s.mlp_only_layers != 0 && s.mixer_only_layers + s.mlp_only_layers != s.layers)
    fault("mixer_only_layers {} and mlp_only_layers {} are not all of the {} layers", s.mixer_only_layers,
          s.mlp_only_layers, s.layers);
  if (s.state_layers > 0) {
    within("state_parameters", s.state_parameters, 1, std::int64_t{1} << 50);
    within("state_width", s.state_width, 1, wide), within("state_size", s.state_size, 1, wide);
  }
  if (s.moe()) {
    within("experts_per_token", s.experts_per_token, 1, s.experts);
    within("expert_ffn_hidden", s.expert_ffn_hidden, 1, 100 * wide);
    if (s.dense_layers > s.mlp_layers())
      fault("dense_layers {} are more than the {} layers with an MLP", s.dense_layers, s.mlp_layers());
    if (s.dense_layers > 0) within("ffn_hidden", s.ffn_hidden, 1, 100 * wide);
    if (s.capacity_factor > 0 && s.capacity_factor < 1)
      fault("capacity_factor {} is below 1: tokens would have no room", s.capacity_factor);
    if (!(s.imbalance >= 1 && s.imbalance <= 1e3)) fault("imbalance {} is not from 1 to 1000", s.imbalance);
  } else if (s.mlp_layers() > 0) {
    within("ffn_hidden", s.ffn_hidden, 1, 100 * wide);
  }
  if (faults.empty()) {
    const double total = count_parameters(s).total;
    if (!(total > 0 && total <= most_parameters))
      fault("{:.3g} parameters; from 1 to {:.0e} can be told apart from a slip", total, most_parameters);
  }
  return faults;
}

LayerKinds layer_kinds(const ModelShape& s) {
  LayerKinds list;
  const auto add = [&](Mixer mixer, Mlp mlp, double layers) {
    if (layers > 0) list.kinds[list.size++] = {mixer, mlp, layers};
  };
  const double moe = number(s.moe_layers()), dense = number(s.mlp_layers()) - moe;
  const double attention = number(s.attention_layers()), state = number(s.state_layers);
  if (s.mlp_only_layers > 0 || s.mixer_only_layers > 0) {
    add(Mixer::attention, Mlp::none, attention), add(Mixer::state, Mlp::none, state);
    add(Mixer::none, Mlp::dense, dense), add(Mixer::none, Mlp::moe, moe);
    return list;
  }
  const double all = number(s.layers);
  add(Mixer::attention, Mlp::dense, attention * (dense / all)), add(Mixer::attention, Mlp::moe, attention * (moe / all));
  add(Mixer::state, Mlp::dense, state * (dense / all)), add(Mixer::state, Mlp::moe, state * (moe / all));
  return list;
}

ParameterCount count_parameters(const ModelShape& s) {
  const double h = number(s.hidden), a = number(s.heads), g = number(s.kv_heads), qk = number(s.qk_head_dim()),
               v = number(s.value_head_dim());
  ParameterCount c;
  if (s.mla()) {
    const double query = s.q_lora_rank > 0 ? number(s.q_lora_rank) * (h + a * qk) : h * a * qk;
    c.attention_layer = query + h * number(s.kv_lora_rank + s.rope_head_dim) +
                        number(s.kv_lora_rank) * a * (number(s.head_dim) + v) + a * v * h;
  } else {
    c.attention_layer = h * qk * (a * (s.attention_gate ? 2 : 1) + 2 * g) + a * v * h;
  }
  c.attention_layer += 2 * h;
  c.state_layer = s.state_layers > 0 ? number(s.state_parameters) + 2 * h : 0;
  const double matrices = s.gated_mlp ? 3 : 2, width = number(s.expert_width());
  c.dense_mlp_layer = matrices * h * number(s.ffn_hidden);
  c.routed_layer = number(s.experts) * matrices * width * number(s.expert_ffn_hidden);
  if (s.moe())
    c.shared_layer = matrices * h * number(s.shared_width()) + h * number(s.experts) +
                     (s.expert_latent > 0 ? 2 * h * width : 0);
  c.embedding = number(s.vocab) * h;
  c.head = s.tied_embeddings ? 0 : number(s.vocab) * h;
  const double moe = number(s.moe_layers()), dense = number(s.mlp_layers()) - moe;
  const double fixed = number(s.attention_layers()) * c.attention_layer + number(s.state_layers) * c.state_layer +
                       dense * c.dense_mlp_layer + moe * c.shared_layer + c.embedding + c.head +
                       number(s.extra_parameters);
  c.total = fixed + moe * c.routed_layer;
  c.active = fixed + (s.moe() ? moe * c.routed_layer * number(s.experts_per_token) / number(s.experts) : 0);
  // A further layer of the last kind and the projection of two states into one; embedding and head are the model's own.
  c.mtp = number(s.mtp_layers) * (c.attention_layer + (s.moe() ? c.routed_layer + c.shared_layer : c.dense_mlp_layer) +
                                  2 * h * h + 3 * h);
  return c;
}

double attention_flops_per_token(const ModelShape& s, std::int64_t seq_len) {
  const double width = number(s.heads * (s.qk_head_dim() + s.value_head_dim()));
  return 2 * number(seq_len) * width;
}

double flops_per_token(const ModelShape& s, std::int64_t seq_len, FlopConvention convention) {
  const ParameterCount c = count_parameters(s);
  const double head = number(s.vocab) * number(s.hidden);
  if (convention == FlopConvention::six_n) return 6 * (c.active - c.embedding);
  const double norms = 2.0 * number(s.hidden) * number(s.attention_layers() + s.state_layers);
  const double body = c.active - c.embedding - c.head - norms - number(s.extra_parameters);
  double keys = number(seq_len);
  if (convention == FlopConvention::causal) {
    keys /= 2;
    const double local = s.window_share();
    keys = (1 - local) * keys + local * std::min(keys, number(s.window));
  }
  const double attention = number(s.attention_layers()) * attention_flops_per_token(s, 1) * keys;
  // A state is decayed, added to and read: three multiply-adds a channel and state element.
  const double state = number(s.state_layers) * 6 * number(s.state_width) * number(s.state_size);
  const double active_mlp = s.moe() ? c.shared_layer + c.routed_layer * number(s.experts_per_token) / number(s.experts)
                                    : c.dense_mlp_layer;
  const double mtp = number(s.mtp_layers) * (head + c.attention_layer + active_mlp + 2 * number(s.hidden) * number(s.hidden));
  return 3 * (2 * (body + head + mtp) + attention + state);  // a tied head is a product all the same
}

}  // namespace stargate::training
