#pragma once
#include "training/machine.h"

namespace stargate::training {

/// A group of chips that exchange data: how many there are and how many of them share a scale-up domain.
struct Group {
  double size = 1;
  double in_domain = 1;  ///< members in one scale-up domain
  double chips = 1;      ///< chips the group is spread over (its size times its stride): tells pod from site

  double domains() const { return size / in_domain; }
};

/// Chips are numbered with tensor parallelism innermost, then context, data, pipeline. A group of `size` whose
/// neighbours are `stride` chips apart holds min(size, domain / stride) members of a domain (at least one).
Group group_of(double size, double stride, const System& system);

/// Bytes a second of one chip, one direction, as reached: in the scale-up domain; to other domains, for a group that is
/// spread over that many chips (oversubscribed beyond a pod).
double domain_rate(const Machine& machine);
double network_rate(const Machine& machine, double chips);

/// Seconds for the group; `bytes` is the whole vector each member ends up with (all-gather) or begins with
/// (reduce-scatter, all-reduce), or what one member sends (all-to-all). Hierarchical where the group spans domains:
/// inside the domain on all links, then between domains on all NICs of the domain, each carrying its share.
///   all-gather  (g-1)/g S / B_domain + (d-1)/d S/g / B_network + start
/// with g members a domain and d domains; all-reduce is twice that. Never slower with more bandwidth.
double all_gather_s(const Machine& machine, const Group& group, double bytes);
inline double reduce_scatter_s(const Machine& machine, const Group& group, double bytes) {
  return all_gather_s(machine, group, bytes);
}
double all_reduce_s(const Machine& machine, const Group& group, double bytes);
/// `copies`: experts a token goes to; where the software sends a token to a domain once only, traffic between domains
/// falls to the number of distinct domains among them, d (1 - (1 - 1/d)^copies), or to `group_limit` where the model
/// limits it (0: no limit).
double all_to_all_s(const Machine& machine, const Group& group, double bytes, double copies, double group_limit = 0);
/// One message between neighbours `stride` chips apart.
double point_to_point_s(const Machine& machine, double stride, double bytes);

}  // namespace stargate::training
