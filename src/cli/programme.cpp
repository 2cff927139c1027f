// stargate init, schema: the programme folder itself.
#include <print>

#include "answers/commands.h"
#include "base/files.h"
#include "cli/commands.h"
#include "programme/load.h"
#include "programme/schema.h"

namespace stargate::cli {

void add_init(CLI::App& app) {
  auto* command = app.add_subcommand("init", "Write the default programme into a folder, to edit");
  auto folder = std::make_shared<std::string>();
  auto kind = std::make_shared<std::string>("today");
  command->add_option("dir", *folder, "folder to write; must be empty or not there yet")->required();
  command
      ->add_option("--template", *kind,
                   "today: with what has happened; announcement: as it was announced, every decision free from its start")
      ->default_val("today")
      ->check(CLI::IsMember({"today", "announcement"}));
  command->callback([folder, kind] {
    const std::filesystem::path path = *folder;
    if (std::filesystem::exists(path) && !(std::filesystem::is_directory(path) && std::filesystem::is_empty(path)))
      throw InputError({path.string(), 0, 0}, "something is there already",
                       "name a folder that is empty or not there yet");
    const auto files = *kind == "announcement" ? announcement_files() : read_programme_files({});
    write_new_folder(path, {files.begin(), files.end()});
    std::println("{} files written to {}\nEdit them, then: stargate check {} && stargate plan {} -o out/plan",
                 files.size(), path.string(), path.string(), path.string());
  });
}

void add_schema(CLI::App& app) {
  auto* command = app.add_subcommand("schema", "Print the JSON Schema of a programme folder, or of every answer");
  struct Options {
    bool markdown = false, answers = false;
  };
  auto o = std::make_shared<Options>();
  command->add_flag("--markdown", o->markdown, "the reference page instead");
  command->add_flag("--answers", o->answers, "of the commands' answers, by command");
  command->callback([o] {
    if (o->answers && o->markdown)
      std::print("{}", answers_reference());
    else if (o->answers) {
      nlohmann::json all = nlohmann::json::object();
      for (const auto& c : commands()) all[c.name] = answer_schema(c);
      std::println("{}", all.dump(2));
    } else if (o->markdown)
      std::print("{}", programme_reference());
    else
      std::println("{}", programme_schema().dump(2));
  });
}

}  // namespace stargate::cli
