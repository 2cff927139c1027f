#include "risk/ranks.h"

#ifdef STARGATE_MPI
#include <mpi.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#endif

namespace stargate::risk {

namespace {
/// A process by itself.
void share_alone(std::size_t parts, const std::function<std::vector<double>(std::size_t)>& work,
                 const std::function<void(std::size_t, std::vector<double>)>& take) {
  for (std::size_t part = 0; part < parts; ++part) {
    auto row = work(part);
    if (row.empty()) return;
    take(part, std::move(row));
  }
}
}  // namespace

#ifdef STARGATE_MPI
namespace {
constexpr int ask = 1, give = 2, answer = 3;  ///< tags
constexpr unsigned long long no_more = ~0ULL;
}  // namespace

Ranks::Ranks() {
  // Only under a launcher: a process of its own is not made to wait for one.
  bool launched = false;
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE"}) launched = launched || std::getenv(name) != nullptr;
  if (!launched) return;
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  if (rank_ > 0 && !std::freopen("/dev/null", "w", stdout)) MPI_Abort(MPI_COMM_WORLD, 1);  // the first rank speaks for all
}

Ranks::~Ranks() {
  int begun = 0, ended = 0;
  MPI_Initialized(&begun);
  MPI_Finalized(&ended);
  if (begun && !ended) MPI_Finalize();
}

void Ranks::share(std::size_t parts, const std::function<std::vector<double>(std::size_t)>& work,
                  const std::function<void(std::size_t, std::vector<double>)>& take) {
  if (size_ == 1) return share_alone(parts, work, take);
  if (rank_ > 0) {
    for (;;) {
      unsigned long long part = 0;
      MPI_Send(nullptr, 0, MPI_BYTE, 0, ask, MPI_COMM_WORLD);
      MPI_Recv(&part, 1, MPI_UNSIGNED_LONG_LONG, 0, give, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      if (part == no_more) return;
      auto row = work(part);
      row.push_back(static_cast<double>(part));
      MPI_Send(row.data(), static_cast<int>(row.size()), MPI_DOUBLE, 0, answer, MPI_COMM_WORLD);
    }
  }
  // The first rank works, too, in a thread of its own; this thread alone speaks to the others.
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stopped{false};
  std::mutex taking;
  const auto one = [&](std::size_t part, std::vector<double> row) {
    if (row.empty()) {
      stopped = true;
      return;
    }
    const std::scoped_lock lock(taking);
    take(part, std::move(row));
  };
  const auto following = [&]() -> unsigned long long {
    if (stopped) return no_more;
    const std::size_t part = next.fetch_add(1);
    return part < parts ? part : no_more;
  };
  std::jthread own([&] {
    for (unsigned long long part; (part = following()) != no_more;) one(part, work(part));
  });
  int working = size_ - 1;
  while (working > 0) {
    int there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
    if (!there) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      continue;
    }
    if (status.MPI_TAG == ask) {
      MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, ask, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      unsigned long long part = following();
      working -= part == no_more;
      MPI_Send(&part, 1, MPI_UNSIGNED_LONG_LONG, status.MPI_SOURCE, give, MPI_COMM_WORLD);
    } else {
      int count = 0;
      MPI_Get_count(&status, MPI_DOUBLE, &count);
      std::vector<double> row(static_cast<std::size_t>(count));
      MPI_Recv(row.data(), count, MPI_DOUBLE, status.MPI_SOURCE, answer, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      const auto part = static_cast<std::size_t>(row.back());
      row.pop_back();
      one(part, std::move(row));
    }
  }
}
#else
Ranks::Ranks() = default;
Ranks::~Ranks() = default;
void Ranks::share(std::size_t parts, const std::function<std::vector<double>(std::size_t)>& work,
                  const std::function<void(std::size_t, std::vector<double>)>& take) {
  share_alone(parts, work, take);
}
#endif

}  // namespace stargate::risk
