#include "training/measured.h"

#include "base/files.h"
#include "base/text.h"

namespace stargate::training {
namespace {

/// Cells of a row by column name. The first cell that cannot be read is told in `fault`.
class Reader {
 public:
  explicit Reader(const Csv& csv) : csv_(csv) {}
  void at(const CsvRow& row) { row_ = &row, fault_.clear(); }
  const std::string& fault() const { return fault_; }

  bool has(std::string_view column) const { return csv_.column(column) != Csv::npos; }
  std::string text(std::string_view column) const {
    const std::size_t i = csv_.column(column);
    return i == Csv::npos ? std::string() : std::string(trim(row_->cells[i].text));
  }
  /// A number; "1,024", "64 (0)" (another run in brackets) and "n/a" occur in published tables.
  std::optional<double> number(std::string_view column) const {
    std::string cell = text(column);
    if (const auto bracket = cell.find('('); bracket != std::string::npos) cell.resize(bracket);
    std::erase(cell, ',');
    const std::string_view plain = trim(cell);
    const std::string word = lower(plain);
    if (plain.empty() || word == "n/a" || word == "na" || word == "-" || word == "none" || word == "?")
      return std::nullopt;
    const auto value = parse_number(plain);
    if (!value || *value < 0) {
      if (fault_.empty())
        fault_ = std::format("{} is '{}'; a number from 0, or empty where it is not published", column, text(column));
      return std::nullopt;
    }
    return value;
  }
  int size(std::string_view column, int otherwise = 1) const {
    const auto value = number(column);
    if (!value || *value < 1 || *value > 1e9) return otherwise;
    if (*value != std::floor(*value)) {
      if (fault_.empty()) fault_ = std::format("{} is {}; a whole number is needed", column, *value);
      return otherwise;
    }
    return static_cast<int>(*value);
  }

 private:
  const Csv& csv_;
  mutable std::string fault_;
  const CsvRow* row_ = nullptr;
};

/// A GPT of the kind that Megatron's papers measure: full attention heads, MLP of four widths, head tied.
ModelShape gpt_shape(std::string id, int layers, int hidden, int heads, int seq, int vocab) {
  ModelShape s;
  s.id = std::move(id);
  s.layers = layers;
  s.hidden = hidden;
  s.heads = s.kv_heads = heads;
  s.head_dim = hidden / std::max(1, heads);
  s.ffn_hidden = std::int64_t{4} * hidden;
  s.vocab = vocab;
  s.seq_len = seq;
  s.tied_embeddings = true;
  return s;
}

/// Why the row cannot be run as told; empty if it can.
std::string row_fault(const MeasuredRow& row, double chips) {
  if (auto faults = shape_faults(row.shape); !faults.empty()) return faults.front();
  if (std::abs(static_cast<double>(row.strategy.chips()) - chips) > 0.5)
    return std::format("tp {} x cp {} x pp {} x dp {} is {} chips, not {}", row.strategy.tp, row.strategy.cp,
                       row.strategy.pp, row.strategy.dp, row.strategy.chips(), chips);
  if (auto faults = strategy_faults(row.shape, row.strategy); !faults.empty()) return faults.front();
  return {};
}

void keep(MeasuredFile& file, MeasuredRow row, double chips, std::string fault) {
  if (fault.empty()) fault = row_fault(row, chips);
  if (fault.empty() && !(row.value > 0)) fault = "no measured value";
  if (fault.empty())
    file.rows.push_back(std::move(row));
  else
    file.left_out.push_back({row.line, row.name, std::move(fault)});
}

// --- iteration times ------------------------------------------------------------------------------------------------

void read_iteration_times(const Csv& csv, const std::string& system_name, MeasuredFile& file) {
  const System& system = find_system(system_name);
  Reader cell(csv);
  for (const CsvRow& line : csv.rows) {
    cell.at(line);
    MeasuredRow row;
    row.line = line.line;
    const int chips = cell.size("# GPUs"), hidden = cell.size("hidden size"), layers = cell.size("# layers");
    row.set = chips <= system.node_chips ? "single node" : "many nodes";
    Strategy& s = row.strategy;
    s.tp = cell.size("tensor parallelism");
    s.pp = cell.size("pipeline parallelism");
    s.dp = cell.size("data parallelism");
    s.micro_batch = cell.size("micro batch");
    s.global_batch = cell.size("global batch");
    s.recompute = Recompute::full;
    row.shape = gpt_shape(std::format("{}x{}", layers, hidden), layers, hidden, cell.size("attention heads"),
                          cell.size("sequence length"), 51200);
    row.name = std::format("{} {} gpus {}", row.shape.id, chips, to_string(s));
    row.system = system.id;
    row.parameter_set = system.calibration;
    row.metric = Metric::step_ms;
    row.value = cell.number("iteration time (ms)").value_or(0);
    keep(file, std::move(row), chips, cell.fault());
  }
}

// --- published runs -------------------------------------------------------------------------------------------------

std::optional<Metric> metric_of(std::string_view name, std::string_view unit) {
  const std::string m = lower(name), u = lower(unit);
  if (m == "iter_ms" || ((m == "iter" || m == "iter_s" || m == "step_s") && u == "ms")) return Metric::step_ms;
  if (m == "iter_s" || m == "step_s" || m == "iter" || m == "iteration_s") return Metric::step_s;
  if (m == "hw_tflops_gpu" || m == "hfu_tflops_gpu") return Metric::hardware_tflops_chip;
  if (m == "tflops_gpu" || m == "model_tflops_gpu" || m == "tflops_chip") return Metric::model_tflops_chip;
  if (m == "tok_s_gpu" || m == "tokens_s_gpu" || m == "tok_s_chip" || m == "tgs") return Metric::tokens_per_s_chip;
  if (m == "tok_s" || m == "tokens_s") return Metric::tokens_per_s;
  if (m == "samples_s" || m == "seq_s") return Metric::samples_per_s;
  if (m == "mfu" || m == "mfu_pct") return Metric::mfu;
  return std::nullopt;
}

/// The shape that a row tells by its columns. A library model of the same name, depth and width brings what the columns
/// leave out; otherwise the MLP is as wide as the stated number of parameters asks for.
ModelShape published_shape(const Reader& cell, const std::string& name) {
  const int hidden = cell.size("h", 0), layers = cell.size("layers", 0), heads = cell.size("heads", 0);
  if (const auto* known = library_shape(name);
      known && (hidden == 0 || (known->hidden == hidden && known->layers == layers))) {
    ModelShape shape = *known;
    if (const int seq = cell.size("seq", 0)) shape.seq_len = seq;
    return shape;
  }
  for (const auto& known :
       shape_library()) {  // "405B" in the set of that model's paper: same depth, width and vocabulary
    if (known.hidden == hidden && known.layers == layers && known.heads == heads &&
        cell.size("vocab", 0) == known.vocab) {
      ModelShape shape = known;
      if (const int seq = cell.size("seq", 0)) shape.seq_len = seq;
      return shape;
    }
  }
  ModelShape shape = gpt_shape(name, layers, hidden, heads, cell.size("seq", 2048), cell.size("vocab", 51200));
  const auto billions = cell.number("model_B");
  if (billions && *billions > 0 && layers > 0 && hidden > 0 && heads > 0) {
    const double total = count_parameters(shape).total, wanted = *billions * 1e9;
    if (std::abs(total / wanted - 1) > 0.08) {
      const double per_width = 2.0 * hidden * layers;
      const double width = static_cast<double>(shape.ffn_hidden) + (wanted - total) / per_width;
      if (width > hidden) shape.ffn_hidden = std::llround(width / 64) * 64;
    }
  }
  return shape;
}

void read_published(const Csv& csv, MeasuredFile& file) {
  Reader cell(csv);
  for (const CsvRow& line : csv.rows) {
    cell.at(line);
    MeasuredRow row;
    row.line = line.line;
    row.set = cell.text("set");
    row.name = row.set + " " + cell.text("case");
    const auto leave_out = [&](std::string reason) {
      file.left_out.push_back({row.line, row.name, std::move(reason)});
    };
    const System* system = library_system(cell.text("accel"));
    if (!system) {
      leave_out(std::format("no system '{}'", cell.text("accel")));
      continue;
    }
    row.system = system->id;
    row.parameter_set = system->calibration;
    const auto metric = metric_of(cell.text("metric"), cell.text("unit"));
    if (!metric) {
      leave_out(std::format("no metric '{}'", cell.text("metric")));
      continue;
    }
    row.metric = *metric;
    row.shape = published_shape(cell, cell.text("case"));
    Strategy& s = row.strategy;
    s.tp = cell.size("tp"), s.cp = cell.size("cp"), s.pp = cell.size("pp"), s.vp = cell.size("vp"),
    s.dp = cell.size("dp");
    s.ep = cell.size("ep");
    s.global_batch = cell.size("gbs", 0);
    const double chips = cell.number("n").value_or(static_cast<double>(s.chips()));
    if (!cell.number("dp")) s.dp = std::max(1, static_cast<int>(chips / (static_cast<double>(s.tp) * s.cp * s.pp)));
    row.search_micro_batch = !cell.number("mbs");
    s.micro_batch = cell.size("mbs");
    row.search_interleaving = !cell.number("vp") && s.pp > 1;
    const std::string recompute = lower(cell.text("recompute"));
    row.search_recompute = recompute.empty();
    const std::string precision = cell.text("precision");
    try {
      if (!recompute.empty()) s.recompute = parse_recompute(recompute);
      if (!precision.empty()) s.precision = parse_precision(precision);
    } catch (const InputError& error) {
      leave_out(error.diagnostics().front().message);
      continue;
    }
    // Megatron of 2021 could not do without recomputation at these sizes; rows that do ran fused kernels.
    if (row.parameter_set == "a100" && !recompute.empty() && s.recompute == Recompute::none)
      row.parameter_set = "a100-fused";
    const bool eager = find_parameters(row.parameter_set).software == "eager";
    const std::string parallel_norms = lower(cell.text("seqpar"));
    s.sequence_parallel =
        s.tp > 1 && (parallel_norms == "yes" || parallel_norms == "true" || (parallel_norms.empty() && !eager));
    s.zero = eager ? 0 : 1;
    row.value = cell.number("value").value_or(0);
    if (row.metric == Metric::mfu && row.value > 1) row.value /= 100;
    keep(file, std::move(row), chips, cell.fault());
  }
}

// --- release tables -------------------------------------------------------------------------------------------------

/// "DeepSeekV3 (w/o MTP)", "Qwen3_30B_a3B (tokendrop)", "LLAMA3_70B": the model and what stands in brackets.
std::optional<ModelShape> release_model(std::string_view text) {
  const auto bracket = text.find('(');
  const std::string note = bracket == std::string_view::npos ? std::string() : lower(text.substr(bracket));
  const std::string_view name = trim(text.substr(0, bracket));
  const ModelShape* known = library_shape(name);
  if (!known && plain_name(name).starts_with("llama31")) known = library_shape("Llama-3." + plain_name(name).substr(6));
  if (!known) return std::nullopt;
  ModelShape shape = *known;
  if (note.contains("w/o mtp") || note.contains("without mtp")) shape.mtp_layers = 0;
  if (note.contains("tokendrop") || note.contains("token drop")) shape.capacity_factor = 1;
  return shape;
}

/// "26.04.01 NeMo Container" -> 260401; "26.04" -> 260400; 0 if there is no such number.
int release_number(std::string_view container) {
  const std::string_view version = trim(container).substr(0, trim(container).find(' '));
  int number = 0;
  const auto parts = split(version, '.');
  for (std::size_t i = 0; i < 3; ++i) {
    const auto part = i < parts.size() ? parse_integer(parts[i]) : std::optional<std::int64_t>(0);
    if (!part || *part < 0 || *part > 99) return 0;
    number = number * 100 + static_cast<int>(*part);
  }
  return number;
}

/// Software gets faster: the system's parameter set for the release ("h100-2511to260200": November 2025 to the
/// first version of February 2026), or the system's newest.
std::string release_set(const System& system, int release) {
  const std::string prefix = system.calibration + "-";
  for (const auto& set : parameter_library()) {
    if (!set.id.starts_with(prefix)) continue;
    const std::string_view span = std::string_view(set.id).substr(prefix.size());
    const auto to = span.find("to");
    if (to == std::string_view::npos) continue;
    const auto first = parse_integer(span.substr(0, to)), last = parse_integer(span.substr(to + 2));
    // "2604" means any version of that month, "260200" the first one only.
    if (first && last && release >= *first * 100 && release <= (*last < 10000 ? *last * 100 + 99 : *last))
      return set.id;
  }
  return system.calibration;
}

void read_releases(const Csv& csv, MeasuredFile& file) {
  Reader cell(csv);
  for (const CsvRow& line : csv.rows) {
    cell.at(line);
    MeasuredRow row;
    row.line = line.line;
    const std::string container = cell.text("container"), task = lower(cell.text("task"));
    row.name =
        std::format("{} {} {} {} x{} {}", container.substr(0, container.find(' ')), cell.text("task").substr(0, 4),
                    cell.text("system"), cell.text("model"), cell.text("gpus"), cell.text("precision"));
    const auto leave_out = [&](std::string reason) {
      file.left_out.push_back({row.line, row.name, std::move(reason)});
    };
    const System* system = library_system(cell.text("system"));
    if (!system) {
      leave_out(std::format("no system '{}'", cell.text("system")));
      continue;
    }
    const auto shape = release_model(cell.text("model"));
    if (!shape) {
      leave_out(std::format("no model '{}'", cell.text("model")));
      continue;
    }
    row.shape = *shape;
    row.system = system->id;
    row.set = "bridge " + system->id;
    const int release = release_number(container);
    row.parameter_set = release_set(*system, release);
    Strategy& s = row.strategy;
    s.tp = cell.size("tp"), s.cp = cell.size("cp"), s.pp = cell.size("pp"), s.vp = cell.size("vp"),
    s.ep = cell.size("ep");
    if (s.pp == 1) s.vp = 1;
    const int chips = cell.size("gpus");
    s.dp = std::max(1, chips / std::max(1, s.tp * s.cp * s.pp));
    s.micro_batch = cell.size("mbs");
    s.global_batch = cell.size("gbs");
    s.seq_len = cell.size("seq");
    s.sequence_parallel = s.tp > 1;
    s.zero = cell.number("fsdp").value_or(0) > 1 && s.pp == 1 ? 3 : 1;
    if (task.starts_with("lora")) s.tuning = Tuning::adapters;
    try {
      s.precision = parse_precision(cell.text("precision"));
    } catch (const InputError& error) {
      leave_out(error.diagnostics().front().message);
      continue;
    }
    if (std::int64_t{s.pp} * s.vp > row.shape.layers) s.vp = 1;
    if (s.vp > 1 && s.micro_batches() > 0 && s.micro_batches() % s.pp != 0) s.vp = 1;
    row.metric = cell.number("tok_s_gpu") ? Metric::tokens_per_s_chip : Metric::model_tflops_chip;
    row.value = cell.number(row.metric == Metric::tokens_per_s_chip ? "tok_s_gpu" : "tflops_gpu").value_or(0);
    keep(file, std::move(row), chips, cell.fault());
  }
}

}  // namespace

std::string_view unit_of(Metric metric) {
  switch (metric) {
    case Metric::step_s:
      return "s";
    case Metric::step_ms:
      return "ms";
    case Metric::tokens_per_s:
      return "tok/s";
    case Metric::tokens_per_s_chip:
      return "tok/s/chip";
    case Metric::hardware_tflops_chip:
    case Metric::model_tflops_chip:
      return "TFLOP/s/chip";
    case Metric::mfu:
      return "share";
    case Metric::samples_per_s:
      return "sequences/s";
  }
  return "";
}

MeasuredFile read_measured(const Csv& csv, const std::string& system) {
  MeasuredFile file{csv.file, {}, {}};
  Diagnostics diagnostics;
  const auto needs = [&](std::initializer_list<std::string_view> columns) {
    for (const auto column : columns)
      if (csv.column(column) == Csv::npos)
        diagnostics.error({csv.file, csv.header.line}, std::format("no column '{}'", column));
    return !diagnostics.has_errors();
  };
  if (csv.column("iteration time (ms)") != Csv::npos) {
    if (needs({"# GPUs", "global batch", "micro batch", "hidden size", "attention heads", "# layers", "sequence length",
               "tensor parallelism", "data parallelism", "pipeline parallelism"}))
      read_iteration_times(csv, system, file);
  } else if (csv.column("container") != Csv::npos) {
    if (needs({"system", "model", "gpus", "precision", "gbs", "mbs", "seq", "tp", "pp"})) read_releases(csv, file);
  } else if (csv.column("accel") != Csv::npos) {
    if (needs({"set", "case", "n", "h", "layers", "heads", "seq", "tp", "pp", "gbs", "metric", "value"}))
      read_published(csv, file);
  } else {
    diagnostics.error(
        {csv.file, csv.header.line}, "the header is of none of the forms that are read",
        "a column 'iteration time (ms)' (iteration times), 'accel' (published runs) or 'container' (release tables)");
  }
  diagnostics.throw_if_errors();
  return file;
}

MeasuredFile read_measured_file(const std::string& path, const std::string& system) {
  Diagnostics diagnostics;
  std::string text = read_file(path);
  // A header that begins with "# GPUs" is a header, not a comment.
  const std::size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const std::string_view head = std::string_view(text).substr(begin);
  if (head.starts_with("# ") && head.substr(0, head.find('\n')).contains("iteration time"))
    text.insert(begin + head.find(','), "\"").insert(begin, "\"");
  const Csv csv = parse_csv(path, text, diagnostics);
  diagnostics.throw_if_errors();
  return read_measured(csv, system);
}

namespace {

double in_metric(const MeasuredRow& row, const Strategy& s, double seconds, const System& system) {
  const std::int64_t seq = s.seq_len > 0 ? s.seq_len : row.shape.seq_len;
  const double tokens = static_cast<double>(s.global_batch * seq), chips = static_cast<double>(s.chips());
  // Long-context runs (context parallelism) count the causal triangle, the others Megatron's full square.
  const FlopConvention convention = s.cp > 1 ? FlopConvention::causal : FlopConvention::megatron;
  const auto tflops = [&](double again) {
    return flops_per_token(row.shape, seq, convention) * again * tokens / seconds / chips / 1e12;
  };
  switch (row.metric) {
    case Metric::step_s:
      return seconds;
    case Metric::step_ms:
      return seconds * 1e3;
    case Metric::tokens_per_s:
      return tokens / seconds;
    case Metric::tokens_per_s_chip:
      return tokens / seconds / chips;
    case Metric::samples_per_s:
      return static_cast<double>(s.global_batch) / seconds;
    case Metric::mfu:
      return tflops(1) * 1e12 / system.peak_flops(Precision::bf16);
    case Metric::model_tflops_chip:
      return tflops(1);
    case Metric::hardware_tflops_chip: {
      // 96 B s l h^2 (1 + s/6h + V/16lh): the layers once more, the head not.
      if (s.recompute != Recompute::full) return tflops(1);
      const double head = 6 * static_cast<double>(row.shape.vocab * row.shape.hidden);
      const double model = flops_per_token(row.shape, seq, convention);
      return tflops(((model - head) * 4 / 3 + head) / model);
    }
  }
  return 0;
}

}  // namespace

Prediction predict(const MeasuredRow& row, const Machine& machine) {
  const ParameterCount count = count_parameters(row.shape);
  std::vector<int> batches{row.strategy.micro_batch}, interleavings{row.strategy.vp};
  std::vector<Recompute> again{row.strategy.recompute};
  if (row.search_micro_batch) batches = {1, 2, 4, 8};
  if (row.search_interleaving) {
    // Chunks divide the layers, or the layers with embedding and head counted as one each.
    const auto layers = static_cast<int>(row.shape.layers);
    for (int vp = 2; vp * row.strategy.pp <= layers; ++vp)
      if (layers % (vp * row.strategy.pp) == 0 || (layers + 2) % (vp * row.strategy.pp) == 0)
        interleavings.push_back(vp);
  }
  if (row.search_recompute) again = {Recompute::none, Recompute::selective, Recompute::full};
  Prediction best;
  best.strategy = row.strategy;
  double best_s = 0;
  bool found = false, best_fits = false;
  for (const int batch : batches)
    for (const int vp : interleavings)
      for (const Recompute recompute : again) {
        Strategy s = row.strategy;
        s.micro_batch = batch, s.vp = vp, s.recompute = recompute;
        if (!possible(row.shape, s)) continue;
        const bool fits = memory_parts(row.shape, count, s, machine).total() <= usable_bytes(machine.system);
        const double seconds = step_parts(row.shape, count, s, machine).total();
        if (found && (best_fits > fits || (best_fits == fits && best_s <= seconds))) continue;
        found = true, best_fits = fits, best_s = seconds;
        best.strategy = s;
      }
  best.fits = best_fits;
  best.value = in_metric(row, best.strategy, best_s, machine.system);
  best.error_ = best.value / row.value - 1;
  return best;
}

Prediction predict(const MeasuredRow& row) { return predict(row, find_machine(row.system, row.parameter_set)); }

Accuracy accuracy_of(std::vector<double> errors) {
  Accuracy a;
  a.rows = errors.size();
  if (errors.empty()) return a;
  for (double& e : errors) {
    a.bias += e;
    e = std::abs(e);
    a.mean_absolute += e;
  }
  a.bias /= static_cast<double>(a.rows);
  a.mean_absolute /= static_cast<double>(a.rows);
  std::ranges::sort(errors);
  a.median_absolute = a.rows % 2 ? errors[a.rows / 2] : (errors[a.rows / 2 - 1] + errors[a.rows / 2]) / 2;
  a.worst = errors.back();
  return a;
}

}  // namespace stargate::training
