#include "training/calibrate.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "training/validation.h"

using namespace stargate;
using namespace stargate::training;
using Catch::Approx;

namespace {
std::vector<MeasuredRow> fitted_rows() {
  std::vector<MeasuredRow> rows;
  for (const char* file : {"vtrain/single_node.csv", "vtrain/many_nodes.csv", "published/runs.csv", "bridge/releases.csv",
                           "bridge/releases_2.csv", "simumax/b200.csv", "makers/runs.csv"})
    for (auto& row : read_measured_file(std::string("cases/training/") + file).rows) rows.push_back(std::move(row));
  return rows;
}
}  // namespace

TEST_CASE("calibration finds the parameters that made the rows") {
  ParameterSet set = find_parameters("a100");
  set.id = "mine";
  set.shared.clear();
  set.values.gemm_bf16 = 0.70, set.values.hbm = 0.62, set.values.launch_us = 25, set.values.domain = 0.45;
  set.fitted = {"gemm_bf16", "hbm", "launch_us", "domain"};
  std::vector<MeasuredRow> rows = read_measured_file("cases/training/vtrain/single_node.csv").rows;
  rows.resize(120);
  for (auto& row : rows) {
    row.value = predict(row, {row.machine, find_software(set.software), set.values}).value;
    row.parameter_set = "mine";
  }
  const std::vector<Fit> fits = calibrate(rows, {set});
  REQUIRE(fits.size() == 1);
  const Fit& fit = fits.front();
  CHECK(fit.before < 1e-9);
  CHECK(fit.after < 0.01);
  for (const auto& name : set.fitted) {
    const auto spec = std::ranges::find(parameter_specs(), name, &ParameterSpec::name);
    INFO(name);
    CHECK(fit.set.values.*(spec->member) == Approx(set.values.*(spec->member)).epsilon(0.05));
  }
  CHECK(fit.set.values.gemm_half_size == set.values.gemm_half_size);  // what is not fitted stays
  CHECK(calibrate(rows, {set}).front().set.values == fit.set.values);
}

TEST_CASE("parameters stay in their ranges, whatever the rows say") {
  std::vector<MeasuredRow> rows = read_measured_file("cases/training/vtrain/single_node.csv").rows;
  rows.resize(60);
  for (auto& row : rows) row.value /= 50;
  const Fit fit = calibrate(rows).front();
  for (const auto& spec : parameter_specs()) {
    INFO(spec.name);
    CHECK(fit.set.values.*(spec.member) >= spec.low);
    CHECK(fit.set.values.*(spec.member) <= spec.high);
  }
}

TEST_CASE("a few rows of any machine make its error smaller, and what is written can be read") {
  std::vector<MeasuredRow> rows;
  for (const auto& row : read_measured_file("cases/training/makers/runs.csv").rows)
    if (row.system == "TPU-v6e") rows.push_back(row);
  REQUIRE(rows.size() == 6);
  std::vector<ParameterSet> sets{find_parameters("tpu")};
  sets[0].id = "mine", sets[0].values.gemm_bf16 = 0.4;
  for (auto& row : rows) row.parameter_set = "mine";
  const std::vector<Fit> fits = calibrate(rows, sets);
  CHECK(fits.front().after < 0.6 * fits.front().before);
  Diagnostics diagnostics;
  const auto read = parameters_from_csv(parse_csv("p.csv", parameters_csv(fits, false), diagnostics), diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  REQUIRE(read.size() == 1);
  for (const auto& spec : parameter_specs())
    CHECK(read[0].values.*(spec.member) == Approx(fits[0].set.values.*(spec.member)).epsilon(1e-3).margin(1e-6));
}

TEST_CASE("a file of parameters says where it is wrong") {
  const auto faults = [](std::string_view text) {
    Diagnostics diagnostics;
    parameters_from_csv(parse_csv("p.csv", text, diagnostics), diagnostics);
    std::string all;
    for (const auto& d : diagnostics.all()) all += std::format("{} {} {}\n", d.place.line, d.message, d.hint);
    return all;
  };
  const std::string header = "set,software,parameter,value,fitted,source\n";
  CHECK(faults(header + "mine,fused,gemm_bf16,0.6,true,me\n") == "");
  CHECK(faults(header + "mine,fused,gemm_bf61,0.6,true,me\n").contains("gemm_bf16"));
  CHECK(faults(header + "mine,fused,gemm_bf16,60,true,me\n").contains("allowed: 0.2 to 1"));
  CHECK_FALSE(faults(header + "mine,fused,gemm_bf16,nan,true,me\n").empty());
  CHECK(faults(header + "mine,melted,gemm_bf16,0.6,true,me\n").contains("no software 'melted'"));
}

TEST_CASE("the parameters and errors that travel with the program are those that calibrate finds") {
  const std::vector<MeasuredRow> rows = fitted_rows();
  for (const auto& fit : calibrate(rows)) {
    const ParameterSet known = find_parameters(fit.set.id);
    for (const auto& spec : parameter_specs()) {
      INFO(fit.set.id << " " << spec.name);
      CHECK(known.values.*(spec.member) == Approx(fit.set.values.*(spec.member)).epsilon(2e-3).margin(1e-3));
    }
  }
  const auto classes = error_classes(rows, hold_out_families(rows));
  REQUIRE(classes.size() == error_library().size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const ErrorClass& known = error_library()[i];
    INFO(known.model_class << " " << known.left_out << " " << known.machine);
    CHECK(known.rows == classes[i].rows);
    CHECK(known.low == Approx(classes[i].low).epsilon(0.01));
    CHECK(known.high == Approx(classes[i].high).epsilon(0.01));
  }
}

TEST_CASE("an interval of every machine and class; of one that was not measured it is that of machines left out") {
  for (const auto& system : system_library())
    for (const char* model : {"Llama-3-8B", "DeepSeek-V3"}) {
      const Interval i = step_interval(find_shape(model), system);
      INFO(system.id << " " << model);
      CHECK(i.rows >= 8);
      CHECK(i.low < 1);
      CHECK(i.high > 1);
      CHECK(i.low > 0.3);
      CHECK(i.high < 3);
    }
  CHECK(step_interval(find_shape("Llama-3-8B"), find_system("GB200")).basis.contains("each model left out"));
  CHECK(step_interval(find_shape("Llama-3-8B"), find_system("Gaudi3")).basis.contains("each machine left out"));
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
