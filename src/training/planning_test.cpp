#include "training/planning.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "programme/load.h"
#include "training/system.h"

using namespace stargate;
using namespace stargate::training;
using Catch::Approx;

TEST_CASE("every accelerator of the library gives a share of peak and of time") {
  for (const auto& system : system_library()) {
    for (const double chips : {256.0, 4096.0, 50000.0}) {
      const TrainingEfficiency e = training_efficiency(planning_chip(system.id), chips, {.parameters = 30e9});
      INFO(system.id << " x " << chips);
      CHECK(e.mfu > 0.01);
      CHECK(e.mfu < 0.75);
      CHECK(e.goodput > 0.1);
      CHECK(e.goodput < 1);
      const double peak = (e.precision == "fp8" ? system.fp8_tflops : system.bf16_tflops) / 1e3;
      CHECK(e.model_pflops_chip == Approx(e.mfu * peak).epsilon(1e-6));
    }
  }
}

TEST_CASE("asked again, in any order, the answer is the same") {
  const PlanningChip chip = planning_chip("GB200");
  const TrainingEfficiency a = training_efficiency(chip, 30000);
  training_efficiency(chip, 1000);
  const TrainingEfficiency b = training_efficiency(chip, 30000);
  CHECK(a.mfu == b.mfu);
  CHECK(a.goodput == b.goodput);
  // Between two powers of two the answer lies between theirs.
  const double low = training_efficiency(chip, 16384).goodput, high = training_efficiency(chip, 32768).goodput;
  CHECK(a.goodput <= std::max(low, high));
  CHECK(a.goodput >= std::min(low, high));
}

TEST_CASE("larger clusters lose more to failures") {
  const PlanningChip chip = planning_chip("H100");
  CHECK(training_efficiency(chip, 1024).goodput > training_efficiency(chip, 131072).goodput);
}

TEST_CASE("a chip that the library does not know is taken by its figures") {
  PlanningChip chip = planning_chip("GB200");
  chip.id = "Next";
  const TrainingEfficiency known = training_efficiency(planning_chip("GB200"), 8192),
                           next = training_efficiency(chip, 8192);
  CHECK(next.mfu == Approx(known.mfu).epsilon(0.05));
  chip.hbm_gb = 0;
  CHECK_THROWS_WITH(training_efficiency(chip, 8192), Catch::Matchers::ContainsSubstring("hbm_gb"));
}

TEST_CASE("every accelerator of the default programme is answered, in BF16 too") {
  for (const auto& accelerator : load_programme().accelerators) {
    const PlanningChip chip = planning_chip(accelerator);
    for (const double chips : {8192.0, 131072.0}) {
      const TrainingEfficiency best = training_efficiency(chip, chips);
      const TrainingEfficiency bf16 = training_efficiency(chip, chips, {.precision = "bf16"});
      INFO(accelerator.id << " x " << chips);
      CHECK(bf16.precision == "bf16");
      CHECK(bf16.mfu > 0.15);
      CHECK(bf16.mfu < 0.75);
      CHECK(best.model_pflops_chip >= 0.95 * bf16.model_pflops_chip);
      CHECK(best.goodput > 0.3);
    }
  }
}

TEST_CASE("a model too large for the cluster gives nothing") {
  const TrainingEfficiency e = training_efficiency(planning_chip("A100"), 8, {.parameters = 1e12});
  CHECK(e.mfu == 0);
  CHECK(e.usable() == 0);
}
