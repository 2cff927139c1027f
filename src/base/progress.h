#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace stargate {

/// Ctrl-C asks long work to stop at the next safe point with what it has; a second Ctrl-C ends the program at once.
void catch_interrupts();
bool interrupted();

/// Exit codes of every command.
enum class Exit {
  done = 0,
  failed = 1,  ///< also: what was to hold does not
  bad_input = 2,
  infeasible = 3,
  interrupted = 4,
  gap_not_met = 5,     ///< the best that was found; a limit came before the gap that was asked
  parts_left_out = 6,  ///< an answer, but to less than the input says
};

/// One line on standard error that is drawn over while work goes on (where it is no terminal: one line a change of
/// stage and one every half minute). Says nothing if `quiet`; a listener hears all instead of standard error.
class Progress {
 public:
  /// What a listener hears; share as for update().
  struct Event {
    double seconds, share;
    std::string_view stage, note;
  };
  explicit Progress(bool quiet = false);
  explicit Progress(std::function<void(const Event&)> listener);
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
  std::function<void(const Event&)> listener_;
  std::chrono::steady_clock::time_point start_, stage_start_, last_draw_{};
  std::string stage_;
};

/// "2 m 05 s", "3.2 s".
std::string duration_text(double seconds);

}  // namespace stargate
