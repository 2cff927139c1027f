#include "base/termination.h"

#include <algorithm>
#include <cmath>
#include <format>

namespace stargate {

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::complete: return "complete";
    case Ending::optimal: return "optimal";
    case Ending::within_gap: return "within the gap asked";
    case Ending::work_limit: return "work limit";
    case Ending::time_limit: return "time limit";
    case Ending::interrupted: return "interrupted";
    case Ending::infeasible: return "infeasible";
    case Ending::unbounded: return "unbounded";
    case Ending::violated: return "violated";
    case Ending::failed: return "failed";
  }
  return "failed";
}

std::optional<double> Termination::gap() const {
  if (!objective || !bound || !std::isfinite(*objective) || !std::isfinite(*bound)) return std::nullopt;
  return std::abs(*objective - *bound) / std::max(std::abs(*objective), 1e-9);
}

std::string Termination::sentence() const {
  std::string text{to_string(ending)};
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  if (!limit.empty()) text += std::format(" ({})", limit);
  if (const auto g = gap(); g && ending != Ending::optimal) {
    text += std::format(": {:.2f} % from the bound", 100 * *g);
    if (gap_asked) text += std::format(", {:.2f} % asked", 100 * *gap_asked);
  }
  if (parts_left_out) text += "; parts of the input were left out";
  text += '.';
  return detail.empty() ? text : text + ' ' + detail;
}

Exit Termination::exit_code() const {
  switch (ending) {
    case Ending::complete:
    case Ending::optimal:
    case Ending::within_gap: return parts_left_out ? Exit::parts_left_out : Exit::done;
    case Ending::work_limit:
    case Ending::time_limit: return has_answer ? Exit::gap_not_met : Exit::failed;
    case Ending::interrupted: return Exit::interrupted;
    case Ending::infeasible:
    case Ending::unbounded: return Exit::infeasible;
    case Ending::violated:
    case Ending::failed: break;
  }
  return Exit::failed;
}

}  // namespace stargate
