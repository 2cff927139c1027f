#pragma once
#include "energy/optimise.h"

namespace stargate::energy {

/// Windows of `horizon` snapshots, each beginning `horizon - overlap` after the one before it: what a window decides of the snapshots
/// before the next one's beginning stands.
struct RollingOptions {
  std::size_t horizon = 100, overlap = 0;
  OptimiseOptions window;
};

/// Operation decided window by window, without sight of what lies beyond: storage begins with the level, and units with the
/// status and power, that the window before left. The cost is that of all snapshots, recomputed from what stands; there is no
/// bound and no price beyond each window's own. InputError where capacities are to be decided, and for what spans windows (limits
/// over all snapshots, investment periods, representative periods, scenarios). A window without a solution ends it: its status and
/// message tell which. O(windows) solves.
Result solve_rolling(const System& system, const RollingOptions& options);

/// The snapshots first .. first + count - 1 alone, weighing what they weigh.
Network sliced(const Network& network, std::size_t first, std::size_t count);

}  // namespace stargate::energy
