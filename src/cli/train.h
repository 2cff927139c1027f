#pragma once
#include "base/text.h"
#include "cli/commands.h"
#include "training/machine.h"

namespace stargate::cli {

// The parts of `stargate train`, each in a file of its own.
void add_train_step(CLI::App& train);      // models, systems, step, search
void add_train_run(CLI::App& train);       // goodput, run, largest, sites, infer, efficiency
void add_train_measured(CLI::App& train);  // validate, calibrate, init

/// A finite number from `low` (or above it) to `high`: not NaN, not infinity.
inline CLI::Validator number_within(double low, double high, bool above = false) {
  const std::string allowed = std::format("{}{:g} to {:g}", above ? "above " : "", low, high);
  return CLI::Validator(
      [=](const std::string& text) -> std::string {
        const auto value = parse_number(text);
        const bool sound = value && *value <= high && (above ? *value > low : *value >= low);
        return sound ? std::string() : std::format("'{}' is not a number from {}", text, allowed);
      },
      "", "number");
}
inline CLI::Validator above_zero(double high = 1e18) { return number_within(0, high, true); }
inline CLI::Validator from_zero(double high = 1e18) { return number_within(0, high); }
inline CLI::Validator count_from(double low, double high = 1e9) { return number_within(low, high); }

/// "--set ep_overlap=0.9": a parameter of the machine's set, changed for this run.
inline void set_parameters(training::Machine& machine, const std::vector<std::string>& changes) {
  std::vector<std::string> names;
  for (const auto& spec : training::parameter_specs()) names.emplace_back(spec.name);
  for (const auto& change : changes) {
    const auto equals = change.find('=');
    const std::string name = change.substr(0, equals);
    const auto spec = std::ranges::find(training::parameter_specs(), name, &training::ParameterSpec::name);
    if (spec == training::parameter_specs().end())
      throw InputError({}, std::format("no parameter '{}'", name), name_hint(name, names));
    const auto value = equals == std::string::npos ? std::nullopt : parse_number(change.substr(equals + 1));
    if (!value || !(*value >= spec->low && *value <= spec->high))
      throw InputError({}, std::format("--set {} is not a value of {}", change, name),
                       std::format("allowed: {} to {} ({})", spec->low, spec->high, spec->unit));
    machine.parameters.*(spec->member) = *value;
  }
}

}  // namespace stargate::cli
