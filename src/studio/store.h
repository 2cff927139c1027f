#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "programme/load.h"

namespace stargate::studio {

/// A programme as the studio keeps it: its files at its newest revision.
struct Scenario {
  std::int64_t id = 0, parent = 0, revision = 0;  ///< parent 0: a root
  std::string name;
  bool can_undo = false;
};

enum class RunState { queued, running, done, failed, cancelled };
std::string_view to_string(RunState state);

struct RunRecord {
  std::int64_t id = 0, scenario = 0, revision = 0;
  std::string command, arguments;  ///< arguments as JSON
  RunState state = RunState::queued;
  int exit_code = 0;
  std::string answer, text, error;  ///< answer as JSON
  std::string folder;               ///< of a plan, inside the workspace; or empty
};

/// The workspace: one SQLite file in WAL mode and a folder of plans. Every call is one transaction, so a process killed
/// at any moment loses at most the change in hand. Files are kept once each by their SHA-256. Safe from several threads
/// (calls take turns) and several processes (SQLite's locks). std::runtime_error where the file cannot be used.
class Store {
 public:
  explicit Store(const std::filesystem::path& folder);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  /// A new root (parent 0) or a copy of the parent's newest files where `files` is empty.
  std::int64_t add_scenario(const std::string& name, std::int64_t parent, const ProgrammeFiles& files = {});
  std::vector<Scenario> scenarios() const;
  /// InputError if it is not there.
  Scenario scenario(std::int64_t id) const;
  void rename(std::int64_t scenario, const std::string& name);

  ProgrammeFiles files(std::int64_t revision) const;
  /// A new revision of the scenario, if it still stands at `before`; nothing if somebody else was first.
  std::optional<std::int64_t> save(std::int64_t scenario, std::int64_t before, const ProgrammeFiles& files,
                                   const std::string& said);
  /// Back to the revision before; false if there is none.
  bool undo(std::int64_t scenario);

  std::int64_t add_run(std::int64_t scenario, const std::string& command, const std::string& arguments);
  void set_state(std::int64_t run, RunState state);
  void finish(const RunRecord& run);
  std::vector<RunRecord> runs() const;  ///< newest first, without answers and texts
  RunRecord run(std::int64_t id) const;
  /// Runs that a process left behind when it was killed: they are told as failed.
  void bury_unfinished();

 private:
  struct Inside;
  std::filesystem::path folder_;
  std::unique_ptr<Inside> inside_;
};

}  // namespace stargate::studio
