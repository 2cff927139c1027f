// The engine's part about who gives way when a limit binds.
#include <algorithm>
#include <cmath>
#include <utility>

#include "operate/engine.h"

namespace stargate::operate {

namespace {

/// A branch of the tree with a limit or target on it.
struct Limited {
  enum class Level { hall, feed, site } level;
  Id id;
  const Branch* branch;
  double hard_w, least_w;

  double load_in(const Fleet& fleet, const Load& load) const {
    const bool within = level == Level::site || (level == Level::hall ? load.hall == id : fleet.halls[load.hall].feed == id);
    return within ? static_cast<double>(load.full_w) : 0;
  }
};

/// Halls before feeds before the site.
std::vector<Limited> limits_of(const PowerTree& power, Id site) {
  std::vector<Limited> all;
  const auto add = [&](Limited::Level level, Id id, const Branch& branch) {
    const auto watts = [](std::int64_t limit) { return limit == no_limit ? unlimited : static_cast<double>(limit); };
    if (branch.least_limit_w() != no_limit) all.push_back({level, id, &branch, watts(branch.limit_w), watts(branch.least_limit_w())});
  };
  for (const Id feed : power.feeds_of(site))
    for (const Id hall : power.halls_of(feed)) add(Limited::Level::hall, hall, power.hall(hall));
  for (const Id feed : power.feeds_of(site)) add(Limited::Level::feed, feed, power.feed(feed));
  add(Limited::Level::site, site, power.site(site));
  return all;
}

}  // namespace

void Engine::flag_power(Id site) {
  if (!scenario_.power.on || is_flagged_[site]) return;
  is_flagged_[site] = true;
  flagged_.push_back(site);
}

void Engine::flag_all_power() {
  for (Id site = 0; site < fleet_.sites.size(); ++site) flag_power(site);
}

/// Queues are looked at again if power was what they waited for there.
void Engine::touch_site(Id site) {
  if (!std::exchange(power_refused_[site], false)) return;
  for (const Id partition : sites_partitions_[site])
    if (!queues_[partition].empty()) touch(partition);
}

/// Settles the time during which a limit slowed jobs of the site.
void Engine::set_limiting(Id site, bool limiting) {
  if (limiting_[site]) limited_s_[site] += now_ - limiting_since_[site];
  limiting_[site] = limiting;
  limiting_since_[site] = now_;
}

/// Sites where load, room or limit changed in this instant: limits as they now are, who gives way, whose queue may have room, when
/// the battery will be empty. What still exceeds a limit is a breach, counted once for as long as it lasts.
void Engine::hold_limits() {
  if (flagged_.empty()) return;
  std::ranges::sort(flagged_);
  for (std::size_t i = 0; i < flagged_.size(); ++i) {
    const Id site = flagged_[i];
    is_flagged_[site] = false;
    const bool had_battery = power_.has_battery(site) && !power_.battery_empty(site);
    if (power_.refresh(site, now_)) {
      const std::int64_t limit = power_.tree().site(site).least_limit_w();
      note(What::limit_set, site, limit == no_limit ? -1 : limit);
      touch_site(site);
    }
    if (had_battery && power_.battery_empty(site)) note(What::battery_empty, site);
    if (power_.limited(site) || limiting_[site]) enforce(site);
    power_.tree().each_branch(site, [&](Branch& branch) {
      const bool over = branch.load_w() > branch.limit_w;
      if (over && !branch.over) ++counters_.breaches, note(What::breach, site, branch.load_w() - branch.limit_w);
      branch.over = over;
    });
    if (const Time ends = power_.battery_ends(site, now_); ends != never) queue_of_events_.push({ends, Kind::battery, site});
  }
  flagged_.clear();
}

/// Finds anew how fast each of the site's jobs may run: everyone at the ceiling, then limits from the leaves to the root.
void Engine::enforce(Id site) {
  const auto limits = limits_of(power_.tree(), site);
  const bool over = std::ranges::any_of(limits, [](const Limited& l) { return static_cast<double>(l.branch->demand_w()) > l.least_w; });
  if (!over && !limiting_[site]) return;

  struct Candidate {
    Id slot;
    std::int64_t throttle, ceiling;
  };
  std::vector<Candidate> jobs;
  for (Id slot = 0; slot < running_.size(); ++slot)
    if (running_[slot].job != none && fleet_.pools[running_[slot].grant.pool].site == site) {
      const std::int64_t ceiling = ceilings_[fleet_.pools[running_[slot].grant.pool].type];
      jobs.push_back({slot, ceiling, ceiling});
    }
  const Yield yield = scenario_.power.yield;
  std::ranges::sort(jobs, [&](const Candidate& a, const Candidate& b) {
    const Running &x = running_[a.slot], &y = running_[b.slot];
    const Job &i = workload_.jobs[x.job], &j = workload_.jobs[y.job];
    if (yield == Yield::largest && x.slots != y.slots) return x.slots > y.slots;
    if (yield != Yield::newest && i.priority != j.priority) return i.priority < j.priority;
    if (x.started != y.started) return x.started > y.started;
    return x.job > y.job;
  });
  const double exponent = scenario_.power.exponent;
  const auto floor_of = [&](const Candidate& c) { return std::min<std::int64_t>(c.ceiling, std::llround(scenario_.power.floor * static_cast<double>(c.ceiling))); };
  const auto full_watts = [&](const Candidate& c, const Limited& l) {
    double sum = 0;
    for (const Load& load : running_[c.slot].loads) sum += l.load_in(fleet_, load);
    return sum;
  };
  const auto watts = [&](const Candidate& c, const Limited& l, std::int64_t throttle) {
    const double full = full_watts(c, l);
    if (full <= 0 || throttle == 0) return 0.0;
    return throttle == c.ceiling ? full : full * std::pow(static_cast<double>(throttle) / static_cast<double>(c.ceiling), exponent);
  };
  const auto load_of = [&](const Limited& l) {
    double sum = static_cast<double>(l.branch->base_w);
    for (const Candidate& c : jobs) sum += watts(c, l, c.throttle);
    return sum;
  };

  for (const Limited& l : limits) {
    double load = load_of(l);
    if (load <= l.least_w) continue;
    if (yield == Yield::uniform) {  // the highest common clock that keeps the limit
      const auto at_share = [&](const Candidate& c, std::int64_t share) { return std::min(c.throttle, std::max(floor_of(c), share * c.ceiling / whole)); };
      const auto at_most = [&](std::int64_t share) {
        double sum = static_cast<double>(l.branch->base_w);
        for (const Candidate& c : jobs) sum += watts(c, l, at_share(c, share));
        return sum;
      };
      std::int64_t low = 0, high = whole;
      while (low < high) {
        const std::int64_t middle = (low + high + 1) / 2;
        if (at_most(middle) <= l.least_w) low = middle;
        else high = middle - 1;
      }
      for (Candidate& c : jobs)
        if (full_watts(c, l) > 0) c.throttle = at_share(c, low);
    } else {
      for (Candidate& c : jobs) {
        const double now = watts(c, l, c.throttle), full = full_watts(c, l);
        if (load <= l.least_w || full <= 0) continue;
        const double wanted = std::max(0.0, now - (load - l.least_w));
        const auto clock = static_cast<std::int64_t>(static_cast<double>(c.ceiling) * std::pow(wanted / full, 1 / exponent));
        c.throttle = std::min(c.throttle, std::max(floor_of(c), clock));
        load += watts(c, l, c.throttle) - now;
      }
    }
  }
  // Slowing down was not enough: stop jobs, but for best-effort targets nobody.
  for (const Limited& l : limits) {
    double load = load_of(l);
    for (Candidate& c : jobs) {
      if (load <= l.hard_w) break;
      const double now = watts(c, l, c.throttle);
      if (now <= 0) continue;
      load -= now;
      c.throttle = 0;
    }
  }
  bool limiting = false;
  for (const Candidate& c : jobs) {
    limiting |= c.throttle < c.ceiling;
    set_throttle(c.slot, c.throttle);
  }
  set_limiting(site, limiting);
}

}  // namespace stargate::operate
