#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace stargate {

/// Ctrl-C asks long work to stop at the next safe point with what it has; a second Ctrl-C ends the program at once.
void catch_interrupts();
bool interrupted();

/// Exit codes of every command.
enum class Exit { done = 0, failed = 1, bad_input = 2, infeasible = 3, interrupted = 4 };

/// One line on standard error that is drawn over while work goes on (one line a change of stage where it is no
/// terminal). Says nothing if `quiet`.
class Progress {
 public:
  explicit Progress(bool quiet = false);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A new stage begins: "plan: relaxation".
  void stage(std::string_view name);
  /// `share` in [0, 1] of the stage that is done, or negative if not known; `note` is shown behind it. Draws at most
  /// five times a second. Time left is extrapolated from the share.
  void update(double share, std::string_view note = {});
  double seconds() const;

 private:
  void draw(std::string_view text);
  void finish_line();
  bool quiet_, terminal_, drawn_ = false;
  std::chrono::steady_clock::time_point start_, stage_start_, last_draw_{};
  std::string stage_;
};

/// "2 m 05 s", "3.2 s".
std::string duration_text(double seconds);

}  // namespace stargate
