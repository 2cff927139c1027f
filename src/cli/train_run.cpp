// stargate train goodput, run, largest, sites, infer, efficiency.
#include "base/csv.h"
#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "cli/train.h"
#include "programme/load.h"
#include "training/inference.h"
#include "training/planning.h"
#include "training/report.h"
#include "training/run.h"

namespace stargate::cli {
namespace {
using namespace training;
using Rows = std::vector<std::pair<std::string, std::string>>;

/// Name and value for persons, or the JSON, to a file or the terminal.
void answer(const Rows& rows, const nlohmann::json& json, bool as_json, const std::string& output) {
  std::string text;
  if (as_json) {
    text = json.dump(2) + "\n";
  } else {
    TextTable table({"figure", "value"});
    for (const auto& [name, value] : rows) table.row({name, value});
    text = table.text();
  }
  if (output.empty())
    std::print("{}", text);
  else
    write_file(output, text);
}

std::string percent(double share) { return std::format("{:.2f} %", 100 * share); }

struct Common {
  std::string model, system, parameters, output;
  bool json = false;
  void add(CLI::App* c, bool needs_model = true) {
    if (needs_model) c->add_option("MODEL", model, "as for step")->required();
    c->add_option("--system", system, "machine")->required();
    c->add_option("--parameters", parameters, "parameter set (default: the system's)");
    c->add_flag("--json", json, "for machines");
    c->add_option("-o,--output", output, "write here");
  }
};

void add_resilience(CLI::App* c, Resilience& r) {
  c->add_option("--restart", r.restart_minutes, "minutes from a failure to training again")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  c->add_option("--checkpoint-stall", r.checkpoint_stall_s,
                "seconds training stands still to write (default: from size and rate)")
      ->check(CLI::NonNegativeNumber);
  c->add_option("--checkpoint-gb-s", r.checkpoint_gb_s_node, "GB/s a node writes")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--interval", r.interval_minutes, "minutes between checkpoints (default: the best)")
      ->check(CLI::NonNegativeNumber);
  c->add_option("--spares", r.spare_share, "share of nodes kept ready")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
}

Rows goodput_rows(const Goodput& g) {
  return {{"nodes", grouped(g.nodes)},
          {"failures a day", std::format("{:.2f}", g.failures_per_day)},
          {"hours between failures", std::format("{:.2f}", g.mean_hours_between)},
          {"checkpoint stall s", std::format("{:.1f}", g.checkpoint_stall_s)},
          {"minutes between checkpoints", std::format("{:.1f}", g.interval_minutes)},
          {"effective training time ratio", percent(g.ettr)},
          {"time waiting for a spare", percent(g.spare_wait)},
          {"goodput, spares counted", percent(g.goodput)}};
}

void add_goodput(CLI::App& train) {
  struct Options : Common {
    double chips = 0;
    Resilience resilience;
  };
  auto o = std::make_shared<Options>();
  CLI::App* c =
      train.add_subcommand("goodput", "Share of time that is progress: failures, restarts, checkpoints, spares");
  o->add(c);
  c->add_option("--chips", o->chips, "chips")->required()->check(CLI::PositiveNumber);
  add_resilience(c, o->resilience);
  c->callback([o] {
    const Goodput g =
        goodput(find_system(o->system), o->chips, count_parameters(find_shape(o->model)).total, o->resilience);
    answer(goodput_rows(g), to_json(g), o->json, o->output);
  });
}

struct RunCommand : Common {
  std::int64_t chips = 0, global_batch = 0;
  double cap_w = 0;
  std::string precision = "bf16";
  int most_cp = 8;
  RunOptions run;
  Resilience resilience;
};

void run_run(const RunCommand& o) {
  const ModelShape shape = find_shape(o.model);
  const Machine machine = find_machine(o.system, o.parameters);
  SearchSpace space;
  space.chips = o.chips, space.global_batch = o.global_batch, space.most_cp = o.most_cp;
  space.precisions = {parse_precision(o.precision)};
  if (!(machine.system.peak_flops(space.precisions[0]) > 0))
    throw InputError({}, std::format("{} has no {} arithmetic", machine.system.id, o.precision));
  SearchOptions options;
  options.keep = 1, options.pareto = false;
  const SearchResult found = search(shape, machine, space, options);
  if (found.best.empty()) {
    std::print(stderr, "{}", search_text(found, machine));
    finish(Exit::infeasible);
  }
  const Strategy& s = found.best.front().strategy;
  const Step step = evaluate(shape, s, machine);
  const StepPower power = step_power(step, machine.system, o.cap_w > 0 ? std::optional(o.cap_w) : std::nullopt);
  const Goodput g = goodput(machine.system, static_cast<double>(o.chips), count_parameters(shape).total, o.resilience);
  const RunCost cost = run_cost(shape, s, machine.system, step, power, g, o.run);
  Rows rows{{"strategy", to_string(s)},
            {"step s at full clock", std::format("{:.3f}", step.seconds)},
            {"MFU (causal, of BF16 peak)", percent(step.mfu)},
            {"clock", percent(power.clock)},
            {"step s", std::format("{:.3f}", power.step_s)},
            {"throughput of full clock", percent(step.seconds / power.step_s)},
            {"W a chip", grouped(power.chip_w)}};
  for (auto& row : goodput_rows(g)) rows.push_back(std::move(row));
  const Rows more{{"steps", grouped(cost.steps)},
                  {"days without failures", std::format("{:.2f}", cost.days_without_failures)},
                  {"days", std::format("{:.2f}", cost.days)},
                  {"chip hours, spares counted", grouped(cost.chip_hours)},
                  {"USD", grouped(cost.usd)},
                  {"MWh at the facility", grouped(cost.facility_mwh, 1)},
                  {"kWh per 1e21 model FLOPs", std::format("{:.1f}", cost.kwh_per_zettaflop)},
                  {"tokens per USD", grouped(cost.tokens_per_usd)},
                  {"tokens per kWh", grouped(cost.tokens_per_kwh)}};
  rows.insert(rows.end(), more.begin(), more.end());
  answer(rows,
         {{"strategy", to_json(s)},
          {"step", to_json(step)},
          {"power",
           {{"clock", power.clock},
            {"step_s", power.step_s},
            {"chip_w", power.chip_w},
            {"chip_wh_step", power.chip_wh_step}}},
          {"goodput", to_json(g)},
          {"run",
           {{"tokens", cost.tokens},
            {"steps", cost.steps},
            {"days", cost.days},
            {"days_without_failures", cost.days_without_failures},
            {"chip_hours", cost.chip_hours},
            {"usd", cost.usd},
            {"it_mwh", cost.it_mwh},
            {"facility_mwh", cost.facility_mwh},
            {"model_flops", cost.model_flops},
            {"kwh_per_zettaflop", cost.kwh_per_zettaflop},
            {"tokens_per_usd", cost.tokens_per_usd},
            {"tokens_per_kwh", cost.tokens_per_kwh}}}},
         o.json, o.output);
}

void add_run(CLI::App& train) {
  auto o = std::make_shared<RunCommand>();
  CLI::App* c = train.add_subcommand(
      "run", "A whole run: days, energy, cost for a number of tokens, with failures and a power cap");
  o->add(c);
  c->add_option("--chips", o->chips, "chips")->required()->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 26));
  c->add_option("--global-batch", o->global_batch, "sequences")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
  c->add_option("--tokens", o->run.tokens, "tokens to train on")->required()->check(CLI::PositiveNumber);
  c->add_option("--precision", o->precision, "bf16, fp8, fp4")->capture_default_str();
  c->add_option("--most-cp", o->most_cp, "most context parallelism")->capture_default_str()->check(CLI::Range(1, 1024));
  c->add_option("--power-cap", o->cap_w, "W a chip may draw on average")->check(CLI::PositiveNumber);
  c->add_option("--usd-per-chip-hour", o->run.usd_per_chip_hour, "rent (default: the system's)")
      ->check(CLI::NonNegativeNumber);
  c->add_option("--usd-per-mwh", o->run.usd_per_mwh, "energy beside the rent")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  c->add_option("--pue", o->run.pue, "facility over IT energy")->capture_default_str()->check(CLI::Range(1.0, 5.0));
  add_resilience(c, o->resilience);
  c->callback([o] { run_run(*o); });
}

void add_largest(CLI::App& train) {
  struct Options : Common {
    LargestRunOptions run;
    std::string from, by, precision = "bf16";
  };
  auto o = std::make_shared<Options>();
  CLI::App* c = train.add_subcommand("largest", "The largest model that can be trained between two dates");
  o->add(c, false);
  c->add_option("--chips", o->run.chips, "chips")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 26));
  c->add_option("--from", o->from, "first day, 2026-01-31")->required();
  c->add_option("--by", o->by, "last day")->required();
  c->add_flag("--moe", o->run.mixture_of_experts, "mixture of experts");
  c->add_option("--tokens-per-parameter", o->run.tokens_per_parameter, "of an active parameter")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--precision", o->precision, "bf16, fp8, fp4")->capture_default_str();
  add_resilience(c, o->run.resilience);
  c->callback([o] {
    const auto day = [](const std::string& text) {
      const auto date = parse_date(text);
      if (!date) throw InputError({}, std::format("'{}' is not a date", text), "as 2026-01-31");
      return *date;
    };
    o->run.from = day(o->from), o->run.by = day(o->by);
    o->run.precision = parse_precision(o->precision);
    const LargestRun r = largest_run(find_machine(o->system, o->parameters), o->run);
    answer({{"chips used", grouped(static_cast<double>(r.chips))},
            {"parameters B", grouped(r.parameters / 1e9, 1)},
            {"active parameters B", grouped(r.active_parameters / 1e9, 1)},
            {"tokens B", grouped(r.tokens / 1e9)},
            {"model FLOPs", std::format("{:.3g}", r.flops)},
            {"layers x hidden", std::format("{} x {}", r.shape.layers, r.shape.hidden)},
            {"strategy", to_string(r.strategy)},
            {"MFU (causal, of BF16 peak)", percent(r.mfu)},
            {"goodput", percent(r.goodput)},
            {"days", std::format("{:.1f}", r.days)}},
           {{"chips", r.chips},
            {"parameters", r.parameters},
            {"active_parameters", r.active_parameters},
            {"tokens", r.tokens},
            {"model_flops", r.flops},
            {"layers", r.shape.layers},
            {"hidden", r.shape.hidden},
            {"strategy", to_json(r.strategy)},
            {"mfu", r.mfu},
            {"goodput", r.goodput},
            {"days", r.days}},
           o->json, o->output);
  });
}

void add_multi_site(CLI::App& train) {
  struct Options {
    double step_s = 0, parameters = 0, bytes = 2, overlap = 0;
    int sites = 2, inner_steps = 1;
    Wan wan;
    bool json = false;
    std::string output;
  };
  auto o = std::make_shared<Options>();
  CLI::App* c = train.add_subcommand("sites", "Training on several sites, data parallel over a wide-area link");
  c->add_option("--step", o->step_s, "seconds of a step on one site (see stargate train step)")
      ->required()
      ->check(CLI::PositiveNumber);
  c->add_option("--params", o->parameters, "weights of the model")->required()->check(CLI::PositiveNumber);
  c->add_option("--sites", o->sites, "sites")->capture_default_str()->check(CLI::Range(1, 1000));
  c->add_option("--gbit-s", o->wan.gbit_s, "Gbit/s of a site to the others")->required()->check(CLI::PositiveNumber);
  c->add_option("--rtt-ms", o->wan.round_trip_ms, "round trip, ms")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  c->add_option("--loss", o->wan.loss, "share of packets lost")->capture_default_str()->check(CLI::Range(0.0, 1.0));
  c->add_option("--streams", o->wan.streams, "parallel connections")->capture_default_str()->check(CLI::PositiveNumber);
  c->add_option("--inner-steps", o->inner_steps,
                "steps between exchanges (1: each step; 100 and more: local updates as DiLoCo)")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  c->add_option("--bytes", o->bytes, "bytes exchanged for a weight")->capture_default_str()->check(CLI::PositiveNumber);
  c->add_option("--overlap", o->overlap, "share of the exchange that may hide behind the next steps")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  c->add_flag("--json", o->json, "for machines");
  c->add_option("-o,--output", o->output, "write here");
  c->callback([o] {
    const MultiSite m = multi_site(o->step_s, o->parameters, o->sites, o->wan, o->inner_steps, o->bytes, o->overlap);
    answer({{"link as reached GB/s", grouped(m.wan_bytes_s / 1e9, 2)},
            {"exchange s", grouped(m.exchange_s, 3)},
            {"of it hidden s", grouped(m.hidden_s, 3)},
            {"step s", grouped(m.step_s, 3)},
            {"efficiency of a single site", percent(m.efficiency)}},
           {{"wan_gb_s", m.wan_bytes_s / 1e9},
            {"exchange_s", m.exchange_s},
            {"hidden_s", m.hidden_s},
            {"step_s", m.step_s},
            {"efficiency", m.efficiency}},
           o->json, o->output);
  });
}

void add_infer(CLI::App& train) {
  struct Options : Common {
    Serving serving;
    std::vector<double> batches{1, 2, 4, 8, 16, 32, 64, 128, 256};
    std::string precision = "fp8";
  };
  auto o = std::make_shared<Options>();
  CLI::App* c = train.add_subcommand("infer", "Serving: tokens a second, latency and USD per million tokens by batch");
  o->add(c);
  c->add_option("--tp", o->serving.tp, "chips of a replica")->capture_default_str()->check(CLI::Range(1, 1024));
  c->add_option("--batch", o->batches, "sequences together; several")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--prompt", o->serving.prompt_tokens, "tokens")->capture_default_str()->check(CLI::PositiveNumber);
  c->add_option("--output-tokens", o->serving.output_tokens, "tokens")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--precision", o->precision, "of the weights: bf16, fp8, fp4")->capture_default_str();
  c->add_option("--kv-bytes", o->serving.kv_bytes, "of a cached number")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--usd-per-chip-hour", o->serving.usd_per_chip_hour, "rent (default: the system's)")
      ->check(CLI::NonNegativeNumber);
  c->callback([o] {
    const ModelShape shape = find_shape(o->model);
    const Machine machine = find_machine(o->system, o->parameters);
    o->serving.weights = parse_precision(o->precision);
    Diagnostics diagnostics;
    if (shape.heads % o->serving.tp != 0)
      diagnostics.error({}, std::format("tp {} does not divide the {} heads", o->serving.tp, shape.heads));
    if (!(machine.system.peak_flops(o->serving.weights) > 0))
      diagnostics.error({}, std::format("{} has no {} arithmetic", machine.system.id, o->precision),
                        "--precision bf16");
    diagnostics.throw_if_errors();
    TextTable table({"batch", "fits", "GB a chip", "first token ms", "ms a token", "tokens/s a user", "tokens/s",
                     "tokens/s a chip", "USD per M output", "USD per M tokens"});
    nlohmann::json rows = nlohmann::json::array();
    bool any = false;
    for (const double batch : o->batches) {
      o->serving.batch = batch;
      const InferenceResult r = infer(shape, machine, o->serving);
      any = any || r.fits;
      table.row({grouped(batch), r.fits ? "yes" : std::format("{:.1f} GB too much", r.missing_bytes / 1e9),
                 std::format("{:.1f}", r.memory_bytes / 1e9), grouped(r.prefill_s * 1e3, 1),
                 grouped(r.decode_s * 1e3, 2), grouped(1 / r.decode_s, 1), grouped(r.output_tokens_per_s),
                 grouped(r.output_tokens_per_s_chip), std::format("{:.3f}", r.usd_per_million_output),
                 std::format("{:.3f}", r.usd_per_million_all)});
      rows.push_back({{"batch", batch},
                      {"fits", r.fits},
                      {"memory_gb", r.memory_bytes / 1e9},
                      {"prefill_s", r.prefill_s},
                      {"decode_s", r.decode_s},
                      {"output_tokens_per_s", r.output_tokens_per_s},
                      {"output_tokens_per_s_chip", r.output_tokens_per_s_chip},
                      {"usd_per_million_output", r.usd_per_million_output},
                      {"usd_per_million_all", r.usd_per_million_all}});
    }
    const double most = largest_batch(shape, machine, o->serving);
    if (o->json) {
      answer({},
             {{"model", shape.id},
              {"system", machine.system.id},
              {"tp", o->serving.tp},
              {"largest_batch", most},
              {"by_batch", rows}},
             true, o->output);
    } else {
      const std::string text = table.text() + std::format("largest batch that fits: {}\n", grouped(most));
      if (o->output.empty())
        std::print("{}", text);
      else
        write_file(o->output, text);
    }
    if (!any) finish(Exit::infeasible);
  });
}

void add_efficiency(CLI::App& train) {
  struct Options {
    std::string programme, precision, output;
    std::vector<double> chips{1024, 8192, 32768, 131072, 524288};
    bool moe = false, json = false, csv = false;
  };
  auto o = std::make_shared<Options>();
  CLI::App* c = train.add_subcommand("efficiency", "MFU and goodput of a programme's accelerators by cluster size");
  c->add_option("PROGRAMME", o->programme, "folder (default: the default programme)");
  c->add_option("--chips", o->chips, "cluster sizes")->capture_default_str()->check(CLI::PositiveNumber);
  c->add_option("--precision", o->precision, "bf16 or fp8 (default: FP8 where the chip has it)");
  c->add_flag("--moe", o->moe, "a mixture of experts in place of a dense model");
  c->add_flag("--json", o->json, "for machines");
  c->add_flag("--csv", o->csv, "as training_efficiency.csv, dated with the programme's accelerators");
  c->add_option("-o,--output", o->output, "write here");
  c->callback([o] {
    TextTable table({"accelerator", "chips", "precision", "MFU", "goodput", "model B", "strategy"});
    CsvWriter csv({"accelerator", "cluster_chips", "precision", "mfu", "goodput", "source", "as_of", "basis"});
    nlohmann::json rows = nlohmann::json::array();
    const ModelScale scale{.mixture_of_experts = o->moe, .precision = o->precision};
    for (const auto& accelerator : load_programme(o->programme).accelerators)
      for (const double chips : o->chips) {
        const TrainingEfficiency e = training_efficiency(planning_chip(accelerator), chips, scale);
        table.row({accelerator.id, grouped(chips), e.precision, percent(e.mfu), percent(e.goodput),
                   grouped(e.parameters / 1e9), e.strategy});
        csv << accelerator.id << chips << e.precision << std::round(e.mfu * 1e4) / 1e4
            << std::round(e.goodput * 1e4) / 1e4 << "stargate train efficiency (docs/training.md)"
            << cell_text(accelerator.as_of) << "estimate";
        rows.push_back({{"accelerator", accelerator.id},
                        {"chips", chips},
                        {"precision", e.precision},
                        {"mfu", e.mfu},
                        {"goodput", e.goodput},
                        {"parameters", e.parameters},
                        {"strategy", e.strategy}});
      }
    const std::string text = o->json ? rows.dump(2) + "\n" : o->csv ? csv.text() : table.text();
    if (o->output.empty())
      std::print("{}", text);
    else
      write_file(o->output, text);
  });
}

}  // namespace

void add_train_run(CLI::App& train) {
  add_goodput(train);
  add_run(train);
  add_largest(train);
  add_multi_site(train);
  add_infer(train);
  add_efficiency(train);
}

}  // namespace stargate::cli
