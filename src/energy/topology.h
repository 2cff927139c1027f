#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "energy/network.h"

namespace stargate::energy {

/// A line or transformer as the linear power flow sees it: angle(from) - angle(to) = impedance * flow + shift (radians,
/// flow in MW). The impedance is the reactance of AC branches and the resistance of DC branches, per unit of 1 MVA.
struct Wire {
  std::size_t from, to;      ///< buses
  bool is_transformer;
  std::size_t component;     ///< index into lines or transformers
  double impedance, shift;   ///< the shift: of the first snapshot, where it is given
  double resistance;         ///< per unit of 1 MVA
};

/// A wire in a cycle, +1 if it is passed from `from` to `to`.
struct CycleStep {
  std::size_t wire;
  double direction;
};
using Cycle = std::vector<CycleStep>;

/// The passive network of one investment period.
struct Topology {
  std::vector<Wire> wires;           ///< those that stand
  std::vector<std::size_t> island;   ///< island of each bus
  std::size_t islands = 0;
  std::vector<Cycle> cycles;         ///< a basis of the cycle space: |wires| - |buses| + islands of them
  std::vector<std::string> notes;    ///< zero impedances, negative reactances: how they were taken
};

/// Cycles are the fundamental cycles of a breadth-first spanning forest (short, so sparse). Types are resolved to
/// impedances; InputError for a type that is not known. O(buses + wires + total cycle length).
Topology topology(const Network& network, std::size_t period = 0);

/// Flow limits that follow from a branch's angle limits, MW; without limits both are infinite.
struct FlowLimits {
  double low = -unlimited, high = unlimited;
};
FlowLimits angle_flow_limits(const Branch& branch, const Wire& wire);

}  // namespace stargate::energy
