#include "operate/running.h"

#include <algorithm>

namespace stargate::operate {

void Running::begin_interval() {
  writing = false;
  phase_ms = interval_ms;
  unsaved_ms = unsaved_slot_ms = 0;
}

void Running::advance(std::int64_t left, JobState& state, Ledger& ledger) {
  if (throttle == 0) return ledger.add(Use::curtailed, left, slots);
  const std::int64_t starting = std::min(left, restart_ms);
  ledger.add(Use::restart, starting, slots);
  restart_ms -= starting;
  left -= starting;

  // `done` milliseconds at full clock take `wall` at this clock; the difference is what the limit on power cost.
  const auto compute = [&](std::int64_t done, std::int64_t wall, std::int64_t work) {
    ledger.add(Use::productive, done, slots);
    ledger.add(Use::curtailed, wall - done, slots);
    state.kept_slot_ms += done * slots;
    state.remaining_ms -= work;
    unsaved_ms += work;
    unsaved_slot_ms += done * slots;
    left -= wall;
  };
  while (left > 0 && state.remaining_ms > 0) {
    if (writing) {
      const std::int64_t wall = std::min(left, phase_ms);
      ledger.add(Use::checkpoint, wall, slots);
      left -= wall;
      phase_ms -= wall;
      if (phase_ms == 0) begin_interval();
      continue;
    }
    const std::int64_t need = ceil_div(state.remaining_ms * whole, speed);
    if (interval_ms > 0 && phase_ms == interval_ms) {  // whole cycles of work and checkpoint at once
      const std::int64_t wall = ceil_div(interval_ms * whole, throttle);
      const std::int64_t cycles = std::min(left / (wall + write_ms), (need - 1) / interval_ms);
      if (cycles > 0) {
        compute(cycles * interval_ms, cycles * wall, cycles * (interval_ms * speed / whole));
        ledger.add(Use::checkpoint, cycles * write_ms, slots);
        left -= cycles * write_ms;
        unsaved_ms = unsaved_slot_ms = 0;
        continue;
      }
    }
    const std::int64_t target = interval_ms > 0 ? std::min(phase_ms, need) : need;
    const std::int64_t wall = ceil_div(target * whole, throttle);
    const std::int64_t done = left >= wall ? target : left * throttle / whole;
    compute(done, std::min(left, wall), done == need ? state.remaining_ms : done * speed / whole);
    if (interval_ms == 0) continue;
    phase_ms -= done;
    if (phase_ms == 0 && state.remaining_ms > 0) {
      writing = true;
      phase_ms = write_ms;
      if (write_ms == 0) begin_interval();
    }
  }
  ledger.add(Use::queue_idle, left, slots);  // what is left of the second in which the job ended
}

Time Running::seconds_to_finish(const JobState& state) const {
  if (throttle == 0) return never;
  const auto wall = [&](std::int64_t compute) { return ceil_div(compute * whole, throttle); };
  std::int64_t need = ceil_div(state.remaining_ms * whole, speed), total = restart_ms;
  if (interval_ms == 0 || need == 0) return ceil_div(total + wall(need), ms);
  const std::int64_t first = writing ? interval_ms : phase_ms;
  if (writing) total += phase_ms;
  if (need > first) {
    total += wall(first) + write_ms;
    need -= first;
    const std::int64_t cycles = (need - 1) / interval_ms;
    total += cycles * (wall(interval_ms) + write_ms);
    need -= cycles * interval_ms;
  }
  return ceil_div(total + wall(need), ms);
}

void Running::lose_unsaved(JobState& state, Ledger& ledger) {
  ledger.move(Use::productive, Use::lost, unsaved_slot_ms);
  state.kept_slot_ms -= unsaved_slot_ms;
  state.remaining_ms += unsaved_ms;
  begin_interval();
}

}  // namespace stargate::operate
