// stargate studio [DIR]: the programme in a browser.
#include <cstdlib>
#include <print>

#include "base/workers.h"
#include "cli/commands.h"
#include "studio/server.h"

namespace stargate::cli {

void add_studio(CLI::App& app) {
  auto* command = app.add_subcommand("studio", "Open the programme in a browser: edit, ask again, compare");
  auto o = std::make_shared<studio::ServerOptions>();
  auto open = std::make_shared<bool>(false);
  o->threads = default_threads();
  command->add_option("dir", o->programme, "programme folder of the first scenario (default: the embedded programme)");
  command->add_option("--workspace", o->workspace, "folder that keeps scenarios, runs and plans")->capture_default_str();
  command->add_option("--port", o->port, "port (default: any that is free)")->check(CLI::Range(0, 65535));
  command->add_option("--host", o->host, "address to listen on; any but loopback needs --token")->capture_default_str();
  command->add_option("--token", o->token, "secret that every request must carry");
  command->add_option("--threads", o->threads, "threads of a run")->check(CLI::Range(1, 256));
  command->add_flag("--open", *open, "open the browser");
  command->callback([o, open] {
    studio::serve(
        *o,
        [&](const std::string& address) {
          const auto page = o->token.empty() ? address : address + "?token=" + o->token;
          std::println("Studio: {}\nCtrl-C ends it; scenarios and answers stay in {}.", page, o->workspace.string());
          std::fflush(stdout);
          // The address holds nothing that a shell would read: a number and, at most, the user's own token.
          if (*open && o->token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos &&
              std::system(("xdg-open '" + page + "' >/dev/null 2>&1 &").c_str()) != 0)
            std::println(stderr, "no browser could be opened; the address stands above");
        },
        interrupted);
  });
}

}  // namespace stargate::cli
