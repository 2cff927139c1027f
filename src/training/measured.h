#pragma once
#include "base/csv.h"
#include "training/step.h"

namespace stargate::training {

/// What a published row states.
enum class Metric {
  step_s,
  step_ms,
  tokens_per_s,
  tokens_per_s_chip,
  hardware_tflops_chip,
  model_tflops_chip,
  mfu,
  samples_per_s
};
std::string_view unit_of(Metric metric);

/// One measured run and what is needed to predict it.
struct MeasuredRow {
  std::string set;  ///< rows that are judged together
  std::string name;
  std::size_t line = 0;
  ModelShape shape;
  Strategy strategy;
  std::string system;
  std::string parameter_set;
  Metric metric = Metric::step_s;
  double value = 0;
  bool search_micro_batch = false;  ///< not published: the fastest that fits is taken
  bool search_interleaving = false;
  bool search_recompute = false;
};

struct LeftOut {
  std::size_t line = 0;
  std::string name, reason;
};

struct MeasuredFile {
  std::string file;
  std::vector<MeasuredRow> rows;
  std::vector<LeftOut> left_out;
};

/// Reads any of three forms, told apart by their header:
///   iteration times   "# GPUs", "global batch", ..., "iteration time (ms)"; the machine is `system`
///   published runs    "set", "case", "accel", shape, parallel sizes, "metric", "value"
///   release tables    "container", "system", "model", "gpus", ..., "tok_s_gpu"
/// A row whose model or system is not known, that cannot be a run (sizes that do not multiply to the chips), or that
/// holds a cell that cannot be read, is named in `left_out`. InputError where the form itself is not known.
MeasuredFile read_measured(const Csv& csv, const std::string& system = "A100");
MeasuredFile read_measured_file(const std::string& path, const std::string& system = "A100");

struct Prediction {
  double value = 0;
  Strategy strategy;  ///< with what was not published filled in
  bool fits = true;
  double error() const { return error_; }
  double error_ = 0;  ///< (value - measured) / measured
};
Prediction predict(const MeasuredRow& row, const Machine& machine);
/// With the machine and parameter set that the row names.
Prediction predict(const MeasuredRow& row);

/// How far predictions are from measurements.
struct Accuracy {
  std::size_t rows = 0;
  double bias = 0, mean_absolute = 0, median_absolute = 0, worst = 0;
};
Accuracy accuracy_of(std::vector<double> errors);

}  // namespace stargate::training
