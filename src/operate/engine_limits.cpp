// The engine's part about who gives way when a limit binds.
#include <algorithm>
#include <cmath>

#include "operate/engine.h"

namespace stargate::operate {

namespace {

/// A set of halls under one limit.
struct Limited {
  std::vector<Id> halls;
  double limit_w = 0, base_w = 0;
  bool is_site = false;
};

std::vector<Limited> limits_of(const Fleet& fleet, const PowerTree& power, Id site, std::int64_t site_limit_w) {
  std::vector<Limited> all;
  Limited whole_site{{}, static_cast<double>(site_limit_w), static_cast<double>(power.site(site).base_w), true};
  for (Id f = 0; f < fleet.feeds.size(); ++f) {
    if (fleet.feeds[f].site != site) continue;
    Limited feed{{}, static_cast<double>(power.feed(f).limit_w), static_cast<double>(power.feed(f).base_w)};
    for (Id h = 0; h < fleet.halls.size(); ++h) {
      if (fleet.halls[h].feed != f) continue;
      feed.halls.push_back(h);
      whole_site.halls.push_back(h);
      if (power.hall(h).limit_w > 0) all.push_back({{h}, static_cast<double>(power.hall(h).limit_w), static_cast<double>(power.hall(h).base_w)});
    }
    if (feed.limit_w > 0) all.push_back(std::move(feed));
  }
  if (whole_site.limit_w > 0) all.push_back(std::move(whole_site));
  return all;  // halls before feeds before the site
}

}  // namespace

/// Finds anew how fast each of the site's jobs may run: everyone at the ceiling, then limits from the leaves to the root.
void Engine::enforce(Id site, std::int64_t hard_site_limit_w) {
  if (!limited_[site] && !limiting_[site]) return;
  const auto limits = limits_of(fleet_, power_, site, power_.site(site).limit_w);
  bool over = false;
  for (const Limited& l : limits) {
    double full = l.base_w;
    for (const Id hall : l.halls) full += static_cast<double>(power_.hall(hall).full_w);
    over |= full > l.limit_w;
  }
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
  const auto watts = [&](const Candidate& c, const Limited& l, std::int64_t throttle) {
    double sum = 0;
    for (const Load& load : running_[c.slot].loads)
      if (std::ranges::find(l.halls, load.hall) != l.halls.end()) sum += static_cast<double>(load.full_w);
    return sum * std::pow(static_cast<double>(throttle) / static_cast<double>(c.ceiling), exponent);
  };
  const auto load_of = [&](const Limited& l) {
    double sum = l.base_w;
    for (const Candidate& c : jobs) sum += watts(c, l, c.throttle);
    return sum;
  };

  for (const Limited& l : limits) {
    double load = load_of(l);
    if (load <= l.limit_w) continue;
    if (yield == Yield::uniform) {  // the highest common clock that keeps the limit
      const auto at_most = [&](double share) {
        double sum = l.base_w;
        for (const Candidate& c : jobs) sum += watts(c, l, std::min(c.throttle, std::max<std::int64_t>(floor_of(c), std::llround(share * static_cast<double>(c.ceiling)))));
        return sum;
      };
      std::int64_t low = 0, high = whole;
      while (low < high) {
        const std::int64_t middle = (low + high + 1) / 2;
        if (at_most(static_cast<double>(middle) / whole) <= l.limit_w) low = middle;
        else high = middle - 1;
      }
      for (Candidate& c : jobs)
        if (watts(c, l, c.ceiling) > 0)
          c.throttle = std::min(c.throttle, std::max(floor_of(c), low * c.ceiling / whole));
    } else {
      for (Candidate& c : jobs) {
        const double now = watts(c, l, c.throttle), full = watts(c, l, c.ceiling);
        if (load <= l.limit_w || full <= 0) continue;
        const double wanted = std::max(0.0, now - (load - l.limit_w));
        const auto clock = static_cast<std::int64_t>(static_cast<double>(c.ceiling) * std::pow(wanted / full, 1 / exponent));
        c.throttle = std::min(c.throttle, std::max(floor_of(c), clock));
        load += watts(c, l, c.throttle) - now;
      }
    }
  }
  // Slowing down was not enough: stop jobs, unless the limit is best-effort.
  for (Limited l : limits) {
    if (l.is_site) l.limit_w = static_cast<double>(hard_site_limit_w);
    if (l.limit_w <= 0) continue;
    double load = load_of(l);
    for (Candidate& c : jobs) {
      if (load <= l.limit_w) break;
      const double now = watts(c, l, c.throttle);
      if (now <= 0) continue;
      load -= now;
      c.throttle = 0;
    }
    if (load > l.limit_w) {
      ++counters_.breaches;  // what draws without jobs is beyond the limit
      note(What::breach, site, std::llround(load - l.limit_w));
    }
  }
  bool limiting = false;
  for (const Candidate& c : jobs) {
    limiting |= c.throttle < c.ceiling;
    set_throttle(c.slot, c.throttle);
  }
  limiting_[site] = limiting;
}

}  // namespace stargate::operate
