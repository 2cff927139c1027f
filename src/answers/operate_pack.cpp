// stargate operate pack: how much of a cluster with shared accelerators can be given away, by where tasks are put.
#include <algorithm>
#include <atomic>
#include <format>

#include "answers/operate_commands.h"
#include "base/files.h"
#include "base/text.h"
#include "operate/pack.h"

namespace stargate {

namespace {

struct PackOptions : Row {
  std::string nodes, pods;
  double asked = 1.3;
  std::int64_t seed = 1, seeds = 5;
};
const Table<PackOptions>& options() {
  using O = PackOptions;
  static const Table<O> t{"operate pack", "How much of a cluster with shared accelerators can be given away, by where tasks are put.",
                          {field("nodes", &O::nodes, "node list of the Alibaba 2023 trace (openb)").as_argument(), field("pods", &O::pods, "its list of pods").as_argument(),
                           field("asked", &O::asked, "GPUs that tasks ask for over those there are; tasks are drawn from the list").optional().range(0.01, 10),
                           field("seed", &O::seed, "first seed").optional().range(0, 1e15), field("seeds", &O::seeds, "draws").optional().range(1, 1000)}};
  return t;
}

struct PackRow : Row {
  std::string placement;
  double allocated = 0, low = 0, high = 0, fragmented = 0, placed = 0;
};
const Table<PackRow> packed{"placements",
                            "Each way of placing tasks: means over the draws.",
                            {field("placement", &PackRow::placement, "random, first, best-fit (least left), fgd (fragmentation gradient descent)"),
                             field("allocated", &PackRow::allocated, "share of the GPUs that is given away").in_percent().with_digits(2),
                             field("low", &PackRow::low, "95 % interval of the mean").in_percent().with_digits(2),
                             field("high", &PackRow::high, "and its upper end").in_percent().with_digits(2),
                             field("fragmented", &PackRow::fragmented, "share that is free and that the mean task could not use").in_percent().with_digits(2),
                             field("placed", &PackRow::placed, "share of the tasks that found a place").in_percent().with_digits(2)}};

Answer pack_tasks(const PackOptions& o, Run& run) {
  run.progress.stage("operate pack: reading");
  const auto cluster = operate::read_pack(o.nodes, read_file(o.nodes), o.pods, read_file(o.pods));
  run.progress.stage("operate pack");
  const auto& names = operate::packing_names();
  const auto seeds = static_cast<std::size_t>(o.seeds);
  std::vector<std::vector<operate::PackResult>> results(names.size(), std::vector<operate::PackResult>(seeds));
  std::atomic<bool> stopped{false};
  parallel_for(names.size() * seeds, run.threads, [&](std::size_t i) {
    if (stopped || (stopped = run.stopped())) return;
    results[i / seeds][i % seeds] = operate::pack(cluster, static_cast<operate::Packing>(i / seeds), o.asked, static_cast<std::uint64_t>(o.seed) + i % seeds);
  });
  Answer answer;
  if (stopped) {
    answer.termination.ending = Ending::interrupted;
    answer.termination.has_answer = false;
    return answer;
  }
  std::vector<PackRow> rows;
  for (std::size_t p = 0; p < names.size(); ++p) {
    std::vector<double> allocated;
    PackRow row{{}, names[p]};
    for (const auto& r : results[p]) {
      allocated.push_back(r.allocated);
      row.fragmented += r.fragmented / static_cast<double>(seeds);
      row.placed += static_cast<double>(r.placed) / static_cast<double>(r.tasks) / static_cast<double>(seeds);
    }
    const operate::Band band = operate::confidence_band(allocated);
    row.allocated = band.mean, row.low = band.low, row.high = band.high;
    rows.push_back(row);
  }
  answer.heading = std::format("{} nodes, tasks drawn from {} pods until they ask for {} times the GPUs there are", cluster.nodes.size(), cluster.tasks.size(), shortest(o.asked));
  answer.add(packed, rows);
  const auto best = std::ranges::max_element(rows, {}, &PackRow::allocated);
  answer.sentences.push_back(std::format("{} gives away most: {:.2f} % of the GPUs.", best->placement, 100 * best->allocated));
  return answer;
}

}  // namespace

Command pack_command() {
  return command(options(), {{"stargate operate pack openb_node_list_gpu_node.csv openb_pod_list_default.csv", "the published comparison"}}, {table_spec(packed)}, pack_tasks);
}

}  // namespace stargate
