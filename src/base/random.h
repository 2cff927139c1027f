#pragma once
#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace stargate {

/// Counter-based random numbers (Philox 4x32-10, Salmon et al., SC 2011): the n-th number of (seed, stream) is a pure
/// function of those three, so results do not depend on threads or on the order of drawing.
class Random {
  __extension__ using Wide = unsigned __int128;

 public:
  Random(std::uint64_t seed, std::uint64_t stream)
      : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}}, stream_(stream) {}

  std::uint64_t bits() {
    if (left_ == 0) refill();
    return block_[--left_];
  }
  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  /// Whole number in [0, n), n > 0.
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>((static_cast<Wide>(bits()) * n) >> 64); }
  double exponential(double mean) { return -mean * std::log1p(-uniform()); }
  /// Standard normal (Box-Muller).
  double normal() {
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(2 * 3.14159265358979323846 * uniform());
  }

 private:
  void refill() {
    const std::array<std::uint32_t, 4> out = [&] {
      const r123::Philox4x32::ctr_type counter{
          {static_cast<std::uint32_t>(count_), static_cast<std::uint32_t>(count_ >> 32),
           static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)}};
      const auto r = r123::Philox4x32{}(counter, key_);
      return std::array<std::uint32_t, 4>{r[0], r[1], r[2], r[3]};
    }();
    ++count_;
    block_ = {std::uint64_t{out[0]} << 32 | out[1], std::uint64_t{out[2]} << 32 | out[3]};
    left_ = 2;
  }

  r123::Philox4x32::key_type key_;
  std::uint64_t stream_, count_ = 0;
  std::array<std::uint64_t, 2> block_{};
  int left_ = 0;
};

}  // namespace stargate
