// Newton power flow: one solution anew and one from the last, on MATPOWER cases named on the command line
// (cases/powerflow/case118.m if none), one core.
#include <ctime>
#include <print>

#include "exchange/power_case.h"
#include "powerflow/newton.h"

using namespace stargate;

int main(int count, char** names) {
  std::vector<std::string> files(names + 1, names + count);
  if (files.empty()) files = {"cases/powerflow/case118.m", "cases/powerflow/case300.m"};
  std::println("{:40} {:>7} {:>10} {:>12} {:>12} {:>10}", "case", "buses", "iterations", "anew, ms", "again, ms", "residual");
  for (const auto& file : files) {
    const auto input = exchange::read_power_case(file);
    powerflow::PowerFlow flow(input.network);
    const auto first = flow.solve({});
    const int times = std::max(10, 200000 / static_cast<int>(input.network.buses.size()));
    const auto ms = [&](auto&& work) {
      const auto began = std::clock();
      for (int k = 0; k < times; ++k) work(k);
      return 1e3 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC / times;
    };
    const double anew = ms([&](int) { flow.solve({}); });
    // A time series: load that moves by up to 2 % from one solution to the next.
    auto injections = flow.own();
    const auto own = injections;
    auto last = first;
    const double again = ms([&](int k) {
      for (std::size_t i = 0; i < own.load_mw.size(); ++i) injections.load_mw[i] = own.load_mw[i] * (k % 2 == 0 ? 1.01 : 0.99);
      last = flow.solve({}, injections, powerflow::none, &last);
    });
    std::println("{:40} {:7} {:10} {:12.4f} {:12.4f} {:10.1e}", file.substr(file.rfind('/') + 1), input.network.buses.size(), first.iterations, anew, again,
                 powerflow::residual(input.network, first, flow.own()));
  }
}
