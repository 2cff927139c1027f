#include "training/collectives.h"

namespace stargate::training {

Group group_of(double size, double stride, const System& system) {
  const double fit = std::floor(system.domain_chips / stride);
  return {size, std::clamp(fit, 1.0, size), size * stride};
}

double domain_rate(const Machine& machine) {
  return machine.system.scale_up_gb_s * 1e9 / 2 * machine.parameters.domain;
}

double network_rate(const Machine& machine, double chips) {
  const System& system = machine.system;
  const double rate = system.nic_gbit_s * 1e9 / 8 * machine.parameters.network;
  return chips > system.pod_chips ? rate / system.oversubscription : rate;
}

double all_gather_s(const Machine& machine, const Group& group, double bytes) {
  if (group.size <= 1) return 0;
  const double g = group.in_domain, d = group.domains();
  double seconds = 0;
  if (g > 1) seconds += (g - 1) / g * bytes / domain_rate(machine) + machine.parameters.collective_us * 1e-6;
  if (d > 1)
    seconds += (d - 1) / d * bytes / g / network_rate(machine, group.chips) + machine.parameters.network_us * 1e-6;
  return seconds;
}

double all_reduce_s(const Machine& machine, const Group& group, double bytes) {
  return 2 * all_gather_s(machine, group, bytes);
}

double all_to_all_s(const Machine& machine, const Group& group, double bytes, double copies, double group_limit) {
  if (group.size <= 1) return 0;
  const double n = group.size, g = group.in_domain, d = group.domains();
  double inside = (g - 1) / n * bytes, outside = (n - g) / n * bytes;
  if (machine.software.dedup_tokens && d > 1 && copies > 1) {
    double distinct = d * (1 - std::pow(1 - 1 / d, copies));
    if (group_limit > 0) distinct = std::min(distinct, group_limit);
    outside *= distinct / copies;
    inside = (g - 1) / g * bytes;  // and is handed on inside the domain it reached
  }
  double seconds = 0;
  if (inside > 0) seconds = inside / domain_rate(machine);
  if (d > 1) seconds = std::max(seconds, outside / network_rate(machine, group.chips));
  return seconds + (d > 1 ? machine.parameters.network_us : machine.parameters.collective_us) * 1e-6;
}

double point_to_point_s(const Machine& machine, double stride, double bytes) {
  if (stride < machine.system.domain_chips)
    return bytes / domain_rate(machine) + machine.parameters.collective_us * 1e-6;
  return bytes / network_rate(machine, stride) + machine.parameters.network_us * 1e-6;
}

}  // namespace stargate::training
