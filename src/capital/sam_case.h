#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"

namespace stargate::capital {

/// A SAM (System Advisor Model, NREL) case as its SDK writes it: a JSON object of numbers, arrays and matrices by SAM's
/// variable names. Variables that are not written take SAM's documented defaults; asking for one that has neither
/// value nor default is an InputError that names the file and, where the name stands in it, the line.
class SamCase {
 public:
  using Array = std::vector<double>;

  /// InputError for text that is not JSON, is no object, or holds a value of a kind SAM does not know. O(text).
  SamCase(std::string file, std::string text);

  bool has(std::string_view name) const;
  double number(std::string_view name) const;
  double fraction(std::string_view name) const { return number(name) * 0.01; }  ///< percent as a fraction
  int whole(std::string_view name) const;
  bool flag(std::string_view name) const { return number(name) != 0; }
  /// A single number counts as an array of one.
  Array array(std::string_view name) const;
  std::vector<Array> matrix(std::string_view name) const;

  /// Reports bad input at the line on which `name` stands.
  [[noreturn]] void fail(std::string_view name, std::string message, std::string hint = {}) const;
  const std::string& file() const { return file_; }

 private:
  Place place_of(std::string_view name) const;
  std::string file_, text_;
  std::map<std::string, double, std::less<>> numbers_;
  std::map<std::string, Array, std::less<>> arrays_;
  std::map<std::string, std::vector<Array>, std::less<>> matrices_;
};

}  // namespace stargate::capital
