// The engine's part about capacity at a public cloud.
#include <algorithm>
#include <cmath>

#include "operate/engine.h"

namespace stargate::operate {

namespace {
double data_gb(const Cloud& cloud, const Job& job, double gpus) { return cloud.move_gb_per_gpu_hour * gpus * static_cast<double>(job.run_s) / 3600; }
}  // namespace

bool Engine::cloud_could_take(const Job& job) const {
  const Cloud& cloud = scenario_.cloud;
  return cloud.delay_usd_per_gpu_hour > 0 && static_cast<double>(job.gpus) / fleet_.slots_per_gpu <= cloud.committed_gpus + cloud.burst_gpus;
}

/// Break-even rule: a job goes to the cloud once its waiting has cost as much as the cloud would cost beyond what is
/// already paid for. Without knowing the future no rule that waits or leaves can promise better than twice the least cost,
/// and this one never costs more (ski rental, Karlin et al. 1988).
void Engine::consider_cloud(Id id) {
  const Cloud& cloud = scenario_.cloud;
  const Job& job = workload_.jobs[id];
  if (!cloud_could_take(job)) return;
  const double gpus = static_cast<double>(job.gpus) / fleet_.slots_per_gpu;
  const double hours = static_cast<double>(job.run_s) / 3600;
  const bool committed = cloud_held_ + gpus <= cloud.committed_gpus;
  const double usd = (committed ? 0 : cloud.burst_usd_per_gpu_hour * gpus * hours) + cloud.move_usd_per_gb * data_gb(cloud, job, gpus);
  const double patience_s = usd / (cloud.delay_usd_per_gpu_hour * gpus) * 3600;
  if (patience_s < 1e9) queue_of_events_.push({now_ + static_cast<Time>(std::ceil(patience_s)), Kind::cloud, id});
}

void Engine::to_cloud(Id id) {
  const Cloud& cloud = scenario_.cloud;
  const Job& job = workload_.jobs[id];
  JobState& state = states_[id];
  if (state.first_start >= 0 || state.clouded) return;
  const double gpus = static_cast<double>(job.gpus) / fleet_.slots_per_gpu;
  const Id held = static_cast<Id>(std::ceil(gpus));
  if (cloud_held_ + held > cloud.committed_gpus + cloud.burst_gpus) {
    cloud_waiting_.insert({now_, id});  // full: asked again once somebody leaves
    return;
  }
  queues_[job.partition].erase(waiting(id));
  touch(job.partition);
  const std::int64_t move_s = cloud.move_gb_per_s > 0 ? std::llround(data_gb(cloud, job, gpus) / cloud.move_gb_per_s) : 0;
  const std::int64_t setup_s = move_s + std::llround(cloud.restart_s), work_s = ceil_div(state.remaining_ms, ms);
  const Id burst = cloud_held_ + held > cloud.committed_gpus ? std::min(held, cloud_held_ + held - cloud.committed_gpus) : 0;
  cloud_held_ += held;
  state.clouded = true;
  state.first_start = now_;
  ++counters_.cloud_jobs;
  counters_.cloud_slot_ms += (setup_s + work_s) * ms * job.gpus;
  counters_.cloud_productive_slot_ms += work_s * ms * job.gpus;
  counters_.cloud_usd += burst * cloud.burst_usd_per_gpu_hour * static_cast<double>(setup_s + work_s) / 3600 + cloud.move_usd_per_gb * data_gb(cloud, job, gpus);
  queue_of_events_.push({now_ + setup_s + work_s, Kind::cloud_end, id});
  note(What::to_cloud, id, job.gpus);
}

void Engine::leave_cloud(Id id) {
  const double gpus = static_cast<double>(workload_.jobs[id].gpus) / fleet_.slots_per_gpu;
  cloud_held_ -= static_cast<Id>(std::ceil(gpus));
  states_[id].remaining_ms = 0;
  states_[id].end = now_;
  ++finished_;
  if (workload_.jobs[id].deadline < now_) ++counters_.late;
  note(What::cloud_done, id, workload_.jobs[id].gpus);
  // Those who found it full, first come first served; jobs that have started meanwhile drop out.
  while (!cloud_waiting_.empty()) {
    const auto next = *cloud_waiting_.begin();
    cloud_waiting_.erase(cloud_waiting_.begin());
    if (states_[next.second].first_start >= 0) continue;
    to_cloud(next.second);
    if (states_[next.second].clouded) continue;
    cloud_waiting_.erase({now_, next.second});
    cloud_waiting_.insert(next);
    break;
  }
}

}  // namespace stargate::operate
