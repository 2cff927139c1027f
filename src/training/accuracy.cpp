#include "training/accuracy.h"

#include "embedded.h"

namespace stargate::training {
namespace {

constexpr std::size_t least_rows = 8;

/// The order statistics between which a further value lies with 90 %.
std::pair<double, double> middle(std::vector<double> values) {
  std::ranges::sort(values);
  const double n = static_cast<double>(values.size());
  const auto at = [&](double share) {
    const double place = share * (n + 1) - 1;
    const auto low = static_cast<std::size_t>(std::clamp(std::floor(place), 0.0, n - 1));
    const auto high = static_cast<std::size_t>(std::clamp(std::ceil(place), 0.0, n - 1));
    return values[low] + std::clamp(place - static_cast<double>(low), 0.0, 1.0) * (values[high] - values[low]);
  };
  return {at(0.05), at(0.95)};
}

}  // namespace

const Table<ErrorClass>& error_table() {
  using E = ErrorClass;
  static const Table<E> table{
      "training_errors",
      "Errors of predictions on rows that had no part in the fit; written by stargate train calibrate.",
      {field("model_class", &E::model_class, "dense or mixture of experts").as_key(),
       field("left_out", &E::left_out, "family that was left out of the fit").as_key().one_of({"machine", "model"}),
       field("machine", &E::machine, "machine of the rows; *: all").as_key(),
       field("rows", &E::rows, "rows").from(1),
       field("bias", &E::bias, "mean of predicted over measured speed, less 1"),
       field("mean_absolute", &E::mean_absolute, "mean of its absolute value").from(0),
       field("low", &E::low, "measured over predicted time: 5 % of rows are below").from(0),
       field("high", &E::high, "95 % of rows are below").from(0)}};
  return table;
}

const std::vector<ErrorClass>& error_library() {
  static const std::vector<ErrorClass> library = [] {
    Diagnostics diagnostics;
    const Csv csv = parse_csv("training_errors.csv", embedded_training().at("training_errors.csv"), diagnostics);
    auto rows = read_table(error_table(), csv, diagnostics);
    diagnostics.throw_if_errors();
    return rows;
  }();
  return library;
}

std::vector<ErrorClass> error_classes(const std::vector<MeasuredRow>& rows, const std::vector<FamilyHoldOut>& held_out) {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<double>> logs;
  for (const auto& out : held_out) {
    if (out.family == Family::precision) continue;
    for (const auto& row : out.rows) {
      const MeasuredRow& r = rows[row.row];
      const bool old = find_parameters(r.parameter_set).software == "eager";  // says nothing of today's software
      for (const std::string& machine : {std::string("*"), r.system})
        if (!old || machine != "*") logs[{class_of(r.shape), std::string(to_string(out.family)), machine}].push_back(row.log_error);
    }
  }
  std::vector<ErrorClass> list;
  for (const auto& [key, values] : logs) {
    const auto& [model_class, left_out, machine] = key;
    if (machine != "*" && values.size() < least_rows && left_out == "machine") continue;
    ErrorClass c;
    c.model_class = model_class, c.left_out = left_out, c.machine = machine;
    c.rows = static_cast<std::int64_t>(values.size());
    std::vector<double> errors;
    for (const double v : values) errors.push_back(std::exp(v) - 1);
    const Accuracy a = accuracy_of(errors);
    const auto [low, high] = middle(values);
    const auto rounded = [](double x) { return std::round(x * 1e4) / 1e4; };
    c.bias = rounded(a.bias), c.mean_absolute = rounded(a.mean_absolute);
    c.low = rounded(std::exp(low)), c.high = rounded(std::exp(high));
    list.push_back(std::move(c));
  }
  return list;
}

Interval step_interval(const ModelShape& shape, const System& system) {
  const std::string model_class = class_of(shape);
  const auto find = [&](std::string_view left_out, const std::string& machine) -> const ErrorClass* {
    for (const auto& c : error_library())
      if (c.model_class == model_class && c.left_out == left_out && c.machine == machine) return &c;
    return nullptr;
  };
  const bool measured = std::ranges::any_of(error_library(), [&](const ErrorClass& c) { return c.machine == system.id; });
  const ErrorClass* c = measured ? find("model", system.id) : nullptr;
  if (c && c->rows < static_cast<std::int64_t>(least_rows)) c = nullptr;
  if (!c && measured) c = find("model", "*");
  if (!c) c = find("machine", "*");
  if (!c) return {};
  return {c->low, c->high, c->rows,
          std::format("{}{}, each {} left out of the fit in turn", model_class, c->machine == "*" ? "" : " on " + c->machine, c->left_out)};
}

}  // namespace stargate::training
