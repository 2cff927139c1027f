#include "operate/checkpoint.h"

#include <cmath>

namespace stargate::operate {

double young_interval(double write_s, double failure_rate) { return std::sqrt(2 * write_s / failure_rate); }

double daly_interval(double write_s, double failure_rate) {
  const double mean = 1 / failure_rate, ratio = write_s / (2 * mean);
  if (ratio >= 1) return mean;
  return std::sqrt(2 * write_s * mean) * (1 + std::sqrt(ratio) / 3 + ratio / 9) - write_s;
}

double closed_form_ettr(double interval_s, double write_s, double restart_s, double failure_rate) {
  if (failure_rate <= 0) return interval_s / (interval_s + write_s);
  return interval_s * failure_rate * std::exp(-failure_rate * restart_s) / std::expm1(failure_rate * (interval_s + write_s));
}

double checkpoint_bandwidth_gb_per_s(double gpus, double gb_per_gpu, double write_s) {
  return write_s > 0 ? gpus * gb_per_gpu / write_s : 0;
}

}  // namespace stargate::operate
