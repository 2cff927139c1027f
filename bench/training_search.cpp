// Strategies decided a second on one core, beside Calculon's 98.7/s (its llm-optimal-execution: Turing-530B on 2,520
// A100, 8,112 strategies in 83 s on one core).
#include <chrono>
#include <print>

#include "training/search.h"

using namespace stargate::training;

namespace {

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void measure(const char* name, const ModelShape& shape, const Machine& machine, const SearchSpace& space,
             const SearchOptions& options) {
  const double begin = cpu_seconds();
  SearchResult result;
  int runs = 0;
  while (runs == 0 || cpu_seconds() - begin < 2) result = search(shape, machine, space, options), ++runs;
  const double seconds = (cpu_seconds() - begin) / runs;
  std::println(
      "{:48} {:>9} strategies {:>9} evaluated {:>9} pruned {:>9} too big {:8.4f} s {:>10.0f}/s  best {:.3f} s {}", name,
      result.strategies, result.evaluated, result.pruned, result.too_big, seconds,
      static_cast<double>(result.strategies) / seconds, result.best.empty() ? 0 : result.best.front().seconds,
      result.best.empty() ? "" : to_string(result.best.front().strategy));
}

/// Each strategy alone, nothing shared between them and nothing pruned: the whole step, memory included.
void measure_alone(const char* name, const ModelShape& shape, const Machine& machine, const SearchSpace& space) {
  SearchOptions all;
  all.prune = false, all.pareto = false, all.keep = 100000;
  const SearchResult result = search(shape, machine, space, all);
  const ParameterCount count = count_parameters(shape);
  const double begin = cpu_seconds();
  double sum = 0;
  std::int64_t evaluated = 0;
  while (cpu_seconds() - begin < 2)
    for (const auto& c : result.best) {
      sum += step_parts(shape, count, c.strategy, machine).total() +
             memory_parts(shape, count, c.strategy, machine).total();
      ++evaluated;
    }
  const double seconds = cpu_seconds() - begin;
  std::println("{:48} {:>9} evaluated one by one {:10.0f}/s  (sum {:.3g})", name, evaluated,
               static_cast<double>(evaluated) / seconds, sum);
}

}  // namespace

int main() {
  SearchOptions pruned, brute;
  brute.prune = false;
  {
    const ModelShape shape = find_shape("Turing-530B");
    const Machine machine = find_machine("A100");
    SearchSpace space;
    space.chips = 2520, space.global_batch = 2520, space.most_micro_batch = 64;
    measure("Turing-530B, 2,520 A100, brute force", shape, machine, space, brute);
    measure("Turing-530B, 2,520 A100, pruned", shape, machine, space, pruned);
    measure_alone("Turing-530B, 2,520 A100, no sharing", shape, machine, space);
  }
  {
    const ModelShape shape = find_shape("GPT-3-175B");
    const Machine machine = find_machine("A100");
    SearchSpace space;  // every divisor of every size
    space.chips = 1024, space.global_batch = 3072, space.most_cp = 1024, space.most_tp = 96,
    space.most_micro_batch = 4096;
    measure("GPT-3 175B, 1,024 A100, brute force", shape, machine, space, brute);
    measure("GPT-3 175B, 1,024 A100, pruned", shape, machine, space, pruned);
    measure_alone("GPT-3 175B, 1,024 A100, no sharing", shape, machine, space);
  }
  {
    const ModelShape shape = find_shape("DeepSeek-V3");
    const Machine machine = find_machine("GB200");
    SearchSpace space;
    space.chips = 4608, space.global_batch = 9216, space.most_cp = 8, space.most_micro_batch = 16;
    space.precisions = {Precision::bf16, Precision::fp8, Precision::fp4};
    measure("DeepSeek-V3, 4,608 GB200, brute force", shape, machine, space, brute);
    measure("DeepSeek-V3, 4,608 GB200, pruned", shape, machine, space, pruned);
  }
}
