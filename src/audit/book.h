#pragma once
#include <unordered_map>

#include "audit/audit.h"

namespace stargate::audit {

/// Keeps what was checked and what failed.
class Book {
 public:
  explicit Book(double tolerance);

  using When = std::optional<Quarter>;
  /// found <= limit. `scale` is the size of what was added up, where that is larger than the limit.
  void at_most(std::string_view rule, std::string_view what, When when, double found, double limit, double scale = 0);
  void at_least(std::string_view rule, std::string_view what, When when, double found, double limit, double scale = 0);
  void equal(std::string_view rule, std::string_view what, When when, double found, double expected, double scale = 0);
  /// A rule without an amount.
  void that(std::string_view rule, std::string_view what, When when, bool holds, std::string_view otherwise);

  Report close() &&;

 private:
  /// `excess` is how far the rule is missed; negative or 0 if it holds.
  void note(std::string_view rule, std::string_view what, When when, double found, double limit, double excess,
            double scale, std::string_view words);
  Report report_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace stargate::audit
