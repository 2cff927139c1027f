#pragma once
#include <catch2/catch_all.hpp>

#include "energy/optimise.h"
#include "energy/verify.h"

namespace stargate::energy::test {

inline double total(const Result& r) { return r.objective + r.constant; }

/// Checked, solved whole, and verified by code that shares nothing with the formulation.
inline Result solved(const System& system, const OptimiseOptions& options = {}) {
  check(system, "test");
  Result r = optimise(system, options);
  INFO("status " << lp::to_string(r.status));
  REQUIRE(r.has_values());
  const auto v = verify(system, r);
  INFO(v.worst);
  CHECK(v.largest() < 1e-6);
  CHECK(v.objective_error < 1e-8);
  return r;
}
inline Result solved(const Network& network, const OptimiseOptions& options = {}) { return solved(deterministic(network), options); }

}  // namespace stargate::energy::test
