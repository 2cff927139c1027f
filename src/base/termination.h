#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/progress.h"

namespace stargate {

/// Why a computation ended.
enum class Ending {
  complete,     ///< computed, nothing was searched
  optimal,      ///< no answer is better, to the solver's tolerance
  within_gap,   ///< proven to be within the gap that was asked
  work_limit,   ///< the counted work (iterations, nodes, evaluations) was used up
  time_limit,   ///< the emergency brake; the answer depends on the machine
  interrupted,  ///< the caller asked to stop
  infeasible,
  unbounded,
  violated,  ///< computed, and what was to hold does not
  failed,
};
std::string_view to_string(Ending ending);

/// How an answer ended: the reason, the limit that bound, and how far it is proven. The exit code follows from it.
struct Termination {
  Ending ending = Ending::complete;
  std::string limit;                ///< that bound, with its name and amount: "--work 400 nodes"
  std::optional<double> objective;  ///< of the best answer found
  std::optional<double> bound;      ///< no answer is better than this
  std::optional<double> gap_asked;  ///< a share
  bool has_answer = true;           ///< there is something to use
  bool parts_left_out = false;      ///< something of the input that changes the answer was not understood
  std::string detail;               ///< one more sentence, or empty

  /// |objective - bound| / max(|objective|, 1e-9); nothing where one of them is not known.
  std::optional<double> gap() const;
  /// One plain sentence.
  std::string sentence() const;
  /// done: what was asked for; gap_not_met: an answer, but a limit came first; parts_left_out: all but what was left out.
  Exit exit_code() const;
};

}  // namespace stargate
