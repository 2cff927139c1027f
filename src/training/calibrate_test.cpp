#include "training/calibrate.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "training/report.h"

using namespace stargate;
using namespace stargate::training;
using Catch::Approx;

TEST_CASE("calibration finds the parameters that made the rows") {
  ParameterSet set = find_parameters("a100");
  set.values.gemm_bf16 = 0.70, set.values.hbm = 0.62, set.values.launch_us = 25, set.values.domain = 0.45;
  set.fitted = {"gemm_bf16", "hbm", "launch_us", "domain"};
  std::vector<MeasuredRow> rows = read_measured_file("cases/training/vtrain/single_node.csv").rows;
  rows.resize(120);
  for (auto& row : rows)
    row.value = predict(row, {find_system(row.system), find_software(set.software), set.values}).value;
  ParameterSet start = set;
  start.values.gemm_bf16 = 0.9, start.values.hbm = 0.8, start.values.launch_us = 10, start.values.domain = 0.7;
  const Fit fit = calibrate(start, rows);
  CHECK(fit.before > 0.1);
  CHECK(fit.after < 1e-3);
  for (const auto& name : set.fitted) {
    const auto spec = std::ranges::find(parameter_specs(), name, &ParameterSpec::name);
    INFO(name);
    CHECK(fit.set.values.*(spec->member) == Approx(set.values.*(spec->member)).epsilon(0.02));
  }
  CHECK(fit.set.values.gemm_half_size == set.values.gemm_half_size);  // what is not fitted stays
  CHECK(calibrate(start, rows).set.values == fit.set.values);
}

TEST_CASE("parameters stay in their ranges, whatever the rows say") {
  std::vector<MeasuredRow> rows = read_measured_file("cases/training/vtrain/single_node.csv").rows;
  rows.resize(60);
  for (auto& row : rows) row.value /= 50;
  const Fit fit = calibrate(find_parameters("a100"), rows);
  for (const auto& spec : parameter_specs()) {
    INFO(spec.name);
    CHECK(fit.set.values.*(spec.member) >= spec.low);
    CHECK(fit.set.values.*(spec.member) <= spec.high);
  }
}

TEST_CASE("the parameters that travel with the program are those that calibrate finds") {
  std::vector<MeasuredRow> rows;
  for (const char* file :
       {"vtrain/single_node.csv", "vtrain/many_nodes.csv", "published/runs.csv", "bridge/releases.csv"}) {
    std::map<std::string, std::size_t> index;
    for (const auto& row : read_measured_file(std::string("cases/training/") + file).rows)
      if (fitted_row(index[row.set]++)) rows.push_back(row);
  }
  for (const auto& fit : calibrate_all(rows)) {
    const ParameterSet& known = find_parameters(fit.set.id);
    for (const auto& spec : parameter_specs()) {
      INFO(fit.set.id << " " << spec.name);
      CHECK(known.values.*(spec.member) == Approx(fit.set.values.*(spec.member)).epsilon(2e-3).margin(1e-3));
    }
  }
}

TEST_CASE("the section of the document is replaced, what stands around it is not") {
  const std::string first = with_section("# Title\n\nBefore.\n", "one\n");
  const std::string second = with_section(first + "After.\n", "two\n");
  CHECK(second.starts_with("# Title\n\nBefore.\n"));
  CHECK(second.ends_with("After.\n"));
  CHECK(second.contains("two\n"));
  CHECK_FALSE(second.contains("one\n"));
  CHECK(with_section(second, "two\n") == second);
}
