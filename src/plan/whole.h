#pragma once
#include "plan/rounding.h"

namespace stargate::plan {

// What the relaxation divides is whole in a plan: halls of one system, units of plant, steps of connections, nodes of
// cloud, racks. Each function reads a point of the formulation and says what is held next; the rest is solved again
// between them. All are deterministic: ties go to the first in the tables.

/// Blocks that house each system: [accelerator][site][t].
using Halls = std::vector<std::vector<std::vector<int>>>;

/// Halls of quarters `from` .. `until` - 1: those of the quarter before keep their system while its racks run, halls of
/// what stands are given first, and each that is free, the largest first, goes to the system that would make most of it
/// with what of the point is still without a hall anywhere, or to none.
/// At each site and quarter their sum is at most the blocks that are ready. O(sites * quarters * (accelerators + halls)).
void assign_halls(const Formulation& formulation, const std::vector<double>& point, int from, int until, Halls& halls);
Halls no_halls(const Instance& instance);

/// Plant, connections and ties in whole units: large units (50 MW and more) to the nearest number, where the rest can
/// carry the difference; with `all`, the rest up. Within limits of gas, steps, zones and equipment.
std::vector<Hold> round_plant(const Formulation& formulation, const std::vector<double>& point, bool all);

/// Rented chips in whole nodes, rounded down.
std::vector<Hold> round_cloud(const Formulation& formulation, const std::vector<double>& point);

/// Racks in whole orders, rounded down.
std::vector<Hold> round_racks(const Formulation& formulation, const std::vector<double>& point);

/// Whether racks, plant, connections and cloud of a point are whole.
bool is_whole(const Formulation& formulation, const std::vector<double>& point);

}  // namespace stargate::plan
