#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stargate::operate {

/// A set of small whole numbers with summary levels of 64 each: insert, erase and 'first not below' are O(log64 n).
class IndexSet {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  IndexSet() = default;
  explicit IndexSet(std::size_t size) {
    do {
      size = (size + 63) / 64;
      levels_.emplace_back(size, 0);
    } while (size > 1);
  }
  bool empty() const { return levels_.empty() || levels_.back()[0] == 0; }
  bool contains(std::size_t i) const { return levels_[0][i / 64] >> (i % 64) & 1; }
  void insert(std::size_t i) {
    for (auto& level : levels_) {
      level[i / 64] |= std::uint64_t{1} << (i % 64);
      i /= 64;
    }
  }
  void erase(std::size_t i) {
    for (auto& level : levels_) {
      level[i / 64] &= ~(std::uint64_t{1} << (i % 64));
      if (level[i / 64] != 0) return;
      i /= 64;
    }
  }
  /// Members 64 w to 64 w + 63 as bits.
  std::uint64_t word(std::size_t w) const { return levels_[0][w]; }
  /// Adds, or takes out, the members of a word that `bits` names; those to be taken out must be in. O(log64 n).
  void insert_word(std::size_t w, std::uint64_t bits) {
    levels_[0][w] |= bits;
    for (std::size_t level = 1; level < levels_.size(); ++level, w /= 64) levels_[level][w / 64] |= std::uint64_t{1} << (w % 64);
  }
  void erase_word(std::size_t w, std::uint64_t bits) {
    levels_[0][w] &= ~bits;
    for (std::size_t level = 1; level < levels_.size() && levels_[level - 1][w] == 0; ++level, w /= 64)
      levels_[level][w / 64] &= ~(std::uint64_t{1} << (w % 64));
  }
  /// The smallest member that is at least `from`, or npos.
  std::size_t first(std::size_t from = 0) const {
    std::size_t depth = 0, at = from;
    for (; depth < levels_.size(); ++depth) {
      const auto& level = levels_[depth];
      if (at / 64 < level.size()) {
        const std::uint64_t rest = level[at / 64] >> (at % 64);
        if (rest != 0) {
          at += static_cast<std::size_t>(std::countr_zero(rest));
          break;
        }
      }
      at = at / 64 + 1;
    }
    if (depth == levels_.size()) return npos;
    while (depth > 0) {
      --depth;
      at = at * 64 + static_cast<std::size_t>(std::countr_zero(levels_[depth][at]));
    }
    return at;
  }
  template <class Archive>
  void archive(Archive& a) {
    a(levels_);
  }

 private:
  std::vector<std::vector<std::uint64_t>> levels_;
};

}  // namespace stargate::operate
