#include "report/frame.h"

namespace stargate::report {

Frame::Frame(const Programme& p, const Plan& the_plan) : programme(p), plan(the_plan), first(p.settings.start) {
  Quarter last = first + (p.quarters() - 1);
  for (const auto& q : plan.quarters) last = std::max(last, q.quarter);
  quarters = last - first + 1;
}

std::optional<std::size_t> Frame::index(Quarter quarter) const {
  const int t = quarter - first;
  if (t < 0 || t >= quarters) return std::nullopt;
  return static_cast<std::size_t>(t);
}

void Frame::add(std::vector<double>& series, Quarter quarter, double amount) const {
  if (const auto t = index(quarter)) series[*t] += amount;
}

void Frame::add_from(std::vector<double>& series, Quarter from, double amount, std::optional<Quarter> until) const {
  const int end = until ? std::min(quarters, *until - first) : quarters;
  for (int t = std::max(0, from - first); t < end; ++t) series[static_cast<std::size_t>(t)] += amount;
}

nlohmann::json rounded(double value, int digits) {
  if (!std::isfinite(value)) return nullptr;
  const double unit = std::pow(10, digits);
  const double result = std::round(value * unit) / unit;
  if (!std::isfinite(result)) return value;
  if (result == std::floor(result) && std::abs(result) < 1e15)
    return static_cast<std::int64_t>(result);  // "3", not "3.0"
  return result;
}

nlohmann::json rounded(const std::vector<double>& values, int digits) {
  auto json = nlohmann::json::array();
  for (const double v : values) json.push_back(rounded(v, digits));
  return json;
}

std::vector<double> running_sum(std::vector<double> values) {
  std::partial_sum(values.begin(), values.end(), values.begin());
  return values;
}

}  // namespace stargate::report
