#include "operate/pack.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/csv.h"
#include "base/random.h"
#include "base/text.h"

namespace stargate::operate {

const std::vector<std::string>& packing_names() {
  static const std::vector<std::string> all{"random", "first", "best-fit", "fgd"};
  return all;
}

PackCluster read_pack(const std::string& nodes_file, std::string_view nodes, const std::string& pods_file, std::string_view pods) {
  Diagnostics diagnostics;
  PackCluster cluster;
  std::map<std::string, int, std::less<>> models;
  const auto model = [&](std::string_view name) {
    const auto [at, added] = models.emplace(std::string(name), static_cast<int>(models.size()));
    if (added) cluster.models.push_back(at->first);
    return at->second;
  };
  const auto number = [&](const Csv& csv, const CsvRow& row, const char* column, double most) {
    const Cell& cell = row.cells[csv.column(column)];
    const auto value = parse_number(trim(cell.text));
    if (!value || *value < 0 || *value > most)
      diagnostics.error({csv.file, row.line, cell.column}, "'" + cell.text + "' is no value for " + column, "allowed: 0 to " + shortest(most));
    return static_cast<std::int64_t>(value.value_or(0));
  };
  const auto columns = [&](const Csv& csv, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (csv.column(name) == Csv::npos) diagnostics.error({csv.file, csv.header.line, 1}, std::string("no column '") + name + "'");
    diagnostics.throw_if_errors();
  };
  const Csv node_table = parse_csv(nodes_file, nodes, diagnostics);
  columns(node_table, {"cpu_milli", "memory_mib", "gpu", "model"});
  for (const CsvRow& row : node_table.rows) {
    PackNode node{number(node_table, row, "cpu_milli", 1e9), number(node_table, row, "memory_mib", 1e9), {}, -1};
    node.gpu_milli.assign(static_cast<std::size_t>(number(node_table, row, "gpu", 64)), 1000);
    if (const std::string& name = row.cells[node_table.column("model")].text; !name.empty()) node.model = model(name);
    cluster.nodes.push_back(std::move(node));
  }
  const Csv pod_table = parse_csv(pods_file, pods, diagnostics);
  columns(pod_table, {"cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"});
  for (const CsvRow& row : pod_table.rows) {
    PackTask task{number(pod_table, row, "cpu_milli", 1e9), number(pod_table, row, "memory_mib", 1e9), static_cast<int>(number(pod_table, row, "num_gpu", 64)),
                  static_cast<int>(number(pod_table, row, "gpu_milli", 1000)), {}};
    if (task.gpus != 1) task.milli = task.gpus > 0 ? 1000 : 0;
    for (const auto name : split(row.cells[pod_table.column("gpu_spec")].text, '|'))
      if (!trim(name).empty()) task.models.push_back(model(trim(name)));
    std::ranges::sort(task.models);
    cluster.tasks.push_back(std::move(task));
  }
  diagnostics.throw_if_errors();
  if (cluster.nodes.empty() || cluster.tasks.empty()) throw InputError({nodes_file, 0, 0}, "no nodes, or no pods");
  return cluster;
}

namespace {

bool accepts(const PackNode& node, const PackTask& task) {
  if (task.cpu_milli > node.cpu_milli || task.memory_mib > node.memory_mib) return false;
  if (task.gpus == 0) return true;
  if (!task.models.empty() && !std::ranges::binary_search(task.models, node.model)) return false;
  return std::ranges::count_if(node.gpu_milli, [&](int free) { return free >= task.milli; }) >= task.gpus;
}

void take(PackNode& node, const PackTask& task, const std::vector<std::size_t>& gpus) {
  node.cpu_milli -= task.cpu_milli;
  node.memory_mib -= task.memory_mib;
  for (const std::size_t g : gpus) node.gpu_milli[g] -= task.milli;
}

/// GPUs of the node for a task of whole GPUs: the first that are free.
std::vector<std::size_t> whole_gpus(const PackNode& node, const PackTask& task) {
  std::vector<std::size_t> gpus;
  for (std::size_t g = 0; g < node.gpu_milli.size() && gpus.size() < static_cast<std::size_t>(task.gpus); ++g)
    if (node.gpu_milli[g] >= task.milli) gpus.push_back(g);
  return gpus;
}

/// The GPU with the least left that suffices.
std::vector<std::size_t> tightest_gpu(const PackNode& node, const PackTask& task) {
  if (task.gpus != 1) return whole_gpus(node, task);
  std::size_t best = node.gpu_milli.size();
  for (std::size_t g = 0; g < node.gpu_milli.size(); ++g)
    if (node.gpu_milli[g] >= task.milli && (best == node.gpu_milli.size() || node.gpu_milli[g] < node.gpu_milli[best])) best = g;
  return {best};
}

struct TaskKind {
  PackTask task;
  double share = 0;
};

/// The kinds of task that make up 95 % of the trace, most frequent first.
std::vector<TaskKind> typical_kinds(const std::vector<PackTask>& tasks) {
  std::map<PackTask, std::size_t> counts;
  for (PackTask task : tasks) {
    task.memory_mib = 0;               // GPUs and processors are what runs out
    ++counts[task];
  }
  std::vector<std::pair<std::size_t, PackTask>> order;
  for (const auto& [task, n] : counts) order.emplace_back(n, task);
  std::ranges::stable_sort(order, std::greater{}, &std::pair<std::size_t, PackTask>::first);
  std::vector<TaskKind> kinds;
  std::size_t covered = 0;
  for (const auto& [n, task] : order) {
    if (static_cast<double>(covered) >= 0.95 * static_cast<double>(tasks.size())) break;
    kinds.push_back({task, static_cast<double>(n)});
    covered += n;
  }
  for (TaskKind& k : kinds) k.share /= static_cast<double>(covered);
  return kinds;
}

/// Thousandths of GPU on the node that are free and that the mean task could not use: all of them where it does not fit the node at all,
/// else those on GPUs too full for it.
double fragments(const PackNode& node, const std::vector<TaskKind>& kinds) {
  double free = 0;
  for (const int g : node.gpu_milli) free += g;
  if (free == 0) return 0;
  double sum = 0;
  for (const TaskKind& k : kinds) {
    if (k.task.gpus == 0 || !accepts(node, k.task)) {
      sum += k.share * free;
      continue;
    }
    for (const int g : node.gpu_milli)
      if (g < k.task.milli) sum += k.share * g;
  }
  return sum;
}

struct Choice {
  double worse = std::numeric_limits<double>::infinity();  ///< rise of the node's fragments
  std::vector<std::size_t> gpus;
  std::uint32_t version = 0;           ///< of the node it was found for; 0: none
};

/// The GPU of the node on which the task makes the fewest fragments.
Choice least_fragments(const PackNode& node, const PackTask& task, const std::vector<TaskKind>& kinds, double before) {
  Choice best;
  if (!accepts(node, task)) return best;
  const auto attempt = [&](std::vector<std::size_t> gpus) {
    PackNode after = node;
    take(after, task, gpus);
    if (const double worse = fragments(after, kinds) - before; worse < best.worse) best.worse = worse, best.gpus = std::move(gpus);
  };
  if (task.gpus != 1) {
    attempt(whole_gpus(node, task));
    return best;
  }
  std::vector<int> tried;
  for (std::size_t g = 0; g < node.gpu_milli.size(); ++g) {
    if (node.gpu_milli[g] < task.milli || std::ranges::find(tried, node.gpu_milli[g]) != tried.end()) continue;
    tried.push_back(node.gpu_milli[g]);
    attempt({g});
  }
  return best;
}

}  // namespace

PackResult pack(const PackCluster& cluster, Packing packing, double asked, std::uint64_t seed) {
  std::vector<PackNode> nodes = cluster.nodes;
  const std::vector<TaskKind> kinds = typical_kinds(cluster.tasks);
  double capacity = 0, requested = 0, given = 0, most_cpu = 1;
  std::size_t most_gpus = 1;
  for (const PackNode& node : nodes) {
    capacity += 1000.0 * static_cast<double>(node.gpu_milli.size());
    most_cpu = std::max(most_cpu, static_cast<double>(node.cpu_milli));
    most_gpus = std::max(most_gpus, node.gpu_milli.size());
  }
  // Equal tasks share what was found for them on a node until the node changes.
  std::map<PackTask, std::size_t> classes;
  std::vector<std::size_t> class_of(cluster.tasks.size());
  for (std::size_t t = 0; t < cluster.tasks.size(); ++t) class_of[t] = classes.emplace(cluster.tasks[t], classes.size()).first->second;
  std::vector<std::vector<Choice>> choices(packing == Packing::fgd ? classes.size() : 0);
  std::vector<std::uint32_t> version(nodes.size(), 1);
  std::vector<double> fragments_now;
  if (packing == Packing::fgd)
    for (const PackNode& node : nodes) fragments_now.push_back(fragments(node, kinds));

  PackResult result;
  Random random(seed, 4242);
  std::vector<std::size_t> fitting;
  while (requested < asked * capacity) {
    const std::size_t t = random.below(cluster.tasks.size());
    const PackTask& task = cluster.tasks[t];
    const double size = static_cast<double>(task.gpus) * task.milli;
    requested += size;
    ++result.tasks;
    std::size_t chosen = nodes.size();
    std::vector<std::size_t> gpus;
    if (packing == Packing::fgd) {
      auto& known = choices[class_of[t]];
      if (known.empty()) known.resize(nodes.size());
      double best = std::numeric_limits<double>::infinity();
      for (std::size_t n = 0; n < nodes.size(); ++n) {
        if (known[n].version != version[n]) {
          known[n] = least_fragments(nodes[n], task, kinds, fragments_now[n]);
          known[n].version = version[n];
        }
        if (known[n].worse < best) best = known[n].worse, chosen = n;
      }
      if (chosen < nodes.size()) gpus = known[chosen].gpus;
    } else {
      fitting.clear();
      for (std::size_t n = 0; n < nodes.size() && (packing != Packing::first || fitting.empty()); ++n)
        if (accepts(nodes[n], task)) fitting.push_back(n);
      if (!fitting.empty() && packing == Packing::best_fit) {
        const auto left = [&](std::size_t n) {
          double free = 0;
          for (const int g : nodes[n].gpu_milli) free += g;
          return static_cast<double>(nodes[n].cpu_milli) / most_cpu + free / 1000 / static_cast<double>(most_gpus);
        };
        chosen = *std::ranges::min_element(fitting, {}, left);
      } else if (!fitting.empty()) {
        chosen = fitting[packing == Packing::random ? random.below(fitting.size()) : 0];
      }
      if (chosen < nodes.size()) gpus = packing == Packing::best_fit ? tightest_gpu(nodes[chosen], task) : whole_gpus(nodes[chosen], task);
      if (chosen < nodes.size() && packing == Packing::random && task.gpus == 1) {
        std::vector<std::size_t> open;
        for (std::size_t g = 0; g < nodes[chosen].gpu_milli.size(); ++g)
          if (nodes[chosen].gpu_milli[g] >= task.milli) open.push_back(g);
        gpus = {open[random.below(open.size())]};
      }
    }
    if (chosen == nodes.size()) continue;
    take(nodes[chosen], task, gpus);
    if (++version[chosen]; packing == Packing::fgd) fragments_now[chosen] = fragments(nodes[chosen], kinds);
    given += size;
    ++result.placed;
  }
  double pieces = 0;
  for (const PackNode& node : nodes) pieces += fragments(node, kinds);
  result.allocated = capacity > 0 ? given / capacity : 0;
  result.fragmented = capacity > 0 ? pieces / capacity : 0;
  return result;
}

}  // namespace stargate::operate
