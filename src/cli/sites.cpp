// stargate sites [DIR]: the first screen of candidates.
#include <format>
#include <print>

#include "base/csv.h"
#include "base/files.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/workers.h"
#include "cli/commands.h"
#include "programme/load.h"
#include "sites/criteria.h"
#include "sites/ranking.h"

namespace stargate::cli {

namespace {

struct Options {
  std::string folder, out;
  sites::ScreenOptions screen;
  bool json = false, values = false;
};

std::string percent(double share) { return std::format("{:.0f} %", 100 * share); }

void print_table(const Programme& p, const sites::Screen& screen, const Options& options) {
  std::println("{}: {} candidates by TOPSIS; weights:", p.settings.name, screen.sites.size());
  std::string line;
  for (std::size_t c = 0; c < screen.weights.size(); ++c)
    if (screen.weights[c] > 0) line += std::format("  {} {:.2f}", sites::criteria()[c].id, screen.weights[c]);
  std::println("{}\n", line);

  TextTable ranking({"rank", "site", "state", "status", "TOPSIS", "weighted sum", "its rank", "rank, 5 to 95 %",
                     "first", std::format("in the first {}", screen.leading)});
  for (const auto& x : screen.sites) {
    const auto& site = p.sites[x.site];
    ranking.row({std::to_string(x.rank), site.id, site.state, site.status, std::format("{:.3f}", x.topsis),
                 std::format("{:.3f}", x.weighted_sum), std::to_string(x.rank_by_sum),
                 std::format("{}-{}", x.rank_p5, x.rank_p95), percent(x.first_share), percent(x.leading_share)});
  }
  std::print("{}", ranking.text());
  if (options.values) {
    std::vector<std::string> header{"site"};
    for (const auto& c : sites::criteria())
      header.push_back(std::string(c.id) + (c.unit.empty() ? "" : std::format(", {}", c.unit)));
    TextTable figures(header);
    for (const auto& x : screen.sites) {
      std::vector<std::string> row{p.sites[x.site].id};
      for (const double v : x.values) row.push_back(grouped(v, v < 10 ? 2 : 0));
      figures.row(row);
    }
    std::print("\n{}", figures.text());
  }
  std::println(
      "\nThe two methods agree to {:.2f} (rank correlation). With weights varied by a factor of {:.2f} (one standard\n"
      "deviation, {} samples, seed {}) the order stays at {:.2f}. A plan weighs all of it with time and money:\n"
      "stargate plan; stargate explain OUT SITE.",
      screen.agreement, std::exp(options.screen.spread), options.screen.samples, options.screen.seed, screen.stability);
}

nlohmann::json to_json(const Programme& p, const sites::Screen& screen) {
  nlohmann::json json{{"programme", p.settings.name}, {"agreement", screen.agreement}, {"stability", screen.stability}};
  for (std::size_t c = 0; c < screen.weights.size(); ++c) {
    const auto& criterion = sites::criteria()[c];
    json["criteria"].push_back({{"id", criterion.id},
                                {"unit", criterion.unit},
                                {"more_is_better", criterion.more_is_better},
                                {"weight", screen.weights[c]}});
  }
  json["sites"] = nlohmann::json::array();
  for (const auto& x : screen.sites) {
    const auto& site = p.sites[x.site];
    nlohmann::json row{{"site", site.id},
                       {"state", site.state},
                       {"status", site.status},
                       {"rank", x.rank},
                       {"topsis", x.topsis},
                       {"weighted_sum", x.weighted_sum},
                       {"rank_by_sum", x.rank_by_sum},
                       {"rank_p5", x.rank_p5},
                       {"rank_p95", x.rank_p95},
                       {"first_share", x.first_share},
                       {"leading_share", x.leading_share}};
    for (std::size_t c = 0; c < x.values.size(); ++c) row["values"][std::string(sites::criteria()[c].id)] = x.values[c];
    json["sites"].push_back(row);
  }
  return json;
}

std::string to_csv(const Programme& p, const sites::Screen& screen) {
  std::vector<std::string> header{"rank",        "site",    "state",    "status",      "topsis",       "weighted_sum",
                                  "rank_by_sum", "rank_p5", "rank_p95", "first_share", "leading_share"};
  for (const auto& c : sites::criteria()) header.emplace_back(c.id);
  CsvWriter csv(header);
  for (const auto& x : screen.sites) {
    const auto& site = p.sites[x.site];
    csv << x.rank << site.id << site.state << site.status << x.topsis << x.weighted_sum << x.rank_by_sum << x.rank_p5
        << x.rank_p95 << x.first_share << x.leading_share;
    for (const double v : x.values) csv << v;
  }
  return csv.text();
}

}  // namespace

void add_sites(CLI::App& app) {
  auto* command = app.add_subcommand("sites", "Rank the candidate sites by weighted criteria, before any plan");
  auto options = std::make_shared<Options>();
  command->add_option("dir", options->folder, "programme folder (default: the embedded programme)");
  command->add_option("-o,--out", options->out, "write the ranking with all figures as CSV to this file");
  command->add_flag("--json", options->json, "for machines");
  command->add_flag("--values", options->values, "show the figure behind each criterion");
  command->add_option("--samples", options->screen.samples, "samples of weights")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_option("--spread", options->screen.spread, "standard deviation of the logarithm of each weight")
      ->check(CLI::Range(0.0, 5.0))
      ->capture_default_str();
  command->add_option("--seed", options->screen.seed, "seed of the samples")->capture_default_str();
  command->add_option("--first", options->screen.leading, "how many count as the first ones")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback([options] {
    const auto programme = load_programme(options->folder);
    options->screen.threads = default_threads();
    const auto screen = sites::screen(programme, options->screen);
    if (!options->out.empty()) write_file(options->out, to_csv(programme, screen));
    if (options->json)
      std::println("{}", to_json(programme, screen).dump(2));
    else
      print_table(programme, screen, *options);
  });
}

}  // namespace stargate::cli
