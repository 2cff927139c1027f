#include "audit/book.h"

#include <cmath>
#include <stdexcept>

namespace stargate::audit {

Book::Book(double tolerance) {
  report_.tolerance = tolerance;
  for (const auto& rule : rules()) {
    index_.emplace(rule.id, report_.rules.size());
    report_.rules.push_back({rule.id, 0, 0, 0});
  }
}

void Book::at_most(std::string_view rule, std::string_view what, When when, double found, double limit, double scale) {
  note(rule, what, when, found, limit, found - limit, scale, "may be at most");
}

void Book::at_least(std::string_view rule, std::string_view what, When when, double found, double limit, double scale) {
  note(rule, what, when, found, limit, limit - found, scale, "must be at least");
}

void Book::equal(std::string_view rule, std::string_view what, When when, double found, double expected, double scale) {
  note(rule, what, when, found, expected, std::abs(found - expected), scale, "must be");
}

void Book::that(std::string_view rule, std::string_view what, When when, bool holds, std::string_view otherwise) {
  note(rule, what, when, holds ? 0 : 1, 0, holds ? 0 : 1, 0, otherwise);
}

void Book::note(std::string_view rule, std::string_view what, When when, double found, double limit, double excess,
                double scale, std::string_view words) {
  const auto at = index_.find(rule);
  if (at == index_.end()) throw std::logic_error("no rule '" + std::string(rule) + "' is listed");
  auto& result = report_.rules[at->second];
  ++result.checked;
  const double share = excess / std::max({1.0, std::abs(limit), scale});
  if (share > result.largest || std::isnan(share)) result.largest = share;
  if (share <= report_.tolerance) return;  // not a number fails
  ++result.failed;
  report_.findings.push_back({std::string(rule), std::string(what), when, limit, found, excess, std::string(words)});
}

Report Book::close() && { return std::move(report_); }

}  // namespace stargate::audit
