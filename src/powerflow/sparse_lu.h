#pragma once
#include <klu.h>

#include <vector>

namespace stargate::powerflow {

/// LU factors of a square sparse matrix in compressed columns, by KLU: one analysis of its pattern, then as many
/// factorisations of its values as are needed. The pattern stays.
class SparseLu {
 public:
  SparseLu(std::vector<int> column_begins, std::vector<int> rows) : begins_(std::move(column_begins)), rows_(std::move(rows)) {
    klu_defaults(&common_);
    symbolic_ = klu_analyze(size(), begins_.data(), rows_.data(), &common_);
  }
  ~SparseLu() {
    klu_free_numeric(&numeric_, &common_);
    klu_free_symbolic(&symbolic_, &common_);
  }
  SparseLu(const SparseLu&) = delete;
  SparseLu& operator=(const SparseLu&) = delete;

  int size() const { return static_cast<int>(begins_.size()) - 1; }
  std::size_t entries() const { return rows_.size(); }

  /// With the pivots of the last factorisation if there is one and `keep_pivots`, else with new ones; false if singular.
  bool factor(std::vector<double>& values, bool keep_pivots) {
    if (size() == 0) return true;
    if (symbolic_ == nullptr) return false;
    if (keep_pivots && numeric_ != nullptr && klu_refactor(begins_.data(), rows_.data(), values.data(), symbolic_, numeric_, &common_) &&
        common_.status == KLU_OK)
      return true;
    klu_free_numeric(&numeric_, &common_);
    numeric_ = klu_factor(begins_.data(), rows_.data(), values.data(), symbolic_, &common_);
    return numeric_ != nullptr && common_.status == KLU_OK;
  }
  /// Overwrites the right side with the solution.
  void solve(std::vector<double>& right) {
    if (size() > 0) klu_solve(symbolic_, numeric_, size(), 1, right.data(), &common_);
  }

 private:
  std::vector<int> begins_, rows_;
  klu_common common_{};
  klu_symbolic* symbolic_ = nullptr;
  klu_numeric* numeric_ = nullptr;
};

}  // namespace stargate::powerflow
