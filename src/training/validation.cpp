#include "training/validation.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/text_table.h"

namespace stargate::training {
using nlohmann::json;

namespace {
std::string percent(double share) { return std::format("{:.1f} %", 100 * share); }
std::string signed_percent(double share) { return std::format("{:+.1f} %", 100 * share); }

double speed_error(const Validation::Line& line) { return std::exp(speed_log_error(line.row, line.prediction)) - 1; }

Accuracy accuracy_of_lines(const std::vector<Validation>& validations) {
  std::vector<double> errors;
  for (const auto& v : validations)
    for (const auto& line : v.lines) errors.push_back(speed_error(line));
  return accuracy_of(std::move(errors));
}

/// Log errors of held-out rows as an accuracy.
Accuracy accuracy_of_logs(const std::vector<double>& logs) {
  std::vector<double> errors;
  for (const double log : logs) errors.push_back(std::exp(log) - 1);
  return accuracy_of(std::move(errors));
}

json to_json_accuracy(const Accuracy& a) {
  return {{"rows", a.rows},
          {"bias", a.bias},
          {"mean_absolute_error", a.mean_absolute},
          {"median_absolute_error", a.median_absolute},
          {"worst_absolute_error", a.worst}};
}

std::string memory_cell(const Validation::Line& line) {
  std::string text = line.prediction.fits ? std::format("{:.0f}", line.prediction.memory_gb)
                                          : std::format("{:.0f}: does not fit", line.prediction.memory_gb);
  if (line.row.memory_gb > 0) text += std::format(" ({:.0f} measured)", line.row.memory_gb);
  return text;
}
}  // namespace

Validation validate(const MeasuredFile& file, const std::string& parameters, const std::vector<Fit>& fits) {
  Validation v{file.file, {}, file.left_out};
  for (const auto& row : file.rows) {
    Machine machine = make_machine(row.machine, parameters.empty() ? row.parameter_set : parameters);
    if (parameters.empty() && !fits.empty()) machine.parameters = parameters_for(row, fits).values;
    Validation::Line line{row, predict(row, machine), step_interval(row.shape, row.machine), false};
    const double factor = std::exp(speed_log_error(row, line.prediction));  // measured over predicted time
    line.inside = factor >= line.interval.low && factor <= line.interval.high;
    v.lines.push_back(std::move(line));
  }
  return v;
}

std::vector<std::pair<std::string, Accuracy>> accuracy_by_set(const std::vector<Validation>& validations) {
  std::map<std::string, std::vector<double>> errors;
  for (const auto& v : validations)
    for (const auto& line : v.lines) errors[line.row.set].push_back(speed_error(line));
  std::vector<std::pair<std::string, Accuracy>> list;
  for (auto& [set, values] : errors) list.emplace_back(set, accuracy_of(std::move(values)));
  return list;
}

std::string validation_text(const Validation& v, bool rows) {
  std::string text;
  if (rows) {
    TextTable table({"line", "row", "predicted", "measured", "unit", "speed", "90 % interval", "strategy taken", "GB a chip"});
    for (const auto& line : v.lines)
      table.row({std::to_string(line.row.line), line.row.name,
                 grouped(line.prediction.value, line.prediction.value < 100 ? 2 : 1),
                 grouped(line.row.value, line.row.value < 100 ? 2 : 1), std::string(unit_of(line.row.metric)),
                 signed_percent(speed_error(line)),
                 std::format("{} to {}{}", signed_percent(1 / line.interval.high - 1), signed_percent(1 / line.interval.low - 1),
                             line.inside ? "" : ", outside"),
                 to_string(line.prediction.strategy), memory_cell(line)});
    text += table.text();
  }
  for (const auto& out : v.left_out) text += std::format("left out: line {}, {}: {}\n", out.line, out.name, out.reason);
  TextTable table({"set", "rows", "bias", "mean |error|", "median |error|", "worst"});
  const auto add = [&](const std::string& name, const Accuracy& a) {
    table.row({name, std::to_string(a.rows), signed_percent(a.bias), percent(a.mean_absolute),
               percent(a.median_absolute), percent(a.worst)});
  };
  for (const auto& [set, a] : accuracy_by_set({v})) add(set, a);
  add("all", accuracy_of_lines({v}));
  text += table.text();
  const auto inside = std::ranges::count_if(v.lines, &Validation::Line::inside);
  const auto no_fit = std::ranges::count_if(v.lines, [](const auto& line) { return !line.prediction.fits; });
  if (!v.lines.empty())
    text += std::format(
        "errors are of speed (positive: predicted too fast); {} of {} measurements lie in their 90 % interval; {} of these rows, "
        "which ran, are said not to fit; {} rows left out\n",
        inside, v.lines.size(), no_fit, v.left_out.size());
  else
    text += std::format("no row can be predicted; {} rows left out\n", v.left_out.size());
  return text;
}

json to_json(const Validation& v) {
  json rows = json::array(), left = json::array(), sets = json::object();
  for (const auto& line : v.lines) {
    json strategy = {{"text", to_string(line.prediction.strategy)},
                     {"recompute", to_string(line.prediction.strategy.recompute)},
                     {"micro_batch", line.prediction.strategy.micro_batch},
                     {"zero", line.prediction.strategy.zero}};
    rows.push_back({{"line", line.row.line},
                    {"set", line.row.set},
                    {"name", line.row.name},
                    {"system", line.row.system},
                    {"parameters", line.row.parameter_set},
                    {"strategy", strategy},
                    {"prediction", line.prediction.value},
                    {"measurement", line.row.value},
                    {"unit", unit_of(line.row.metric)},
                    {"error", line.prediction.error()},
                    {"speed_error", speed_error(line)},
                    {"time_factor_low", line.interval.low},
                    {"time_factor_high", line.interval.high},
                    {"inside", line.inside},
                    {"memory_gb", line.prediction.memory_gb},
                    {"measured_memory_gb", line.row.memory_gb > 0 ? json(line.row.memory_gb) : json(nullptr)},
                    {"fits", line.prediction.fits}});
  }
  for (const auto& out : v.left_out) left.push_back({{"line", out.line}, {"name", out.name}, {"reason", out.reason}});
  for (const auto& [set, a] : accuracy_by_set({v})) sets[set] = to_json_accuracy(a);
  return {{"file", v.file}, {"rows", rows}, {"left_out", left}, {"sets", sets}, {"all", to_json_accuracy(accuracy_of_lines({v}))}};
}

std::string calibration_markdown(const std::vector<Fit>& fits, const std::vector<Validation>& validations,
                                 const std::vector<MeasuredRow>& rows, const std::vector<FamilyHoldOut>& held_out,
                                 const std::vector<ErrorClass>& classes) {
  std::string text =
      "### Each family left out in turn\n\nThe parameters are fitted to all other rows, then every row of the family is predicted. Errors "
      "are of speed, positive where the\nprediction is too fast.\n\n| left out | rows | bias | mean absolute | median absolute | worst |\n"
      "|---|---|---|---|---|---|\n";
  std::map<std::pair<std::string, std::string>, std::vector<double>> pooled;
  for (const auto& out : held_out) {
    std::vector<double> logs;
    for (const auto& row : out.rows) {
      logs.push_back(row.log_error);
      pooled[{std::string(to_string(out.family)), class_of(rows[row.row].shape)}].push_back(row.log_error);
    }
    const Accuracy a = accuracy_of_logs(logs);
    text += std::format("| {} {} | {} | {} | {} | {} | {} |\n", to_string(out.family), out.value, a.rows, signed_percent(a.bias),
                        percent(a.mean_absolute), percent(a.median_absolute), percent(a.worst));
  }
  for (const auto& [key, logs] : pooled) {
    const Accuracy a = accuracy_of_logs(logs);
    text += std::format("| **all, by {}, {}** | {} | {} | {} | {} | {} |\n", key.first, key.second, a.rows, signed_percent(a.bias),
                        percent(a.mean_absolute), percent(a.median_absolute), percent(a.worst));
  }
  text += "\n### Intervals\n\nMeasured over predicted time, the middle 90 % of held-out rows (`data/training/training_errors.csv`).\n\n"
          "| class | left out | machine | rows | bias | from | to |\n|---|---|---|---|---|---|---|\n";
  for (const auto& c : classes)
    text += std::format("| {} | {} | {} | {} | {} | {:.3f} | {:.3f} |\n", c.model_class, c.left_out, c.machine, c.rows,
                        signed_percent(c.bias), c.low, c.high);
  text += "\n### Rows in the fit\n\n| set | rows | bias | mean absolute | median absolute | worst |\n|---|---|---|---|---|---|\n";
  for (const auto& [set, a] : accuracy_by_set(validations))
    text += std::format("| {} | {} | {} | {} | {} | {} |\n", set, a.rows, signed_percent(a.bias), percent(a.mean_absolute),
                        percent(a.median_absolute), percent(a.worst));
  text += "\n### Parameters\n";
  for (const auto& fit : fits) {
    text += std::format("\nSet `{}`, {} rows (mean absolute error {} before, {} after):\n\n", fit.set.id, fit.rows,
                        percent(fit.before), percent(fit.after));
    text += "| parameter | value | unit | range | shared with |\n|---|---|---|---|---|\n";
    for (const auto& spec : parameter_specs()) {
      if (std::ranges::find(fit.set.fitted, spec.name) == fit.set.fitted.end()) continue;
      const auto word = fit.set.shared.find(std::string(spec.name));
      text += std::format("| {} | {:.4g} | {} | {} to {} | {} |\n", spec.name, fit.set.values.*(spec.member), spec.unit, spec.low,
                          spec.high, word == fit.set.shared.end() ? "" : word->second);
    }
  }
  for (const auto& v : validations)
    for (const auto& out : v.left_out)
      text += std::format("\nLeft out of {}: line {}, {}: {}.\n", v.file, out.line, out.name, out.reason);
  return text;
}

std::string parameters_csv(const std::vector<Fit>& fits, bool all) {
  std::vector<ParameterRow> rows;
  for (const auto& row : parameter_rows()) {
    const auto fit = std::ranges::find(fits, row.set, [](const Fit& f) { return f.set.id; });
    if (fit != fits.end() || all) rows.push_back(row);
  }
  // Sets of the user's own.
  for (const auto& fit : fits) {
    if (std::ranges::find(rows, fit.set.id, &ParameterRow::set) != rows.end()) continue;
    for (const auto& spec : parameter_specs()) {
      ParameterRow row;
      row.set = fit.set.id, row.software = fit.set.software, row.parameter = spec.name, row.value = fit.set.values.*(spec.member);
      row.fitted = std::ranges::find(fit.set.fitted, spec.name) != fit.set.fitted.end();
      const auto word = fit.set.shared.find(row.parameter);
      if (word != fit.set.shared.end()) row.shared = word->second;
      row.source = "as it was given";
      rows.push_back(std::move(row));
    }
  }
  for (auto& row : rows) {
    const auto spec = std::ranges::find(parameter_specs(), row.parameter, &ParameterSpec::name);
    if (spec == parameter_specs().end() || !row.fitted) continue;
    auto fit = std::ranges::find(fits, row.set, [](const Fit& f) { return f.set.id; });
    std::size_t count = 0;
    for (const auto& f : fits) {  // a set without rows takes what it shares
      const auto word = f.set.shared.find(row.parameter);
      const bool shares = !row.shared.empty() && word != f.set.shared.end() && word->second == row.shared;
      if (f.set.id == row.set || shares) count += f.rows;
      if (shares && fit == fits.end()) fit = fits.begin() + (&f - fits.data());
    }
    if (fit == fits.end()) continue;
    const double value = fit->set.values.*(spec->member);
    row.value = parse_number(std::format("{:.4g}", value)).value_or(value);
    row.source = std::format("fitted to {} measured rows (docs/validation/training.md)", count);
  }
  return write_table(parameter_table(), rows);
}

std::string with_section(std::string document, const std::string& section) {
  static constexpr std::string_view begin = "<!-- calibrate: begin -->\n", end = "<!-- calibrate: end -->\n";
  const auto from = document.find(begin), to = document.find(end);
  if (from == std::string::npos || to == std::string::npos || to < from) {
    if (!document.empty() && !document.ends_with('\n')) document += '\n';
    return document + std::string(begin) + section + std::string(end);
  }
  return document.substr(0, from + begin.size()) + section + document.substr(to);
}

}  // namespace stargate::training
