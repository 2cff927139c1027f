// Critical path and resource levelling of networks as large as a programme's.
#include <benchmark/benchmark.h>

#include "base/random.h"
#include "construction/levelling.h"

namespace {

using namespace stargate;
using namespace stargate::construction;

struct Case {
  std::vector<Activity> activities;
  std::vector<std::vector<Use>> uses;
  std::vector<Resource> resources{{"crew", {{0, 12}}}, {"crane", {{0, 4}}}};
};

Case random_case(std::size_t count) {
  Random random(1, count);
  Case c;
  for (std::size_t i = 0; i < count; ++i) {
    Activity a;
    a.id = std::to_string(i);
    a.duration = (5 + static_cast<Minutes>(random.below(60))) * minutes_a_day;
    for (std::size_t k = random.below(4); i > 0 && k > 0; --k) a.predecessors.push_back({i - 1 - random.below(std::min<std::size_t>(i, 60))});
    c.activities.push_back(std::move(a));
    c.uses.push_back({{0, static_cast<double>(random.below(5))}, {1, static_cast<double>(random.below(2))}});
  }
  return c;
}

void critical_path_of(benchmark::State& state) {
  const Case c = random_case(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(critical_path(c.activities));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void level_by_one_rule(benchmark::State& state) {
  const Case c = random_case(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(level_by(PriorityRule::latest_finish, c.activities, c.uses, c.resources));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(critical_path_of)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(level_by_one_rule)->Arg(1000)->Arg(5000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
