#include "training/search.h"

#include <catch2/catch_all.hpp>

using namespace stargate::training;

namespace {
struct Case {
  const char* model;
  const char* system;
  std::int64_t chips, batch;
  int most_cp;
};
const Case cases[] = {{"GPT-3-6.7B", "A100", 32, 128, 1},      {"Llama-3-8B", "H100", 64, 128, 4},
                      {"Llama-3.1-405B", "H200", 768, 384, 2}, {"Mixtral-8x7B", "H100", 64, 256, 2},
                      {"DeepSeek-V3", "GB200", 288, 1152, 1},  {"Turing-530B", "A100", 2520, 2520, 1}};

SearchSpace space_of(const Case& c) {
  SearchSpace space;
  space.chips = c.chips, space.global_batch = c.batch, space.most_cp = c.most_cp;
  return space;
}

void same(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].seconds == b[i].seconds);
    CHECK(a[i].memory_bytes == b[i].memory_bytes);
    CHECK(to_string(a[i].strategy) == to_string(b[i].strategy));
  }
}
}  // namespace

TEST_CASE("the pruned search answers as brute force") {
  for (const auto& c : cases) {
    INFO(c.model << " on " << c.chips << " " << c.system);
    const ModelShape shape = find_shape(c.model);
    const Machine machine = find_machine(c.system);
    SearchOptions pruned, brute;
    brute.prune = false;
    const SearchResult a = search(shape, machine, space_of(c), pruned), b = search(shape, machine, space_of(c), brute);
    REQUIRE(b.best.size() == 10);
    same(a.best, b.best);
    same(a.pareto, b.pareto);
    CHECK(a.strategies == b.strategies);
    CHECK(b.pruned == 0);
    CHECK(b.strategies == b.too_big + b.evaluated);
    CHECK(a.strategies == a.too_big + a.evaluated + a.pruned);
    CHECK(a.evaluated < b.evaluated);

    SearchOptions best_only = pruned;
    best_only.pareto = false;
    const SearchResult fewer = search(shape, machine, space_of(c), best_only);
    same(fewer.best, b.best);
    CHECK(fewer.evaluated <= a.evaluated);
  }
}

TEST_CASE("brute force itself agrees with evaluating each strategy alone, and nothing faster is left out") {
  const ModelShape shape = find_shape("Llama-3-8B");
  const Machine machine = find_machine("H100");
  SearchSpace space;
  space.chips = 16, space.global_batch = 64;
  SearchOptions options;
  options.keep = 100000;
  options.prune = false;
  const SearchResult r = search(shape, machine, space, options);
  std::set<std::string> seen;
  for (const auto& c : r.best) {
    const Step step = evaluate(shape, c.strategy, machine);
    CHECK(step.seconds == c.seconds);
    CHECK(step.memory.total() == c.memory_bytes);
    CHECK(step.fits);
    CHECK(strategy_faults(shape, c.strategy).empty());
    CHECK(seen.insert(to_string(c.strategy)).second);
  }
  // An enumeration written another way: every combination of the sizes, kept if it can be run.
  std::int64_t count = 0;
  double fastest = std::numeric_limits<double>::infinity();
  for (int tp = 1; tp <= 8; ++tp)
    for (int pp = 1; pp <= 16; ++pp)
      for (int vp = 1; vp <= 32; ++vp)
        for (int micro : {1, 2, 4, 8})
          for (int zero = 0; zero < 4; ++zero)
            for (const Recompute recompute : {Recompute::none, Recompute::selective, Recompute::full})
              for (const Schedule schedule : {Schedule::one_f_one_b, Schedule::zero_bubble}) {
                if (16 % (tp * pp) != 0) continue;
                if (vp > 1 && 32 % (pp * vp) != 0 && 34 % (pp * vp) != 0) continue;
                Strategy s;
                s.tp = tp, s.pp = pp, s.vp = vp, s.dp = 16 / tp / pp, s.micro_batch = micro, s.zero = zero;
                s.recompute = recompute, s.schedule = schedule, s.global_batch = 64, s.sequence_parallel = tp > 1;
                if (!possible(shape, s)) continue;
                ++count;
                const Step step = evaluate(shape, s, machine);
                if (step.fits) fastest = std::min(fastest, step.seconds);
              }
  CHECK(count == r.strategies);
  CHECK(fastest == r.best.front().seconds);
}

TEST_CASE("the lower bound is one") {
  for (const auto& c : cases) {
    const ModelShape shape = find_shape(c.model);
    const Machine machine = find_machine(c.system);
    SearchOptions options;
    options.prune = false, options.keep = 500, options.pareto = false;
    for (const auto& candidate : search(shape, machine, space_of(c), options).best)
      CHECK(step_lower_bound(shape, candidate.strategy, micro_batch_cost(shape, candidate.strategy, machine)) <=
            candidate.seconds);
  }
}

TEST_CASE("no candidate of the Pareto set is beaten in both, and it begins with the fastest") {
  const SearchResult r = search(find_shape("Llama-3.1-405B"), find_machine("H200"), space_of(cases[2]));
  REQUIRE(r.pareto.size() > 2);
  CHECK(r.pareto.front().seconds == r.best.front().seconds);
  for (std::size_t i = 1; i < r.pareto.size(); ++i) {
    CHECK(r.pareto[i].seconds > r.pareto[i - 1].seconds);
    CHECK(r.pareto[i].memory_bytes < r.pareto[i - 1].memory_bytes);
  }
}

TEST_CASE("the same on any number of threads") {
  const ModelShape shape = find_shape("DeepSeek-V3");
  const Machine machine = find_machine("GB200");
  SearchOptions one, four;
  four.threads = 4;
  const SearchResult a = search(shape, machine, space_of(cases[4]), one),
                     b = search(shape, machine, space_of(cases[4]), four);
  same(a.best, b.best);
  same(a.pareto, b.pareto);
  CHECK(a.evaluated == b.evaluated);
  CHECK(a.pruned == b.pruned);
}

TEST_CASE("what does not fit is said, and by how much") {
  SearchSpace space;
  space.chips = 8, space.global_batch = 8;
  const SearchResult r = search(find_shape("Llama-3.1-405B"), find_machine("A100-40"), space);
  CHECK(r.best.empty());
  CHECK(r.strategies == r.too_big);
  CHECK(r.nearest_miss_bytes > 1e9);
  space.chips = 7, space.most_pp = 1;  // 7 divides neither heads nor batch
  CHECK(search(find_shape("Llama-3-8B"), find_machine("H100"), space).strategies == 0);
}
