// stargate: plans, finances, powers and operates an AI-infrastructure programme.
#include <print>
#include <sstream>

#include "answers/commands.h"
#include "base/diagnostics.h"
#include "base/streams.h"
#include "cli/bind.h"
#include "cli/commands.h"

namespace stargate::cli {

namespace {
struct Finished {
  Exit code;
};
}  // namespace

void finish(Exit code) { throw Finished{code}; }

namespace {
int run(int argc, char** argv) {
  CLI::App app{"Stargate plans, finances, powers and operates an AI-infrastructure programme.", "stargate"};
  app.set_version_flag("--version", STARGATE_VERSION);
  app.require_subcommand(1);
  for (const auto add :
       {add_plan, add_check, add_report, add_power, add_chips, add_operate, add_finance, add_impact, add_train,
        add_init, add_schema, add_studio})
    add(app);
  for (const auto& command : commands()) bind(app, command);
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    return std::format("error: {}\nRun '{} --help' for what is allowed.\n", error.what(), failed->get_name());
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream help, failure;  // printed here, where what cannot be printed is noticed
    const int code = app.exit(error, help, failure);
    std::print("{}", help.str());
    std::print(stderr, "{}", failure.str());
    return code == 0 ? 0 : static_cast<int>(Exit::bad_input);
  }
  return 0;
}
}  // namespace
}  // namespace stargate::cli

static int guarded_main(int argc, char** argv) {
  using namespace stargate;
  try {
    return cli::run(argc, argv);
  } catch (const cli::Finished& finished) {
    return static_cast<int>(finished.code);
  } catch (const InputError& error) {
    constexpr std::size_t shown = 200;  // what a person can work through before the next try
    const auto& all = error.diagnostics();
    for (std::size_t i = 0; i < std::min(shown, all.size()); ++i) std::println(stderr, "{}", to_string(all[i]));
    if (all.size() > shown) std::println(stderr, "and {} more", all.size() - shown);
    return static_cast<int>(Exit::bad_input);
  } catch (const std::exception& error) {
    std::println(stderr, "error: {}", error.what());
    return static_cast<int>(Exit::failed);
  }
}

int main(int argc, char** argv) {
  stargate::guard_streams();
  stargate::catch_interrupts();
  return stargate::flush_streams(guarded_main(argc, argv));
}
