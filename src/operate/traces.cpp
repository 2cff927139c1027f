#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "base/calendar.h"
#include "base/csv.h"
#include "base/text.h"
#include "operate/instant.h"
#include "operate/workload.h"

namespace stargate::operate {

namespace {

/// A record as any of the formats gives it, before it is held against the fleet.
struct Record {
  std::size_t line = 0;
  double submit = 0;                   ///< seconds; unix time where the format has dates
  double run = 0, estimate = -1;
  double gpus = 0;                     ///< GPUs; may be a fraction
  std::string partition{}, tenant{};
};

/// Walks the lines of a text without copying it.
template <class Visit>
void each_line(std::string_view text, Visit&& visit) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    visit(++number, line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

struct Reader {
  std::vector<Record> records;
  std::vector<Finding>* skipped;
  void bad(std::size_t line, std::string what) { skipped->push_back({line, std::move(what)}); }
};

/// Standard Workload Format (Feitelson): 18 numbers a line, ';' before comments. Processors are those requested, or those
/// used where no request is recorded; likewise time.
void read_swf(std::string_view text, Reader& out, std::int64_t& unix_start) {
  each_line(text, [&](std::size_t number, std::string_view line) {
    line = trim(line);
    if (line.empty()) return;
    if (line[0] == ';') {
      if (const std::size_t at = line.find("UnixStartTime:"); at != line.npos)
        if (const auto value = parse_integer(trim(line.substr(at + 14))); value && std::abs(*value) < 100'000'000'000) unix_start = *value;
      return;
    }
    std::array<double, 18> f;
    f.fill(-1);
    std::size_t count = 0;
    while (!line.empty() && count < f.size()) {
      const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
      const auto value = parse_number(line.substr(0, end));
      if (!value) return out.bad(number, "'" + std::string(line.substr(0, end)) + "' is no number (field " + std::to_string(count + 1) + ")");
      f[count++] = *value;
      line = trim(line.substr(end));
    }
    if (count < 5) return out.bad(number, "only " + std::to_string(count) + " of 18 fields");
    for (const double v : f)  // ids and counts are whole numbers, which a double holds up to here
      if (std::abs(v) > 9e15) return out.bad(number, "a number too large to be meant");
    Record r{.line = number, .submit = f[1], .run = f[3], .estimate = f[8], .gpus = f[7] > 0 ? f[7] : f[4]};
    if (f[11] >= 0) r.tenant = "user " + std::to_string(static_cast<long long>(f[11]));
    if (f[15] >= 0) r.partition = std::to_string(static_cast<long long>(f[15]));
    out.records.push_back(std::move(r));
  });
}

/// A row of a plain comma-separated line (the traces quote nothing); cells point into the line.
void split_cells(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  for (;;) {
    const std::size_t end = line.find(',');
    cells.push_back(trim(line.substr(0, end)));
    if (end == line.npos) return;
    line.remove_prefix(end + 1);
  }
}

/// The CSV formats share one walk: `columns` are found in the header by name, and `make` turns cells into a record or
/// says what is wrong with them.
template <class Make>
void read_rows(const std::string& file, std::string_view text, const std::vector<std::string>& columns, Reader& out, Make&& make) {
  std::vector<std::string_view> cells;
  std::vector<std::size_t> at;
  std::size_t width = 0;
  std::vector<std::string_view> wanted(columns.size());
  each_line(text, [&](std::size_t number, std::string_view line) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (trim(line).empty()) return;
    split_cells(line, cells);
    if (at.empty()) {
      width = cells.size();
      for (const std::string& column : columns) {
        const auto found = std::ranges::find(cells, column);
        if (found == cells.end()) throw InputError({file, number, 1}, "no column '" + column + "'", "the header is: " + std::string(line));
        at.push_back(static_cast<std::size_t>(found - cells.begin()));
      }
      return;
    }
    if (cells.size() != width) return out.bad(number, std::to_string(cells.size()) + " cells where the header has " + std::to_string(width));
    for (std::size_t i = 0; i < at.size(); ++i) wanted[i] = cells[at[i]];
    Record record{.line = number};
    if (std::string wrong = make(wanted, record); !wrong.empty()) return out.bad(number, std::move(wrong));
    out.records.push_back(std::move(record));
  });
}

std::string not_number(std::string_view text, const char* what) { return "'" + std::string(text) + "' is no " + what; }

void read_philly(const std::string& file, std::string_view text, Reader& out) {
  read_rows(file, text, {"timestamp", "duration", "num_gpus", "cluster"}, out, [](const auto& cell, Record& r) -> std::string {
    const auto submit = parse_instant(cell[0]);
    const auto run = parse_number(cell[1]), gpus = parse_number(cell[2]);
    if (!submit) return not_number(cell[0], "instant (YYYY-MM-DD HH:MM:SS)");
    if (!run) return not_number(cell[1], "duration");
    if (!gpus) return not_number(cell[2], "number of GPUs");
    r.submit = *submit, r.run = *run, r.gpus = *gpus;
    r.partition = cell[3];
    return {};
  });
}

/// Helios (SenseTime): durations in seconds, virtual cluster and user by name.
void read_helios(const std::string& file, std::string_view text, Reader& out) {
  read_rows(file, text, {"submit_time", "duration", "gpu_num", "vc", "user"}, out, [](const auto& cell, Record& r) -> std::string {
    const auto submit = parse_instant(cell[0]);
    const auto run = parse_number(cell[1]), gpus = parse_number(cell[2]);
    if (!submit) return not_number(cell[0], "instant (YYYY-MM-DD HH:MM:SS)");
    if (!run) return not_number(cell[1], "duration");
    if (!gpus) return not_number(cell[2], "number of GPUs");
    r.submit = *submit, r.run = *run, r.gpus = *gpus;
    r.partition = cell[3], r.tenant = cell[4];
    return {};
  });
}

/// Alibaba 2023 (openb): times are seconds; a pod holds num_gpu accelerators, or gpu_milli thousandths of one.
void read_alibaba(const std::string& file, std::string_view text, Reader& out) {
  read_rows(file, text, {"num_gpu", "gpu_milli", "qos", "creation_time", "deletion_time", "scheduled_time"}, out,
            [](const auto& cell, Record& r) -> std::string {
              const auto gpus = parse_number(cell[0]), milli = parse_number(cell[1]);
              const auto made = parse_number(cell[3]), ended = parse_number(cell[4]);
              if (!gpus) return not_number(cell[0], "number of GPUs");
              if (!milli) return not_number(cell[1], "number of thousandths");
              if (!made) return not_number(cell[3], "creation time");
              if (!ended) return not_number(cell[4], "deletion time");
              const double scheduled = parse_number(cell[5]).value_or(*made);
              r.submit = *made, r.run = *ended - scheduled;
              r.gpus = *gpus == 1 ? *milli / 1000 : *gpus;
              r.tenant = cell[2];
              return {};
            });
}

/// Azure LLM inference: a request holds one GPU for its prefill and its decoding.
void read_azure(const std::string& file, std::string_view text, const TraceOptions& options, Reader& out) {
  read_rows(file, text, {"TIMESTAMP", "ContextTokens", "GeneratedTokens"}, out, [&](const auto& cell, Record& r) -> std::string {
    const auto submit = parse_instant(cell[0]);
    const auto context = parse_number(cell[1]), generated = parse_number(cell[2]);
    if (!submit) return not_number(cell[0], "instant (YYYY-MM-DD HH:MM:SS.fff)");
    if (!context || *context < 0) return not_number(cell[1], "number of tokens");
    if (!generated || *generated < 0) return not_number(cell[2], "number of tokens");
    r.submit = *submit, r.gpus = 1;
    r.run = *context / options.tokens_per_s_prefill + *generated / options.tokens_per_s_decode;
    return {};
  });
}

const std::vector<std::pair<std::string, Format>> formats{
    {"swf", Format::swf}, {"philly", Format::philly}, {"helios", Format::helios}, {"alibaba", Format::alibaba}, {"azure-llm", Format::azure_llm}};

Format find_format(const std::string& file, std::string_view text, const std::string& name) {
  if (!name.empty()) {
    std::vector<std::string> names;
    for (const auto& [n, format] : formats) {
      if (n == name) return format;
      names.push_back(n);
    }
    throw InputError({"--format", 0, 0}, "'" + name + "' is no trace format", name_hint(name, names));
  }
  const std::string_view header = text.substr(0, text.find('\n'));
  const auto has = [&](std::string_view part) { return header.find(part) != header.npos; };
  if (has("num_gpus") && has("cluster")) return Format::philly;
  if (has("gpu_num") && has("submit_time")) return Format::helios;
  if (has("gpu_milli")) return Format::alibaba;
  if (has("ContextTokens")) return Format::azure_llm;
  if (has(",")) throw InputError({file, 1, 1}, "the trace's format is not known from its header", "allowed: swf, philly, helios, alibaba, azure-llm");
  return Format::swf;
}

std::optional<double> span_bound(const std::string& text, bool end, const char* option) {
  if (text.empty() || text == "all") return {};
  if (const auto instant = parse_instant(text)) return *instant + (end && text.size() == 10 ? 86399 : 0);
  throw InputError({option, 0, 0}, "'" + text + "' is no instant", "allowed: YYYY-MM-DD or 'YYYY-MM-DD HH:MM:SS' or all");
}

/// Largest pool of each partition, in slots.
std::vector<std::int64_t> largest_pools(const Fleet& fleet) {
  std::vector<std::int64_t> largest(fleet.partitions.size(), 0);
  for (Id p = 0; p < fleet.pools.size(); ++p) {
    auto& most = largest[fleet.pools[p].partition];
    most = std::max(most, std::int64_t{fleet.pools[p].nodes} * fleet.slots_per_node(p));
  }
  return largest;
}

Id tenant_id(Workload& workload, std::unordered_map<std::string, Id>& known, const std::string& name) {
  const auto [at, added] = known.emplace(name, static_cast<Id>(workload.tenants.size()));
  if (added) workload.tenants.push_back({name.empty() ? "all" : name, 0, 0});
  return at->second;
}

}  // namespace

std::int64_t speed_at(const Job& job, Id width) {
  if (width == job.gpus) return whole;
  const double serial = 1e-4, ratio = static_cast<double>(job.gpus) / width;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(whole / (serial + (1 - serial) * ratio))));
}

Workload read_trace(const std::string& file, std::string_view text, const Fleet& fleet, const TraceOptions& options, TraceReport& report) {
  report = {};
  report.format = find_format(file, text, options.format);
  Workload workload;
  Reader reader{{}, &report.skipped};
  switch (report.format) {
    case Format::swf: read_swf(text, reader, workload.unix_start); break;
    case Format::philly: read_philly(file, text, reader); break;
    case Format::helios: read_helios(file, text, reader); break;
    case Format::alibaba: read_alibaba(file, text, reader); break;
    case Format::azure_llm: read_azure(file, text, options, reader); break;
  }
  report.records = reader.records.size() + report.skipped.size();

  // The Philly study's own window, unless the user names one.
  const bool window = report.format == Format::philly && options.from.empty() && options.until.empty();
  const auto from = span_bound(window ? "2017-10-01" : options.from, false, "--from");
  const auto until = span_bound(window ? "2017-11-30 23:59:00" : options.until, true, "--until");
  const auto largest = largest_pools(fleet);
  const bool one_queue = fleet.partitions.size() == 1;
  std::unordered_map<std::string, Id> partition_of, tenants;
  for (Id i = 0; i < fleet.partitions.size(); ++i) partition_of.emplace(fleet.partitions[i].name, i);
  std::vector<std::pair<double, Job>> jobs;
  double last = -1e300;
  for (const Record& r : reader.records) {
    const auto skip = [&](std::string what) { report.skipped.push_back({r.line, std::move(what)}); };
    if ((from && r.submit < *from) || (until && r.submit > *until)) {
      skip("submitted outside the chosen span");
      continue;
    }
    Job job;
    job.line = static_cast<Id>(r.line);
    if (!one_queue) {
      const auto found = partition_of.find(r.partition);
      if (found == partition_of.end()) {
        skip("partition '" + r.partition + "' is not in the fleet");
        continue;
      }
      job.partition = found->second;
    }
    if (r.submit < 0) {
      skip("negative submit time " + shortest(r.submit));
      continue;
    }
    if (r.run < 0) {
      skip("negative run time " + shortest(r.run));
      continue;
    }
    if (r.gpus <= 0) {
      skip("asks for " + shortest(r.gpus) + " GPUs");
      continue;
    }
    if (r.run > 1e10 || r.estimate > 1e10 || r.submit > 1e11 || r.gpus > 1e9) {
      skip("a number too large to be meant");
      continue;
    }
    const std::int64_t slots = static_cast<std::int64_t>(std::ceil(r.gpus * fleet.slots_per_gpu - 1e-9));
    if (slots > largest[job.partition]) {
      skip("asks for " + shortest(r.gpus) + " GPUs, more than the " + std::to_string(largest[job.partition] / fleet.slots_per_gpu) + " there are together");
      continue;
    }
    if (r.submit < last - 1e-9) {
      if (!options.sort) {
        skip("submitted before the record above it");
        continue;
      }
      if (last - r.submit > 86400 && report.format == Format::swf) report.changed.push_back({r.line, "the clock goes back by more than a day; put in order of time"});
    }
    if (r.submit > last + 30 * 86400 && last > -1e299) report.changed.push_back({r.line, "the clock jumps ahead by more than 30 days"});
    last = std::max(last, r.submit);
    job.gpus = job.min_gpus = job.max_gpus = static_cast<Id>(slots);
    // Philly is cut to whole seconds of at least one, as its referee does; requests take at least a second.
    const bool at_least_one = report.format != Format::swf;
    job.run_s = std::max<std::int64_t>(static_cast<std::int64_t>(r.run), at_least_one ? 1 : 0);
    job.estimate_s = r.estimate > 0 ? static_cast<std::int64_t>(r.estimate) : -1;
    workload.has_estimates |= job.estimate_s > 0;
    job.tenant = tenant_id(workload, tenants, !r.tenant.empty() ? r.tenant : one_queue ? "" : r.partition);
    jobs.emplace_back(r.submit, job);
  }
  std::ranges::sort(report.skipped, {}, &Finding::line);
  if (options.on_bad == OnBad::reject) {
    std::vector<Diagnostic> all;
    for (const Finding& f : report.skipped)
      if (f.what != "submitted outside the chosen span" && !f.what.starts_with("partition '"))
        all.push_back({{file, f.line, 1}, f.what, "use --on-bad skip to leave such records out", false});
    if (!all.empty()) throw InputError(std::move(all));
  }
  if (jobs.empty()) {
    std::vector<Diagnostic> all{{{file, 0, 0}, "no job can be read from the trace", "is the format right? --format names it", false}};
    for (std::size_t i = 0; i < std::min<std::size_t>(report.skipped.size(), 5); ++i)
      all.push_back({{file, report.skipped[i].line, 1}, report.skipped[i].what, "", false});
    throw InputError(std::move(all));
  }
  std::ranges::stable_sort(jobs, {}, [](const auto& j) { return j.first; });
  const double start = std::floor(jobs.front().first);
  if (report.format == Format::philly || report.format == Format::helios || report.format == Format::azure_llm)
    workload.unix_start = static_cast<std::int64_t>(start);
  else workload.unix_start += static_cast<std::int64_t>(start);
  workload.jobs.reserve(jobs.size());
  for (auto& [submit, job] : jobs) {
    job.submit = static_cast<Time>(std::floor(submit - start));
    workload.jobs.push_back(job);
  }
  report.jobs = workload.jobs.size();
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
    if (!n || *n < 0 || *n > 64) diagnostics.error({file, row.line, row.cells[gpus].column}, not_number(row.cells[gpus].text, "number of GPUs"), "allowed: 0 to 64");
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
