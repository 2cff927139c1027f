#include "base/diagnostics.h"

#include <algorithm>
#include <format>
#include <numeric>

namespace stargate {

std::string to_string(const Diagnostic& d) {
  std::string text = d.place.file;
  if (d.place.line > 0) text += std::format(":{}", d.place.line);
  if (d.place.column > 0) text += std::format(":{}", d.place.column);
  if (!text.empty()) text += ": ";
  text += d.warning ? "warning: " : "error: ";
  text += d.message;
  if (!d.hint.empty()) text += std::format(" ({})", d.hint);
  return text;
}

namespace {
std::string joined(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const auto& d : diagnostics) text += (text.empty() ? "" : "\n") + to_string(d);
  return text;
}
}  // namespace

InputError::InputError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(joined(diagnostics)), diagnostics_(std::move(diagnostics)) {}

InputError::InputError(Place place, std::string message, std::string hint)
    : InputError(std::vector<Diagnostic>{{std::move(place), std::move(message), std::move(hint), false}}) {}

void Diagnostics::error(Place place, std::string message, std::string hint) {
  all_.push_back({std::move(place), std::move(message), std::move(hint), false});
  ++errors_;
}

void Diagnostics::warning(Place place, std::string message, std::string hint) {
  all_.push_back({std::move(place), std::move(message), std::move(hint), true});
}

void Diagnostics::throw_if_errors() const {
  if (has_errors()) throw InputError(all_);
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  std::vector<std::size_t> row;
  for (const auto& candidate : candidates) {
    row.resize(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t substitute = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string name_hint(std::string_view name, const std::vector<std::string>& candidates) {
  if (candidates.empty()) return "there are none to choose from";
  if (const auto near = nearest_name(name, candidates); !near.empty()) return std::format("did you mean '{}'?", near);
  std::string text = "allowed: ";
  constexpr std::size_t shown = 12;
  for (std::size_t i = 0; i < std::min(shown, candidates.size()); ++i) text += (i ? ", " : "") + candidates[i];
  if (candidates.size() > shown) text += std::format(", and {} more", candidates.size() - shown);
  return text;
}

}  // namespace stargate
