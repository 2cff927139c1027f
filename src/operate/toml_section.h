#pragma once
#include <set>
#include <string>
#include <toml.hpp>
#include <type_traits>

#include "base/diagnostics.h"
#include "base/text.h"

namespace stargate::operate {

/// A table of a TOML file that is read key by key into values of the program. Wrong types, values out of range and keys that
/// nobody asked for are reported with their place, all in one go.
class TomlSection {
 public:
  TomlSection(const toml::value& table, std::string file, Diagnostics& diagnostics) : table_(&table), file_(std::move(file)), diagnostics_(&diagnostics) {}
  TomlSection(const TomlSection&) = delete;
  TomlSection& operator=(const TomlSection&) = delete;
  ~TomlSection() {
    for (const auto& [key, value] : table_->as_table())
      if (!known_.contains(key)) diagnostics_->error(place(value), "key '" + key + "' is not known here", name_hint(key, {known_.begin(), known_.end()}));
  }

  Place place(const toml::value& value) const {
    return {file_, value.location().first_line_number(), value.location().first_column_number()};
  }
  Place place() const { return place(*table_); }
  bool has(const std::string& key) const { return table_->contains(key); }
  const toml::value* find(const std::string& key) {
    known_.insert(key);
    return table_->contains(key) ? &table_->at(key) : nullptr;
  }
  /// The list's tables, if it is there.
  const toml::array* tables(const std::string& key) {
    const toml::value* value = find(key);
    if (value == nullptr) return nullptr;
    if (value->is_array() && std::ranges::all_of(value->as_array(), [](const auto& v) { return v.is_table(); })) return &value->as_array();
    diagnostics_->error(place(*value), "'" + key + "' must be a list of tables", "write [[" + key + "]]");
    return nullptr;
  }
  const toml::value* table(const std::string& key) {
    const toml::value* value = find(key);
    if (value != nullptr && !value->is_table()) {
      diagnostics_->error(place(*value), "'" + key + "' must be a table", "write [" + key + "]");
      return nullptr;
    }
    return value;
  }

  template <class T>
    requires std::is_arithmetic_v<T>
  void get(const std::string& key, T& out, double low = 0, double high = 1e15) {
    const toml::value* value = find(key);
    if (value == nullptr) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (value->is_boolean()) out = value->as_boolean();
      else diagnostics_->error(place(*value), "'" + key + "' must be true or false");
    } else {
      const bool whole_number = std::is_integral_v<T>;
      const double number = value->is_integer() ? static_cast<double>(value->as_integer()) : value->is_floating() ? value->as_floating() : low - 1;
      if ((whole_number && !value->is_integer()) || !(number >= low && number <= high))
        diagnostics_->error(place(*value), "'" + key + "' has no value that is allowed", std::string("allowed: a ") + (whole_number ? "whole " : "") + "number from " + shortest(low) + " to " + shortest(high));
      else out = static_cast<T>(number);
    }
  }
  void get(const std::string& key, std::string& out, const std::vector<std::string>& choices = {}) {
    const toml::value* value = find(key);
    if (value == nullptr) return;
    if (!value->is_string()) return diagnostics_->error(place(*value), "'" + key + "' must be text");
    out = value->as_string();
    if (!choices.empty() && std::ranges::find(choices, out) == choices.end())
      diagnostics_->error(place(*value), "'" + out + "' is no " + key, name_hint(out, choices));
  }
  /// A name that must be in `names`; its index.
  template <class Index>
  void get_name(const std::string& key, Index& out, const std::vector<std::string>& names) {
    std::string name;
    get(key, name, names);
    if (const auto at = std::ranges::find(names, name); at != names.end()) out = static_cast<Index>(at - names.begin());
  }

 private:
  const toml::value* table_;
  std::string file_;
  Diagnostics* diagnostics_;
  std::set<std::string> known_;
};

}  // namespace stargate::operate
