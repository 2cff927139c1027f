// Reading a network of any form and building its matrices. Usage: bench_exchange_build FILE [SNAPSHOTS]
#include <sys/resource.h>

#include <chrono>
#include <print>
#include <string>

#include "energy/formulation.h"
#include "energy/reduction.h"
#include "exchange/read_system.h"

using namespace stargate;

namespace {
double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}
rusage used() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::println(stderr, "usage: bench_exchange_build FILE [SNAPSHOTS]"), 2;
  const auto began = std::chrono::steady_clock::now();
  auto system = exchange::read_system(argv[1]).system;
  if (argc > 2) system = energy::shortened(system, std::stoul(argv[2]));
  const double read = seconds_since(began);
  const long read_mb = used().ru_maxrss / 1024;
  const auto built = std::chrono::steady_clock::now();
  const auto formulation = energy::formulate(system);
  const auto usage = used();
  std::println("{} snapshots: read in {:.3f} s ({} MB); {} columns, {} rows, {} entries built in {:.3f} s", system.first().snapshots.size(), read,
               read_mb, formulation.model.columns(), formulation.model.rows(), formulation.model.entries(), seconds_since(built));
  std::println("the process: {:.2f} s of user time, peak {} MB", static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec),
               usage.ru_maxrss / 1024);
}
