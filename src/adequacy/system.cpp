#include "adequacy/system.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <set>
#include <stdexcept>

#include "base/diagnostics.h"

namespace stargate::adequacy {

namespace {

[[noreturn]] void refuse(std::string what) { throw std::invalid_argument(std::move(what)); }

void check_number(double value, double low, double high, const std::string& name, const char* what) {
  if (!(value >= low && value <= high)) refuse(std::format("{} of '{}' is {}: allowed is {} to {}", what, name, value, low, high));
}

constexpr double most_mw = 1e9;

void check_outages(const Outages& o, const std::string& name) {
  check_number(o.failure, 0, 1, name, "the failure probability");
  check_number(o.repair, 0, 1, name, "the repair probability");
  if (o.failure > 0 && o.repair == 0) refuse(std::format("'{}' fails and is never repaired: in the long run it is never there", name));
}

}  // namespace

std::size_t System::steps_a_day() const { return std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(24 / step_hours))); }

void check(const System& s) {
  if (s.areas.empty()) refuse("a system without areas");
  if (s.steps() == 0) refuse("a system without load");
  if (s.load_mw.size() != s.areas.size()) refuse("areas and loads differ in number");
  check_number(s.step_hours, 1e-3, 24, s.name, "the length of a step");
  for (std::size_t a = 0; a < s.areas.size(); ++a) {
    if (s.load_mw[a].size() != s.steps()) refuse(std::format("the load of '{}' has {} steps, others {}", s.areas[a], s.load_mw[a].size(), s.steps()));
    for (const double mw : s.load_mw[a]) check_number(mw, -most_mw, most_mw, s.areas[a], "the load");
  }
  for (std::size_t p = 0; p < s.profiles.size(); ++p) {
    if (s.profiles[p].size() != s.steps()) refuse(std::format("profile '{}' has {} steps, the load {}", s.profile_names[p], s.profiles[p].size(), s.steps()));
    for (const double factor : s.profiles[p]) check_number(factor, 0, most_mw, s.profile_names[p], "a factor");
  }
  if (s.year_begins.empty() || s.year_begins.front() != 0 || !std::ranges::is_sorted(s.year_begins, std::less_equal{}) || s.year_begins.back() >= s.steps())
    refuse("weather years begin at 0, rise, and have a step each");
  std::set<std::string> names;
  const auto resource = [&](const auto& r) {
    if (r.name.empty()) refuse("a resource without a name");
    if (!names.insert(r.name).second) refuse(std::format("'{}' stands twice", r.name));
  };
  const auto in_area = [&](const Resource& r) {
    resource(r);
    if (r.area >= s.areas.size()) refuse(std::format("'{}' is in no area", r.name));
  };
  for (const auto& u : s.units) {
    in_area(u);
    check_number(u.capacity_mw, 0, most_mw, u.name, "the capacity");
    check_outages(u.outages, u.name);
    if (u.profile >= static_cast<std::ptrdiff_t>(s.profiles.size())) refuse(std::format("'{}' has a profile that is not there", u.name));
  }
  for (const auto& b : s.storages) {
    in_area(b);
    check_number(b.charge_mw, 0, most_mw, b.name, "the charging power");
    check_number(b.discharge_mw, 0, most_mw, b.name, "the discharging power");
    check_number(b.energy_mwh, 0, most_mw, b.name, "the energy");
    check_number(b.charge_efficiency, 1e-6, 1, b.name, "the charging efficiency");
    check_number(b.discharge_efficiency, 1e-6, 1, b.name, "the discharging efficiency");
    check_number(b.kept_per_step, 0, 1, b.name, "what is kept in a step");
    check_number(b.initial_share, 0, 1, b.name, "the initial share");
    check_outages(b.outages, b.name);
  }
  for (const auto& t : s.ties) {
    resource(t);
    if (t.from >= s.areas.size() || t.to >= s.areas.size()) refuse(std::format("tie '{}' ends in no area", t.name));
    if (t.from == t.to) refuse(std::format("tie '{}' ends where it begins", t.name));
    check_number(t.forward_mw, 0, most_mw, t.name, "the forward limit");
    check_number(t.backward_mw, 0, most_mw, t.name, "the backward limit");
    check_outages(t.outages, t.name);
  }
  for (const auto& f : s.flexible) {
    in_area(f);
    check_number(f.load_mw, 0, most_mw, f.name, "the load");
    check_number(f.curtailable_share, 0, 1, f.name, "the curtailable share");
    check_number(f.hours_a_year, 0, 8784, f.name, "the hours a year");
    check_number(f.deadline_hours, 0, 8784, f.name, "the deadline");
    check_number(f.recovery_mw, 0, most_mw, f.name, "the recovery power");
    if (f.deadline_hours > 0 && f.recovery_mw == 0) refuse(std::format("'{}' is to be made good, but at no power", f.name));
  }
}

System copper_plate(System s) {
  for (std::size_t a = 1; a < s.areas.size(); ++a)
    for (std::size_t t = 0; t < s.steps(); ++t) s.load_mw[0][t] += s.load_mw[a][t];
  s.load_mw.resize(1);
  s.areas = {"all areas"};
  s.ties.clear();
  for (auto& u : s.units) u.area = 0;
  for (auto& b : s.storages) b.area = 0;
  for (auto& f : s.flexible) f.area = 0;
  return s;
}

System without(System s, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  const auto collect = [&](const auto& list) {
    for (const auto& r : list) {
      known.push_back(r.name);
      if constexpr (requires { r.category; }) known.push_back(r.category);
    }
  };
  collect(s.units), collect(s.storages), collect(s.ties), collect(s.flexible);
  for (const auto& name : names)
    if (!std::ranges::contains(known, name))
      refuse(std::format("nothing is called '{}', nor is it a category; {}", name, name_hint(name, known)));
  const auto drop = [&](auto& list) {
    std::erase_if(list, [&](const auto& r) {
      if (std::ranges::contains(names, r.name)) return true;
      if constexpr (requires { r.category; }) return std::ranges::contains(names, r.category);
      return false;
    });
  };
  // A flexible load that goes takes its demand with it; it stands beside System::load_mw.
  drop(s.units), drop(s.storages), drop(s.ties), drop(s.flexible);
  return s;
}

System with_load(System s, double mw, std::size_t area) {
  std::vector<double> shares(s.areas.size(), 0);
  if (area != all_areas) {
    shares.at(area) = 1;
  } else {
    double sum = 0;
    for (std::size_t a = 0; a < shares.size(); ++a) sum += shares[a] = std::max(0.0, std::ranges::max(s.load_mw[a]));
    for (double& share : shares) share = sum > 0 ? share / sum : 1.0 / static_cast<double>(shares.size());
  }
  for (std::size_t a = 0; a < shares.size(); ++a)
    for (double& load : s.load_mw[a]) load += shares[a] * mw;
  return s;
}

std::vector<std::size_t> daily_peaks(const System& s, const std::vector<double>& load_mw) {
  std::vector<std::size_t> peaks;
  for (std::size_t y = 0; y < s.years(); ++y)
    for (std::size_t day = s.year_begins[y]; day < s.year_end(y); day += s.steps_a_day()) {
      const auto first = load_mw.begin() + static_cast<std::ptrdiff_t>(day);
      const auto last = load_mw.begin() + static_cast<std::ptrdiff_t>(std::min(day + s.steps_a_day(), s.year_end(y)));
      peaks.push_back(static_cast<std::size_t>(std::max_element(first, last) - load_mw.begin()));
    }
  return peaks;
}

}  // namespace stargate::adequacy
