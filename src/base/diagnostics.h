#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace stargate {

/// Where in the input something stands. Line and column count from 1; 0 means the file (or line) as a whole.
struct Place {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
};

/// One thing wrong with the input: where, what was found, what is allowed (in the hint).
struct Diagnostic {
  Place place;
  std::string message;
  std::string hint;
  bool warning = false;
};

/// "file:line:column: error: message (hint)", the form that editors can jump to.
std::string to_string(const Diagnostic& diagnostic);

/// Bad input, as opposed to a programming error (std::logic_error). Holds everything found wrong, in one go.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Diagnostic> diagnostics);
  InputError(Place place, std::string message, std::string hint = {});
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// Collects what is wrong while reading goes on, so that all of it is reported together.
class Diagnostics {
 public:
  void error(Place place, std::string message, std::string hint = {});
  void warning(Place place, std::string message, std::string hint = {});
  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  /// Throws InputError with everything collected if there is an error among it.
  void throw_if_errors() const;

 private:
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

/// The candidate nearest to `name` by edit distance, or empty if none is near enough to be meant.
/// O(|name| * total length of candidates).
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// "did you mean 'x'?" or "allowed: a, b, c" or both; for the hint of a diagnostic.
std::string name_hint(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace stargate
