#include "training/shape.h"

#include <sstream>

#include "base/files.h"
#include "base/text.h"
#include "embedded.h"
#include "training/system.h"

namespace stargate::training {

const Table<ModelShape>& shape_table() {
  using M = ModelShape;
  static const Table<M> table{
      "model_shapes",
      "Shapes of published models.",
      {field("id", &M::id, "name").as_key(),
       field("layers", &M::layers, "transformer layers").from(1),
       field("hidden", &M::hidden, "width of the residual stream").from(1),
       field("heads", &M::heads, "query heads").from(1),
       field("kv_heads", &M::kv_heads, "key-value heads").from(1),
       field("head_dim", &M::head_dim, "width of a head, without the rotary part where that is kept apart").from(1),
       field("ffn_hidden", &M::ffn_hidden, "inner width of the dense MLP").from(0),
       field("vocab", &M::vocab, "vocabulary, padded as trained").from(1),
       field("seq_len", &M::seq_len, "sequence length of pre-training").in("tokens").from(1),
       field("gated_mlp", &M::gated_mlp, "MLP with a gate: three matrices"),
       field("tied_embeddings", &M::tied_embeddings, "head shares the embedding's weights"),
       field("experts", &M::experts, "routed experts").from(0).optional(),
       field("experts_per_token", &M::experts_per_token, "routed experts a token meets").from(0).optional(),
       field("expert_ffn_hidden", &M::expert_ffn_hidden, "inner width of an expert").from(0).optional(),
       field("shared_experts", &M::shared_experts, "experts that every token meets").from(0).optional(),
       field("dense_layers", &M::dense_layers, "layers without experts").from(0).optional(),
       field("capacity_factor", &M::capacity_factor, "most tokens of an expert over the even share; 0: none dropped")
           .from(0)
           .optional(),
       field("group_limit", &M::group_limit, "most expert groups a token is sent to; 0: no limit").from(0).optional(),
       field("imbalance", &M::imbalance, "tokens of the busiest rank over the even share").from(1).optional(),
       field("q_lora_rank", &M::q_lora_rank, "rank of the query projection").from(0).optional(),
       field("kv_lora_rank", &M::kv_lora_rank, "rank of the key-value projection").from(0).optional(),
       field("rope_head_dim", &M::rope_head_dim, "rotary part of a head, in addition").from(0).optional(),
       field("v_head_dim", &M::v_head_dim, "width of a value head; 0: head_dim").from(0).optional(),
       field("window", &M::window, "sliding window of local layers").in("tokens").from(0).optional(),
       field("full_every", &M::full_every, "every n-th layer attends to all").from(1).optional(),
       field("mtp_layers", &M::mtp_layers, "multi-token prediction layers").from(0).optional(),
       field("source", &M::source, "who says so")}};
  return table;
}

const std::vector<ModelShape>& shape_library() {
  static const std::vector<ModelShape> library = [] {
    Diagnostics diagnostics;
    const Csv csv = parse_csv("model_shapes.csv", embedded_training().at("model_shapes.csv"), diagnostics);
    auto shapes = read_table(shape_table(), csv, diagnostics);
    for (const auto& shape : shapes)
      for (const auto& fault : shape_faults(shape)) diagnostics.error({csv.file, shape.line}, shape.id + ": " + fault);
    diagnostics.throw_if_errors();
    return shapes;
  }();
  return library;
}

const ModelShape* library_shape(std::string_view name) {
  const std::string plain = plain_name(name);
  for (const auto& shape : shape_library())
    if (plain_name(shape.id) == plain) return &shape;
  return nullptr;
}

ModelShape find_shape(std::string_view name) {
  if (const auto* shape = library_shape(name)) return *shape;
  for (const auto& [prefix, moe] : {std::pair{std::string_view("frontier:"), false}, {"frontier-moe:", true}}) {
    if (!name.starts_with(prefix)) continue;
    const auto parameters = parse_number(name.substr(prefix.size()));
    if (!parameters || *parameters < 1e8 || *parameters > 1e15)
      throw InputError({}, std::format("'{}' does not say how many parameters", name),
                       "such as frontier:400e9, from 1e8 to 1e15");
    return moe ? frontier_moe_shape(*parameters) : frontier_shape(*parameters);
  }
  const std::filesystem::path path(name);
  if (path.extension() == ".json") return shape_from_hugging_face(read_file(path), path.string());
  if (path.extension() == ".csv") {
    Diagnostics diagnostics;
    const Csv csv = parse_csv(path.string(), read_file(path), diagnostics);
    const auto shapes = read_table(shape_table(), csv, diagnostics);
    for (const auto& shape : shapes)
      for (const auto& fault : shape_faults(shape)) diagnostics.error({csv.file, shape.line}, shape.id + ": " + fault);
    if (shapes.size() != 1)
      diagnostics.error({csv.file}, std::format("{} shapes stand here", shapes.size()), "one is read");
    diagnostics.throw_if_errors();
    return shapes.front();
  }
  std::vector<std::string> names;
  for (const auto& shape : shape_library()) names.push_back(shape.id);
  throw InputError(
      {}, std::format("no model '{}'", name),
      name_hint(name, names) + "; or a .json (Hugging Face) or .csv file, or frontier:400e9, frontier-moe:2e12");
}

std::vector<std::string> shape_faults(const ModelShape& s) {
  std::vector<std::string> faults;
  const auto positive = [&](std::string_view what, std::int64_t value) {
    if (value < 1) faults.push_back(std::format("{} is {}; at least 1 is needed", what, value));
  };
  positive("layers", s.layers), positive("hidden", s.hidden), positive("heads", s.heads),
      positive("kv_heads", s.kv_heads);
  positive("head_dim", s.head_dim), positive("vocab", s.vocab), positive("seq_len", s.seq_len);
  if (!faults.empty()) return faults;
  if (s.heads % s.kv_heads != 0)
    faults.push_back(std::format("{} heads do not divide by {} kv_heads", s.heads, s.kv_heads));
  if (s.moe()) {
    if (s.experts_per_token < 1 || s.experts_per_token > s.experts)
      faults.push_back(std::format("experts_per_token is {}; allowed: 1 to {}", s.experts_per_token, s.experts));
    positive("expert_ffn_hidden", s.expert_ffn_hidden);
    if (s.dense_layers > s.layers)
      faults.push_back(std::format("dense_layers {} are more than layers {}", s.dense_layers, s.layers));
    if (s.dense_layers > 0) positive("ffn_hidden", s.ffn_hidden);
    if (s.capacity_factor > 0 && s.capacity_factor < 1)
      faults.push_back(std::format("capacity_factor {} is below 1: tokens would have no room", s.capacity_factor));
    if (s.imbalance < 1) faults.push_back(std::format("imbalance {} is below 1", s.imbalance));
  } else {
    positive("ffn_hidden", s.ffn_hidden);
  }
  return faults;
}

ParameterCount count_parameters(const ModelShape& s) {
  const auto d = [](std::int64_t n) { return static_cast<double>(n); };
  const double h = d(s.hidden), a = d(s.heads), g = d(s.kv_heads), qk = d(s.qk_head_dim()), v = d(s.value_head_dim());
  ParameterCount c;
  if (s.mla()) {
    const double query = s.q_lora_rank > 0 ? d(s.q_lora_rank) * (h + a * qk) : h * a * qk;
    c.attention_layer =
        query + h * d(s.kv_lora_rank + s.rope_head_dim) + d(s.kv_lora_rank) * a * (d(s.head_dim) + v) + a * v * h;
  } else {
    c.attention_layer = h * qk * (a + 2 * g) + a * v * h;
  }
  c.attention_layer += 2 * h;
  const double matrices = s.gated_mlp ? 3 : 2;
  c.dense_mlp_layer = matrices * h * d(s.ffn_hidden);
  c.routed_layer = d(s.experts) * matrices * h * d(s.expert_ffn_hidden);
  c.shared_layer = s.moe() ? d(s.shared_experts) * matrices * h * d(s.expert_ffn_hidden) + h * d(s.experts) : 0;
  c.embedding = d(s.vocab) * h;
  c.head = s.tied_embeddings ? 0 : d(s.vocab) * h;
  const double moe = d(s.moe_layers()), dense = d(s.layers) - moe;
  const double fixed =
      d(s.layers) * c.attention_layer + dense * c.dense_mlp_layer + moe * c.shared_layer + c.embedding + c.head;
  c.total = fixed + moe * c.routed_layer;
  c.active = fixed + (s.moe() ? moe * c.routed_layer * d(s.experts_per_token) / d(s.experts) : 0);
  return c;
}

double attention_flops_per_token(const ModelShape& s, std::int64_t seq_len) {
  const double width = static_cast<double>(s.heads * (s.qk_head_dim() + s.value_head_dim()));
  return 2 * static_cast<double>(seq_len) * width;
}

double flops_per_token(const ModelShape& s, std::int64_t seq_len, FlopConvention convention) {
  const ParameterCount c = count_parameters(s);
  const double head = static_cast<double>(s.vocab * s.hidden);
  const double norms = 2.0 * static_cast<double>(s.hidden * s.layers);
  const double matrices = c.active - c.embedding - c.head - norms + head;  // a tied head is a product all the same
  if (convention == FlopConvention::six_n) return 6 * (c.active - c.embedding);
  double keys = static_cast<double>(seq_len);
  if (convention == FlopConvention::causal) {
    keys /= 2;
    if (s.window > 0 && s.full_every > 1) {
      const double full = 1.0 / static_cast<double>(s.full_every);
      keys = full * keys + (1 - full) * std::min(keys, static_cast<double>(s.window));
    }
  }
  const double attention = static_cast<double>(s.layers) * attention_flops_per_token(s, 1) * keys;
  const double mtp =
      static_cast<double>(s.mtp_layers) * (head + (c.active - c.embedding - c.head) / static_cast<double>(s.layers));
  return 3 * (2 * (matrices + mtp) + attention);
}

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
