#pragma once
#include "training/measured.h"

namespace stargate::training {

/// The rule that splits rows into those that are fitted and those that are held out. It looks at the row's place in its
/// set only, never at its value: of the rows of a set, in file order, every other one (the 1st, 3rd, 5th, ...) is
/// fitted.
bool fitted_row(std::size_t index_in_set);

struct Fit {
  ParameterSet set;
  std::size_t rows = 0;
  double before = 0, after = 0;  ///< mean absolute error on the fitted rows
};
/// Moves the set's fitted parameters within their ranges so as to make the error on `rows` small: Levenberg-Marquardt
/// on the logarithm of prediction over measurement with weights that make outliers count by distance, not by its
/// square; each set of rows weighs as the square root of its rows. Deterministic. O(iterations x parameters x rows).
Fit calibrate(const ParameterSet& start, const std::vector<MeasuredRow>& rows);

/// All sets that have fitted rows. A set of some releases ("h100-2511to260200") starts from what was found for its base
/// ("h100") and moves its own fitted parameters only, those of expert routing, on its mixture-of-experts rows; its
/// dense rows help to fit the base.
std::vector<Fit> calibrate_all(const std::vector<MeasuredRow>& rows);

/// A stricter hold-out for tables that repeat a run from release to release: all rows of one model of one set are left
/// out, the rest is fitted, and the model's rows are predicted. One entry a set and model, for sets with more than one
/// model of the library.
struct ModelHoldOut {
  std::string set, model;
  Accuracy accuracy;
};
std::vector<ModelHoldOut> hold_out_models(const std::vector<MeasuredRow>& rows);

}  // namespace stargate::training
