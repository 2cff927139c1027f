#pragma once
#include <cstdint>
#include <functional>
#include <limits>

#include "base/progress.h"
#include "base/workers.h"

namespace stargate {

/// What the caller of a command gives to its work: where progress is told, when to stop, how many threads, how much
/// work. A value of the call, never of the process: two calls side by side do not see each other's.
struct Run {
  Progress& progress;
  std::function<bool()> stop;  ///< asked now and then, from any thread; true ends the work with what there is
  unsigned threads = default_threads();
  std::int64_t most_work = std::numeric_limits<std::int64_t>::max();  ///< in the command's own counted unit

  bool stopped() const { return stop && stop(); }
};

}  // namespace stargate
