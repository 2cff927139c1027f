// How long project finance takes: a SAM case at a given and at a solved price, rates of return, a programme of forty
// sites over sixteen years with its sensitivities.
#include <benchmark/benchmark.h>

#include "base/files.h"
#include "base/random.h"
#include "capital/measures.h"
#include "capital/sam_single_owner.h"
#include "capital/small_programme.h"

namespace {

using namespace stargate;
using namespace stargate::capital;

const std::string& pvwatts() {
  static const std::string text = read_file("cases/capital/sam_pvwatts/case.json.gz");
  return text;
}

void sam_given_price(benchmark::State& state) {
  const SamCase single_owner("case.json", pvwatts());
  for (auto _ : state) benchmark::DoNotOptimize(evaluate_single_owner(single_owner));
}
BENCHMARK(sam_given_price)->Unit(benchmark::kMillisecond);

void sam_solved_price(benchmark::State& state) {
  std::string text = pvwatts();
  const std::string mode = "\"ppa_soln_mode\": 1";
  text.replace(text.find(mode), mode.size(), "\"ppa_soln_mode\": 0");
  const SamCase single_owner("case.json", text);
  for (auto _ : state) benchmark::DoNotOptimize(evaluate_single_owner(single_owner));
}
BENCHMARK(sam_solved_price)->Unit(benchmark::kMillisecond);

void all_rates(benchmark::State& state) {
  std::vector<Flow> flows;
  Random random(1, 1);
  for (int i = 0; i < state.range(0); ++i)
    flows.push_back({20 * random.uniform(), random.uniform() - (i == 0 ? 50 : 0.4)});
  for (auto _ : state) benchmark::DoNotOptimize(internal_rate(flows));
}
BENCHMARK(all_rates)->Arg(30)->Arg(500)->Unit(benchmark::kMicrosecond);

/// The small programme's two sites, twenty times over, over a plan of eight and an extension of 56 quarters.
FinanceInput large_programme() {
  auto in = small_programme();
  const auto sites = in.sites;
  const auto payments = in.payments;
  in.sites.clear();
  in.payments.clear();
  for (std::size_t copy = 0; copy < 20; ++copy)
    for (std::size_t s = 0; s < 2; ++s) {
      in.sites.push_back(sites[s]);
      in.sites.back().id += std::to_string(copy);
      for (auto p : payments)
        if (p.site == s) p.site = in.sites.size() - 1, in.payments.push_back(p);
    }
  in.sites.push_back(sites.back());
  for (auto& source : in.sources)
    for (auto& draw : source.draws) draw *= 20;
  in.terms.finance.extension_quarters = 56;
  return in;
}

void programme_books(benchmark::State& state) {
  const auto in = large_programme();
  for (auto _ : state) benchmark::DoNotOptimize(run_finance(in));
}
BENCHMARK(programme_books)->Unit(benchmark::kMillisecond);

void programme_sensitivities(benchmark::State& state) {
  const auto in = large_programme();
  for (auto _ : state) benchmark::DoNotOptimize(sensitivities(in, 1));
}
BENCHMARK(programme_sensitivities)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
