#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "training/calibrate.h"
#include "training/goodput.h"
#include "training/search.h"

namespace stargate::training {

/// The same answers for machines.
nlohmann::json to_json(const Strategy& strategy);
nlohmann::json to_json(const Step& step);
nlohmann::json to_json(const Goodput& goodput);
nlohmann::json to_json(const SearchResult& result);
nlohmann::json to_json(const Accuracy& accuracy);

/// And for persons.
std::string step_text(const ModelShape& shape, const Strategy& strategy, const Machine& machine, const Step& step);
std::string search_text(const SearchResult& result, const Machine& machine);

/// Predictions beside measurements of one file.
struct Validation {
  std::string file;
  struct Line {
    MeasuredRow row;
    Prediction prediction;
    bool fitted = false;  ///< by the rule of fitted_row, if this file is one that the calibration reads
  };
  std::vector<Line> lines;
  std::vector<LeftOut> left_out;
};
/// With the parameters of `fits` where they hold the row's set, else with the library's.
Validation validate(const MeasuredFile& file, bool known_to_calibration, const std::vector<Fit>& fits = {});
/// Accuracy by set; with `split`, fitted and held-out rows apart ("meg21", "meg21 (held out)").
std::vector<std::pair<std::string, Accuracy>> accuracy_by_set(const std::vector<Validation>& validations, bool split);
std::string validation_text(const Validation& validation, bool rows);
nlohmann::json to_json(const Validation& validation);

/// The text between the marks of docs/validation/training.md: parameters with unit, range, value and reason; accuracy
/// by set.
std::string calibration_markdown(const std::vector<Fit>& fits, const std::vector<Validation>& validations,
                                 const std::vector<ModelHoldOut>& models);
/// data/training/training_parameters.csv with the fitted values in it.
std::string parameters_csv(const std::vector<Fit>& fits);
/// `document` with what stands between "<!-- calibrate: begin -->" and "<!-- calibrate: end -->" replaced; the marks
/// are put at the end where there are none.
std::string with_section(std::string document, const std::string& section);

}  // namespace stargate::training
