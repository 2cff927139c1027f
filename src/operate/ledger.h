#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace stargate::operate {

/// Where a GPU's time goes. Every installed GPU is in exactly one of these at every moment.
enum class Use : std::uint8_t {
  productive,   ///< work that was kept
  lost,         ///< work since the last checkpoint that a failure took, or that silent corruption spoiled
  checkpoint,   ///< writing
  restart,      ///< diagnosing, initialising, loading
  queue_idle,   ///< up, but no job holds it
  down,         ///< broken, in repair, or without power
  curtailed,    ///< held back by a limit on power: slowed, stopped, or not started
};
inline constexpr std::size_t uses = 7;
inline constexpr std::array<std::string_view, uses> use_names{"productive", "lost", "checkpoint", "restart", "queue_idle", "down", "curtailed"};

/// Accounts in whole slot-milliseconds (a slot is a GPU, or a hundredth of one where a trace shares them). 64 bits hold
/// ten million GPUs for 29 years.
struct Ledger {
  std::array<std::int64_t, uses> spent{};

  std::int64_t& operator[](Use use) { return spent[static_cast<std::size_t>(use)]; }
  std::int64_t operator[](Use use) const { return spent[static_cast<std::size_t>(use)]; }
  void add(Use use, std::int64_t time, std::int64_t slots) { (*this)[use] += time * slots; }
  void move(Use from, Use to, std::int64_t amount) {
    (*this)[from] -= amount;
    (*this)[to] += amount;
  }
  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const std::int64_t s : spent) sum += s;
    return sum;
  }
  Ledger& operator+=(const Ledger& other) {
    for (std::size_t i = 0; i < uses; ++i) spent[i] += other.spent[i];
    return *this;
  }
};

}  // namespace stargate::operate
