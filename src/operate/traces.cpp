#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/csv.h"
#include "base/text.h"
#include "operate/instant.h"
#include "operate/trace_formats.h"

namespace stargate::operate {

namespace {

/// Names as ids, in order of first use.
class Names {
 public:
  Id id(std::string_view name) {
    if (name == last_ && !ids_.empty()) return last_id_;
    auto at = ids_.find(name);
    if (at == ids_.end()) at = ids_.emplace(std::string(name), static_cast<Id>(ids_.size())).first;
    last_ = at->first;
    return last_id_ = at->second;
  }
  std::size_t size() const { return ids_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, Id, Hash, std::equal_to<>> ids_;
  std::string_view last_{};
  Id last_id_ = 0;
};

/// Pools whose accelerator is one of "A|B". Empty if the fleet names none of them.
std::vector<Id> pools_with(const Fleet& fleet, std::string_view models) {
  std::vector<Id> pools;
  for (Id p = 0; p < fleet.pools.size(); ++p)
    for (const std::string_view model : split(models, '|'))
      if (fleet.types[fleet.pools[p].type].name == model) {
        pools.push_back(p);
        break;
      }
  return pools;
}

std::optional<double> span_bound(const std::string& text, bool end, const char* option) {
  if (text.empty() || text == "all") return {};
  if (const auto instant = parse_instant(text)) return *instant + (end && text.size() == 10 ? 86399 : 0);
  throw InputError({option, 0, 0}, "'" + text + "' is no instant", "allowed: YYYY-MM-DD or 'YYYY-MM-DD HH:MM:SS' or all");
}

}  // namespace

std::int64_t speed_at(const Job& job, Id width) {
  if (width == job.gpus) return whole;
  const double serial = 1e-4, ratio = static_cast<double>(job.gpus) / width;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(whole / (serial + (1 - serial) * ratio))));
}

std::optional<Fleet> fleet_of_header(std::string_view text, int gpus_per_node) {
  std::int64_t nodes = 0, procs = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty() && line.find(';') == line.npos) break;
    for (auto& [key, value] : {std::pair<std::string_view, std::int64_t&>{"MaxNodes:", nodes}, {"MaxProcs:", procs}})
      if (const std::size_t at = line.find(key); at != line.npos) {
        const std::string_view rest = trim(line.substr(at + key.size()));
        if (const auto number = parse_integer(rest.substr(0, rest.find_first_not_of("0123456789")))) value = *number;
      }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (procs <= 0) procs = nodes;
  if (procs <= 0 || procs > 20'000'000) return {};
  if (gpus_per_node > 0) return uniform_fleet(static_cast<Id>(std::max<std::int64_t>(1, procs / gpus_per_node)), gpus_per_node);
  if (nodes > 0 && procs % nodes == 0 && procs / nodes <= 1024) return uniform_fleet(static_cast<Id>(nodes), static_cast<int>(procs / nodes));
  return uniform_fleet(static_cast<Id>(procs), 1);
}

Workload read_trace(const std::string& file, std::string_view text, const Fleet& fleet, const TraceOptions& options, TraceReport& report) {
  report = {};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  report.format = find_format(file, text, options.format);
  Workload workload;
  // The Philly study's own window, unless the user names one.
  const bool window = report.format == Format::philly && options.from.empty() && options.until.empty();
  const auto from = span_bound(window ? "2017-10-01" : options.from, false, "--from");
  const auto until = span_bound(window ? "2017-11-30 23:59:00" : options.until, true, "--until");
  const bool one_queue = fleet.partitions.size() == 1;
  const bool dated = report.format != Format::swf && report.format != Format::alibaba;
  const bool at_least_one = report.format != Format::swf;  // whole seconds of at least one, as Philly's referee has it
  Names partitions, tenants, models;
  for (const Partition& p : fleet.partitions) partitions.id(p.name);
  std::vector<std::vector<Id>> of_models;
  bool models_ignored = false;
  auto& jobs = workload.jobs;
  jobs.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1);
  std::vector<double> exact;           // submissions, once one of them is no whole second
  double last = -1e300;

  TraceSink sink;
  sink.left_out = [&](std::size_t line, std::string what, Left left) {
    ++report.records;
    report.skipped.push_back({line, std::move(what), left});
  };
  sink.note = [&](std::size_t line, std::string what) { report.changed.push_back({line, std::move(what)}); };
  sink.record = [&](const Record& r) {
    const auto skip = [&](std::string what, Left left = Left::bad) { sink.left_out(r.line, std::move(what), left); };
    if ((from && r.submit < *from) || (until && r.submit > *until)) return skip("submitted outside the chosen span", Left::outside);
    Job job;
    job.line = static_cast<Id>(r.line);
    if (!one_queue) {
      job.partition = partitions.id(r.partition);
      if (job.partition >= fleet.partitions.size()) return skip("partition '" + std::string(r.partition) + "' is not in the fleet", Left::outside);
    }
    if (r.submit < 0) return skip("negative submit time " + shortest(r.submit));
    if (r.run < 0) return skip("negative run time " + shortest(r.run));
    if (r.gpus <= 0) return skip("asks for " + shortest(r.gpus) + " GPUs");
    if (r.run > 1e10 || r.estimate > 1e10 || r.submit > 1e11 || r.gpus > 1e7) return skip("a number too large to be meant");
    const std::int64_t slots = static_cast<std::int64_t>(std::ceil(r.gpus * fleet.slots_per_gpu - 1e-9));
    if (r.submit < last - 1e-9) {
      if (!options.sort) return skip("submitted before the record above it");
      if (last - r.submit > 86400 && report.format == Format::swf) sink.note(r.line, "the clock goes back by more than a day; put in order of time");
    }
    if (r.submit > last + 30 * 86400 && last > -1e299) sink.note(r.line, "the clock jumps ahead by more than 30 days");
    last = std::max(last, r.submit);
    job.gpus = job.min_gpus = job.max_gpus = static_cast<Id>(slots);
    job.run_s = std::max<std::int64_t>(static_cast<std::int64_t>(r.run), at_least_one ? 1 : 0);
    job.estimate_s = r.estimate > 0 && r.estimate <= 1e10 ? static_cast<std::int64_t>(r.estimate) : -1;
    workload.has_estimates |= job.estimate_s > 0;
    const std::string_view tenant = !r.tenant.empty() ? r.tenant : one_queue ? "all" : r.partition;
    job.tenant = tenants.id(tenant);
    if (job.tenant == workload.tenants.size()) workload.tenants.push_back({.name = std::string(tenant)});
    if (!r.models.empty()) {
      const Id m = models.id(r.models);
      if (m == of_models.size()) of_models.push_back(pools_with(fleet, r.models));
      models_ignored |= of_models[m].empty();
      if (m < 65'000 && !of_models[m].empty()) job.pools = static_cast<std::uint16_t>(m + 1);
    }
    if (exact.empty() && r.submit != std::floor(r.submit))
      for (const Job& j : jobs) exact.push_back(static_cast<double>(j.submit));
    if (!exact.empty() || r.submit != std::floor(r.submit)) exact.push_back(r.submit);
    job.submit = static_cast<Time>(std::floor(r.submit));
    jobs.push_back(job);
    ++report.records;
  };
  read_records(file, text, report.format, options, sink, workload.unix_start);
  workload.pool_lists = std::move(of_models);
  if (models_ignored) report.changed.push_back({0, "gpu_spec names accelerators that the fleet does not have by name; such jobs may run anywhere"});

  std::ranges::stable_sort(report.skipped, {}, &Finding::line);
  if (options.on_bad == OnBad::reject) {
    std::vector<Diagnostic> all;
    for (const Finding& f : report.skipped)
      if (f.left == Left::bad) all.push_back({{file, f.line, 1}, f.what, "use --on-bad skip to leave such records out", false});
    if (!all.empty()) throw InputError(std::move(all));
  }
  if (jobs.empty()) {
    std::vector<Diagnostic> all{{{file, 0, 0}, "no job can be read from the trace", "is the format right? --format names it", false}};
    for (std::size_t i = 0; i < std::min<std::size_t>(report.skipped.size(), 5); ++i)
      all.push_back({{file, report.skipped[i].line, 1}, report.skipped[i].what, "", false});
    throw InputError(std::move(all));
  }
  if (exact.size() == jobs.size()) {
    if (!std::ranges::is_sorted(exact)) {
      std::vector<std::uint32_t> order(jobs.size());
      for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
      std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return exact[i]; });
      std::vector<Job> sorted;
      sorted.reserve(jobs.size());
      for (const std::uint32_t i : order) sorted.push_back(jobs[i]);
      jobs = std::move(sorted);
    }
  } else if (!std::ranges::is_sorted(jobs, {}, &Job::submit)) {
    std::ranges::stable_sort(jobs, {}, &Job::submit);
  }
  const Time start = jobs.front().submit;
  workload.unix_start = (dated ? 0 : workload.unix_start) + start;
  for (Job& job : jobs) job.submit -= start;
  report.jobs = jobs.size();
  return workload;
}

Fleet read_alibaba_nodes(const std::string& file, std::string_view text) {
  Diagnostics diagnostics;
  const Csv csv = parse_csv(file, text, diagnostics);
  const std::size_t gpus = csv.column("gpu"), model = csv.column("model");
  if (gpus == Csv::npos || model == Csv::npos) diagnostics.error({file, 1, 1}, "no columns 'gpu' and 'model'");
  diagnostics.throw_if_errors();
  std::map<std::pair<std::string, std::int64_t>, Id> counts;
  for (const CsvRow& row : csv.rows) {
    const auto n = parse_integer(row.cells[gpus].text);
    if (!n || *n < 0 || *n > 64) diagnostics.error({file, row.line, row.cells[gpus].column}, "'" + row.cells[gpus].text + "' is no number of GPUs", "allowed: 0 to 64");
    else if (*n > 0) ++counts[{row.cells[model].text, *n}];
  }
  diagnostics.throw_if_errors();
  Fleet fleet = small_fleet({}, {.name = "node"});
  fleet.types.clear();
  fleet.slots_per_gpu = 100;
  fleet.partitions = {{"all"}};
  for (const auto& [kind, nodes] : counts) {
    fleet.types.push_back({.name = kind.first, .gpus = static_cast<int>(kind.second)});
    add_pool(fleet, {.name = kind.first + " x" + std::to_string(kind.second), .type = static_cast<Id>(fleet.types.size() - 1), .nodes = nodes}, 0);
  }
  if (fleet.pools.empty()) throw InputError({file, 0, 0}, "no node with a GPU");
  return fleet;
}

}  // namespace stargate::operate
