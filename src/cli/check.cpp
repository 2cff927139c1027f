// stargate check DIR: a programme, or a plan.
#include <print>

#include "cli/commands.h"
#include "programme/load.h"

namespace stargate::cli {

void add_check(CLI::App& app) {
  auto* command = app.add_subcommand("check", "Check a programme folder, or recompute every rule of a plan from its tables");
  auto folder = std::make_shared<std::string>();
  command->add_option("dir", *folder, "programme folder, or the folder of a plan (default: the embedded programme)");
  command->callback([folder] {
    Diagnostics diagnostics;
    const auto programme = parse_programme(read_programme_files(*folder), folder->empty() ? "default programme" : *folder, diagnostics);
    for (const auto& d : diagnostics.all()) std::println(stderr, "{}", to_string(d));
    if (diagnostics.has_errors()) {
      std::println(stderr, "{} errors", diagnostics.errors());
      finish(Exit::bad_input);
    }
    std::println("{}: no errors. {} sites in {} zones, {} accelerator systems, {} quarters.", programme.settings.name, programme.sites.size(),
                 programme.zones.size(), programme.accelerators.size(), programme.quarters());
  });
}

}  // namespace stargate::cli
