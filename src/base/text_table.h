#pragma once
#include <string>
#include <vector>

namespace stargate {

/// A table for a terminal: columns as wide as they need, numbers right-aligned.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  /// As many cells as the header has; std::logic_error otherwise.
  void row(std::vector<std::string> cells);
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Number of terminal columns a UTF-8 text takes, one a code point.
std::size_t display_width(std::string_view text);

}  // namespace stargate
