// stargate train validate, calibrate, init.
#include "base/files.h"
#include "cli/train.h"
#include "training/validation.h"

namespace stargate::cli {
namespace {
using namespace training;

struct ValidateOptions {
  std::vector<std::string> files;
  std::string system, parameters;
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
  bool left_out = false, any = false;
  for (const auto& file : options.files) {
    const Validation v = validate(read_measured_file(file, options.system), options.parameters);
    left_out = left_out || !v.left_out.empty(), any = any || !v.lines.empty();
    if (options.json)
      all.push_back(to_json(v));
    else
      text += (options.files.size() > 1 ? file + "\n" : "") + validation_text(v, !options.summary);
  }
  if (options.json) text = (all.size() == 1 ? all[0] : all).dump(2) + "\n";
  write_or_print(text, options.output);
  if (!any) finish(Exit::bad_input);
  if (left_out) finish(Exit::parts_left_out);
}

struct CalibrateOptions {
  std::vector<std::string> files;
  std::string system, start, document, parameters, errors;
  bool json = false, all = false;
};

void run_calibrate(const CalibrateOptions& options) {
  std::vector<MeasuredFile> files;
  std::vector<MeasuredRow> rows;
  std::vector<ParameterSet> library = parameter_library();
  std::optional<ParameterSet> own;
  if (!options.start.empty()) own = find_parameters(options.start);
  if (own) std::erase_if(library, [&](const ParameterSet& s) { return s.id == own->id; });
  if (own) library.push_back(*own);
  for (const auto& path : options.files) {
    files.push_back(read_measured_file(path, options.system));
    files.back().file = std::filesystem::path(path).filename().string();
    if (own)
      for (auto& row : files.back().rows) row.parameter_set = own->id;
    rows.insert(rows.end(), files.back().rows.begin(), files.back().rows.end());
  }
  if (rows.empty()) throw InputError({}, "no row of the files can be predicted", "the reasons: stargate train validate");
  const std::vector<Fit> fits = calibrate(rows, library);
  std::vector<FamilyHoldOut> held_out;
  if (!own) held_out = hold_out_families(rows);
  const std::vector<ErrorClass> classes = error_classes(rows, held_out);
  std::vector<Validation> validations;
  for (const auto& file : files) validations.push_back(validate(file, {}, fits));
  const std::string section = calibration_markdown(fits, validations, rows, held_out, classes);
  if (!options.parameters.empty()) write_file(options.parameters, parameters_csv(fits, options.all));
  if (!options.errors.empty()) write_file(options.errors, write_table(error_table(), classes));
  if (!options.document.empty()) {
    const std::string old = std::filesystem::exists(options.document) ? read_file(options.document) : std::string();
    write_file(options.document, with_section(old, section));
  }
  bool left_out = false;
  for (const auto& file : files) left_out = left_out || !file.left_out.empty();
  if (options.json) {
    nlohmann::json out = nlohmann::json::object();
    for (const auto& fit : fits) {
      nlohmann::json values = nlohmann::json::object();
      for (const auto& spec : parameter_specs())
        if (std::ranges::find(fit.set.fitted, spec.name) != fit.set.fitted.end())
          values[std::string(spec.name)] = fit.set.values.*(spec.member);
      out["parameters"][fit.set.id] = values;
      out["error"][fit.set.id] = {{"rows", fit.rows}, {"before", fit.before}, {"after", fit.after}};
    }
    for (const auto& [set, a] : accuracy_by_set(validations))
      out["accuracy"][set] = {{"rows", a.rows}, {"bias", a.bias}, {"mean_absolute_error", a.mean_absolute}};
    std::println("{}", out.dump(2));
  } else if (options.document.empty()) {
    std::print("{}", section);
  }
  if (left_out) finish(Exit::parts_left_out);
}

/// Files to begin from: what stands in the library, in the form that is read.
std::string template_text(const std::string& kind) {
  if (kind == "model") return write_table(shape_table(), std::vector<ModelShape>{find_shape("Llama-3-8B")});
  if (kind == "system") return write_table(system_table(), std::vector<System>{find_system("H100")});
  if (kind == "parameters") {
    std::vector<ParameterRow> rows = parameter_rows();
    std::erase_if(rows, [](const ParameterRow& r) { return r.set != "h100"; });
    for (auto& row : rows) row.set = "mine", row.shared.clear();
    return write_table(parameter_table(), rows);
  }
  return "# One row a run. Leave empty what is not known: vp, mbs, recompute are then searched for. metric: iter_s, iter_ms, tok_s, "
         "tok_s_gpu, samples_s, tflops_gpu, hw_tflops_gpu, mfu.\n"
         "set,case,accel,n,h,layers,heads,seq,vocab,tp,cp,pp,vp,dp,ep,mbs,gbs,recompute,seqpar,precision,zero,metric,value,unit\n"
         "mine,Llama-3-8B,H100,8,,,,8192,,1,1,1,1,8,1,1,128,selective,no,bf16,1,tok_s_gpu,9000,tok/s\n";
}

}  // namespace

void add_train_measured(CLI::App& train) {
  {
    auto options = std::make_shared<ValidateOptions>();
    CLI::App* command = train.add_subcommand("validate", "Predictions beside measured runs: error by row and by set");
    command->add_option("FILE", options->files, "CSV: runs, iteration times, or steps told by name (docs/training.md)")->required();
    command->add_option("--system", options->system, "machine of files that name none, or a .csv file with one machine");
    command->add_option("--parameters", options->parameters, "parameter set or .csv file for all rows (default: the system's)");
    command->add_flag("--json", options->json, "for machines");
    command->add_flag("--summary", options->summary, "sets only, not every row");
    command->add_option("-o,--output", options->output, "write here");
    command->callback([options] { run_validate(*options); });
  }
  {
    auto options = std::make_shared<CalibrateOptions>();
    CLI::App* command = train.add_subcommand(
        "calibrate", "Fit the machines' parameters to measured rows; judge them by leaving out each machine, model and precision");
    command->add_option("FILE", options->files, "CSV files with measured runs")->required();
    command->add_option("--system", options->system, "machine of files that name none, or a .csv file with one machine");
    command->add_option("--start", options->start, "one set (a name or a .csv file) fitted to all rows, in place of their own");
    command->add_option("--document", options->document, "write the section of this Markdown file");
    command->add_option("--parameters", options->parameters, "write the fitted sets here, in a form that --parameters reads");
    command->add_flag("--all", options->all, "write the other sets of the library too");
    command->add_option("--errors", options->errors, "write training_errors.csv here: the intervals of predictions");
    command->add_flag("--json", options->json, "for machines");
    command->callback([options] { run_calibrate(*options); });
  }
  {
    auto kind = std::make_shared<std::string>();
    auto output = std::make_shared<std::string>();
    CLI::App* command = train.add_subcommand("init", "A file to begin from: model, system, parameters, runs");
    command->add_option("KIND", *kind, "model, system, parameters or runs")
        ->required()
        ->check(CLI::IsMember({"model", "system", "parameters", "runs"}));
    command->add_option("-o,--output", *output, "write here");
    command->callback([kind, output] { write_or_print(template_text(*kind), *output); });
  }
}

}  // namespace stargate::cli
