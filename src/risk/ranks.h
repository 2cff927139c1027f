#pragma once
#include <cstddef>
#include <functional>
#include <vector>

namespace stargate::risk {

/// The processes of one job: those that mpirun or srun started together, or this one alone. Work is handed out part by part
/// as ranks ask; what a part gives depends on its number alone, so that the answer has the same bytes for any number of
/// ranks. Built with MPI where it was found (CMake says so); without it a process is always alone.
class Ranks {
 public:
  Ranks();
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool first() const { return rank_ == 0; }

  /// Calls `work(part)` once for each part in [0, parts), on the rank that asks next, and on the first rank `take(part, row)`
  /// with what it gave, in any order. An empty row means that the part was given up (an interruption): then no more parts are
  /// handed out. Every rank of the job calls share with the same number of parts. Traffic: two messages a part.
  void share(std::size_t parts, const std::function<std::vector<double>(std::size_t)>& work,
             const std::function<void(std::size_t, std::vector<double>)>& take);

 private:
  int rank_ = 0, size_ = 1;
};

}  // namespace stargate::risk
