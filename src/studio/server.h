#pragma once
#include <filesystem>
#include <functional>
#include <string>

namespace stargate::studio {

struct ServerOptions {
  std::filesystem::path workspace = "out/studio";
  std::string programme;            ///< folder of the first scenario; empty: the embedded default
  std::string host = "127.0.0.1";
  int port = 0;                     ///< 0: any that is free
  std::string token;                ///< required where host is no loopback address; then asked for everywhere
  unsigned threads = 2;
};

/// Serves the page and its requests until `stop` says so. `ready(address)` is called once it listens. InputError for an
/// address that is not loopback without a token; std::runtime_error where it cannot listen.
///
/// What a request may be: at most 8 MiB, 20 s to arrive, a Host that names this machine as it was opened, and for
/// everything that changes something the header "X-Stargate: 1", which no form of another page can send.
void serve(const ServerOptions& options, const std::function<void(const std::string&)>& ready,
           const std::function<bool()>& stop);

}  // namespace stargate::studio
