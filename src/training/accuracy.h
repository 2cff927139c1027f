#pragma once
#include "training/calibrate.h"

namespace stargate::training {

/// How far predictions of a class were from rows that had no part in the fit: a row of training_errors.csv, written by
/// stargate train calibrate.
struct ErrorClass : Row {
  std::string model_class;       ///< as class_of tells
  std::string left_out;          ///< "machine" or "model": the family that was left out of the fit
  std::string machine;           ///< of which machine; "*": of all
  std::int64_t rows = 0;
  double bias = 0;               ///< mean of predicted over measured speed, less 1
  double mean_absolute = 0;
  double low = 1, high = 1;      ///< measured over predicted time, the middle 90 % of rows
};
const Table<ErrorClass>& error_table();
/// data/training/training_errors.csv.
const std::vector<ErrorClass>& error_library();

/// The classes of a set of held-out rows. The ends of an interval are order statistics that leave a new row outside with
/// one chance in ten (of few rows, the extremes).
std::vector<ErrorClass> error_classes(const std::vector<MeasuredRow>& rows, const std::vector<FamilyHoldOut>& held_out);

/// Where a time lies with 90 % confidence, as factors of the predicted one.
struct Interval {
  double low = 1, high = 1;
  std::int64_t rows = 0;  ///< held-out rows that it rests on; 0: none, and the ends are not known
  std::string basis;      ///< "mixture of experts on GB300, each model left out in turn"
};
/// Of a machine that was measured: errors on models that were left out of the fit, on that machine where it has at least
/// 8 such rows. Of any other machine: errors on machines that were left out.
Interval step_interval(const ModelShape& shape, const System& system);

}  // namespace stargate::training
