#include "formats.h"

#include <unistd.h>

#include <filesystem>
#include <format>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "base/archive.h"
#include "base/csv.h"
#include "base/files.h"
#include "base/json_text.h"
#include "base/state_file.h"
#include "blueprint/plan.h"
#include "capital/sam_case.h"
#include "capital/xirr_file.h"
#include "exchange/csv_file.h"
#include "exchange/matpower.h"
#include "exchange/msproject.h"
#include "exchange/read_system.h"
#include "exchange/xer.h"
#include "operate/fleet.h"
#include "operate/setup.h"
#include "operate/signals.h"
#include "operate/workload.h"
#include "programme/load.h"
#include "programme/settings_file.h"
#include "report/workbook_read.h"
#include "training/shape.h"

namespace stargate::fuzz {

namespace {

namespace fs = std::filesystem;

/// Readers that take a name are given a file in memory.
std::string in_file(std::string_view bytes, const std::string& name) {
  static const fs::path folder = [] {
    const auto path = fs::path("/dev/shm") / std::format("stargate-fuzz-{}", ::getpid());
    fs::create_directories(path);
    return path;
  }();
  const auto path = folder / name;
  fs::remove(path);
  const int written = [&] {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (!file) return 1;
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    return std::fclose(file);
  }();
  if (written != 0) throw std::runtime_error("no room in /dev/shm");
  return path.string();
}

operate::Fleet small_fleet() { return operate::uniform_fleet(8, 8); }

void read_trace(std::string_view text, const char* format) {
  operate::TraceOptions options;
  options.format = format;
  operate::TraceReport report;
  operate::read_trace("trace", text, small_fleet(), options, report);
}

const std::map<std::string, std::function<void(std::string_view)>>& readers() {
  static const std::map<std::string, std::function<void(std::string_view)>> all{
      {"csv",
       [](std::string_view text) {
         Diagnostics diagnostics;
         const auto csv = parse_csv("f.csv", text, diagnostics);
         read_table(plan_table<Spending>(), csv, diagnostics);
         read_table(plan_table<RackOrder>(), csv, diagnostics);
       }},
      {"numbers", [](std::string_view text) { exchange::read_csv_numbers(in_file(text, "numbers.csv")); }},
      {"toml",
       [](std::string_view text) {
         Diagnostics diagnostics;
         Programme programme;
         read_settings("programme.toml", text, programme, diagnostics);
       }},
      {"programme",
       [](std::string_view text) {  // "name\n" and its contents in place of that file of the default programme
         static const auto standard = read_programme_files({});
         auto files = standard;
         const auto line = text.substr(0, text.find('\n'));
         files[std::string(line)] = text.substr(std::min(line.size() + 1, text.size()));
         Diagnostics diagnostics;
         parse_programme(files, "fuzzed", diagnostics);
       }},
      {"json", [](std::string_view text) { parse_json("f.json", text); }},
      {"shape", [](std::string_view text) { training::shape_from_hugging_face(text, "config.json"); }},
      {"sam", [](std::string_view text) { capital::SamCase("case.json", std::string(text)); }},
      {"flows", [](std::string_view text) { capital::read_dated_flows("flows.csv", text); }},
      {"netcdf", [](std::string_view bytes) { exchange::read_system(in_file(bytes, "network.nc")); }},
      {"matpower", [](std::string_view text) { exchange::read_matpower(in_file(text, "case.m")); }},
      {"gzip", [](std::string_view bytes) { read_file(in_file(bytes, "file.csv.gz")); }},
      {"workbook",
       [](std::string_view bytes) {
         report::CalculatedWorkbook book(in_file(bytes, "book.xlsx"));
         for (const auto& sheet : book.sheets())
           for (std::size_t row = 0; row < std::min<std::size_t>(book.rows(sheet), 50); ++row)
             for (std::size_t column = 0; column < 12; ++column)
               book.number(sheet, row, column), book.text(sheet, row, column);
       }},
      {"msproject",
       [](std::string_view text) {
         Diagnostics diagnostics;
         exchange::read_msproject("project.xml", text, diagnostics);
       }},
      {"xer",
       [](std::string_view text) {
         Diagnostics diagnostics;
         exchange::network_from_xer(exchange::parse_xer("project.xer", text), diagnostics);
       }},
      {"swf", [](std::string_view text) { read_trace(text, "swf"); }},
      {"philly", [](std::string_view text) { read_trace(text, "philly"); }},
      {"alibaba", [](std::string_view text) { read_trace(text, "alibaba"); }},
      {"cluster", [](std::string_view text) { operate::read_setup("cluster.toml", text); }},
      {"targets", [](std::string_view text) { operate::read_load_targets("targets.json", text, small_fleet(), 0); }},
      {"signals", [](std::string_view text) { operate::read_signals("signals.csv", text, small_fleet(), 0); }},
      {"state",
       [](std::string_view bytes) {
         std::vector<double> values;
         read_state_of(in_file(bytes, "state"), {"fuzz", 1}, "digest", values);
       }},
      {"archive",
       [](std::string_view bytes) {
         std::vector<std::pair<std::string, std::vector<double>>> lists;
         std::map<int, std::set<int>> sets;
         std::vector<bool> flags;
         ArchiveReader reader(bytes, "archive");
         reader(lists, sets, flags);
       }},
  };
  return all;
}

}  // namespace

std::vector<std::string> formats() {
  std::vector<std::string> names;
  for (const auto& [name, reader] : readers()) names.push_back(name);
  return names;
}

void read(const std::string& format, std::string_view bytes) {
  try {
    readers().at(format)(bytes);
  } catch (const InputError&) {
  }
}

}  // namespace stargate::fuzz

#ifdef STARGATE_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const std::string format = std::getenv("STARGATE_FORMAT") ? std::getenv("STARGATE_FORMAT") : "csv";
  stargate::fuzz::read(format, {reinterpret_cast<const char*>(data), size});
  return 0;
}
#endif
