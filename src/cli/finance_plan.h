#pragma once
#include <string>
#include <vector>

namespace stargate::cli {

struct PlanFinanceOptions {
  std::string plan, programme, terms, output;
  std::vector<std::string> set;  ///< name=value
  unsigned threads = 0;
  bool json = false, quick = false;
};

/// Does the work of `stargate finance PLAN`; ends with exit code 1 if an identity does not hold.
void finance_plan(const PlanFinanceOptions& options);

}  // namespace stargate::cli
