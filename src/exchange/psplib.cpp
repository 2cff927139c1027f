#include "exchange/psplib.h"

#include <format>

#include "base/diagnostics.h"
#include "base/text.h"

namespace stargate::exchange {

using construction::Activity;
using construction::minutes_a_day;

namespace {

/// Lines of numbers under headings in capital letters.
class Reader {
 public:
  Reader(const std::string& file, std::string_view text) : file_(file), lines_(split(text, '\n')) {}

  construction::Network read() {
    network_.id = network_.name = file_.substr(file_.find_last_of('/') + 1);
    network_.start = construction::midnight_of(std::chrono::sys_days{std::chrono::year{2000} / 1 / 1});
    network_.rules.front().start = network_.start;
    read_precedence();
    read_requests();
    read_availabilities();
    return std::move(network_);
  }

 private:
  [[noreturn]] void fail(std::size_t line, std::string message) const {
    throw InputError({file_, line + 1, 0}, std::move(message), "a single-mode instance of PSPLIB");
  }

  std::size_t section(std::string_view heading) const {
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (lines_[i].starts_with(heading)) return i + 1;
    throw InputError({file_, 0, 0}, std::format("there is no section '{}'", heading),
                     "a single-mode instance of PSPLIB");
  }

  /// The whole numbers of a line; empty if anything else stands there.
  std::vector<std::int64_t> numbers(std::size_t line) const {
    std::vector<std::int64_t> list;
    std::string word;
    for (const char c : std::string(lines_[line]) + " ") {
      if (c != ' ' && c != '\t' && c != '\r') {
        word += c;
      } else if (!word.empty()) {
        const auto value = parse_integer(word);
        if (!value) return {};
        list.push_back(*value);
        word.clear();
      }
    }
    return list;
  }

  /// Calls take(line, numbers) for the lines of numbers behind a heading, up to the next row of stars.
  template <class Take>
  void each(std::string_view heading, Take&& take) {
    for (std::size_t line = section(heading); line < lines_.size() && !lines_[line].starts_with("***"); ++line)
      if (const auto values = numbers(line); !values.empty()) take(line, values);
  }

  void read_precedence() {
    std::vector<std::pair<std::size_t, std::vector<std::int64_t>>> successors;
    each("PRECEDENCE RELATIONS", [&](std::size_t line, const std::vector<std::int64_t>& v) {
      if (v.size() < 3 || v.size() != static_cast<std::size_t>(v[2]) + 3)
        fail(line, "a job and its successors were expected");
      if (v[0] != static_cast<std::int64_t>(network_.activities.size()) + 1)
        fail(line, std::format("job {} out of order", v[0]));
      if (v[1] != 1) fail(line, std::format("job {} has {} modes", v[0], v[1]));
      Activity a;
      a.id = std::to_string(v[0]);
      network_.add(std::move(a), {.name = std::format("job {}", v[0])});
      successors.push_back({line, {v.begin() + 3, v.end()}});
    });
    for (std::size_t i = 0; i < successors.size(); ++i)
      for (const auto s : successors[i].second) {
        if (s < 1 || s > static_cast<std::int64_t>(network_.activities.size()))
          fail(successors[i].first, std::format("there is no job {}", s));
        network_.activities[static_cast<std::size_t>(s) - 1].predecessors.push_back({i});
      }
  }

  void read_requests() {
    std::size_t next = 0;
    each("REQUESTS/DURATIONS", [&](std::size_t line, const std::vector<std::int64_t>& v) {
      if (v.size() < 3 || next >= network_.activities.size() || v[0] != static_cast<std::int64_t>(next) + 1)
        fail(line, "a job, its mode, duration and requests were expected");
      if (v[2] < 0) fail(line, std::format("job {} lasts {}", v[0], v[2]));
      network_.activities[next].duration = v[2] * minutes_a_day;
      for (std::size_t r = 3; r < v.size(); ++r)
        if (v[r] > 0) network_.tasks[next].uses.push_back({r - 3, static_cast<double>(v[r])});
      ++next;
    });
    if (next != network_.activities.size()) fail(section("REQUESTS/DURATIONS"), "not every job has a duration");
  }

  void read_availabilities() {
    each("RESOURCEAVAILABILITIES", [&](std::size_t, const std::vector<std::int64_t>& v) {
      for (std::size_t r = 0; r < v.size(); ++r)
        network_.resources.push_back({std::format("R{}", r + 1), {{network_.start, static_cast<double>(v[r])}}});
    });
    for (const auto& task : network_.tasks)
      for (const auto& use : task.uses)
        if (use.resource >= network_.resources.size())
          fail(section("RESOURCEAVAILABILITIES"), std::format("resource {} has no availability", use.resource + 1));
  }

  const std::string& file_;
  std::vector<std::string_view> lines_;
  construction::Network network_;
};

}  // namespace

construction::Network read_psplib(const std::string& file, std::string_view text) { return Reader(file, text).read(); }

}  // namespace stargate::exchange
