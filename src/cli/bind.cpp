#include "cli/bind.h"

#include <format>
#include <memory>
#include <print>

#include "base/results.h"
#include "base/text.h"
#include "cli/commands.h"

namespace stargate::cli {

namespace {

struct Given {
  Arguments values;
  std::map<std::string, bool> flags;
  std::string out;
  unsigned threads = default_threads();
  bool json = false, quiet = false;
};

/// The group of a command of several words, made when its first command comes.
CLI::App& group_of(CLI::App& app, const std::string& name, std::string& last) {
  CLI::App* at = &app;
  const auto words = split(name, ' ');
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string word(words[i]);
    const auto groups = at->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
    at = groups.empty() ? at->add_subcommand(word)->require_subcommand(1) : groups.front();
  }
  last = words.back();
  return *at;
}

void add_option(CLI::App& sub, const OptionSpec& o, Given& given) {
  const auto name = option_name(o);
  const auto spelled = o.positional ? name : (o.letter ? std::format("-{},", o.letter) : "") + "--" + name;
  if (o.is_flag())
    sub.add_flag(spelled, given.flags[name], o.about);
  else
    {
    // Every value is kept, so that one given twice is told instead of forgotten; a place takes one, a list what is left.
    auto* option = sub.add_option(spelled, given.values[name], o.about)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    option->type_size(1)->expected(1, o.repeats || !o.positional ? 1 << 20 : 1);
    if (!o.positional) option->allow_extra_args(false);
  }
}

void answer(const Command& command, Given& given) {
  Arguments arguments;
  for (auto& [name, values] : given.values)
    if (!values.empty()) arguments[name] = values;
  for (const auto& [name, on] : given.flags)
    if (on) arguments[name] = {"true"};
  std::unique_ptr<ResultFolder> results;  // what cannot be written is told before the work
  if (!given.out.empty()) results = std::make_unique<ResultFolder>(given.out, Maker{command.name});
  Progress progress(given.quiet || given.json);
  Run run{progress, interrupted, given.threads};
  const auto answer = command.answer(arguments, run);
  if (results) {
    for (const auto& [name, bytes] : answer_files(answer)) results->put(name, bytes);
    results->commit();
  }
  if (given.json)
    std::println("{}", to_json(answer).dump(2));
  else
    std::print("{}", text(answer));
  if (const auto code = answer.termination.exit_code(); code != Exit::done) finish(code);
}

/// The help comes from the command's own table.
struct Help : CLI::Formatter {
  explicit Help(std::string t) : text(std::move(t)) {}
  std::string make_help(const CLI::App*, std::string, CLI::AppFormatMode) const override { return text; }
  std::string text;
};

}  // namespace

void bind(CLI::App& app, const Command& command) {
  std::string word;
  auto& group = group_of(app, command.name, word);
  auto* sub = group.add_subcommand(word, command.about);
  const auto given = std::make_shared<Given>();
  for (const auto& o : command.options) add_option(*sub, o, *given);
  sub->add_flag("--json", given->json);
  if (!command.writes_by_itself()) sub->add_option("-o,--out,--output", given->out);
  sub->add_option("--threads", given->threads)->check(CLI::Range(1, 4096));
  sub->add_flag("-q,--quiet", given->quiet);
  sub->formatter(std::make_shared<Help>(
      help_text(command) + std::format("\nalso: --json{}, --threads N, -q,--quiet\n",
                                       command.writes_by_itself() ? "" : ", -o,--out FOLDER (CSV tables and answer.json)")));
  sub->callback([&command, given] { answer(command, *given); });
}

}  // namespace stargate::cli
