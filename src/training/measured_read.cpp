// Tables of measured runs, as people publish them.
#include "base/files.h"
#include "base/text.h"
#include "training/measured.h"

namespace stargate::training {
namespace {

/// Cells of a row by column name, of which tables use several. The first cell that cannot be read is told in `fault`.
class Reader {
 public:
  using Names = std::initializer_list<std::string_view>;
  explicit Reader(const Csv& csv) : csv_(csv) {}
  void at(const CsvRow& row) { row_ = &row, fault_.clear(); }
  const std::string& fault() const { return fault_; }

  bool has(Names columns) const { return column(columns) != Csv::npos; }
  std::string text(Names columns) const {
    const std::size_t i = column(columns);
    return i == Csv::npos ? std::string() : std::string(trim(row_->cells[i].text));
  }
  /// A number; "1,024", "64 (0)" (another run in brackets), "597[^note]" and "n/a" occur in published tables.
  std::optional<double> number(Names columns) const {
    std::string cell = text(columns);
    cell.resize(std::min(cell.find_first_of("(["), cell.size()));
    std::erase(cell, ',');
    const std::string_view plain = trim(cell);
    const std::string word = lower(plain);
    if (plain.empty() || word == "n/a" || word == "na" || word == "-" || word == "none" || word == "?")
      return std::nullopt;
    const auto value = parse_number(plain);
    if (!value || !(*value >= 0 && *value < 1e15)) {
      if (fault_.empty())
        fault_ = std::format("{} is '{}'; a number from 0, or empty where it is not published", *columns.begin(),
                             text(columns));
      return std::nullopt;
    }
    return value;
  }
  int size(Names columns, int otherwise = 1) const {
    const auto value = number(columns);
    if (!value) return otherwise;
    if (*value != std::floor(*value) || *value > 1e9 || (*value < 1 && otherwise == 1)) {
      if (fault_.empty()) fault_ = std::format("{} is {}; a whole number of at least 1 is needed", *columns.begin(), *value);
      return otherwise;
    }
    return static_cast<int>(*value);
  }

 private:
  std::size_t column(Names columns) const {
    for (const auto name : columns)
      if (const std::size_t i = csv_.column(name); i != Csv::npos) return i;
    return Csv::npos;
  }
  const Csv& csv_;
  mutable std::string fault_;
  const CsvRow* row_ = nullptr;
};

/// Names under which tables give the same thing.
namespace columns {
using Names = Reader::Names;
constexpr Names system{"accel", "system", "machine", "accelerator", "gpu", "chip"};
constexpr Names model{"case", "model"};
constexpr Names chips{"n", "gpus", "chips", "num_gpus", "n_gpus"};
constexpr Names precision{"precision", "dtype", "compute_dtype"};
constexpr Names recompute{"recompute", "recomputation", "activation_checkpointing", "remat"};
constexpr Names zero{"zero", "zero_stage"};
constexpr Names seq{"seq", "seq_len", "sequence_length"};
constexpr Names micro{"mbs", "micro_batch", "micro_batch_size"};
constexpr Names global{"gbs", "global_batch", "global_batch_size"};
constexpr Names hidden{"h", "hidden", "hidden_size"};
}  // namespace columns

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
  const System& system = row.machine;
  if (!(system.peak_flops(row.strategy.precision) > 0))
    return std::format("{} has no {} arithmetic", system.id, to_string(row.strategy.precision));
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

/// The machine of the row, or the reason why there is none.
const System* row_system(std::string_view name, std::string& reason) {
  if (const System* system = library_system(name)) return system;
  static constexpr std::pair<std::string_view, std::string_view> architectures[] = {
      {"volta", "V100-32"}, {"ampere", "A100"}, {"hopper", "H100, H200 or H800"}, {"blackwell", "B200, B300, GB200 or GB300"},
      {"rubin", "VR-NVL72"}, {"cdna3", "MI300X or MI325X"}, {"cdna4", "MI355X"}, {"trillium", "TPU-v6e"}, {"ironwood", "TPU7x"}};
  for (const auto& [architecture, machines] : architectures)
    if (plain_name(name).contains(architecture)) {
      reason = std::format("'{}' is an architecture, not a machine; did you mean {}?", name, machines);
      return nullptr;
    }
  std::vector<std::string> names;
  for (const auto& system : system_library()) names.push_back(system.id);
  reason = std::format("no system '{}'; {}", name, name_hint(name, names));
  return nullptr;
}

// --- iteration times ------------------------------------------------------------------------------------------------

void read_iteration_times(const Csv& csv, const std::string& system_name, MeasuredFile& file) {
  const System system = find_system(system_name);
  Reader cell(csv);
  for (const CsvRow& line : csv.rows) {
    cell.at(line);
    MeasuredRow row;
    row.line = line.line;
    const int chips = cell.size({"GPUs", "# GPUs"}), hidden = cell.size({"hidden size"}), layers = cell.size({"# layers"});
    row.set = chips <= system.node_chips ? "single node" : "many nodes";
    Strategy& s = row.strategy;
    s.tp = cell.size({"tensor parallelism"});
    s.pp = cell.size({"pipeline parallelism"});
    s.dp = cell.size({"data parallelism"});
    s.micro_batch = cell.size({"micro batch"});
    s.global_batch = cell.size({"global batch"});
    s.recompute = Recompute::full;
    row.shape = gpt_shape(std::format("{}x{}", layers, hidden), layers, hidden, cell.size({"attention heads"}),
                          cell.size({"sequence length"}), 51200);
    row.name = std::format("{} {} gpus {}", row.shape.id, chips, to_string(s));
    row.system = system.id, row.machine = system;
    row.parameter_set = system.calibration;
    row.metric = Metric::step_ms;
    row.value = cell.number({"iteration time (ms)"}).value_or(0);
    keep(file, std::move(row), chips, cell.fault());
  }
}

// --- published runs and release tables --------------------------------------------------------------------------------

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

/// "DeepSeekV3 (w/o MTP)", "Qwen3_30B_a3B (tokendrop)", "LLAMA3_70B": the model and what stands in brackets.
std::optional<ModelShape> named_model(std::string_view text) {
  const auto bracket = text.find('(');
  const std::string note = bracket == std::string_view::npos ? std::string() : lower(text.substr(bracket));
  const std::string_view name = trim(text.substr(0, bracket));
  const ModelShape* known = library_shape(name);
  if (!known) return std::nullopt;
  ModelShape shape = *known;
  if (note.contains("w/o mtp") || note.contains("without mtp")) shape.mtp_layers = 0;
  if (note.contains("tokendrop") || note.contains("token drop")) shape.capacity_factor = 1;
  return shape;
}

/// The shape that a row tells by its columns. A library model of the same name, depth and width brings what the columns
/// leave out; otherwise the MLP is as wide as the stated number of parameters asks for.
std::optional<ModelShape> row_shape(const Reader& cell, const std::string& name, std::string& reason) {
  const int hidden = cell.size(columns::hidden, 0), layers = cell.size({"layers"}, 0), heads = cell.size({"heads"}, 0);
  const int seq = cell.size(columns::seq, 0);
  std::optional<ModelShape> known = named_model(name);
  if (known && hidden > 0 && (known->hidden != hidden || known->layers != layers)) known.reset();
  if (!known && hidden > 0)  // "405B" in the set of that model's paper: same depth, width and vocabulary
    for (const auto& model : shape_library())
      if (model.hidden == hidden && model.layers == layers && model.heads == heads && cell.size({"vocab"}, 0) == model.vocab)
        known = model;
  if (known) {
    if (seq > 0) known->seq_len = seq;
    return known;
  }
  if (hidden == 0 || layers == 0 || heads == 0) {
    std::vector<std::string> names;
    for (const auto& model : shape_library()) names.push_back(model.id);
    reason = std::format("no model '{}'; {}", name, name_hint(name, names));
    return std::nullopt;
  }
  ModelShape shape = gpt_shape(name, layers, hidden, heads, seq > 0 ? seq : 2048, cell.size({"vocab"}, 51200));
  const auto billions = cell.number({"model_B"});
  if (billions && *billions > 0) {
    const double total = count_parameters(shape).total, wanted = *billions * 1e9;
    if (std::abs(total / wanted - 1) > 0.08) {
      const double per_width = 2.0 * hidden * layers;
      const double width = static_cast<double>(shape.ffn_hidden) + (wanted - total) / per_width;
      if (width > hidden) shape.ffn_hidden = std::llround(width / 64) * 64;
    }
  }
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

/// Software gets faster: the set for the release ("blackwell-2509to2604": September 2025 to any version of April 2026),
/// or the newest.
std::string release_set(const std::string& base, int release) {
  const std::string prefix = base + "-";
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
  return base;
}

void read_runs(const Csv& csv, const std::string& system_name, MeasuredFile& file) {
  std::optional<System> own;
  if (system_name.ends_with(".csv")) own = find_system(system_name);
  Reader cell(csv);
  const bool releases = cell.has({"container"});
  for (const CsvRow& line : csv.rows) {
    cell.at(line);
    MeasuredRow row;
    row.line = line.line;
    const std::string model = cell.text(columns::model), container = cell.text({"container"}), task = lower(cell.text({"task"}));
    row.name = releases ? std::format("{} {} {} {} x{} {}", container.substr(0, container.find(' ')), cell.text({"task"}).substr(0, 4),
                                      cell.text(columns::system), model, cell.text(columns::chips), cell.text(columns::precision))
                        : cell.text({"set"}) + " " + model;
    const auto leave_out = [&](std::string reason) { file.left_out.push_back({row.line, row.name, std::move(reason)}); };
    std::string reason;
    const std::string machine = cell.text(columns::system);
    const System* system = own && plain_name(own->id) == plain_name(machine) ? &*own : row_system(machine, reason);
    if (!system) {
      leave_out(reason);
      continue;
    }
    row.system = system->id, row.machine = *system;
    row.set = releases ? "bridge " + system->id : cell.text({"set"});
    const auto shape = row_shape(cell, model, reason);
    if (!shape) {
      leave_out(reason);
      continue;
    }
    row.shape = *shape;
    row.parameter_set = releases ? release_set(system->calibration, release_number(container)) : system->calibration;
    if (row.set.starts_with("torchtitan") && system->vendor == "NVIDIA") row.parameter_set = "torch";

    const std::string metric = cell.text({"metric"});
    const auto known = metric_of(metric, cell.text({"unit"}));
    if (known) {
      row.metric = *known;
      row.value = cell.number({"value"}).value_or(0);
    } else if (!metric.empty()) {
      leave_out(std::format("no metric '{}'; iter_s, iter_ms, tok_s, tok_s_gpu, samples_s, tflops_gpu, hw_tflops_gpu, mfu are read", metric));
      continue;
    } else {
      row.metric = cell.number({"tok_s_gpu"}) ? Metric::tokens_per_s_chip : Metric::model_tflops_chip;
      row.value = cell.number({"tok_s_gpu"}).value_or(cell.number({"tflops_gpu"}).value_or(0));
    }
    if (row.metric == Metric::mfu && row.value > 1) row.value /= 100;

    Strategy& s = row.strategy;
    s.tp = cell.size({"tp"}), s.cp = cell.size({"cp"}), s.pp = cell.size({"pp"}), s.vp = cell.size({"vp"}), s.ep = cell.size({"ep"});
    if (!row.shape.moe()) s.ep = 1;
    s.seq_len = cell.size(columns::seq, 0);
    s.global_batch = cell.size(columns::global, 0);
    s.micro_batch = cell.size(columns::micro);
    row.search_micro_batch = !cell.number(columns::micro);
    row.search_interleaving = !releases && !cell.number({"vp"}) && s.pp > 1;
    const double chips = cell.number(columns::chips).value_or(static_cast<double>(s.chips()));
    const auto dp = cell.number({"dp"});
    s.dp = dp && *dp >= 1 ? static_cast<int>(*dp) : std::max(1, static_cast<int>(chips / (static_cast<double>(s.tp) * s.cp * s.pp)));
    const std::string recompute = cell.text(columns::recompute), precision = cell.text(columns::precision);
    // "selective" is whatever a recipe picked: where norms and activation functions do not make room, more was dropped.
    row.search_recompute = recompute.empty() || lower(recompute) == "selective";
    try {
      if (!precision.empty()) s.precision = parse_precision(precision);
      // What ran without recomputation of attention on an A100 ran fused kernels.
      const bool eager = find_parameters(row.parameter_set).software == "eager";
      if (eager && !recompute.empty() && parse_recompute(recompute, false) == Recompute::none) row.parameter_set = "a100-fused";
      if (!recompute.empty()) s.recompute = parse_recompute(recompute, !eager);
    } catch (const InputError& error) {
      leave_out(error.diagnostics().front().message + "; " + error.diagnostics().front().hint);
      continue;
    }
    const bool eager = find_parameters(row.parameter_set).software == "eager";
    const std::string norms = lower(cell.text({"seqpar", "sequence_parallel"}));
    s.sequence_parallel = s.tp > 1 && (norms == "yes" || norms == "true" || norms == "1" || (norms.empty() && !eager));
    const auto zero = cell.number(columns::zero), fsdp = cell.number({"fsdp"});
    s.zero = zero && *zero <= 3 ? static_cast<int>(*zero) : fsdp && *fsdp > 1 ? 3 : eager ? 0 : 1;
    if (zero && *zero > 3) reason = std::format("zero is {}; allowed: 0 to 3", *zero);
    if (task.starts_with("lora")) s.tuning = Tuning::adapters;
    if (releases) {  // the tables give interleaving where none can be
      if (s.pp == 1 || std::int64_t{s.pp} * s.vp > row.shape.layers || s.global_batch < s.dp) s.vp = 1;
      if (s.vp > 1 && s.micro_batches() > 0 && s.micro_batches() % s.pp != 0) s.vp = 1;
    }
    keep(file, std::move(row), chips, reason.empty() ? cell.fault() : reason);
  }
}

// --- steps of a few layers, told by their name ------------------------------------------------------------------------

/// "llama3_70b_l12_tp2_cp4_pp1_dp1_seq32768_mbc4": a model of the library with so many layers.
std::string read_step_name(const std::string& name, MeasuredRow& row) {
  std::string model;
  std::int64_t layers = 0, micro_batches = 1;
  Strategy& s = row.strategy;
  s.seq_len = 4096;
  bool model_ended = false;
  for (const auto& word : split(name, '_')) {
    const auto digit = word.find_first_of("0123456789");
    const std::string_view key = std::string_view(word).substr(0, digit);
    const auto value = digit == std::string::npos ? std::nullopt : parse_integer(std::string_view(word).substr(digit));
    const auto is = [&](std::string_view k) { return key == k && value && *value >= 1; };
    const bool size = is("l") || is("tp") || is("pp") || is("dp") || is("ep") || is("cp") || is("vp") || is("mbc") || is("mbs") || is("seq");
    model_ended = model_ended || size;
    if (!model_ended) {
      model += (model.empty() ? "" : "-") + std::string(word);
      continue;
    }
    const int v = value ? static_cast<int>(*value) : 0;
    if (is("l")) layers = v;
    else if (is("tp")) s.tp = v;
    else if (is("pp")) s.pp = v;
    else if (is("dp")) s.dp = v;
    else if (is("ep")) s.ep = v;
    else if (is("cp")) s.cp = v;
    else if (is("vp")) s.vp = v;
    else if (is("mbc")) micro_batches = v;
    else if (is("mbs")) s.micro_batch = v;
    else if (is("seq")) s.seq_len = v;
    else if (word == "full" || word == "selective" || word == "recompute") s.recompute = word == "selective" ? Recompute::activations : Recompute::full;
    else if (word == "fp8") s.precision = Precision::fp8;
    else if (word != "cef" && word != "bf16" && word != "no" && word != "etp1") return std::format("'{}' in the name is not known", word);
  }
  const auto known = named_model(model);
  if (!known) {
    std::vector<std::string> names;
    for (const auto& shape : shape_library()) names.push_back(shape.id);
    return std::format("no model '{}'; {}", model, name_hint(model, names));
  }
  row.shape = *known;
  if (layers > 0) row.shape.layers = layers;
  // Of a cut model the first layer stays dense where the whole one begins so.
  if (layers > 0) row.shape.dense_layers = std::min<std::int64_t>(row.shape.dense_layers, 1);
  if (layers > 0) row.shape.mtp_layers = 0;
  s.sequence_parallel = s.tp > 1;
  s.zero = 1;
  s.global_batch = micro_batches * s.micro_batch * s.dp;
  return {};
}

void read_named_steps(const Csv& csv, const std::string& system_name, MeasuredFile& file) {
  const System system = find_system(system_name);
  Reader cell(csv);
  for (const CsvRow& line : csv.rows) {
    cell.at(line);
    MeasuredRow row;
    row.line = line.line;
    row.set = "steps " + system.id;
    row.name = cell.text({"case"});
    row.system = system.id, row.machine = system;
    row.parameter_set = system.calibration;
    row.metric = Metric::step_ms;
    row.value = cell.number({"real_ms"}).value_or(0);
    row.memory_gb = cell.number({"real_alloc_GiB"}).value_or(0) * 1.073741824;
    std::string fault = read_step_name(row.name, row);
    const double chips = static_cast<double>(row.strategy.chips());
    keep(file, std::move(row), chips, fault.empty() ? cell.fault() : fault);
  }
}

}  // namespace

MeasuredFile read_measured(const Csv& csv, const std::string& system) {
  MeasuredFile file{csv.file, {}, {}};
  Diagnostics diagnostics;
  const auto needs = [&](std::initializer_list<Reader::Names> groups) {
    for (const auto& group : groups)
      if (std::ranges::none_of(group, [&](auto column) { return csv.column(column) != Csv::npos; })) {
        std::string names;
        for (const auto column : group) names += (names.empty() ? "" : " or ") + std::string(column);
        diagnostics.error({csv.file, csv.header.line}, std::format("no column '{}'", names));
      }
    return !diagnostics.has_errors();
  };
  const Reader cell(csv);
  if (csv.column("iteration time (ms)") != Csv::npos) {
    if (needs({{"GPUs", "# GPUs"}, {"global batch"}, {"micro batch"}, {"hidden size"}, {"attention heads"}, {"# layers"}, {"sequence length"},
               {"tensor parallelism"}, {"data parallelism"}, {"pipeline parallelism"}}))
      read_iteration_times(csv, system.empty() ? "A100" : system, file);
  } else if (csv.column("real_ms") != Csv::npos) {
    if (needs({{"case"}})) read_named_steps(csv, system.empty() ? "B200" : system, file);
  } else if (cell.has(columns::system)) {
    if (needs({columns::model, columns::global, {"value", "tok_s_gpu", "tflops_gpu"}})) read_runs(csv, system, file);
  } else {
    diagnostics.error({csv.file, csv.header.line}, "the header is of none of the forms that are read",
                      "a column 'accel' or 'system' (runs), 'iteration time (ms)' (iteration times) or 'real_ms' (steps told by "
                      "their names); templates: stargate train init runs");
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
    text.erase(begin, 2);
  const Csv csv = parse_csv(path, text, diagnostics);
  diagnostics.throw_if_errors();
  return read_measured(csv, system);
}

}  // namespace stargate::training
