#pragma once
#include <functional>
#include <string>
#include <vector>

#include "operate/sweep.h"

namespace stargate::operate {

// Packing shared accelerators. A cluster is filled with tasks drawn from a trace until they ask for more GPUs than there are; what
// matters is how much of the cluster's GPUs ends up given away, and how much is left in pieces that no task can use (fragments).

/// What a node has, or has left; GPUs in thousandths, each on its own.
struct PackNode {
  std::int64_t cpu_milli = 0, memory_mib = 0;
  std::vector<int> gpu_milli;          ///< free thousandths by GPU
  int model = -1;
};
/// What a task takes: thousandths of one GPU, or whole GPUs; on one of the models it accepts (empty: any).
struct PackTask {
  std::int64_t cpu_milli = 0, memory_mib = 0;
  int gpus = 0, milli = 0;             ///< gpus == 1: milli up to 1000
  std::vector<int> models;             ///< ascending
  friend auto operator<=>(const PackTask&, const PackTask&) = default;
};
struct PackCluster {
  std::vector<PackNode> nodes;
  std::vector<std::string> models;
  std::vector<PackTask> tasks;         ///< of the trace
};

/// Alibaba's 2023 tables (openb node and pod lists). InputError with everything wrong.
PackCluster read_pack(const std::string& nodes_file, std::string_view nodes, const std::string& pods_file, std::string_view pods);

/// Which of the nodes a task that fits several is given.
enum class Packing {
  random,
  first,                               ///< the lowest number
  best_fit,                            ///< least left of its kind of resources, each as a share of the largest node's; then the GPU with least left
  fgd,                                 ///< fragmentation gradient descent: where what the trace's tasks could not use grows least (Weng et al., ATC 2023)
};
const std::vector<std::string>& packing_names();

struct PackResult {
  double allocated = 0;                ///< share of the cluster's GPUs that is given away at the end
  double fragmented = 0;               ///< share that is free and that the mean task of the trace could not use
  std::size_t tasks = 0, placed = 0;
};
/// Tasks are drawn with replacement until they ask for `asked` times the cluster's GPUs. Fragments are measured by the task kinds that
/// make up 95 % of the trace. O(tasks x (nodes + kinds^2 x GPUs of a node)).
PackResult pack(const PackCluster& cluster, Packing packing, double asked, std::uint64_t seed);

}  // namespace stargate::operate
