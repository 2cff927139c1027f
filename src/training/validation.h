#pragma once
#include <nlohmann/json_fwd.hpp>

#include "training/accuracy.h"

namespace stargate::training {

/// Predictions beside measurements of one file.
struct Validation {
  std::string file;
  struct Line {
    MeasuredRow row;
    Prediction prediction;
    Interval interval;    ///< of the time
    bool inside = false;  ///< the measurement lies in it
  };
  std::vector<Line> lines;
  std::vector<LeftOut> left_out;
};
/// With the parameters of `parameters` (a set's name or a .csv file), else of `fits` where they hold the row's set, else
/// of the row's own set.
Validation validate(const MeasuredFile& file, const std::string& parameters = {}, const std::vector<Fit>& fits = {});
/// Accuracy by set of rows. Errors are of speed: positive where the prediction is too fast.
std::vector<std::pair<std::string, Accuracy>> accuracy_by_set(const std::vector<Validation>& validations);
std::string validation_text(const Validation& validation, bool rows);
nlohmann::json to_json(const Validation& validation);

/// The text between the marks of docs/validation/training.md: parameters with unit, range, value and reason; accuracy
/// by set; errors with each family left out in turn.
std::string calibration_markdown(const std::vector<Fit>& fits, const std::vector<Validation>& validations,
                                 const std::vector<MeasuredRow>& rows, const std::vector<FamilyHoldOut>& held_out,
                                 const std::vector<ErrorClass>& classes);
/// training_parameters.csv with the fitted values in it; `all`: with the sets that were not fitted.
std::string parameters_csv(const std::vector<Fit>& fits, bool all);
/// `document` with what stands between "<!-- calibrate: begin -->" and "<!-- calibrate: end -->" replaced; the marks
/// are put at the end where there are none.
std::string with_section(std::string document, const std::string& section);

}  // namespace stargate::training
