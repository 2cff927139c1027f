// stargate train models, systems, step, search.
#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/train.h"
#include "training/compare.h"
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
  std::vector<std::string> set;
  bool no_sequence_parallel = false;
  bool json = false;
};

void run_step(StepOptions options) {
  const ModelShape shape = find_shape(options.model);
  Machine machine = find_machine(options.system, options.parameters);
  set_parameters(machine, options.set);
  Strategy& s = options.strategy;
  s.recompute = parse_recompute(options.recompute, machine.software.flash_attention);
  s.schedule = parse_schedule(options.schedule);
  s.precision = parse_precision(options.precision);
  s.sequence_parallel = s.tp > 1 && !options.no_sequence_parallel;
  Diagnostics diagnostics;
  for (const auto& fault : strategy_faults(shape, s)) diagnostics.error({}, fault);
  if (!(machine.system.peak_flops(s.precision) > 0))
    diagnostics.error({}, std::format("{} has no {} arithmetic", machine.system.id, to_string(s.precision)));
  diagnostics.throw_if_errors();
  const Step step = evaluate(shape, s, machine);
  const Interval interval = step_interval(shape, machine.system);
  const auto points = roofline(shape, s, machine);
  std::string text;
  if (options.json) {
    nlohmann::json out = to_json(step);
    const ParameterCount count = count_parameters(shape);
    out["parameters"] = count.total, out["active_parameters"] = count.active, out["mtp_parameters"] = count.mtp;
    if (!shape.notes.empty()) out["notes"] = shape.notes;
    out["interval"] = to_json(interval, step.seconds);
    out["model"] = shape.id, out["system"] = machine.system.id, out["strategy"] = to_json(s), out["chips"] = s.chips();
    for (const auto& p : points)
      out["roofline"].push_back(
          {{"name", p.name}, {"flop_per_byte", p.intensity()}, {"tflops", p.rate() / 1e12}, {"seconds", p.seconds}});
    text = out.dump(2) + "\n";
  } else {
    text = step_text(shape, s, machine, step) + interval_text(interval, step.seconds);
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
  std::vector<std::string> precisions{"bf16"}, recompute{"none", "attention", "activations", "full"}, schedules, set, compare;
  std::vector<int> zero;
  CompareOptions money;
  bool json = false, brute_force = false, no_pareto = false;
};

void compare_clusters(const SearchCommand& command, const ModelShape& shape) {
  std::vector<ComparedCluster> clusters;
  for (const auto& text : command.compare) {
    const auto colon = text.rfind(':');
    const auto chips = colon == std::string::npos ? std::nullopt : parse_integer(text.substr(colon + 1));
    if (!chips || *chips < 1 || *chips > (std::int64_t{1} << 26))
      throw InputError({}, std::format("--compare {} does not say how many chips", text), "as H100:16384, from 1 to 67,108,864");
    Machine machine = find_machine(text.substr(0, colon), command.parameters);
    set_parameters(machine, command.set);
    clusters.push_back(compare_cluster(shape, machine, *chips, command.space, command.money));
  }
  const std::string text = command.json ? to_json(clusters).dump(2) + "\n" : compare_text(clusters, command.money);
  if (command.output.empty())
    std::print("{}", text);
  else
    write_file(command.output, text);
  if (std::ranges::none_of(clusters, &ComparedCluster::found)) finish(Exit::infeasible);
}

void run_search(SearchCommand command) {
  const ModelShape shape = find_shape(command.model);
  SearchSpace& space = command.space;
  space.precisions.clear(), space.recompute.clear();
  for (const auto& p : command.precisions) space.precisions.push_back(parse_precision(p));
  for (const auto& r : command.recompute) space.recompute.push_back(parse_recompute(r));
  if (!command.zero.empty()) space.zero = command.zero;
  if (!command.schedules.empty()) space.schedules.clear();
  for (const auto& name : command.schedules) space.schedules.push_back(parse_schedule(name));
  if (!command.compare.empty()) {
    compare_clusters(command, shape);
    return;
  }
  if (command.system.empty() || space.chips == 0)
    throw InputError({}, "no cluster", "--system H100 --chips 1024, or --compare H100:1024 GB200:512");
  Machine machine = find_machine(command.system, command.parameters);
  set_parameters(machine, command.set);
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
  const std::vector<std::int64_t> usable =
      result.complete && result.strategies == 0 ? nearest_chip_counts(shape, machine, space, 2) : std::vector<std::int64_t>();
  std::string text;
  if (command.json) {
    nlohmann::json out = to_json(result);
    if (!usable.empty()) out["nearest_chip_counts"] = usable;
    if (!result.best.empty()) out["interval"] = to_json(step_interval(shape, machine.system), result.best.front().seconds);
    out["model"] = shape.id, out["system"] = machine.system.id, out["chips"] = space.chips,
    out["global_batch"] = space.global_batch;
    text = out.dump(2) + "\n";
  } else {
    text = search_text(result, machine);
    text += std::format("{} strategies decided a second\n",
                        grouped(static_cast<double>(result.strategies) / std::max(seconds, 1e-9)));
    std::string counts;
    for (const std::int64_t n : usable) counts += (counts.empty() ? "" : ", ") + grouped(static_cast<double>(n));
    if (!usable.empty()) text += std::format("the nearest numbers of chips that divide: {}\n", counts);
    if (!result.best.empty())
      text += step_text(shape, result.best.front().strategy, machine,
                        evaluate(shape, result.best.front().strategy, machine)) +
              interval_text(step_interval(shape, machine.system), result.best.front().seconds);
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
    c->add_option("--system", o->system, "machine: a name of the library or a .csv file")->required();
    const auto size = [&](const char* name, int& value, const char* about) {
      c->add_option(name, value, about)->capture_default_str()->check(CLI::Range(1, 1 << 24));
    };
    size("--tp", o->strategy.tp, "tensor parallel"), size("--cp", o->strategy.cp, "context parallel");
    size("--pp", o->strategy.pp, "pipeline stages"), size("--vp", o->strategy.vp, "virtual stages a chip");
    size("--dp", o->strategy.dp, "data parallel"), size("--ep", o->strategy.ep, "expert parallel, inside tp x cp x dp");
    size("--micro-batch", o->strategy.micro_batch, "sequences");
    size("--loss-chunks", o->strategy.loss_chunks, "parts in which logits and loss are made");
    c->add_option("--zero", o->strategy.zero, "0: nothing sharded, 1: optimiser, 2: and gradients, 3: and weights (FSDP)")
        ->capture_default_str()
        ->check(CLI::Range(0, 3));
    c->add_option("--shard", o->strategy.shard, "data-parallel ranks that share the shards (HSDP; default: all)")
        ->check(CLI::Range(1, 1 << 24));
    c->add_option("--offload-optimizer", o->strategy.offload_optimizer, "share of the optimiser's state in host memory")
        ->check(number_within(0, 1));
    c->add_option("--offload-activations", o->strategy.offload_activations, "share of kept activations in host memory")
        ->check(number_within(0, 1));
    c->add_option("--global-batch", o->strategy.global_batch, "sequences")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
    c->add_option("--seq", o->strategy.seq_len, "tokens of a sequence (default: the model's)")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
    c->add_option("--recompute", o->recompute,
                  "none; attention (scores and context: Megatron's selective); activations (norms, activation functions); full; "
                  "selective: attention before fused attention, activations since")
        ->capture_default_str();
    c->add_option("--recompute-share", o->strategy.recompute_share, "of the layers")
        ->capture_default_str()
        ->check(number_within(0, 1, true));
    c->add_option("--schedule", o->schedule, "1f1b (interleaved with --vp), zero-bubble or dualpipe")->capture_default_str();
    c->add_option("--precision", o->precision, "bf16, fp8, mxfp8, fp4 (NVFP4)")->capture_default_str();
    c->add_option("--set", o->set, "a parameter for this run, as ep_overlap=0.9 (names: docs/training.md)");
    c->add_flag("--no-sequence-parallel", o->no_sequence_parallel, "norms not split over the tp chips");
    c->add_option("--parameters", o->parameters, "parameter set or .csv file (default: the system's)");
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
    c->add_option("--system", o->system, "machine: a name of the library or a .csv file");
    c->add_option("--chips", o->space.chips, "chips")->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 26));
    c->add_option("--compare", o->compare, "clusters side by side, as H100:16384 GB200:4608")->excludes("--chips")->excludes("--system");
    c->add_option("--tokens", o->money.tokens, "of the run that is compared")->capture_default_str()->check(above_zero(1e17));
    c->add_option("--usd-per-mwh", o->money.usd_per_mwh, "energy beside the rent")->capture_default_str()->check(from_zero(1e5));
    c->add_option("--pue", o->money.pue, "facility over IT energy")->capture_default_str()->check(number_within(1, 5));
    c->add_option("--kg-per-mwh", o->money.kg_per_mwh, "CO2 of the grid")->capture_default_str()->check(from_zero(5000));
    c->add_option("--global-batch", o->space.global_batch, "sequences")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
    c->add_option("--seq", o->space.seq_len, "tokens of a sequence (default: the model's)")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
    const auto most = [&](const char* name, int& value, const char* about) {
      c->add_option(name, value, about)->check(CLI::Range(1, 1 << 24));
    };
    most("--most-tp", o->space.most_tp, "most tensor parallelism (default: the scale-up domain)");
    most("--most-pp", o->space.most_pp, "most pipeline stages (default: the layers)");
    most("--most-vp", o->space.most_vp, "most virtual stages (default: the layers of a stage)");
    most("--most-cp", o->space.most_cp, "most context parallelism (default: every divisor that leaves 1,024 tokens a chip)");
    most("--most-ep", o->space.most_ep, "most expert parallelism (default: the experts)");
    most("--most-micro-batch", o->space.most_micro_batch, "sequences (default: 8)");
    c->add_option("--zero", o->zero, "0 to 3; several are all tried (default: all)")->check(CLI::Range(0, 3));
    c->add_option("--schedule", o->schedules, "1f1b, zero-bubble, dualpipe; several are all tried (default: the first two)");
    c->add_option("--precision", o->precisions, "bf16, fp8, mxfp8, fp4; several are all tried")->capture_default_str();
    c->add_option("--recompute", o->recompute, "none, attention, activations, full; several are all tried")->capture_default_str();
    c->add_option("--set", o->set, "a parameter for this run, as ep_overlap=0.9");
    c->add_option("--keep", o->options.keep, "how many of the fastest")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    c->add_option("--threads", o->options.threads, "threads")->capture_default_str()->check(CLI::Range(1, 4096));
    c->add_option("--parameters", o->parameters, "parameter set or .csv file (default: the system's)");
    c->add_flag("--brute-force", o->brute_force, "prune nothing");
    c->add_flag("--no-pareto", o->no_pareto, "leave out the Pareto set: more is pruned");
    c->add_flag("--json", o->json, "for machines");
    c->add_option("-o,--output", o->output, "write here");
    c->callback([o] { run_search(*o); });
  }
}

}  // namespace stargate::cli
