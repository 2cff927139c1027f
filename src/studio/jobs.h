#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/command.h"
#include "studio/store.h"

namespace stargate::studio {

/// Runs commands one after the other in a thread of its own and tells what goes on. Everything that changes gets the
/// next number, so a page asks "what is new after n" and waits for the answer (long polling).
class Jobs {
 public:
  explicit Jobs(Store& store, unsigned threads);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// Arguments that would reach outside the workspace, or a command that there is not: InputError. Returns the run's id.
  std::int64_t ask(std::int64_t scenario, const std::string& command, const Arguments& arguments);
  /// Stops it with the best that it has; a run that waits does not begin.
  void cancel(std::int64_t run);

  /// Something outside a run changed (a scenario, an edit): who waits is woken.
  void tell();
  /// Waits until something is newer than `after`, at most `seconds`: {"at", "running": {run, stage, share, note, seconds}}.
  nlohmann::json wait(std::int64_t after, double seconds);

 private:
  void work();
  void run_one(std::int64_t id);

  Store& store_;
  unsigned threads_;
  std::mutex mutex_;
  std::condition_variable changed_, waiting_;
  std::deque<std::int64_t> queue_;
  nlohmann::json progress_;
  std::int64_t at_ = 1, running_ = 0;
  int waiters_ = 0;
  std::atomic<bool> stop_{false}, end_{false};
  std::jthread worker_;
};

}  // namespace stargate::studio
