#pragma once
#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stargate {

/// Number of threads to use when the user names none.
inline unsigned default_threads() {
  const unsigned n = std::thread::hardware_concurrency();
  return n > 0 ? n : 1;
}

/// Calls work(i) for i in [0, count), each once, on up to `threads` threads. Results belong into slot i of something
/// the caller made, so that they do not depend on the order. The first exception is rethrown once all threads have
/// stopped.
template <class Work>
void parallel_for(std::size_t count, unsigned threads, Work&& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failing;
  const auto run = [&] {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) {
      try {
        work(i);
      } catch (...) {
        const std::scoped_lock lock(failing);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  const std::size_t helpers = std::min<std::size_t>(threads > 0 ? threads - 1 : 0, count > 0 ? count - 1 : 0);
  {
    std::vector<std::jthread> pool;
    for (std::size_t i = 0; i < helpers; ++i) pool.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

/// Threads that stay, for short pieces of work that come many times a second: run(count, work) costs two meetings of the
/// threads, not their making. Part i always goes to thread i % size, so that its memory stays near it.
class Team {
 public:
  explicit Team(unsigned threads) : size_(std::max(threads, 1u)), gate_(size_) {
    for (unsigned t = 1; t < size_; ++t)
      helpers_.emplace_back([this, t] {
        for (;;) {
          gate_.arrive_and_wait();
          if (!work_) return;
          take(t);
          gate_.arrive_and_wait();
        }
      });
  }
  ~Team() {
    work_ = nullptr;
    if (size_ > 1) gate_.arrive_and_wait();
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Calls work(i) for i in [0, count), which must not throw.
  template <class Work>
  void run(std::size_t count, Work&& work) {
    if (size_ == 1) {
      for (std::size_t i = 0; i < count; ++i) work(i);
      return;
    }
    count_ = count;
    work_ = std::ref(work);
    gate_.arrive_and_wait();
    take(0);
    gate_.arrive_and_wait();
  }

 private:
  void take(std::size_t t) const {
    for (std::size_t i = t; i < count_; i += size_) work_(i);
  }
  unsigned size_;
  std::barrier<> gate_;
  std::size_t count_ = 0;
  std::function<void(std::size_t)> work_;
  std::vector<std::jthread> helpers_;
};

}  // namespace stargate
