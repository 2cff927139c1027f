#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "base/files.h"
#include "training/shape.h"

using namespace stargate;
using namespace stargate::training;

namespace {
const std::filesystem::path folder = "cases/training/hugging_face";

std::string refusal(const std::string& text, const std::string& file) {
  try {
    shape_from_hugging_face(text, file);
  } catch (const InputError& error) {
    std::string all;
    for (const auto& d : error.diagnostics()) all += d.message + " " + d.hint + "\n";
    return all;
  }
  return {};
}
}  // namespace

TEST_CASE("parameters of public configs are within 1 % of the model card, or the config is refused by name") {
  Diagnostics diagnostics;
  const Csv csv = parse_csv("counts.csv", read_file(folder / "counts.csv"), diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(csv.rows.size() >= 80);
  for (const auto& row : csv.rows) {
    const std::string file = row.cells[0].text, why = row.cells[3].text;
    INFO(file);
    const std::string text = read_file(folder / file);
    const std::string refused = refusal(text, file);
    if (!why.empty()) {
      CHECK_THAT(refused, Catch::Matchers::ContainsSubstring(why));
      continue;
    }
    CHECK(refused == "");
    if (!refused.empty()) continue;
    const ParameterCount count = count_parameters(shape_from_hugging_face(text, file));
    CHECK(count.total / 1e9 == Catch::Approx(std::stod(row.cells[1].text)).epsilon(0.01));
    CHECK(count.active / 1e9 == Catch::Approx(std::stod(row.cells[2].text)).epsilon(0.06));
  }
}

TEST_CASE("what a config leaves open, leaves out or holds beside attention is told") {
  const auto notes = [](const char* file) { return shape_from_hugging_face(read_file(folder / file), file).notes; };
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(notes("gemma3_27b.json"), ContainsSubstring("left out beside the text model: vision"));
  CHECK_THAT(notes("minimax_text01.json"), ContainsSubstring("70 of 80 layers are state-space or linear attention"));
  CHECK_THAT(notes("starcoder2_15b.json"), ContainsSubstring("tie_word_embeddings not told: true"));
  const ModelShape gemma = shape_from_hugging_face(read_file(folder / "gemma3_27b.json"), "gemma3_27b.json");
  CHECK(gemma.window == 1024);
  CHECK(gemma.window_share() == Catch::Approx(5.0 / 6));
  const ModelShape qwen = shape_from_hugging_face(read_file(folder / "qwen2_05b.json"), "qwen2_05b.json");
  CHECK(qwen.window_share() == 0);
}

TEST_CASE("text that is not a config is refused") {
  for (const char* text : {"", "[1,2]", "{\"a\":", "{\"num_hidden_layers\": NaN}", "3", "null"})
    CHECK_FALSE(refusal(text, "bad.json").empty());
}
