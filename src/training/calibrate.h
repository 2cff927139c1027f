#pragma once
#include "training/measured.h"

namespace stargate::training {

struct Fit {
  ParameterSet set;
  std::size_t rows = 0;
  double before = 0, after = 0;  ///< mean absolute error on the set's rows
};
/// Moves the fitted parameters of the sets that have rows, within their ranges, so as to make the error on `rows` small:
/// Levenberg-Marquardt on the logarithm of prediction over measurement with weights that make outliers count by
/// distance, not by its square; each set of rows weighs as the fourth root of its rows, and a weak pull holds a parameter
/// that the rows say nothing of near where it begins. Parameters that are shared have one value in all their sets.
/// Always begins from Parameters{}, so that the same rows give the same figures. O(iterations x parameters x rows).
std::vector<Fit> calibrate(const std::vector<MeasuredRow>& rows, const std::vector<ParameterSet>& sets = parameter_library());

/// The parameters for a row after a fit: of its set, or of the set it goes back to ("h100-2509to2604" -> "h100"), or as
/// the library has them.
ParameterSet parameters_for(const MeasuredRow& row, const std::vector<Fit>& fits);

/// What a row belongs to when whole families are left out in turn.
enum class Family { machine, model, precision };
std::string_view to_string(Family family);
std::string family_of(const MeasuredRow& row, Family family);
/// "dense" or "mixture of experts": the classes that errors are told for, and which parameters behave alike in.
std::string class_of(const ModelShape& shape);

/// The rows of one family, predicted with parameters fitted to all others. One entry a family and value, for parameter
/// sets that are fitted; a family without which no row of the set is left is not judged.
struct HeldOutRow {
  std::size_t row = 0;   ///< in the list given
  double log_error = 0;  ///< log of predicted speed over measured speed
};
struct FamilyHoldOut {
  Family family = Family::machine;
  std::string value;
  std::vector<HeldOutRow> rows;
};
std::vector<FamilyHoldOut> hold_out_families(const std::vector<MeasuredRow>& rows);

/// log(predicted speed / measured speed): positive where the prediction is too fast, whatever the row's unit.
double speed_log_error(const MeasuredRow& row, const Prediction& prediction);

}  // namespace stargate::training
