// stargate sites: the first screen of candidates.
#include <cmath>
#include <format>

#include "answers/commands.h"
#include "answers/programme_options.h"
#include "sites/criteria.h"
#include "sites/ranking.h"

namespace stargate {

namespace {

struct SitesOptions : ProgrammeOptions {
  std::int64_t samples = 1000, seed = 1, first = 10;
  double spread = 0.5;
  bool values = false;
};

const Table<SitesOptions>& options() {
  using O = SitesOptions;
  static const Table<O> t{
      "sites",
      "Rank the candidate sites by weighted criteria, before any plan.",
      programme_fields<O>(
          {field("samples", &O::samples, "samples of weights").optional().range(0, 1e6),
           field("spread", &O::spread, "standard deviation of the logarithm of each weight").optional().range(0, 5),
           field("seed", &O::seed, "seed of the samples").optional().from(0),
           field("first", &O::first, "how many count as the first ones").optional().range(1, 1000),
           field("values", &O::values, "show the figure behind each criterion").optional()})};
  return t;
}

struct Screened : Row {
  std::string programme;
  double agreement = 0, stability = 0;
};
const Table<Screened> screened{
    "screen",
    "How far the ranking can be relied on.",
    {field("programme", &Screened::programme, "name of the programme"),
     field("agreement", &Screened::agreement, "rank correlation of the two methods"),
     field("stability", &Screened::stability, "mean rank correlation of the ranking with those of sampled weights")}};

struct Criterion : Row {
  std::string id, unit;
  bool more_is_better = false;
  double weight = 0;
};
const Table<Criterion> criteria_table{
    "criteria",
    "What sites are ranked by.",
    {field("id", &Criterion::id, "criterion"), field("unit", &Criterion::unit, "its unit"),
     field("more_is_better", &Criterion::more_is_better, "the larger the better"),
     field("weight", &Criterion::weight, "its weight; all add up to one")}};

struct RankedSite : Row {
  std::int64_t rank = 0, rank_by_sum = 0, rank_p5 = 0, rank_p95 = 0;
  std::string site, state, status;
  double topsis = 0, weighted_sum = 0, first_share = 0, leading_share = 0;
};
const Table<RankedSite> ranking{
    "sites",
    "The candidates, best first.",
    {field("rank", &RankedSite::rank, "by TOPSIS"), field("site", &RankedSite::site, "id of the site"),
     field("state", &RankedSite::state, "its state"), field("status", &RankedSite::status, "state of building"),
     field("topsis", &RankedSite::topsis, "closeness to the ideal, 0 to 1").shown_as("TOPSIS").with_digits(3),
     field("weighted_sum", &RankedSite::weighted_sum, "weighted sum of scaled values, 0 to 1").with_digits(3),
     field("rank_by_sum", &RankedSite::rank_by_sum, "rank by the weighted sum").shown_as("its rank"),
     field("rank_p5", &RankedSite::rank_p5, "of its rank over the samples of weights, 5 %").shown_as("rank, 5 %"),
     field("rank_p95", &RankedSite::rank_p95, "and 95 %").shown_as("rank, 95 %"),
     field("first_share", &RankedSite::first_share, "share of samples in which it is first")
         .shown_as("first")
         .in_percent()
         .with_digits(0),
     field("leading_share", &RankedSite::leading_share, "share of samples in which it is among the first ones")
         .shown_as("among the first")
         .in_percent()
         .with_digits(0)}};

struct SiteValue : Row {
  std::string site, criterion;
  double value = 0;
};
const Table<SiteValue> values_table{
    "values",
    "The figure behind each criterion.",
    {field("site", &SiteValue::site, "id of the site"), field("criterion", &SiteValue::criterion, "criterion"),
     field("value", &SiteValue::value, "in the criterion's unit")}};

Answer rank_sites(const SitesOptions& o, Run& run) {
  const auto [files, programme, notes] = load(o);
  const auto screen = sites::screen(programme, {static_cast<std::size_t>(o.samples), o.spread,
                                                static_cast<std::uint64_t>(o.seed), static_cast<std::size_t>(o.first),
                                                run.threads});
  std::vector<Criterion> criteria;
  for (std::size_t c = 0; c < screen.weights.size(); ++c) {
    const auto& k = sites::criteria()[c];
    criteria.push_back({{}, std::string(k.id), std::string(k.unit), k.more_is_better, screen.weights[c]});
  }
  std::vector<RankedSite> ranked;
  std::vector<SiteValue> values;
  for (const auto& x : screen.sites) {
    const auto& site = programme.sites[x.site];
    ranked.push_back({{}, x.rank, x.rank_by_sum, x.rank_p5, x.rank_p95, site.id, site.state, site.status, x.topsis,
                      x.weighted_sum, x.first_share, x.leading_share});
    for (std::size_t c = 0; c < x.values.size(); ++c) values.push_back({{}, site.id, criteria[c].id, x.values[c]});
  }
  Answer answer;
  answer.heading = std::format("{}: {} candidates by TOPSIS", programme.settings.name, ranked.size());
  answer.notes = notes;
  answer.add(ranking, ranked);
  answer.add(criteria_table, criteria, o.values ? Shown::yes : Shown::no);
  answer.add(values_table, values, o.values ? Shown::yes : Shown::no);
  answer.add_single(screened, {{}, programme.settings.name, screen.agreement, screen.stability}, Shown::no);
  answer.sentences.push_back(std::format(
      "The two methods agree to {:.2f} (rank correlation). With weights varied by a factor of {:.2f} (one standard\n"
      "deviation, {} samples, seed {}) the order stays at {:.2f}. A plan weighs all of it with time and money:\n"
      "stargate plan; stargate explain OUT SITE.",
      screen.agreement, std::exp(o.spread), o.samples, o.seed, screen.stability));
  return answer;
}

}  // namespace

std::vector<Command> site_commands() {
  return {command(options(),
                  {{"stargate sites", "the candidates of the default programme, best first"},
                   {"stargate sites mine --first 5 --values", "and the figures behind the ranks of an own programme"}},
                  {table_spec(ranking), table_spec(criteria_table), table_spec(values_table),
                   table_spec(screened, true)},
                  rank_sites)};
}

}  // namespace stargate
