#include "training/report.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/text_table.h"

namespace stargate::training {
using nlohmann::json;

namespace {
std::string percent(double share, int digits = 1) { return std::format("{:.{}f} %", 100 * share, digits); }
std::string signed_percent(double share) { return std::format("{:+.1f} %", 100 * share); }
std::string gigabytes(double bytes) { return std::format("{:.1f}", bytes / 1e9); }
}  // namespace

json to_json(const Strategy& s) {
  return {{"tp", s.tp},
          {"cp", s.cp},
          {"pp", s.pp},
          {"vp", s.vp},
          {"dp", s.dp},
          {"ep", s.ep},
          {"zero", s.zero},
          {"micro_batch", s.micro_batch},
          {"global_batch", s.global_batch},
          {"sequence_parallel", s.sequence_parallel},
          {"recompute", to_string(s.recompute)},
          {"schedule", to_string(s.schedule)},
          {"precision", to_string(s.precision)}};
}

json to_json(const Step& step) {
  json parts = json::object(), memory = json::object();
  for (const auto& [name, value] : listed(step.parts)) parts[std::string(name) + "_s"] = value;
  for (const auto& [name, value] : listed(step.memory)) memory[std::string(name) + "_gb"] = value / 1e9;
  memory["total_gb"] = step.memory.total() / 1e9;
  return {{"step_s", step.seconds},
          {"parts", parts},
          {"memory", memory},
          {"fits", step.fits},
          {"tokens_per_step", step.tokens},
          {"tokens_per_s_chip", step.tokens_per_s_chip},
          {"model_tflops_chip", step.model_flops_per_s_chip / 1e12},
          {"megatron_tflops_chip", step.megatron_flops_per_s_chip / 1e12},
          {"mfu", step.mfu},
          {"hfu", step.hfu},
          {"mfu_convention", "causal attention, head counted, over dense BF16 peak"}};
}

json to_json(const Goodput& g) {
  return {
      {"nodes", g.nodes},
      {"failures_per_day", g.failures_per_day},
      {"mean_hours_between_failures", std::isfinite(g.mean_hours_between) ? json(g.mean_hours_between) : json(nullptr)},
      {"checkpoint_stall_s", g.checkpoint_stall_s},
      {"interval_minutes", g.interval_minutes},
      {"restart_minutes", g.restart_minutes},
      {"ettr", g.ettr},
      {"spare_wait", g.spare_wait},
      {"goodput", g.goodput}};
}

json to_json(const SearchResult& r) {
  const auto list = [](const std::vector<Candidate>& candidates) {
    json rows = json::array();
    for (const auto& c : candidates)
      rows.push_back({{"strategy", to_json(c.strategy)}, {"step_s", c.seconds}, {"memory_gb", c.memory_bytes / 1e9}});
    return rows;
  };
  json out = {{"best", list(r.best)}, {"pareto", list(r.pareto)}, {"strategies", r.strategies}, {"too_big", r.too_big},
              {"pruned", r.pruned},   {"evaluated", r.evaluated}, {"complete", r.complete}};
  if (r.best.empty() && r.nearest_miss_bytes > 0)
    out["nearest_miss"] = {{"strategy", to_json(r.nearest_miss)}, {"missing_gb", r.nearest_miss_bytes / 1e9}};
  return out;
}

json to_json(const Accuracy& a) {
  return {{"rows", a.rows},
          {"bias", a.bias},
          {"mean_absolute_error", a.mean_absolute},
          {"median_absolute_error", a.median_absolute},
          {"worst_absolute_error", a.worst}};
}

std::string step_text(const ModelShape& shape, const Strategy& s, const Machine& machine, const Step& step) {
  const ParameterCount count = count_parameters(shape);
  std::string text = std::format("{}  {:.1f} B parameters ({:.1f} B active)  on {} x {}  {}\n", shape.id,
                                 count.total / 1e9, count.active / 1e9, s.chips(), machine.system.id, to_string(s));
  TextTable table({"part", "ms", "share"});
  for (const auto& [name, value] : listed(step.parts))
    if (value > 0) table.row({std::string(name), grouped(value * 1e3, 2), percent(value / step.seconds)});
  table.row({"step", grouped(step.seconds * 1e3, 2), percent(1)});
  text += table.text();
  TextTable memory({"memory", "GB"});
  for (const auto& [name, value] : listed(step.memory)) memory.row({std::string(name), gigabytes(value)});
  memory.row({"total", gigabytes(step.memory.total())});
  memory.row({"usable", gigabytes(usable_bytes(machine.system))});
  text += memory.text();
  if (!step.fits)
    text +=
        std::format("does not fit: {} GB too much\n", gigabytes(step.memory.total() - usable_bytes(machine.system)));
  text += std::format(
      "{} tokens/s, {} a chip; {:.0f} model TFLOP/s a chip (causal attention), {:.0f} by Megatron's convention\n"
      "MFU {}, HFU {} of the dense BF16 peak ({:.0f} TFLOP/s), causal attention and head counted\n",
      grouped(step.tokens / step.seconds), grouped(step.tokens_per_s_chip), step.model_flops_per_s_chip / 1e12,
      step.megatron_flops_per_s_chip / 1e12, percent(step.mfu), percent(step.hfu), machine.system.bf16_tflops);
  return text;
}

std::string search_text(const SearchResult& r, const Machine& machine) {
  std::string text =
      std::format("{} strategies can be run; {} do not fit, {} left out by a proven bound, {} evaluated{}\n",
                  grouped(static_cast<double>(r.strategies)), grouped(static_cast<double>(r.too_big)),
                  grouped(static_cast<double>(r.pruned)), grouped(static_cast<double>(r.evaluated)),
                  r.complete ? "" : " (interrupted: the best so far)");
  if (r.best.empty()) {
    text += r.nearest_miss_bytes > 0 ? std::format("nothing fits in {} GB; the smallest, {}, needs {} GB more\n",
                                                   gigabytes(usable_bytes(machine.system)), to_string(r.nearest_miss),
                                                   gigabytes(r.nearest_miss_bytes))
                                     : "no strategy divides model, batch and chips\n";
    return text;
  }
  const auto add = [&](std::string_view title, const std::vector<Candidate>& list) {
    TextTable table({std::string(title), "step ms", "memory GB"});
    for (const auto& c : list)
      table.row({to_string(c.strategy), grouped(c.seconds * 1e3, 2), gigabytes(c.memory_bytes)});
    text += table.text();
  };
  add("fastest", r.best);
  if (!r.pareto.empty()) add("time against memory", r.pareto);
  return text;
}

Validation validate(const MeasuredFile& file, bool known_to_calibration, const std::vector<Fit>& fits) {
  Validation v{file.file, {}, file.left_out};
  std::map<std::string, std::size_t> index;
  for (const auto& row : file.rows) {
    const bool fitted = fitted_row(index[row.set]++) && known_to_calibration;
    Machine machine = find_machine(row.system, row.parameter_set);
    const auto fit = std::ranges::find(fits, row.parameter_set, [](const Fit& f) { return f.set.id; });
    if (fit != fits.end()) machine.parameters = fit->set.values;
    v.lines.push_back({row, predict(row, machine), fitted});
  }
  return v;
}

std::vector<std::pair<std::string, Accuracy>> accuracy_by_set(const std::vector<Validation>& validations, bool split) {
  std::map<std::string, std::vector<double>> errors;
  for (const auto& v : validations)
    for (const auto& line : v.lines)
      errors[line.row.set + (split ? (line.fitted ? ", fitted" : ", held out") : "")].push_back(
          line.prediction.error());
  std::vector<std::pair<std::string, Accuracy>> list;
  for (auto& [set, values] : errors) list.emplace_back(set, accuracy_of(std::move(values)));
  return list;
}

std::string validation_text(const Validation& v, bool rows) {
  std::string text;
  if (rows) {
    TextTable table({"line", "row", "predicted", "measured", "unit", "error"});
    for (const auto& line : v.lines)
      table.row({std::to_string(line.row.line), line.row.name,
                 grouped(line.prediction.value, line.prediction.value < 100 ? 2 : 1),
                 grouped(line.row.value, line.row.value < 100 ? 2 : 1), std::string(unit_of(line.row.metric)),
                 signed_percent(line.prediction.error())});
    text += table.text();
  }
  for (const auto& out : v.left_out) text += std::format("left out: line {}, {}: {}\n", out.line, out.name, out.reason);
  TextTable table({"set", "rows", "bias", "mean |error|", "median |error|", "worst"});
  const auto add = [&](const std::string& name, const Accuracy& a) {
    table.row({name, std::to_string(a.rows), signed_percent(a.bias), percent(a.mean_absolute),
               percent(a.median_absolute), percent(a.worst)});
  };
  for (const auto& [set, a] : accuracy_by_set({v}, false)) add(set, a);
  std::vector<double> all;
  for (const auto& line : v.lines) all.push_back(line.prediction.error());
  add("all", accuracy_of(all));
  return text + table.text();
}

json to_json(const Validation& v) {
  json rows = json::array(), left = json::array(), sets = json::object();
  for (const auto& line : v.lines)
    rows.push_back({{"line", line.row.line},
                    {"set", line.row.set},
                    {"name", line.row.name},
                    {"system", line.row.system},
                    {"parameters", line.row.parameter_set},
                    {"strategy", to_json(line.prediction.strategy)},
                    {"prediction", line.prediction.value},
                    {"measurement", line.row.value},
                    {"unit", unit_of(line.row.metric)},
                    {"error", line.prediction.error()},
                    {"fits", line.prediction.fits}});
  for (const auto& out : v.left_out) left.push_back({{"line", out.line}, {"name", out.name}, {"reason", out.reason}});
  for (const auto& [set, a] : accuracy_by_set({v}, false)) sets[set] = to_json(a);
  std::vector<double> all;
  for (const auto& line : v.lines) all.push_back(line.prediction.error());
  return {{"file", v.file}, {"rows", rows}, {"left_out", left}, {"sets", sets}, {"all", to_json(accuracy_of(all))}};
}

std::string calibration_markdown(const std::vector<Fit>& fits, const std::vector<Validation>& validations,
                                 const std::vector<ModelHoldOut>& models) {
  std::string text = "### Parameters\n\n";
  for (const auto& fit : fits) {
    text += std::format("Set `{}`, fitted to {} rows (mean absolute error {} before, {} after):\n\n", fit.set.id,
                        fit.rows, percent(fit.before), percent(fit.after));
    text += "| parameter | value | unit | range | why |\n|---|---|---|---|---|\n";
    for (const auto& spec : parameter_specs())
      if (std::ranges::find(fit.set.fitted, spec.name) != fit.set.fitted.end())
        text += std::format("| {} | {:.4g} | {} | {} to {} | {} |\n", spec.name, fit.set.values.*(spec.member),
                            spec.unit, spec.low, spec.high, spec.reason);
    text += "\n";
  }
  text +=
      "### Accuracy\n\n| set | rows | bias | mean absolute | median absolute | worst |\n|---|---|---|---|---|---|\n";
  for (const auto& [set, a] : accuracy_by_set(validations, true))
    text += std::format("| {} | {} | {} | {} | {} | {} |\n", set, a.rows, signed_percent(a.bias),
                        percent(a.mean_absolute), percent(a.median_absolute), percent(a.worst));
  if (!models.empty()) {
    text +=
        "\nEach model left out in turn, the parameters fitted to the others, all of its rows predicted:\n\n"
        "| set | model | rows | bias | mean absolute | worst |\n|---|---|---|---|---|---|\n";
    for (const auto& [set, model, a] : models)
      text += std::format("| {} | {} | {} | {} | {} | {} |\n", set, model, a.rows, signed_percent(a.bias),
                          percent(a.mean_absolute), percent(a.worst));
  }
  for (const auto& v : validations)
    for (const auto& out : v.left_out)
      text += std::format("\nLeft out of {}: line {}, {}: {}.\n", v.file, out.line, out.name, out.reason);
  return text;
}

std::string parameters_csv(const std::vector<Fit>& fits) {
  std::vector<ParameterRow> rows = parameter_rows();
  for (auto& row : rows) {
    const auto fit = std::ranges::find(fits, row.set, [](const Fit& f) { return f.set.id; });
    const auto spec = std::ranges::find(parameter_specs(), row.parameter, &ParameterSpec::name);
    if (fit == fits.end() || spec == parameter_specs().end()) continue;
    const double value = fit->set.values.*(spec->member);
    row.value = parse_number(std::format("{:.4g}", value)).value_or(value);
    const bool own = std::ranges::find(fit->set.fitted, row.parameter) != fit->set.fitted.end();
    if (own) row.source = std::format("fitted to {} measured rows (docs/validation/training.md)", fit->rows);
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
  const std::size_t inner = from + begin.size();
  return document.replace(inner, to - inner, section);
}

}  // namespace stargate::training
