// stargate report: a plan's tables as a page to read and points for a map.
#include "report/report.h"

#include <print>

#include "base/files.h"
#include "base/results.h"
#include "cli/commands.h"
#include "programme/load.h"

namespace stargate::cli {

void add_report(CLI::App& app) {
  auto* command = app.add_subcommand("report", "Draw a plan's folder as report.html and sites.geojson");
  struct Options {
    std::string plan, programme, page, geojson;
  };
  auto options = std::make_shared<Options>();
  command->add_option("plan", options->plan, "folder that stargate plan wrote, or tables like it")->required();
  command->add_option("programme", options->programme,
                      "folder of the programme it was made from (default: the one kept in the plan's folder, or else "
                      "the embedded one)");
  command->add_option("-o,--output", options->page, "page to write (default: report.html in the plan's folder)");
  command->add_option("--geojson", options->geojson, "points to write (default: sites.geojson beside the page)");
  command->callback([options] {
    namespace fs = std::filesystem;
    const auto plan = read_plan(options->plan);
    const auto kept = fs::path(options->plan) / "programme";
    const auto programme =
        load_programme(options->programme.empty() && fs::is_directory(kept) ? kept : fs::path(options->programme));
    const fs::path page = options->page.empty() ? fs::path(options->plan) / "report.html" : fs::path(options->page);
    const fs::path geojson =
        options->geojson.empty() ? page.parent_path() / "sites.geojson" : fs::path(options->geojson);
    const auto page_text = report::report_html(programme, plan), points = report::sites_geojson(programme, plan);
    if (options->page.empty() && options->geojson.empty()) {
      amend_results(options->plan, "plan", {{"report.html", page_text}, {"sites.geojson", points}});
    } else {
      write_file(page, page_text);
      write_file(geojson, points);
    }
    if (!plan.proof.digest.empty() && plan.proof.digest != programme.digest)
      std::println(stderr, "warning: the plan was made from other inputs than this programme; the page says so");
    std::println("{}\n{}", page.string(), geojson.string());
  });
}

}  // namespace stargate::cli
