#include "training/shape.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"

using namespace stargate;
using namespace stargate::training;
using Catch::Approx;

TEST_CASE("parameters of public models are as published") {
  struct Known {
    const char* id;
    double total, active;
  };
  for (const auto& [id, total, active] : std::initializer_list<Known>{{"GPT-3-175B", 175e9, 175e9},
                                                                      {"Turing-530B", 530e9, 530e9},
                                                                      {"Llama-2-7B", 6.74e9, 6.74e9},
                                                                      {"Llama-2-70B", 68.98e9, 68.98e9},
                                                                      {"Llama-3-8B", 8.03e9, 8.03e9},
                                                                      {"Llama-3.1-405B", 405.9e9, 405.9e9},
                                                                      {"Mixtral-8x7B", 46.7e9, 12.9e9},
                                                                      {"DeepSeek-V3", 671e9, 37.5e9},
                                                                      {"Qwen3-30B-A3B", 30.5e9, 3.3e9},
                                                                      {"Qwen3-235B-A22B", 235e9, 22e9},
                                                                      {"GPT-OSS-120B", 116.8e9, 5.7e9},
                                                                      {"Kimi-K2", 1026e9, 32.9e9}}) {
    const ParameterCount count = count_parameters(find_shape(id));
    INFO(id);
    CHECK(count.total == Approx(total).epsilon(0.015));
    CHECK(count.active == Approx(active).epsilon(0.03));
  }
}

TEST_CASE("Megatron's FLOPs are 72 B s l h^2 (1 + s/6h + V/12lh)") {
  const ModelShape s = find_shape("GPT-3-175B");
  const double h = 12288, l = 96, v = 51200, seq = 2048;
  CHECK(flops_per_token(s, 2048, FlopConvention::megatron) ==
        Approx(72 * l * h * h * (1 + seq / (6 * h) + v / (12 * l * h))).epsilon(1e-9));
  CHECK(flops_per_token(s, 2048, FlopConvention::causal) < flops_per_token(s, 2048, FlopConvention::megatron));
  CHECK(flops_per_token(s, 2048, FlopConvention::six_n) == Approx(6 * 174e9).epsilon(0.01));
}

TEST_CASE("causal FLOPs of Llama 3 70B agree with those of the release tables") {
  // Megatron-Bridge at 067f987: 4,224 tokens/s a GPU are 1,892 TFLOP/s, sequence 8,192.
  CHECK(flops_per_token(find_shape("Llama-3-70B"), 8192, FlopConvention::causal) ==
        Approx(1892e12 / 4224).epsilon(0.005));
}

TEST_CASE("names are forgiving, wrong ones are named with the nearest") {
  CHECK(library_shape("LLAMA3_70B")->id == "Llama-3-70B");
  CHECK(library_shape("Qwen3_30B_a3B")->id == "Qwen3-30B-A3B");
  CHECK(library_shape("Qwen9") == nullptr);
  CHECK_THROWS_WITH(find_shape("Llama-3-71B"), Catch::Matchers::ContainsSubstring("Llama-3-70B"));
  CHECK_THROWS_AS(find_shape("frontier:many"), InputError);
}

TEST_CASE("the generic shape has the parameters asked for") {
  for (const double n : {7e9, 70e9, 400e9, 2e12, 1e13}) {
    const ModelShape dense = frontier_shape(n), moe = frontier_moe_shape(n);
    CHECK(shape_faults(dense).empty());
    CHECK(shape_faults(moe).empty());
    CHECK(count_parameters(dense).total == Approx(n).epsilon(0.15));
    CHECK(count_parameters(moe).total == Approx(n).epsilon(0.35));
    CHECK(count_parameters(moe).active < 0.2 * count_parameters(moe).total);
  }
}

TEST_CASE("Hugging Face configurations") {
  const ModelShape llama = shape_from_hugging_face(
      R"({"model_type":"llama","hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
          "intermediate_size":14336,"vocab_size":128256,"max_position_embeddings":131072,"tie_word_embeddings":false})",
      "config.json");
  CHECK(count_parameters(llama).total == Approx(count_parameters(find_shape("Llama-3-8B")).total).epsilon(1e-9));
  const ModelShape deepseek = shape_from_hugging_face(
      R"({"model_type":"deepseek_v3","hidden_size":7168,"num_hidden_layers":61,"num_attention_heads":128,"num_key_value_heads":128,
          "intermediate_size":18432,"moe_intermediate_size":2048,"n_routed_experts":256,"n_shared_experts":1,"num_experts_per_tok":8,
          "first_k_dense_replace":3,"q_lora_rank":1536,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,
          "vocab_size":129280,"topk_group":4,"num_nextn_predict_layers":1,"max_position_embeddings":163840})",
      "config.json");
  CHECK(count_parameters(deepseek).total == Approx(count_parameters(find_shape("DeepSeek-V3")).total).epsilon(1e-9));
  CHECK(deepseek.group_limit == 4);
  const ModelShape gpt2 = shape_from_hugging_face(
      R"({"model_type":"gpt2","n_embd":768,"n_layer":12,"n_head":12,"vocab_size":50257})", "g.json");
  CHECK(count_parameters(gpt2).total == Approx(124e6).epsilon(0.01));
}

TEST_CASE("a wrong configuration names what is missing") {
  CHECK_THROWS_WITH(
      shape_from_hugging_face(R"({"hidden_size":4096})", "c.json"),
      Catch::Matchers::ContainsSubstring("num_hidden_layers") && Catch::Matchers::ContainsSubstring("vocab_size"));
  CHECK_THROWS_AS(shape_from_hugging_face("not json", "c.json"), InputError);
  CHECK_THROWS_AS(shape_from_hugging_face("[1]", "c.json"), InputError);
  CHECK_THROWS_WITH(shape_from_hugging_face(
                        R"({"hidden_size":4096,"num_hidden_layers":2,"num_attention_heads":30,"num_key_value_heads":8,
                                               "intermediate_size":1,"vocab_size":10})",
                        "c.json"),
                    Catch::Matchers::ContainsSubstring("kv_heads"));
}
