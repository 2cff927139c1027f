// stargate check DIR: a programme, or a plan.
#include <cmath>
#include <print>

#include "audit/folder.h"
#include "base/text.h"
#include "cli/commands.h"
#include "programme/load.h"

namespace stargate::cli {

namespace {

struct Options {
  std::string folder;
  double tolerance = 1e-5;
  bool json = false;
};

void check_programme_folder(const std::string& folder) {
  Diagnostics diagnostics;
  const auto programme =
      parse_programme(read_programme_files(folder), folder.empty() ? "default programme" : folder, diagnostics);
  for (const auto& d : diagnostics.all()) std::println(stderr, "{}", to_string(d));
  if (diagnostics.has_errors()) {
    std::println(stderr, "{} errors", diagnostics.errors());
    finish(Exit::bad_input);
  }
  std::println("{}: no errors. {} sites in {} zones, {} accelerator systems, {} quarters.", programme.settings.name,
               programme.sites.size(), programme.zones.size(), programme.accelerators.size(), programme.quarters());
}

nlohmann::json to_json(const audit::Report& report) {
  nlohmann::json json{{"passed", report.passed()}, {"tolerance", report.tolerance}};
  json["rules"] = json["findings"] = nlohmann::json::array();
  for (const auto& r : report.rules)
    json["rules"].push_back({{"rule", r.rule}, {"checked", r.checked}, {"failed", r.failed}, {"largest", r.largest}});
  for (const auto& f : report.findings)
    json["findings"].push_back({{"rule", f.rule},
                                {"what", f.what},
                                {"quarter", f.quarter ? nlohmann::json(to_string(*f.quarter)) : nlohmann::json()},
                                {"limit", f.limit},
                                {"found", f.found},
                                {"by", f.by},
                                {"words", to_string(f)}});
  return json;
}

void check_plan_folder(const Options& options) {
  if (!std::isfinite(options.tolerance)) throw InputError({"--tolerance", 0, 0}, "it is no number", "allowed: 0 to 1");
  const auto [report, same_inputs, has_manifest, name] = audit::audit_folder(options.folder, options.tolerance);
  if (options.json) {
    auto json = to_json(report);
    json["inputs_as_planned"] = same_inputs;
    json["manifest"] = has_manifest;
    std::println("{}", json.dump(2));
  } else {
    std::print("{}", audit::text(report));
    std::size_t checked = 0, rules = 0;
    for (const auto& r : report.rules) checked += r.checked, rules += r.checked > 0 ? 1 : 0;
    if (!same_inputs)
      std::println("The inputs in {}/programme are not those that it was planned with.", options.folder);
    if (!has_manifest)
      std::println("It has no manifest: the report page, prices, worths and alternatives are taken as they are.");
    std::println("\n{} checks of {} rules recomputed from the tables of {}: {}.", grouped(static_cast<double>(checked)),
                 rules, options.folder,
                 report.passed() ? "all hold" : grouped(static_cast<double>(report.findings.size())) + " fail");
    std::println("Taken as it is: the bound, which only the solver can find again (docs/check.md).");
  }
  if (!report.passed() || !same_inputs) finish(Exit::failed);
}

}  // namespace

void add_check(CLI::App& app) {
  auto* command =
      app.add_subcommand("check", "Check a programme folder, or recompute every rule of a plan from its tables");
  auto options = std::make_shared<Options>();
  command->add_option("dir", options->folder,
                      "programme folder, or the folder of a plan (default: the embedded programme)");
  command->add_option("--tolerance", options->tolerance, "of a plan: deviation that passes, as a share of the limit")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--json", options->json, "of a plan: for machines");
  command->callback([options] {
    const bool is_plan =
        !options->folder.empty() && std::filesystem::exists(std::filesystem::path(options->folder) / "plan.json");
    if (is_plan)
      check_plan_folder(*options);
    else
      check_programme_folder(options->folder);
  });
}

}  // namespace stargate::cli
