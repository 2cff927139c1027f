#include "adequacy/convolution.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <map>
#include <numeric>

#include "adequacy/transport.h"

namespace stargate::adequacy {

namespace {

/// The coarsest of 1, 2, 5 times a power of ten of which all capacities are multiples; 0 if none from 0.001 MW on is.
double common_quantum(const std::vector<double>& capacities) {
  for (const double power : {1e3, 1e2, 1e1, 1.0, 1e-1, 1e-2, 1e-3})
    for (const double digit : {5.0, 2.0, 1.0}) {
      const double q = digit * power;
      if (std::ranges::all_of(capacities, [&](double c) { return std::abs(c / q - std::round(c / q)) < 1e-7; })) return q;
    }
  return 0;
}

/// What can be out in a step, and what is always there.
struct Fleet {
  std::vector<const Unit*> steady, varying;  ///< with outages; capacity the same in all steps, or not
  std::vector<const Unit*> sure;             ///< without outages
};

Fleet fleet_of(const System& s, std::size_t area) {
  Fleet fleet;
  for (const auto& u : s.units) {
    if (u.area != area) continue;
    if (u.outages.never()) fleet.sure.push_back(&u);
    else if (u.profile < 0) fleet.steady.push_back(&u);
    else fleet.varying.push_back(&u);
  }
  return fleet;
}

/// Tables of suffix sums: probability and expected MW of being out by k quanta or more.
struct Tail {
  std::vector<double> probability, energy;
  explicit Tail(const OutageTable& table) : probability(table.share.size() + 1, 0), energy(probability) {
    for (std::size_t k = table.share.size(); k-- > 0;) {
      probability[k] = probability[k + 1] + table.share[k];
      energy[k] = energy[k + 1] + table.share[k] * static_cast<double>(k) * table.quantum;
    }
  }
};

/// Probability of a shortfall and its expectation where `spare` MW is left with everything there.
std::pair<double, double> shortfall(const OutageTable& table, const Tail& tail, double spare) {
  const double at = std::max(0.0, std::floor((spare + negligible_mw) / table.quantum) + 1);
  const auto first = static_cast<std::size_t>(std::min(at, static_cast<double>(table.share.size())));
  return {tail.probability[first], std::max(0.0, tail.energy[first] - spare * tail.probability[first])};
}

class Exact {
 public:
  Exact(const System& system, const ExactOptions& options) : s_(system), options_(options) {}

  std::optional<Answer> answer(std::string& why) {
    for (const auto& f : s_.flexible)
      if (f.curtailable_share > 0) return why = "load gives way", std::nullopt;
    if (!s_.storages.empty()) return why = "there is storage, which remembers", std::nullopt;
    choose_lattice();
    for (std::size_t a = 0; a < s_.areas.size(); ++a) prepare(a);
    const bool tied = !s_.ties.empty();
    if (const double needed = tied ? combinations() : work_; !(needed <= options_.most_work))
      return why = std::format("it would take {:.1e} steps of work; {:.1e} are allowed", needed, options_.most_work), std::nullopt;
    for (std::size_t a = 0; a < s_.areas.size(); ++a) base_[a] = table_of(fleets_[a].steady);
    probability_.assign(s_.areas.size(), std::vector<double>(s_.steps(), 0));
    energy_ = probability_;
    any_.assign(s_.steps(), 0);
    if (tied) enumerate();
    else separately();
    Answer out;
    out.exact = true;
    out.method = tied ? "enumeration of area states" : "convolution";
    if (rounded_) out.notes.push_back(std::format("capacities lie on no common lattice: they were shared between points of {} MW, which keeps their means", quantum_));
    sum_up(out);
    return out;
  }

 private:
  void choose_lattice() {
    std::vector<double> capacities;
    double total = 0;
    for (const auto& u : s_.units) {
      if (u.outages.never()) continue;
      double most = u.capacity_mw;
      if (u.profile < 0) capacities.push_back(u.capacity_mw);
      else {
        const auto& profile = s_.profiles[static_cast<std::size_t>(u.profile)];
        for (std::size_t t = 0; t < s_.steps(); ++t) capacities.push_back(s_.capacity(u, t));
        most *= std::ranges::max(profile);
      }
      total += most;
    }
    constexpr double most_points = 1 << 20;
    quantum_ = capacities.empty() ? 1 : common_quantum(capacities);
    rounded_ = !(quantum_ > 0 && total / quantum_ <= most_points);
    if (rounded_) quantum_ = std::max(total / most_points, 1e-3);
    points_ = total / quantum_ + 1;
  }

  /// Sure capacity less load in each step, steps that share a table, and what it costs to make them.
  void prepare(std::size_t area) {
    fleets_.push_back(fleet_of(s_, area));
    const auto& fleet = fleets_.back();
    std::vector<double> spare(s_.steps());
    double steady = 0;
    for (const auto* u : fleet.steady) steady += u->capacity_mw;
    double flexible = 0;
    for (const auto& f : s_.flexible)
      if (f.area == area) flexible += f.load_mw;
    std::map<std::vector<double>, std::vector<std::size_t>> alike;
    for (std::size_t t = 0; t < s_.steps(); ++t) {
      spare[t] = steady - s_.load_mw[area][t] - flexible;
      for (const auto* u : fleet.sure) spare[t] += s_.capacity(*u, t);
      std::vector<double> capacities;
      for (const auto* u : fleet.varying) capacities.push_back(s_.capacity(*u, t));
      spare[t] += std::accumulate(capacities.begin(), capacities.end(), 0.0);
      alike[capacities].push_back(t);
    }
    const double points = points_;
    work_ += points * static_cast<double>(fleet.steady.size()) + static_cast<double>(s_.steps());
    if (!fleet.varying.empty()) work_ += points * static_cast<double>((fleet.varying.size() + 1) * alike.size());
    spare_.push_back(std::move(spare));
    alike_.push_back(std::move(alike));
    base_.emplace_back();
  }

  OutageTable table_of(const std::vector<const Unit*>& units) const {
    OutageTable table{quantum_};
    for (const auto* u : units) table.add(u->capacity_mw, u->outages.rate());
    return table;
  }
  /// The area's table in the steps where its varying units have these capacities.
  OutageTable table_of(std::size_t area, const std::vector<double>& capacities) const {
    OutageTable table = base_[area];
    for (std::size_t i = 0; i < capacities.size(); ++i) table.add(capacities[i], fleets_[area].varying[i]->outages.rate());
    return table;
  }

  /// No ties: each area by itself; the system is short if any area is.
  void separately() {
    std::vector<double> none(s_.steps(), 1);
    for (std::size_t a = 0; a < s_.areas.size(); ++a)
      for (const auto& [capacities, steps] : alike_[a]) {
        const auto table = table_of(a, capacities);
        const Tail tail(table);
        for (const auto t : steps) {
          std::tie(probability_[a][t], energy_[a][t]) = shortfall(table, tail, spare_[a][t]);
          none[t] *= 1 - probability_[a][t];
        }
      }
    for (std::size_t t = 0; t < s_.steps(); ++t) any_[t] = s_.areas.size() == 1 ? probability_[0][t] : 1 - none[t];
  }

  struct State {
    double margin_mw, probability;
  };
  /// Margins of an area in a step; those above what its ties take away are one.
  std::vector<State> states(const OutageTable& table, double spare, double away) const {
    std::vector<State> out;
    double enough = 0;
    for (std::size_t k = 0; k < table.share.size(); ++k) {
      if (table.share[k] <= 0) continue;
      const double margin = spare - static_cast<double>(k) * table.quantum;
      if (margin >= away) enough += table.share[k];
      else out.push_back({margin, table.share[k]});
    }
    if (enough > 0) out.insert(out.begin(), {away, enough});
    return out;
  }
  double away(std::size_t area) const {
    double mw = 0;
    for (const auto& t : s_.ties) mw += t.from == area ? t.forward_mw : t.to == area ? t.backward_mw : 0;
    return mw;
  }

  /// Transport problems at most; an upper bound from the numbers of units, before any table is made.
  double combinations() const {
    double ties = 1;
    for (const auto& t : s_.ties) ties *= t.outages.never() ? 1 : 2;
    double each = ties;
    for (const auto& fleet : fleets_) {
      const double subsets = std::pow(2.0, static_cast<double>(std::min<std::size_t>(60, fleet.steady.size() + fleet.varying.size())));
      each *= std::min(subsets, points_);
    }
    return work_ + each * static_cast<double>(s_.steps() * s_.areas.size() * std::max<std::size_t>(1, s_.ties.size()));
  }

  void enumerate() {
    Transport transport(s_);
    std::vector<std::size_t> failing;
    for (std::size_t i = 0; i < s_.ties.size(); ++i)
      if (!s_.ties[i].outages.never()) failing.push_back(i);
    std::vector<std::map<std::vector<double>, OutageTable>> tables(s_.areas.size());
    std::vector<std::vector<const OutageTable*>> table_at(s_.areas.size(), std::vector<const OutageTable*>(s_.steps()));
    for (std::size_t a = 0; a < s_.areas.size(); ++a)
      for (const auto& [capacities, steps] : alike_[a]) {
        const auto& table = tables[a].emplace(capacities, table_of(a, capacities)).first->second;
        for (const auto t : steps) table_at[a][t] = &table;
      }
    std::vector<bool> up(s_.ties.size(), true);
    std::vector<double> margin(s_.areas.size());
    for (std::size_t t = 0; t < s_.steps(); ++t) {
      std::vector<std::vector<State>> lists;
      for (std::size_t a = 0; a < s_.areas.size(); ++a) lists.push_back(states(*table_at[a][t], spare_[a][t], away(a)));
      for (std::size_t mask = 0; mask < (std::size_t{1} << failing.size()); ++mask) {
        double tie_probability = 1;
        for (std::size_t i = 0; i < failing.size(); ++i) {
          const double rate = s_.ties[failing[i]].outages.rate();
          up[failing[i]] = (mask >> i & 1) == 0;
          tie_probability *= up[failing[i]] ? 1 - rate : rate;
        }
        descend(lists, 0, tie_probability, t, up, margin, transport);
      }
    }
  }

  void descend(const std::vector<std::vector<State>>& lists, std::size_t area, double probability, std::size_t step,
               const std::vector<bool>& up, std::vector<double>& margin, Transport& transport) {
    if (area < lists.size()) {
      for (const auto& state : lists[area]) {
        margin[area] = state.margin_mw;
        descend(lists, area + 1, probability * state.probability, step, up, margin, transport);
      }
      return;
    }
    if (std::ranges::min(margin) >= -negligible_mw) return;
    std::vector<double> supply(margin.size()), need(margin.size());
    for (std::size_t a = 0; a < margin.size(); ++a) {
      supply[a] = std::max(0.0, margin[a]);
      need[a] = std::max(0.0, -margin[a]);
    }
    transport.reset(up);
    transport.move(supply, need);
    bool any = false;
    for (std::size_t a = 0; a < margin.size(); ++a)
      if (need[a] > negligible_mw) {
        any = true;
        probability_[a][step] += probability;
        energy_[a][step] += probability * need[a];
      }
    if (any) any_[step] += probability;
  }

  void sum_up(Answer& out) const {
    const double years = static_cast<double>(s_.years()), h = s_.step_hours;
    const auto sure = [](double value) { return Estimate{value, value, value}; };
    const auto metrics = [&](const std::vector<double>& lolp, double eue, const std::vector<std::size_t>& peaks) {
      double hours = std::accumulate(lolp.begin(), lolp.end(), 0.0) * h, days = 0;
      for (const auto t : peaks) days += lolp[t];
      return Metrics{sure(hours / years), sure(days / years), sure(eue / years)};
    };
    std::vector<double> load(s_.steps(), 0), eue_by_step(s_.steps(), 0);
    double eue = 0, demand = 0;
    for (std::size_t a = 0; a < s_.areas.size(); ++a) {
      double own = 0;
      for (std::size_t t = 0; t < s_.steps(); ++t) {
        load[t] += s_.load_mw[a][t];
        eue_by_step[t] += energy_[a][t] * h;
        own += energy_[a][t] * h;
      }
      eue += own;
      out.areas.push_back({metrics(probability_[a], own, daily_peaks(s_, s_.load_mw[a])), s_.areas[a]});
    }
    for (const double mw : load) demand += mw * h;
    for (const auto& f : s_.flexible) demand += f.load_mw * h * static_cast<double>(s_.steps());
    out.system = metrics(any_, eue, daily_peaks(s_, load));
    out.load_mwh = demand / years;
    out.neue_ppm = demand > 0 ? eue / demand * 1e6 : 0;
    for (std::size_t y = 0; y < s_.years(); ++y) {
      double of_year = 0;
      for (std::size_t t = s_.year_begins[y]; t < s_.year_end(y); ++t) of_year += eue_by_step[t];
      out.eue_by_weather_year.push_back(sure(of_year));
    }
    if (options_.by_step) {
      out.lolp = any_;
      out.eue_by_step = eue_by_step;
    }
  }

  const System& s_;
  ExactOptions options_;
  double quantum_ = 1, points_ = 1, work_ = 0;
  bool rounded_ = false;
  std::vector<Fleet> fleets_;
  std::vector<std::vector<double>> spare_;  ///< [area][step]: capacity with nothing out, less load
  std::vector<std::map<std::vector<double>, std::vector<std::size_t>>> alike_;  ///< steps by capacities of varying units
  std::vector<OutageTable> base_;
  std::vector<std::vector<double>> probability_, energy_;  ///< [area][step]
  std::vector<double> any_;
};

}  // namespace

void OutageTable::add(double capacity_mw, double rate) {
  if (capacity_mw <= 0 || rate <= 0) return;
  const double at = capacity_mw / quantum;
  auto low = static_cast<std::size_t>(std::floor(at + 1e-7));
  const double part = std::max(0.0, at - static_cast<double>(low)), upper = part > 1e-6 ? part * rate : 0, lower = rate - upper;
  const std::size_t before = share.size();
  share.resize(before + low + (upper > 0 ? 1 : 0), 0.0);
  // From the top down, so that what is read is not yet changed.
  for (std::size_t k = share.size(); k-- > 0;) {
    double p = k < before ? share[k] * (1 - rate) : 0;
    if (k >= low && k - low < before) p += share[k - low] * lower;
    if (upper > 0 && k >= low + 1 && k - low - 1 < before) p += share[k - low - 1] * upper;
    share[k] = p;
  }
}

std::optional<Answer> exact(const System& system, const ExactOptions& options, std::string& why) {
  check(system);
  return Exact(system, options).answer(why);
}

}  // namespace stargate::adequacy
