#pragma once
#include <nlohmann/json.hpp>
#include <set>

#include "base/diagnostics.h"

namespace stargate::training {

/// A Hugging Face config.json while it is read. It remembers which keys were asked for: a key that tells of layers and
/// was not asked for is a part of the model that the reader does not know (see `unknown_structure`).
class HuggingFaceConfig {
 public:
  /// InputError if the text is not a JSON object. A decoder inside a composite model ("text_config", "llm_config",
  /// "language_config") is read in its place; the other parts are told in `left_out`.
  HuggingFaceConfig(std::string_view json_text, std::string file);

  using Keys = std::initializer_list<const char*>;
  bool has(const char* key) const;
  /// A whole number from 0 to 2^40; a list of equal numbers counts as one. `need` reports what is missing.
  std::int64_t need(Keys keys);
  std::int64_t get(Keys keys, std::int64_t otherwise);
  double real(const char* key, double otherwise);
  bool flag(Keys keys, bool otherwise);
  std::optional<bool> flag_if(Keys keys);
  std::string text(Keys keys, std::string otherwise = {});
  std::vector<std::int64_t> numbers(const char* key);
  std::vector<std::string> texts(const char* key);
  /// A nested object whose keys are read as if they stood outside ("attn_config" of MPT and DBRX).
  void open(const char* key);
  void ignore(Keys keys);

  void error(const char* key, const std::string& what, const std::string& hint = {});
  void note(std::string text);
  /// Reports every key that names a part of the layers and was not asked for.
  void unknown_structure(std::string_view family);
  Diagnostics& diagnostics() { return diagnostics_; }
  const std::string& notes() const { return notes_; }
  const std::string& file() const { return file_; }

 private:
  const nlohmann::json* find(Keys keys, std::string& name);
  std::optional<std::int64_t> whole(const nlohmann::json& value) const;

  nlohmann::json json_;
  std::string file_, notes_;
  std::set<std::string> asked_;
  Diagnostics diagnostics_;
};

}  // namespace stargate::training
