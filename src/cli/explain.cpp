// stargate explain OUT SITE: why this site, why then, what would change it.
#include "report/explain.h"

#include <print>

#include "cli/commands.h"
#include "programme/load.h"

namespace stargate::cli {

void add_explain(CLI::App& app) {
  auto* command =
      app.add_subcommand("explain", "Say why a plan takes a site (or does not), why then, and what would change it");
  struct Options {
    std::string folder, site;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("out", options->folder, "folder of the plan")->required();
  command->add_option("site", options->site, "id of the site")->required();
  command->add_flag("--json", options->json, "for machines");
  command->callback([options] {
    const auto plan = read_plan(options->folder);  // first: it says best what is no plan
    const auto programme = load_programme(std::filesystem::path(options->folder) / "programme");
    const auto explanation = report::explain(programme, plan, options->site);
    if (options->json)
      std::println("{}", report::to_json(explanation).dump(2));
    else
      std::print("{}", report::text(explanation));
  });
}

}  // namespace stargate::cli
