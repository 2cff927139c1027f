#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/answer.h"
#include "base/run.h"

namespace stargate {

// A command is a pure function: options and a Run in, an Answer out. Its options are told once as a Table<Options>;
// from that come the command line, the help, the docs, the studio's forms and Python's arguments.

/// What a caller gives: values by the option's name ("gap", "most-tp"), as text; several where it is repeated.
using Arguments = std::map<std::string, std::vector<std::string>, std::less<>>;

struct OptionSpec : FieldSpec {
  FieldKind kind;
  std::string standard;  ///< what holds where nothing is said
  bool repeats = false;
  bool is_flag() const { return kind.name == "true or false"; }
};

struct Example {
  std::string line, says;
};

struct Command {
  std::string name;  ///< "power solve"
  std::string about;
  std::vector<Example> examples;
  std::vector<OptionSpec> options;
  std::vector<TableSpec> tables;  ///< that its answer may hold
  /// InputError for arguments that are not right, all of them in one go.
  std::function<Answer(const Arguments&, Run&)> answer;

  /// It writes where "out" says by itself; other commands' tables are written there by who calls.
  bool writes_by_itself() const;
};

/// "most_tp" -> "most-tp", or the name that the field gives itself.
std::string option_name(const FieldSpec& field);

/// Names that no option has, and required ones that are missing. `shown_as` is the command's name.
void check_arguments(const std::vector<OptionSpec>& options, const Arguments& arguments, const std::string& shown_as,
                     Diagnostics& diagnostics);

/// std::logic_error if the answer holds a table or column that the command does not declare.
void check_declared(const Answer& answer, const std::vector<TableSpec>& tables);

template <class Options>
std::vector<OptionSpec> option_specs(const Table<Options>& table) {
  std::vector<OptionSpec> specs;
  const Options standard{};
  for (const auto& f : table.fields) {
    OptionSpec spec{f, kind_of<Options>(f.member), {}, false};
    std::visit(
        [&]<class T>(T Options::*member) {
          spec.repeats = std::same_as<T, std::vector<std::string>>;
          if constexpr (!std::same_as<T, Quarter> && !std::same_as<T, Date>)
            spec.standard = cell_text(standard.*member);
        },
        f.member);
    specs.push_back(std::move(spec));
  }
  return specs;
}

/// The arguments as a value; InputError with everything wrong.
template <class Options>
Options read_arguments(const Table<Options>& table, const Arguments& arguments) {
  Diagnostics diagnostics;
  check_arguments(option_specs(table), arguments, table.name, diagnostics);
  Options options{};
  for (const auto& f : table.fields) {
    const auto given = arguments.find(option_name(f));
    if (given == arguments.end() || given->second.empty()) continue;
    const Place place{(f.positional ? "" : "--") + option_name(f), 0, 0};
    std::visit(
        [&]<class T>(T Options::*member) {
          if constexpr (std::same_as<T, std::vector<std::string>>) {
            for (const auto& text : given->second) {
              std::string one;
              if (read_cell(f, text, place, diagnostics, one)) (options.*member).push_back(one);
            }
          } else if (given->second.size() > 1) {
            diagnostics.error(place, "it is given more than once", "one value is taken");
          } else {
            read_cell(f, given->second.front(), place, diagnostics, options.*member);
          }
        },
        f.member);
  }
  diagnostics.throw_if_errors();
  return options;
}

/// `options.name` is the command's name and `options.about` what it answers.
template <class Options>
Command command(const Table<Options>& options, std::vector<Example> examples, std::vector<TableSpec> tables,
                Answer (*function)(const Options&, Run&)) {
  return {options.name, options.about, std::move(examples), option_specs(options), tables,
          [&options, tables, function](const Arguments& arguments, Run& run) {
            auto answer = function(read_arguments(options, arguments), run);
            check_declared(answer, tables);
            return answer;
          }};
}

/// JSON Schema of what the command's --json prints.
nlohmann::json answer_schema(const Command& command);
/// A section of docs/answers.md.
std::string answer_reference(const Command& command);
/// The help of one command for a terminal.
std::string help_text(const Command& command);

}  // namespace stargate
