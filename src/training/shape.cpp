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
       field("window_layers", &M::window_layers, "attention layers with the window; 0: as full_every tells")
           .from(0)
           .optional(),
       field("mtp_layers", &M::mtp_layers, "multi-token prediction layers").from(0).optional(),
       field("state_layers", &M::state_layers, "layers of state-space or linear attention").from(0).optional(),
       field("mlp_only_layers", &M::mlp_only_layers, "blocks that are an MLP alone").from(0).optional(),
       field("mixer_only_layers", &M::mixer_only_layers, "blocks without an MLP").from(0).optional(),
       field("state_parameters", &M::state_parameters, "weights of one state-space mixer").from(0).optional(),
       field("state_width", &M::state_width, "its inner width").from(0).optional(),
       field("state_size", &M::state_size, "state for each channel of that width").from(0).optional(),
       field("shared_ffn_hidden", &M::shared_ffn_hidden, "width of all shared experts together; 0: by their number")
           .from(0)
           .optional(),
       field("expert_latent", &M::expert_latent, "width that experts work at; 0: hidden").from(0).optional(),
       field("attention_gate", &M::attention_gate, "the query projection makes an output gate as well").optional(),
       field("extra_parameters", &M::extra_parameters, "weights beside those the sizes tell").optional(),
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

}  // namespace stargate::training
