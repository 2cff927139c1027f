// stargate compare A B: what differs between two plans.
#include "report/compare.h"

#include <print>

#include "cli/commands.h"
#include "programme/load.h"

namespace stargate::cli {

void add_compare(CLI::App& app) {
  auto* command =
      app.add_subcommand("compare", "Say what differs between two plans, and what was changed in their inputs");
  struct Options {
    std::string a, b;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  command->add_option("a", options->a, "folder of the plan to start from")->required();
  command->add_option("b", options->b, "folder of the plan to compare with it")->required();
  command->add_flag("--json", options->json, "for machines");
  command->callback([options] {
    const auto read = [](const std::filesystem::path& folder) {
      auto plan = read_plan(folder);  // first: it says best what is no plan
      return std::pair{load_programme(folder / "programme"), std::move(plan)};
    };
    const auto [programme_a, a] = read(options->a);
    const auto [programme_b, b] = read(options->b);
    const auto comparison = report::compare(programme_a, a, programme_b, b);
    if (options->json)
      std::println("{}", report::to_json(comparison).dump(2));
    else
      std::print("{}", report::text(comparison, options->a, options->b));
  });
}

}  // namespace stargate::cli
