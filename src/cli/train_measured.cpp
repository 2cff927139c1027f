// stargate train validate, stargate train calibrate.
#include "base/files.h"
#include "cli/train.h"
#include "training/report.h"

namespace stargate::cli {
namespace {
using namespace training;

struct ValidateOptions {
  std::vector<std::string> files;
  std::string system = "A100";
  bool json = false, summary = false;
  std::string output;
};

void write_or_print(const std::string& text, const std::string& output) {
  if (output.empty())
    std::print("{}", text);
  else
    write_file(output, text);
}

void run_validate(const ValidateOptions& options) {
  nlohmann::json all = nlohmann::json::array();
  std::string text;
  for (const auto& file : options.files) {
    const Validation v = validate(read_measured_file(file, options.system), false);
    if (options.json)
      all.push_back(to_json(v));
    else
      text += (options.files.size() > 1 ? file + "\n" : "") + validation_text(v, !options.summary);
  }
  if (options.json) text = (all.size() == 1 ? all[0] : all).dump(2) + "\n";
  write_or_print(text, options.output);
}

struct CalibrateOptions {
  std::vector<std::string> files;
  std::string system = "A100", document, parameters;
  bool json = false;
};

void run_calibrate(const CalibrateOptions& options) {
  std::vector<MeasuredFile> files;
  std::vector<MeasuredRow> fitted, all;
  for (const auto& path : options.files) {
    files.push_back(read_measured_file(path, options.system));
    files.back().file = std::filesystem::path(path).filename().string();
    std::map<std::string, std::size_t> index;
    all.insert(all.end(), files.back().rows.begin(), files.back().rows.end());
    for (const auto& row : files.back().rows)
      if (fitted_row(index[row.set]++)) fitted.push_back(row);
  }
  if (fitted.empty()) throw InputError({}, "no row of the files can be fitted", "see stargate train validate");
  const std::vector<Fit> fits = calibrate_all(fitted);
  std::vector<Validation> validations;
  for (const auto& file : files) validations.push_back(validate(file, true, fits));
  const std::string section = calibration_markdown(fits, validations, hold_out_models(all));
  if (!options.parameters.empty()) write_file(options.parameters, parameters_csv(fits));
  if (!options.document.empty()) {
    const std::string old = std::filesystem::exists(options.document) ? read_file(options.document) : std::string();
    write_file(options.document, with_section(old, section));
  }
  if (options.json) {
    nlohmann::json out = nlohmann::json::object();
    for (const auto& fit : fits) {
      nlohmann::json values = nlohmann::json::object();
      for (const auto& spec : parameter_specs())
        if (std::ranges::find(fit.set.fitted, spec.name) != fit.set.fitted.end())
          values[std::string(spec.name)] = fit.set.values.*(spec.member);
      out["parameters"][fit.set.id] = values;
    }
    for (const auto& [set, a] : accuracy_by_set(validations, true)) out["accuracy"][set] = to_json(a);
    std::println("{}", out.dump(2));
  } else if (options.document.empty()) {
    std::print("{}", section);
  }
}

}  // namespace

void add_train_measured(CLI::App& train) {
  {
    auto options = std::make_shared<ValidateOptions>();
    CLI::App* command = train.add_subcommand("validate", "Predictions beside measured runs: error by row and by set");
    command->add_option("FILE", options->files, "CSV: iteration times, published runs, or release tables")->required();
    command->add_option("--system", options->system, "machine of files that name none")->capture_default_str();
    command->add_flag("--json", options->json, "for machines");
    command->add_flag("--summary", options->summary, "sets only, not every row");
    command->add_option("-o,--output", options->output, "write here");
    command->callback([options] { run_validate(*options); });
  }
  {
    auto options = std::make_shared<CalibrateOptions>();
    CLI::App* command = train.add_subcommand(
        "calibrate", "Fit the machines' parameters to half of the measured rows; report on the rest");
    command->add_option("FILE", options->files, "CSV files with measured runs")->required();
    command->add_option("--system", options->system, "machine of files that name none")->capture_default_str();
    command->add_option("--document", options->document, "write the section of this Markdown file");
    command->add_option("--parameters", options->parameters, "write training_parameters.csv here");
    command->add_flag("--json", options->json, "for machines");
    command->callback([options] { run_calibrate(*options); });
  }
}

}  // namespace stargate::cli
