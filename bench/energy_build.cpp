// Model building: a network of BUSES zones over HOURS into matrices. Usage: bench_energy_build [HOURS [BUSES]]
// The network is a ring of zones with wind, thermal plant, storage and links, like a national expansion study.
#include <sys/resource.h>

#include <chrono>
#include <print>
#include <string>

#include "energy/decompose.h"
#include "energy/test_networks.h"

using namespace stargate;

int main(int argc, char** argv) {
  const std::size_t hours = argc > 1 ? std::stoul(argv[1]) : 8736, buses = argc > 2 ? std::stoul(argv[2]) : 26;
  const auto system = energy::deterministic(energy::test::random_network(1, buses, hours));
  const auto began = std::chrono::steady_clock::now();
  const auto formulation = energy::formulate(system);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::println("{} buses x {} h: {} columns, {} rows, {} entries built in {:.3f} s; peak of the process {} MB", buses, hours,
               formulation.model.columns(), formulation.model.rows(), formulation.model.entries(), seconds, usage.ru_maxrss / 1024);
}
