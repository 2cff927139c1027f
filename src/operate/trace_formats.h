#pragma once
#include <functional>
#include <string>

#include "operate/workload.h"

namespace stargate::operate {

/// A record as any of the formats gives it, before it is held against the fleet. Texts point into the trace.
struct Record {
  std::size_t line = 0;
  double submit = 0;                   ///< seconds; unix time where the format has dates
  double run = 0, estimate = -1;
  double gpus = 0;                     ///< may be a fraction
  std::string_view partition{}, tenant{};
  std::string_view models{};           ///< accelerators it accepts, "A|B"; empty: any
};

/// What a format's reader does with what it finds.
struct TraceSink {
  std::function<void(const Record&)> record;
  std::function<void(std::size_t line, std::string what, Left left)> left_out;
  std::function<void(std::size_t line, std::string what)> note;
};

/// The format's name in words, from the option or from the first lines. InputError lists what is read.
Format find_format(const std::string& file, std::string_view text, const std::string& name);

/// Walks the trace. SWF headers may give `unix_start`. O(size).
void read_records(const std::string& file, std::string_view text, Format format, const TraceOptions& options, const TraceSink& sink,
                  std::int64_t& unix_start);

}  // namespace stargate::operate
