#include "operate/trace_formats.h"

#include <array>
#include <cmath>
#include <format>
#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/json_text.h"
#include "base/text.h"
#include "operate/instant.h"

namespace stargate::operate {

namespace {

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

/// A number of SWF: nearly always a short whole one.
std::optional<double> swf_number(std::string_view text) {
  std::size_t i = text[0] == '-';
  if (text.size() - i >= 1 && text.size() - i <= 15) {
    std::int64_t value = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) value = value * 10 + (text[i] - '0');
    if (i == text.size()) return static_cast<double>(text[0] == '-' ? -value : value);
  }
  return parse_number(text);
}

/// Standard Workload Format (Feitelson): 18 numbers a line, ';' before comments. Processors are those requested, or those
/// used where no request is recorded; likewise time.
void read_swf(std::string_view text, const TraceSink& sink, std::int64_t& unix_start) {
  std::array<char, 64> names{};
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
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    for (std::size_t at = 0; at < line.size() && count < f.size();) {
      std::size_t end = at;
      while (end < line.size() && !blank(line[end])) ++end;
      const std::string_view field = line.substr(at, end - at);
      const auto value = swf_number(field);
      if (!value) return sink.left_out(number, "'" + std::string(field) + "' is no number (field " + std::to_string(count + 1) + ")", Left::bad);
      f[count++] = *value;
      for (at = end; at < line.size() && blank(line[at]);) ++at;
    }
    if (count < 5) return sink.left_out(number, "only " + std::to_string(count) + " of 18 fields", Left::bad);
    for (const double v : f)  // ids and counts are whole numbers, which a double holds up to here
      if (std::abs(v) > 9e15) return sink.left_out(number, "a number too large to be meant", Left::bad);
    Record r{.line = number, .submit = f[1], .run = f[3], .estimate = f[8], .gpus = f[7] > 0 ? f[7] : f[4]};
    if (r.run == -1) return sink.left_out(number, "its run time is not known (-1)", f[10] == 5 ? Left::never_ran : Left::bad);
    const auto name = [&](char* to, const char* what, double value) {
      char* const end = std::format_to_n(to, 31, "{}{}", what, static_cast<long long>(value)).out;
      return std::string_view(to, static_cast<std::size_t>(end - to));
    };
    if (f[11] >= 0 && f[11] < 1e15) r.tenant = name(names.data(), "user ", f[11]);
    if (f[15] >= 0 && f[15] < 1e15) r.partition = name(names.data() + 32, "", f[15]);
    sink.record(r);
  });
}

/// A row of a line with plain separators (the traces quote nothing); cells point into the line.
void split_cells(std::string_view line, char separator, std::vector<std::string_view>& cells) {
  cells.clear();
  for (;;) {
    const std::size_t end = line.find(separator);
    cells.push_back(trim(line.substr(0, end)));
    if (end == line.npos) return;
    line.remove_prefix(end + 1);
  }
}

/// Why a row gives no job; nothing if it does.
struct Refusal {
  std::string what{};
  Left left = Left::bad;
};

/// The tables share one walk: `columns` are found in the header by name (those after `needed` may be missing: empty cells), and
/// `make` turns cells into a record or says why not.
template <class Make>
void read_rows(const std::string& file, std::string_view text, char separator, const std::vector<std::string>& columns, std::size_t needed,
               const TraceSink& sink, Make&& make) {
  constexpr std::size_t missing = static_cast<std::size_t>(-1);
  std::vector<std::string_view> cells;
  std::vector<std::size_t> at;
  std::size_t width = 0;
  std::vector<std::string_view> wanted(columns.size());
  each_line(text, [&](std::size_t number, std::string_view line) {
    if (trim(line).empty()) return;
    split_cells(line, separator, cells);
    if (at.empty()) {
      width = cells.size();
      for (const std::string& column : columns) {
        const auto found = std::ranges::find(cells, column);
        if (found == cells.end() && at.size() < needed)
          throw InputError({file, number, 1}, "no column '" + column + "'", "the header is: " + std::string(line.substr(0, 300)));
        at.push_back(found == cells.end() ? missing : static_cast<std::size_t>(found - cells.begin()));
      }
      return;
    }
    if (cells.size() != width)
      return sink.left_out(number, std::to_string(cells.size()) + " cells where the header has " + std::to_string(width), Left::bad);
    for (std::size_t i = 0; i < at.size(); ++i) wanted[i] = at[i] == missing ? std::string_view{} : cells[at[i]];
    Record record{.line = number};
    if (Refusal no = make(wanted, record); !no.what.empty()) return sink.left_out(number, std::move(no.what), no.left);
    sink.record(record);
  });
}

Refusal not_a(std::string_view text, const char* what) { return {"'" + std::string(text.substr(0, 80)) + "' is no " + what}; }
constexpr const char* an_instant = "instant (YYYY-MM-DD HH:MM:SS)";

/// submit, duration and GPUs, which most tables have under their own names.
Refusal basics(std::string_view submit, std::string_view duration, std::string_view gpus, Record& r) {
  const auto at = parse_instant(submit);
  const auto run = parse_number(duration), count = parse_number(gpus);
  if (!at) return not_a(submit, an_instant);
  if (!run) return not_a(duration, "duration");
  if (!count) return not_a(gpus, "number of GPUs");
  r.submit = *at, r.run = *run, r.gpus = *count;
  if (*count == 0) return {"asks for no GPU", Left::no_gpu};
  return {};
}

void read_philly(const std::string& file, std::string_view text, const TraceSink& sink) {
  read_rows(file, text, ',', {"timestamp", "duration", "num_gpus", "cluster"}, 4, sink, [](const auto& cell, Record& r) {
    r.partition = cell[3];
    return basics(cell[0], cell[1], cell[2], r);
  });
}

/// Helios (SenseTime) and Acme (Shanghai AI Laboratory): durations in seconds; Helios has virtual clusters, Acme a type of work.
void read_helios(const std::string& file, std::string_view text, bool acme, const TraceSink& sink) {
  read_rows(file, text, ',', {"submit_time", "duration", "gpu_num", "user", acme ? "type" : "vc", "state", "start_time"}, acme ? 4 : 5, sink,
            [&](const auto& cell, Record& r) {
              r.tenant = cell[3];
              if (!acme) r.partition = cell[4];
              Refusal no = basics(cell[0], cell[1], cell[2], r);
              const bool cancelled = lower(cell[5]).starts_with("cancel");
              if (no.what.empty() && r.run == 0 && cancelled && (cell[6].empty() || !parse_instant(cell[6])))
                return Refusal{"was cancelled before it started", Left::never_ran};
              return no;
            });
}

/// GPUs of a Slurm TRES list: "gres/gpu=8" is all of the job's, with or without "gres/gpu:a100=8" beside it.
std::optional<double> gpus_of_tres(std::string_view tres) {
  std::optional<double> total, typed;
  for (const std::string_view part : split(tres, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos || !part.starts_with("gres/gpu")) continue;
    const auto value = parse_number(part.substr(equals + 1));
    if (!value) continue;
    if (part.substr(0, equals) == "gres/gpu") total = *value;
    else typed = typed.value_or(0) + *value;
  }
  return total ? total : typed;
}

/// Slurm's [D-]HH:MM:SS, MM:SS or plain seconds.
std::optional<double> slurm_duration(std::string_view text) {
  double days = 0, seconds = 0;
  if (const std::size_t dash = text.find('-'); dash != text.npos && dash > 0) {
    const auto d = parse_integer(text.substr(0, dash));
    if (!d) return {};
    days = static_cast<double>(*d);
    text.remove_prefix(dash + 1);
  }
  const auto parts = split(text, ':');
  if (parts.empty() || parts.size() > 3) return {};
  for (const auto part : parts) {
    const auto value = parse_number(part);
    if (!value || *value < 0) return {};
    seconds = seconds * 60 + *value;
  }
  return days * 86400 + seconds;
}

/// `sacct -P` of Slurm: one line a job or step, cells between '|'. Steps are not jobs; times without a zone are taken as UTC.
void read_sacct(const std::string& file, std::string_view text, const TraceSink& sink) {
  enum { id, submit, elapsed_raw, elapsed, tres, req_tres, limit_raw, limit, partition, user, state, start };
  read_rows(file, text, '|',
            {"JobID", "Submit", "ElapsedRaw", "Elapsed", "AllocTRES", "ReqTRES", "TimelimitRaw", "Timelimit", "Partition", "User", "State", "Start"}, 2, sink,
            [&](const auto& cell, Record& r) -> Refusal {
              if (cell[id].find('.') != std::string_view::npos) return {"is a step of a job", Left::outside};
              const auto at = parse_instant(cell[submit]);
              if (!at) return not_a(cell[submit], an_instant);
              auto run = cell[elapsed_raw].empty() ? slurm_duration(cell[elapsed]) : parse_number(cell[elapsed_raw]);
              if (!parse_instant(cell[start]) && !cell[start].empty() && run.value_or(0) == 0)
                return {"had not started when the list was made (" + std::string(cell[state]) + ")", Left::never_ran};
              if (!run) return not_a(cell[elapsed_raw].empty() ? cell[elapsed] : cell[elapsed_raw], "elapsed time");
              auto gpus = gpus_of_tres(cell[tres]);
              if (!gpus) gpus = gpus_of_tres(cell[req_tres]);
              if (!gpus || *gpus == 0) return {"asks for no GPU", Left::no_gpu};
              if (const auto minutes = parse_number(cell[limit_raw])) r.estimate = *minutes * 60;
              else if (const auto seconds = slurm_duration(cell[limit]); seconds && !cell[limit].empty()) r.estimate = *seconds;
              if (cell[state] == "RUNNING") sink.note(r.line, "was still running when the list was made: its time so far counts as its run time");
              r.submit = *at, r.run = *run, r.gpus = *gpus;
              r.partition = cell[partition], r.tenant = cell[user];
              return {};
            });
}

/// Alibaba 2023 (openb): times are seconds; a pod holds num_gpu accelerators, or gpu_milli thousandths of one, of the models
/// that gpu_spec lists.
void read_alibaba(const std::string& file, std::string_view text, const TraceSink& sink) {
  read_rows(file, text, ',', {"num_gpu", "gpu_milli", "qos", "creation_time", "deletion_time", "scheduled_time", "gpu_spec"}, 6, sink,
            [](const auto& cell, Record& r) -> Refusal {
              const auto gpus = parse_number(cell[0]), milli = parse_number(cell[1]);
              const auto made = parse_number(cell[3]), ended = parse_number(cell[4]);
              if (!gpus) return not_a(cell[0], "number of GPUs");
              if (!milli) return not_a(cell[1], "number of thousandths");
              if (!made) return not_a(cell[3], "creation time");
              if (!ended) return not_a(cell[4], "deletion time");
              if (*gpus == 0) return {"asks for no GPU", Left::no_gpu};
              const double scheduled = parse_number(cell[5]).value_or(*made);
              r.submit = *made, r.run = *ended - scheduled;
              r.gpus = *gpus == 1 ? *milli / 1000 : *gpus;
              r.tenant = cell[2], r.models = cell[6];
              return {};
            });
}

/// Azure LLM inference: a request holds one GPU for its prefill and its decoding.
void read_azure(const std::string& file, std::string_view text, const TraceOptions& options, const TraceSink& sink) {
  read_rows(file, text, ',', {"TIMESTAMP", "ContextTokens", "GeneratedTokens"}, 3, sink, [&](const auto& cell, Record& r) -> Refusal {
    const auto submit = parse_instant(cell[0]);
    const auto context = parse_number(cell[1]), generated = parse_number(cell[2]);
    if (!submit) return not_a(cell[0], "instant (YYYY-MM-DD HH:MM:SS.fff)");
    if (!context || *context < 0) return not_a(cell[1], "number of tokens");
    if (!generated || *generated < 0) return not_a(cell[2], "number of tokens");
    r.submit = *submit, r.gpus = 1;
    r.run = *context / options.tokens_per_s_prefill + *generated / options.tokens_per_s_decode;
    return {};
  });
}

/// Philly's own log (cluster_job_log): a list of jobs with their attempts. The work is all attempts' time together, the width
/// that of the last one that says which GPUs it had.
void read_philly_json(const std::string& file, std::string_view text, const TraceSink& sink) {
  using Json = nlohmann::json;
  const Json list = parse_json(file, text);
  if (!list.is_array()) throw InputError({file, 0, 0}, "no list of jobs", "allowed: Philly's cluster_job_log, a list of jobs with attempts");
  std::size_t number = 0;
  for (const Json& job : list) {
    ++number;
    const auto text_of = [](const Json& object, const char* key) -> std::string_view {
      const auto at = object.find(key);
      return at != object.end() && at->is_string() ? std::string_view(at->get_ref<const std::string&>()) : std::string_view{};
    };
    if (!job.is_object() || !job.contains("attempts") || !job["attempts"].is_array()) {
      sink.left_out(number, "is no job with attempts", Left::bad);
      continue;
    }
    Record r{.line = number, .partition = text_of(job, "vc"), .tenant = text_of(job, "user")};
    const auto submit = parse_instant(text_of(job, "submitted_time"));
    if (!submit) {
      sink.left_out(number, not_a(text_of(job, "submitted_time"), "submission time").what, Left::bad);
      continue;
    }
    r.submit = *submit;
    bool ran = false;
    for (const Json& attempt : job["attempts"]) {
      if (!attempt.is_object()) continue;
      const auto start = parse_instant(text_of(attempt, "start_time")), end = parse_instant(text_of(attempt, "end_time"));
      double gpus = 0;
      if (const auto detail = attempt.find("detail"); detail != attempt.end() && detail->is_array())
        for (const Json& server : *detail)
          if (server.is_object() && server.contains("gpus") && server["gpus"].is_array()) gpus += static_cast<double>(server["gpus"].size());
      if (gpus > 0) r.gpus = gpus;
      if (!start || !end) continue;
      r.run += *end - *start;
      ran = true;
    }
    if (!ran) sink.left_out(number, "has no attempt with a start and an end", Left::never_ran);
    else if (r.gpus == 0) sink.left_out(number, "names no GPU", Left::no_gpu);
    else sink.record(r);
  }
}

std::string all_formats() {
  std::string all;
  for (const auto& [name, format] : trace_formats()) all += (all.empty() ? "" : ", ") + name;
  return all;
}

}  // namespace

const std::vector<std::pair<std::string, Format>>& trace_formats() {
  static const std::vector<std::pair<std::string, Format>> all{
      {"swf", Format::swf},     {"philly", Format::philly}, {"philly-json", Format::philly_json}, {"helios", Format::helios},
      {"acme", Format::acme},   {"sacct", Format::sacct},   {"alibaba", Format::alibaba},         {"azure-llm", Format::azure_llm}};
  return all;
}

Format find_format(const std::string& file, std::string_view text, const std::string& name) {
  if (!name.empty()) {
    std::vector<std::string> names;
    for (const auto& [n, format] : trace_formats()) {
      if (n == name) return format;
      names.push_back(n);
    }
    throw InputError({"--format", 0, 0}, "'" + name + "' is no trace format", name_hint(name, names));
  }
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) throw InputError({file, 0, 0}, "the trace is empty", "formats that are read: " + all_formats());
  const std::string_view header = text.substr(begin, text.find('\n', begin) - begin);
  if (header[0] == ';') return Format::swf;
  if (header[0] == '[' || header[0] == '{') {
    if (text.substr(0, 100'000).find("\"attempts\"") != text.npos) return Format::philly_json;
    throw InputError({file, 1, 1}, "this JSON is no trace that is read", "formats that are read: " + all_formats());
  }
  const auto has = [&](std::string_view part) { return header.find(part) != header.npos; };
  if (has("|") && has("JobID")) return Format::sacct;
  if (has("num_gpus") && has("cluster")) return Format::philly;
  if (has("gpu_num") && has("submit_time")) return has("vc") ? Format::helios : Format::acme;
  if (has("gpu_milli")) return Format::alibaba;
  if (has("ContextTokens")) return Format::azure_llm;
  const std::string_view first = header.substr(0, header.find_first_of(" \t\r"));
  if (parse_number(first)) return Format::swf;
  throw InputError({file, 1, 1}, "the trace's format is not known from its first line, '" + std::string(header.substr(0, 80)) + "'",
                   "formats that are read: " + all_formats() + "; --format names one");
}

void read_records(const std::string& file, std::string_view text, Format format, const TraceOptions& options, const TraceSink& sink,
                  std::int64_t& unix_start) {
  switch (format) {
    case Format::swf: return read_swf(text, sink, unix_start);
    case Format::philly: return read_philly(file, text, sink);
    case Format::philly_json: return read_philly_json(file, text, sink);
    case Format::helios: return read_helios(file, text, false, sink);
    case Format::acme: return read_helios(file, text, true, sink);
    case Format::sacct: return read_sacct(file, text, sink);
    case Format::alibaba: return read_alibaba(file, text, sink);
    case Format::azure_llm: return read_azure(file, text, options, sink);
  }
}

}  // namespace stargate::operate
