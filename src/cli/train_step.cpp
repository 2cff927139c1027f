// stargate train models, systems, step, search.
#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/train.h"
#include "training/report.h"
#include "training/roofline.h"

namespace stargate::cli {
namespace {
using namespace training;

void list_models(bool json) {
  nlohmann::json rows = nlohmann::json::array();
  TextTable table(
      {"model", "parameters B", "active B", "layers", "hidden", "heads", "kv", "experts", "vocab", "tokens", "source"});
  for (const auto& s : shape_library()) {
    const ParameterCount c = count_parameters(s);
    if (json)
      rows.push_back({{"id", s.id},
                      {"parameters", c.total},
                      {"active_parameters", c.active},
                      {"layers", s.layers},
                      {"hidden", s.hidden},
                      {"heads", s.heads},
                      {"kv_heads", s.kv_heads},
                      {"experts", s.experts},
                      {"vocab", s.vocab},
                      {"seq_len", s.seq_len},
                      {"source", s.source}});
    else
      table.row({s.id, std::format("{:.1f}", c.total / 1e9), std::format("{:.1f}", c.active / 1e9),
                 std::to_string(s.layers), std::to_string(s.hidden), std::to_string(s.heads),
                 std::to_string(s.kv_heads), s.moe() ? std::format("{} of {}", s.experts_per_token, s.experts) : "",
                 std::to_string(s.vocab), std::to_string(s.seq_len), s.source});
  }
  if (json)
    std::println("{}", rows.dump(2));
  else
    std::print("{}", table.text());
}

void list_systems(bool json) {
  nlohmann::json rows = nlohmann::json::array();
  TextTable table(
      {"system", "BF16 TFLOP/s", "FP8", "FP4", "HBM GB", "TB/s", "domain", "GB/s", "NIC Gb/s", "W", "parameters"});
  for (const auto& s : system_library()) {
    const auto n = [](double v) { return std::format("{:g}", v); };
    if (json)
      rows.push_back({{"id", s.id},
                      {"vendor", s.vendor},
                      {"bf16_tflops", s.bf16_tflops},
                      {"fp8_tflops", s.fp8_tflops},
                      {"fp4_tflops", s.fp4_tflops},
                      {"hbm_gb", s.hbm_gb},
                      {"hbm_tb_s", s.hbm_tb_s},
                      {"domain_chips", s.domain_chips},
                      {"scale_up_gb_s", s.scale_up_gb_s},
                      {"nic_gbit_s", s.nic_gbit_s},
                      {"tdp_w", s.tdp_w},
                      {"all_in_kw", s.all_in_kw},
                      {"calibration", s.calibration},
                      {"available", s.available},
                      {"source", s.source}});
    else
      table.row({s.id, n(s.bf16_tflops), n(s.fp8_tflops), n(s.fp4_tflops), n(s.hbm_gb), n(s.hbm_tb_s),
                 n(s.domain_chips), n(s.scale_up_gb_s), n(s.nic_gbit_s), n(s.tdp_w), s.calibration});
  }
  if (json)
    std::println("{}", rows.dump(2));
  else
    std::print("{}", table.text());
}

struct StepOptions {
  std::string model, system, parameters, recompute = "none", schedule = "1f1b", precision = "bf16", roofline, output;
  Strategy strategy;
  bool no_sequence_parallel = false;
  bool json = false;
};

void run_step(StepOptions options) {
  const ModelShape shape = find_shape(options.model);
  const Machine machine = find_machine(options.system, options.parameters);
  Strategy& s = options.strategy;
  s.recompute = parse_recompute(options.recompute);
  s.schedule = parse_schedule(options.schedule);
  s.precision = parse_precision(options.precision);
  s.sequence_parallel = s.tp > 1 && !options.no_sequence_parallel;
  Diagnostics diagnostics;
  for (const auto& fault : strategy_faults(shape, s)) diagnostics.error({}, fault);
  if (!(machine.system.peak_flops(s.precision) > 0))
    diagnostics.error({}, std::format("{} has no {} arithmetic", machine.system.id, to_string(s.precision)));
  diagnostics.throw_if_errors();
  const Step step = evaluate(shape, s, machine);
  const auto points = roofline(shape, s, machine);
  std::string text;
  if (options.json) {
    nlohmann::json out = to_json(step);
    out["model"] = shape.id, out["system"] = machine.system.id, out["strategy"] = to_json(s), out["chips"] = s.chips();
    for (const auto& p : points)
      out["roofline"].push_back(
          {{"name", p.name}, {"flop_per_byte", p.intensity()}, {"tflops", p.rate() / 1e12}, {"seconds", p.seconds}});
    text = out.dump(2) + "\n";
  } else {
    text = step_text(shape, s, machine, step);
    TextTable table({"roofline: one layer forward", "FLOP/byte", "TFLOP/s", "of peak", "bound by"});
    for (const auto& p : points)
      table.row({p.name, grouped(p.intensity(), 1), grouped(p.rate() / 1e12, 1),
                 std::format("{:.0f} %", 100 * p.rate() / p.peak_flops_per_s),
                 p.intensity() < p.peak_flops_per_s / (machine.system.hbm_tb_s * 1e12) ? "memory" : "arithmetic"});
    text += table.text();
  }
  if (options.output.empty())
    std::print("{}", text);
  else
    write_file(options.output, text);
  if (!options.roofline.empty()) write_file(options.roofline, roofline_svg(points, machine, s.precision));
  if (!step.fits) finish(Exit::infeasible);
}

struct SearchCommand {
  std::string model, system, parameters, output;
  SearchSpace space;
  SearchOptions options;
  std::vector<std::string> precisions{"bf16"}, recompute{"none", "selective", "full"};
  bool json = false, brute_force = false, no_pareto = false;
};

void run_search(SearchCommand command) {
  const ModelShape shape = find_shape(command.model);
  const Machine machine = find_machine(command.system, command.parameters);
  SearchSpace& space = command.space;
  space.precisions.clear(), space.recompute.clear();
  for (const auto& p : command.precisions) space.precisions.push_back(parse_precision(p));
  for (const auto& r : command.recompute) space.recompute.push_back(parse_recompute(r));
  for (const Precision p : space.precisions)
    if (!(machine.system.peak_flops(p) > 0))
      throw InputError({}, std::format("{} has no {} arithmetic", machine.system.id, to_string(p)));
  command.options.prune = !command.brute_force;
  command.options.pareto = !command.no_pareto;
  Progress progress(command.json);
  std::mutex drawing;
  progress.stage("search");
  command.options.progress = [&](double share) {
    const std::scoped_lock lock(drawing);
    progress.update(share);
  };
  const SearchResult result = search(shape, machine, space, command.options);
  const double seconds = progress.seconds();
  std::string text;
  if (command.json) {
    nlohmann::json out = to_json(result);
    out["model"] = shape.id, out["system"] = machine.system.id, out["chips"] = space.chips,
    out["global_batch"] = space.global_batch;
    text = out.dump(2) + "\n";
  } else {
    text = search_text(result, machine);
    text += std::format("{} strategies decided a second\n",
                        grouped(static_cast<double>(result.strategies) / std::max(seconds, 1e-9)));
    if (!result.best.empty())
      text += step_text(shape, result.best.front().strategy, machine,
                        evaluate(shape, result.best.front().strategy, machine));
  }
  if (command.output.empty())
    std::print("{}", text);
  else
    write_file(command.output, text);
  if (!result.complete) finish(Exit::interrupted);
  if (result.best.empty()) finish(Exit::infeasible);
}

}  // namespace

void add_train_step(CLI::App& train) {
  for (const bool models : {true, false}) {
    auto json = std::make_shared<bool>(false);
    CLI::App* command = models ? train.add_subcommand("models", "The library of model shapes")
                               : train.add_subcommand("systems", "The library of machines");
    command->add_flag("--json", *json, "for machines");
    command->callback([json, models] { models ? list_models(*json) : list_systems(*json); });
  }
  {
    auto o = std::make_shared<StepOptions>();
    CLI::App* c = train.add_subcommand("step", "Time, breakdown and memory of one optimiser step");
    c->add_option("MODEL", o->model, "library name, config.json, shape .csv, frontier:400e9 or frontier-moe:2e12")
        ->required();
    c->add_option("--system", o->system, "machine")->required();
    c->add_option("--tp", o->strategy.tp, "tensor parallel")->capture_default_str();
    c->add_option("--cp", o->strategy.cp, "context parallel")->capture_default_str();
    c->add_option("--pp", o->strategy.pp, "pipeline stages")->capture_default_str();
    c->add_option("--vp", o->strategy.vp, "virtual stages a chip")->capture_default_str();
    c->add_option("--dp", o->strategy.dp, "data parallel")->capture_default_str();
    c->add_option("--ep", o->strategy.ep, "expert parallel, inside tp x cp x dp")->capture_default_str();
    c->add_option("--zero", o->strategy.zero, "0 to 3 (3: FSDP)")->capture_default_str();
    c->add_option("--micro-batch", o->strategy.micro_batch, "sequences")->capture_default_str();
    c->add_option("--global-batch", o->strategy.global_batch, "sequences")->required();
    c->add_option("--seq", o->strategy.seq_len, "tokens of a sequence (default: the model's)");
    c->add_option("--recompute", o->recompute, "none, selective, full")->capture_default_str();
    c->add_option("--schedule", o->schedule, "1f1b (interleaved with --vp) or zero-bubble")->capture_default_str();
    c->add_option("--precision", o->precision, "bf16, fp8, fp4")->capture_default_str();
    c->add_flag("--no-sequence-parallel", o->no_sequence_parallel, "norms not split over the tp chips");
    c->add_option("--parameters", o->parameters, "parameter set (default: the system's)");
    c->add_option("--roofline", o->roofline, "write a roofline picture (SVG) here");
    c->add_flag("--json", o->json, "for machines");
    c->add_option("-o,--output", o->output, "write here");
    c->callback([o] { run_step(*o); });
  }
  {
    auto o = std::make_shared<SearchCommand>();
    o->options.threads = default_threads();
    CLI::App* c = train.add_subcommand(
        "search", "The best of all strategies that divide and fit, and the Pareto set of time against memory");
    c->add_option("MODEL", o->model, "as for step")->required();
    c->add_option("--system", o->system, "machine")->required();
    c->add_option("--chips", o->space.chips, "chips")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 26));
    c->add_option("--global-batch", o->space.global_batch, "sequences")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
    c->add_option("--seq", o->space.seq_len, "tokens of a sequence (default: the model's)");
    c->add_option("--most-tp", o->space.most_tp, "most tensor parallelism (default: the scale-up domain)");
    c->add_option("--most-cp", o->space.most_cp, "most context parallelism")->capture_default_str();
    c->add_option("--most-micro-batch", o->space.most_micro_batch, "sequences")->capture_default_str();
    c->add_option("--precision", o->precisions, "bf16, fp8, fp4; several are all tried")->capture_default_str();
    c->add_option("--recompute", o->recompute, "none, selective, full; several are all tried")->capture_default_str();
    c->add_option("--keep", o->options.keep, "how many of the fastest")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    c->add_option("--threads", o->options.threads, "threads")->capture_default_str()->check(CLI::Range(1, 4096));
    c->add_option("--parameters", o->parameters, "parameter set (default: the system's)");
    c->add_flag("--brute-force", o->brute_force, "prune nothing");
    c->add_flag("--no-pareto", o->no_pareto, "leave out the Pareto set: more is pruned");
    c->add_flag("--json", o->json, "for machines");
    c->add_option("-o,--output", o->output, "write here");
    c->callback([o] { run_search(*o); });
  }
}

}  // namespace stargate::cli
