#include "training/report.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/text_table.h"

namespace stargate::training {
using nlohmann::json;

namespace {
std::string percent(double share, int digits = 1) { return std::format("{:.{}f} %", 100 * share, digits); }
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
          {"mfu_of_bf16_peak", step.mfu_bf16},
          {"hfu", step.hfu},
          {"mfu_convention", "causal attention, head counted, over the dense peak of the precision that runs"}};
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
  std::string text = std::format("{}  {:.1f} B parameters ({:.1f} B active){}  on {} x {}  {}\n", shape.id,
                                 count.total / 1e9, count.active / 1e9,
                                 count.mtp > 0 ? std::format(" and {:.1f} B for multi-token prediction", count.mtp / 1e9) : "",
                                 s.chips(), machine.system.id, to_string(s));
  if (!shape.notes.empty()) text += "note: " + shape.notes + "\n";
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
      "MFU {}, HFU {} of the dense {} peak ({:.0f} TFLOP/s), causal attention and head counted\n",
      grouped(step.tokens / step.seconds), grouped(step.tokens_per_s_chip), step.model_flops_per_s_chip / 1e12,
      step.megatron_flops_per_s_chip / 1e12, percent(step.mfu), percent(step.hfu), to_string(s.precision),
      machine.system.peak_flops(s.precision) / 1e12);
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

}  // namespace stargate::training
