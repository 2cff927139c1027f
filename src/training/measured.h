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
  System machine;  ///< of that name, in the library or in the file given
  std::string parameter_set;
  Metric metric = Metric::step_s;
  double value = 0;
  double memory_gb = 0;  ///< measured; 0: not told
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

/// Reads any of three forms, told apart by their header (docs/training.md has the columns):
///   runs              "accel" or "system", "case" or "model", parallel sizes, "metric" and "value" or "tok_s_gpu"
///   iteration times   "# GPUs" (or "GPUs"), "global batch", ..., "iteration time (ms)"; the machine is `system` (A100)
///   named steps       "case" such as llama3_70b_l12_tp4_pp1_dp2_mbc8, "real_ms"; the machine is `system` (B200)
/// A row whose model or system is not known, that cannot be a run (sizes that do not multiply to the chips, a precision
/// the machine lacks), or that holds a cell that cannot be read, is named in `left_out` with the reason. InputError
/// where the form itself is not known.
/// `system` may be a .csv file with one machine, which runs of that name then use.
MeasuredFile read_measured(const Csv& csv, const std::string& system = {});
MeasuredFile read_measured_file(const std::string& path, const std::string& system = {});

struct Prediction {
  double value = 0;
  Strategy strategy;  ///< with what was not published filled in
  bool fits = true;
  double memory_gb = 0;
  double error() const { return error_; }
  double error_ = 0;  ///< (value - measured) / measured
};
/// The strategies that a row may have run with: its own, with what was not published filled in. Of recomputation and
/// activation offload the least that fits; if nothing fits, all. Depends on sizes only, not on parameters.
struct Candidates {
  std::vector<Strategy> strategies;
  std::vector<double> memory_gb;
  bool fits = true;
};
Candidates candidates_of(const MeasuredRow& row, const Machine& machine);
/// The fastest of them.
Prediction predict(const MeasuredRow& row, const Machine& machine, const Candidates& candidates);
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
