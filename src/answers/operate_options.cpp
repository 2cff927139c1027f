#include "answers/operate_options.h"

#include <cmath>

#include "base/text.h"

namespace stargate {

operate::Request request_of(const FleetOptions& o) {
  operate::Request r;
  r.plan = o.plan, r.programme = o.programme, r.cluster = o.cluster, r.partitions = o.partitions, r.alibaba_nodes = o.alibaba_nodes;
  r.trace = o.trace, r.signals = o.signals, r.targets = o.targets, r.policy = o.policy, r.checkpoint = o.checkpoint;
  r.reading.format = o.format, r.reading.from = o.from, r.reading.until = o.until;
  r.reject_bad = o.on_bad == "reject";
  for (const std::string& list : o.failures)
    for (const auto name : split(list, ',')) r.failures.emplace_back(trim(name));
  const auto whole = [](const std::optional<double>& value, auto& out, const char* option) {
    if (!value) return;
    if (*value != std::floor(*value)) throw InputError({option, 0, 0}, shortest(*value) + " is no whole number");
    out = static_cast<typename std::remove_reference_t<decltype(out)>::value_type>(*value);
  };
  whole(o.nodes, r.nodes, "--nodes");
  whole(o.gpus_per_node, r.gpus_per_node, "--gpus-per-node");
  whole(o.year, r.year, "--year");
  whole(o.spares, r.spares, "--spares");
  r.days = o.days, r.warm_up_days = o.warm_up, r.load = o.load, r.checkpoint_write_s = o.checkpoint_write_s, r.restart_s = o.restart_s;
  r.hot_year = o.hot_year, r.kill_at_estimate = o.kill_at_estimate, r.power = o.power;
  r.seed = static_cast<std::uint64_t>(o.seed);
  return r;
}

}  // namespace stargate
