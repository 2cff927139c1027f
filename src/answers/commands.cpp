#include "answers/commands.h"

#include <algorithm>

namespace stargate {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> list;
    for (auto&& part :
         {site_commands(), compare_commands(), identity_commands(), schedule_commands(), grid_commands()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(commands(), name, &Command::name);
  return found == commands().end() ? nullptr : &*found;
}

std::string answers_reference() {
  std::string out =
      "# Reference: commands and their answers\n\nMade by `stargate schema --answers --markdown`. Every command takes "
      "`--json` (the tables as JSON), `-o FOLDER` (a CSV file a table and answer.json), `--threads N` and `--quiet`.\n";
  for (const auto& c : commands()) out += answer_reference(c);
  return out;
}

}  // namespace stargate
