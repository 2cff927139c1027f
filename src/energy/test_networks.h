#pragma once
#include <string>

#include "base/random.h"
#include "energy/network.h"

namespace stargate::energy::test {

/// One bus, `hours` snapshots, one load and two generators: cheap (10) and dear (50), each of 100 MW.
inline Network two_generators(std::size_t hours, double load_mw) {
  Network n;
  n.snapshots.resize(hours);
  n.buses.push_back({"bus"});
  n.loads.push_back({"load", "bus", "", true, -1, load_mw});
  for (const auto& [name, cost] : {std::pair{"cheap", 10.0}, {"dear", 50.0}}) {
    Generator g;
    g.name = name;
    g.bus = "bus";
    g.nominal = 100;
    g.marginal_cost = cost;
    n.generators.push_back(g);
  }
  return n;
}

/// A random meshed network that is feasible: shedding at 1,000 on every bus, some capacity to be decided, storage.
inline Network random_network(std::uint64_t seed, std::size_t buses = 5, std::size_t hours = 6) {
  Random random(seed, 7);
  Network n;
  n.snapshots.resize(hours);
  for (std::size_t b = 0; b < buses; ++b) n.buses.push_back({"bus " + std::to_string(b)});
  const auto profile = [&](double low, double high) {
    Profile p;
    for (std::size_t t = 0; t < hours; ++t) p.hourly.push_back(low + (high - low) * random.uniform());
    return p;
  };
  for (std::size_t b = 0; b < buses; ++b) {
    n.loads.push_back({"load " + std::to_string(b), n.buses[b].name, "", true, -1, profile(20, 100)});
    Generator shed, thermal, wind;
    shed.name = "shed " + std::to_string(b);
    shed.nominal = 1000;
    shed.marginal_cost = 1000;
    thermal.name = "thermal " + std::to_string(b);
    thermal.nominal = 50 + 50 * random.uniform();
    thermal.marginal_cost = 10 + 40 * random.uniform();
    wind.name = "wind " + std::to_string(b);
    wind.extendable = true;
    wind.nominal = 5;
    wind.nominal_max = 200;
    wind.capital_cost = 20 + 60 * random.uniform();
    wind.p_max_pu = profile(0, 1);
    for (auto* g : {&shed, &thermal, &wind}) {
      g->bus = n.buses[b].name;
      n.generators.push_back(*g);
    }
    for (const std::size_t to : {(b + 1) % buses, (b + 2) % buses}) {
      Branch line;
      line.name = "line " + std::to_string(b) + "-" + std::to_string(to);
      line.bus0 = n.buses[b].name;
      line.bus1 = n.buses[to].name;
      line.x = 0.05 + 0.2 * random.uniform();
      line.nominal = 10 + 30 * random.uniform();
      n.lines.push_back(line);
    }
  }
  StorageUnit s;
  s.name = "battery";
  s.bus = n.buses[0].name;
  s.nominal = 20;
  s.max_hours = 2;
  s.efficiency_store = s.efficiency_dispatch = 0.9;
  s.standing_loss = 0.01;
  s.cyclic = true;
  n.storage_units.push_back(s);
  return n;
}

}  // namespace stargate::energy::test
